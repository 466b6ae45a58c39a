"""Shares that are honest about how few cases they rest on."""

import math
from dataclasses import dataclass

ENOUGH = 20
"""Below so many cases a share is not told as one number: one case more or less would move it by 5 % and more."""

_Z = 1.959963984540054
"""The normal quantile of a two-sided confidence of 95 %."""


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`, both shares between 0 and 1."""

    low: float
    high: float


def wilson(hits: int, of: int) -> Interval:
    """The 95 % score interval of a share (Wilson 1927, JASA 22:209); good for few cases and for shares near 0 and 1.

    Raises ValueError unless 0 <= hits <= of and of > 0.
    """
    if of <= 0 or not 0 <= hits <= of:
        raise ValueError(f"{hits} of {of} is no share")
    share, z2 = hits / of, _Z * _Z
    centre = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z / (1 + z2 / of) * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    low = 0.0 if hits == 0 else max(0.0, centre - half)
    high = 1.0 if hits == of else min(1.0, centre + half)
    return Interval(low, high)
