"""Rows that replace those with the same key, made ready before the transaction that writes them.

On SQLite they go in few statements: each statement gives up the interpreter and must win it back from busy threads,
while everybody else waits for the one writer. Two hundred rows one by one took 50 to 200 ms of a busy service.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Table

from storage.database import Database, refusing_what_has_no_form
from storage.statements import upsert

_MOST_PARAMETERS = 900
"""SQLite took at most 999 in one statement before 3.32."""


class Upserts:
    """All rows have every column of the table. Raises StoreRefused for a value that has no form in the database."""

    def __init__(
        self, database: Database, table: Table, keys: Sequence[str], rows: Sequence[Mapping[str, Any]]
    ) -> None:
        self._table, self._keys, self._dialect = table, tuple(keys), database.dialect
        self._rows: Sequence[Mapping[str, Any]] = rows
        self._ready: list[tuple[Any, ...]] = []
        if database.dialect == "sqlite":
            with refusing_what_has_no_form():
                self._ready = _bound(database, table, rows)

    def write(self, connection: Connection) -> None:
        """Inside the caller's transaction."""
        if not self._rows:
            return
        if self._dialect != "sqlite":
            connection.execute(upsert(self._table, self._keys, self._dialect), list(self._rows))
            return
        size = max(1, _MOST_PARAMETERS // len(self._table.columns))
        for start in range(0, len(self._ready), size):
            part = self._ready[start : start + size]
            connection.exec_driver_sql(_statement(self._table, self._keys, len(part)), tuple(chain.from_iterable(part)))


def _bound(database: Database, table: Table, rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    """The rows as the driver takes them, columns in the table's order."""
    binders: list[tuple[str, Callable[[Any], Any] | None]] = [
        (column.name, database.binder(column.type)) for column in table.columns
    ]
    return [tuple(row[name] if bind is None else bind(row[name]) for name, bind in binders) for row in rows]


@lru_cache(maxsize=512)
def _statement(table: Table, keys: tuple[str, ...], rows: int) -> str:
    names = [column.name for column in table.columns]
    row = f"({', '.join('?' * len(names))})"
    kept = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in keys)
    columns, key = (", ".join(f'"{name}"' for name in some) for some in (names, keys))
    return (
        f'INSERT INTO "{table.name}" ({columns}) VALUES {", ".join([row] * rows)}'  # noqa: S608 - our own names
        f" ON CONFLICT ({key}) DO UPDATE SET {kept}"
    )
