"""A process of its own that goes through pasts, one home at a time, so that alerts never wait for it.

It opens the store of readings for itself, is nicer than everybody else, and ends with whoever started it.
"""

import asyncio
import os
import signal
import threading
from collections.abc import Awaitable, Callable
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import TypeAlias

from anxin.budgets.past import Errand, replay
from anxin.settings import Settings
from anxin.stores import open_readings
from core.budget_replays import HomeReplay
from core.ports import StoreUnavailable

Run: TypeAlias = Callable[[Errand], Awaitable[HomeReplay]]

NICE = 10
_FAREWELL = 5.0


class WorkerDied(Exception):
    """It was killed, or broke, in the middle of an errand."""


class Worker:
    """Started with the first errand. Used by one task at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: SpawnProcess | None = None
        self._line: Connection | None = None

    async def run(self, errand: Errand) -> HomeReplay:
        """Raises StoreUnavailable where the readings are away, WorkerDied when it did not come back."""
        return await asyncio.to_thread(self._ask, errand)

    def _ask(self, errand: Errand) -> HomeReplay:
        line = self._line or self._start()
        try:
            line.send(errand)
            said: HomeReplay | Exception = line.recv()
        except (EOFError, OSError) as error:
            self.stop()
            raise WorkerDied(f"the process that replays {errand.home} ended") from error
        if isinstance(said, Exception):
            raise said
        return said

    def _start(self) -> Connection:
        context = get_context("spawn")
        self._line, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, self._settings), name="replays", daemon=True)
        self._process.start()
        theirs.close()
        return self._line

    def stop(self) -> None:
        """At once, whatever it is doing: what it had not told is gone through again."""
        process, line = self._process, self._line
        self._process = self._line = None
        if process is not None:
            process.kill()
            process.join(_FAREWELL)
            process.close()
        if line is not None:
            line.close()

    @property
    def pid(self) -> int | None:
        """Of the process, while there is one."""
        return None if self._process is None else self._process.pid


def _work(line: Connection, settings: Settings) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it says when it ends
    os.nice(NICE)
    threading.Thread(target=_end_with_parent, name="end with parent", daemon=True).start()
    with open_readings(settings) as store:
        while True:
            try:
                errand: Errand = line.recv()
            except EOFError:
                return
            try:
                line.send(replay(store, errand))
            except StoreUnavailable as error:
                line.send(StoreUnavailable(str(error)))
            except Exception as error:  # noqa: BLE001 - told to whoever asked, who says it aloud
                line.send(RuntimeError(f"{type(error).__name__}: {error}"))


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)
