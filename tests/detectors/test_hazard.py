"""Waiting against false alarms: thresholds follow from what a false alarm costs, and grow with it."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.hazard import (
    BATHROOM,
    CELLS,
    ELSEWHERE,
    SHORT,
    STARTS,
    STEP,
    cells_of,
    cost_needed,
    hazard_of,
    thresholds_of,
)
from detectors.hazard import (
    BATHROOM_RISK as RISK,
)
from detectors.instants import DAY, HOUR, MINUTE
from detectors.routine import Routine

COSTS = st.floats(1.0, 5000.0)


def learned(quiets: list[tuple[float, float, int]]) -> np.ndarray[tuple[int, ...], np.dtype[np.float16]]:
    """From quiets by their beginning (s after midnight), length (s) and place."""
    events, exposure = np.zeros(CELLS, np.float32), np.zeros(CELLS, np.float32)
    for second, gap, place in quiets:
        cell = -1
        for cell, hours in cells_of(second, gap, place):
            exposure[cell] += hours
        if cell >= 0:
            events[cell] += 1
    return hazard_of(events, exposure, 1.0)


def life(days: int) -> list[tuple[float, float, int]]:
    by_day = [(h * HOUR + 60.0 * m, (8 + 5 * (m % 4)) * MINUTE, ELSEWHERE) for h in range(8, 22) for m in (0, 30)]
    return [*by_day, (22.5 * HOUR, 7.5 * HOUR, ELSEWHERE), (9 * HOUR, 9 * MINUTE, BATHROOM)] * days


@settings(max_examples=30)
@given(COSTS, COSTS)
def test_dearer_false_alarms_are_waited_for_longer(one: float, other: float) -> None:
    hazard = learned(life(10))
    low, high = sorted((one, other))

    assert (thresholds_of(hazard, low, RISK) <= thresholds_of(hazard, high, RISK)).all()


def test_nights_are_waited_for_and_days_are_not() -> None:
    thresholds = thresholds_of(learned(life(28)), 300.0, RISK)

    noon, night = thresholds[24, ELSEWHERE], thresholds[45, ELSEWHERE]
    assert noon < 0.65 * night
    assert night > 7 * HOUR


def test_the_bathroom_is_judged_sooner() -> None:
    thresholds = thresholds_of(learned(life(28)), 300.0, RISK)

    assert thresholds[24, BATHROOM] < thresholds[24, ELSEWHERE]


@settings(max_examples=40)
@given(st.integers(0, STARTS - 1), st.integers(int(SHORT), 12 * 3600), st.integers(0, 2))
def test_at_the_cost_that_it_needed_a_quiet_is_no_alarm(start: int, gap: int, place: int) -> None:
    hazard, second = learned(life(10)), start * HOUR / 2

    needed = cost_needed(hazard, RISK, second, gap, place)

    if needed < 11.9:
        assert thresholds_of(hazard, math.exp(needed), RISK)[start, place] > gap
    if needed > 0.1:
        assert thresholds_of(hazard, math.exp(needed - 0.05), RISK)[start, place] <= gap + STEP


@pytest.mark.parametrize("budget", [0.25, 0.5, 1.0, 2.0])
def test_a_larger_budget_makes_a_false_alarm_cheaper(budget: float) -> None:
    tight = Routine("Asia/Shanghai", budget=budget, density=1.0)
    loose = Routine("Asia/Shanghai", budget=2 * budget, density=1.0)

    assert loose.cost() < tight.cost()
    assert loose.threshold(12 * HOUR, ELSEWHERE) <= tight.threshold(12 * HOUR, ELSEWHERE)


def test_a_home_of_wild_days_waits_longer_than_a_calm_one() -> None:
    wild, calm = (Routine("UTC", budget=0.5, density=1.0) for _ in range(2))

    for day in range(30):
        for hour in range(8, 20):
            start = day * DAY + hour * HOUR
            for routine in (wild, calm):
                strange = routine is wild and day % 4 == 3 and hour == 13
                routine.hear(start, ELSEWHERE)
                routine.learn(start, start + (6 * HOUR if strange else 20 * MINUTE), ELSEWHERE)

    assert calm.cost() < wild.cost()
    assert calm.threshold(12 * HOUR, ELSEWHERE) < wild.threshold(12 * HOUR, ELSEWHERE)


def test_a_routine_of_the_first_layout_is_taken_up_with_its_tables() -> None:
    routine = Routine("UTC", budget=0.5, density=1.0)
    for day in range(9):
        for hour in range(8, 20):
            routine.hear(day * DAY + hour * HOUR, ELSEWHERE)
            routine.learn(day * DAY + hour * HOUR, day * DAY + hour * HOUR + 20 * MINUTE, ELSEWHERE)
    body = routine.snapshot()
    today, awake, _, _ = body["small"]
    body["small"] = [[4.0, 15.0, 30.0], today, awake, [3.0] * 6, [0.1] * 4]

    again = Routine("UTC", budget=0.5, density=1.0)
    again.restore(body)

    assert (again.days, again.day) == (routine.days, routine.day)
    assert again.threshold(12 * HOUR, ELSEWHERE) == routine.threshold(12 * HOUR, ELSEWHERE)
    assert again.cost() == Routine("UTC", budget=0.5, density=1.0).cost()
