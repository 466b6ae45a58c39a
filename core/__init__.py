"""The nouns and their rules: standard library only, no I/O, never reads the clock."""
