"""Budgets of false alarms: what holds, what is proposed, and the past gone through before anything takes effect."""
