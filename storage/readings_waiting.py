"""Readings for a store on another machine: what it cannot take just now waits in a file, and goes in later, in order.

Without this the broker would hold everything back while the store is away, and a call for help with it.
"""

import heapq
import logging
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from operator import attrgetter
from pathlib import Path

from core.ports import ReadingsRefused, ReadingsStore, StoreUnavailable
from core.readings import Reading
from storage.columns import to_microseconds
from storage.readings_sqlite import SqliteReadings

log = logging.getLogger(__name__)

MOST_WAITING = 8 * 1024**3
ALARM_AT = 0.5
"""The share of the bound at which somebody must be told."""
_A_STEP, _A_PART = 5_000, 50_000
_AT: Callable[[Reading], datetime] = attrgetter("at")
_RECEIVED_AT: Callable[[Reading], datetime] = attrgetter("received_at")
_DELETE = "DELETE FROM readings WHERE series = ? AND at = ?"


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits: bytes of it on disk, of at most `most`, and since when the oldest waits."""

    size: int
    most: int
    oldest_at: datetime

    @property
    def is_near_its_bound(self) -> bool:
        return self.size >= ALARM_AT * self.most


class WaitingReadings:
    """`core.ports.ReadingsStore` before another, `far`. While anything waits, whatever is new waits behind it.

    `prepare` is called before `far` is first written to, until it succeeds once. `carry_on` moves what waits;
    somebody must call it now and then. `most`: bytes that may wait on disk; beyond it `append` raises
    StoreUnavailable, so that the broker holds the rest. Safe from several threads.
    """

    def __init__(
        self,
        far: ReadingsStore,
        path: str | Path,
        *,
        prepare: Callable[[], None] = lambda: None,
        most: int = MOST_WAITING,
    ) -> None:
        self._far = far
        self._most = most
        self._prepare = prepare
        self._is_prepared = False
        self._near = _WaitingFile(path)
        self._switching = threading.Lock()
        self._carrying = threading.Lock()
        self._is_behind = self._near.oldest(1) != []

    @property
    def is_behind(self) -> bool:
        """Does anything wait?"""
        return self._is_behind

    def append(self, readings: Sequence[Reading]) -> None:
        if not self._is_behind:
            try:
                self._write_far(readings)
            except StoreUnavailable as error:
                log.warning("the store of readings is away, they wait in a file", extra={"why": str(error)})
            else:
                return
        with self._switching:
            if (size := self._near.size()) >= self._most:
                raise StoreUnavailable(f"the store of readings is away, and the file in which they wait holds {size} B")
            self._is_behind = True
            self._near.append(readings)

    def backlog(self) -> Backlog | None:
        """What waits now; None if nothing does."""
        oldest = self._near.oldest(1) if self._is_behind else []
        return Backlog(self._near.size(), self._most, oldest[0].received_at) if oldest else None

    def carry_on(self) -> int:
        """Move a good part of what waits, oldest receipt first; how many went. Raises StoreUnavailable."""
        moved = 0
        with self._carrying:
            while self._is_behind and moved < _A_PART:
                waiting = self._near.oldest(_A_STEP)
                if not waiting:
                    self._catch_up()
                    continue
                self._deliver(waiting)
                self._near.remove(waiting)
                moved += len(waiting)
        return moved

    def _catch_up(self) -> None:
        """Nothing waits: from now on directly, unless something came in between."""
        with self._switching:
            if not self._near.oldest(1):
                self._is_behind = False
                log.info("all readings that waited are in their store")

    def _deliver(self, waiting: Sequence[Reading]) -> None:
        try:
            self._write_far(waiting)
        except ReadingsRefused as refusal:
            log.error("%d readings that waited were refused: %s", len(refusal.refused), refusal)  # noqa: TRY400 - no bug

    def _write_far(self, readings: Sequence[Reading]) -> None:
        if not self._is_prepared:
            self._prepare()
            self._is_prepared = True
        self._far.append(readings)

    def between(
        self, devices: Collection[str], since: datetime, until: datetime, *, limit: int | None = None
    ) -> list[Reading]:
        """What waits is read too; of one identity in both, the far one."""
        near = self._near.between(devices, since, until, limit=limit) if self._is_behind else []
        far = self._far.between(devices, since, until, limit=limit)
        if not near:
            return far
        both = heapq.merge(far, near, key=_AT)
        return list(_each_once(both, _AT))[:limit]

    def received_since(self, instant: datetime) -> Iterator[Reading]:
        """If all that was received since then waits, the far store is not asked: it may be away at a start.

        Where it is needed and away, what waits is given, and then StoreUnavailable raised.
        """
        oldest = self._near.oldest(1) if self._is_behind else []
        if oldest and oldest[0].received_at < instant:
            yield from self._near.received_since(instant)
            return
        near = self._near.received_since(instant) if oldest else iter(())
        try:
            yield from _each_once(heapq.merge(self._far.received_since(instant), near, key=_RECEIVED_AT), _RECEIVED_AT)
        except StoreUnavailable:
            yield from near
            raise

    def forget_before(self, instant: datetime) -> int:
        gone, waited = self._far.forget_before(instant), self._near.forget_before(instant)
        return gone if gone < 0 else gone + waited

    def ping(self) -> None:
        """The far store's: an operator must know that it is away, though nothing is lost."""
        self._far.ping()

    def close(self) -> None:
        self._near.close()
        self._far.close()


class _WaitingFile(SqliteReadings):
    """The file in which readings wait, until they are taken out again."""

    def oldest(self, limit: int) -> list[Reading]:
        """Of those that wait, by receipt."""
        return self._received_first(limit)

    def size(self) -> int:
        """Bytes that are in use: a file does not shrink when it is emptied."""
        with self._reader() as connection:
            pages, free, size = (
                connection.execute(f"PRAGMA {what}").fetchone()[0]
                for what in ("page_count", "freelist_count", "page_size")
            )
        return int((pages - free) * size)

    def remove(self, readings: Sequence[Reading]) -> None:
        self._write(partial(self._delete, readings))

    def _delete(self, readings: Sequence[Reading]) -> int:
        rows = [(self._dictionary.series(r), to_microseconds(r.at)) for r in readings]
        return self._writer.executemany(_DELETE, rows).rowcount


def _each_once(readings: Iterable[Reading], order: Callable[[Reading], datetime]) -> Iterator[Reading]:
    """Of what was written to both stores, the first. Twins have the same place in the order."""
    seen: set[tuple[object, ...]] = set()
    place: datetime | None = None
    for reading in readings:
        if order(reading) != place:
            place = order(reading)
            seen.clear()
        identity = (reading.device, reading.channel, reading.kind, reading.at)
        if identity not in seen:
            seen.add(identity)
            yield reading
