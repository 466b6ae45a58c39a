"""Lives that end by SIGKILL: the real engine, sender and desk as a process, on a real database, again and again.

Afterwards the drill's oracle judges what the database says against what the providers wrote down. The providers can be
asked what they have (`post_room`), or, for comparison, cannot (`Written`).
"""

import asyncio
import json
import multiprocessing
import os
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

from alerts.channels.channel import Channel, OutgoingMessage, Unaskable
from alerts.desk import Desk
from alerts.engine import Engine
from alerts.engine_settings import EngineSettings
from alerts.reach import Reacher
from alerts.sender import Sender, SenderSettings
from alerts.workers import Threads
from anxin.clock import ScaledClock, parse_epoch
from anxin.drill.oracle import Oracle, every_alert
from anxin.drill.providers import Taken, Telephone
from anxin.drill.rules import Rules
from anxin.drill.run import _KINDS
from anxin.drill.town import WAYS, Town, new_town
from anxin.reaching import close_channels
from core.alerts import Alert, Handling, Outcome, Purpose
from core.concerns import Concern, Fact, Severity
from core.delivery import Accepted, Settlement, Verdict
from core.policies import Policies
from core.ports import StoreUnavailable
from storage.alerts import SqlAlerts
from storage.database import Database
from tests.drill.post_room import Posted, post_room
from tests.servers.databases import new_postgres_database
from tests.servers.postgres import Postgres

HOMES, SPEED, LEASE = 100, 60.0, 30.0
RAISED_A_SECOND = 6.0
STILL_STARTING = 0.2
"""How many of all lives end while they start."""
SHORT, LONG = 0.1, 1.5
"""Real seconds of a life."""


@dataclass(frozen=True)
class Stage:
    """What each life is given. `book` is the providers' own record, and what detectors were told. `provider`: where
    they are reached who can be asked; empty where they cannot.
    """

    url: str
    book: str
    epoch: str
    seed: int
    provider: str = ""

    def channels(self, book: int, clock: ScaledClock) -> dict[str, Channel]:
        if self.provider:
            return {kind: Posted.by(kind, self.provider, clock) for kind in WAYS}
        return {kind: Written(kind, book, clock) for kind in WAYS}


@dataclass(frozen=True)
class Written(Unaskable):
    """A provider that writes down what it takes, with one write that a kill leaves whole or not at all."""

    kind: str
    book: int
    clock: ScaledClock
    bundles: bool = True

    async def deliver(self, message: OutgoingMessage) -> Verdict:
        asked_at = self.clock.now()
        await asyncio.sleep(0.002)
        line = {
            "kind": self.kind,
            "person": message.person,
            "purpose": message.purpose.value,
            "repeat": message.repeat,
            "asked_at": asked_at.isoformat(),
            "at": self.clock.now().isoformat(),
        }
        stands_for = message.bundled or ((message.key, message.alert),)
        lines = (json.dumps({"key": key, "alert": alert, **line}) for key, alert in stands_for)
        os.write(self.book, "".join(f"{each}\n" for each in lines).encode())
        return Accepted(message.key)


# -- one life -----------------------------------------------------------------------------------------------------


def live(stage: Stage, number: int) -> None:
    """Until it is killed."""
    asyncio.run(_live(stage, random.Random(f"{stage.seed} {number}"), f"life{number}"))


async def _live(stage: Stage, chance: random.Random, name: str) -> None:
    clock, book = parse_epoch(stage.epoch), os.open(stage.book, os.O_WRONLY | os.O_APPEND)
    database, threads, town = Database.open(stage.url), Threads(), new_town(stage.seed, HOMES)
    store = SqlAlerts(database)
    reacher = Reacher(town.inventory, town.directory, town.rota)
    channels = stage.channels(book, clock)
    sender = Sender(store, reacher, channels, clock, threads, SenderSettings(lease=timedelta(seconds=LEASE * SPEED)))
    engine = Engine(store, reacher, sender, clock, threads, EngineSettings(poll=0.5), name="the-only-one")
    desk = Desk(store, reacher, Policies, clock, lambda: uuid4().hex, lambda _alert: engine.wake())
    running = asyncio.create_task(engine.run())
    homes = town.homes
    for count in range(1_000_000):
        await asyncio.sleep(chance.expovariate(RAISED_A_SECOND))
        concern = _concern(clock, chance.choice(homes), chance, f"{name}-{count}")
        try:
            raised = await threads(partial(desk.raise_concern, concern))
        except StoreUnavailable:
            continue
        heard = {"heard": concern.episode, "key": concern.key, "alert": raised.alert.id}
        os.write(book, f"{json.dumps(heard)}\n".encode())
    await running


