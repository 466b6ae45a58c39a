"""Meals: who is up and about and not once in the kitchen is asked the same day; blindness and absence say nothing."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.concerns import Concern, ConcernKind, Severity
from core.places import Device, Role, Room
from core.ports import Snapshot
from core.readings import Kind, Reading
from detectors.habit import BEYOND, HALVES, KEPT_DAYS, LEAST, Habit
from detectors.instants import HOUR
from detectors.slots import SLOT
from tests.detectors.elder import (
    GATEWAY,
    HOME,
    ZONE,
    House,
    at,
    changes_when_due_only,
    check_ins,
    devices_of,
    door,
    facts_of,
    moved,
    reading,
)

BEFORE = 22
KETTLE = Device(f"{GATEWAY}/kettle", HOME, Room.KITCHEN, Role.KETTLE, GATEWAY)
KIT = [*(each for each in devices_of() if each.role not in {Role.SOS, Role.STOVE, Role.SMOKE}), KETTLE]
MEALS = ("07:10", "11:30", "17:40")


def lived(day: int, *, eats: bool = True, tea: bool = True, until: str = "21:40") -> Iterator[Reading]:
    """About the flat from half past six, and half an hour in the kitchen for each of three meals, tea with two."""
    rng = Random(day)
    now = at(day, "06:30")
    while now < at(day, until):
        yield moved(rng.choice(("living", "living", "bathroom")), now)
        now += timedelta(minutes=rng.uniform(9, 28))
    for meal in MEALS:
        begins = at(day, meal) + timedelta(minutes=rng.uniform(-12, 12))
        if eats and begins < at(day, until):
            yield moved("kitchen", begins)
            yield moved("kitchen", begins + timedelta(minutes=17))
            if tea and meal != "11:30":
                yield reading(KETTLE.id, Kind.POWER, 2000.0, begins + timedelta(minutes=2))
                yield reading(KETTLE.id, Kind.POWER, 0.0, begins + timedelta(minutes=6))


def kitchen_only(*readings: Reading) -> list[Reading]:
    return [each for each in readings if each.device in {f"{GATEWAY}/kitchen", KETTLE.id}]


def in_order(readings: Iterator[Reading]) -> list[Reading]:
    return sorted(readings, key=lambda each: each.at)


def missed(house: House) -> list[Concern]:
    return [concern for concern in house.concerns if concern.kind is ConcernKind.NO_MEAL]


@pytest.fixture(scope="module")
def settled() -> tuple[Snapshot, ...]:
    house = House(KIT)
    for day in range(BEFORE):
        checks = check_ins([each.id for each in KIT], at(day, "00:00"), at(day + 1, "00:00"))
        house.watch.observe(in_order(iter([*checks, *lived(day)])))
    return tuple(house.watch.snapshots(at(BEFORE, "00:00"), dirty_only=False))


@pytest.fixture
def house(settled: tuple[Snapshot, ...]) -> House:
    house = House(KIT, now=at(BEFORE, "00:00"))
    house.watch.restore(settled)
    return house


def until_eight(day: int = BEFORE) -> list[Reading]:
    """A usual day until eight in the morning: breakfast is over."""
    return [each for each in in_order(lived(day)) if each.at < at(day, "08:00")]


def fasts(house: House, day: int = BEFORE, until: str = "22:00") -> None:
    """Breakfast, and after it not once in the kitchen."""
    rest = [each for each in lived(day, eats=False, until=until) if each.at >= at(day, "08:00")]
    house.pass_until(at(day, until), in_order(iter([*until_eight(day), *rest])))


def test_who_does_not_eat_is_asked_about_the_same_day_with_the_days_known(house: House) -> None:
    fasts(house)

    [concern] = missed(house)
    facts = facts_of(concern)
    assert concern.severity is Severity.YELLOW
    assert at(BEFORE, "12:00") < concern.at < at(BEFORE, "14:00")
    assert datetime.fromisoformat(str(facts["no_kitchen_since"])).astimezone(ZONE).hour == 7
    assert facts["usually_done"] == f"{BEFORE}/{BEFORE}"


def test_going_to_the_kitchen_ends_it(house: House) -> None:
    fasts(house, until="14:30")
    house.pass_until(at(BEFORE, "15:00"), [moved("kitchen", at(BEFORE, "14:40"))])

    assert ConcernKind.NO_MEAL in [each.kind for each in house.cleared]
    assert len(missed(house)) == 1


def test_the_day_is_over_at_four_in_the_morning(house: House) -> None:
    fasts(house)
    house.pass_until(at(BEFORE + 1, "06:00"))

    [over] = [each for each in house.cleared if each.kind is ConcernKind.NO_MEAL]
    assert (over.reason, over.at.replace(second=0, microsecond=0)) == ("day_over", at(BEFORE + 1, "04:00"))


def test_usual_days_are_left_in_peace(house: House) -> None:
    for day in range(BEFORE, BEFORE + 3):
        house.pass_until(at(day + 1, "00:00"), in_order(lived(day)))

    assert missed(house) == []


def test_lunch_out_is_no_lunch_missed(house: House) -> None:
    stays = [each for each in lived(BEFORE, eats=False, until="11:00") if each.at >= at(BEFORE, "08:00")]
    goes = [door("open", at(BEFORE, "11:01")), door("closed", at(BEFORE, "11:02"))]
    comes = [door("open", at(BEFORE, "13:01")), door("closed", at(BEFORE, "13:02"))]
    back = [each for each in lived(BEFORE, until="21:00", tea=False) if each.at >= at(BEFORE, "13:04")]
    house.pass_until(at(BEFORE, "22:00"), in_order(iter([*until_eight(), *stays, *goes, *comes, *back])))

    assert missed(house) == []


@pytest.mark.parametrize("hour", ["08:05", "11:00", "12:10"])
def test_a_kitchen_that_cannot_be_seen_is_no_empty_kitchen(house: House, hour: str) -> None:
    house.pass_until(at(BEFORE, "08:00"), until_eight())
    rest = [each for each in in_order(lived(BEFORE, eats=False)) if each.at >= at(BEFORE, "08:00")]
    house.pass_until(at(BEFORE, hour), [each for each in rest if each.at < at(BEFORE, hour)])
    house.dead.update((f"{GATEWAY}/kitchen", KETTLE.id))
    house.pass_until(at(BEFORE, "22:00"), [each for each in rest if each.at >= at(BEFORE, hour)])

    assert [each for each in missed(house) if "no_kitchen_since" in facts_of(each)] == []


def test_a_home_that_lies_still_is_left_to_the_silence(house: House) -> None:
    house.pass_until(at(BEFORE + 1, "02:00"), until_eight())

    assert missed(house) == []
    assert ConcernKind.SILENCE in {each.kind for each in house.concerns}


def test_the_kettle_is_missed_where_the_kitchen_is_not(house: House) -> None:
    house.pass_until(at(BEFORE + 1, "00:00"), in_order(lived(BEFORE, tea=False)))

    facts = [facts_of(each) for each in missed(house)]
    assert [list(each) for each in facts] == [["no_kettle_since", "usually_done"]]


def test_it_is_said_every_day_until_it_is_a_custom(house: House) -> None:
    for day in range(BEFORE, BEFORE + 5):
        house.pass_until(at(day, "08:00"), [each for each in until_eight(day) if each not in kitchen_only(each)])
        rest = [each for each in lived(day, eats=False) if each.at >= at(day, "08:00")]
        house.pass_until(at(day + 1, "00:00"), in_order(iter(rest)))

    assert len({each.at.date() for each in missed(house)}) in (3, 4)


def test_too_few_days_say_nothing() -> None:
    house = House(KIT)
    for day in range(3):
        house.pass_until(at(day + 1, "00:00"), in_order(lived(day)))
    fasts(house, 3)

    assert missed(house) == []


def test_other_devices_in_the_kitchen_begin_anew(house: House) -> None:
    fewer = [each for each in house.devices if each != KETTLE]
    house.watch.use_inventory(House(fewer).places)
    house.pass_until(at(BEFORE + 1, "00:00"), in_order(lived(BEFORE, tea=False)))
    fasts(house, BEFORE + 1)

    assert missed(house) == []


def test_a_restart_at_noon_changes_nothing(house: House) -> None:
    fasts(house, until="12:00")
    house.restart()
    rest = [each for each in in_order(lived(BEFORE, eats=False)) if each.at >= at(BEFORE, "12:00")]
    house.pass_until(at(BEFORE, "22:00"), rest)

    assert len(missed(house)) == 1


SLOTS = st.integers(0, 2 ** (3 * HALVES) - 1)


@settings(max_examples=60)
@given(st.lists(st.tuples(SLOTS, SLOTS, SLOTS), min_size=21, max_size=KEPT_DAYS + 3))
def test_no_day_that_is_compared_with_would_be_called_strange(days: list[tuple[int, int, int]]) -> None:
    """The limit is above what each of them missed after five hours, and kept days survive being written down."""
    habit, again = Habit(), Habit()
    for done, seen, out in days:
        habit.learn(done, seen, out)
    again.restore(habit.snapshot())

    assert again.limit == habit.limit >= LEAST
    for done, seen, out in days[-KEPT_DAYS:]:
        for half in range(HALVES + 1):
            ends = (done | out) & ((1 << 3 * half) - 1)
            since = (half - 1) - (ends.bit_length() - 1) // 3 if ends else HALVES
            if since * 3 * SLOT > 5 * HOUR:
                assert habit.missed(half, done, seen, out) * BEYOND <= habit.limit + 0.02


def test_what_it_says_changes_when_it_is_due_and_only_then(house: House) -> None:
    fasts(house)

    [mine] = [each for each in house.watch._homes[HOME].detectors() if each.name == f"no_meal:{HOME}"]
    assert changes_when_due_only(mine, house.now) == 1
