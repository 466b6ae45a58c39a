"""Entering SQLite's write-ahead log while others enter it too."""

import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from storage.wal import enter_wal


class Racer(sqlite3.Connection):
    """A connection that counts its statements, and at the fourth has the one who is in its way leave."""

    tries = 0
    leave: Callable[[], object]

    def execute(self, *statement: Any) -> sqlite3.Cursor:
        self.tries += 1
        if self.tries == 4:
            self.leave()
        return super().execute(*statement)


@pytest.fixture
def held(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A file that somebody else is writing."""
    holder = sqlite3.connect(tmp_path / "new.db", isolation_level=None)
    holder.execute("CREATE TABLE kept (n)")
    holder.execute("BEGIN EXCLUSIVE")
    yield holder
    holder.close()


def test_it_tries_again_until_the_file_is_free(held: sqlite3.Connection, tmp_path: Path) -> None:
    racer = sqlite3.connect(tmp_path / "new.db", timeout=0, isolation_level=None, factory=Racer)
    racer.leave = held.rollback

    enter_wal(racer, patience=60)

    assert racer.tries == 4
    assert racer.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    racer.close()


@pytest.mark.usefixtures("held")
def test_it_gives_up_when_its_patience_ends(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "new.db", timeout=0, isolation_level=None)

    with pytest.raises(sqlite3.OperationalError, match="locked"):
        enter_wal(connection, patience=0)

    connection.close()


def test_another_fault_is_told_at_once(held: sqlite3.Connection, tmp_path: Path) -> None:
    held.rollback()
    connection = sqlite3.connect(f"file:{tmp_path / 'new.db'}?mode=ro", uri=True, isolation_level=None)

    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        enter_wal(connection, patience=sys.maxsize)

    connection.close()
