"""Logging in and out of the JSON interface."""
