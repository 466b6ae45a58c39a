"""Calls for help, smoke, a stove left on, a door left open."""

from datetime import datetime, timedelta

import pytest

from core.concerns import CannotTell, Concern, ConcernKind, Severity
from core.places import Device, Role, Room
from core.readings import Kind, Novelty, Reading, Replay, Semantics
from detectors.alarms import Hazard
from detectors.appliance_on import KNOWN_RUNS, ApplianceOn
from detectors.presence import HomePresence
from detectors.reception import Reception
from detectors.visibility import HomeVisibility
from tests.detectors.conftest import LEARNED
from tests.detectors.elder import (
    DOOR,
    GATEWAY,
    HOME,
    SMOKE,
    SOS,
    STOVE,
    House,
    at,
    day_of_life,
    devices_of,
    door,
    facts_of,
    moved,
    reading,
)

NOON = at(0, "12:00")
MINUTE = timedelta(minutes=1)


def pressed(when: datetime, *, replay: Replay = Replay.LIVE) -> Reading:
    return reading(SOS, Kind.SOS, value=True, when=when, replay=replay)


def smoke(when: datetime, *, there: bool, replay: Replay = Replay.LIVE, novelty: Novelty = Novelty.CHANGED) -> Reading:
    return reading(SMOKE, Kind.SMOKE, value=there, when=when, replay=replay, novelty=novelty)


def watts(value: float, when: datetime) -> Reading:
    return reading(STOVE, Kind.POWER, value, when)


def test_a_press_is_raised_at_once_and_red(new_house: House) -> None:
    new_house.tell(pressed(NOON))

    (concern,) = new_house.concerns
    assert (concern.kind, concern.severity, concern.at) == (ConcernKind.SOS, Severity.RED, NOON)
    assert facts_of(concern) == {"pressed_at": NOON.isoformat(), "device": SOS, "room": "bedroom"}


def test_a_press_that_is_repeated_in_panic_is_one_and_a_later_one_another(new_house: House) -> None:
    for second in (0, 2, 5, 300):
        new_house.tell(pressed(NOON + timedelta(seconds=second)))

    assert [c.since for c in new_house.concerns] == [NOON, NOON + timedelta(seconds=300)]


@pytest.mark.parametrize("replay", [Replay.RETAINED, Replay.CACHED, Replay.HISTORY])
def test_a_press_of_long_ago_is_not_raised_again(new_house: House, replay: Replay) -> None:
    new_house.tell(pressed(NOON, replay=replay))

    assert new_house.concerns == []


def test_time_never_takes_a_press_back(new_house: House) -> None:
    new_house.tell(pressed(NOON))

    new_house.pass_until(at(3, "00:00"))

    assert [e.kind for e in new_house.cleared] == []


def test_any_button_of_a_panic_button_is_a_call_and_that_of_a_light_is_not(new_house: House) -> None:
    lamp = Device(f"{GATEWAY}/lamp", HOME, Room.LIVING, Role.LIGHT, GATEWAY)
    house = House(devices=[*new_house.devices, lamp])
    house.tell(reading(lamp.id, Kind.BUTTON, "double", NOON))
    lit = list(house.concerns)

    house.tell(reading(SOS, Kind.BUTTON, "single", NOON + timedelta(minutes=1)))

    assert lit == []
    assert [c.kind for c in house.concerns] == [ConcernKind.SOS]


@pytest.mark.parametrize("replay", [Replay.LIVE, Replay.RETAINED])
def test_smoke_at_first_sight_is_raised(new_house: House, replay: Replay) -> None:
    new_house.tell(smoke(NOON, there=True, replay=replay, novelty=Novelty.BASELINE))

    assert [(c.kind, c.severity) for c in new_house.concerns] == [(ConcernKind.SMOKE, Severity.RED)]


def test_smoke_of_history_is_not_raised(new_house: House) -> None:
    new_house.tell(smoke(NOON, there=True, replay=Replay.HISTORY))

    assert new_house.concerns == []


def test_smoke_is_said_once_and_clears_when_the_detector_says_so(new_house: House) -> None:
    new_house.tell(smoke(NOON, there=True), smoke(NOON + timedelta(minutes=1), there=True, novelty=Novelty.REPEATED))

    new_house.tell(smoke(NOON + timedelta(minutes=9), there=False))

    assert len(new_house.concerns) == 1
    assert [(e.kind, e.episode) for e in new_house.cleared] == [(ConcernKind.SMOKE, new_house.concerns[0].episode)]


