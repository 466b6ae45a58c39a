"""Homes: the one of three states, presence, and the day's activity."""
