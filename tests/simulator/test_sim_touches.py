"""What hands touch is told apart from how the day is lived, and sensors on it say it as real ones do."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.places import Device, Role, Room
from core.readings import Kind
from simulator.chance import chance, skewed
from simulator.community import build_community
from simulator.kits import Convention, Sort
from simulator.life import Life
from simulator.likeness import fitted_like
from simulator.sensors import SensorModel
from simulator.touches import Touch, touches_of
from simulator.traces import Traces
from tests.simulator.test_sim_sensors import sensor, told

STREET = build_community(20, seed=13)
DATES = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@settings(max_examples=60)
@given(day=DATES, index=st.integers(0, 19))
def test_things_are_touched_during_a_stay_in_their_room(day: date, index: int) -> None:
    life = Life(STREET.households[index], seed=13)
    stays = life.day(day).stays

    for touch in touches_of(stays, life.persona, chance(13, day)):
        assert touch.start < touch.end
        there = next(stay for stay in reversed(stays) if stay.start <= touch.start)
        assert there.room is touch.room or touch.start == there.start
        assert touch.end <= there.end + 10


def test_a_cupboard_is_shut_before_it_is_opened_again() -> None:
    touches = [Touch(Role.CUPBOARD, Room.KITCHEN, at, at + 20) for at in (100, 110, 200)]
    touches.append(Touch(Role.FRIDGE, Room.KITCHEN, 300, 310))
    model = SensorModel(sensor(Sort.CONTACT, Kind.DOOR, role=Role.CUPBOARD), clears=True)

    found = told(model.reports(0, 1000, Traces(touches=touches)))

    assert found == [(100, "open"), (120, "closed"), (200, "open"), (220, "closed")]


@pytest.mark.parametrize(("sort", "kind"), [(Sort.VIBRATION, Kind.VIBRATION), (Sort.OCCUPANCY, Kind.OCCUPANCY)])
def test_what_is_used_says_so_and_then_that_it_is_over(sort: Sort, kind: Kind) -> None:
    model = SensorModel(sensor(sort, kind, role=Role.BED), clears=True)

    found = model.reports(0, 1000, Traces(touches=[Touch(Role.BED, Room.KITCHEN, 100, 400)]))

    assert [(report.at, report.kind, report.value) for report in found] == [(100, kind, True), (400, kind, False)]


def test_a_home_is_fitted_like_another_and_lives_the_same_day() -> None:
    one = STREET.households[3]
    other = [
        (Device("x/a", "x", Room.KITCHEN, Role.CUPBOARD, "x"), Kind.DOOR),
        (Device("x/b", "x", Room.KITCHEN, Role.CUPBOARD, "x"), Kind.DOOR),
        (Device("x/c", "x", Room.BEDROOM, Role.BED, "x"), Kind.OCCUPANCY),
        (Device("x/d", "x", Room.ENTRANCE, Role.FRONT_DOOR, "x"), Kind.DOOR),
        (Device("x/e", "x", Room.OFFICE, Role.ROOM, "x"), Kind.MOTION),
        (Device("x/f", "x", Room.ENTRANCE, Role.MAIN_METER, "x"), Kind.POWER),
    ]

    fitted = fitted_like(one, other, seed=13)

    assert fitted.kit.convention is Convention.NATIVE
    assert [(s.role, s.room) for s in fitted.kit.sensors] == [
        (Role.CUPBOARD, Room.KITCHEN), (Role.BED, Room.BEDROOM), (Role.FRONT_DOOR, Room.ENTRANCE),
    ]  # fmt: skip
    day = date(2026, 3, 3)
    assert Life(fitted, seed=13).day(day) == Life(one, seed=13).day(day)


def test_people_differ_from_each_other_and_from_day_to_day() -> None:
    changes = []
    for household in STREET.households:
        life = Life(household, seed=13)
        days = [life.day(date(2026, 3, 2) + timedelta(days=n)) for n in range(10)]
        rooms = [[stay.room for stay in day.stays if stay.room is not None] for day in days if not day.ill]
        changes.append([sum(one is not other for one, other in pairwise(day)) for day in rooms])

    usual = sorted(sum(days) / len(days) for days in changes)
    assert usual[-1] > 2 * usual[0]
    assert all(max(days) > 1.15 * min(days) for days in changes)


@settings(max_examples=100)
@given(seed=st.integers(0, 10_000), median=st.floats(0.1, 1000), spread=st.floats(0, 1.5))
def test_a_skewed_duration_keeps_to_its_bounds(seed: int, median: float, spread: float) -> None:
    assert median / 2 <= skewed(chance(seed), median, spread, median / 2, median * 3) <= median * 3
