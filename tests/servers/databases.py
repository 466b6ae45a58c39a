"""Fixtures of real database servers and of databases on them. A conftest imports those that its folder uses.

Each server is started once in a run, when it is first asked for, and stopped at the end.
"""

import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
import sqlalchemy

from storage.alert_tables import alerts
from storage.database import Database
from storage.influx import InfluxReadings
from tests.servers import influx, postgres
from tests.servers.influx import Influx
from tests.servers.postgres import Postgres

_Server = TypeVar("_Server", Postgres, Influx)
_running: dict[type, list[Any]] = {}  # server, how many use it, its folder


@contextmanager
def _shared(kind: type[_Server], start: Callable[[_Server], object]) -> Iterator[_Server]:
    """One server for all folders' fixtures: started by the first that asks, stopped by the last that leaves."""
    if kind not in _running:
        folder = tempfile.TemporaryDirectory(prefix=f"anxin-{kind.__name__.lower()}-", ignore_cleanup_errors=True)
        Path(folder.name).chmod(0o755)
        server = kind(Path(folder.name) / "server")
        _running[kind] = [server, 0, folder]
    held = _running[kind]
    held[1] += 1
    try:
        if held[1] == 1:
            start(held[0])
        yield held[0]
    finally:
        held[1] -= 1
        if held[1] == 0:
            held[0].stop()
            held[2].cleanup()
            del _running[kind]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    if postgres.find() is None:
        pytest.skip("NOT RUN: PostgreSQL is not installed")
    with _shared(Postgres, Postgres.start) as server:
        yield server


@pytest.fixture(scope="session")
def influx_server() -> Iterator[Influx]:
    if influx.find() is None:
        pytest.skip("NOT RUN: influxd is not installed (name it in ANXIN_INFLUXD)")
    with _shared(Influx, lambda server: server.start().set_up()) as server:
        yield server


@contextmanager
def new_postgres_database(server: Postgres) -> Iterator[str]:
    """The URL of a new database that is dropped afterwards."""
    name = f"anxin_{uuid.uuid4().hex}"
    owner = sqlalchemy.create_engine(server.url(), isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool)
    with owner.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        yield server.url(name)
    finally:
        with owner.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        owner.dispose()


def _migrate(url: str) -> None:
    database = Database.open(url)
    database.migrate()
    database.close()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy."""
    path = tmp_path_factory.mktemp("migrated") / "anxin.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: Postgres) -> Iterator[str]:
    """The URL of a migrated database, to be emptied after each use."""
    with new_postgres_database(postgres_server) as url:
        _migrate(url)
        yield url


def _empty(url: str) -> None:
    """Only the owner of the server may set the guards aside."""
    tables = ", ".join(table.name for table in alerts.metadata.sorted_tables)
    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql(f"TRUNCATE {tables} RESTART IDENTITY")
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without a schema: SQLite, then PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'anxin.db'}"
        return
    with new_postgres_database(request.getfixturevalue("postgres_server")) as url:
        yield url


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """The URL of a migrated file without rows."""
    shutil.copy(migrated_sqlite, tmp_path / "anxin.db")
    return f"sqlite:///{tmp_path / 'anxin.db'}"


@pytest.fixture
def postgresql_url(migrated_postgres: str) -> Iterator[str]:
    """The URL of a migrated PostgreSQL database without rows."""
    yield migrated_postgres
    _empty(migrated_postgres)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def migrated_url(request: pytest.FixtureRequest) -> str:
    """The URL of a migrated database without rows: SQLite, then PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database(migrated_url: str) -> Iterator[Database]:
    """A migrated database without rows: SQLite, then PostgreSQL."""
    opened = Database.open(migrated_url)
    yield opened
    opened.close()


@pytest.fixture
def influx_readings(influx_server: Influx) -> Iterator[InfluxReadings]:
    """An empty bucket of its own."""
    store = InfluxReadings(
        url=influx_server.url, token=influx.TOKEN, org=influx.ORG, bucket=f"readings-{uuid.uuid4().hex}"
    )
    store.ensure_bucket()
    yield store
    store.close()
