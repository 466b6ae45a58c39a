"""Figures: how right the alerts were and how fast people, by kind, area, home and month."""
