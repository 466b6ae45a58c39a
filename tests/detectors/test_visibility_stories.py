"""Devices die, batteries empty, gateways and brokers go: one ticket for one cause, and blindness is said as such."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from core.faults import FaultCause
from core.places import Device, Gateway, Home, Inventory, Role, Room
from core.readings import Kind, Novelty, Reading, Replay
from core.states import Visibility
from detectors.watch import Watch
from tests.detectors.conftest import LEARNED
from tests.detectors.elder import (
    BRIDGE,
    GATEWAY,
    HOME,
    House,
    at,
    check_ins,
    day_of_life,
    devices_of,
    inventory,
    moved,
    reading,
    spoke,
)

LIVING = f"{GATEWAY}/living"
MORNING = at(LEARNED, "08:00")


@pytest.fixture
def house(learned_house: House) -> House:
    """At eight in the morning of a usual day."""
    learned_house.live_until(MORNING, day=LEARNED)
    return learned_house


def test_a_bridge_that_goes_offline_blinds_the_home_and_gives_one_ticket(house: House) -> None:
    house.tell(reading(BRIDGE, Kind.AVAILABILITY, "offline", MORNING))
    house.dead |= {d.id for d in house.devices}

    house.pass_until(at(LEARNED + 2, "08:00"))

    assert [f.key for f in house.faults] == [f"bridge_offline/{GATEWAY}"]
    assert house.faults[0].at - MORNING < timedelta(minutes=2)
    assert house.status.visibility is Visibility.BLIND
    assert house.status.visibility_reason == FaultCause.BRIDGE_OFFLINE.value


def test_a_bridge_that_only_restarts_gives_no_ticket(house: House) -> None:
    house.tell(reading(BRIDGE, Kind.AVAILABILITY, "offline", MORNING))
    house.tell(reading(BRIDGE, Kind.AVAILABILITY, "online", MORNING + timedelta(seconds=25)))

    house.pass_until(at(LEARNED, "09:00"))

    assert house.faults == []
    assert house.status.visibility is Visibility.VISIBLE


def test_a_bridge_ticket_closes_by_itself_when_a_device_speaks(house: House) -> None:
    house.tell(reading(BRIDGE, Kind.AVAILABILITY, "offline", MORNING))
    house.let_due(MORNING + timedelta(minutes=5))

    house.tell(spoke(LIVING, MORNING + timedelta(minutes=6)))

    assert house.mended == [f"bridge_offline/{GATEWAY}"]
    assert house.status.visibility is Visibility.VISIBLE


def test_a_gateway_that_serves_several_homes_is_one_ticket_that_names_them_all() -> None:
    homes = [Home(f"h-{n}", "grid", f"{n}") for n in (1, 2)]
    devices = [Device(f"{GATEWAY}/pir{n}", f"h-{n}", Room.LIVING, Role.ROOM, GATEWAY) for n in (1, 2)]
    watch = Watch(Inventory.of([], homes, [Gateway(GATEWAY)], devices))
    watch.observe([spoke(d.id, MORNING) for d in devices])

    events = watch.observe([reading(BRIDGE, Kind.AVAILABILITY, "offline", MORNING + timedelta(minutes=1))])
    events = watch.run_due(MORNING + timedelta(minutes=3))

    raised = [e.fault for e in events if hasattr(e, "fault")]
    assert [f.key for f in raised] == [f"bridge_offline/{GATEWAY}"]
    assert raised[0].homes == ("h-1", "h-2")


def test_a_single_dead_sensor_is_its_own_ticket_and_leaves_the_home_partly_seen(learned_house: House) -> None:
    learned_house.dead.add(LIVING)

    learned_house.live(1, first=LEARNED)

    assert [f.key for f in learned_house.faults] == [f"device_silent/{LIVING}"]
    assert learned_house.status.visibility is Visibility.PARTIAL
    assert learned_house.status.visibility_reason == FaultCause.DEVICE_SILENT.value


def test_when_everything_falls_silent_at_once_only_the_gateway_is_named(house: House) -> None:
    house.dead |= {d.id for d in house.devices}
    house.pass_until(at(LEARNED + 1, "08:00"))
    house.dead.clear()

    house.pass_until(
        at(LEARNED + 1, "20:00"), [r for r in day_of_life(LEARNED + 1) if house.now < r.at < at(LEARNED + 1, "20:00")]
    )

    assert [f.key for f in house.faults] == [f"gateway_silent/{GATEWAY}"]
    assert house.mended == [f"gateway_silent/{GATEWAY}"]


def test_a_sensor_that_speaks_again_closes_its_ticket(learned_house: House) -> None:
    learned_house.dead.add(LIVING)
    learned_house.live(1, first=LEARNED)
    learned_house.dead.clear()

    learned_house.live(1, first=LEARNED + 1)

    assert learned_house.mended == [f"device_silent/{LIVING}"]
    assert learned_house.status.visibility is Visibility.VISIBLE


def test_a_device_called_offline_by_its_bridge_is_a_ticket_at_once(house: House) -> None:
    house.tell(reading(LIVING, Kind.AVAILABILITY, "offline", MORNING))

    house.let_due(MORNING + timedelta(minutes=1))

    assert [f.key for f in house.faults] == [f"device_silent/{LIVING}"]


def test_a_sensor_that_speaks_but_sees_nobody_for_days_is_stuck(learned_house: House) -> None:
    for day in range(LEARNED, LEARNED + 8):
        life = [r for r in day_of_life(day) if r.device != f"{GATEWAY}/kitchen"]
        learned_house.pass_until(at(day + 1, "00:00"), life)

    [stuck] = [f for f in learned_house.faults if f.key == f"device_stuck/{GATEWAY}/kitchen"]
    [since] = [fact.value for fact in stuck.facts if fact.name == "saw_nobody_since"]
    last = max(r.at for r in day_of_life(LEARNED - 1) if r.device == f"{GATEWAY}/kitchen")
    assert datetime.fromisoformat(str(since)) == last < stuck.since - timedelta(days=2)


def test_a_frozen_meter_is_stuck_until_it_trembles_again() -> None:
    meter = Device(f"{GATEWAY}/meter", HOME, Room.ENTRANCE, Role.MAIN_METER, GATEWAY)
    house = House(devices=[*devices_of(), meter])
    house.live(1)
    frozen = [
        reading(meter.id, Kind.POWER, 213.4, at(1, "00:30") + n * timedelta(minutes=30), novelty=Novelty.REPEATED)
        for n in range(20)
    ]

    house.pass_until(at(1, "12:00"), frozen)
    house.tell(reading(meter.id, Kind.POWER, 215.0, at(1, "12:30")))

    [stuck] = [f for f in house.faults if f.cause is FaultCause.DEVICE_STUCK]
    assert stuck.subject == meter.id
    assert [(f.name, f.value) for f in stuck.facts] == [("same_value_since", at(1, "00:30").isoformat())]
    assert f"device_stuck/{meter.id}" in house.mended


def test_a_low_battery_is_a_ticket_and_a_new_one_closes_it(house: House) -> None:
    house.dead.add(LIVING)  # its other words would say 80 %
    house.tell(reading(LIVING, Kind.BATTERY, 6.0, MORNING))
    house.pass_until(at(LEARNED, "09:00"))

    house.tell(reading(LIVING, Kind.BATTERY, 100.0, at(LEARNED, "09:00")))
    house.pass_until(at(LEARNED, "09:01"))

    assert [f.key for f in house.faults] == [f"battery_low/{LIVING}"]
    assert house.mended == [f"battery_low/{LIVING}"]


def test_a_lost_broker_is_one_ticket_and_every_home_is_unseen(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "15:00"), day=LEARNED)
    learned_house.said += learned_house.watch.broker_lost(at(LEARNED, "15:00"))

    learned_house.let_due(at(LEARNED + 1, "15:00"))

    assert [f.key for f in learned_house.faults] == ["broker_lost/broker"]
    assert learned_house.status.visibility is Visibility.BLIND
    assert learned_house.concerns == []


def test_when_the_broker_is_back_no_device_is_blamed_for_the_pause(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "15:00"), day=LEARNED)
    learned_house.said += learned_house.watch.broker_lost(at(LEARNED, "15:00"))
    learned_house.let_due(at(LEARNED + 1, "09:00"))
    learned_house.now = at(LEARNED + 1, "09:00")

    learned_house.said += learned_house.watch.broker_back(at(LEARNED + 1, "09:00"))
    learned_house.pass_until(at(LEARNED + 1, "09:30"))

    assert learned_house.mended == ["broker_lost/broker"]
    assert [f.key for f in learned_house.faults] == ["broker_lost/broker"]
    assert learned_house.status.visibility is Visibility.VISIBLE
    assert learned_house.concerns == []


def test_retained_availability_is_no_proof_that_a_device_lives(new_house: House) -> None:
    retained = reading(LIVING, Kind.AVAILABILITY, "online", at(0, "08:00"), replay=Replay.RETAINED)

    new_house.tell(retained)

    assert new_house.status.visibility is Visibility.BLIND


def test_a_home_that_was_never_heard_is_not_called_broken() -> None:
    watch = Watch(inventory())

    assert watch.next_due() is None
    assert watch.statuses(dirty_only=False) == ([], [])


@pytest.mark.parametrize("hours", [2, 6, 12])
def test_a_device_with_a_slow_rhythm_is_not_called_silent(hours: int) -> None:
    house = House(devices=[*devices_of(), Device(f"{GATEWAY}/slow", HOME, Room.STORAGE, Role.ROOM, GATEWAY)])
    house.dead.add(f"{GATEWAY}/slow")
    beats = [spoke(f"{GATEWAY}/slow", at(0, "00:30") + k * timedelta(hours=hours)) for k in range(24 * 10 // hours)]

    for day in range(10):
        house.dead.discard(f"{GATEWAY}/slow")
        slow = [b for b in beats if at(day, "00:00") <= b.at < at(day + 1, "00:00")]
        _pass_without_check_ins(house, at(day + 1, "00:00"), [*day_of_life(day), *slow])

    assert house.faults == []


def _pass_without_check_ins(house: House, until: datetime, life: Iterable[Reading]) -> None:
    others = [d.id for d in house.devices if d.id != f"{GATEWAY}/slow"]
    told = sorted([*check_ins(others, house.now, until), *life], key=lambda r: r.at)
    house.tell(*told)
    house.now = until


def test_motion_right_after_an_outage_ends_the_blindness(learned_house: House) -> None:
    learned_house.dead |= {d.id for d in learned_house.devices}
    learned_house.pass_until(at(LEARNED, "12:00"))
    blind = learned_house.status.visibility

    learned_house.dead.clear()
    learned_house.pass_until(at(LEARNED, "13:30"), [moved("living", at(LEARNED, "13:00"))])

    assert blind is Visibility.BLIND
    assert learned_house.status.visibility is Visibility.VISIBLE


@pytest.mark.parametrize("while_down", [False, True])
def test_a_sensor_bound_to_a_lived_in_home_has_a_day_to_speak_before_it_is_missed(
    house: House, *, while_down: bool
) -> None:
    balcony = Device(f"{GATEWAY}/balcony", HOME, Room.BALCONY, Role.ROOM, GATEWAY)
    house.places = inventory([*house.devices, balcony])
    if while_down:
        house.restart()
    else:
        house.watch.use_inventory(house.places)

    house.pass_until(at(LEARNED + 1, "09:00"))
    in_the_first_day = [f.key for f in house.faults]
    house.pass_until(at(LEARNED + 1, "12:00"))

    assert in_the_first_day == []
    assert [f.key for f in house.faults] == [f"device_silent/{balcony.id}"]
    assert house.faults[0].since >= MORNING - timedelta(hours=1)
