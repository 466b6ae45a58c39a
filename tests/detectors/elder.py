"""An elder in virtual time: a seeded day as sensors see it, and a house in which things happen.

Independent of the simulator, so that a mistake there cannot hide one here.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, pairwise
from zoneinfo import ZoneInfo

from core.concerns import Concern
from core.family import Expectation
from core.faults import Fault
from core.places import Area, AreaKind, Device, Gateway, Home, Inventory, Role, Room
from core.readings import Kind, Novelty, Reading, Replay, Semantics, Value
from core.states import HomeStatus
from detectors.detector import Detector
from detectors.watch import (
    ConcernCleared,
    ConcernRaised,
    FaultCleared,
    FaultRaised,
    StatusChanged,
    Watch,
    WatchEvent,
    WatchSettings,
)

ZONE = ZoneInfo("Asia/Shanghai")
FIRST_DAY = date(2026, 9, 1)
CHECK_IN = timedelta(minutes=50)
HOME, GATEWAY = "h-1", "g-1"
DOOR = f"{GATEWAY}/door"
SOS = f"{GATEWAY}/sos"
STOVE = f"{GATEWAY}/stove"
SMOKE = f"{GATEWAY}/smoke"
BRIDGE = f"{GATEWAY}/bridge"
MOVED: Value = True

KIT = (
    ("bathroom", Room.BATHROOM, Role.ROOM), ("bedroom", Room.BEDROOM, Role.ROOM), ("living", Room.LIVING, Role.ROOM),
    ("kitchen", Room.KITCHEN, Role.ROOM), ("door", Room.ENTRANCE, Role.FRONT_DOOR), ("sos", Room.BEDROOM, Role.SOS),
    ("stove", Room.KITCHEN, Role.STOVE), ("smoke", Room.KITCHEN, Role.SMOKE),
)  # fmt: skip


def devices_of(home: str = HOME, gateway: str = GATEWAY) -> list[Device]:
    return [Device(f"{gateway}/{name}", home, room, role, gateway) for name, room, role in KIT]


def inventory(devices: Iterable[Device] | None = None) -> Inventory:
    return Inventory.of(
        [Area("grid", AreaKind.GRID, "grid")],
        [Home(HOME, "grid", "7-2-402")],
        [Gateway(GATEWAY, HOME)],
        devices_of() if devices is None else devices,
    )


def at(day: int, clock: str) -> datetime:
    """The instant of this wall time on the n-th day of the story."""
    return datetime.combine(FIRST_DAY + timedelta(days=day), time.fromisoformat(clock), ZONE).astimezone(UTC)


def reading(
    device: str,
    kind: Kind,
    value: Value,
    when: datetime,
    *,
    novelty: Novelty = Novelty.CHANGED,
    replay: Replay = Replay.LIVE,
) -> Reading:
    momentary = kind in {Kind.MOTION, Kind.SOS, Kind.BUTTON, Kind.VIBRATION} and value is not False
    semantics = Semantics.EVENT if momentary else Semantics.STATE
    return Reading(device, kind, value, when, when, semantics=semantics, novelty=novelty, replay=replay)


def moved(room: str, when: datetime) -> Reading:
    return reading(f"{GATEWAY}/{room}", Kind.MOTION, MOVED, when)


def door(value: str, when: datetime) -> Reading:
    return reading(DOOR, Kind.DOOR, value, when)


def spoke(device: str, when: datetime) -> Reading:
    return reading(device, Kind.BATTERY, 80.0, when, novelty=Novelty.REPEATED)


def check_ins(devices: Iterable[str], since: datetime, until: datetime) -> Iterator[Reading]:
    """Every device speaks every fifty minutes, each at its own minute, on the same grid however this is cut."""
    for number, device in enumerate(devices):
        first = datetime.combine(FIRST_DAY, time(), UTC) - timedelta(days=2) + timedelta(minutes=6 * number, seconds=7)
        for k in count(int((since - first) / CHECK_IN)):
            when = first + k * CHECK_IN
            if when >= until:
                break
            if when >= since:
                yield spoke(device, when)


def day_of_life(day: int, *, seed: int = 0) -> list[Reading]:
    """Up about half past six, about the flat all day, a walk from nine to ten, to bed at ten, up once in the night."""
    chance = random.Random(1000 * seed + day)
    told: list[Reading] = []

    def stir(room: str, start: datetime, end: datetime, low: float, high: float) -> None:
        when = start + timedelta(minutes=chance.uniform(0, low))
        while when < end:
            told.append(moved(room, when))
            when += timedelta(minutes=chance.uniform(low, high))

    def bathroom(start: datetime) -> None:
        told.append(moved("bathroom", start))
        told.append(moved("bathroom", start + timedelta(minutes=chance.uniform(2, 12))))
        told.append(moved("living", start + timedelta(minutes=chance.uniform(13, 18))))

    def jitter(clock: str, spread: float = 15) -> datetime:
        return at(day, clock) + timedelta(minutes=chance.uniform(-spread, spread))

    bathroom(jitter("02:10", 50))
    up, out, back, bed = jitter("06:30"), jitter("09:05"), jitter("10:05"), jitter("22:00")
    bathroom(up)
    stir("kitchen", up + timedelta(minutes=20), jitter("07:30", 5), 1, 8)
    stir("living", jitter("07:40", 5), out - timedelta(minutes=3), 2, 20)
    told.extend(_door_cycle(out))
    told.extend(_door_cycle(back))
    stir("living", back + timedelta(minutes=2), jitter("11:00", 5), 2, 15)
    stir("kitchen", jitter("11:15", 5), jitter("12:15", 5), 1, 8)
    bathroom(jitter("12:40", 8))
    stir("bedroom", jitter("13:10", 3), jitter("14:10", 5), 8, 30)
    stir("living", jitter("14:25", 5), jitter("17:00", 5), 3, 25)
    bathroom(jitter("17:10", 4))
    stir("kitchen", jitter("17:40", 5), jitter("18:40", 5), 1, 8)
    stir("living", jitter("18:50", 4), bed - timedelta(minutes=20), 3, 22)
    bathroom(bed - timedelta(minutes=15))
    stir("bedroom", bed + timedelta(minutes=5), bed + timedelta(minutes=25), 3, 9)
    return sorted(told, key=lambda r: r.at)


def _door_cycle(when: datetime) -> list[Reading]:
    return [door("open", when), door("closed", when + timedelta(seconds=6))]


@dataclass
class House:
    """One home under watch. Time passes only in `live`, `pass_until` and `tell`; everything said is kept in `said`."""

    devices: list[Device] = field(default_factory=devices_of)
    settings: WatchSettings = field(default_factory=WatchSettings)
    now: datetime = field(default_factory=lambda: at(0, "00:00"))
    dead: set[str] = field(default_factory=set)
    said: list[WatchEvent] = field(default_factory=list)
    expected: dict[str, tuple[Expectation, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.places = inventory(self.devices)
        self.watch = Watch(self.places, self.settings, self.expected)

    # -- what happens ---------------------------------------------------------------------------------------------

    def live(self, days: int, *, first: int = 0, seed: int = 0) -> None:
        """Usual days, from midnight to midnight."""
        life = [r for day in range(first, first + days) for r in day_of_life(day, seed=seed)]
        self.pass_until(at(first + days, "00:00"), life)

    def live_until(self, until: datetime, *, day: int, seed: int = 0) -> None:
        """The beginning of a usual day."""
        self.pass_until(until, [r for r in day_of_life(day, seed=seed) if r.at < until])

    def pass_until(self, until: datetime, life: Iterable[Reading] = ()) -> None:
        """Devices speak, people move as given, and what falls due is judged just then."""
        alive = [d.id for d in self.devices if d.id not in self.dead]
        heard = [*check_ins(alive, self.now, until), *(r for r in life if r.device not in self.dead)]
        self.tell(*sorted(heard, key=lambda r: r.at))
        self.let_due(until)
        self.now = until

    def tell(self, *readings: Reading) -> None:
        for told in readings:
            self.let_due(told.at)
            self.said += self.watch.observe([told])
            self.now = max(self.now, told.at)

    def let_due(self, until: datetime) -> None:
        due = self.watch.next_due()
        while due is not None and due <= until:
            self.said += self.watch.run_due(due)
            due = self.watch.next_due()

    def restart(self) -> None:
        """A new watch takes up where the old one stood."""
        kept = list(self.watch.snapshots(self.now, dirty_only=False))
        self.watch = Watch(self.places, self.settings, self.expected)
        self.watch.restore(kept)

    # -- what was said --------------------------------------------------------------------------------------------

    @property
    def concerns(self) -> list[Concern]:
        return [e.concern for e in self.said if isinstance(e, ConcernRaised)]

    @property
    def cleared(self) -> list[ConcernCleared]:
        return [e for e in self.said if isinstance(e, ConcernCleared)]

    @property
    def faults(self) -> list[Fault]:
        return [e.fault for e in self.said if isinstance(e, FaultRaised)]

    @property
    def mended(self) -> list[str]:
        return [e.key for e in self.said if isinstance(e, FaultCleared)]

    @property
    def statuses(self) -> list[HomeStatus]:
        return [e.status for e in self.said if isinstance(e, StatusChanged)]

    @property
    def status(self) -> HomeStatus:
        homes, _ = self.watch.statuses(dirty_only=False)
        return homes[0]


def facts_of(concern: Concern) -> dict[str, float | str]:
    return {fact.name: fact.value for fact in concern.facts}


def changes_when_due_only(detector: Detector, last: datetime, hours: int = 30) -> int:
    """How often what it says changes after `last`, if nothing more is observed; fails where it was not due then."""
    said: list[tuple[object, ...]] = []
    asked = last
    for minute in range(0, 60 * hours, 3):
        probe = last + timedelta(minutes=minute)
        while (due := detector.due(asked)) is not None and due <= probe:
            assert due > asked
            asked = due
            said.append(_gist(detector, asked))
        assert _gist(detector, probe) == _gist(detector, asked), detector.name
    return sum(1 for before, after in pairwise([_gist(detector, last), *said]) if before != after)


def _gist(detector: Detector, now: datetime) -> tuple[object, ...]:
    verdict = detector.assess(now)
    return (verdict.kind, verdict.severity, verdict.episode) if isinstance(verdict, Concern) else ()
