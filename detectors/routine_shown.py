"""A home's routine in a form to look at: the tables that are in force, and what other budgets would buy."""

import numpy as np

from core.routine import Place, ShownRoutine
from detectors.hazard import BATHROOM, BEDROOM, EDGES, ELSEWHERE, HOURS, SHORT, STARTS, Floats, thresholds_of
from detectors.instants import DAY, HOUR, wall
from detectors.presence import HomePresence
from detectors.routine import Routine
from detectors.silence import Silence

PLACES_SHOWN = {Place.BATHROOM: BATHROOM, Place.BEDROOM: BEDROOM, Place.ELSEWHERE: ELSEWHERE}
BUDGETS = (0.25, 0.5, 1.0, 2.0)
_MIDDLES = np.asarray([(low + high) / 2 for low, high in zip((SHORT, *EDGES), (*EDGES, 2 * EDGES[-1]), strict=True)])
"""Of the age classes (s); of the last, which is open, one and a half times its beginning."""


def shown(silence: Silence, presence: HomePresence, timezone: str, *, answered: float, t: float) -> ShownRoutine:
    """As it stands at `t`."""
    routine = silence.routine
    midnight = t - wall(timezone, t) % DAY
    halves = [midnight + (start + 0.5) * HOUR / 2 for start in range(STARTS)]
    asked = (routine.budget if routine.in_force is None else routine.in_force) * (1.0 - answered)
    return ShownRoutine(
        days=routine.days,
        budget=round(asked, 4),
        answered=answered,
        waits={place: tuple(silence.wait(half, index) for half in halves) for place, index in PLACES_SHOWN.items()},
        longest={place: routine.longest_by_hour(index) for place, index in PLACES_SHOWN.items()},
        up=routine.up_by_hour(),
        buys={budget: waited_for(routine, budget / (1.0 - answered)) for budget in sorted({*BUDGETS, round(asked, 4)})},
        out_after=presence.settle,
    )


def waited_for(routine: Routine, budget: float) -> float:
    """The mean wait (s) of a fall that may come at any moment that this home has spent, were this its budget.

    A quiet of some age at some hour began that much earlier; time that is part of no quiet counts as its beginning.
    """
    return _mean(routine, thresholds_of(routine.hazard, routine.cost(budget), routine.risk))


def mean_wait(routine: Routine) -> float:
    """The same by the thresholds that are in force."""
    return _mean(routine, routine.thresholds)


def _mean(routine: Routine, thresholds: Floats) -> float:
    spent = routine.hours_spent()  # hour, age, place
    hours = (np.arange(HOURS) + 0.5)[:, None] * HOUR
    began = ((hours - _MIDDLES[None, :]) % DAY // (HOUR / 2)).astype(int)
    waits = np.maximum(thresholds[began] - _MIDDLES[None, :, None], 0.0)
    moving = np.maximum(routine.days_known() - spent.sum(axis=(1, 2)), 0.0)
    at_once = thresholds[(np.arange(HOURS) * 2 + 1) % STARTS, ELSEWHERE]
    total = float((waits * spent).sum() + (at_once * moving).sum())
    known = float(spent.sum() + moving.sum())
    return total / known if known else float(np.mean(thresholds[:, ELSEWHERE]))
