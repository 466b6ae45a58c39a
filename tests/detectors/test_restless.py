"""Restless nights: told in the morning, in numbers, when a night was unlike any that is known of this home."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.concerns import Concern, ConcernKind, Severity
from core.places import Role
from core.ports import Snapshot
from core.readings import Reading
from detectors.unusual import chance_of
from tests.detectors.elder import HOME, ZONE, House, at, changes_when_due_only, check_ins, devices_of, facts_of, moved

BEFORE = 23
KIT = [each for each in devices_of() if each.role not in {Role.SOS, Role.STOVE, Role.SMOKE}]


def night(day: int, clocks: tuple[str, ...], room: str = "bathroom") -> Iterator[Reading]:
    """Up at these times of the night that follows the evening of that day, a few minutes each."""
    for clock in clocks:
        up = at(day if clock > "12" else day + 1, clock)
        yield moved(room, up)
        yield moved(room, up + timedelta(minutes=4))


def by_day(day: int) -> Iterator[Reading]:
    rng = Random(day)
    now = at(day, "06:45")
    while now < at(day, "21:30"):
        yield moved(rng.choice(("living", "kitchen", "bathroom", "living")), now)
        now += timedelta(minutes=rng.uniform(10, 30))
    yield moved("bedroom", at(day, "21:45"))


def usual(day: int) -> Iterator[Reading]:
    """Up once or twice, or not at all."""
    yield from night(day, (("01:10",), ("00:30", "03:15"), (), ("02:20",))[day % 4])


def in_order(*lives: Iterator[Reading]) -> list[Reading]:
    return sorted((each for life in lives for each in life), key=lambda each: each.at)


def restless(house: House) -> list[Concern]:
    return [concern for concern in house.concerns if concern.kind is ConcernKind.RESTLESS]


@pytest.fixture(scope="module")
def settled() -> tuple[Snapshot, ...]:
    house = House(KIT)
    lives = [each for day in range(BEFORE) for each in (*by_day(day), *usual(day))]
    checks = check_ins([each.id for each in KIT], at(0, "00:00"), at(BEFORE, "05:00"))
    house.watch.observe(in_order(iter([*lives, *checks])))
    return tuple(house.watch.snapshots(at(BEFORE, "05:00"), dirty_only=False))


@pytest.fixture
def house(settled: tuple[Snapshot, ...]) -> House:
    house = House(KIT, now=at(BEFORE, "05:00"))
    house.watch.restore(settled)
    return house


def sleeps(house: House, *clocks: str, room: str = "bathroom", day: int = BEFORE, until: str = "12:00") -> None:
    morning = at(day + 1, until)
    lives = in_order(by_day(day), night(day, clocks, room), by_day(day + 1))
    house.pass_until(morning, [each for each in lives if house.now <= each.at < morning])


OFTEN = ("23:10", "23:50", "00:30", "01:15", "01:50", "02:40", "03:20")


def test_a_night_of_being_up_is_told_at_eight_in_numbers(house: House) -> None:
    sleeps(house, *OFTEN)

    [concern] = restless(house)
    facts = facts_of(concern)
    assert concern.severity is Severity.YELLOW
    assert concern.at.astimezone(ZONE).strftime("%H:%M") == "08:00"
    assert (facts["up_at_night"], facts["bathroom_at_night"], facts["up_at_night_most"]) == (7, 7, 2)
    assert 0.5 < float(facts["up_at_night_usual"]) < 1.5


@pytest.mark.parametrize("clocks", [(), ("01:10",), ("00:30", "02:10", "03:20")])
def test_a_night_a_little_worse_than_usual_is_not(house: House, clocks: tuple[str, ...]) -> None:
    sleeps(house, *clocks)

    assert restless(house) == []


def test_who_stays_up_late_is_not_restless(house: House) -> None:
    late = [f"23:{minute:02d}" for minute in range(0, 60, 8)] + [
        f"{h:02d}:{m:02d}" for h in (0, 1) for m in (2, 22, 42)
    ]
    evening = (f"{h:02d}:{m:02d}" for h in (0, 1, 2) for m in range(0, 60, 8))
    sleeps(house, *late, *evening, room="living")

    assert restless(house) == []


def test_turning_in_bed_is_not_being_up(house: House) -> None:
    sleeps(house, *OFTEN, room="bedroom")

    assert restless(house) == []


def test_who_lies_in_is_told_of_when_they_are_up(house: House) -> None:
    lives = in_order(by_day(BEFORE), night(BEFORE, OFTEN))
    house.pass_until(at(BEFORE + 1, "09:30"), [each for each in lives if each.at >= house.now])
    assert restless(house) == []

    house.pass_until(at(BEFORE + 1, "09:40"), [moved("living", at(BEFORE + 1, "09:31"))])

    assert len(restless(house)) == 1


def test_it_is_told_once_over_a_restart_and_is_over_the_next_night(house: House) -> None:
    sleeps(house, *OFTEN, until="07:30")
    house.restart()
    house.pass_until(at(BEFORE + 1, "11:00"))
    house.restart()
    house.pass_until(at(BEFORE + 2, "04:30"))

    assert len(restless(house)) == 1
    assert [each.reason for each in house.cleared if each.kind is ConcernKind.RESTLESS] == ["day_over"]


def test_a_new_home_is_not_judged() -> None:
    house = House(KIT)
    for day in range(2):
        sleeps(house, *OFTEN, day=day)

    assert restless(house) == []


@given(st.lists(st.integers(0, 30), max_size=42), st.floats(0.2, 8), st.integers(0, 40))
def test_more_is_never_likelier(before: list[int], usual_count: float, count: int) -> None:
    chances = [chance_of(count + more, before, usual=usual_count) for more in range(3)]

    assert 1.0 >= chances[0] >= chances[1] >= chances[2] >= 0.0
    assert chance_of(0, before, usual=usual_count) == 1.0


def test_what_it_says_changes_when_it_is_due_and_only_then(house: House) -> None:
    sleeps(house, *OFTEN, until="07:00")

    [mine] = [each for each in house.watch._homes[HOME].detectors() if each.name == f"restless:{HOME}"]
    assert changes_when_due_only(mine, house.now) == 2
