"""Concern → alert → people: the desk, the escalation engine, the sender with its channels, the wording, the auditor."""
