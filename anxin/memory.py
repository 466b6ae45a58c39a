"""What watch and gate have learned, kept for the next start, and from where on a start must read again.

A snapshot never knows of a reading that is not durable, nor of an event that is not applied: the lookout sees to it.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice

from core.ports import Snapshot, SnapshotStore
from detectors.paths import GATEWAYS
from detectors.watch import OWNER as WATCH
from detectors.watch import Watch
from ingest.gate import Gate

log = logging.getLogger(__name__)

GATE, COVER = "gate", "cover"
_DEVICES_A_STEP = 50
_ROWS_A_WRITE = 40
"""An alert may have to wait for one write, never for all: 40 homes take 5 to 10 ms."""


@dataclass
class Memory:
    """`saved` counts snapshots written. Used by one task at a time."""

    watch: Watch
    gate: Gate
    store: SnapshotStore
    saved: int = 0
    _unsaved: dict[tuple[str, str], Snapshot] = field(default_factory=dict)
    _behind: dict[str, datetime] = field(default_factory=dict)
    _noted_to: datetime | None = None
    _cover: Snapshot | None = None

    def restore(self) -> datetime | None:
        """Take up what was saved. Blocking.

        Gives the receipt from which on everything must be observed again. None: as much as there is, for nothing
        was saved, or some of it by a program that wrote it down in another way.
        """
        cover = next((snapshot.as_of for snapshot in self.store.load(COVER)), None)
        if cover is None:
            return None
        unknown = self.watch.restore(chain(self.store.load(GATEWAYS), self.store.load(WATCH)))
        for snapshot in self.store.load(GATE):
            try:
                self.gate.restore({snapshot.key: dict(snapshot.body)})
            except ValueError:
                unknown.append(snapshot.key)
        if unknown:
            log.warning("written down in another way, learned anew", extra={"count": len(unknown), "first": unknown[0]})
            return None
        return cover

    def begin(self, covered: datetime) -> None:
        """What is noted from now on goes on from here: everything received before was saved, or will be read again."""
        self._noted_to = covered

    def note(self, covered: datetime) -> Iterator[None]:
        """Set aside what changed, a little at each step, and readings may be observed in between. To be gone through.

        Everything received up to `covered` has been observed. A device with readings that are not durable yet keeps
        its last snapshot: a start reads again from there. What changes in between was received after `covered`.
        """
        for snapshot in self.watch.snapshots(covered, dirty_only=True):
            self._unsaved[snapshot.owner, snapshot.key] = snapshot
            yield
        since = covered if self._noted_to is None else self._noted_to
        behind: dict[str, datetime] = {}
        for number, (device, body) in enumerate(self.gate.changed()):
            if body is None:
                behind[device] = self._behind.get(device, since)
            else:
                self._unsaved[GATE, device] = Snapshot(GATE, device, 1, covered, body)
            if number % _DEVICES_A_STEP == 0:
                yield
        self._behind = behind
        oldest = min(behind.values(), default=covered)
        self._cover = Snapshot(COVER, "*", 1, min(oldest, covered), {})
        self._noted_to = covered

    def save(self) -> bool:
        """Write a part of what was noted, in one transaction; is more left? Blocking.

        What it covers is written last, so that a crash in between only makes a start read more again. What cannot be
        written is kept for the next time.
        """
        going = dict(islice(self._unsaved.items(), _ROWS_A_WRITE))
        self.store.save(going.values())
        self.saved += len(going)
        for key in going:
            del self._unsaved[key]
        if self._unsaved or self._cover is None:
            return bool(self._unsaved)
        self.store.save([self._cover])
        self._cover = None
        return False
