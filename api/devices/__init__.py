"""Devices: what is installed in a home and how it fares."""
