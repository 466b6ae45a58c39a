"""Who is on duty in the days ahead, for whom it may concern."""
