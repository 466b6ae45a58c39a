"""Slots: a day as bits, one for each ten minutes in which something was seen.

A sensor that chatters, and one that rests between two triggers, count the same.
"""

from detectors.instants import MINUTE

SLOT = 10 * MINUTE


def first(slots: int, *, of: int, least: int, within: int) -> int | None:
    """The first slot, of so many, that is one, and from which on at least `least` of the next `of` are."""
    ahead = (1 << of) - 1
    begins = (s for s in range(within) if slots >> s & 1 and (slots >> s & ahead).bit_count() >= least)
    return next(begins, None)


def spells(slots: int) -> int:
    """How many runs of slots on end."""
    return (slots & ~(slots << 1)).bit_count()
