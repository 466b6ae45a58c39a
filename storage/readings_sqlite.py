"""Readings in one SQLite file, apart from the transactional one, so that bulk never makes an alert wait.

Rows are small: identity and manner are numbers of two dictionaries, instants whole microseconds, the value as it is.
"""

import json
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache, partial
from itertools import chain
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from core.ports import ReadingsRefused, StoreUnavailable
from core.readings import Reading
from storage.columns import from_microseconds, to_microseconds
from storage.readings_dictionary import SCHEMA, Dictionary
from storage.readings_rows import KINDS, is_truth, unpack, why_unstorable
from storage.wal import enter_wal

_VERSION = 1
_BUSY_SECONDS = 5.0
_PAGE = 5_000
_SERIES_PER_SWEEP = 200
_NO_LIMIT = -1
_BEFORE_ALL = -(2**63)

_INSERT = "INSERT INTO readings (series, manner, at, received_at, device_time, message_id, value) VALUES"
_ROW = "(?, ?, ?, ?, ?, ?, ?)"
_KEEP_FIRST = "ON CONFLICT (series, at) DO NOTHING"
_ROWS_PER_STATEMENT = (256, 64, 16, 4, 1)
_SELECT = """
    SELECT r.receipt, s.device, s.channel, s.kind, r.value, r.at, r.received_at, r.device_time, r.message_id,
           m.flags, m.unit, m.source
    FROM readings AS r CROSS JOIN series AS s ON s.id = r.series CROSS JOIN manners AS m ON m.id = r.manner
"""
_OF_DEVICES = """
    WHERE r.series IN (SELECT id FROM series WHERE device IN (SELECT value FROM json_each(?)))
          AND r.at >= ? AND r.at < ? ORDER BY r.at, r.receipt LIMIT ?
"""
_IN_RECEIPT = "WHERE (r.received_at, r.receipt) > (?, ?) ORDER BY r.received_at, r.receipt LIMIT ?"
_SWEEP = "DELETE FROM readings WHERE series BETWEEN ? AND ? AND at < ?"

_T = TypeVar("_T")


