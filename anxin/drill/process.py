"""One process of the drill: real store, desk, sender and engine, and a fuse that blows between any two statements."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from alerts.desk import Desk
from alerts.engine import Engine
from alerts.engine_settings import EngineSettings
from alerts.reach import Reacher
from alerts.relief import Relief
from alerts.sender import Sender
from alerts.workers import inline
from anxin.drill.providers import Line, Provider
from anxin.drill.town import Town
from core.clock import Clock
from core.policies import Policies
from core.ports import StoreUnavailable
from storage.alerts import SqlAlerts
from storage.database import Database

POLL = 300.0
"""Seconds. Real processes look twice a second; here whoever writes wakes all, which costs no turns in vain."""


class PlugPulled(BaseException):
    """The process is gone. Not an Exception: nobody may catch it and carry on."""


@dataclass
class Fuse:
    """Blows at a chosen statement; afterwards nothing of its process works. `store_away` only makes the store fail."""

    left: int | None = None
    blown: bool = False
    store_away: bool = False
    statements: int = 0

    def statement(self) -> None:
        self.check()
        self.statements += 1
        if self.store_away:
            raise StoreUnavailable("the database went away (drill)")
        if self.left is not None:
            self.left -= 1
            if self.left <= 0:
                self.blown = True
        self.check()

    def check(self) -> None:
        if self.blown:
            raise PlugPulled


@dataclass
class Process:
    """`start` and `die` any number of times, over one store. `name` is the sender's, None where it is the only one."""

    url: str
    name: str | None
    town: Town
    clock: Clock
    providers: Mapping[str, Provider]
    policies: Callable[[], Policies]
    new_id: Callable[[], str]
    wake_all: Callable[[], None]
    fuse: Fuse = field(default_factory=Fuse)
    down_since: datetime | None = None
    poisoned: int = 0
    failures: int = 0
    _database: Database | None = None
    _running: asyncio.Task[None] | None = None
    _relieving: asyncio.Task[None] | None = None

    def start(self) -> None:
        """A new life, with nothing in its memory. Raises RuntimeError while it lives."""
        if self._database is not None:
            raise RuntimeError(f"process {self.name} is started twice")
        self.fuse = Fuse(store_away=self.fuse.store_away)
        self._database = Database.open(self.url)
        self._database.listen(self.fuse.statement)
        store = SqlAlerts(self._database)
        reacher = Reacher(self.town.inventory, self.town.directory, self.town.rota)
        lines = {kind: Line(provider, self.fuse.check) for kind, provider in self.providers.items()}
        sender = Sender(store, reacher, lines, self.clock, inline)
        pace = EngineSettings(poll=POLL)
        engine = Engine(store, reacher, sender, self.clock, inline, pace, lambda _alert: self.wake_all(), self.name)
        self.engine, self.store = engine, store
        self.desk = Desk(store, reacher, self.policies, self.clock, self.new_id, lambda _alert: self.wake_all())
        relief = Relief(store, reacher, self.clock, inline, lambda _alert: self.wake_all())
        self._running = asyncio.create_task(engine.run(), name=f"engine {self.name}")
        self._relieving = asyncio.create_task(relief.run(), name=f"relief {self.name}")
        self.down_since = None

    def wake(self) -> None:
        if self.is_up:
            self.engine.wake()

    @property
    def is_up(self) -> bool:
        return self._running is not None and not self._running.done() and not self.fuse.blown

    async def die(self) -> None:
        """Where it stands; nothing that it does afterwards counts."""
        self.fuse.blown = True
        self.down_since = self.clock.now()
        await self.end()

    async def end(self) -> None:
        """Let go of everything."""
        running, self._running = self._running, None
        relieving, self._relieving = self._relieving, None
        if running is not None and relieving is not None:
            running.cancel()
            relieving.cancel()
            await asyncio.gather(running, relieving, return_exceptions=True)
            self.poisoned += self.engine.counts.poisoned
            self.failures += self.engine.counts.failures
        if self._database is not None:
            self._database.close()
            self._database = None
