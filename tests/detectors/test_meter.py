"""The whole-home meter: people are told from refrigerators and timers, and a dead meter from quiet people."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from core.places import Device, Role, Room
from core.readings import Kind, Novelty, Reading
from detectors.instants import HOUR, MINUTE, seconds
from detectors.meter import ENOUGH_HOURS, LEAST_RISE, SIZES, MeterActivity
from tests.detectors.elder import GATEWAY, HOME, House, at, reading

NIGHTS = 8
METER = Device(f"{GATEWAY}/meter", HOME, Room.ENTRANCE, Role.MAIN_METER, GATEWAY)
KETTLE = Device(f"{GATEWAY}/kettle", HOME, Room.KITCHEN, Role.KETTLE, GATEWAY)


def power(day: int, *, timer: bool = False) -> Iterator[tuple[datetime, float]]:
    """Every five minutes: a refrigerator that cycles day and night, people from seven to ten, at times of their own."""
    for turn in range(288):
        when = at(day, "00:00") + timedelta(minutes=5 * turn)
        hour = turn / 12
        watts = 80.0 + (90.0 if turn % 8 < 3 else 0.0) + turn % 3
        if 7 <= hour < 22 and (turn * 7 + day * 5) % 11 == 0:
            watts += 1500.0 + 130.0 * (turn % 5)
        if timer and turn == 36:  # at three, every night
            watts += 2400.0
        yield when, watts


def taught(*, timer: bool = False, days: int = NIGHTS) -> tuple[MeterActivity, list[datetime]]:
    meter, rises = MeterActivity("Asia/Shanghai"), []
    for day in range(days):
        rises += [when for when, watts in power(day, timer=timer) if meter.rose(seconds(when), watts)]
    return meter, rises


def test_a_refrigerator_is_nobody_and_a_kettle_is_somebody() -> None:
    meter, rises = taught()

    assert meter.counts_from() > 1
    assert len(rises) > 20
    assert all(7 <= (when + timedelta(hours=8)).hour < 23 for when in rises)


def test_nothing_counts_before_the_nights_are_known() -> None:
    meter, rises = taught(days=4)

    assert meter.hours < ENOUGH_HOURS
    assert meter.counts_from() == SIZES
    assert rises == []


def test_what_comes_every_night_comes_by_itself() -> None:
    """A boiler of the size of a kettle makes that size worthless, rather than a night without life look lived in."""
    meter, rises = taught(timer=True)

    assert rises == []
    assert LEAST_RISE * 2 ** meter.counts_from() > 2400.0


def test_a_timer_by_day_is_known_by_its_minute() -> None:
    meter, _ = taught(days=12)
    timed = []
    for day in range(12, 24):
        lived = [*power(day), (at(day, "11:32"), 2500.0), (at(day, "11:33"), 80.0)]
        for when, watts in sorted(lived):
            if meter.rose(seconds(when), watts) and when == at(day, "11:32"):
                timed.append(day)

    assert timed
    assert max(timed) < 22, "after some days it is known"


def test_the_third_rise_alike_is_a_thermostats() -> None:
    meter, _ = taught()
    start = seconds(at(NIGHTS, "12:00"))
    meter.rose(start - 10 * MINUTE, 90.0)
    meter.rose(start - 5 * MINUTE, 90.0)

    heater = []
    for turn in range(8):
        begin = start + turn * 12 * MINUTE
        heater.append(meter.rose(begin, 2100.0))
        meter.rose(begin + 6 * MINUTE, 90.0)

    assert heater[:2] == [True, True]
    assert not any(heater[2:])


def test_two_readings_far_apart_say_nothing() -> None:
    meter, _ = taught()

    assert not meter.rose(seconds(at(NIGHTS, "12:00")) + HOUR, 2600.0)


def test_a_restart_changes_nothing() -> None:
    meter, _ = taught()
    again = MeterActivity("Asia/Shanghai")
    again.restore(json.loads(json.dumps(meter.snapshot())))

    rest = [(seconds(when), watts) for when, watts in power(NIGHTS)]

    assert [again.rose(t, w) for t, w in rest] == [meter.rose(t, w) for t, w in rest]
    assert again.snapshot() == meter.snapshot()


def test_a_meter_alone_finds_who_lies_still_and_is_no_corpse_when_it_dies() -> None:
    house = House(devices=[METER, KETTLE])
    for day in range(21):
        house.pass_until(at(day + 1, "00:00"), [_said(METER.id, when, watts) for when, watts in power(day)])
    house.said.clear()
    fell = at(21, "10:00")
    lived = [_said(METER.id, when, watts) for when, watts in power(21) if when < fell]
    night = [watts for when, watts in power(20) if when < at(20, "05:00")]

    base = [fell + timedelta(minutes=5 * turn) for turn in range(288)]
    house.pass_until(
        fell + timedelta(hours=24), lived + [_said(METER.id, t, night[n % 60]) for n, t in enumerate(base)]
    )

    assert house.concerns
    assert house.concerns[0].at - fell < timedelta(hours=12)
    assert house.concerns[0].place is None, "a meter does not know where somebody is"


def test_a_dead_meter_is_no_dead_person() -> None:
    house = House(devices=[METER, KETTLE])
    for day in range(21):
        house.pass_until(at(day + 1, "00:00"), [_said(METER.id, when, watts) for when, watts in power(day)])
    house.said.clear()
    house.dead.add(METER.id)

    house.pass_until(at(23, "00:00"))

    assert house.concerns == []


def test_a_frozen_meter_is_no_dead_person() -> None:
    house = House(devices=[METER, KETTLE])
    for day in range(21):
        house.pass_until(at(day + 1, "00:00"), [_said(METER.id, when, watts) for when, watts in power(day)])
    house.said.clear()

    frozen = [_said(METER.id, at(21, "09:00") + timedelta(minutes=5 * turn), 83.0) for turn in range(360)]
    house.pass_until(at(22, "12:00"), frozen)

    assert house.concerns == []
    assert any(fault.cause.value == "device_stuck" for fault in house.faults)


def _said(device: str, when: datetime, watts: float) -> Reading:
    return reading(device, Kind.POWER, watts, when, novelty=Novelty.CHANGED)
