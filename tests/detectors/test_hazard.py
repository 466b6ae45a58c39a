"""Waiting against false alarms: thresholds follow from what a false alarm costs, and grow with it."""

import base64
import math
import zlib
from array import array

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.places import Room
from detectors import hazard, lasting
from detectors.hazard import Learned
from detectors.instants import DAY, HOUR, MINUTE
from detectors.lasting import STARTS, STEP, STEPS, goes_on, of_every_place
from detectors.quiets import (
    ABED,
    BATHROOM,
    BEDROOM,
    CELLS,
    LIVING,
    PLACES,
    SHORT,
    Floats,
    Quiet,
    Quiets,
    cells_of,
    place_of,
)
from detectors.routine import Routine
from detectors.waiting import BATHROOM_RISK, costs_needed, seconds_of, steps_of

COSTS = st.floats(1.0, 5000.0)
NIGHT = Quiet(22.5 * HOUR, 7.5 * HOUR, ABED)


def life(days: int) -> list[Quiet]:
    by_day = [Quiet(h * HOUR + 60.0 * m, (12 + 5 * (m % 4)) * MINUTE, LIVING) for h in range(8, 22) for m in (0, 30)]
    return [*by_day, NIGHT, Quiet(9 * HOUR, 12 * MINUTE, BATHROOM)] * days


def counted(quiets: list[Quiet]) -> tuple[Floats, Floats]:
    store = Quiets()
    for quiet in quiets:
        store.add(quiet)
    store.end_day(1.0)
    return store.counted()


def learned(quiets: list[Quiet]) -> Learned:
    return hazard.learn(*counted(quiets), hazard.no_weights(), 1.0, moves=12)


KNOWN = learned(life(10))
PATHS = of_every_place(KNOWN.weights, 1.0)


def waits(cost: float, paths: Floats = PATHS) -> Floats:
    return seconds_of(steps_of(paths, cost, BATHROOM_RISK))


@settings(max_examples=30)
@given(COSTS, COSTS)
def test_dearer_false_alarms_are_waited_for_longer(one: float, other: float) -> None:
    low, high = sorted((one, other))

    assert (waits(low) <= waits(high)).all()


def test_nights_are_waited_for_and_days_are_not() -> None:
    paths = of_every_place(learned(life(28)).weights, 1.0)
    noon, night = waits(100.0, paths)[24, LIVING], waits(100.0, paths)[45, ABED]

    assert noon < 0.65 * night
    assert night > 7 * HOUR


def test_the_bathroom_is_judged_sooner() -> None:
    assert waits(100.0)[24, BATHROOM] < waits(100.0)[24, LIVING]


@settings(max_examples=40)
@given(st.integers(0, STARTS - 1), st.integers(int(SHORT), 12 * 3600), st.integers(0, PLACES - 1))
def test_at_the_cost_that_it_needed_a_quiet_is_no_alarm(start: int, gap: int, place: int) -> None:
    risk = np.asarray([BATHROOM_RISK if place == BATHROOM else 1.0], np.float32)

    (needed,) = costs_needed(PATHS[:, place, [start]], np.asarray([gap]), risk)

    if needed < 11.9:
        assert waits(math.exp(needed))[start, place] > gap
    if needed > 0.1:
        assert waits(math.exp(needed - 0.05))[start, place] <= gap + STEP


def test_a_quiet_is_judged_by_what_others_tell_of_its_hour() -> None:
    """Judged together with itself, a strange quiet looks half usual: without it, as strange as it was."""
    strange = Quiet(13 * HOUR, 6 * HOUR, LIVING)
    known = learned([*life(20), strange])
    (alone,) = hazard.without_each(known, [strange], np.ones(1), 1.0)

    def needed(weights: Floats) -> float:
        path = goes_on(weights[None], 1.0, np.asarray([LIVING]), np.asarray([26]))
        return float(costs_needed(path, np.asarray([strange.gap]), np.ones(1, np.float32))[0])

    assert needed(alone) > needed(known.weights)
    assert needed(alone) == pytest.approx(needed(learned(life(20)).weights), abs=0.1)


QUIETS = st.builds(Quiet, st.floats(0, DAY - 1), st.floats(SHORT, 20 * HOUR), st.integers(0, PLACES - 1))


@settings(max_examples=10)
@given(st.lists(QUIETS, min_size=2, max_size=12))
def test_quiets_that_are_judged_together_are_judged_as_each_alone(quiets: list[Quiet]) -> None:
    worth = np.linspace(0.3, 1.0, len(quiets))
    known = learned([*life(5), *quiets])

    together = hazard.without_each(known, quiets, worth, 1.0)

    for quiet, its, weights in zip(quiets, worth, together, strict=True):
        (alone,) = hazard.without_each(known, [quiet], np.asarray([its]), 1.0)
        np.testing.assert_allclose(weights, alone, rtol=0, atol=1e-5)


