"""Stories run over the store in memory and over SQLite alike."""

from collections.abc import Iterator

import pytest

from core.ports import AlertStore
from storage.alerts import SqlAlerts
from storage.database import Database
from tests.alerts.story import Story
from tests.fakes import MemoryAlerts
from tests.servers.databases import migrated_sqlite, sqlite_url  # noqa: F401  fixtures are found by their names here


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest) -> Iterator[AlertStore]:
    if request.param == "memory":
        yield MemoryAlerts()
        return
    database = Database.open(request.getfixturevalue("sqlite_url"))
    yield SqlAlerts(database)
    database.close()


@pytest.fixture
def story(store: AlertStore) -> Iterator[Story]:
    told = Story(store)
    yield told
    told.end()
