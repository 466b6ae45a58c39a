"""Out at night and not back: asked about within the hour, unless coming home late is this home's habit."""

from datetime import datetime, timedelta

import pytest

from core.concerns import Concern, ConcernKind
from tests.detectors.elder import DOOR, House, at, day_of_life, door, moved

LEARNED = 10


@pytest.fixture
def house() -> House:
    house = House()
    house.live(LEARNED)
    house.said.clear()
    return house


def passes(when: datetime) -> list[object]:
    return [door("open", when), door("closed", when + timedelta(seconds=6))]


def missed(house: House) -> list[Concern]:
    return [c for c in house.concerns if c.kind is ConcernKind.NIGHT_OUT]


def go(house: House, day: int, leaves: datetime, back: datetime | None, until: datetime) -> None:
    """A usual day that ends with a walk."""
    usual = [r for r in day_of_life(day) if house.now <= r.at < leaves - timedelta(minutes=5)]
    walk = passes(leaves) + ([] if back is None else [*passes(back), moved("living", back + timedelta(seconds=90))])
    house.pass_until(until, [*usual, moved("living", leaves - timedelta(minutes=2)), *walk])  # type: ignore[list-item]


def test_who_leaves_in_the_night_is_missed_within_two_hours(house: House) -> None:
    left = at(LEARNED, "23:40")

    go(house, LEARNED, left, None, at(LEARNED + 1, "04:00"))

    [concern] = missed(house)
    assert timedelta(hours=1) <= concern.at - left <= timedelta(hours=2)
    facts = {fact.name: fact.value for fact in concern.facts}
    assert facts["left_at"] == (left + timedelta(seconds=6)).isoformat()
    assert facts["threshold"] == 3600


def test_who_is_back_soon_is_not(house: House) -> None:
    left = at(LEARNED, "22:30")

    go(house, LEARNED, left, left + timedelta(minutes=25), at(LEARNED + 1, "00:30"))

    assert missed(house) == []


def test_coming_home_ends_it(house: House) -> None:
    left = at(LEARNED, "23:30")

    go(house, LEARNED, left, left + timedelta(hours=3), at(LEARNED + 1, "03:30"))

    assert len(missed(house)) == 1
    assert [e.kind for e in house.cleared] == [ConcernKind.NIGHT_OUT]


def test_a_walk_by_day_is_nothing(house: House) -> None:
    house.live_until(at(LEARNED, "14:00"), day=LEARNED)
    house.pass_until(at(LEARNED, "20:00"), passes(at(LEARNED, "14:05")))  # type: ignore[arg-type]

    assert missed(house) == []


def test_a_habit_is_known_after_the_first_nights(house: House) -> None:
    for night in range(4):
        left = at(LEARNED + night, "22:15")
        go(house, LEARNED + night, left, left + timedelta(hours=2), at(LEARNED + night + 1, "02:00"))

    assert [c.since.date() for c in missed(house)] == [at(LEARNED, "22:15").date()], "asked about once"


def test_it_is_said_once_over_a_restart(house: House) -> None:
    left = at(LEARNED, "23:40")
    go(house, LEARNED, left, None, at(LEARNED + 1, "01:30"))
    assert len(missed(house)) == 1

    house.restart()
    house.pass_until(at(LEARNED + 1, "04:00"))

    assert len(missed(house)) == 1


def test_a_dead_door_is_nobody_out(house: House) -> None:
    house.dead.add(DOOR)
    house.live_until(at(LEARNED + 1, "06:00"), day=LEARNED)

    assert missed(house) == []
