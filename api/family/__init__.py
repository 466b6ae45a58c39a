"""What family sees: well, or being checked."""
