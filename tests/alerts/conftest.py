"""Stories run over the store in memory and over SQLite alike."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.ports import AlertStore
from storage.alerts import SqlAlerts
from storage.database import Database
from tests.alerts.story import Story
from tests.fakes import MemoryAlerts


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AlertStore]:
    if request.param == "memory":
        yield MemoryAlerts()
        return
    database = Database.open(f"sqlite:///{tmp_path / 'alerts.db'}")
    database.migrate()
    yield SqlAlerts(database)
    database.close()


@pytest.fixture
def story(store: AlertStore) -> Iterator[Story]:
    told = Story(store)
    yield told
    told.end()
