"""Statements that SQLite and PostgreSQL spell differently: upserts, and membership in a set of any size."""

import json
from collections.abc import Collection, Sequence
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Table, Text, any_, bindparam, func, literal, select, text
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
