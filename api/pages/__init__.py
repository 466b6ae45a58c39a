"""The pages: server-rendered, readable without scripts, and kept fresh by a small one that fetches them anew."""
