"""Days that are unlike all others, of an illness or a holiday: what they teach is bounded, and passes."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import cache
from statistics import fmean

import pytest

from core.readings import Reading
from core.routine import Place, ShownRoutine
from tests.detectors.elder import HOME, House, at, day_of_life, door, moved

KNOWN, ODD, LATER = 42, 5, 60
"""Days before, so many unlike them, and after them as ever."""
Day = Callable[[int], Iterable[Reading]]


def in_bed(day: int) -> Iterator[Reading]:
    """Ill: five times up for minutes, and in between four hours of nothing."""
    for clock, room in (
        ("04:10", "bathroom"), ("07:50", "bathroom"), ("07:56", "bedroom"), ("11:50", "kitchen"), ("12:05", "kitchen"),
        ("12:11", "bedroom"), ("16:20", "bathroom"), ("16:26", "bedroom"), ("20:10", "bathroom"), ("20:16", "bedroom"),
    ):  # fmt: skip
        yield moved(room, at(day, clock))


def with_the_children(day: int) -> Iterator[Reading]:
    """Out by the front door on the morning of the first day, and back late on the last."""
    for of, clock in ((KNOWN, "09:00"), (KNOWN + ODD - 1, "20:30")):
        if day == of:
            yield from (door("open", at(day, clock)), door("closed", at(day, clock) + timedelta(seconds=6)))
    if day == KNOWN + ODD - 1:
        yield from (moved("living", at(day, clock)) for clock in ("20:32", "20:50", "21:20", "21:50"))


def late_and_in_all_day(day: int) -> Iterator[Reading]:
    """Holidays at home: up two hours later, and no walk."""
    for each in day_of_life(day):
        if not at(day, "06:00") <= each.at < at(day, "08:30") and not each.device.endswith("door"):
            yield each


@cache
def waits(odd: Day, later: int) -> dict[tuple[Place, str], float]:
    """How long is waited then, so many days after the odd ones, by place and part of the day (s)."""
    house = House()
    life = [r for day in range(KNOWN + ODD + later) for r in (odd if KNOWN <= day < KNOWN + ODD else day_of_life)(day)]
    house.pass_until(at(KNOWN + ODD + later, "00:00"), sorted(life, key=lambda each: each.at))
    routine = house.watch.routine(HOME)
    assert isinstance(routine, ShownRoutine)
    parts = {"day": range(16, 40), "evening": range(44, 48), "night": range(12)}
    return {
        (place, part): fmean(routine.waits[place][half] for half in halves)
        for place in Place
        for part, halves in parts.items()
    }


@pytest.mark.parametrize(
    ("odd", "at_once", "in_the_end"),
    [(in_bed, 2.0, 1.5), (late_and_in_all_day, 1.7, 1.5), (with_the_children, 1.5, 1.1)],
)
def test_what_a_few_odd_days_teach_is_bounded_and_passes(odd: Day, at_once: float, in_the_end: float) -> None:
    """In a life that is else as regular as a clock, where it tells most."""
    for later, bound in ((2, at_once), (LATER, in_the_end)):
        usual, after = waits(day_of_life, later), waits(odd, later)
        longer = {where: after[where] / usual[where] for where in usual}
        assert max(longer.values()) < bound, (later, longer)
