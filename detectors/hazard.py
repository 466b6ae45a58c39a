"""The hazard of the next sign of life, learned as a whole: what the clock says, what the hour of its beginning says,
how old the quiet is, and where somebody was last.

Piecewise-exponential survival by Poisson regression (Holford 1980; Laird & Olivier 1981) on hat functions, with ridge
shrinkage, so that what was never seen is told by its neighbours; gamma frailty (Vaupel et al. 1979) over it, because no
two days are alike. Pure numpy.
"""

import math
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.instants import HOUR, MINUTE
from detectors.quiets import (
    ABED,
    BED,
    BEDROOM,
    CELLS,
    HOURS,
    MIDDLES,
    PLACES,
    SHORT,
    Floats,
    Quiet,
    cells_of,
)

Doubles = NDArray[np.float64]

STARTS = 48
STEP = 5 * MINUTE
STEPS = int(20 * HOUR / STEP)
"""Fewer than 256: one byte holds a count of them."""
_SIGNS_AN_HOUR = 2.2
"""Where nothing is known yet, in a home with motion sensors in most rooms."""
_FRAILTY = 0.1
"""Variance, around 1, of what makes one quiet unlike another of its kind: nobody is as regular as their average."""
_FREE, _HELD, _HELD_TOGETHER, _HELD_AGE, _CARRIED = 0.05, 1.5, 0.5, 30.0, 6.0
"""How much the weights are held back: the home's mean hardly; what goes for an age only in some hours less than what
goes for all, but close to the age before (P-splines, Eilers & Marx 1996), so that an age never reached at some hour is
told by those that were; an age by itself most, so that long nights are put down to the night and do not make long
quiets by day look usual.
"""
_LOWEST, _HIGHEST = -7.0, 4.0
_LARGEST_MOVE = 1.5
_MOVES = 1
"""Newton steps a day: a day changes little."""
_OCTAVE = 0.8
_AGE_HATS, _OLD_HATS = range(7), range(1, 6)
_RECENT = HOUR
_EVERY_OTHER = range(0, HOURS, 2)


def _hats(x: Doubles, centres: range, width: float, period: float | None = None) -> Doubles:
    """1 at each centre, falling to 0 at `width` from it; around the clock where there is a `period`."""
    distance = np.abs(x[..., None] - np.asarray(centres, np.float64))
    if period is not None:
        distance = np.minimum(distance, period - distance)
    return np.maximum(0.0, 1.0 - distance / width)


def _shared_terms(began: Doubles, age: Doubles) -> Doubles:
    """What holds at every place. `began`: hour of day; `age`: s."""
    clock = (began + age / HOUR) % HOURS
    octaves = np.minimum(np.log(age / (5 * MINUTE)) / _OCTAVE, 6.0)
    old = _hats(np.minimum(octaves, 5.0), _OLD_HATS, 1.0)
    now, then = (_hats(hour, _EVERY_OTHER, 2.0, HOURS) for hour in (clock, began))
    flat = (*clock.shape, -1)
    return np.concatenate(
        [
            np.ones((*clock.shape, 1)),
            _hats(octaves, _AGE_HATS, 1.0),
            _hats(clock, range(HOURS), 1.0, HOURS),
            then,
            (now[..., :, None] * old[..., None, :]).reshape(flat),
            (then[..., :, None] * old[..., None, :]).reshape(flat),
        ],
        axis=-1,
    )


def _placed_terms(place: int, began: Doubles, age: Doubles) -> Doubles:
    """What holds there only: at any age, at first, and, in bed, by the clock."""
    here = np.zeros((*age.shape, PLACES))
    here[..., place] = 1.0
    clock = _hats((began + age / HOUR) % HOURS, _EVERY_OTHER, 2.0, HOURS)
    abed = [clock * (place == bed) for bed in (BEDROOM, ABED)]
    return np.concatenate([here, here * np.exp(-age / _RECENT)[..., None], *abed], axis=-1)


@cache
def _cell_terms() -> Doubles:
    """By flat cell: the terms at its middle."""
    began, age = np.meshgrid(np.arange(HOURS) + 0.5, MIDDLES, indexing="ij")
    shared = _shared_terms(began, age)
    by_place = [np.concatenate([shared, _placed_terms(place, began, age)], axis=-1) for place in range(PLACES)]
    return np.stack(by_place, axis=2).reshape(CELLS, -1)


@cache
def _path_terms() -> tuple[Floats, Floats, Floats]:
    """For quiets that begin in each half hour, by step: the shared terms, the clock's, and what is left of `recent`."""
    began, age = np.meshgrid(np.arange(STARTS) / 2 + 0.25, SHORT + (np.arange(STEPS) + 0.5) * STEP, indexing="ij")
    clock = _hats((began + age / HOUR) % HOURS, _EVERY_OTHER, 2.0, HOURS)
    shared = _shared_terms(began, age)
    return shared.astype(np.float32), clock.astype(np.float32), np.exp(-age[0] / _RECENT).astype(np.float32)


