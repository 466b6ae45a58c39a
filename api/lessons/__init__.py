"""What endings have taught a home, and what people choose about it."""
