"""The hazard of the next sign of life, learned as a whole: what the clock says, what the hour of its beginning says,
how old the quiet is, and where somebody was last.

Piecewise-exponential survival by Poisson regression (Holford 1980; Laird & Olivier 1981) on hat functions, with ridge
shrinkage, so that what was never seen is told by its neighbours; gamma frailty (Vaupel et al. 1979) over it, because no
two days are alike. Pure numpy.
"""

import math
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.instants import HOUR, MINUTE
from detectors.quiets import (
    ABED,
    AGES,
    BEDROOM,
    CELLS,
    HOURS,
    MIDDLES,
    PLACES,
    Floats,
    Quiet,
    cells_of,
)

Doubles = NDArray[np.float64]

SIGNS_AN_HOUR = 2.2
"""Where nothing is known yet, in a home with motion sensors in most rooms."""
_FREE, _HELD, _HELD_TOGETHER, _HELD_AGE, _CARRIED = 0.05, 1.5, 0.5, 30.0, 6.0
"""How much the weights are held back: the home's mean hardly; what goes for an age only in some hours less than what
goes for all, but close to the age before (P-splines, Eilers & Marx 1996), so that an age never reached at some hour is
told by those that were; an age by itself most, so that long nights are put down to the night and do not make long
quiets by day look usual.
"""
LOWEST, HIGHEST = -7.0, 4.0
_LARGEST_MOVE = 1.5
_MOVES = 1
"""Newton steps a day: a day changes little."""
_SMALL = 52
"""Matrices no wider are inverted as they are."""
_OCTAVE = 0.8
AGE_HATS, OLD_HATS = range(7), range(1, 6)
RECENT = HOUR
EVERY_OTHER = range(0, HOURS, 2)


def hats(x: Doubles, centres: range, width: float, period: float | None = None) -> Doubles:
    """1 at each centre, falling to 0 at `width` from it; around the clock where there is a `period`."""
    distance = np.abs(x[..., None] - np.asarray(centres, np.float64))
    if period is not None:
        distance = np.minimum(distance, period - distance)
    return np.maximum(0.0, 1.0 - distance / width)


def age_hats(age: Doubles) -> Doubles:
    """How old a quiet is (s), by octaves from five minutes on."""
    return hats(_octaves(age), AGE_HATS, 1.0)


def old_hats(age: Doubles) -> Doubles:
    """The same for what goes for an age only at some hours: the oldest are alike, and the youngest the same always."""
    return hats(np.minimum(_octaves(age), 5.0), OLD_HATS, 1.0)


def _octaves(age: Doubles) -> Doubles:
    octaves: Doubles = np.minimum(np.log(age / (5 * MINUTE)) / _OCTAVE, 6.0)
    return octaves


