"""Lasting: the chance that a quiet goes on, by step of its age, as the learned hazard has it.

What a weight does depends on the clock, on the hour of the beginning, on the age, or on two of these: each is reckoned
once by its own, and they come together last.
"""

import math
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.hazard import (
    AGE_HATS,
    EVERY_OTHER,
    HIGHEST,
    LOWEST,
    OLD_HATS,
    RECENT,
    SIGNS_AN_HOUR,
    Doubles,
    age_hats,
    hats,
    old_hats,
)
from detectors.instants import DAY, HOUR, MINUTE
from detectors.quiets import BED, BEDROOM, HOURS, PLACES, SHORT, Floats

Indices = NDArray[np.intp]

STARTS: Final = 48
STEP = 5 * MINUTE
STEPS: Final = int(20 * HOUR / STEP)
"""Fewer than 256: one byte holds a count of them."""
_TICKS: Final = int(DAY / STEP)
_FRAILTY = 0.1
"""Variance, around 1, of what makes one quiet unlike another of its kind: nobody is as regular as their average."""
_BLOCK = 16
_UP_TO: Final = np.tri(_BLOCK, dtype=np.float32)


def _where(*sizes: int) -> list[slice]:
    """Of what stands one after the other."""
    return [slice(sum(sizes[:number]), sum(sizes[: number + 1])) for number in range(len(sizes))]


_BOTH: Final = len(EVERY_OTHER), len(OLD_HATS)
_MEAN, _AGES, _HOURS, _THEN, _NOW_OLD, _THEN_OLD, _HERE, _AT_FIRST, _ABED_BEGINS = _where(
    1, len(AGE_HATS), HOURS, len(EVERY_OTHER), math.prod(_BOTH), math.prod(_BOTH), PLACES, PLACES, 0
)
"""Where the weights of each kind of term stand, in the order of `hazard`'s terms."""


class _Terms(NamedTuple):
    """By step of age: `ages`, `old` with a one beside it, and what is left of `recent`; by five minutes of the clock:
    `hours`, `now`; by half hour of the beginning: `then`. `clock`: which five minutes it is, by step and beginning.
    """

    ages: Floats
    old: Floats
    recent: Floats
    hours: Floats
    now: Floats
    then: Floats
    clock: Indices


@cache
def _terms() -> _Terms:
    steps, starts = np.arange(STEPS), np.arange(STARTS)
    age: Doubles = np.float64(SHORT) + (steps + 0.5) * STEP
    began: Doubles = starts / 2 + 0.25
    clock = (began[0] + (age[0] + np.arange(_TICKS) * STEP) / HOUR) % HOURS
    return _Terms(
        ages=age_hats(age).astype(np.float32),
        old=np.c_[old_hats(age), np.ones(STEPS)].astype(np.float32),
        recent=np.exp(-age / RECENT).astype(np.float32),
        hours=hats(clock, range(HOURS), 1.0, HOURS).astype(np.float32),
        now=hats(clock, EVERY_OTHER, 2.0, HOURS).astype(np.float32),
        then=hats(began, EVERY_OTHER, 2.0, HOURS).astype(np.float32),
        clock=(steps[:, None] + starts * (_TICKS // STARTS)) % _TICKS,
    )


def summed(steps: Floats) -> Floats:
    """The sum of all steps up to each, along the first axis.

    A product with a triangle of ones within blocks, then from block to block: `cumsum` waits for each single addition,
    four times as long.
    """
    blocks = _UP_TO @ steps.reshape(STEPS // _BLOCK, _BLOCK, -1)
    blocks[1:] += np.cumsum(blocks[:-1, -1], axis=0)[:, None]
    every: Floats = blocks.reshape(steps.shape)
    return every


def goes_on(weights: Floats, density: float, places: Indices, starts: Indices) -> Floats:
    """The chances that quiets which begin in these half hours, in these places, go on: by step (`STEP`) and quiet.
    Each by `weights` of its own.
    """
    every = np.arange(len(weights))
    logs = _shared(weights, every, starts)
    logs += weights[:, _HERE][every, places] + _terms().recent[:, None] * weights[:, _AT_FIRST][every, places]
    for bed in BED:
        there = np.flatnonzero(places == bed)
        logs[:, there] += _abed(weights[there], bed)[_terms().clock[:, starts[there]], np.arange(len(there))]
    return _chances(logs, density)


def of_every_place(weights: Floats, density: float) -> Floats:
    """The same by one set of weights for every quiet: by step, place, and half hour of the beginning."""
    alike = weights[None]
    shared = _shared(alike, np.zeros(STARTS, np.intp), np.arange(STARTS))
    here = weights[_HERE] + _terms().recent[:, None] * weights[_AT_FIRST]
    logs = shared[:, None, :] + here[:, :, None]
    for bed in BED:
        logs[:, bed] += _abed(alike, bed)[:, 0].take(_terms().clock)
    return _chances(logs, density)


def _shared(weights: Floats, which: Indices, starts: Indices) -> Floats:
    """What holds at every place of the log of the hazard: by step and quiet, by the weights `which` each goes by.

    What the clock and the hour of the beginning say is one part for each of the hats `old`, and one for any age.
    """
    terms, count = _terms(), len(weights)
    now_old = np.moveaxis(weights[:, _NOW_OLD].reshape(-1, *_BOTH), 0, 1).reshape(_BOTH[0], -1)
    now = np.empty((_TICKS, count, _BOTH[1] + 1), np.float32)
    now[..., :-1] = (terms.now @ now_old).reshape(_TICKS, count, -1)
    now[..., -1] = terms.hours @ weights[:, _HOURS].T
    then = np.empty((len(starts), _BOTH[1] + 1), np.float32)
    began = terms.then[starts][:, None]
    then[:, :-1] = (began @ weights[:, _THEN_OLD].reshape(-1, *_BOTH)[which])[:, 0]
    then[:, -1] = (began[:, 0] * weights[:, _THEN][which]).sum(axis=1) + weights[which, 0]
    by_clock = now.reshape(_TICKS * count, -1).take(terms.clock[:, starts] * count + which, axis=0)
    logs: Floats = (by_clock @ terms.old[:, :, None])[..., 0]
    logs += terms.old @ then.T
    logs += (terms.ages @ weights[:, _AGES].T)[:, which]
    return logs


def _abed(weights: Floats, bed: int) -> Floats:
    """What the clock adds in this bed: by five minutes, and by each of the `weights`."""
    at = _ABED_BEGINS.start + (bed - BEDROOM) * len(EVERY_OTHER)
    by_clock: Floats = _terms().now @ weights[:, at : at + len(EVERY_OTHER)].T
    return by_clock


def _chances(logs: Floats, density: float) -> Floats:
    """In place: of the log of the hazard."""
    logs += np.float32(math.log(SIGNS_AN_HOUR * density))
    np.clip(logs, LOWEST, HIGHEST, out=logs)
    chances = summed(np.exp(logs, out=logs))
    chances *= np.float32(_FRAILTY * STEP / HOUR)
    np.log1p(chances, out=chances)
    chances *= np.float32(-1.0 / _FRAILTY)
    return np.exp(chances, out=chances)
