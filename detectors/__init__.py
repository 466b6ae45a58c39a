"""Reading → concern: what is usual in each home, and what is not. One class per file, pure, per home.

The watch (`watch.py`) drives them; nothing here reads a clock, a network or a disk.
"""
