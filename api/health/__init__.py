"""Whether this process is up, and whether it can see and call."""
