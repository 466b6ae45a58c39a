"""Budgets of false alarms: what holds where, what is proposed, and what its replay found."""
