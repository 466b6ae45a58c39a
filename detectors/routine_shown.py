"""A home's routine in a form to look at: the tables that are in force, and what other budgets would buy."""

from collections.abc import Mapping

import numpy as np

from core.routine import Place, ShownRoutine
from detectors.instants import DAY, HOUR, wall
from detectors.lasting import STARTS
from detectors.presence import HomePresence
from detectors.quiets import ABED, BATHROOM, BED, ELSEWHERE, HOURS, MIDDLES, Floats
from detectors.routine import Routine
from detectors.silence import Silence
from detectors.thin import TIMES
from detectors.view import View
from detectors.waiting import Steps, seconds_of
from detectors.weekend import next_saturday

BUDGETS = (0.25, 0.5, 1.0, 2.0)


def shown(
    silence: Silence, presence: HomePresence, sight: View, timezone: str, *, answered: float, t: float
) -> ShownRoutine:
    """As it stands at `t`. `sight`: what can be seen then."""
    routine = silence.routine
    in_force = routine.budget if routine.in_force is None else routine.in_force
    share = (1.0 - answered) * silence.patience  # by which a budget that people set is divided
    budget = round(in_force * share, 3)
    places = {Place.BATHROOM: BATHROOM, Place.BEDROOM: ABED, Place.ELSEWHERE: mostly_elsewhere(routine)}
    return ShownRoutine(
        days=routine.days,
        budget=budget,
        answered=answered,
        waits=_waits(silence, places, t, timezone, at_weekend=False),
        longest={place: routine.longest_by_hour(index) for place, index in places.items()},
        up=routine.up_by_hour(),
        buys={each: waited_for(routine, each / share) for each in sorted({*BUDGETS, budget})},
        out_after=presence.settle,
        patience=silence.patience,
        likened_to=routine.likened_to,
        doubts=silence.doubts(t, sight),
        thin={times: _mean(routine, routine.steps, times) for times in TIMES},
        week=routine.week(),
        at_weekends=_waits(silence, places, t, timezone, at_weekend=True) if routine.later_at_weekends else {},
    )


def _waits(
    silence: Silence, places: Mapping[Place, int], t: float, timezone: str, *, at_weekend: bool
) -> dict[Place, tuple[float, ...]]:
    """By half hour of the wall clock, on a workday whose night no weekend follows, or on a Saturday and the evening
    before it.
    """
    local = wall(timezone, t)
    midnight = t - local % DAY + (next_saturday(int(local // DAY)) - local // DAY) * DAY
    evening = midnight - DAY if at_weekend else midnight - 2 * DAY
    morning = midnight if at_weekend else evening
    halves = [(morning if start < STARTS / 2 else evening) + (start + 0.5) * HOUR / 2 for start in range(STARTS)]
    return {place: tuple(silence.wait(half, index) for half in halves) for place, index in places.items()}


def waited_for(routine: Routine, budget: float) -> float:
    """The mean wait (s) of a fall that may come at any moment that this home has spent, were this its budget.

    A quiet of some age at some hour began that much earlier; time that is part of no quiet counts as its beginning.
    """
    return _mean(routine, routine.steps_at(budget))


def mean_wait(routine: Routine) -> float:
    """The same by what is in force."""
    return _mean(routine, routine.steps)


def _mean(routine: Routine, steps: Steps, times: float = 1.0) -> float:
    """`times`: what every wait is multiplied by."""
    thresholds = times * seconds_of(steps)[np.arange(HOURS) * 2 + 1]  # hour, place
    spent = routine.hours_spent()  # hour of the beginning, age, place
    waits = np.maximum(thresholds[:, None, :] - MIDDLES[None, :, None], 0.0)
    moving = np.maximum(routine.days_known() - _by_clock(spent), 0.0)
    at_once = thresholds[:, mostly_elsewhere(routine)]
    total = float((waits * spent).sum() + (at_once * moving).sum())
    known = float(spent.sum() + moving.sum())
    return total / known if known else float(np.mean(at_once))


def _by_clock(spent: Floats) -> Floats:
    """Hours of quiet by the hour of day in which they were spent."""
    clock = ((np.arange(HOURS)[:, None] + 0.5 + MIDDLES[None, :] / HOUR) % HOURS).astype(int)
    return np.bincount(clock.ravel(), spent.sum(axis=2).ravel(), minlength=HOURS).astype(np.float32)


def mostly_elsewhere(routine: Routine) -> int:
    """The place outside bedroom and bathroom with most of this home's quiet hours."""
    hours = routine.hours_spent().sum(axis=(0, 1))
    hours[[BATHROOM, *BED]] = 0.0
    return int(hours.argmax()) if hours.any() else ELSEWHERE
