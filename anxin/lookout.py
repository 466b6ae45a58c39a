"""The lookout joins the watch to the desk: readings in, concerns raised, statuses kept, what was learned saved.

It alone decides when silence may be judged: never before what the broker kept for us has been heard.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import islice, takewhile
from typing import Any, TypeVar

from alerts.desk import Desk
from alerts.workers import Runner
from anxin.bygones import Bygones
from anxin.intake_faults import CAUSES as INTAKE_CAUSES
from anxin.lanes import Lanes
from anxin.memory import Memory
from api.feed import Change
from core.alerts import Condition
from core.clock import Clock
from core.family import Families
from core.lessons import Taught
from core.places import Inventory
from core.ports import StatusStore, StoreUnavailable, TicketStore
from core.readings import ALARM_KINDS, Reading
from detectors.watch import (
    ConcernCleared,
    ConcernRaised,
    FaultCleared,
    FaultRaised,
    StatusChanged,
    Watch,
    WatchEvent,
)

log = logging.getLogger(__name__)

_FIRST_RETRY, _LAST_RETRY = 0.2, 10.0
_REPLAY_BATCH = 5_000
_ROWS_A_WRITE = 250
_ALL = 100_000

_T = TypeVar("_T")


@dataclass(slots=True)
class LookoutCounts:
    """For metrics: events applied to the stores, those that were refused, and replayed readings at the start; by home,
    how often watching it failed.
    """

    applied: int = 0
    refused: int = 0
    replayed: int = 0
    troubles: Counter[str] = field(default_factory=Counter)


@dataclass
class Lookout:
    """Runs on one event loop; the stores are called by `run_call`, in worker threads.

    Crash contract: an event is applied before any snapshot that remembers having raised it is saved, and every
    stored reading not covered by the saved snapshots is observed again after a restart. So a crash between any two
    steps repeats work that the desk knows to be done, and never skips any. What was applied and is in no snapshot yet
    is taken up again from the stores, so that its end will be said.
    """

    watch: Watch
    memory: Memory
    desk: Desk
    tickets: TicketStore
    statuses: StatusStore
    clock: Clock
    announce: Callable[[Change], None]
    new_id: Callable[[], str]
    run_call: Runner = asyncio.to_thread
    counts: LookoutCounts = field(default_factory=LookoutCounts)
    _lanes: Lanes = field(default_factory=Lanes)
    _covered: datetime | None = None
    _owed: Callable[[], Iterable[Reading]] | None = None
    _saving: "asyncio.Task[None] | None" = None
    _stirred: asyncio.Event = field(default_factory=asyncio.Event)
    _may_judge: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.watch.forgive = self._forgive

    def _forgive(self, home: str, error: Exception) -> None:
        """One home's trouble must not keep any other from being watched. Named at the first time, the second, the
        fourth and so on: a home that fails may do so at every reading.
        """
        self.counts.troubles[home] += 1
        times = self.counts.troubles[home]
        if times & (times - 1) == 0:
            log.error("home %s could not be watched (%d times)", home, times, exc_info=error)

    # -- readings in ----------------------------------------------------------------------------------------------

    def hear(self, readings: Sequence[Reading]) -> None:
        """Observe readings; called by the pipeline on the loop, alarms ahead of the rest."""
        self._lanes.put(self.watch.observe(readings))
        self._cover(readings)
        self._stirred.set()

    def _cover(self, readings: Sequence[Reading]) -> None:
        """Alarms come ahead of what was received before them, so only the others say how far we are.

        The last counts, not the newest: where our clock was set back, a start must read again from the earlier time.
        """
        for reading in reversed(readings):
            if reading.kind not in ALARM_KINDS:
                self._covered = reading.received_at
                return

    def use(self, inventory: Inventory, families: Families, budgets: Mapping[str, float]) -> None:
        """Homes and devices were added, moved or taken away, other things are expected, or false alarms may be more or
        fewer: what ended is said.
        """
        self.watch.use_budgets(budgets)
        self._lanes.put(self.watch.use_inventory(inventory))
        self._lanes.put(self.watch.use_expectations(families.expected))
        self._stirred.set()

    def use_lessons(self, lessons: Mapping[str, Taught]) -> None:
        """How alerts ended has taught something."""
        self.watch.use_lessons(lessons)
        self._stirred.set()

    # -- what a restart does --------------------------------------------------------------------------------------

    def recover(self, stored_since: Callable[[datetime], Iterable[Reading]], *, learn: timedelta) -> None:
        """Restore what was learned, then observe again whatever was stored since. Blocking; before `run`.

        Does nothing where all of it was observed in this very process (`take_up`). Where the store of readings is away,
        the rest is owed: it is read again before the next snapshot.
        """
        if self._covered is not None:
            return
        self._covered = self.memory.restore()
        now = self.clock.now()
        since = self._covered or now - learn
        self.memory.begin(since)
        if self._covered is None:
            self._learn(stored_since(since))
        else:
            try:
                self._hear_again(stored_since(since))
            except StoreUnavailable as error:
                log.warning("readings since the last snapshot are read when their store is back: %s", error)
                self._owed = lambda: takewhile(lambda reading: reading.received_at < now, stored_since(since))
        self._take_up_standing()

    def take_up(self, events: Iterable[WatchEvent], *, covered: datetime) -> None:
        """Go on from a history that watch and gate have observed up to `covered`, with what still holds of it."""
        self._covered = covered
        self.memory.begin(covered)
        self._lanes.put(events)

    def _learn(self, stored: Iterable[Reading]) -> None:
        """From what is stored, without any memory of what was said about it at the time."""
        bygones = Bygones()
        for batch in self._again(stored):
            bygones.note(self.watch.observe(batch))
            self._cover(batch)
        self._lanes.put(bygones.remaining(self.clock.now()))

    def _hear_again(self, stored: Iterable[Reading]) -> None:
        for batch in self._again(stored):
            self.hear(batch)

    def _again(self, stored: Iterable[Reading]) -> Iterator[list[Reading]]:
        """In parts, each remembered by the gate."""
        readings = iter(stored)
        while batch := list(islice(readings, _REPLAY_BATCH)):
            self.counts.replayed += len(batch)
            for reading in batch:
                self.memory.gate.remember(reading)
            yield batch

    def _take_up_standing(self) -> None:
        """What was raised after the last snapshot stands in the stores only."""
        for ticket in self.tickets.tickets(limit=_ALL):
            if ticket.cause in INTAKE_CAUSES:
                continue
            self.watch.take_up_fault(ticket.key, ticket.homes, ticket.opened_at)
        for alert in self.desk.store.open_alerts():
            if alert.condition is Condition.ACTIVE:
                for part in alert.parts:
                    self.watch.take_up_concern(alert.home, part.kind, part.episode, part.severity)

    # -- judging --------------------------------------------------------------------------------------------------

    def judge(self, *, allowed: bool) -> None:
        """Allow or forbid judging by due times: forbidden while the broker still holds readings for us."""
        if allowed:
            self._may_judge.set()
        else:
            self._may_judge.clear()

    @property
    def judging(self) -> bool:
        return self._may_judge.is_set()

    def broker_lost(self) -> None:
        """Our session is away: every home is unseen, and that is a fault of its own."""
        self._lanes.put(self.watch.broker_lost(self.clock.now()))

    def broker_back(self) -> None:
        self._lanes.put(self.watch.broker_back(self.clock.now()))

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._judge_when_due(), name="lookout: due")
            group.create_task(self._apply_events(), name="lookout: apply")

    async def _judge_when_due(self) -> None:
        while True:
            await self._may_judge.wait()
            due = self.watch.next_due()
            self._stirred.clear()
            if due is None:
                await self._stirred.wait()
                continue
            now = self.clock.now()
            if due <= now:
                self._lanes.put(self.watch.run_due(now))
                await asyncio.sleep(0)
                continue
            await self._either(self.clock.sleep_until(due), self._stirred.wait())

    @staticmethod
    async def _either(*waits: Coroutine[Any, Any, object]) -> None:
        tasks = [asyncio.create_task(wait) for wait in waits]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    # -- events to the stores -------------------------------------------------------------------------------------

    async def _apply_events(self) -> None:
        while True:
            event = await self._lanes.first()
            await self._apply_surely(event)
            self._lanes.done(event)

    async def _apply_surely(self, event: WatchEvent) -> None:
        """Try until the store takes it; one that it will never take is named and set aside."""
        pause = _FIRST_RETRY
        while True:
            try:
                if isinstance(event, StatusChanged):
                    changes = self._apply(event)  # only the pages hear of it
                else:
                    changes = await self.run_call(partial(self._apply, event))
            except StoreUnavailable as error:
                log.warning("store away, event waits", extra={"event_type": type(event).__name__, "why": str(error)})
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LAST_RETRY)
            except Exception:
                self.counts.refused += 1
                log.exception("event could not be applied", extra={"event_type": type(event).__name__})
                return
            else:
                self.counts.applied += 1
                for change in changes:
                    self.announce(change)
                return

    def _apply(self, event: WatchEvent) -> list[Change]:
        match event:
            case ConcernRaised(concern=concern):
                self.desk.raise_concern(concern)
                return [Change("home", concern.home, (concern.home,))]
            case ConcernCleared():
                self.desk.clear_concern(event.home, event.kind, event.episode, event.reason)
                return []
            case FaultRaised(fault=fault):
                ticket = self.tickets.open_ticket(fault, ticket_id=self.new_id())
                return [] if ticket is None else [Change("ticket", ticket.id, ticket.homes)]
            case FaultCleared():
                ticket = self.tickets.close_ticket(event.key, at=event.at)
                return [] if ticket is None else [Change("ticket", ticket.id, ticket.homes)]
            case StatusChanged(status=status):
                return [Change("home", status.home, (status.home,))]

    # -- keeping --------------------------------------------------------------------------------------------------

    async def save_statuses(self) -> None:
        """Write what changed in homes and devices since the last time, and tell the pages.

        A part at a time: the database has one writer, and an alert may come up in between.
        """
        homes, devices = self.watch.statuses(dirty_only=True)
        for part in _parts(homes):
            await self.run_call(partial(self.statuses.save, part, ()))
        for some in _parts(devices):
            await self.run_call(partial(self.statuses.save, (), some))
        for status in homes:
            self.announce(Change("home", status.home, (status.home,)))

    async def save_snapshots(self) -> None:
        """Save what was learned, once every event it implies is in the stores.

        Never two at once; who stops waiting for one does not end it.
        """
        while self._saving is not None and not self._saving.done():
            await asyncio.wait({self._saving})
        self._saving = asyncio.create_task(self._save_snapshots(), name="lookout: snapshots")
        await asyncio.shield(self._saving)

    async def _save_snapshots(self) -> None:
        if self._covered is None:
            return
        if self._owed is not None:
            self._hear_again(await self.run_call(partial(list, self._owed())))
            self._owed = None
        for _ in self.memory.note(self._covered):
            await asyncio.sleep(0)
        mark = self._lanes.mark()
        while not self._lanes.passed(mark):  # noqa: ASYNC110 - events are few and seldom
            await asyncio.sleep(0.02)
        more, time = True, asyncio.get_running_loop().time
        while more:
            began = time()
            more = await self.run_call(self.memory.save)
            await asyncio.sleep(time() - began)  # half of the time is everybody else's


def _parts(whole: Sequence[_T]) -> Iterator[Sequence[_T]]:
    return (whole[start : start + _ROWS_A_WRITE] for start in range(0, len(whole), _ROWS_A_WRITE))
