"""An operator's platform with a street behind it: its silence is one cause, a dead sensor is never its silence."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from core.faults import FaultCause
from core.places import Area, AreaKind, Device, Gateway, Home, Inventory, Role, Room
from core.readings import Kind, Reading, Semantics
from core.states import Visibility
from detectors.watch import FaultCleared, FaultRaised, Watch, WatchEvent
from tests.detectors.elder import at

PLATFORM = "ctwing-1"
HOMES = 24
LEARNED = 20
HOUR = timedelta(hours=1)


def smoke(number: int, gateway: str = PLATFORM) -> Device:
    return Device(f"{gateway}/smoke-{number}", f"h-{number}", Room.KITCHEN, Role.SMOKE, gateway)


def bedroom(number: int, gateway: str = PLATFORM) -> Device:
    """A motion sensor, so that the home can be seen at all."""
    return Device(f"{gateway}/pir-{number}", f"h-{number}", Room.BEDROOM, Role.ROOM, gateway)


def a_street(devices: Iterable[Device]) -> Inventory:
    found = list(devices)
    homes = [Home(home, "grid", f"7-2-{home}") for home in dict.fromkeys(d.home for d in found)]
    gateways = [Gateway(gateway) for gateway in dict.fromkeys(d.gateway for d in found)]
    return Inventory.of([Area("grid", AreaKind.GRID, "grid")], homes, gateways, found)


@dataclass
class Street:
    """Each home's device speaks once a day, an hour after its neighbour's."""

    devices: list[Device] = field(default_factory=lambda: [smoke(n) for n in range(HOMES)])
    now: datetime = field(default_factory=lambda: at(0, "00:00"))
    dead: set[str] = field(default_factory=set)
    said: list[WatchEvent] = field(default_factory=list)
    source: str = "ctwing"

    def __post_init__(self) -> None:
        self.watch = Watch(a_street(self.devices))

    def pass_until(self, until: datetime, *, away: bool = False) -> None:
        for told in () if away else self._heard(until):
            self._let_due(told.at)
            self.said += self.watch.observe([told])
        self._let_due(until)
        self.now = until

    def _heard(self, until: datetime) -> Iterator[Reading]:
        hour = at(0, "00:30")
        while hour < until:
            device = self.devices[int((hour - at(0, "00:30")) / HOUR) % len(self.devices)]
            if hour >= self.now and device.id not in self.dead:
                yield Reading(
                    device.id, Kind.BATTERY, 90.0, hour, hour, semantics=Semantics.MEASUREMENT, source=self.source
                )
            hour += HOUR

    def _let_due(self, until: datetime) -> None:
        due = self.watch.next_due()
        while due is not None and due <= until:
            self.said += self.watch.run_due(due)
            due = self.watch.next_due()

    def restart(self) -> None:
        kept = list(self.watch.snapshots(self.now, dirty_only=False))
        self.watch = Watch(a_street(self.devices))
        self.watch.restore(kept)

    @property
    def raised(self) -> list[str]:
        return [e.fault.key for e in self.said if isinstance(e, FaultRaised)]

    @property
    def mended(self) -> list[str]:
        return [e.key for e in self.said if isinstance(e, FaultCleared)]

    def visibility(self, home: str) -> Visibility:
        homes, _ = self.watch.statuses(dirty_only=False)
        return next(status.visibility for status in homes if status.home == home)


def a_learned_street() -> Street:
    street = Street()
    street.pass_until(at(LEARNED, "00:00"))
    assert street.raised == []
    return street


def test_one_dead_sensor_is_not_the_silence_of_its_platform() -> None:
    street = a_learned_street()
    street.dead.add(smoke(5).id)

    street.pass_until(at(LEARNED + 3, "00:00"))

    assert street.raised == [f"device_silent/{smoke(5).id}"]


def test_a_platform_that_is_away_is_one_ticket_for_every_home_behind_it() -> None:
    street = a_learned_street()

    street.pass_until(at(LEARNED, "12:00"), away=True)

    assert street.raised == [f"platform_silent/{PLATFORM}"]
    fault = next(e.fault for e in street.said if isinstance(e, FaultRaised))
    assert sorted(fault.homes) == sorted(d.home for d in street.devices)


def test_who_missed_its_hour_while_the_platform_was_away_is_not_blamed_when_it_is_back() -> None:
    street = a_learned_street()
    street.pass_until(at(LEARNED + 1, "12:00"), away=True)

    street.pass_until(at(LEARNED + 4, "00:00"))

    assert street.raised == [f"platform_silent/{PLATFORM}"]
    assert street.mended == [f"platform_silent/{PLATFORM}"]


def test_a_box_in_the_stairwell_is_called_a_gateway() -> None:
    street = Street(source="zigbee2mqtt")
    street.pass_until(at(LEARNED, "00:00"))

    street.pass_until(at(LEARNED, "12:00"), away=True)

    assert street.raised == [f"{FaultCause.GATEWAY_SILENT.value}/{PLATFORM}"]


def test_a_restart_in_the_middle_of_the_outage_says_its_end_once() -> None:
    street = a_learned_street()
    street.pass_until(at(LEARNED, "12:00"), away=True)

    street.restart()
    street.pass_until(at(LEARNED + 2, "00:00"))

    assert street.raised == [f"platform_silent/{PLATFORM}"]
    assert street.mended == [f"platform_silent/{PLATFORM}"]


def test_a_restart_changes_nothing_that_is_known() -> None:
    street, other = a_learned_street(), a_learned_street()

    other.restart()
    for one in (street, other):
        one.pass_until(at(LEARNED + 1, "06:00"), away=True)
        one.pass_until(at(LEARNED + 3, "00:00"))

    assert other.said == street.said
    assert _bodies(other.watch) == _bodies(street.watch)


def _bodies(watch: Watch) -> list[object]:
    return [(s.owner, s.key, s.body) for s in watch.snapshots(at(0, "00:00"), dirty_only=False)]


def test_every_home_is_unseen_while_the_platform_is_away_and_seen_as_soon_as_anyone_is_heard_through_it() -> None:
    street = Street(devices=[bedroom(n) for n in range(HOMES)])
    street.pass_until(at(LEARNED, "00:00"))
    street.pass_until(at(LEARNED, "12:00"), away=True)
    away = {street.visibility(d.home) for d in street.devices}

    street.pass_until(at(LEARNED, "12:45"))

    assert away == {Visibility.BLIND}
    assert {street.visibility(d.home) for d in street.devices} == {Visibility.VISIBLE}


def test_a_gateway_that_comes_to_serve_a_second_home_keeps_what_is_known_of_it() -> None:
    street = Street(devices=[replace(smoke(n), home="h-0") for n in range(HOMES)])
    street.pass_until(at(LEARNED, "00:00"))
    street.devices[1] = smoke(1)

    street.said += street.watch.use_inventory(a_street(street.devices))
    street.pass_until(at(LEARNED, "12:00"), away=True)

    assert street.raised == [f"platform_silent/{PLATFORM}"]


def test_a_gateway_that_serves_one_home_again_keeps_what_is_known_of_it() -> None:
    street = a_learned_street()
    street.devices = [replace(d, home="h-0") for d in street.devices]

    street.said += street.watch.use_inventory(a_street(street.devices))
    street.pass_until(at(LEARNED, "18:00"), away=True)

    assert street.raised == [f"platform_silent/{PLATFORM}"]
