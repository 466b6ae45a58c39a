"""SQLite's write-ahead log: entering it in turn, for the two stores that keep a SQLite file."""

import sqlite3
import time

_PAUSE = 0.02


def enter_wal(cursor: sqlite3.Cursor | sqlite3.Connection, *, patience: float) -> None:
    """Put the open file into WAL mode, waiting up to `patience` seconds for others that are doing the same.

    SQLite's own busy timeout does not cover this statement: two programs that first open a new file together each hold
    a lock that the other needs, so one of them is told `database is locked` at once (https://sqlite.org/wal.html).
    Raises sqlite3.OperationalError when the patience is at its end.
    """
    until = time.monotonic() + patience
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() >= until:
                raise
            time.sleep(_PAUSE)
        else:
            return
