"""The JSON interface, the live feed and the pages. It translates between people and the rooms, and decides nothing."""
