"""How people are reached, and which of their ways are proved."""
