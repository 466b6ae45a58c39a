"""What SQLite and PostgreSQL spell differently: upserts, membership in a set of any size, spans between instants."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

import orjson
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    DateTime,
    Float,
    Table,
    Text,
    any_,
    bindparam,
    cast,
    extract,
    func,
    insert,
    literal,
    select,
    text,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY

Insert: TypeAlias = sqlite.Insert | postgresql.Insert


def insert_into(table: Table, dialect: str) -> Insert:
    """An INSERT that knows ON CONFLICT."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def upsert(table: Table, keys: Sequence[str], dialect: str, *, where: str | None = None) -> Insert:
    """Insert, or replace every other column of the row with these keys. `where`: of the partial index that says so."""
    statement = insert_into(table, dialect)
    columns = [c.name for c in table.columns if c.name not in keys and not _counted(c)]
    return statement.on_conflict_do_update(
        index_elements=list(keys),
        index_where=text(where) if where else None,
        set_={name: statement.excluded[name] for name in columns},
    )


def _counted(column: Any) -> bool:
    """A number that the database gives: never taken from the row that lost."""
    return bool(column.primary_key) and column.name in {"id", "seq"} and not isinstance(column.type, Text)


def among(column: ColumnElement[str], values: Collection[str], dialect: str) -> ColumnElement[bool]:
    """Is the column one of these? One bound parameter, however many values there are."""
    if dialect == "postgresql":
        return column == any_(bindparam(None, sorted(values), type_=ARRAY(Text), unique=True))
    listed = func.json_each(literal(json.dumps(sorted(values)))).table_valued("value")
    return column.in_(select(listed.c.value))


def seconds_between(since: ColumnElement[datetime], until: ColumnElement[datetime], dialect: str) -> ColumnElement[Any]:
    """Seconds from one `Instant` column to another; null where either is."""
    if dialect == "postgresql":
        zoned = DateTime(timezone=True)
        return cast(extract("epoch", type_coerce(until, zoned) - type_coerce(since, zoned)), Float)
    return (type_coerce(until, BigInteger) - type_coerce(since, BigInteger)) / literal(1e6, Float)


_MANY = 20
"""From so many rows on, PostgreSQL takes them as one value: each statement by itself costs it more than the row."""


def insert_many(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows with the same keys, in this order."""
    if connection.dialect.name != "postgresql" or len(rows) < _MANY:
        connection.execute(insert(table), rows)
        return
    names = ", ".join(f'"{name}"' for name in rows[0])
    told = f"jsonb_populate_recordset(NULL::{table.name}, CAST(:rows AS jsonb)) WITH ORDINALITY AS told"
    statement = text(f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {told} ORDER BY ordinality")  # noqa: S608 - our own names
    connection.execute(statement, {"rows": orjson.dumps(list(rows)).decode()})
