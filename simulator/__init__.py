"""Simulated homes that speak MQTT: residents, devices, faults, emergencies, and what truly happened.

Knows the core's nouns and nothing of the platform that listens.
"""
