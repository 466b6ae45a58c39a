"""The stage for killing things: a street with a week behind it, the real program, and what it ought to say."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from anxin.clock import ScaledClock, parse_epoch
from core.concerns import Concern
from storage.readings_sqlite import SqliteReadings
from tests.servers.mosquitto import Mosquitto
from tests.service import numbers
from tests.service.bygone import write_history
from tests.service.program import Program
from tests.service.street import BEGIN, HISTORY, HOMES, SEED, Street, Undisturbed, write_scenario

SPEED = 180.0
SETTLES_WITHIN = 90.0
_READY_IN = timedelta(seconds=5)


@dataclass(frozen=True)
class Learned:
    """What the street said before the story, and the data of a service that has learned from it and was stopped."""

    readings: Path
    data: Path


@dataclass
class Scene:
    """`starts_in`: real seconds that a start takes here."""

    street: Street
    program: Program
    learned: Learned
    starts_in: float

    @property
    def clock(self) -> ScaledClock:
        return parse_epoch(self.program.clock)

    def expected(self, by: datetime) -> list[Concern]:
        """What ought to have been raised by then, had nobody disturbed it. `by` never goes back."""
        return self._undisturbed.by(by)

    @cached_property
    def _undisturbed(self) -> Undisturbed:
        store = SqliteReadings(self.learned.readings / "readings.db")
        try:
            return Undisturbed(self.street, store.received_since(BEGIN - HISTORY))
        finally:
            store.close()


def learn(folder: Path) -> Learned:
    """A week goes into the stores, and the service reads all of it once."""
    street, readings = Street.of(0), folder / "readings"
    write_history(readings, street.inventory, street.history())
    with Mosquitto(folder / "broker") as broker, Program(folder / "anxin", broker.port) as program:
        shutil.copytree(readings, program.data)
        _enroll(program)
        _start_before(program, timedelta(hours=2))
        program.stop()
        return Learned(readings, program.data)


@contextmanager
def staged(folder: Path, learned: Learned, broker: int, *, seconds: float, line: int | None = None) -> Iterator[Scene]:
    """Everything learned, the session stands at the broker, the street lives on a fast clock: the story has begun.

    `seconds`: how long it may last, really. `line`: the port by which the service reaches the broker, if another.
    """
    hours = (seconds + SETTLES_WITHIN) * SPEED / 3600
    settings = {"ANXIN_SNAPSHOT_EVERY": "1", "ANXIN_BROKER_URL": f"mqtt://127.0.0.1:{line or broker}"}
    with Program(folder / "anxin", broker, settings=settings) as program:
        shutil.copytree(learned.data, program.data)
        _start_before(program, timedelta(hours=1))
        program.stop()
        begun = time.monotonic()
        program.start(f"{BEGIN.isoformat()}@{(datetime.now(UTC) + _READY_IN).isoformat()}*{SPEED:g}")
        scenario = write_scenario(folder, hours)
        truth = ("--truth", str(folder / "truth.jsonl"))
        program.simulate("--homes", str(HOMES), "--seed", str(SEED), "--scenario", str(scenario), *truth)
        program.wait_until_connected()
        yield Scene(Street.of(hours), program, learned, time.monotonic() - begun)


def _start_before(program: Program, before: timedelta) -> None:
    """So long before the story, by a clock that is not in a hurry."""
    program.start(f"{BEGIN.isoformat()}@{(datetime.now(UTC) + before).isoformat()}*1")
    program.wait_until_connected()


def _enroll(program: Program) -> None:
    street, counting = program.folder / "street.json", program.folder / "numbers.json"
    program.run("simulate", "--homes", str(HOMES), "--seed", str(SEED), "--inventory", str(street), "--inventory-only")
    counting.write_text(numbers.roll("building-1"))
    program.run("enroll", str(street), str(counting))
