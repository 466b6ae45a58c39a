"""The watch over all homes: one heap of due times, so that nothing polls, and one voice for what begins and ends.

Not safe for several threads; it does no I/O and never reads a clock.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import TypeAlias

from core.concerns import ConcernKind, Severity
from core.family import Expectation
from core.faults import Fault, FaultCause
from core.lessons import Taught
from core.places import Inventory, Role
from core.ports import Snapshot
from core.readings import Kind, Reading, Replay
from core.routine import ShownRoutine
from core.states import DeviceStatus, HomeStatus
from detectors.due_times import DueTimes
from detectors.events import ConcernCleared, ConcernRaised, FaultCleared, FaultRaised, StatusChanged, WatchEvent
from detectors.faults import BROKER
from detectors.home_watch import READABLE, SNAPSHOT_VERSION, HomeWatch
from detectors.instants import NEVER, instant, seconds
from detectors.likeness import Kinds, Kit, Likeness, likeness_of
from detectors.paths import GATEWAYS, Path, SharedGateways
from detectors.settings import WatchSettings
from detectors.standing import StandingFaults
from detectors.taught import NOTHING

__all__ = [
    "ConcernCleared", "ConcernRaised", "FaultCleared", "FaultRaised", "StatusChanged", "Watch", "WatchEvent",
    "WatchSettings",
]  # fmt: skip

Expected: TypeAlias = Mapping[str, tuple[Expectation, ...]]
Budgets: TypeAlias = Mapping[str, float]
"""False alarms a month, by home; those that are not named have the settings'."""
Lessons: TypeAlias = Mapping[str, Taught]
"""What endings have taught, by home."""
OWNER = "watch"
_BROKER_KEY = f"{FaultCause.BROKER_LOST.value}/{BROKER}"
_BRIDGE = "/bridge"


