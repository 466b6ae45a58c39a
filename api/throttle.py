"""Slows down guessing: a few wrong tries per login and address, more per address, then a wait.

Kept in memory and bounded; the oldest entries make room.
"""

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Limit:
    tries: int
    within: timedelta


PER_LOGIN = Limit(5, timedelta(minutes=10))
PER_ADDRESS = Limit(40, timedelta(minutes=10))


@dataclass(slots=True)
class Throttle:
    """`speed`: how many seconds of the clock pass in a real one; limits are meant in real time."""

    speed: float = 1.0
    capacity: int = 10_000
    _wrong: OrderedDict[str, deque[datetime]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, login: str, address: str, now: datetime) -> timedelta:
        """How long to wait in real time before another try; zero when one may."""
        with self._lock:
            return max(self._left(key, limit, now) for key, limit in self._keys(login, address)) / self.speed

    def wrong(self, login: str, address: str, now: datetime) -> None:
        """Count a wrong try."""
        with self._lock:
            for key, limit in self._keys(login, address):
                self._wrong.setdefault(key, deque(maxlen=limit.tries)).append(now)
                self._wrong.move_to_end(key)
            while len(self._wrong) > self.capacity:
                self._wrong.popitem(last=False)

    def right(self, login: str, address: str) -> None:
        """Forget the wrong tries of this login from this address."""
        with self._lock:
            self._wrong.pop(self._keys(login, address)[0][0], None)

    def _keys(self, login: str, address: str) -> tuple[tuple[str, Limit], tuple[str, Limit]]:
        return (f"{address}\n{login}", PER_LOGIN), (address, PER_ADDRESS)

    def _left(self, key: str, limit: Limit, now: datetime) -> timedelta:
        tries = self._wrong.get(key)
        if tries is None or len(tries) < limit.tries:
            return timedelta(0)
        return max(timedelta(0), tries[0] + limit.within * self.speed - now)
