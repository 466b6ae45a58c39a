"""Areas: the tree with its counts, and who is on duty."""