class Watch:
    """Restart contract: `restore`, then `observe` everything stored since, then `run_due(now)`.

    A home costs nothing until its first reading or its snapshot. `forgive`: told of a home that failed on something,
    so that all others are watched on, and it is asked again soon; without it, what failed is raised.
    """

    def __init__(
        self,
        inventory: Inventory,
        settings: WatchSettings | None = None,
        expected: Expected = MappingProxyType({}),
        budgets: Budgets = MappingProxyType({}),
        lessons: Lessons = MappingProxyType({}),
    ) -> None:
        self._inventory = inventory
        self._expected = expected
        self._settings = settings or WatchSettings()
        self._budgets = budgets
        self._lessons = lessons
        self.forgive: Callable[[str, Exception], None] | None = None
        self._homes: dict[str, HomeWatch] = {}
        self._kinds = Kinds()
        self._dues = DueTimes(self._homes)
        self._faults = StandingFaults()
        self._lost_at: datetime | None = None
        self._unshown: set[str] = set()
        self._unshown_devices: set[str] = set()
        self._unsaved: set[str] = set()
        self._gateways = SharedGateways()
        self._gateways.use_inventory(inventory, self._learned)

    # -- inventory ------------------------------------------------------------------------------------------------

    def use_inventory(self, inventory: Inventory) -> list[WatchEvent]:
        """Homes and devices were added, moved or taken away. Says which faults ended with their devices."""
        self._inventory = inventory
        self._gateways.use_inventory(inventory, self._learned)
        events: list[WatchEvent] = []
        for home_id, home in list(self._homes.items()):
            if home_id not in inventory.homes:
                del self._homes[home_id]
                self._kinds.remove(home.kit, home_id)
                events += self._faults.end(home_id, home.faults, instant(max(home.latest, home.told_until, 0.0)))
                continue
            events += self._changed(home, partial(self._use_devices, home))
        return events

    def _use_devices(self, home: HomeWatch) -> list[WatchEvent]:
        home_id, before = home.home.id, home.kit
        home.home = self._inventory.homes[home_id]
        home.use_devices(self._inventory.devices_of(home_id), self._gateways.paths)
        if home.kit != before:
            self._kinds.remove(before, home_id)
            self._kinds.add(home.kit, home_id)
        if not home.faults:
            return []
        return self._compare_faults(home, instant(max(home.latest, home.told_until, 0.0)), may_raise=False)

    def _changed(self, home: HomeWatch, change: Callable[[], list[WatchEvent] | None]) -> list[WatchEvent]:
        """Something may be otherwise in this home from now on; None if it is not. Where that fails, the others' changes
        take place.
        """
        events: list[WatchEvent] | None = []
        try:
            events = change()
            if events is not None:
                self._touch(home.home.id)
                self._dues.put(home, home.due_after_batch())
        except Exception as error:  # noqa: BLE001 - see `forgive`
            home.trouble(error)
            self._touch(home.home.id)
        self._heed(home)
        return events or []

    def _home(self, home_id: str, *, is_new: bool = True) -> HomeWatch | None:
        """Made on first use; where it `is_new`, as the known homes with a like kit are. None if the home is not (or no
        longer) in the inventory.
        """
        home = self._homes.get(home_id)
        if home is None and home_id in self._inventory.homes:
            place = self._inventory.homes[home_id]
            devices = self._inventory.devices_of(home_id)
            like = self._like if is_new else lambda _: None
            home = HomeWatch(place, devices, self._settings_of(home_id), self._gateways.paths, like)
            self._homes[home_id] = home
            self._kinds.add(home.kit, home_id)
            home.use_expectations(self._expected.get(home_id, ()))
            home.use_lessons(self._lessons.get(home_id, NOTHING))
            if self._lost_at is not None:
                home.visibility.lose_broker(seconds(self._lost_at))
        return home

    def _newly(self, home_id: str, *, is_new: bool = True) -> HomeWatch | None:
        """A home that may be heard for the first time; None where it cannot be watched."""
        try:
            return self._home(home_id, is_new=is_new)
        except Exception as error:  # noqa: BLE001 - see `forgive`
            half_made = self._homes.pop(home_id, None)
            if half_made is not None:
                self._kinds.remove(half_made.kit, home_id)
            self._forgive(home_id, error)
            return None

    def _like(self, kit: Kit) -> Likeness | None:
        return likeness_of(self._homes[home_id].silence.routine for home_id in self._kinds.like(kit))

    def use_budgets(self, budgets: Budgets) -> None:
        """People have set other budgets of false alarms: each home's from its next sign of life on."""
        self._budgets = budgets
        for home_id, home in self._homes.items():
            self._changed(home, partial(home.use_budget, self._settings_of(home_id).false_alarms_per_month))

    def _settings_of(self, home_id: str) -> WatchSettings:
        budget = self._budgets.get(home_id)
        return self._settings if budget is None else self._settings.with_budget(budget)

    def use_lessons(self, lessons: Lessons) -> None:
        """How alerts ended has taught something, of these homes."""
        self._lessons = lessons
        for home_id, home in self._homes.items():
            self._changed(home, partial(_bring, home, lessons.get(home_id, NOTHING)))

    def use_expectations(self, expected: Expected) -> list[WatchEvent]:
        """What people expect of homes was changed. Says what ended with it."""
        before, self._expected = self._expected, expected
        events: list[WatchEvent] = []
        for home_id in {*before, *expected}:
            home = self._homes.get(home_id)
            if home is not None and before.get(home_id) != expected.get(home_id):
                events += self._changed(home, partial(home.use_expectations, expected.get(home_id, ())))
        return events

    def _learned(self, home_id: str, gateway: str) -> Path | None:
        home = self._homes.get(home_id)
        return None if home is None else home.visibility.paths.get(gateway)

    def _touch(self, home_id: str) -> None:
        self._unshown.add(home_id)
        self._unsaved.add(home_id)

    # -- observing ------------------------------------------------------------------------------------------------

    def observe(self, readings: Sequence[Reading]) -> list[WatchEvent]:
        """Learn from readings, in order of receipt. Alarms are raised at once; whatever has to be waited for is
        left to `run_due`. Readings that were observed before change nothing.
        """
        events: list[WatchEvent] = []
        touched: dict[str, HomeWatch] = {}
        devices = self._inventory.devices
        for reading in readings:
            device = devices.get(reading.device)
            if device is None or device.role is Role.BRIDGE:
                self._hear_bridge(reading, touched)
            if device is None:
                continue
            home = self._homes.get(device.home) or self._newly(device.home)
            if home is None:
                continue
            shared = device.gateway in self._gateways.paths
            was_away = shared and self._gateways.is_away(device.gateway, seconds(reading.at))
            try:
                alarms = home.observe(reading)
            except Exception as error:  # noqa: BLE001 - see `forgive`
                home.trouble(error)
                alarms = []
            if alarms is None:
                continue
            if shared:
                self._gateways.heard(device.gateway)
            if was_away:
                self._tell_all_behind(device.gateway, seconds(reading.at), touched)
            touched[device.home] = home
            self._unshown_devices.add(reading.device)
            if alarms:
                events += alarms
        return events + self._end_batch(touched)

    def _end_batch(self, touched: Mapping[str, HomeWatch]) -> list[WatchEvent]:
        """What the readings ended, and when each home wants to be asked next."""
        events: list[WatchEvent] = []
        for home_id, home in touched.items():
            self._touch(home_id)
            if home.is_as_before():
                continue
            try:
                events += home.end_batch()
                if home.faults and home.looked_anew():
                    events += self._compare_faults(home, instant(home.latest), may_raise=False)
                self._dues.put(home, home.due_after_batch())
            except Exception as error:  # noqa: BLE001 - see `forgive`
                home.trouble(error)
            self._heed(home)
        return events

    def _heed(self, home: HomeWatch) -> None:
        """What failed in it is told, and it is asked again soon."""
        if home.troubles:
            failed, home.troubles = home.troubles, ()
            for error in failed:
                self._forgive(home.home.id, error)
            self._dues.put_by(home, home.again_at())

    def _forgive(self, home: str, error: Exception) -> None:
        if self.forgive is None:
            raise error
        self.forgive(home, error)

    def _tell_all_behind(self, gateway: str, t: float, touched: dict[str, HomeWatch]) -> None:
        """One home's sensor has shown that the gateway of many lives again."""
        for home_id in self._inventory.homes_by_gateway.get(gateway, ()):
            home = self._homes.get(home_id)
            if home is not None:
                home.visibility.look(max(t, home.latest))
                touched[home_id] = home

    def _hear_bridge(self, reading: Reading, touched: dict[str, HomeWatch]) -> None:
        """A gateway speaks for every home behind it."""
        if reading.kind is not Kind.AVAILABILITY or reading.replay is Replay.HISTORY or reading.value == "sleeping":
            return
        gateway = reading.device.removesuffix(_BRIDGE)
        self._gateways.heard(gateway)
        for home_id in self._inventory.homes_by_gateway.get(gateway, ()):
            home = self._newly(home_id)
            if home is not None:
                home.visibility.bridge_says(gateway, seconds(reading.at), online=reading.value == "online")
                home.latest = max(home.latest, seconds(reading.at))
                touched[home_id] = home

    # -- due times ------------------------------------------------------------------------------------------------

    def next_due(self) -> datetime | None:
        """When `run_due` should be called if nothing is observed before; None if nothing is waited for."""
        return self._dues.first()

    def run_due(self, now: datetime) -> list[WatchEvent]:
        """Judge every home whose time has come, however long ago that was."""
        events: list[WatchEvent] = []
        while (home := self._dues.pop(seconds(now))) is not None:
            judged = max(now, instant(max(home.told_until, 0.0)))
            try:
                later = home.put_off(judged)
                if later is None:
                    self._touch(home.home.id)
                    events += home.run(judged)
                    events += self._compare_faults(home, judged)
                    later = home.due(judged)
                self._dues.put(home, later)
            except Exception as error:  # noqa: BLE001 - see `forgive`
                home.trouble(error)
            self._heed(home)
        return events

    # -- faults ---------------------------------------------------------------------------------------------------

    def _compare_faults(self, home: HomeWatch, now: datetime, *, may_raise: bool = True) -> list[WatchEvent]:
        if self._lost_at is not None:
            return []  # we hear nobody: what stood before stands, and nothing new is known
        standing = {fault.key: fault for fault in home.standing_faults(now)}
        ended = home.faults - standing.keys()
        began = standing.keys() - home.faults if may_raise else set()
        home.faults = home.faults - ended | began
        new = (standing[key] for key in sorted(began))
        events = list(self._faults.begin(home.home.id, new, self._inventory))
        return events + self._faults.end(home.home.id, ended, now)

    def take_up_fault(self, key: str, homes: Iterable[str], since: datetime) -> None:
        """A fault was said that no snapshot remembers: its end must be said too, as soon as it is judged again."""
        if key == _BROKER_KEY:
            self.broker_lost(since)
            return
        for home_id in homes:
            home = self._newly(home_id)
            if home is not None and key not in home.faults:
                home.faults |= {key}
                self._faults.note(home_id, (key,))
                self._dues.put(home, home.due_after_batch())

    def take_up_concern(self, home_id: str, kind: ConcernKind, episode: str, severity: Severity) -> None:
        """A concern was said that no snapshot remembers: not again, and when it is over, that too."""
        home = self._homes.get(home_id)
        if home is not None:
            home.take_up(kind, episode, severity)
            self._dues.put(home, home.due_after_batch())

    def broker_lost(self, at: datetime) -> list[WatchEvent]:
        """Our own session to the broker ended: no home is seen any more, and that is one fault."""
        if self._lost_at is not None:
            return []
        self._lost_at = at
        for home_id, home in self._homes.items():
            home.visibility.lose_broker(seconds(at))
            self._touch(home_id)
        fault = Fault(FaultCause.BROKER_LOST, BROKER, at, at, tuple(sorted(self._inventory.homes)))
        return [FaultRaised(fault), *self._shown_anew(at)]

    def broker_back(self, at: datetime) -> list[WatchEvent]:
        """The session is back: every silence and every pause that began before counts from now."""
        if self._lost_at is None:
            return []
        self._lost_at = None
        for home_id, home in self._homes.items():
            home.visibility.regain_broker(seconds(at))
            self._dues.put(home, seconds(at))
            self._touch(home_id)
        return [FaultCleared(_BROKER_KEY, at), *self._shown_anew(at)]

    def _shown_anew(self, at: datetime) -> Iterator[WatchEvent]:
        for home in self._homes.values():
            yield from home.show(at)
            self._heed(home)

    # -- status and snapshots -------------------------------------------------------------------------------------

    def statuses(self, *, dirty_only: bool = True) -> tuple[list[HomeStatus], list[DeviceStatus]]:
        """What is believed of homes and devices; by default what may have changed since this was last asked."""
        ids = self._unshown if dirty_only else set(self._homes)
        homes = [self._homes[home_id].shown for home_id in sorted(ids) if home_id in self._homes]
        if dirty_only:
            devices = [status for device in sorted(self._unshown_devices) if (status := self._device(device))]
        else:
            devices = [h.status() for home in self._homes.values() for h in home.visibility.health.values()]
        self._unshown, self._unshown_devices = set(), set()
        return homes, devices

    def _device(self, device_id: str) -> DeviceStatus | None:
        device = self._inventory.devices.get(device_id)
        home = None if device is None else self._homes.get(device.home)
        health = None if home is None else home.visibility.health.get(device_id)
        return None if health is None else health.status()

    def routine(self, home_id: str) -> ShownRoutine | None:
        """What is usual in this home, to be looked at; None where nothing was heard of it yet."""
        home = self._homes.get(home_id)
        return None if home is None else home.routine()

    def days_judged(self, home_id: str) -> int:
        """On how many days it was judged: alerts could have come of them."""
        home = self._homes.get(home_id)
        return 0 if home is None else home.judged

    def mean_wait(self, home_id: str) -> float | None:
        """How long (s) a fall is waited for there on average; None where nothing was heard of it yet."""
        home = self._homes.get(home_id)
        return None if home is None else home.mean_wait()

    def snapshots(self, as_of: datetime, *, dirty_only: bool = True) -> Iterator[Snapshot]:
        """What was learned, of gateways, then of homes; `as_of`: the receipt up to which every reading was observed."""
        yield from self._gateways.snapshots(as_of, dirty_only=dirty_only)
        ids = self._unsaved if dirty_only else set(self._homes)
        self._unsaved = set()
        for home_id in sorted(ids):
            home = self._homes.get(home_id)
            if home is None:
                continue
            try:
                body = home.snapshot()
            except Exception as error:  # noqa: BLE001 - see `forgive`
                self._forgive(home_id, error)
                self._unsaved.add(home_id)
                continue
            yield Snapshot(OWNER, home_id, SNAPSHOT_VERSION, as_of, body)

    def restore(self, snapshots: Iterable[Snapshot]) -> list[str]:
        """Take up what was learned, gateways before homes. Returns those whose layout is unknown: they learn anew."""
        unknown: list[str] = []
        for snapshot in snapshots:
            if snapshot.owner == GATEWAYS:
                self._gateways.restore(snapshot)
                continue
            home = self._newly(snapshot.key, is_new=False) if snapshot.owner == OWNER else None
            if home is None:
                continue
            if snapshot.version not in READABLE:
                unknown.append(snapshot.key)
                continue
            try:
                due = home.restore(snapshot.body)
            except Exception as error:  # noqa: BLE001 - see `forgive`
                self._forgive(snapshot.key, error)
                del self._homes[snapshot.key]
                self._kinds.remove(home.kit, snapshot.key)
                unknown.append(snapshot.key)
                continue
            self._faults.note(snapshot.key, home.faults)
            lost_at = home.visibility.lost_at
            if lost_at != NEVER:
                self._lost_at = instant(lost_at)
            self._dues.put(home, due)
        return unknown


def _bring(home: HomeWatch, lessons: Taught) -> list[WatchEvent] | None:
    return [] if home.use_lessons(lessons) else None
