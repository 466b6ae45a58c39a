"""Carbon monoxide: red by the alarm's own word at once, and by its numbers at the times of EN 50291."""

import json
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.concerns import ConcernKind, Severity
from core.places import Device, Role, Room
from core.readings import Kind, Novelty, Reading, Replay
from detectors.carbon_monoxide import ALARM_TIMES, CarbonMonoxide
from detectors.detector import Observation
from detectors.visibility import HomeVisibility
from tests.detectors.elder import GATEWAY, HOME, House, at, facts_of, reading

NOON = at(0, "12:00")
ALARM = Device(f"{GATEWAY}/co", HOME, Room.KITCHEN, Role.CO, GATEWAY)


def rings(when: datetime, *, yes: bool, replay: Replay = Replay.LIVE) -> Reading:
    return reading(ALARM.id, Kind.CO, value=yes, when=when, replay=replay, novelty=Novelty.BASELINE)


def ppm(value: float, when: datetime) -> Reading:
    return reading(ALARM.id, Kind.CO_PPM, value, when)


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.fixture
def house() -> House:
    return House(devices=[ALARM], now=NOON)


@pytest.mark.parametrize("replay", [Replay.LIVE, Replay.RETAINED])
def test_the_alarms_own_word_is_red_at_once(house: House, replay: Replay) -> None:
    house.tell(rings(NOON, yes=True, replay=replay))

    (concern,) = house.concerns
    assert (concern.kind, concern.severity, concern.at, concern.place) == (
        ConcernKind.CO,
        Severity.RED,
        NOON,
        Room.KITCHEN,
    )


def test_it_is_over_when_the_alarm_says_so(house: House) -> None:
    house.tell(rings(NOON, yes=True), rings(after(5), yes=True), rings(after(9), yes=False))

    assert len(house.concerns) == 1
    assert [(e.kind, e.reason) for e in house.cleared] == [(ConcernKind.CO, "over")]


@pytest.mark.parametrize(
    ("level", "earliest", "latest"),
    [(29, None, None), (31, 119, 121), (50, 60, 90), (100, 10, 40), (300, 0, 3)],
)
def test_a_number_is_an_alarm_within_the_times_of_the_standard(
    house: House, level: float, earliest: float | None, latest: float | None
) -> None:
    house.tell(ppm(level, NOON))
    house.pass_until(after(600))

    if earliest is None or latest is None:
        assert house.concerns == []
        return
    (concern,) = house.concerns
    assert after(earliest) <= concern.at <= after(latest)
    assert facts_of(concern)["co_ppm"] == level
    assert concern.since == NOON


def test_a_number_that_trembles_about_a_level_is_still_counted_from_its_first(house: House) -> None:
    for minute in range(0, 60, 5):
        house.tell(ppm(50 + 3 * (-1) ** minute, after(minute)))
    house.pass_until(after(61))

    assert [c.kind for c in house.concerns] == [ConcernKind.CO]


def test_air_that_only_gets_better_is_not_over_before_it_is_good(house: House) -> None:
    house.tell(ppm(120, NOON))
    house.pass_until(after(11))
    house.tell(ppm(60, after(12)), ppm(28, after(20)))
    still = list(house.cleared)

    house.tell(ppm(12, after(30)))

    assert len(house.concerns) == 1
    assert still == []
    assert [e.kind for e in house.cleared] == [ConcernKind.CO]


def test_an_alarm_that_falls_silent_in_bad_air_is_not_taken_for_good_air(house: House) -> None:
    house.tell(ppm(55, NOON))
    house.dead.add(ALARM.id)
    house.pass_until(at(3, "12:00"))

    assert [(c.kind, c.at) for c in house.concerns] == [(ConcernKind.CO, after(60) + timedelta(milliseconds=1))]
    assert house.cleared == []


def test_after_a_restart_it_is_not_said_again_and_its_end_is(house: House) -> None:
    house.tell(rings(NOON, yes=True))
    house.restart()
    house.tell(rings(after(1), yes=True), rings(after(2), yes=False))

    assert len(house.concerns) == 1
    assert [e.episode for e in house.cleared] == [house.concerns[0].episode]


MEASURED = st.lists(st.tuples(st.floats(0.1, 90), st.floats(0, 400)), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(measured=MEASURED, cut=st.integers(0, 11))
def test_it_never_rings_below_the_lowest_level_and_always_when_a_level_has_lasted(
    measured: list[tuple[float, float]], cut: int
) -> None:
    visibility = HomeVisibility([ALARM])
    alarm, minute, told = CarbonMonoxide(ALARM, visibility), 0.0, []
    for number, (wait, value) in enumerate(measured):
        minute += wait
        told.append((minute, value))
        alarm.observe(Observation(ppm(value, after(minute)), ALARM, after(minute).timestamp(), None))
        if number == cut:
            fresh = CarbonMonoxide(ALARM, visibility)
            fresh.restore(json.loads(json.dumps(alarm.snapshot())))
            assert fresh.snapshot() == alarm.snapshot()
            alarm = fresh

    said = type(alarm.assess(after(minute))).__name__ == "Concern"

    if max(value for _, value in told) < ALARM_TIMES[0][0]:
        assert not said
    if told[-1][1] >= ALARM_TIMES[-1][0]:
        assert said
    steady = [value for _, value in told]
    lasted = [(told[-1][0] - start, min(steady[n:])) for n, (start, _) in enumerate(told)]
    if any(low >= level and long * 60 >= lasts for long, low in lasted for level, lasts in ALARM_TIMES):
        assert said
    assert all(later[0] > sooner[0] for sooner, later in pairwise(told))