def test_a_leak_is_orange() -> None:
    pan = Device(f"{GATEWAY}/pan", HOME, Room.KITCHEN, Role.WATER, GATEWAY)
    house = House(devices=[pan])

    house.tell(reading(pan.id, Kind.WATER, value=True, when=NOON))

    assert [c.severity for c in house.concerns] == [Severity.ORANGE]


def test_a_smoke_detector_that_is_dead_cannot_tell() -> None:
    device = Device(SMOKE, HOME, Room.KITCHEN, Role.SMOKE, GATEWAY)
    visibility, reception = HomeVisibility([device]), Reception([device], "Asia/Shanghai")
    hazard = Hazard(device, Kind.SMOKE, visibility)
    seen = reception.receive(smoke(NOON, there=False))
    assert seen is not None
    visibility.observe(seen)
    hazard.observe(seen)

    verdict = hazard.assess(NOON + timedelta(days=9))

    assert verdict == CannotTell("device_silent")


def test_a_stove_that_was_forgotten_is_red_and_says_its_numbers(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "17:45"), day=LEARNED)
    on = at(LEARNED, "17:45")
    life = [r for r in day_of_life(LEARNED) if r.at > on]

    learned_house.tell(watts(1200.0, on))
    learned_house.pass_until(at(LEARNED, "21:30"), life)

    (concern,) = learned_house.concerns
    facts = facts_of(concern)
    assert (concern.kind, concern.severity, concern.place) == (
        ConcernKind.APPLIANCE_ON,
        Severity.RED,
        Room.KITCHEN,
    )
    assert (facts["power"], facts["device"], facts["room"]) == (1200, STOVE, "kitchen")
    assert timedelta(minutes=90) <= concern.at - on <= timedelta(minutes=150)


def test_a_stove_is_missed_sooner_when_nobody_is_there(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "14:30"), day=LEARNED)
    on = at(LEARNED, "14:30")
    learned_house.tell(watts(1200.0, on), door("open", on + timedelta(minutes=2)))
    learned_house.tell(door("closed", on + timedelta(minutes=2, seconds=5)))

    learned_house.pass_until(at(LEARNED, "18:00"))

    (concern,) = learned_house.concerns
    assert facts_of(concern)["presence"] == "out"
    assert timedelta(minutes=45) <= concern.at - on <= timedelta(minutes=95)


def test_a_stove_clears_when_it_is_off(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "14:30"), day=LEARNED)
    learned_house.tell(watts(1200.0, at(LEARNED, "14:30")))
    life = [r for r in day_of_life(LEARNED) if at(LEARNED, "14:30") < r.at < at(LEARNED, "18:00")]
    learned_house.pass_until(at(LEARNED, "18:00"), life)

    learned_house.tell(watts(0.0, at(LEARNED, "18:00")))
    learned_house.pass_until(at(LEARNED, "18:04"))
    assert learned_house.cleared == [], "a plate that is on pauses by itself"
    learned_house.pass_until(at(LEARNED, "18:06"))

    assert [e.kind for e in learned_house.cleared] == [ConcernKind.APPLIANCE_ON]


def test_a_plate_that_goes_on_and_off_by_itself_is_left_on_all_the_same(learned_house: House) -> None:
    on = at(LEARNED, "14:30")
    learned_house.live_until(on, day=LEARNED)
    cycles = [on + timedelta(minutes=2 * turn) for turn in range(90)]
    plate = [watts(1200.0, each) for each in cycles] + [watts(0.0, each + timedelta(seconds=50)) for each in cycles]

    learned_house.pass_until(at(LEARNED, "17:30"), sorted(plate, key=lambda r: r.at))

    first = {concern.kind: concern.since for concern in reversed(learned_house.concerns)}
    assert first[ConcernKind.APPLIANCE_ON] == on
    assert first[ConcernKind.SILENCE] <= on, "a plate that clicks is no sign of life"


def test_an_appliance_of_short_runs_is_missed_sooner_than_its_class() -> None:
    device = Device(f"{GATEWAY}/toaster", HOME, Room.KITCHEN, Role.APPLIANCE, GATEWAY)
    house = House(devices=[*devices_of(), device])
    for day in range(KNOWN_RUNS + 1):
        start = at(day, "07:20")
        toast = [reading(device.id, Kind.POWER, 900.0, start), reading(device.id, Kind.POWER, 0.0, start + 3 * MINUTE)]
        house.pass_until(at(day + 1, "00:00"), sorted([*day_of_life(day), *toast], key=lambda r: r.at))
    on = at(KNOWN_RUNS + 1, "07:20")
    house.said.clear()

    house.pass_until(on, [r for r in day_of_life(KNOWN_RUNS + 1) if r.at < on])
    still_on = [reading(device.id, Kind.POWER, 900.0, on + turn * 5 * MINUTE) for turn in range(10)]
    house.pass_until(on + 50 * MINUTE, still_on)

    [concern] = [c for c in house.concerns if c.kind is ConcernKind.APPLIANCE_ON]
    assert timedelta(minutes=20) <= concern.at - on <= timedelta(minutes=30)


