"""What is expected by an hour, in virtual time: said when it has not come, and never where nobody could have seen."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from core.concerns import Concern, ConcernKind, Severity
from core.family import Expectation
from core.places import Room
from tests.detectors.elder import DOOR, GATEWAY, HOME, House, at, day_of_life, door, facts_of, moved

TEA = Expectation("tea", HOME, "早茶", time(6), time(9), "min", room=Room.KITCHEN)


def house_with(*expected: Expectation) -> House:
    house = House(expected={HOME: expected})
    house.live(3)
    house.said.clear()
    return house


def missed(house: House) -> list[Concern]:
    return [c for c in house.concerns if c.kind is ConcernKind.EXPECTED]


def without_kitchen(house: House, day: int, *, until: str) -> None:
    """The rest of a usual day, but for the kitchen and the walk."""
    rest = [r for r in day_of_life(day) if house.now <= r.at < at(day, until)]
    life = [r for r in rest if r.device not in {f"{GATEWAY}/kitchen", DOOR}]
    house.pass_until(at(day, until), life)


def test_a_usual_morning_says_nothing() -> None:
    house = house_with(TEA, replace(TEA, id="any", room=None))

    house.live(5, first=3)

    assert missed(house) == []


def test_no_tea_by_nine_is_said_at_nine_with_its_reason() -> None:
    house = house_with(TEA)

    without_kitchen(house, 3, until="08:59")
    assert missed(house) == []
    without_kitchen(house, 3, until="09:03")

    [concern] = missed(house)
    assert (concern.severity, concern.place, concern.since) == (Severity.YELLOW, Room.KITCHEN, at(3, "09:00"))
    told = facts_of(concern)
    assert (told["expected"], told["expected_by"]) == ("早茶", at(3, "09:00").isoformat())
    assert str(told["last_like_it"]) < at(3, "00:00").isoformat()


def test_when_it_comes_late_it_is_over() -> None:
    house = house_with(TEA)
    without_kitchen(house, 3, until="09:03")

    house.pass_until(at(3, "09:30"), [moved("kitchen", at(3, "09:20"))])

    [cleared] = [e for e in house.cleared if e.kind is ConcernKind.EXPECTED]
    assert (cleared.episode, cleared.reason) == (missed(house)[0].episode, "seen")


def test_each_day_is_an_episode_of_its_own() -> None:
    house = house_with(TEA)
    for day in (3, 4):
        without_kitchen(house, day, until="23:59")

    assert len({concern.episode for concern in missed(house)}) == 2


def test_only_on_its_weekdays() -> None:
    tuesday = at(3, "09:00").astimezone().weekday()
    house = house_with(replace(TEA, weekdays=frozenset({(tuesday + 1) % 7})))

    without_kitchen(house, 3, until="23:59")
    assert missed(house) == []

    without_kitchen(house, 4, until="23:59")
    assert len(missed(house)) == 1


def test_a_home_that_was_blind_in_the_window_has_missed_nothing() -> None:
    house = house_with(TEA)
    house.dead |= {device.id for device in house.devices}
    house.pass_until(at(3, "23:59"))

    assert missed(house) == []


def test_a_dead_sensor_of_the_room_is_not_a_missed_tea() -> None:
    house = house_with(TEA)
    house.dead.add(f"{GATEWAY}/kitchen")
    house.dead.add(f"{GATEWAY}/stove")
    for day in (3, 4, 5):
        without_kitchen(house, day, until="23:59")

    assert [c for c in missed(house) if c.since >= at(4, "00:00")] == []


def test_whoever_went_out_early_has_missed_nothing() -> None:
    house = house_with(TEA)
    out = at(3, "05:30")
    house.pass_until(
        at(3, "09:30"),
        [moved("bedroom", at(3, "05:10")), door("open", out), door("closed", out + timedelta(seconds=6))],
    )

    assert missed(house) == []


def test_a_new_wish_judges_no_window_that_was_open_or_over_before() -> None:
    house = house_with()
    without_kitchen(house, 3, until="08:30")
    house.said += house.watch.use_expectations({HOME: (TEA,)})
    without_kitchen(house, 3, until="23:00")
    assert missed(house) == []

    without_kitchen(house, 4, until="12:00")
    assert len(missed(house)) == 1


def test_a_wish_that_is_taken_back_ends_what_was_said_for_it() -> None:
    house = house_with(TEA)
    without_kitchen(house, 3, until="09:03")

    house.said += house.watch.use_expectations({})

    assert [e.reason for e in house.cleared if e.kind is ConcernKind.EXPECTED] == ["no longer expected"]
    without_kitchen(house, 4, until="12:00")
    assert len(missed(house)) == 1


@pytest.mark.parametrize("clock", ["05:00", "07:30", "08:59", "09:01", "11:00"])
def test_a_restart_changes_nothing(clock: str) -> None:
    house = house_with(TEA)
    without_kitchen(house, 3, until=clock)

    house.restart()
    without_kitchen(house, 3, until="23:00")

    assert len(missed(house)) == 1


def test_anywhere_means_any_sign_of_life() -> None:
    house = house_with(replace(TEA, room=None))

    house.pass_until(at(3, "09:03"), [moved("bathroom", at(3, "06:10"))])
    assert missed(house) == []

    house.pass_until(at(4, "09:03"), [moved("bathroom", at(3, "22:10"))])
    assert len(missed(house)) == 1


def test_the_door_sensor_counts_where_it_hangs() -> None:
    house = house_with(replace(TEA, room=Room.ENTRANCE))
    assert DOOR.startswith(GATEWAY)

    house.live_until(at(3, "09:20"), day=3)

    assert len(missed(house)) == 1
