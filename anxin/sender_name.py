"""Which sender is this? A name that a process has again after it was killed, so that it finds what it left under lease.

A name is a small file that its process holds locked; the system lets go of it when the process dies, however it dies.
"""

import fcntl
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from uuid import uuid4

from sqlalchemy.engine import make_url

from anxin.settings import Settings

_MOST = 64
_NAME = re.compile(r"[0-9a-f]{12}")


class AlreadyRunning(OSError):
    """Another Anxin sends from this SQLite file, which takes one only."""


@contextmanager
def sender_name(settings: Settings) -> Iterator[str | None]:
    """The name of this process until the block ends; None on SQLite, where it is the only one.

    Raises AlreadyRunning when it is not.
    """
    url = make_url(settings.database)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if url.get_backend_name() == "sqlite":
        with _only_one(Path(f"{url.database}.lock")):
            yield None
    else:
        with _first_free(settings.data_dir) as name:
            yield name


@contextmanager
def _only_one(file: Path) -> Iterator[None]:
    with file.open("a+") as held:
        if not _locked(held):
            raise AlreadyRunning(
                f"{file}: another Anxin runs on this database. SQLite takes one; use PostgreSQL for several"
            )
        yield


@contextmanager
def _first_free(directory: Path) -> Iterator[str]:
    for number in range(1, _MOST + 1):
        with (directory / f"sender-{number}.lock").open("a+") as held:
            if _locked(held):
                yield _name_in(held)
                return
    raise AlreadyRunning(f"{directory}: {_MOST} senders run from this folder already")


def _locked(held: IO[str]) -> bool:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _name_in(held: IO[str]) -> str:
    """Made once; a file that a full disk or a hand has spoilt gets a new one."""
    held.seek(0)
    known = held.read().strip()
    if _NAME.fullmatch(known):
        return known
    made = uuid4().hex[:12]
    held.truncate(0)
    held.write(made)
    held.flush()
    return made
