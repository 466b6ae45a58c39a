"""Alerts by themselves: from raising to a provider's acceptance, timers among a million, and what an outage has left.

The real desk, engine, sender and stores in this process; the provider accepts at once.
"""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import quantiles

from sqlalchemy import insert

from alerts.channels.channel import OutgoingMessage, Unaskable
from alerts.desk import Desk
from alerts.engine import Engine
from alerts.engine_settings import EngineSettings
from alerts.reach import Reacher
from alerts.sender import Sender
from alerts.workers import Threads
from anxin.clock import system_clock
from anxin.drill.town import WAYS, Town, new_town
from bench.figures import Figure, Finding, NotRun
from core.alerts import Alert, EntryKind
from core.concerns import Concern, ConcernKind, Severity
from core.delivery import Accepted, Verdict
from core.escalation import open_alert
from core.policies import DEFAULT_POLICIES, Policies
from storage.alert_rows import alert_values, timer_values
from storage.alert_tables import alerts, timers
from storage.alerts import SqlAlerts
from storage.database import Database
from tests.servers import postgres
from tests.servers.databases import new_postgres_database
from tests.servers.postgres import Postgres

SECTION = "alerts"
_PART = 5_000


@dataclass(frozen=True, slots=True)
class AlertingOptions:
    """`rate` alerts a second are raised for `seconds`. `armed` timers lie in wait, `due` of them fall due meanwhile;
    `overdue` were due while we were away.
    """

    rate: float = 50.0
    seconds: float = 20.0
    armed: int = 1_000_000
    due: int = 500
    overdue: int = 10_000


@dataclass
class _Provider(Unaskable):
    """Accepts everything, and remembers when it first had each alert."""

    kind: str
    first: dict[str, float] = field(default_factory=dict)

    async def deliver(self, message: OutgoingMessage) -> Verdict:
        self.first.setdefault(message.alert, time.monotonic())
        return Accepted(message.key)


@dataclass
class _Service:
    """One process's worth of alerting over a store."""

    database: Database
    town: Town
    climbed: dict[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock, self.threads, self.first = system_clock(), Threads(), {}
        self.store = SqlAlerts(self.database)
        reacher = Reacher(self.town.inventory, self.town.directory, self.town.rota)
        providers = {kind: _Provider(kind, self.first) for kind in WAYS}
        sender = Sender(self.store, reacher, providers, self.clock, self.threads)
        self.engine = Engine(
            self.store, reacher, sender, self.clock, self.threads, EngineSettings(), announce=self._moved
        )
        ids = iter(range(10**9))
        self.desk = Desk(self.store, reacher, Policies, self.clock, lambda: f"b{next(ids)}", self._raised)

    first: dict[str, float] = field(init=False)

    def _raised(self, _alert: Alert) -> None:
        self.engine.wake()

    def _moved(self, alert: Alert) -> None:
        self.climbed.setdefault(alert.id, self.clock.now())

    @contextmanager
    def working(self) -> Iterator[asyncio.Task[None]]:
        task = asyncio.create_task(self.engine.run())
        try:
            yield task
        finally:
            task.cancel()


def run(options: AlertingOptions) -> Iterator[Finding]:
    """Each figure on SQLite, and on PostgreSQL where there is one."""
    for kind in ("SQLite", "PostgreSQL"):
        if kind == "PostgreSQL" and postgres.find() is None:
            yield NotRun(SECTION, "PostgreSQL is not installed")
            continue
        for part in (_raising, _overdue, _lateness):
            with _database(kind) as database:
                yield from part(options, kind, database)


@contextmanager
def _database(kind: str) -> Iterator[Database]:
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="anxin-bench-", ignore_cleanup_errors=True))
        )
        folder.chmod(0o755)
        url = f"sqlite:///{folder / 'alerts.db'}"
        if kind == "PostgreSQL":
            server = stack.enter_context(Postgres(folder / "server"))
            url = stack.enter_context(new_postgres_database(server))
        database = Database.open(url)
        stack.callback(database.close)
        database.migrate()
        yield database


