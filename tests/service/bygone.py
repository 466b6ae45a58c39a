"""The days before a story: written into the store through the real intake, for a service without snapshots to learn."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from anxin.clock import ScaledClock
from anxin.history import as_received
from anxin.intake import new_pipeline
from core.places import Inventory
from ingest.gate import Gate
from simulator.message import Message
from storage.readings_sqlite import SqliteReadings


def write_history(data: Path, inventory: Inventory, played: Iterable[Message]) -> int:
    """Into the readings of the installation in `data`; how many."""
    data.mkdir(parents=True, exist_ok=True)
    store = SqliteReadings(data / "readings.db")
    now = datetime.now(UTC)
    pipeline = new_pipeline(
        inventory, gate=Gate(), store=store, listener=lambda _: None, clock=ScaledClock(now, now), batch=5000
    )
    try:
        return pipeline.feed(as_received(played))
    finally:
        store.close()