def _concern(clock: ScaledClock, home: str, chance: random.Random, episode: str) -> Concern:
    now, kind, severity = clock.now(), chance.choice(_KINDS), chance.choice(tuple(Severity))
    return Concern(home, kind, severity, episode, now, now, "kills", (Fact("silent_for", 60.0, "s"),))


# -- the people, in the process that is not killed ----------------------------------------------------------------


class People(threading.Thread):
    """They take alerts, come, and close them; while the database is away they try again."""

    def __init__(self, stage: Stage, town: Town) -> None:
        super().__init__(name="people", daemon=True)
        self._chance, self._over = random.Random(stage.seed), threading.Event()
        self._clock, self._database = parse_epoch(stage.epoch), Database.open(stage.url)
        self._store = SqlAlerts(self._database)
        reacher = Reacher(town.inventory, town.directory, town.rota)
        self._desk = Desk(self._store, reacher, Policies, self._clock, lambda: uuid4().hex)

    def run(self) -> None:
        while not self._over.wait(0.05):
            try:
                for alert in self._store.open_alerts():
                    if self._chance.random() < 0.08:
                        self._act(alert)
            except StoreUnavailable:
                continue

    def _act(self, alert: Alert) -> None:
        match alert.handling:
            case Handling.TRIGGERED:
                self._desk.acknowledge(alert.id, by="somebody", seen_fence=alert.fence)
            case Handling.ACKNOWLEDGED:
                self._desk.arrive(alert.id, by="somebody", seen_fence=alert.fence)
            case _:
                self._desk.close(alert.id, by="somebody", outcome=Outcome.HELPED, seen_fence=alert.fence)

    def go_home(self) -> None:
        self._over.set()
        self.join()

    def close_all(self) -> None:
        for alert in self._store.open_alerts():
            self._desk.close(alert.id, by="somebody", outcome=Outcome.HELPED)

    def end(self) -> None:
        self._database.close()


# -- the killing --------------------------------------------------------------------------------------------------


@dataclass
class Killed:
    kills: int
    server_kills: int
    alerts: int
    sends: int
    lost: int
    violations: int
    duplicates: int
    found: int
    """Messages that a provider had when it was asked, and that were not sent again."""
    why: dict[str, int]
    """The duplicates by their cause."""
    told: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        return json.dumps({name: value for name, value in vars(self).items() if name != "told"})


def kill_again_and_again(
    url: str,
    folder: Path,
    *,
    kills: int,
    server: Postgres | None = None,
    server_kills: int = 0,
    seed: int = 1,
    longest: float = LONG,
    can_be_asked: bool = True,
) -> Killed:
    """`kills` lives on one migrated, empty database; then calm, until every message is settled, and the judgement.

    `longest`: real seconds that a life may last. `can_be_asked`: whether providers know what they have.
    """
    book = folder / "book.jsonl"
    book.touch()
    now = datetime.now(UTC)
    stage = Stage(url, str(book), f"2026-11-24T01:00:00+00:00@{now.isoformat()}*{SPEED:g}", seed)
    if not can_be_asked:
        return _killed(stage, kills, longest, server, server_kills)
    with post_room(stage.book, parse_epoch(stage.epoch)) as room:
        return _killed(replace(stage, provider=room.root), kills, longest, server, server_kills)


def _killed(stage: Stage, kills: int, longest: float, server: Postgres | None, server_kills: int) -> Killed:
    town, chance = new_town(stage.seed, HOMES), random.Random(stage.seed)
    lives = multiprocessing.get_context("forkserver")
    lives.set_forkserver_preload(["tests.drill.killing"])
    people = People(stage, town)
    people.start()
    servers_turn = set(chance.sample(range(kills), min(server_kills, kills)))
    for number in range(kills):
        life = lives.Process(target=live, args=(stage, number), daemon=True)
        life.start()
        starting = chance.random() < STILL_STARTING
        time.sleep(chance.uniform(0, SHORT) if starting else chance.uniform(SHORT, longest))
        if server is not None and number in servers_turn:
            server.stop(kill=True)
            time.sleep(chance.uniform(0, 0.3))
            server.start()
        life.kill()
        life.join()
    last = lives.Process(target=live, args=(stage, kills), daemon=True)
    last.start()
    time.sleep(3)
    people.go_home()
    last.kill()
    last.join()
    return _judged(stage, town, people, kills, len(servers_turn) if server else 0)


