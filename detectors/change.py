"""Change: has a daily figure of somebody's life begun to drift, or jumped, and is not back?

Generalised likelihood ratio over the days on which it may have begun, for a steady drift and for a jump (Page 1954;
Lorden 1971; Siegmund & Venkatraman 1995), against the days before in their own distribution (Parzen 1962): somebody
who is up at six on Sundays and at half past eight else is not taken for somebody who is up around eight.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

LEAST_BEFORE, LEAST_AFTER = 14, 7
AFTERS: Final = (LEAST_AFTER, 9, 12, 15, 18, 21, 24, 28, 32, 35)
"""Days: of the life before that must be known, and so many days ago a change may have begun."""
UNLIKELY: Final = 3.15
"""How many standard errors a change must be away from chance (the root of twice the log of the likelihood ratio): it is
looked for every day, in five figures, and over all the days on which it may have begun.
"""
_SIZES: Final = np.asarray((0.5, 0.8, 1.2, 1.6, 2.0, 2.6, 3.3, 4.2))
"""Of a change by today, in the spread of the days before."""
_OUTLIER = 2.5
"""Days further from the rest than so many standard deviations do not make the rest look wider."""
_FAR, _POINTS = 12.0, 385
_ODD, _ODD_SPREAD = 0.06, 3.0
"""So many days are unlike all others, and may be anything: one lie-in, or a few, are no change."""
_SILVERMAN = 1.06
_MOST_CARRIED = 0.5
_STILL = 0.5
"""The last seven days must show at least this share of the change, or it is over already."""
_NORMAL = 1.4826


@dataclass(frozen=True, slots=True)
class Change:
    """`began`: index of the first changed day. `before` and `now`: the mean of the days before, and of the last seven.
    `strength`: in standard errors.
    """

    began: int
    before: float
    now: float
    strength: float


class _Usual(NamedTuple):
    """The days before: the log of their density at `points`, their spread, and how much one resembles the next."""

    points: Doubles
    logs: Doubles
    spread: float
    carried: float


def worst_change(values: Doubles, least_spread: float, matters: Callable[[float, float], bool]) -> Change | None:
    """The strongest rise of a daily figure up to its last day; None if there is none that is unlikely enough, goes on,
    and `matters` by what it was before and what it is now.

    `least_spread`: below this the figure is not that exact. A fall is the rise of what is negated. How strong a rise is
    takes long to say, and is asked only where one may be left: of most figures on most days there is none that matters.
    """
    known = [after for after in AFTERS if after <= len(values) - LEAST_BEFORE]
    now = float(values[-LEAST_AFTER:].mean())
    if not any(_risen(values, after, now, matters) for after in known):
        return None
    found = np.asarray([_strength(values[:-after], values[-after:], least_spread) for after in known])
    after, strength = known[int(found.max(axis=1).argmax())], float(found.max())
    if strength < UNLIKELY or not _risen(values, after, now, matters):
        return None
    return Change(len(values) - after, float(values[:-after].mean()), now, strength)


def _risen(values: Doubles, after: int, now: float, matters: Callable[[float, float], bool]) -> bool:
    """Does a change that began so many days ago matter, and do the last seven days, `now`, still show it?"""
    before = float(values[:-after].mean())
    return matters(before, now) and now - before >= _STILL * (float(values[-after:].mean()) - before)


def _strength(before: Doubles, since: Doubles, least_spread: float) -> tuple[float, float]:
    usual, after = _usual(before, least_spread), len(since)
    drift = np.arange(1.0, after + 1.0) / after
    return _errors(usual, since, drift, len(before)), _errors(usual, since, np.ones(after), len(before))


def _errors(usual: _Usual, since: Doubles, shape: Doubles, days: int) -> float:
    """How many standard errors a change of this shape is away from none; the days before are not known exactly."""
    moved = since[None] - _SIZES[:, None] * usual.spread * shape[None]
    without, with_it = (np.interp(x, usual.points, usual.logs).sum(axis=-1) for x in (since, moved))
    whole = float((shape**2).sum())
    exact = whole / (whole + float(shape.sum()) ** 2 / days)
    inflated = (1.0 + usual.carried) / (1.0 - usual.carried)
    return float(np.sqrt(2.0 * max(0.0, float((with_it - without).max())) * exact / inflated))


def _usual(before: Doubles, least_spread: float) -> _Usual:
    middle = float(np.median(before))
    robust = max(_NORMAL * float(np.median(np.abs(before - middle))), least_spread)
    tame = np.clip(before, middle - _OUTLIER * robust, middle + _OUTLIER * robust)
    mean, spread = float(tame.mean()), max(float(tame.std(ddof=1)), least_spread)
    width = _SILVERMAN * min(spread, robust) * len(before) ** -0.2
    points = mean + spread * np.linspace(-_FAR, _FAR, _POINTS)
    of_days = np.exp(-0.5 * ((points[:, None] - before[None]) / width) ** 2).mean(axis=1) / width
    odd = np.exp(-0.5 * np.minimum(np.abs(points - mean) / (_ODD_SPREAD * spread), _ODD_SPREAD) ** 2)
    density = (1.0 - _ODD) * of_days + _ODD * odd / (_ODD_SPREAD * spread)
    return _Usual(points, np.log(density), spread, min(max(_carried(tame), 0.0), _MOST_CARRIED))


def _carried(values: Doubles) -> float:
    """How much one day resembles the next."""
    off = values - values.mean()
    power = float((off**2).sum())
    return float((off[1:] * off[:-1]).sum()) / power if power > 0 else 0.0