@settings(max_examples=25)
@given(st.lists(st.floats(-3, 3, width=32), min_size=5, max_size=5), st.integers(0, PLACES - 1))
def test_a_quiet_goes_on_as_its_hazard_says_at_every_step(drawn: list[float], place: int) -> None:
    """The log of the hazard is the sum of its terms, however it is reckoned."""
    weights = np.resize(np.asarray(drawn, np.float32), hazard.no_weights().size)
    began, age = np.meshgrid(np.arange(STARTS) / 2 + 0.25, SHORT + (np.arange(STEPS) + 0.5) * STEP)
    logs = hazard.terms_at(place, began, age) @ weights + math.log(hazard.SIGNS_AN_HOUR)
    rates = np.exp(np.clip(logs, hazard.LOWEST, hazard.HIGHEST))
    chances = (1.0 + 0.1 * np.cumsum(rates * STEP / HOUR, axis=0)) ** -10.0

    every = of_every_place(weights, 1.0)[:, place]
    each = goes_on(np.tile(weights, (STARTS, 1)), 1.0, np.full(STARTS, place), np.arange(STARTS))

    np.testing.assert_allclose(every, chances, rtol=0, atol=1e-5)
    np.testing.assert_allclose(each, chances, rtol=0, atol=1e-5)


@given(st.integers(1, 60), st.integers(0, 2**32 - 1))
def test_a_sum_by_blocks_is_a_sum(width: int, seed: int) -> None:
    steps = np.random.default_rng(seed).random((STEPS, width), np.float32)

    np.testing.assert_allclose(lasting.summed(steps), np.cumsum(steps, axis=0, dtype=np.float64), rtol=1e-5)


@given(st.floats(0, DAY - 1, width=32), st.floats(SHORT, 20 * HOUR, width=32), st.integers(0, PLACES - 1))
def test_every_hour_of_a_quiet_is_counted_once_and_its_end_too(second: float, gap: float, place: int) -> None:
    quiet = Quiet(second, gap, place)
    ends, hours = counted([quiet])
    cells, _, last = cells_of([quiet])

    assert ends.sum() == 1.0
    assert ends[cells[0, last[0]]] == 1.0
    spent = float(hours.sum()) * HOUR
    assert spent == pytest.approx(min(gap - SHORT, 15 * HOUR - SHORT), abs=11 * MINUTE)


def test_whoever_was_seen_in_the_bedroom_only_for_an_hour_is_in_bed() -> None:
    assert place_of(Room.BEDROOM, 5 * MINUTE) == BEDROOM
    assert place_of(Room.BEDROOM, 2 * HOUR) == ABED
    assert place_of(Room.BATHROOM, 2 * HOUR) == BATHROOM


@pytest.mark.parametrize("budget", [0.25, 0.5, 1.0, 2.0])
def test_a_larger_budget_makes_a_false_alarm_cheaper(budget: float) -> None:
    tight = Routine("Asia/Shanghai", budget=budget, density=1.0)
    loose = Routine("Asia/Shanghai", budget=2 * budget, density=1.0)

    assert loose.cost() < tight.cost()
    assert loose.threshold(12 * HOUR, LIVING) <= tight.threshold(12 * HOUR, LIVING)


def lived(days: int, *, wild: bool = False) -> Routine:
    routine = Routine("UTC", budget=0.5, density=1.0)
    for day in range(days):
        for hour in range(8, 20):
            start = day * DAY + hour * HOUR
            strange = wild and day % 4 == 3 and hour == 13
            routine.hear(start, LIVING)
            routine.learn(start, start + (6 * HOUR if strange else (20 + day % 5 * 7) * MINUTE), LIVING)
    return routine


def test_a_home_of_wild_days_waits_longer_than_a_calm_one() -> None:
    wild, calm = lived(30, wild=True), lived(30)

    assert calm.cost() < wild.cost()
    assert calm.threshold(12 * HOUR, LIVING) < wild.threshold(12 * HOUR, LIVING)


def test_what_is_learned_goes_on_after_a_restart_to_the_bit() -> None:
    routine = lived(12, wild=True)
    again = Routine("UTC", budget=0.5, density=1.0)
    again.restore(routine.snapshot())

    for each in (routine, again):
        each.hear(13 * DAY, LIVING)

    assert again.snapshot() == routine.snapshot()


def test_a_routine_of_earlier_layouts_is_taken_up_with_its_counts() -> None:
    """They counted by hour of the clock, seven ages and three places, and wrote five or four small tables."""
    ends, hours = np.zeros((2, 24, 7, 3), np.float32)
    hours[8:20, 1:4, 2] = 6.0
    hours[:7, 1:5, 1] = 30.0
    ends[8:20, 3, 2] = 30.0
    tables = b"".join(np.asarray(each, np.float32).tobytes() for each in (ends, hours, np.full((24, 3), 900.0)))
    rest = bytes(4 * 48 * 3 + 2 * 24 * 7 * 3)
    body = {
        "tables": base64.b64encode(zlib.compress(tables + rest, 1)).decode("ascii"),
        "small": [[0.0] * 3, [0.5] * 24, [3.0, 1.0, 0.4], [0.0, 0.0]],
        "days": [40, 33, 7],
    }

    routine = Routine("UTC", budget=0.5, density=1.0)
    routine.restore(body)

    assert (routine.days, routine.day) == (33, 40)
    assert routine.usual_longest(12 * HOUR, LIVING) == 900.0
    assert routine.up_by_hour() == tuple(array("d", [0.5] * 24))
    assert routine.threshold(12 * HOUR, LIVING) < routine.threshold(0, BEDROOM)
    assert routine.cost() == Routine("UTC", budget=0.5, density=1.0).cost()


def test_the_counts_are_small() -> None:
    store = Quiets()
    for _ in range(60):
        for quiet in life(1):
            store.add(quiet)
        store.end_day(0.98)

    assert len(store.snapshot()["some"]) < 4000
    assert store.counted()[0].size == CELLS
