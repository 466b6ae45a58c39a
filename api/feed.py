"""The live feed: what changed, broadcast inside the process to everybody who watches a page.

A change names a thing and never describes it: the page fetches it anew and sees what its viewer may see.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

REMEMBERED = 1_000
"""Changes kept for those who come back after a broken connection."""

WAITING = 200
"""Changes that may wait for one slow subscriber before it is told to fetch everything anew."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that a page may want to show anew.

    `kind`: "alert", "home", "ticket", "phone", "budget" or "inventory". `homes` decides who hears of it; without any,
    only that something of this kind changed is said.
    """

    kind: str
    id: str
    homes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resync:
    """Some changes were missed: fetch everything anew."""


@dataclass(frozen=True, slots=True)
class Event:
    """A change (or a resync) with the id from which to go on after a break."""

    id: str
    what: Change | Resync


@dataclass(eq=False, slots=True)
class Subscription:
    """One watcher's bounded queue, read on its own event loop."""

    feed: "LiveFeed"
    loop: asyncio.AbstractEventLoop
    ready: asyncio.Event
    waiting: deque[Event] = field(default_factory=deque)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.feed.leave(self)

    async def next(self, timeout_s: float) -> list[Event]:
        """What has come, in order; empty when nothing came in time, or when the feed has closed."""
        try:
            async with asyncio.timeout(timeout_s):
                await self.ready.wait()
        except TimeoutError:
            return []
        return self.feed.take(self)


class LiveFeed:
    """Announce from any thread; subscribe on an event loop.

    `epoch` makes ids of this process differ from those of an earlier one.
    """

    def __init__(self, epoch: str, *, remembered: int = REMEMBERED, waiting: int = WAITING) -> None:
        self.epoch = epoch
        self.closed = False
        self.overflows = 0
        self._limit = waiting
        self._seq = 0
        self._recent: deque[tuple[int, Change]] = deque(maxlen=remembered)
        self._subscriptions: set[Subscription] = set()
        self._lock = threading.Lock()

    @property
    def watchers(self) -> int:
        return len(self._subscriptions)

    def announce(self, change: Change) -> None:
        """Tell everybody. Never blocks, never raises, may be called from any thread."""
        with self._lock:
            self._seq += 1
            self._recent.append((self._seq, change))
            event = Event(self._id(self._seq), change)
            for subscription in self._subscriptions:
                self._put(subscription, event)
            listening = list(self._subscriptions)
        self._wake(listening)

    def subscribe(self, after: str | None = None) -> Subscription:
        """Start listening on the running loop; `after` is the last event id that was seen before a break."""
        subscription = Subscription(self, asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            subscription.waiting.extend(self._missed(after))
            if subscription.waiting or self.closed:
                subscription.ready.set()
            self._subscriptions.add(subscription)
        return subscription

    def leave(self, subscription: Subscription) -> None:
        with self._lock:
            self._subscriptions.discard(subscription)

    def take(self, subscription: Subscription) -> list[Event]:
        """Everything that waits, and be ready to wait again."""
        with self._lock:
            events = list(subscription.waiting)
            subscription.waiting.clear()
            if not self.closed:
                subscription.ready.clear()
        return events

    def close(self) -> None:
        """End every subscription, so that a server may stop. Later announcements reach nobody."""
        with self._lock:
            self.closed = True
            listening = list(self._subscriptions)
        self._wake(listening)

    def _id(self, seq: int) -> str:
        return f"{self.epoch}-{seq}"

    def _put(self, subscription: Subscription, event: Event) -> None:
        if len(subscription.waiting) >= self._limit:
            self.overflows += 1
            subscription.waiting.clear()
            event = Event(event.id, Resync())
        subscription.waiting.append(event)

    def _missed(self, after: str | None) -> Iterable[Event]:
        """What happened since `after`; a resync if we no longer know."""
        if after is None:
            return ()
        epoch, _, seq = after.rpartition("-")
        oldest = self._recent[0][0] if self._recent else self._seq + 1
        if epoch != self.epoch or not seq.isdecimal() or not oldest - 1 <= int(seq) <= self._seq:
            return (Event(self._id(self._seq), Resync()),)
        return tuple(Event(self._id(number), change) for number, change in self._recent if number > int(seq))

    def _wake(self, subscriptions: Iterable[Subscription]) -> None:
        for subscription in subscriptions:
            try:
                subscription.loop.call_soon_threadsafe(subscription.ready.set)
            except RuntimeError:  # its loop has ended without a farewell
                self.leave(subscription)
