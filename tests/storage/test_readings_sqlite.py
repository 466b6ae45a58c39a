"""The readings file: its size, its neighbours, its failures. What it promises as a store is in the contract suite."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.ports import StoreUnavailable
from core.readings import Kind, Reading
from storage.readings_sqlite import SqliteReadings

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def readings(count: int, *, device: str = "g-1/hall", start: int = 0) -> list[Reading]:
    instants = (NOON + timedelta(seconds=n) for n in range(start, start + count))
    return [Reading(device, Kind.MOTION, n % 2 == 0, at, at + timedelta(seconds=1)) for n, at in enumerate(instants)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "readings.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteReadings]:
    opened = SqliteReadings(path)
    yield opened
    opened.close()


def test_readings_are_there_after_the_file_is_opened_again(path: Path) -> None:
    first = SqliteReadings(path)
    first.append(readings(3))
    first.close()

    second = SqliteReadings(path)

    assert second.between(["g-1/hall"], NOON, NOON + DAY) == readings(3)
    second.append(readings(1, start=3))
    assert len(second.between(["g-1/hall"], NOON, NOON + DAY)) == 4
    second.close()


def test_of_two_readings_with_one_identity_the_first_is_kept(store: SqliteReadings) -> None:
    (first,) = readings(1)

    store.append([first])
    store.append([replace(first, value=False, received_at=NOON + DAY)])

    assert store.between(["g-1/hall"], NOON, NOON + DAY) == [first]


def test_a_replay_of_many_pages_gives_each_reading_once(store: SqliteReadings) -> None:
    told = readings(12_345)
    store.append(told)

    assert list(store.received_since(NOON)) == told


def test_a_replay_of_many_readings_received_at_once_gives_each_once(store: SqliteReadings) -> None:
    told = [replace(reading, received_at=NOON + DAY) for reading in readings(11_000)]
    store.append(told)

    assert list(store.received_since(NOON + DAY)) == told


def test_appending_goes_on_while_a_replay_is_read(store: SqliteReadings) -> None:
    store.append(readings(6_000))
    replay = store.received_since(NOON)
    next(replay)

    store.append(readings(10, start=6_000))

    assert len(list(replay)) == 6_009


def test_many_threads_append_and_read_at_once(store: SqliteReadings) -> None:
    def work(number: int) -> int:
        for start in range(0, 500, 50):
            store.append(readings(50, device=f"g-{number}/pir", start=start))
            store.between([f"g-{number}/pir"], NOON, NOON + DAY)
        return len(store.between([f"g-{number}/pir"], NOON, NOON + DAY))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(8))) == [500] * 8


def test_forgetting_sweeps_all_series(store: SqliteReadings) -> None:
    for number in range(450):
        store.append(readings(2, device=f"g-{number}/pir"))

    assert store.forget_before(NOON + timedelta(seconds=1)) == 450
    assert len(list(store.received_since(NOON))) == 450


def test_a_file_of_a_newer_program_is_refused(path: Path) -> None:
    SqliteReadings(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 2")
    connection.close()

    with pytest.raises(ValueError, match="layout 2"):
        SqliteReadings(path)


def test_something_that_is_no_database_is_unavailable_and_left_alone(path: Path) -> None:
    path.write_bytes(b"the notes of somebody else, which must not be lost" * 100)
    before = path.read_bytes()

    with pytest.raises(StoreUnavailable):
        SqliteReadings(path)

    assert path.read_bytes() == before


def test_a_file_in_no_folder_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        SqliteReadings(tmp_path / "nowhere" / "readings.db")


def test_a_full_disk_is_unavailable_and_nothing_of_the_call_is_kept(store: SqliteReadings) -> None:
    store.append(readings(10))
    (pages,) = store._writer.execute("PRAGMA page_count").fetchone()
    store._writer.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(StoreUnavailable, match="full"):
        store.append(readings(20_000, device="g-2/new", start=10))
    assert store.between(["g-2/new"], NOON, NOON + DAY) == []

    store._writer.execute("PRAGMA max_page_count = 1000000")
    store.append(readings(20_000, device="g-2/new", start=10))
    assert len(store.between(["g-2/new"], NOON, NOON + DAY)) == 20_000


def test_each_reading_takes_little_room(store: SqliteReadings, path: Path) -> None:
    for start in range(0, 50_000, 1_000):
        store.append(readings(1_000, start=start))
    store._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    assert path.stat().st_size / 50_000 < 90  # bytes


APPENDING = """
import sys
from datetime import UTC, datetime, timedelta
from core.readings import Kind, Reading
from storage.readings_sqlite import SqliteReadings

store = SqliteReadings(sys.argv[1])
start = int(sys.argv[2])
noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
for number in range(start, start + 10_000_000):
    at = noon + timedelta(milliseconds=number)
    store.append([Reading("g-1/hall", Kind.MOTION, True, at, at)])
    print(number, flush=True)
"""


@pytest.mark.kill
def test_what_append_has_answered_is_there_after_the_process_is_killed(path: Path) -> None:
    promised: set[int] = set()
    for turn in range(int(os.environ.get("ANXIN_KILLS", "5"))):
        command = [sys.executable, "-c", APPENDING, str(path), str(turn * 1_000_000)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                promised.add(int(line))
                if len(promised) % (37 + turn) == 0:
                    process.send_signal(signal.SIGKILL)

    store = SqliteReadings(path)
    kept = {(reading.at - NOON) // timedelta(milliseconds=1) for reading in store.received_since(NOON)}
    store.close()

    assert promised
    assert promised <= kept
