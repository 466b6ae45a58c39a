"""The live feed over server-sent events."""