def _judged(stage: Stage, town: Town, people: People, kills: int, server_kills: int) -> Killed:
    database = Database.open(stage.url)
    store = SqlAlerts(database)
    people.close_all()
    asyncio.run(_settle(stage, store))
    people.end()
    telephone = Telephone()
    rules = Rules(town, lambda _at: Policies(), lambda _since, _until: timedelta(0), grace=timedelta(minutes=5))
    oracle = Oracle(store, rules, telephone)
    book = [json.loads(line) for line in Path(stage.book).read_text().splitlines()]
    for said in book:
        if "heard" in said:
            oracle.raised(said["heard"], said["key"], store.get(said["alert"]))
        elif "purpose" in said:
            telephone.take(_taken(said))
    oracle.at_the_end(parse_epoch(stage.epoch).now() + timedelta(days=1))
    deliveries = [d for a in every_alert(store) for d in store.deliveries(a.id)]
    oracle.lost += [f"{d.send.id}: still owed at the end" for d in deliveries if d.next_attempt_at is not None]
    found = sum(a.settlement is Settlement.FOUND for d in deliveries for a in d.attempts)
    told = [*dict.fromkeys((*oracle.lost, *oracle.violations))]
    database.close()
    return Killed(
        kills,
        server_kills,
        oracle.judged,
        telephone.sends,
        len(set(oracle.lost)),
        len(set(oracle.violations)),
        telephone.repeats,
        found,
        dict(_why(book)),
        told,
    )


def _why(book: Iterable[dict[str, str | bool]]) -> Counter[str]:
    """Of each message that came twice: what its provider had said, when it was asked before the later one."""
    came: set[str] = set()
    said: dict[str, str] = {}
    causes: Counter[str] = Counter()
    for line in book:
        if "asked_for" in line:
            said[str(line["asked_for"])] = "known, and sent all the same" if line["known"] else "asked before it came"
        elif "purpose" in line:
            key = str(line["key"])
            if key in came:
                causes[said.get(key, "never asked")] += 1
            came.add(key)
    return causes


async def _settle(stage: Stage, store: SqlAlerts) -> None:
    """One more life, which nobody kills and in which nothing new happens."""
    clock, book = parse_epoch(stage.epoch), os.open(stage.book, os.O_WRONLY | os.O_APPEND)
    threads, town = Threads(), new_town(stage.seed, HOMES)
    channels = stage.channels(book, clock)
    sender = Sender(store, Reacher(town.inventory, town.directory, town.rota), channels, clock, threads)
    engine = Engine(store, sender.reacher, sender, clock, threads, EngineSettings(poll=0.1), name="the-only-one")
    running = asyncio.create_task(engine.run())
    for _ in range(600):
        if await threads(store.next_due) is None:
            break
        await asyncio.sleep(0.1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await close_channels(channels.values())
    threads.close()
    os.close(book)


def _taken(said: dict[str, str | bool]) -> Taken:
    key = str(said["key"])
    return Taken(
        kind=str(said["kind"]),
        key=key,
        send=key.rpartition(".")[0],
        alert=str(said["alert"]),
        person=str(said["person"]),
        purpose=Purpose(str(said["purpose"])),
        repeat=bool(said["repeat"]),
        asked_at=datetime.fromisoformat(str(said["asked_at"])),
        at=datetime.fromisoformat(str(said["at"])),
    )


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that a server without rights may enter, in memory where there is such a place."""
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(prefix="anxin-kills-", dir=memory, ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def database_of(kind: str, folder: Path) -> Iterator[tuple[str, Postgres | None]]:
    """A migrated database without rows, and its server where it has one."""
    if kind == "sqlite":
        yield _migrated(f"sqlite:///{folder / 'kills.db'}"), None
        return
    with Postgres(folder / "server") as server, new_postgres_database(server) as url:
        yield _migrated(url), server


def _migrated(url: str) -> str:
    database = Database.open(url)
    database.migrate()
    database.close()
    return url
