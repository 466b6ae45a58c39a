"""Real databases for the contract suites of stores."""

from collections.abc import Iterator

import pytest

from core.ports import AlertStore
from storage.alerts import SqlAlerts
from storage.database import Database
from tests.fakes import MemoryAlerts
from tests.servers.databases import (  # noqa: F401  fixtures are found by their names here
    database,
    empty_url,
    influx_readings,
    influx_server,
    migrated_postgres,
    migrated_sqlite,
    migrated_url,
    postgres_server,
    postgresql_url,
    sqlite_url,
)


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def alert_store(request: pytest.FixtureRequest) -> Iterator[AlertStore]:
    """An empty alert store: the fake that stories are told with, SQLite, PostgreSQL."""
    if request.param == "memory":
        yield MemoryAlerts()
        return
    opened = Database.open(request.getfixturevalue(f"{request.param}_url"))
    yield SqlAlerts(opened)
    opened.close()