def test_a_dead_plug_leaves_no_stove_on() -> None:
    stove = Device(STOVE, HOME, Room.KITCHEN, Role.STOVE, GATEWAY)
    visibility = HomeVisibility([stove])
    presence = HomePresence(visibility)
    detector, reception = ApplianceOn(stove, visibility, presence), Reception([stove], "Asia/Shanghai")
    seen = reception.receive(watts(1200.0, NOON))
    assert seen is not None
    visibility.observe(seen)
    detector.observe(seen)

    verdict = detector.assess(NOON + timedelta(hours=5))

    assert verdict == CannotTell("device_silent")


def test_long_cooking_becomes_usual() -> None:
    house = House()
    for day in range(6):
        start = at(day, "10:30")
        soup = [
            watts(900.0, start),
            watts(900.0, start + timedelta(minutes=60)),
            watts(0.0, start + timedelta(minutes=85)),
        ]
        stirring = [moved("kitchen", start + timedelta(minutes=m)) for m in range(5, 80, 9)]
        house.pass_until(at(day + 1, "00:00"), sorted([*day_of_life(day), *soup, *stirring], key=lambda r: r.at))

    house.tell(watts(900.0, at(6, "10:30")))
    house.pass_until(at(6, "15:00"))

    (concern,) = [c for c in house.concerns if c.kind is ConcernKind.APPLIANCE_ON]
    assert facts_of(concern)["usual_longest_on"] == 85 * 60
    assert concern.at - at(6, "10:30") >= timedelta(minutes=85 * 1.75)


def test_a_front_door_left_open_at_night_is_said_soon(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "23:10"), day=LEARNED)
    learned_house.tell(door("open", at(LEARNED, "23:10")))

    learned_house.pass_until(at(LEARNED, "23:40"))

    (concern,) = learned_house.concerns
    assert (concern.kind, concern.severity) == (ConcernKind.DOOR_OPEN, Severity.YELLOW)
    assert facts_of(concern)["device"] == DOOR
    assert concern.at - at(LEARNED, "23:10") <= timedelta(minutes=11)


def test_a_contact_that_turned_round_while_its_door_was_shut_calls_nobody(learned_house: House) -> None:
    """It says once more that it is shut when the door is opened, and that it is open once it is shut again."""
    passing = at(LEARNED, "22:10")
    learned_house.live_until(passing, day=LEARNED)

    learned_house.tell(door("closed", passing), door("open", passing + timedelta(seconds=5)))
    learned_house.pass_until(at(LEARNED, "23:30"))

    assert [each.kind for each in learned_house.concerns if each.kind is ConcernKind.DOOR_OPEN] == []


def test_by_day_a_door_may_stand_open_while_somebody_moves_inside(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "14:30"), day=LEARNED)
    airing = at(LEARNED, "14:30")
    life = [moved("living", airing + timedelta(minutes=m)) for m in range(5, 90, 10)]

    learned_house.tell(door("open", airing))
    learned_house.pass_until(airing + timedelta(minutes=90), life)
    busy = list(learned_house.concerns)
    learned_house.tell(door("closed", airing + timedelta(minutes=91)))

    assert busy == []


def test_a_door_concern_clears_when_the_door_is_closed(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "23:10"), day=LEARNED)
    learned_house.tell(door("open", at(LEARNED, "23:10")))
    learned_house.pass_until(at(LEARNED, "23:40"))

    learned_house.tell(door("closed", at(LEARNED, "23:41")))

    assert [e.kind for e in learned_house.cleared] == [ConcernKind.DOOR_OPEN]


def test_a_button_that_keeps_its_state_true_is_pressed_when_it_changes() -> None:
    house = House()
    held = Reading(SOS, Kind.SOS, value=True, at=NOON, received_at=NOON, semantics=Semantics.STATE)
    again = Reading(
        SOS,
        Kind.SOS,
        value=True,
        at=NOON + timedelta(hours=2),
        received_at=NOON + timedelta(hours=2),
        novelty=Novelty.REPEATED,
    )

    house.tell(held, again)

    assert [c.since for c in house.concerns] == [NOON]
    assert all(isinstance(c, Concern) for c in house.concerns)
