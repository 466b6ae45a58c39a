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
NIGHT, DAYTIME = 0, 1
LATE, EARLY = 21, 6
"""Hours between which a quiet begins at night."""
STARTS = 48
STEP = 5 * MINUTE
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


def part_of(hour: int) -> int:
    """`NIGHT` or `DAYTIME`, by the hour in which a quiet begins."""
    return DAYTIME if EARLY <= hour < LATE else NIGHT


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
_PART_OF_START: Final = np.asarray([part_of(start // 2) for start in range(STARTS)])


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
    out[:, _PLACELESS:] = 0.5 * old + 0.5 * old.sum(axis=2, keepdims=True)
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


def thresholds_of(hazard: Halves, allowed_night: float, allowed_day: float, gaps_a_day: Floats) -> Floats:
    """Seconds of quiet, by half hour of its beginning and place, at which its score exceeds what is allowed."""
    along = hazard.astype(np.float32)[_HOUR_OF_STEP, _AGE_OF_STEP[None, :]] * np.float32(STEP / HOUR)
    allowed = np.asarray([allowed_night, allowed_day], np.float32)[_PART_OF_START][:, None, None]
    limit = allowed + np.log(np.maximum(gaps_a_day, 1.0))
    steps: Floats = (np.cumsum(along, axis=1) < limit).sum(axis=1).astype(np.float32)
    return np.float32(SHORT) + (steps + 1) * np.float32(STEP)


@lru_cache(maxsize=64)
def first_tables(density: float, allowed: float, gaps_a_day: tuple[float, ...]) -> tuple[Halves, Floats]:
    """Hazard and thresholds of a home of which nothing is known: shared by all that are alike."""
    nothing = np.zeros(CELLS, np.float32)
    hazard = hazard_of(nothing, nothing, density)
    return hazard, thresholds_of(hazard, allowed, allowed, np.asarray(gaps_a_day, np.float32))
