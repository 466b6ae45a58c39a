"""The phones of the demonstration."""
