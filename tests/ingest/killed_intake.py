"""A process to be killed: session and pipeline into a SQLite file, saying on stdout what it has acknowledged.

Run as `python -m tests.ingest.killed_intake PORT DATABASE`.
"""

import asyncio
import sqlite3
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from random import Random

from core.readings import Reading
from ingest.conventions.registry import installed
from ingest.gate import Gate
from ingest.interpreter import Interpreter
from ingest.message import Message
from ingest.pipeline import Pipeline, PipelineLimits
from ingest.report import Tally
from ingest.session import Session
from ingest.settings import BrokerSettings
from tests.ingest.conftest import house

DEVICES = tuple(f"d{i}" for i in range(5))


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep_until(self, when: datetime) -> None:
        await asyncio.sleep((when - self.now()).total_seconds())


class Sink:
    """Message ids, durable on return (WAL, FULL)."""

    def __init__(self, path: str) -> None:
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS kept (id TEXT PRIMARY KEY)"
        )

    def append(self, readings: Sequence[Reading]) -> None:
        self._database.execute("BEGIN IMMEDIATE")
        self._database.executemany("INSERT OR IGNORE INTO kept VALUES (?)", [(one.message_id,) for one in readings])
        self._database.execute("COMMIT")


class TalkingSession(Session):
    """Says which numbers it is about to acknowledge, so that a witness outside can hold it to its word."""

    def acknowledge(self, messages: Iterable[Message]) -> int:
        messages = list(messages)
        print(" ".join(str(one.payload.split(b'"')[5].decode()) for one in messages), flush=True)  # noqa: T201 - the witness reads it
        return super().acknowledge(messages)


async def say_when_connected(session: Session) -> None:
    while not session.health().connected:  # noqa: ASYNC110 - once, at the start
        await asyncio.sleep(0.005)
    print("connected", flush=True)  # noqa: T201 - the witness reads it


async def main(port: int, database: str) -> None:
    settings = BrokerSettings(port=port, client_id="to-be-killed", receive_maximum=100, backoff_first=0.05)
    clock = SystemClock()
    session = TalkingSession(settings, clock=clock, jitter=Random(1))
    interpreter = Interpreter(house(*DEVICES), gate=Gate(), conventions=installed(), tally=Tally())
    pipeline = Pipeline(
        interpreter,
        store=Sink(database),  # type: ignore[arg-type]  # only `append` is asked for
        listener=lambda _: None,
        clock=clock,
        limits=PipelineLimits(per_turn=20, per_write=60),
    )
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(session.run(), name="session")
        tasks.create_task(pipeline.run(session), name="pipeline")
        tasks.create_task(say_when_connected(session), name="say when connected")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