def _raising(options: AlertingOptions, kind: str, database: Database) -> Iterator[Finding]:
    town = new_town(1, 2_000)
    service = _Service(database, town)
    raised: dict[str, float] = {}

    async def play() -> None:
        with service.working():
            begun = time.monotonic()
            for number in range(int(options.rate * options.seconds)):
                await asyncio.sleep(max(0.0, begun + number / options.rate - time.monotonic()))
                now = service.clock.now()
                home = town.homes[number % len(town.homes)]
                concern = Concern(home, ConcernKind.SOS, Severity.RED, f"e{number}", now, now, "bench")
                at = time.monotonic()
                alert = (await asyncio.to_thread(service.desk.raise_concern, concern)).alert
                raised[alert.id] = at
            await asyncio.sleep(3.0)

    asyncio.run(play())
    took = sorted(service.first[id_] - at for id_, at in raised.items() if id_ in service.first)
    missing = len(raised) - len(took)
    note = f"{len(raised)} alerts at {options.rate:g}/s" + (f", {missing} not accepted within 3 s" if missing else "")
    yield from _percentiles(f"raise → accepted, {kind}", took, 1.0, note)


def _overdue(options: AlertingOptions, kind: str, database: Database) -> Iterator[Finding]:
    town = new_town(1, 2_000)
    now = datetime.now(UTC)
    _fill(database, town, (now - timedelta(minutes=5) for _ in range(options.overdue)))
    service = _Service(database, town)

    async def play() -> float:
        begun = time.monotonic()
        with service.working():
            for _ in range(6_000):
                if service.engine.counts.climbed >= options.overdue:
                    break
                await asyncio.sleep(0.02)
            return time.monotonic() - begun

    took = asyncio.run(play())
    note = f"{service.engine.counts.climbed} of {options.overdue} fired"
    yield Figure(SECTION, f"overdue timers all fired, {kind}", took, "s", at_most=5.0, note=note)


def _lateness(options: AlertingOptions, kind: str, database: Database) -> Iterator[Finding]:
    town = new_town(1, 2_000)
    now = datetime.now(UTC)
    _fill(database, town, (now + timedelta(days=1 + n % 30) for n in range(options.armed - options.due)))
    start, window = datetime.now(UTC) + timedelta(seconds=5), 20.0
    dues = [start + timedelta(seconds=window * n / options.due) for n in range(options.due)]
    _fill(database, town, iter(dues), prefix="due")
    service = _Service(database, town)

    async def play() -> None:
        with service.working():
            await asyncio.sleep((start - datetime.now(UTC)).total_seconds() + window + 5)

    asyncio.run(play())
    late: list[float] = []
    for number, due in enumerate(dues):
        entered = [e for e in service.store.timeline(f"due{number}") if e.kind is EntryKind.LEVEL_ENTERED]
        late += [(entered[0].at - due).total_seconds()] if entered else [60.0]
    yield from _percentiles(
        f"timer lateness, {kind}", sorted(late), 1.0, f"{options.due} due among {options.armed} armed"
    )


def _fill(database: Database, town: Town, dues: Iterator[datetime], prefix: str = "f") -> None:
    """Open alerts with armed timers, as rows."""
    now = datetime.now(UTC)
    reach = Reacher(town.inventory, town.directory, town.rota).reach(town.homes[0], now)
    concern = Concern(town.homes[0], ConcernKind.WATER, Severity.ORANGE, "e", now, now, "bench")
    model = open_alert(concern, alert_id="m", area="b0", policy=DEFAULT_POLICIES[Severity.ORANGE], reach=reach, now=now)
    assert model.timer is not None
    row, timer = alert_values(model.alert), timer_values(model.timer)
    number = 0
    while part := list(islice(dues, _PART)):
        ids = [f"{prefix}{number + n}" for n in range(len(part))]
        homes = [town.homes[(number + n) % len(town.homes)] for n in range(len(part))]
        rows = [
            {
                **row,
                "id": id_,
                "timer": id_,
                "key": f"{home}/{id_}",
                "home": home,
                "area": town.inventory.homes[home].area,
            }
            for id_, home in zip(ids, homes, strict=True)
        ]
        with database.writing() as connection:
            connection.execute(insert(alerts), rows)
            connection.execute(
                insert(timers), [{**timer, "alert": i, "due_at": due} for i, due in zip(ids, part, strict=True)]
            )
        number += len(part)


def _percentiles(name: str, values: list[float], at_most: float, note: str) -> Iterator[Finding]:
    if len(values) < 2:
        yield NotRun(SECTION, f"{name}: nothing was measured")
        return
    cuts = quantiles(values, n=100, method="inclusive")
    yield Figure(SECTION, f"{name}, p50", cuts[49] * 1000, "ms", note=note)
    yield Figure(SECTION, f"{name}, p99", cuts[98] * 1000, "ms", at_most=at_most * 1000, note=note)
