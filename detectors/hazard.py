"""The hazard of the next sign of life: from counts of past quiet to the quiet that spends a budget of false alarms.

Survival analysis with a piecewise-constant hazard over hour of day, age of the quiet, and where somebody was last;
Gamma-Poisson shrinkage to neighbouring hours, to the age before, and to a prior for day one. Pure numpy.
"""

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.places import Room
from detectors.instants import HOUR, MINUTE

Floats = NDArray[np.float32]
Halves = NDArray[np.float16]

SHORT = 5 * MINUTE
"""A quiet shorter than this is a pause between two movements: too common to count, too short to matter."""
EDGES: Final = tuple(m * MINUTE for m in (10, 20, 40, 80, 160, 320))
"""Ages at which the hazard may change, from `SHORT` on."""
AGES, HOURS, PLACES = len(EDGES) + 1, 24, 3
SHAPE: Final = (HOURS, AGES, PLACES)
CELLS = HOURS * AGES * PLACES
BATHROOM, BEDROOM, ELSEWHERE = 0, 1, 2
LATE = 21
STARTS = 48
STEP = 5 * MINUTE
BATHROOM_RISK, DIM_BATHROOM_RISK = 32.0, 2.0
"""How much more an hour of waiting counts for a fall in the bathroom: in so small a part of the day falls are likelier
by the hour, a person who lies on tiles gets cold, and stays are short, so that little is lost by asking. Where other
rooms are hardly seen, whoever was last noticed in the bathroom is mostly not there any more. What people want, not a
measurement: such that a fall there is found in about an hour.
"""
_BEFORE = 10 * MINUTE
"""Time spent, for each quiet, before it counts as one: moving about, and its first minutes."""
_HIGHEST_LOG_COST, _LOG_COST_STEP = 12.0, 0.02
_STEPS = int(20 * HOUR / STEP)

_KERNEL = {0: 1.0, 1: 0.5, 2: 0.15, 3: 0.05}
"""What a neighbouring hour is worth, on either side."""
_ANY_HOUR = 0.25
"""What any hour is worth for the bathroom: a stay there hardly depends on the time of day."""
_CARRY = 0.9
"""Where a home has never been quiet for so long at this hour: the hazard of the age before, lowered by this."""
_SHRINK = 1.0
_PRIOR_HOURS = 0.4
_LEAST_HAZARD = 0.02
_ANY_PLACE = 0.2
"""What any place is worth for old quiets: one that began elsewhere tells little of a night in bed."""
_PLACELESS = 3
"""The age class (40 min) from which on it matters less where somebody was last."""

_AWAKE = (6.0, 3.5, 2.0, 1.2, 0.9, 0.8, 0.8)
_ASLEEP = (3.0, 1.5, 0.6, 0.3, 0.2, 0.2, 0.2)
_RISING = (4.5, 2.5, 1.4, 1.0, 0.9, 1.0, 1.2)
RISING_HOURS, BUSY_HOURS = range(6, 9), range(9, 22)


def place_of(room: Room) -> int:
    """Rooms that end a stay in their own way. A flat is small: the rest is one."""
    match room:
        case Room.BATHROOM:
            return BATHROOM
        case Room.BEDROOM:
            return BEDROOM
        case _:
            return ELSEWHERE


