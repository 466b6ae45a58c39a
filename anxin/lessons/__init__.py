"""Endings teach: what closed alerts say about how long to wait, told to the watch, shown to people."""