@cache
def _held() -> Doubles:
    """The penalty: half of its product with the weights, on either side, is what they cost."""
    hours, ages = HOURS + len(_EVERY_OTHER), len(_AGE_HATS)
    old = 2 * len(_EVERY_OTHER) * len(_OLD_HATS)
    parts = [(1, _FREE), (ages, _HELD_AGE), (hours, _HELD), (old, _HELD_TOGETHER)]
    held = np.concatenate([np.full(count, weight) for count, weight in parts])
    penalty = np.diag(np.concatenate([held, np.full(_cell_terms().shape[1] - held.size, _HELD)]))
    _carry(penalty, 1, ages)
    for begin in range(1 + ages + hours, held.size, len(_OLD_HATS)):
        _carry(penalty, begin, len(_OLD_HATS))
    return penalty


def _carry(penalty: Doubles, begin: int, count: int) -> None:
    """Neighbours among these are held together."""
    step = np.diff(np.eye(count), axis=0)
    penalty[begin : begin + count, begin : begin + count] += _CARRIED * step.T @ step


def no_weights() -> Floats:
    return np.zeros(_cell_terms().shape[1], np.float32)


class Learned(NamedTuple):
    """`weights`: of each term; `spread`: their covariance, as far as the counts tell."""

    weights: Floats
    spread: Doubles


def learn(
    ends: Floats, hours: Floats, before: Floats, density: float, *, held_to: Floats | None = None, moves: int = _MOVES
) -> Learned:
    """The weights that explain the counts best, sought from those of the day `before`, and held to those of homes like
    this one, or to nothing.

    `ends` and `hours` by flat cell. `density` (0 to 1): how many of the signs in a home this installation sees.
    """
    lived = hours > 0
    terms, spent, ended = _cell_terms()[lived], hours[lived].astype(np.float64), ends[lived].astype(np.float64)
    weights: Doubles = before.astype(np.float64)
    centre = np.zeros_like(weights) if held_to is None else held_to.astype(np.float64)
    spread = np.zeros((0, 0))
    for _ in range(moves):
        expected = spent * _rates(terms @ weights, density)
        told = (terms * np.sqrt(expected)[:, None]).astype(np.float32)  # half as wide is twice as fast, and enough
        spread = _inverse(told.T @ told + _held())
        slope = terms.T @ (ended - expected) - _held() @ (weights - centre)
        weights += np.clip(spread @ slope, -_LARGEST_MOVE, _LARGEST_MOVE)
    return Learned(weights.astype(np.float32), spread)


def _inverse(matrix: Doubles) -> Doubles:
    return np.asarray(np.linalg.inv(matrix), np.float64)


def without(learned: Learned, quiet: Quiet, worth: float, density: float) -> Floats:
    """The weights as they would be had this quiet, counted `worth` times, not been: one Newton step from the rest.

    What it told of their spread is taken out too (Woodbury 1950), or the strangest would still vouch for themselves.
    """
    cells, hours = cells_of(quiet)
    terms = _cell_terms()[cells]
    expected = worth * hours * _rates(terms @ learned.weights, density)
    told = np.sqrt(expected)[:, None] * terms
    through = learned.spread @ told.T
    slope = terms.T @ expected - worth * terms[-1]
    moved = learned.spread @ slope
    moved += through @ np.linalg.solve(np.eye(len(cells)) - told @ through, told @ moved)
    rest: Floats = (learned.weights + np.clip(moved, -2 * _LARGEST_MOVE, 2 * _LARGEST_MOVE)).astype(np.float32)
    return rest


def _rates(logs: Doubles, density: float) -> Doubles:
    """Signs per hour."""
    rates: Doubles = np.exp(np.clip(logs + math.log(_SIGNS_AN_HOUR * density), _LOWEST, _HIGHEST))
    return rates


def goes_on(weights: Floats, density: float, place: int, start: int) -> Floats:
    """The chance that a quiet which begins in this half hour, there, goes on: by step (`STEP`)."""
    shared, clock, _ = _path_terms()
    return _chances(weights, density, place, shared[start] @ weights[: _shared_count()], clock[start])


def of_every_place(weights: Floats, density: float) -> Floats:
    """The same by place, half hour of the beginning, and step."""
    shared, clock, _ = _path_terms()
    logs = shared @ weights[: _shared_count()]
    return np.stack([_chances(weights, density, place, logs, clock) for place in range(PLACES)])


def _shared_count() -> int:
    return int(_path_terms()[0].shape[-1])


def _chances(weights: Floats, density: float, place: int, logs: Floats, clock: Floats) -> Floats:
    """`logs`: what is shared of the hazard, `clock`: the clock's terms, both along the same steps."""
    begin, recent = _shared_count(), _path_terms()[2]
    logs = logs + weights[begin + place] + weights[begin + PLACES + place] * recent
    if place in BED:
        at = begin + 2 * PLACES + (place - BEDROOM) * len(_EVERY_OTHER)
        logs = logs + clock @ weights[at : at + len(_EVERY_OTHER)]
    rates = np.exp(np.clip(logs + np.float32(math.log(_SIGNS_AN_HOUR * density)), _LOWEST, _HIGHEST))
    summed = np.cumsum(rates, axis=-1) * np.float32(_FRAILTY * STEP / HOUR)
    chances: Floats = np.exp(np.log1p(summed) * np.float32(-1.0 / _FRAILTY))
    return chances
