"""The transactional database: connections, transactions, errors in the ports' words, and the schema's version.

The same on SQLite (WAL, synchronous=FULL, one writer at a time, readers never blocked) and PostgreSQL.
"""

import json
import math
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache, partial
from typing import Any, Self

import orjson
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, exc, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.types import TypeEngine

from core.ports import StoreRefused, StoreUnavailable
from storage.wal import enter_wal

_WRITE = "anxin_write"
_MIGRATION_LOCK = 4_261_910_021
_SQLITE_PRAGMAS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = ON",  # or INSERT OR REPLACE would slip past the guards
)
_POSTGRESQL_OPTIONS = (
    "-c timezone=UTC -c synchronous_commit=on -c statement_timeout=30000 -c idle_in_transaction_session_timeout=30000"
)


class WrongSchema(Exception):
    """The database's schema is not this program's. The message says which of the two to renew."""


class Database:
    """One transactional database. Safe to use from several threads."""

    def __init__(self, engine: Engine, *, patience: float) -> None:
        self._engine = engine
        self._patience = patience
        self.dialect = engine.dialect.name
        self._writer = threading.Lock() if self.dialect == "sqlite" else None
        self._schema_seen = False

    @classmethod
    def open(cls, url: str, *, patience: float = 5.0) -> Self:
        """`sqlite:///path` or `postgresql+psycopg://user:password@host/name`. Connects only when first used.

        `patience`: seconds to wait for a lock or a connection before StoreUnavailable.
        Raises ValueError for any other kind of URL.
        """
        parsed = make_url(url)
        match parsed.get_backend_name():
            case "sqlite":
                return cls(_sqlite_engine(parsed, patience), patience=patience)
            case "postgresql":
                return cls(_postgresql_engine(parsed, patience), patience=patience)
            case other:
                raise ValueError(f"{other!r} is not a database we know: give sqlite:///path or postgresql+psycopg://…")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view over several queries."""
        options: dict[str, Any] = {}
        if self.dialect == "postgresql":
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with _in_the_ports_words(), self._engine.connect() as connection:
            connection.execution_options(**options)
            with connection.begin():
                self._see_schema(connection)
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, durable when the block ends; nothing of it is written if the block raises."""
        with _in_the_ports_words(), self._alone(), self._engine.connect() as connection:
            connection.execution_options(**{_WRITE: True})
            with connection.begin():
                self._see_schema(connection)
                with refusing_what_has_no_form():
                    yield connection

    def migrate(self) -> None:
        """Bring the schema up to this program. Raises WrongSchema if the schema is newer than the program."""
        with _in_the_ports_words(), self._alone(), self._engine.connect() as connection:
            connection.execution_options(**{_WRITE: True})
            with connection.begin():
                if self.dialect == "postgresql":
                    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
                _refuse_newer(_present(connection))
                config = _migrations()
                config.attributes["connection"] = connection
                command.upgrade(config, "head")

    def schema_is_current(self) -> bool:
        """False if the schema is missing or older: migrate first. Raises WrongSchema if it is newer."""
        with _in_the_ports_words(), self._engine.connect() as connection:
            present = _present(connection)
        _refuse_newer(present)
        return present == _history()[0]

    def binder(self, type_: TypeEngine[Any]) -> Callable[[Any], Any] | None:
        """What makes a value of this column type into one for the driver; None where nothing has to be done."""
        dialect = self._engine.dialect
        return type_.dialect_impl(dialect).bind_processor(dialect)

    def ping(self) -> None:
        """Raises StoreUnavailable when the database cannot serve."""
        with _in_the_ports_words(), self._engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def listen(self, hear: Callable[[], None]) -> None:
        """Call `hear` before each connection, before and after each statement and before each commit, in the thread
        that does it. What it raises ends the transaction there: so a drill pulls the plug.
        """

        def connecting(*_: object) -> None:
            hear()

        def heard(connection: Connection, *_: object) -> None:
            try:
                hear()
            except BaseException:
                # At once: a connection that is only dropped keeps its locks while anybody remembers the error.
                connection.connection.rollback()
                raise

        event.listen(self._engine, "do_connect", connecting)
        for moment in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(self._engine, moment, heard)

    def clock(self) -> datetime | None:
        """The server's own time, the same for every process that uses it; None on SQLite, which has no server."""
        if self.dialect != "postgresql":
            return None
        with _in_the_ports_words(), self._engine.connect() as connection:
            said: datetime = connection.execute(text("SELECT statement_timestamp()")).scalar_one()
            return said

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """SQLite has one writer: wait here, in turn, rather than in its busy handler."""
        if self._writer is None:
            yield
            return
        if not self._writer.acquire(timeout=self._patience):
            raise StoreUnavailable(f"the database was being written for {self._patience:g} s without a break")
        try:
            yield
        finally:
            self._writer.release()

    def _see_schema(self, connection: Connection) -> None:
        """Once per program: refuse a schema that is not ours, rather than fail or harm it halfway."""
        if self._schema_seen:
            return
        present = _present(connection)
        _refuse_newer(present)
        if present != _history()[0]:
            raise WrongSchema(
                f"the database has schema {present or 'none'}, this program needs {_history()[0]}: migrate first"
            )
        self._schema_seen = True