def cells_of(second: float, gap: float, place: int) -> Iterator[tuple[int, float]]:
    """The flat cells that a quiet of `gap` seconds, begun `second` seconds after midnight, passes through, with the
    hours spent in each. Nothing for a short one.
    """
    age, group = SHORT, 0
    while age < gap:
        at = second + age
        while group < len(EDGES) and age >= EDGES[group]:
            group += 1
        edge = EDGES[group] if group < len(EDGES) else math.inf
        until = min(gap, edge, max(age + HOUR - at % HOUR, age + 0.001))
        yield (int(at // HOUR) % HOURS * AGES + group) * PLACES + place, (until - age) / HOUR
        age = until


def _prior() -> Floats:
    """Signs per hour in a home with a motion sensor in most rooms; round numbers, fitted to no recording."""
    table = np.empty(SHAPE, np.float32)
    for hour in range(HOURS):
        row = _AWAKE if hour in BUSY_HOURS else _RISING if hour in RISING_HOURS else _ASLEEP
        table[hour] = np.asarray(row, np.float32)[:, None]
    table[:, :, BATHROOM] *= 1.5
    return table


def _grid() -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """For a quiet that begins in each half hour: the hour of day, and the age class, of each step that follows."""
    age = SHORT + np.arange(_STEPS) * STEP
    begin = np.arange(STARTS)[:, None] * (0.5 * HOUR) + 0.25 * HOUR
    hour = ((begin + age[None, :]) // HOUR).astype(np.intp) % HOURS
    return hour, np.searchsorted(np.asarray(EDGES), age, side="right").astype(np.intp)


_PRIOR: Final = _prior()
_HOUR_OF_STEP, _AGE_OF_STEP = _grid()


def _smoothed(counts: Floats) -> Floats:
    """Summed over neighbouring hours around the clock, and over places for old quiets."""
    cells = counts.reshape(SHAPE)
    out = np.zeros(SHAPE, np.float32)
    for distance, weight in _KERNEL.items():
        out += weight * np.roll(cells, distance, axis=0)
        if distance:
            out += weight * np.roll(cells, -distance, axis=0)
    out[:, :, BATHROOM] += _ANY_HOUR * cells[:, :, BATHROOM].sum(axis=0)
    old = out[:, _PLACELESS:]
    out[:, _PLACELESS:] = (1 - _ANY_PLACE) * old + _ANY_PLACE * old.sum(axis=2, keepdims=True)
    return out


def hazard_of(events: Floats, exposure: Floats, density: float) -> Halves:
    """Signs of life per hour of quiet, by hour of day, age and place.

    `events` and `exposure` (hours) are flat counts; `density` (0 to 1) scales the prior to the installation.
    """
    ended, hours, prior = _smoothed(events), _smoothed(exposure), _PRIOR * np.float32(density)
    hazard = np.empty(SHAPE, np.float32)
    parent = prior[:, 0]
    for age in range(AGES):
        if age:
            learned = hours[:, age - 1] / (hours[:, age - 1] + _PRIOR_HOURS)
            carried = _CARRY * hazard[:, age - 1]
            parent = learned * carried + (1 - learned) * np.minimum(prior[:, age], carried * 1.3)
        known = ended[:, age] + _PRIOR_HOURS * prior[:, age] + _SHRINK
        hazard[:, age] = known / (hours[:, age] + _PRIOR_HOURS + _SHRINK / np.maximum(parent, _LEAST_HAZARD))
    return hazard.astype(np.float16)


def _waits(hazard: Halves, risk: float, starts: NDArray[np.intp] | slice = slice(None)) -> tuple[Floats, Floats]:
    """By step after a quiet began: the chance that it goes on, and the mean hours that a fall in it waits until then.

    For quiets that begin in these half hours, at every place: two arrays of half hour, step, place. A fall comes at
    any moment of the time that a quiet takes up; one at age a, found at T, waits T - a. That is the integral over T of
    the time spent in quiets of this kind.
    """
    along = hazard.astype(np.float32)[_HOUR_OF_STEP[starts], _AGE_OF_STEP[None, :]] * np.float32(STEP / HOUR)
    goes_on = np.exp(-np.cumsum(along, axis=1))
    risks = np.ones(PLACES, np.float32)
    risks[BATHROOM] = risk
    spent = np.float32(_BEFORE / HOUR) + np.cumsum(goes_on, axis=1) * np.float32(STEP / HOUR)
    return goes_on, np.cumsum(risks * spent, axis=1) * np.float32(STEP / HOUR)


def thresholds_of(hazard: Halves, cost: float, risk: float) -> Floats:
    """Seconds of quiet, by half hour of its beginning and place, after which waiting longer costs more than it saves.

    A false alarm costs as much as `cost` hours of waiting; an hour in the bathroom counts `risk` times. The least of
    cost times the chance that the quiet is usual life after all, plus the wait of those who fell: so every hour and
    room gets its share of a budget where it buys most (Lagrange).
    """
    goes_on, waits = _waits(hazard, risk)
    steps: Floats = (np.float32(cost) * goes_on + waits).argmin(axis=1).astype(np.float32)
    return np.float32(SHORT) + (steps + 1) * np.float32(STEP)


def cost_needed(hazard: Halves, risk: float, second: float, gap: float, place: int) -> float:
    """The log of the least cost of a false alarm (hours) at which this quiet would not have been one.

    It began `second` seconds after midnight and lasted `gap` seconds.
    """
    start = np.asarray([int(second // (0.5 * HOUR))], np.intp)
    goes_on, waits = (each[0, :, place] for each in _waits(hazard, risk, start))
    low, high = 0.0, _HIGHEST_LOG_COST
    while high - low > _LOG_COST_STEP:
        middle = (low + high) / 2
        found = SHORT + (int((math.exp(middle) * goes_on + waits).argmin()) + 1) * STEP
        low, high = (low, middle) if found > gap else (middle, high)
    return high


@lru_cache(maxsize=64)
def first_tables(density: float, cost: float, risk: float) -> tuple[Halves, Floats]:
    """Hazard and thresholds of a home of which nothing is known: shared by all that are alike."""
    nothing = np.zeros(CELLS, np.float32)
    hazard = hazard_of(nothing, nothing, density)
    return hazard, thresholds_of(hazard, cost, risk)
