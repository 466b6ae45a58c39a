"""The dictionaries of the SQLite readings: a small number for each series, and for each manner of speaking.

A series is device, channel and kind; a manner is flags, unit and source. Both are few; readings are many.
"""

import sqlite3
from collections.abc import Sequence
from typing import TypeVar

from core.readings import Reading
from storage.readings_rows import pack

_MOST_CACHED = 500_000

_Key = TypeVar("_Key")

SCHEMA: Sequence[str] = (
    "CREATE TABLE series (id INTEGER PRIMARY KEY, device TEXT NOT NULL, channel TEXT, kind TEXT NOT NULL) STRICT",
    "CREATE UNIQUE INDEX uq_series ON series (device, kind, channel IS NULL, ifnull(channel, ''))",
    "CREATE TABLE manners (id INTEGER PRIMARY KEY, flags INTEGER NOT NULL, unit TEXT, source TEXT NOT NULL) STRICT",
    "CREATE UNIQUE INDEX uq_manners ON manners (flags, source, unit IS NULL, ifnull(unit, ''))",
    """
    CREATE TABLE readings (
        receipt INTEGER PRIMARY KEY,
        series INTEGER NOT NULL,
        manner INTEGER NOT NULL,
        at INTEGER NOT NULL,
        received_at INTEGER NOT NULL,
        device_time INTEGER,
        message_id TEXT,
        value ANY NOT NULL
    ) STRICT
    """,
    "CREATE UNIQUE INDEX uq_readings ON readings (series, at)",
    "CREATE INDEX ix_readings_received ON readings (received_at)",
)
"""The whole schema of the readings file, version 1."""


class Dictionary:
    """Numbers of series and manners, looked up or given inside the caller's write transaction.

    After a rollback, `forget` what may never have been written.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._series: dict[tuple[str, str | None, str], int] = {}
        self._manners: dict[tuple[int, str | None, str], int] = {}

    def series(self, reading: Reading) -> int:
        key = (reading.device, reading.channel, reading.kind.value)
        known = self._series.get(key)
        return self._new_series(key) if known is None else known

    def manner(self, reading: Reading) -> int:
        key = (pack(reading), reading.unit, reading.source)
        known = self._manners.get(key)
        return self._new_manner(key) if known is None else known

    def forget(self) -> None:
        self._series.clear()
        self._manners.clear()

    def _new_series(self, key: tuple[str, str | None, str]) -> int:
        self._connection.execute(
            "INSERT INTO series (device, channel, kind) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", key
        )
        found = self._connection.execute(
            "SELECT id FROM series WHERE device = ?1 AND kind = ?3 AND (channel IS NULL) = (?2 IS NULL)"
            " AND ifnull(channel, '') = ifnull(?2, '')",
            key,
        ).fetchone()
        return _remember(self._series, key, found[0])

    def _new_manner(self, key: tuple[int, str | None, str]) -> int:
        self._connection.execute(
            "INSERT INTO manners (flags, unit, source) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", key
        )
        found = self._connection.execute(
            "SELECT id FROM manners WHERE flags = ?1 AND source = ?3 AND (unit IS NULL) = (?2 IS NULL)"
            " AND ifnull(unit, '') = ifnull(?2, '')",
            key,
        ).fetchone()
        return _remember(self._manners, key, found[0])


def _remember(known: dict[_Key, int], key: _Key, number: int) -> int:
    """Bounded: whoever sends ever new names costs lookups, not memory."""
    if len(known) >= _MOST_CACHED:
        known.clear()
    known[key] = number
    return number
