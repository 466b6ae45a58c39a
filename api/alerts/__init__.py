"""Alerts: the list, one with its whole story, and what people may do with it."""
