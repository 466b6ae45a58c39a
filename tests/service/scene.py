"""The stage for killing things: a street with a fortnight behind it, the real program, and what it ought to say."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from anxin.clock import ScaledClock, parse_epoch
from core.concerns import Concern
from storage.readings_sqlite import SqliteReadings
from tests.service import numbers
from tests.service.bygone import write_history
from tests.service.program import Program
from tests.service.street import BEGIN, HISTORY, HOMES, SEED, Street, write_scenario

SPEED = 180.0
SETTLES_WITHIN = 90.0
_READY_IN = timedelta(seconds=5)


@dataclass
class Scene:
    """`learned` holds the readings from before the story. `starts_in`: real seconds that a start takes here."""

    street: Street
    program: Program
    learned: Path
    starts_in: float

    @property
    def clock(self) -> ScaledClock:
        return parse_epoch(self.program.clock)

    def expected(self, by: datetime) -> list[Concern]:
        """What ought to have been raised by then, had nobody disturbed it."""
        store = SqliteReadings(self.learned / "readings.db")
        try:
            return self.street.undisturbed(store.received_since(BEGIN - HISTORY), by)
        finally:
            store.close()


@contextmanager
def staged(folder: Path, broker: int, *, seconds: float, line: int | None = None) -> Iterator[Scene]:
    """Everything learned, the session stands at the broker, the street lives on a fast clock: the story has begun.

    `seconds`: how long it may last, really. `line`: the port by which the service reaches the broker, if another.
    """
    hours = (seconds + SETTLES_WITHIN) * SPEED / 3600
    street, learned = Street.of(hours), folder / "learned"
    write_history(learned, street.inventory, street.history())
    settings = {"ANXIN_SNAPSHOT_EVERY": "1", "ANXIN_BROKER_URL": f"mqtt://127.0.0.1:{line or broker}"}
    with Program(folder / "anxin", broker, settings=settings) as program:
        shutil.copytree(learned, program.data)
        _enroll(program)
        program.start(f"{BEGIN.isoformat()}@{(datetime.now(UTC) + timedelta(hours=1)).isoformat()}*1")
        program.wait_until_connected()
        program.stop()
        begun = time.monotonic()
        program.start(f"{BEGIN.isoformat()}@{(datetime.now(UTC) + _READY_IN).isoformat()}*{SPEED:g}")
        scenario = write_scenario(folder, hours)
        truth = ("--truth", str(folder / "truth.jsonl"))
        program.simulate("--homes", str(HOMES), "--seed", str(SEED), "--scenario", str(scenario), *truth)
        program.wait_until_connected()
        yield Scene(street, program, learned, time.monotonic() - begun)
    shutil.rmtree(learned)


def _enroll(program: Program) -> None:
    street, counting = program.folder / "street.json", program.folder / "numbers.json"
    program.run("simulate", "--homes", str(HOMES), "--seed", str(SEED), "--inventory", str(street), "--inventory-only")
    counting.write_text(numbers.roll("building-1"))
    program.run("enroll", str(street), str(counting))