def _sqlite_engine(url: URL, patience: float) -> Engine:
    if not url.database or url.database == ":memory:":
        raise ValueError("SQLite needs a file, sqlite:///path: what is in memory only would be lost with the program")
    engine = create_engine(
        url,
        connect_args={"timeout": patience, "check_same_thread": False, "isolation_level": None},
        pool_size=8,
        max_overflow=24,
        pool_timeout=patience,
        json_serializer=_to_json,
        json_deserializer=_from_json,
    )

    def prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        enter_wal(cursor, patience=patience)
        for pragma in _SQLITE_PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITE, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


def _postgresql_engine(url: URL, patience: float) -> Engine:
    return create_engine(
        url,
        connect_args={
            "connect_timeout": max(2, math.ceil(patience)),
            "options": f"{_POSTGRESQL_OPTIONS} -c lock_timeout={int(patience * 1000)}",
        },
        pool_size=8,
        max_overflow=24,
        pool_timeout=patience,
        pool_pre_ping=True,
        json_serializer=_to_json,
        json_deserializer=_from_json,
    )


_to_json = partial(json.dumps, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_LONG_NUMBER = re.compile(rb"\d{19}")


def _from_json(written: str | bytes) -> Any:
    """As it was written. orjson reads a whole number of more than 64 bits as a float, and a day in slots is one."""
    raw = written.encode() if isinstance(written, str) else written
    return json.loads(raw) if _LONG_NUMBER.search(raw) else orjson.loads(raw)


@contextmanager
def refusing_what_has_no_form() -> Iterator[None]:
    """Drivers turn values into their wire's form, and complain about those that have none in Python's own words."""
    try:
        yield
    except (ValueError, TypeError, OverflowError) as error:
        raise StoreRefused(f"a value cannot be stored: {error}") from error


@contextmanager
def _in_the_ports_words() -> Iterator[None]:
    """Translate the library's errors: temporary ones to StoreUnavailable, the caller's mistakes to StoreRefused."""
    try:
        yield
    except (exc.IntegrityError, exc.DataError) as error:
        raise StoreRefused(str(error.orig)) from error
    except (exc.OperationalError, exc.InterfaceError, exc.InternalError) as error:
        raise StoreUnavailable(str(error.orig)) from error
    except exc.TimeoutError as error:
        raise StoreUnavailable(f"no connection to the database was free: {error}") from error
    except exc.DBAPIError as error:
        if error.connection_invalidated:
            raise StoreUnavailable(str(error.orig)) from error
        raise
    except exc.StatementError as error:
        raise StoreRefused(f"a value cannot be stored: {error.orig}") from error


def _migrations() -> Config:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.set_main_option("path_separator", "os")
    return config


@cache
def _history() -> tuple[str, ...]:
    """The revisions that this program knows, newest first."""
    return tuple(script.revision for script in ScriptDirectory.from_config(_migrations()).walk_revisions())


def _present(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _refuse_newer(present: str | None) -> None:
    if present is not None and present not in _history():
        raise WrongSchema(
            f"the database has schema {present}, which this program does not know:"
            " a newer program has migrated it. Start that one, or restore a backup taken before"
        )
