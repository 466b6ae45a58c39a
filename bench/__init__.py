"""Measurements of the whole: speed and size on this machine, and detection quality on recordings."""
