"""One home's trouble: whatever fails in it, its alarms are raised, and all other homes are watched on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.concerns import ConcernKind
from core.family import Expectation
from core.faults import FaultCause
from core.lessons import Taught
from core.places import Area, AreaKind, Gateway, Home, Inventory
from core.readings import Kind, Reading
from core.states import Visibility
from detectors.alarms import Hazard
from detectors.company import Company
from detectors.events import ConcernRaised, WatchEvent
from detectors.guarded import AGAIN
from detectors.home_watch import HomeWatch
from detectors.routine import Routine
from detectors.silence import Silence
from detectors.visibility import HomeVisibility
from detectors.watch import Watch
from tests.detectors.conftest import LEARNED
from tests.detectors.elder import GATEWAY, HOME, SOS, STOVE, House, at, devices_of, moved, reading

OTHER, OTHERS = "h-2", "g-2"
Failing = Callable[[str], None]


def stirring(chance: Random, day: int, since: str, until: str, gaps: tuple[float, float]) -> list[Reading]:
    """Somebody moves about, with pauses of so many minutes."""
    t, told = at(day, since), []
    while t < at(day, until):
        told.append(moved(chance.choice(["living", "kitchen", "bedroom"]), t))
        t += timedelta(minutes=chance.uniform(*gaps))
    return told


def pressed(button: str, when: datetime) -> Reading:
    return reading(button, Kind.SOS, value=True, when=when)


def unseen_until(house: House, when: datetime) -> None:
    house.watch.broker_lost(house.now)
    house.watch.broker_back(when)
    house.now = when


@pytest.mark.parametrize("seed", range(5))
def test_a_day_without_a_longer_quiet_after_one_with_some_is_taken_up(seed: int) -> None:
    house, chance = House(now=at(0, "12:00")), Random(seed)
    house.pass_until(at(0, "20:00"), stirring(chance, 0, "12:05", "20:00", (10.5, 45)))
    unseen_until(house, at(1, "10:00"))
    house.pass_until(at(1, "11:30"), stirring(chance, 1, "10:02", "11:30", (10.5, 14.5)))
    unseen_until(house, at(2, "08:00"))

    house.tell(pressed(SOS, at(2, "08:02")))

    assert [concern.kind for concern in house.concerns][-1] is ConcernKind.SOS
    assert house.watch._homes[HOME].silence.routine.days == 2


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.lists(st.tuples(st.floats(0, 23), st.floats(601, 7000), st.integers(0, 6)), max_size=12), max_size=7)
)
def test_a_routine_learns_from_whatever_days_come(days: list[list[tuple[float, float, int]]]) -> None:
    routine = Routine("Asia/Shanghai", budget=0.5, density=3.0)
    for number, quiets in enumerate(days):
        midnight = at(number, "00:00").timestamp()
        routine.hear(midnight + 60.0, 1)
        for hour, gap, place in quiets:
            routine.learn(midnight + hour * 3600.0, midnight + hour * 3600.0 + gap, place)
    routine.hear(at(len(days), "00:01").timestamp(), 1)

    assert routine.day == int((at(len(days), "12:00").timestamp() + 8 * 3600) // 86400)
    assert routine.threshold(at(len(days), "12:00").timestamp(), 1) > 0


def fails(*_: object) -> None:
    raise ValueError("out of sorts")


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Failing:
    """From now on silence fails in this home, at everything that it observes or is asked."""

    def fail(home: str) -> None:
        observe, assess = Silence.observe, Silence.assess

        def troubled(silence: Silence, *given: object) -> None:
            if silence.home == home:
                raise ValueError("out of sorts")
            observe(silence, *given)  # type: ignore[arg-type]

        def asked(silence: Silence, now: datetime) -> object:
            if silence.home == home:
                raise ValueError("out of sorts")
            return assess(silence, now)

        monkeypatch.setattr(Silence, "observe", troubled)
        monkeypatch.setattr(Silence, "assess", asked)

    return fail


def two_homes() -> tuple[Watch, list[str]]:
    places = Inventory.of(
        [Area("grid", AreaKind.GRID, "grid")],
        [Home(HOME, "grid", "1"), Home(OTHER, "grid", "2")],
        [Gateway(GATEWAY, HOME), Gateway(OTHERS, OTHER)],
        [*devices_of(), *devices_of(OTHER, OTHERS)],
    )
    watch, told = Watch(places), list[str]()
    watch.forgive = lambda home, _: told.append(home)
    return watch, told


def raised(events: list[WatchEvent]) -> list[tuple[str, ConcernKind]]:
    return [(event.concern.home, event.concern.kind) for event in events if isinstance(event, ConcernRaised)]


def test_where_one_home_fails_its_own_alarms_and_those_of_all_others_are_raised(failing: Failing) -> None:
    watch, troubles = two_homes()
    failing(HOME)
    t = at(0, "12:00")

    events = watch.observe(
        [
            reading(f"{OTHERS}/smoke", Kind.SMOKE, value=True, when=t),
            moved("living", t),
            pressed(SOS, t),
            pressed(f"{OTHERS}/sos", t),
        ]
    )

    assert raised(events) == [(OTHER, ConcernKind.SMOKE), (HOME, ConcernKind.SOS), (OTHER, ConcernKind.SOS)]
    assert set(troubles) == {HOME}


def test_a_home_that_fails_when_it_is_asked_is_asked_again_and_no_other_waits_for_it(failing: Failing) -> None:
    watch, troubles = two_homes()
    stove = STOVE.replace(GATEWAY, OTHERS)
    watch.observe([moved("living", at(0, "11:00")), reading(stove, Kind.POWER, 1200.0, at(0, "11:01"))])
    failing(HOME)
    said: list[WatchEvent] = []

    now = at(0, "11:02")
    while now < at(0, "13:30"):
        due = watch.next_due()
        assert due is not None
        now = max(due, now + timedelta(seconds=1))
        watch.observe([reading(stove, Kind.POWER, 1200.0 + now.minute, now)])
        said += watch.run_due(now)

    assert (OTHER, ConcernKind.APPLIANCE_ON) in raised(said)
    assert len(troubles) > 60 * 60 / AGAIN


def left_on(watch: Watch) -> list[WatchEvent]:
    """The stove, since eleven, for two hours and a half."""
    said: list[WatchEvent] = []
    for minute in range(2, 150):
        now = at(0, "11:00") + timedelta(minutes=minute)
        said += watch.observe([reading(STOVE, Kind.POWER, 1200.0 + minute, now)])
        said += watch.run_due(now)
    return said


def test_what_fails_in_a_home_keeps_no_other_detector_of_it_from_speaking(failing: Failing) -> None:
    watch, troubles = two_homes()
    watch.observe([moved("living", at(0, "11:00")), reading(STOVE, Kind.POWER, 1200.0, at(0, "11:01"))])
    failing(HOME)

    said = left_on(watch)

    assert raised(said) == [(HOME, ConcernKind.APPLIANCE_ON)]
    assert troubles


def test_a_single_failure_beside_it_loses_no_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    watch, troubles = two_homes()
    watch.observe([moved("living", at(0, "11:00")), reading(STOVE, Kind.POWER, 1200.0, at(0, "11:01"))])
    monkeypatch.setattr(Company, "at", fails)

    said = left_on(watch)

    assert raised(said) == [(HOME, ConcernKind.APPLIANCE_ON)]
    assert troubles


def test_a_home_on_which_something_failed_is_not_said_to_be_well_until_an_hour_after(
    failing: Failing, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch, _ = two_homes()
    failing(HOME)
    watch.observe([moved("living", at(0, "11:00")), reading(STOVE, Kind.POWER, 0.0, at(0, "11:01"))])
    watch.run_due(at(0, "11:05"))
    troubled = watch._homes[HOME].shown
    monkeypatch.undo()
    for clock in ("11:06", "12:00", "12:07", "12:08"):
        watch.observe([moved("living", at(0, clock))])
        watch.run_due(at(0, clock))

    assert (troubled.visibility, troubled.visibility_reason) == (Visibility.BLIND, FaultCause.WATCH_FAILED.value)
    assert watch._homes[HOME].shown.visibility is not Visibility.BLIND


def test_a_home_that_cannot_be_taken_up_costs_no_other_its_memory() -> None:
    watch, troubles = two_homes()
    watch.observe([moved("living", at(0, "11:00")), pressed(f"{OTHERS}/sos", at(0, "11:00"))])
    whole = list(watch.snapshots(at(0, "11:00"), dirty_only=False))
    ill = [replace(each, body={}) if each.key == HOME else each for each in whole]
    later, others = two_homes()

    unknown = later.restore(ill)

    assert (unknown, others) == ([HOME], [HOME])
    assert set(later._homes) == {OTHER}
    assert not troubles


def test_a_failure_at_a_homes_first_reading_is_no_end_of_the_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    watch, troubles = two_homes()
    monkeypatch.setattr(HomeVisibility, "observe", fails)

    events = watch.observe([moved("living", at(0, "11:00")), pressed(SOS, at(0, "11:00"))])

    assert raised(events) == [(HOME, ConcernKind.SOS)]
    assert watch.next_due() is not None
    assert watch.run_due(at(0, "12:00")) is not None
    assert troubles


@pytest.mark.parametrize("change", ["use_devices", "use_budget", "use_lessons", "use_expectations"])
def test_what_people_change_takes_place_in_every_home_but_the_one_that_fails(
    change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch, troubles = two_homes()
    watch.observe(
        [moved("living", at(0, "11:00")), reading(f"{OTHERS}/living", Kind.MOTION, value=True, when=at(0, "11:00"))]
    )
    usual, changed = getattr(HomeWatch, change), list[str]()

    def fails_here(home: HomeWatch, *given: object) -> object:
        changed.append(home.home.id)
        if home.home.id == HOME:
            raise ValueError("out of sorts")
        return usual(home, *given)

    monkeypatch.setattr(HomeWatch, change, fails_here)
    expected = {home: (Expectation(f"e-{home}", home, "tea", time(8), time(10), "fang"),) for home in (HOME, OTHER)}

    watch.use_inventory(watch._inventory)
    watch.use_budgets({HOME: 1.0, OTHER: 1.0})
    watch.use_lessons({home: Taught({ConcernKind.SILENCE: 2.0}) for home in (HOME, OTHER)})
    watch.use_expectations(expected)

    assert {HOME, OTHER} <= set(changed)
    assert set(troubles) == {HOME}
    other = watch._homes[OTHER]
    assert other.silence.patience == 2.0
    assert [each.of.home for each in other._expected.values()] == [OTHER]
    assert raised(watch.observe([pressed(SOS, at(0, "11:05"))])) == [(HOME, ConcernKind.SOS)]


def test_a_home_that_cannot_be_made_is_told_of_at_each_of_its_readings_and_costs_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watch, troubles = two_homes()
    usual = HomeWatch.use_lessons

    def fails_here(home: HomeWatch, lessons: Taught) -> bool:
        if home.home.id == HOME:
            raise ValueError("out of sorts")
        return usual(home, lessons)

    monkeypatch.setattr(HomeWatch, "use_lessons", fails_here)
    said = watch.observe([moved("living", at(0, "11:00")), pressed(f"{OTHERS}/sos", at(0, "11:00"))])
    monkeypatch.setattr(HomeWatch, "use_lessons", usual)

    assert raised(said) == [(OTHER, ConcernKind.SOS)]
    assert troubles == [HOME]
    assert raised(watch.observe([pressed(SOS, at(0, "11:01"))])) == [(HOME, ConcernKind.SOS)]


@pytest.mark.parametrize("later", [5, 20, 59])
def test_an_alarm_that_could_not_be_judged_is_asked_for_within_a_minute_whatever_is_sensed_meanwhile(
    later: int, learned_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned_house.watch.forgive = lambda *_: None
    learned_house.live_until(at(LEARNED, "14:20"), day=LEARNED)
    burns, assess, failures = at(LEARNED, "14:25"), Hazard.assess, [1]

    def once(hazard: Hazard, now: datetime) -> object:
        if failures:
            failures.pop()
            raise ValueError("out of sorts")
        return assess(hazard, now)

    monkeypatch.setattr(Hazard, "assess", once)
    learned_house.tell(reading(f"{GATEWAY}/smoke", Kind.SMOKE, value=True, when=burns))
    learned_house.tell(moved("living", burns + timedelta(seconds=later)))
    learned_house.pass_until(at(LEARNED, "15:30"))

    [alarm] = [concern for concern in learned_house.concerns if concern.kind is ConcernKind.SMOKE]
    assert alarm.at <= burns + timedelta(seconds=AGAIN + 1)


@pytest.mark.parametrize("said", ["bridge", "fault", "snapshot"])
def test_a_home_that_cannot_be_made_keeps_nothing_from_the_others(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, _ = two_homes()
    kept.observe([moved("living", at(0, "11:00"))])
    snapshots = list(kept.snapshots(at(0, "11:00"), dirty_only=False))
    watch, troubles = two_homes()
    made = HomeWatch.__init__

    def cannot(home: HomeWatch, place: Home, *given: Any) -> None:
        if place.id == HOME:
            raise ValueError("out of sorts")
        made(home, place, *given)

    monkeypatch.setattr(HomeWatch, "__init__", cannot)
    match said:
        case "bridge":
            told = reading(f"{GATEWAY}/bridge", Kind.AVAILABILITY, "offline", at(0, "11:01"))
            events = watch.observe([told, pressed(f"{OTHERS}/sos", at(0, "11:01"))])
        case "fault":
            watch.take_up_fault(f"device_silent/{GATEWAY}/living", [HOME], at(0, "11:01"))
            events = watch.observe([pressed(f"{OTHERS}/sos", at(0, "11:01"))])
        case _:
            assert watch.restore(snapshots) == []
            events = watch.observe([pressed(f"{OTHERS}/sos", at(0, "11:01"))])

    assert raised(events) == [(OTHER, ConcernKind.SOS)]
    assert HOME in troubles


def test_what_fails_while_a_home_is_put_off_is_told_and_asked_again_in_a_minute(
    learned_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    troubles: list[str] = []
    learned_house.watch.forgive = lambda home, _: troubles.append(home)
    learned_house.pass_until(at(LEARNED, "03:10"))
    learned_house.watch.observe([reading(f"{GATEWAY}/living", Kind.BATTERY, 80.0, at(LEARNED, "03:11"))])
    due = learned_house.watch.next_due()
    assert due is not None
    assert learned_house.watch._homes[HOME].put_off(due) is not None
    monkeypatch.setattr(Company, "due", fails)

    learned_house.watch.run_due(due)

    assert set(troubles) == {HOME}
    again = learned_house.watch.next_due()
    assert again is not None
    assert again <= due + timedelta(seconds=AGAIN)


def test_whoever_has_nobody_to_tell_is_told_by_the_failure_itself(failing: Failing, learned_house: House) -> None:
    failing(HOME)

    with pytest.raises(ValueError, match="out of sorts"):
        learned_house.watch.observe([moved("living", at(LEARNED, "12:00"))])
