"""Escalation policies for whoever answers for them: who would be called when, and how they are changed."""
