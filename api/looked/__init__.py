"""Who looked at a home, and when."""
