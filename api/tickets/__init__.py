"""Device tickets: one cause, and the homes that it affects."""
