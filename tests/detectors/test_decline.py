"""Slow decline: what creeps in over weeks is said in this home's own figures; what comes and goes is not."""

import random
from collections.abc import Callable, Iterator
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.concerns import Concern, ConcernKind, Severity
from core.places import Device, Role, Room
from core.ports import Snapshot
from core.readings import Reading
from detectors.change import LEAST_AFTER, LEAST_BEFORE, UNLIKELY, worst_change
from detectors.days import HomeDays
from detectors.decline import Decline
from detectors.presence import HomePresence
from detectors.reception import Reception
from detectors.visibility import HomeVisibility
from tests.detectors.elder import GATEWAY, HOME, ZONE, House, at, facts_of, moved

pytestmark = pytest.mark.long(20)

Days = Callable[[int], float]
BEFORE = 28


def usual(_: int) -> float:
    return 0.0


def since(day: int, by: float) -> Days:
    return lambda today: max(0, today - day) * by


def lived(day: int, *, later: float = 0.0, kitchen: float = 1.0) -> Iterator[Reading]:
    """A day with its own small disorder: up around seven, a visit to the kitchen every ninety minutes."""
    rng = random.Random(day)
    up = at(day, "07:00") + timedelta(minutes=later + rng.gauss(0, 20))
    yield moved("bedroom", at(day, "05:30"))
    yield moved("bathroom", up)
    while up < at(day, "21:30"):
        yield moved("living", up + timedelta(minutes=rng.uniform(3, 12)))
        if rng.random() < kitchen * 0.25:
            yield moved("kitchen", up + timedelta(minutes=13))
        up += timedelta(minutes=21)
    yield moved("bedroom", at(day, "22:10"))


def live(house: House, first: int, days: int, *, later: Days = usual, kitchen: Days = usual) -> None:
    for day in range(first, days):
        house.pass_until(at(day + 1, "00:00"), lived(day, later=later(day), kitchen=1.0 - kitchen(day)))


def declines(house: House) -> list[Concern]:
    return [concern for concern in house.concerns if concern.kind is ConcernKind.DECLINE]


@pytest.fixture(scope="module")
def settled() -> tuple[Snapshot, ...]:
    """A home whose usual days are known."""
    house = House()
    live(house, 0, BEFORE)
    return tuple(house.watch.snapshots(house.now, dirty_only=False))


def house_of(settled: tuple[Snapshot, ...], days: int, *, later: Days = usual, kitchen: Days = usual) -> House:
    """The settled home, lived on in so until that day."""
    house = House(now=at(BEFORE, "00:00"))
    house.watch.restore(settled)
    live(house, BEFORE, days, later=later, kitchen=kitchen)
    return house


@pytest.fixture(scope="module")
def later_and_later(settled: tuple[Snapshot, ...]) -> House:
    return house_of(settled, BEFORE + 22, later=since(BEFORE, 5.0))


def test_up_a_little_later_every_day_is_said_within_three_weeks_in_minutes(later_and_later: House) -> None:
    first = declines(later_and_later)[0]
    facts = facts_of(first)
    assert first.severity is Severity.YELLOW
    assert at(BEFORE + 5, "00:00") < first.at <= at(BEFORE + 21, "10:01")
    assert first.at.astimezone(ZONE).hour == 10
    shown = "rising" if "rising_usual" in facts else "breakfast"
    assert 6.5 * 3600 < float(facts[f"{shown}_usual"]) < 8.2 * 3600
    assert 15 * 60 < float(facts[f"{shown}_later"]) < 90 * 60


def test_fewer_visits_to_the_kitchen_are_said_as_visits(settled: tuple[Snapshot, ...]) -> None:
    house = house_of(settled, BEFORE + 30, kitchen=since(BEFORE, 0.03))

    facts = [facts_of(concern) for concern in declines(house)]
    kitchen = next(each for each in facts if "kitchen_now" in each)
    assert float(kitchen["kitchen_now"]) < 0.8 * float(kitchen["kitchen_usual"])


def test_a_life_that_stays_as_it_was_is_left_in_peace(settled: tuple[Snapshot, ...]) -> None:
    assert declines(house_of(settled, BEFORE + 32)) == []


def test_one_lie_in_says_nothing(settled: tuple[Snapshot, ...]) -> None:
    assert declines(house_of(settled, BEFORE + 12, later=lambda day: 240.0 if day == BEFORE else 0.0)) == []


def test_what_is_over_is_cleared_and_not_said_again(settled: tuple[Snapshot, ...]) -> None:
    def ill(day: int) -> float:
        return 120.0 if BEFORE <= day < BEFORE + 12 else 0.0

    house = house_of(settled, BEFORE + 35, later=ill)

    assert len(declines(house)) == 1
    assert [cleared.kind for cleared in house.cleared if cleared.kind is ConcernKind.DECLINE] == [ConcernKind.DECLINE]