class SqliteReadings:
    """`core.ports.ReadingsStore` in the file at `path`. Of two readings with one identity the first is kept.

    One thread writes at a time; readers see what was committed and wait for nobody.
    Raises StoreUnavailable if the file cannot be opened, ValueError if a newer program has written it.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = str(path)
        self._writing = threading.Lock()
        self._idle: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        with _in_the_ports_words():
            self._writer = self._connect()
            try:
                _prepare(self._writer)
            except BaseException:
                self._writer.close()
                raise
        self._dictionary = Dictionary(self._writer)

    def append(self, readings: Sequence[Reading]) -> None:
        refused = [(r, reason) for r in readings if (reason := why_unstorable(r)) is not None]
        wrong = {id(r) for r, _ in refused}
        sound = [r for r in readings if id(r) not in wrong] if refused else readings
        if sound:
            self._write(partial(self._insert, sound))
        if refused:
            raise ReadingsRefused(refused)

    def between(
        self, devices: Collection[str], since: datetime, until: datetime, *, limit: int | None = None
    ) -> list[Reading]:
        """Of readings at the same instant, the one stored first comes first."""
        span = (to_microseconds(since), to_microseconds(until))
        with self._reader() as connection:
            rows = connection.execute(
                _SELECT + _OF_DEVICES, (json.dumps(list(devices)), *span, _NO_LIMIT if limit is None else limit)
            )
            return [_reading_of(row) for row in rows]

    def received_since(self, instant: datetime) -> Iterator[Reading]:
        """Fetched page by page, so that a long replay neither fills the memory nor holds back the log's checkpoint."""
        place = (to_microseconds(instant), 0)
        while True:
            with self._reader() as connection:
                rows = connection.execute(_SELECT + _IN_RECEIPT, (*place, _PAGE)).fetchall()
            yield from map(_reading_of, rows)
            if len(rows) < _PAGE:
                return
            place = (rows[-1][6], rows[-1][0])

    def _received_first(self, limit: int) -> list[Reading]:
        """The first that were received of all that are here."""
        with self._reader() as connection:
            rows = connection.execute(_SELECT + _IN_RECEIPT, (_BEFORE_ALL, 0, limit)).fetchall()
        return [_reading_of(row) for row in rows]

    def forget_before(self, instant: datetime) -> int:
        """Sweeps a few series at a time, so that appending goes on in between."""
        before = to_microseconds(instant)
        with self._reader() as connection:
            (last,) = connection.execute("SELECT ifnull(max(id), 0) FROM series").fetchone()
        gone = 0
        for first in range(1, last + 1, _SERIES_PER_SWEEP):
            gone += self._write(partial(self._sweep, first, before))
        return gone

    def ping(self) -> None:
        with self._reader() as connection:
            connection.execute("SELECT 1 FROM series LIMIT 1").fetchone()

    def close(self) -> None:
        with self._writing:
            self._writer.close()
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                return

    def _insert(self, readings: Sequence[Reading]) -> int:
        """Many rows a statement: each statement gives up the interpreter and must win it back from busy threads."""
        series, manner = self._dictionary.series, self._dictionary.manner
        rows = [
            (
                series(r),
                manner(r),
                to_microseconds(r.at),
                to_microseconds(r.received_at),
                None if r.device_time is None else to_microseconds(r.device_time),
                r.message_id,
                r.value,
            )
            for r in readings
        ]
        writer = self._writer
        return sum(
            writer.execute(_insert_of(len(part)), tuple(chain.from_iterable(part))).rowcount for part in _parts(rows)
        )

    def _sweep(self, first: int, before: int) -> int:
        return self._writer.execute(_SWEEP, (first, first + _SERIES_PER_SWEEP - 1, before)).rowcount

    def _write(self, work: Callable[[], _T]) -> _T:
        """Run the work as one durable transaction."""
        with _in_the_ports_words(), self._writing:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                done = work()
                self._writer.execute("COMMIT")
            except BaseException:
                self._dictionary.forget()
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise
            return done

    @contextmanager
    def _reader(self) -> Iterator[sqlite3.Connection]:
        """A connection of one's own for the length of one query."""
        with _in_the_ports_words():
            try:
                connection = self._idle.get_nowait()
            except Empty:
                connection = self._connect()
            try:
                yield connection
            except BaseException:
                connection.close()
                raise
            self._idle.put(connection)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=32
        )
        enter_wal(connection, patience=_BUSY_SECONDS)
        for pragma in ("synchronous = FULL", "temp_store = MEMORY", "cache_size = -65536"):
            connection.execute(f"PRAGMA {pragma}")
        return connection


@cache
def _insert_of(rows: int) -> str:
    return f"{_INSERT} {', '.join([_ROW] * rows)} {_KEEP_FIRST}"


def _parts(rows: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """Cut into few sizes, so that each statement is prepared once."""
    start = 0
    for size in _ROWS_PER_STATEMENT:
        while len(rows) - start >= size:
            yield rows[start : start + size]
            start += size


def _prepare(connection: sqlite3.Connection) -> None:
    """Make the schema in a new file; refuse that of a newer program."""
    connection.execute("BEGIN IMMEDIATE")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == 0:
        for statement in SCHEMA:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {_VERSION}")
    connection.execute("COMMIT")
    if version > _VERSION:
        raise ValueError(
            f"the readings file has layout {version}, this program knows up to {_VERSION}: renew the program"
        )


@contextmanager
def _in_the_ports_words() -> Iterator[None]:
    """A disk that is full, locked or broken may be mended: readings wait. What we did wrong ourselves is not hidden."""
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.IntegrityError):
        raise
    except sqlite3.DatabaseError as error:
        raise StoreUnavailable(f"the readings file: {error}") from error


def _reading_of(row: tuple[Any, ...]) -> Reading:
    _, device, channel, kind, value, at, received_at, device_time, message_id, flags, unit, source = row
    semantics, replay, novelty, time_source, decision, clock = unpack(flags)
    return Reading(
        device=device,
        kind=KINDS[kind],
        value=bool(value) if is_truth(flags) else value,
        at=from_microseconds(at),
        received_at=from_microseconds(received_at),
        channel=channel,
        unit=unit,
        device_time=None if device_time is None else from_microseconds(device_time),
        time_source=time_source,
        semantics=semantics,
        replay=replay,
        novelty=novelty,
        message_id=message_id,
        source=source,
        decision=decision,
        clock=clock,
    )