def _shared_terms(began: Doubles, age: Doubles) -> Doubles:
    """What holds at every place. `began`: hour of day; `age`: s."""
    clock = (began + age / HOUR) % HOURS
    old = old_hats(age)
    now, then = (hats(hour, EVERY_OTHER, 2.0, HOURS) for hour in (clock, began))
    flat = (*clock.shape, -1)
    return np.concatenate(
        [
            np.ones((*clock.shape, 1)),
            age_hats(age),
            hats(clock, range(HOURS), 1.0, HOURS),
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
    clock = hats((began + age / HOUR) % HOURS, EVERY_OTHER, 2.0, HOURS)
    abed = [clock * (place == bed) for bed in (BEDROOM, ABED)]
    return np.concatenate([here, here * np.exp(-age / RECENT)[..., None], *abed], axis=-1)


def terms_at(place: int, began: Doubles, age: Doubles) -> Doubles:
    """All terms of a quiet there that began at this hour of day and is so many seconds old."""
    return np.concatenate([_shared_terms(began, age), _placed_terms(place, began, age)], axis=-1)


@cache
def _cell_terms() -> Doubles:
    """By flat cell: the terms at its middle."""
    began, age = np.meshgrid(np.arange(HOURS) + 0.5, MIDDLES, indexing="ij")
    by_place = [terms_at(place, began, age) for place in range(PLACES)]
    return np.stack(by_place, axis=2).reshape(CELLS, -1)


@cache
def _apart() -> tuple[Doubles, Doubles]:
    """The same taken apart: by hour and age, what every place shares; and, by place too, what is its own."""
    terms = _cell_terms().reshape(HOURS * AGES, PLACES, -1)
    shared = terms.shape[-1] - 2 * PLACES - 2 * len(EVERY_OTHER)
    return terms[:, 0, :shared].copy(), terms[:, :, shared:].copy()


@cache
def _held() -> Doubles:
    """The penalty: half of its product with the weights, on either side, is what they cost."""
    hours, ages = HOURS + len(EVERY_OTHER), len(AGE_HATS)
    old = 2 * len(EVERY_OTHER) * len(OLD_HATS)
    parts = [(1, _FREE), (ages, _HELD_AGE), (hours, _HELD), (old, _HELD_TOGETHER)]
    held = np.concatenate([np.full(count, weight) for count, weight in parts])
    penalty = np.diag(np.concatenate([held, np.full(_cell_terms().shape[1] - held.size, _HELD)]))
    _carry(penalty, 1, ages)
    for begin in range(1 + ages + hours, held.size, len(OLD_HATS)):
        _carry(penalty, begin, len(OLD_HATS))
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


class _Cells(NamedTuple):
    """The terms of some hours and ages (rows), `shared` by all places and of each `place`'s own. What is shared is
    reckoned once, of the sum over the places.
    """

    shared: Doubles
    place: Doubles

    def logs(self, weights: Doubles) -> Doubles:
        """By row and place: the sum of the terms."""
        count = self.shared.shape[1]
        logs: Doubles = (self.shared @ weights[:count])[:, None] + self.place @ weights[count:]
        return logs

    def summed(self, values: Doubles) -> Doubles:
        """By term: of values by row and place."""
        return np.concatenate([self.shared.T @ values.sum(axis=1), self._own().T @ values.ravel()])

    def told(self, expected: Doubles) -> Doubles:
        """What is told of the weights: the sum of the products of every two terms, as often as signs are expected."""
        count, own = self.shared.shape[1], self.place * expected[:, :, None]
        often = self.shared * np.sqrt(expected.sum(axis=1))[:, None]
        told = np.empty((count + own.shape[2],) * 2)
        told[:count, :count] = often.T @ often
        told[:count, count:] = self.shared.T @ own.sum(axis=1)
        told[count:, :count] = told[:count, count:].T
        told[count:, count:] = self._own().T @ own.reshape(-1, own.shape[2])
        return told

    def _own(self) -> Doubles:
        return self.place.reshape(-1, self.place.shape[2])


def learn(
    ends: Floats, hours: Floats, before: Floats, density: float, *, held_to: Floats | None = None, moves: int = _MOVES
) -> Learned:
    """The weights that explain the counts best, sought from those of the day `before`, and held to those of homes like
    this one, or to nothing.

    `ends` and `hours` by flat cell. `density` (0 to 1): how many of the signs in a home this installation sees.
    """
    spent, ended = (table.reshape(-1, PLACES).astype(np.float64) for table in (hours, ends))
    lived = np.flatnonzero(spent.any(axis=1))
    spent, ended, cells = spent[lived], ended[lived], _Cells(*(terms[lived] for terms in _apart()))
    weights: Doubles = before.astype(np.float64)
    centre = np.zeros_like(weights) if held_to is None else held_to.astype(np.float64)
    spread = np.zeros((0, 0))
    for _ in range(moves):
        expected = spent * _rates(cells.logs(weights), density)
        spread = _inverse(cells.told(expected) + _held())
        slope = cells.summed(ended - expected) - _held() @ (weights - centre)
        weights += np.clip(spread @ slope, -_LARGEST_MOVE, _LARGEST_MOVE)
    return Learned(weights.astype(np.float32), spread)


def _inverse(matrix: Doubles) -> Doubles:
    """Of a symmetric, positive definite matrix: by its halves (Schur complement), down to blocks small enough. Most of
    it is products then, which take a fraction of the time that elimination does.
    """
    size = len(matrix)
    if size <= _SMALL:
        return np.asarray(np.linalg.inv(matrix), np.float64)
    half = size // 2
    upper, across = _inverse(matrix[:half, :half]), matrix[:half, half:]
    through = upper @ across
    lower = _inverse(matrix[half:, half:] - across.T @ through)
    aside = through @ lower
    inverse = np.empty_like(matrix)
    inverse[:half, :half], inverse[half:, half:] = upper + aside @ through.T, lower
    inverse[:half, half:], inverse[half:, :half] = -aside, -aside.T
    return inverse


def without_each(learned: Learned, quiets: Sequence[Quiet], worth: Doubles, density: float) -> Floats:
    """The weights as they would be had each of these quiets, counted `worth` times, not been, by quiet: one Newton step
    from the rest.

    What it told of their spread is taken out too (Woodbury 1950), or the strangest would still vouch for themselves.
    Quiets share many cells: what a cell's terms and the spread of the weights make of each other is reckoned once.
    """
    cells, hours, last = cells_of(quiets)
    known, at = np.unique(cells, return_inverse=True)
    terms = _cell_terms()[known]
    through = terms @ learned.spread
    between = (through @ terms.T)[at[:, :, None], at[:, None, :]]
    expected = worth[:, None] * hours * _rates(terms @ learned.weights, density)[at]
    slope = expected.copy()
    slope[np.arange(len(quiets)), last] -= worth
    told = np.sqrt(expected)
    rest = np.eye(AGES) - told[:, :, None] * between * told[:, None, :]
    seen = told * (between @ slope[:, :, None])[:, :, 0]
    slope += told * np.linalg.solve(rest, seen[:, :, None])[:, :, 0]
    by_cell = np.zeros((len(quiets), len(known)))
    np.add.at(by_cell, (np.arange(len(quiets))[:, None], at), slope)
    moved = np.clip(by_cell @ through, -2 * _LARGEST_MOVE, 2 * _LARGEST_MOVE)
    return (learned.weights + moved).astype(np.float32)


def _rates(logs: Doubles, density: float) -> Doubles:
    """Signs per hour."""
    rates: Doubles = np.exp(np.clip(logs + math.log(SIGNS_AN_HOUR * density), LOWEST, HIGHEST))
    return rates
