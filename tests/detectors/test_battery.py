"""A battery's end is told weeks before it comes, and only of a battery that is seen to drain."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.battery import CHANGE_AT, Drain
from detectors.instants import DAY, NEVER

FIRST = 20_000 * DAY


def told(percents: list[float], *, every: float = 1.0) -> Drain:
    drain = Drain()
    for number, percent in enumerate(percents):
        drain.note(FIRST + number * every * DAY, percent)
    return drain


def test_a_steady_drain_is_dated() -> None:
    drain = told([100 - 0.5 * day for day in range(40)])

    assert drain.due == pytest.approx(FIRST + 170 * DAY, abs=2 * DAY)


def test_steps_and_noise_hardly_move_the_date() -> None:
    chance = Random(4)
    drain = told([round(100 - 0.3 * day + chance.uniform(-1.5, 1.5)) for day in range(150)])

    assert drain.due == pytest.approx(FIRST + (100 - CHANGE_AT) / 0.3 * DAY, abs=45 * DAY)


def test_one_wild_value_does_not_bend_it() -> None:
    steady = [90 - 0.5 * day for day in range(40)]
    wild = [*steady[:20], 0.0, *steady[21:]]

    assert abs(told(wild).due - told(steady).due) < 8 * DAY


@pytest.mark.parametrize(
    "percents",
    [[100.0] * 200, [100.0, 99.0], [80 - 0.1 * day for day in range(9)], [60 + 0.05 * day for day in range(100)], []],
    ids=["full", "two values", "too short", "rising", "never told"],
)
def test_nothing_is_said_of_a_battery_that_is_not_seen_to_drain(percents: list[float]) -> None:
    assert told(percents).due == NEVER


def test_a_new_battery_begins_anew() -> None:
    drain = told([*(60.0 - day for day in range(45)), 100.0, 100.0])

    assert drain.due == NEVER


def test_one_that_is_down_already_is_due_now() -> None:
    drain = told([40.0 - day for day in range(30)])

    assert drain.due == FIRST + 29 * DAY


@given(st.lists(st.floats(0, 100), max_size=400))
def test_whatever_was_told_it_stays_small_and_a_restart_changes_nothing(percents: list[float]) -> None:
    drain = told(percents)

    again = Drain.restored(drain.snapshot())

    assert (again.due, again.snapshot()) == (drain.due, drain.snapshot())
    assert len(drain.snapshot()) <= 32
    assert drain.due == NEVER or drain.due >= FIRST
