"""Homes and alerts told over MQTT, for a lamp in the family's hall or a board at the desk."""
