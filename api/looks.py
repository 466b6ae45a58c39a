"""Every look is logged before anything is shown: who, when, at what. If it cannot be logged, nothing is shown.

A page that refreshes itself is one look that lasts, so the same look is written again only after a while.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from api.access import Viewer
from core.ports import AccountStore, Look

LASTS = timedelta(minutes=5)


@dataclass(slots=True)
class LookBook:
    """`speed`: how many seconds of the clock pass in a real one."""

    accounts: AccountStore
    speed: float = 1.0
    capacity: int = 10_000
    _last: OrderedDict[tuple[str, str, str], datetime] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, viewer: Viewer, what: str, subject: str, now: datetime) -> None:
        """Write the look down unless it is one that still lasts. Raises StoreUnavailable."""
        key = viewer.login, what, subject
        with self._lock:
            before = self._last.get(key)
        if before is not None and now - before < LASTS * self.speed:
            return
        self.accounts.record_look(Look(now, viewer.login, what, subject))
        with self._lock:
            self._last[key] = now
            self._last.move_to_end(key)
            while len(self._last) > self.capacity:
                self._last.popitem(last=False)
