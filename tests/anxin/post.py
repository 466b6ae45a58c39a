"""A lookout's post for tests: one home with a few sensors, stores in memory, virtual time, one life after another.

What is stored survives `crash`; everything else is made anew by `start`.
"""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, cast

from alerts.desk import Desk
from alerts.reach import Reacher
from alerts.workers import inline
from anxin.drill.virtual import VirtualClock, VirtualLoop
from anxin.lookout import Lookout
from anxin.memory import Memory
from core.concerns import Concern
from core.faults import Fault, Ticket
from core.places import Area, AreaKind, Device, Gateway, Home, Inventory, Role, Room
from core.policies import Policies
from core.ports import Snapshot, StatusStore, StoreUnavailable
from core.readings import Kind, Novelty, Reading, Semantics, Value
from detectors.watch import Watch
from ingest.gate import Gate
from tests.fakes import MemoryAlerts

HOME, GATEWAY = "h", "g"
MORNING = datetime(2026, 3, 20, 1, tzinfo=UTC)
DEVICES = (
    Device("g/sos", HOME, Room.BEDROOM, Role.SOS, GATEWAY),
    Device("g/bath", HOME, Room.BATHROOM, Role.ROOM, GATEWAY),
    Device("g/living", HOME, Room.LIVING, Role.ROOM, GATEWAY),
    Device("g/smoke", HOME, Room.KITCHEN, Role.SMOKE, GATEWAY),
    Device("g/bridge", HOME, Room.OTHER, Role.BRIDGE, GATEWAY),
)
INVENTORY = Inventory.of(
    [Area("b", AreaKind.BUILDING, "7号楼")], [Home(HOME, "b", "402")], [Gateway(GATEWAY, HOME)], DEVICES
)


