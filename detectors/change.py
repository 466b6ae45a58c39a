"""Change: has a daily figure of somebody's life begun to drift, or jumped, and is not back?

Generalised likelihood ratio over every day on which it may have begun, for a steady drift and for a jump (Page 1954;
Lorden 1971; Siegmund & Venkatraman 1995), against the days before, with their own spread.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

LEAST_BEFORE, LEAST_AFTER, MOST_AFTER = 14, 7, 35
"""Days: of the life before that must be known, and within which a change may have begun."""
UNLIKELY: Final = 3.75
"""How many standard errors a change must be away from chance: it is looked for every day, in four figures, and over
every day on which it may have begun.
"""
_OUTLIER = 2.5
"""Days further from the rest than so many standard deviations count as just so far."""
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


def worst_change(values: Doubles, least_spread: float) -> Change | None:
    """The strongest rise of a daily figure up to its last day; None if there is none that is unlikely enough.

    `least_spread`: below this the figure is not that exact. A fall is the rise of what is negated.
    """
    found = strengths(values, least_spread)
    if not found.size or found.max() < UNLIKELY:
        return None
    after = LEAST_AFTER + int(found.max(axis=1).argmax())
    began = len(values) - after
    before, now = float(values[:began].mean()), float(values[-LEAST_AFTER:].mean())
    if now - before < _STILL * (float(values[began:].mean()) - before):
        return None
    return Change(began, before, now, float(found.max()))


def strengths(values: Doubles, least_spread: float) -> Doubles:
    """By number of days since it may have begun (from `LEAST_AFTER` on): of a drift, and of a jump."""
    most = min(MOST_AFTER, len(values) - LEAST_BEFORE)
    return np.asarray([_strength(values, after, least_spread) for after in range(LEAST_AFTER, most + 1)])


def _strength(values: Doubles, after: int, least_spread: float) -> tuple[float, float]:
    before, since = values[:-after], values[-after:]
    middle = float(np.median(before))
    spread = max(_NORMAL * float(np.median(np.abs(before - middle))), least_spread)
    tame = np.clip(before, middle - _OUTLIER * spread, middle + _OUTLIER * spread)
    mean = float(tame.mean())
    spread = max(float(tame.std(ddof=1)), least_spread)
    away = np.clip(since - mean, -2 * _OUTLIER * spread, 2 * _OUTLIER * spread) / spread
    carried = min(max(_carried(tame), 0.0), _MOST_CARRIED)
    inflated = (1.0 + carried) / (1.0 - carried)
    drift = np.arange(1.0, after + 1.0)
    return _errors(away, drift, len(before), inflated), _errors(away, np.ones(after), len(before), inflated)


def _errors(away: Doubles, shape: Doubles, days: int, inflated: float) -> float:
    """How many standard errors this shape is away from none; the mean of the days before is not exact either."""
    variance = float((shape**2).sum() + shape.sum() ** 2 / days)
    return float((shape * away).sum() / np.sqrt(variance * inflated))


def _carried(values: Doubles) -> float:
    """How much one day resembles the next."""
    off = values - values.mean()
    power = float((off**2).sum())
    return float((off[1:] * off[:-1]).sum()) / power if power > 0 else 0.0
