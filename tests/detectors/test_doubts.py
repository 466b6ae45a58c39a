"""Questions about how a device was set up: asked of the installer with numbers, taken back when they are settled."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from core.faults import FaultCause
from core.places import Device, Role, Room
from core.readings import Kind, Novelty, Reading, Semantics
from detectors.watch import FaultCleared, FaultRaised, Watch
from tests.detectors.elder import (
    DOOR,
    GATEWAY,
    HOME,
    MOVED,
    STOVE,
    House,
    at,
    check_ins,
    day_of_life,
    devices_of,
    door,
    inventory,
    reading,
)  # fmt: skip

KETTLE = Device(f"{GATEWAY}/kettle", HOME, Room.KITCHEN, Role.KETTLE, GATEWAY)
QUESTIONS = {FaultCause.POLARITY_DOUBTED, FaultCause.NEVER_CLEARS, FaultCause.UNIT_DOUBTED}


def lived(days: int, *, inverted: bool = False) -> Iterator[Reading]:
    """Some days of life, the front door's words turned round if it was wired so."""
    turned = {"open": "closed", "closed": "open"}
    for day in range(days):
        for one in day_of_life(day):
            yield replace(one, value=turned[str(one.value)]) if inverted and one.kind is Kind.DOOR else one


def asked(watch: Watch, readings: Iterator[Reading] | list[Reading], *, days: int) -> list[FaultCause]:
    """What the installer is asked by the end of so many days, and what was not taken back."""
    spoken = check_ins([d.id for d in devices_of()], at(0, "00:00"), at(days, "00:00"))
    open_: dict[str, FaultCause] = {}
    for one in sorted([*readings, *spoken], key=lambda r: r.at):
        due = watch.next_due()
        events = watch.run_due(one.at) if due is not None and due <= one.at else []
        for event in [*events, *watch.observe([one])]:
            match event:
                case FaultRaised(fault=fault) if fault.cause in QUESTIONS:
                    open_[fault.key] = fault.cause
                case FaultCleared():
                    open_.pop(event.key, None)
    return list(open_.values())


def test_a_front_door_that_is_wired_the_other_way_round_is_asked_about() -> None:
    assert asked(Watch(inventory()), lived(6, inverted=True), days=6) == [FaultCause.POLARITY_DOUBTED]


def test_a_usual_life_raises_no_question() -> None:
    assert asked(Watch(inventory()), lived(14), days=14) == []


def test_a_window_may_be_open_for_days() -> None:
    window = [replace(d, role=Role.WINDOW) if d.id == DOOR else d for d in devices_of()]

    assert asked(Watch(inventory(window)), lived(6, inverted=True), days=6) == []


def test_a_question_ends_when_the_device_is_set_up_anew() -> None:
    watch = Watch(inventory())
    assert asked(watch, lived(6, inverted=True), days=6) != []

    turned = [replace(d, profile={"contact": {"kind": "door"}}) if d.id == DOOR else d for d in devices_of()]
    events = watch.use_inventory(inventory(turned))

    assert [e.key for e in events if isinstance(e, FaultCleared)] == [f"polarity_doubted/{DOOR}"]


def motions(*, clears: bool, days: int) -> Iterator[Reading]:
    """A sensor that reports motion as a state every half hour by day."""
    for day in range(days):
        for half in range(16, 44):
            when = at(day, f"{half // 2:02d}:{30 * (half % 2):02d}")
            first = (day, half) == (0, 16)
            novelty = Novelty.CHANGED if clears or first else Novelty.REPEATED
            told = reading(f"{GATEWAY}/living", Kind.MOTION, MOVED, when, novelty=novelty)
            yield replace(told, semantics=Semantics.STATE)
            if clears:
                yield reading(f"{GATEWAY}/living", Kind.MOTION, not MOVED, when + timedelta(minutes=2))


def test_a_motion_sensor_that_never_clears_is_asked_about() -> None:
    assert asked(Watch(inventory()), motions(clears=False, days=3), days=3) == [FaultCause.NEVER_CLEARS]
    assert asked(Watch(inventory()), motions(clears=True, days=3), days=3) == []


@pytest.mark.parametrize(
    ("device", "watts", "expected"),
    [
        (STOVE, 1_850_000.0, [FaultCause.UNIT_DOUBTED]),  # milliwatts
        (KETTLE.id, 1.85, [FaultCause.UNIT_DOUBTED]),  # kilowatts
        (KETTLE.id, 1850.0, []),
        (KETTLE.id, 0.1, []),  # never used: nothing to be said
        (STOVE, 3_500.0, []),
    ],
)
def test_a_plug_in_another_unit_is_asked_about(device: str, watts: float, expected: list[FaultCause]) -> None:
    boiled = [
        reading(device, Kind.POWER, watts if minute < 5 else 0.0, at(day, f"{hour:02d}:{minute:02d}"))
        for day in range(5)
        for hour in (7, 12, 18)
        for minute in (0, 5)
    ]

    assert asked(Watch(inventory([*devices_of(), KETTLE])), boiled, days=5) == expected


def test_a_restart_goes_on_with_what_it_doubted() -> None:
    first, second = Watch(inventory()), Watch(inventory())
    asked(first, [one for one in lived(6, inverted=True) if one.at < at(2, "12:00")], days=2)

    second.restore(list(first.snapshots(at(2, "12:00"), dirty_only=False)))
    rest = asked(second, [one for one in lived(6, inverted=True) if one.at >= at(2, "12:00")], days=6)

    assert FaultCause.POLARITY_DOUBTED in rest


def test_an_older_snapshot_without_doubts_is_taken_up(learned_house: House) -> None:
    snapshots = list(learned_house.watch.snapshots(at(0, "00:00"), dirty_only=False))
    for snapshot in snapshots:
        for state in snapshot.body["visibility"]["devices"].values():
            del state[16:]

    assert Watch(inventory()).restore(snapshots) == []


def test_a_question_that_stands_is_not_taken_back_by_a_restart() -> None:
    watch = Watch(inventory())
    assert asked(watch, lived(6, inverted=True), days=6) == [FaultCause.POLARITY_DOUBTED]
    shut = [door("closed", at(6, "08:00")), door("open", at(6, "09:30"))]
    assert [e for e in watch.observe(shut) if isinstance(e, FaultCleared)] == [], "fine is three quarters, not less"

    again = Watch(inventory())
    again.restore(list(watch.snapshots(at(6, "09:30"), dirty_only=False)))
    events = again.observe([door("closed", at(6, "09:30")), door("open", at(6, "09:31"))])

    assert [e for e in events if isinstance(e, FaultCleared)] == []