class MemorySnapshots:
    """`core.ports.SnapshotStore` in memory."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Snapshot] = {}
        self.is_away = False

    def save(self, snapshots: Iterable[Snapshot]) -> None:
        if self.is_away:
            raise StoreUnavailable("snapshots are away")
        self.rows |= {(s.owner, s.key): s for s in snapshots}

    def load(self, owner: str) -> Iterator[Snapshot]:
        return iter([s for s in self.rows.values() if s.owner == owner])

    @property
    def cover(self) -> datetime | None:
        kept = self.rows.get(("cover", "*"))
        return None if kept is None else kept.as_of


class MemoryTickets:
    """`core.ports.TicketStore` in memory."""

    def __init__(self) -> None:
        self.all: list[Ticket] = []

    def open_ticket(self, fault: Fault, *, ticket_id: str) -> Ticket | None:
        if fault.key in self.open:
            return None
        self.all.append(Ticket(ticket_id, fault.key, fault.cause, fault.subject, fault.homes, fault.at, fault.facts))
        return self.all[-1]

    def close_ticket(self, key: str, *, at: datetime) -> Ticket | None:
        for number, ticket in enumerate(self.all):
            if ticket.key == key and ticket.closed_at is None:
                self.all[number] = replace(ticket, closed_at=at)
                return self.all[number]
        return None

    def tickets(
        self, *, homes: Collection[str] | None = None, open_only: bool = True, limit: int = 200
    ) -> list[Ticket]:
        del homes
        return [t for t in self.all if not open_only or t.closed_at is None][:limit]

    @property
    def open(self) -> set[str]:
        return {t.key for t in self.tickets()}


class TroubledDesk(Desk):
    """A desk whose store can be away, or which breaks on whatever it is asked next."""

    is_away = False
    breaks_on: set[str]
    heard: list[Concern]

    def raise_concern(self, concern: Any) -> Any:
        self.heard.append(concern)
        if self.is_away:
            raise StoreUnavailable("the database is away")
        if concern.kind.value in self.breaks_on:
            raise RuntimeError("a bug")
        return super().raise_concern(concern)


@dataclass
class Post:
    """`readings` is the store of readings; `hear` puts one in and lets the lookout hear it, as the pipeline does.

    `concerns`: all that the desk was ever told of, over all lives.
    """

    inventory: Inventory = INVENTORY
    morning: datetime = MORNING
    concerns: list[Concern] = field(default_factory=list)
    loop: VirtualLoop = field(default_factory=VirtualLoop)
    readings: list[Reading] = field(default_factory=list)
    snapshots: MemorySnapshots = field(default_factory=MemorySnapshots)
    tickets: MemoryTickets = field(default_factory=MemoryTickets)
    alerts: MemoryAlerts = field(default_factory=MemoryAlerts)
    asked_since: list[datetime] = field(default_factory=list)
    readings_are_away: bool = False
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _running: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = VirtualClock(self.loop, self.morning)
        self.start(recover=False)

    # -- lives ----------------------------------------------------------------------------------------------------

    def start(self, *, recover: bool = True) -> None:
        """A new process: nothing of the last is known but what is stored."""
        self.watch, self.gate = Watch(self.inventory), Gate()
        reacher = Reacher(self.inventory)
        desk = TroubledDesk(self.alerts, reacher, Policies, self.clock, lambda: f"a{next(self._numbers)}")
        desk.breaks_on, desk.heard = set(), self.concerns
        self.desk = desk
        self.lookout = Lookout(
            watch=self.watch,
            memory=Memory(self.watch, self.gate, self.snapshots),
            desk=desk,
            tickets=self.tickets,
            statuses=cast("StatusStore", None),
            clock=self.clock,
            announce=lambda _: None,
            new_id=lambda: f"t{next(self._numbers)}",
            run_call=inline,
        )
        if recover:
            self.lookout.recover(self.stored_since, learn=timedelta(days=35))
        self._running = [self.loop.create_task(self.lookout.run())]

    def stored_since(self, instant: datetime) -> Iterator[Reading]:
        self.asked_since.append(instant)
        if self.readings_are_away:
            raise StoreUnavailable("readings are away")
        return iter(sorted((r for r in self.readings if r.received_at >= instant), key=lambda r: r.received_at))

    def crash(self) -> None:
        """Everything that is not stored is gone."""
        for task in self._running:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*self._running, return_exceptions=True))

    def end(self) -> None:
        self.crash()
        self.loop.close()

    # -- time -----------------------------------------------------------------------------------------------------

    def run(self, story: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(story)

    def wait(self, **span: float) -> None:
        self.run(asyncio.sleep(timedelta(**span).total_seconds()))

    def begin(self, act: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.Task[None]:
        """Something that goes on beside."""
        self._running.append(self.loop.create_task(act()))
        return self._running[-1]

    def save(self) -> None:
        self.run(self.lookout.save_snapshots())

    # -- readings -------------------------------------------------------------------------------------------------

    def reading(self, device: str, kind: Kind, value: Value, *, ago: float = 0.0) -> Reading:
        at = self.clock.now() - timedelta(seconds=ago)
        semantics = Semantics.EVENT if kind in {Kind.SOS, Kind.MOTION} else Semantics.STATE
        return Reading(f"{GATEWAY}/{device}", kind, value, at, at, semantics=semantics, novelty=Novelty.CHANGED)

    def hear(self, *readings: Reading) -> None:
        self.readings += readings
        self.lookout.hear(readings)
        self.run(asyncio.sleep(0.001))

    def press(self) -> Reading:
        pressed = self.reading("sos", Kind.SOS, value=True)
        self.hear(pressed)
        return pressed

    def move(self, device: str = "bath") -> Reading:
        moved = self.reading(device, Kind.MOTION, value=True)
        self.hear(moved)
        return moved

    def live(self, *, days: int) -> None:
        """An ordinary life, so that routines are known: a sign every ten minutes, in one room or the other."""
        for step in range(days * 144):
            self.wait(minutes=10)
            self.move("bath" if step % 6 == 0 else "living")

    @property
    def kinds(self) -> list[str]:
        """Of all alerts, oldest first."""
        return [alert.kind.value for alert in reversed(self.alerts.page(limit=100).alerts)]