def test_what_stays_becomes_usual_and_is_not_said_for_ever(settled: tuple[Snapshot, ...]) -> None:
    house = house_of(settled, BEFORE + 46, later=lambda day: 100.0 if day >= BEFORE else 0.0)

    assert len(declines(house)) == 1
    assert ConcernKind.DECLINE in {cleared.kind for cleared in house.cleared}


def test_days_that_were_not_all_seen_count_for_nothing(settled: tuple[Snapshot, ...]) -> None:
    house = house_of(settled, BEFORE)
    for day in range(BEFORE, BEFORE + 20):  # the gateway is dead every evening
        house.dead.clear()
        house.pass_until(at(day, "14:00"), [each for each in lived(day) if each.at < at(day, "14:00")])
        house.dead.update(device.id for device in house.devices)
        house.pass_until(at(day + 1, "04:30"))

    days = house.watch._homes[HOME].decline._days
    assert days.count <= BEFORE
    assert declines(house) == []


def test_a_restart_in_the_middle_changes_nothing(settled: tuple[Snapshot, ...], later_and_later: House) -> None:
    broken = house_of(settled, BEFORE)
    for first, last in ((BEFORE, BEFORE + 9), (BEFORE + 9, BEFORE + 22)):
        live(broken, first, last, later=since(BEFORE, 5.0))
        broken.restart()

    assert [concern.at for concern in declines(broken)] == [concern.at for concern in declines(later_and_later)]


def tea_and_little_else(day: int, later: float) -> Iterator[Reading]:
    """One sensor, in the kitchen: tea at seven, and then now and again."""
    rng = random.Random(day)
    tea = at(day, "07:00") + timedelta(minutes=later + rng.gauss(0, 12))
    hours = sorted(rng.uniform(9.5, 21.0) for _ in range(8))
    return (moved("kitchen", when) for when in (tea, *(at(day, "00:00") + timedelta(hours=hour) for hour in hours)))


def test_where_little_is_seen_the_first_tea_tells_that_somebody_is_up_later() -> None:
    kitchen = Device(f"{GATEWAY}/kitchen", HOME, Room.KITCHEN, Role.ROOM, GATEWAY)
    visibility, reception = HomeVisibility([kitchen]), Reception([kitchen], str(ZONE))
    decline = Decline(HOME, HomeDays(visibility, HomePresence(visibility), str(ZONE)), str(ZONE))

    for day in range(BEFORE + 18):
        for told in tea_and_little_else(day, since(BEFORE, 5.0)(day)):
            seen = reception.receive(told)
            assert seen is not None
            visibility.observe(seen)
            decline.observe(seen)

    said = decline.assess(at(BEFORE + 17, "23:00"))
    assert isinstance(said, Concern)
    facts = facts_of(said)
    assert 6.7 * 3600 < float(facts["breakfast_usual"]) < 7.4 * 3600
    assert float(facts["breakfast_later"]) > 15 * 60


def any_rise(before: float, now: float) -> bool:
    return now > before


def test_who_sleeps_in_on_sundays_alone_is_told_from_who_sleeps_later() -> None:
    rng = np.random.default_rng(5)
    early, late = rng.normal(370, 12, 6), rng.normal(520, 20, 36)
    usual = np.concatenate([np.append(late[6 * week : 6 * week + 6], early[week]) for week in range(6)])
    later = usual + np.concatenate([np.zeros(25), 5.0 * np.arange(1, 18)])

    assert worst_change(usual, 15.0, any_rise) is None
    assert worst_change(later, 15.0, any_rise) is not None


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.floats(0, 5), st.floats(0, 5))
def test_what_matters_decides_whether_a_change_is_said_and_not_which(seed: int, rise: float, least: float) -> None:
    """It is asked first, so that most days cost nothing: the answer must be as if it had been asked last."""
    values = np.random.default_rng(seed).normal(10, 1, 60)
    values[-20:] += rise

    any_, said = (
        worst_change(values, 0.01, matters) for matters in (any_rise, lambda before, now: now - before >= least)
    )

    assert said == (None if any_ is None or any_.now - any_.before < least else any_)


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(LEAST_BEFORE + LEAST_AFTER, 90), st.floats(0.1, 100))
def test_the_unit_of_a_figure_makes_no_difference(seed: int, days: int, unit: float) -> None:
    values = np.random.default_rng(seed).normal(10, 1, days)
    values[-8:] += 3.0

    one, other = worst_change(values, 0.01, any_rise), worst_change(values * unit, 0.01 * unit, any_rise)

    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert other.began == one.began
        assert other.strength == pytest.approx(one.strength)
        assert one.strength >= UNLIKELY
        assert one.now > one.before
