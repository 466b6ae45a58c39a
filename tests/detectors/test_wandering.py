"""Wandering: again and again at the door by night is urgent, pacing is asked about; usual nights are neither."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from core.concerns import Concern, ConcernKind, Severity
from core.places import Role
from core.ports import Snapshot
from core.readings import Reading
from tests.detectors.elder import HOME, House, at, changes_when_due_only, check_ins, devices_of, door, facts_of, moved

BEFORE = 16
KIT = [each for each in devices_of() if each.role not in {Role.SOS, Role.STOVE, Role.SMOKE}]
TWO = at(BEFORE, "02:00")


def usual(day: int) -> Iterator[Reading]:
    """Up all day, to the door at noon, once to the bathroom and back at one in the night."""
    now = at(day, "07:00")
    while now < at(day, "21:30"):
        yield moved("kitchen" if now.minute % 2 else "living", now)
        now += timedelta(minutes=17)
    yield from opened(at(day, "12:00"))
    for room, clock in (("bedroom", "01:00"), ("bathroom", "01:01"), ("bedroom", "01:06")):
        yield moved(room, at(day + 1, clock))


def opened(when: datetime) -> Iterator[Reading]:
    yield door("open", when)
    yield door("closed", when + timedelta(seconds=9))


def at_the_door(times: int, since: datetime = TWO, every: float = 8) -> list[Reading]:
    visits = [since + n * timedelta(minutes=every) for n in range(times)]
    return [each for v in visits for each in (*opened(v), moved("living", v + timedelta(minutes=2)))]


def paces(minutes: float, since: datetime = TWO) -> list[Reading]:
    rooms = ("living", "kitchen", "bathroom")
    return [moved(rooms[n % 3], since + n * timedelta(seconds=50)) for n in range(int(minutes * 60 / 50))]


def wandering(house: House) -> list[Concern]:
    return [concern for concern in house.concerns if concern.kind is ConcernKind.WANDERING]


@pytest.fixture(scope="module")
def settled() -> tuple[Snapshot, ...]:
    house = House(KIT)
    checks = check_ins([each.id for each in KIT], at(0, "00:00"), at(BEFORE, "00:30"))
    lives = [*checks, *(each for day in range(BEFORE) for each in usual(day))]
    house.watch.observe(sorted((each for each in lives if each.at < at(BEFORE, "00:30")), key=lambda each: each.at))
    return tuple(house.watch.snapshots(at(BEFORE, "00:30"), dirty_only=False))


@pytest.fixture
def house(settled: tuple[Snapshot, ...]) -> House:
    house = House(KIT, now=at(BEFORE, "00:30"))
    house.watch.restore(settled)
    return house


def test_the_third_time_at_the_door_is_told_at_once(house: House) -> None:
    house.pass_until(at(BEFORE, "02:40"), at_the_door(4))

    [concern] = wandering(house)
    assert concern.severity is Severity.ORANGE
    assert timedelta(minutes=16) <= concern.at - TWO < timedelta(minutes=17)
    assert concern.since == TWO
    assert facts_of(concern) == {"at_the_door": 3, "within": 3600, "never_more_than": 0, "nights_known": BEFORE - 1}


def test_it_is_over_half_an_hour_after_the_last_time(house: House) -> None:
    house.pass_until(at(BEFORE, "03:30"), at_the_door(4))

    [over] = [each for each in house.cleared if each.kind is ConcernKind.WANDERING]
    assert over.reason == "rest"
    assert timedelta(minutes=54) <= over.at - TWO < timedelta(minutes=55)


def test_pacing_from_room_to_room_is_asked_about(house: House) -> None:
    house.pass_until(at(BEFORE, "02:50"), paces(40))

    [concern] = wandering(house)
    assert concern.severity is Severity.YELLOW
    assert concern.at - TWO < timedelta(minutes=16)
    assert "room_changes" in facts_of(concern)


def test_who_paces_and_then_goes_to_the_door_becomes_urgent(house: House) -> None:
    house.pass_until(at(BEFORE, "02:50"), [*paces(20), *at_the_door(3, TWO + timedelta(minutes=21))])

    said = wandering(house)
    assert [each.severity for each in said] == [Severity.YELLOW, Severity.ORANGE]
    assert len({each.episode for each in said}) == 1


@pytest.mark.parametrize(
    "life",
    [
        at_the_door(2),
        at_the_door(3, every=35),
        at_the_door(4, every=0.2),
        paces(8),
        at_the_door(4, at(BEFORE, "14:00")),
    ],
    ids=["out and in again", "far apart", "a door that bounces", "to the kitchen and back", "by day"],
)
def test_what_is_no_wandering(house: House, life: list[Reading]) -> None:
    house.pass_until(at(BEFORE, "16:00"), life)

    assert wandering(house) == []


def test_what_has_been_so_before_is_no_news(house: House) -> None:
    for night in range(2):
        start = TWO + timedelta(days=night)
        house.pass_until(start + timedelta(minutes=55), at_the_door(3, start))
        morning = [each for each in usual(BEFORE + night) if each.at >= house.now]
        house.pass_until(at(BEFORE + night + 1, "00:30"), [each for each in morning if each.at.day == house.now.day])

    assert len({each.episode for each in wandering(house)}) == 1


def test_who_leaves_and_stays_away_is_told_of_once(house: House) -> None:
    house.pass_until(at(BEFORE, "05:00"), list(opened(TWO)))

    assert [each.kind for each in house.concerns] == [ConcernKind.NIGHT_OUT]


def test_a_restart_while_it_goes_on_says_it_once(house: House) -> None:
    life = at_the_door(5)
    for cut in ("02:05", "02:12", "02:20", "02:30", "03:40"):
        house.pass_until(at(BEFORE, cut), [each for each in life if house.now <= each.at < at(BEFORE, cut)])
        house.restart()

    assert len(wandering(house)) == 1
    assert [each.kind for each in house.cleared] == [ConcernKind.WANDERING]


def test_a_new_home_is_not_judged() -> None:
    house = House(KIT)
    house.pass_until(at(1, "00:30"), usual(0))
    house.pass_until(at(1, "04:00"), at_the_door(5, at(1, "02:00")))

    assert wandering(house) == []


def test_what_it_says_changes_when_it_is_due_and_only_then(house: House) -> None:
    house.pass_until(at(BEFORE, "02:30"), at_the_door(4))

    [mine] = [each for each in house.watch._homes[HOME].detectors() if each.name == f"wandering:{HOME}"]
    assert changes_when_due_only(mine, house.now) == 1
