"""Which readings only a living person can have caused."""

from datetime import timedelta

import pytest

from core.places import Device, Role, Room
from core.readings import Kind, Novelty, Replay, Value
from detectors.reception import Reception
from detectors.signs import SignKind, sign_of_life
from tests.detectors.elder import DOOR, at, devices_of, door, moved, reading

NOON = at(0, "12:00")


@pytest.mark.parametrize(
    ("kind", "value", "role", "family"),
    [
        (Kind.MOTION, True, Role.ROOM, SignKind.MOTION),
        (Kind.MOTION, False, Role.ROOM, None),
        (Kind.MOTION, True, Role.AUTOMATIC, None),
        (Kind.MOTION, True, Role.OTHER, None),
        (Kind.DOOR, "open", Role.FRIDGE, SignKind.CONTACT),
        (Kind.DOOR, "closed", Role.CUPBOARD, SignKind.CONTACT),
        (Kind.DOOR, "open", Role.FRONT_DOOR, SignKind.CONTACT),
        (Kind.DOOR, "open", Role.WINDOW, None),
        (Kind.DOOR, "open", Role.APPLIANCE, SignKind.CONTACT),
        (Kind.DOOR, "open", Role.MICROWAVE, SignKind.CONTACT),
        (Kind.DOOR, "open", Role.AUTOMATIC, None),
        (Kind.OCCUPANCY, True, Role.BED, SignKind.OCCUPANCY),
        (Kind.OCCUPANCY, False, Role.BED, SignKind.OCCUPANCY),
        (Kind.OCCUPANCY, False, Role.ROOM, None),
        (Kind.VIBRATION, True, Role.TOILET, SignKind.VIBRATION),
        (Kind.BUTTON, "single", Role.SOS, SignKind.BUTTON),
        (Kind.SOS, True, Role.SOS, SignKind.BUTTON),
        (Kind.POWER, 1900.0, Role.KETTLE, SignKind.APPLIANCE),
        (Kind.POWER, 60.0, Role.TELEVISION, SignKind.APPLIANCE),
        (Kind.POWER, 150.0, Role.KETTLE, None),
        (Kind.POWER, 1900.0, Role.AUTOMATIC, None),
        (Kind.POWER, 1900.0, Role.MAIN_METER, None),
        (Kind.TEMPERATURE, 21.0, Role.ROOM, None),
        (Kind.BATTERY, 100, Role.ROOM, None),
        (Kind.LIVENESS, True, Role.ROOM, None),
        (Kind.SMOKE, True, Role.SMOKE, None),
    ],
)
def test_a_reading_is_a_sign_by_its_kind_and_what_its_device_watches(
    kind: Kind, value: Value, role: Role, family: SignKind | None
) -> None:
    assert sign_of_life(reading("g-1/x", kind, value, NOON), role) == family


@pytest.mark.parametrize("replay", [Replay.RETAINED, Replay.CACHED, Replay.HISTORY])
def test_what_is_replayed_is_no_sign(replay: Replay) -> None:
    assert sign_of_life(reading("g-1/x", Kind.MOTION, value=True, when=NOON, replay=replay), Role.ROOM) is None


@pytest.mark.parametrize("novelty", [Novelty.BASELINE, Novelty.REPEATED])
def test_a_state_that_did_not_change_is_no_sign(novelty: Novelty) -> None:
    assert sign_of_life(reading(DOOR, Kind.DOOR, "open", NOON, novelty=novelty), Role.FRONT_DOOR) is None


def test_an_appliance_that_is_on_already_or_goes_off_is_no_sign() -> None:
    louder = reading("g-1/tv", Kind.POWER, 90.0, NOON)
    off = reading("g-1/tv", Kind.POWER, 0.5, NOON)

    assert sign_of_life(louder, Role.TELEVISION, was_on=True) is None
    assert sign_of_life(off, Role.TELEVISION, was_on=True) is None


def test_power_that_trembles_about_the_threshold_is_switched_on_once() -> None:
    television = Device("g-1/tv", "h-1", Room.LIVING, Role.TELEVISION, "g-1")
    reception = Reception([television], "Asia/Shanghai")
    watts = [2.0, 21.0, 18.0, 22.0, 15.0, 25.0, 3.0, 30.0]

    seen = [
        reception.receive(reading("g-1/tv", Kind.POWER, w, NOON + timedelta(minutes=n))) for n, w in enumerate(watts)
    ]

    assert [n for n, s in enumerate(seen) if s is not None and s.sign is not None] == [1, 7]


def test_a_bouncing_door_counts_once() -> None:
    reception = Reception(devices_of(), "Asia/Shanghai")
    bounces = [("open", 0.0), ("closed", 0.4), ("open", 0.8), ("closed", 1.2), ("open", 60.0)]

    seen = [reception.receive(door(value, NOON + timedelta(seconds=s))) for value, s in bounces]

    assert [s is not None and s.sign is not None for s in seen] == [True, False, False, False, True]


def test_a_reading_is_received_once_and_never_out_of_order_per_device() -> None:
    reception = Reception(devices_of(), "Asia/Shanghai")
    now, before = moved("kitchen", NOON), moved("kitchen", NOON - timedelta(seconds=1))

    assert reception.receive(now) is not None
    assert reception.receive(now) is None
    assert reception.receive(before) is None


def test_what_a_strange_device_says_is_not_received() -> None:
    assert Reception(devices_of(), "Asia/Shanghai").receive(moved("cellar", NOON)) is None
