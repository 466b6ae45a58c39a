"""Comparison: simulated homes beside recordings of real ones, by what the production path makes of both."""
