"""What one viewer hears of the live feed: only what is theirs, and for family never more than that a home changed.

A session that ends, or loses its rights, stops hearing within one heartbeat.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from sse_starlette import ServerSentEvent

from api.access import Action, Viewer
from api.feed import Change, Event, Resync, Subscription
from api.services import Services
from core.people import AccessRole
from core.ports import StoreUnavailable

log = logging.getLogger(__name__)

_NEEDS = {
    "alert": Action.SEE_ALERTS,
    "phone": Action.SEE_PHONES,
    "ticket": Action.SEE_TICKETS,
    "budget": Action.SEE_BUDGETS,
}
"""What a member of staff must be allowed to see to hear of such a change. (Family hears in words of its own.)"""


@dataclass(frozen=True, slots=True)
class Stream:
    """`viewer` looks the session up anew: None when it is over."""

    ports: Services
    viewer: Callable[[], Viewer | None]
    heartbeat_s: float

    async def messages(self, after: str | None) -> AsyncIterator[ServerSentEvent]:
        """A greeting, then changes and heartbeats until the session is over or the feed closes."""
        feed = self.ports.feed
        with feed.subscribe(after) as subscription:
            while not feed.closed:
                try:
                    viewer = await asyncio.to_thread(self.viewer)
                except StoreUnavailable as error:
                    log.warning("live stream ends, the watcher will come back", extra={"why": str(error)})
                    return
                if viewer is None:
                    yield ServerSentEvent(event="over", data="{}")
                    return
                yield self._beat()
                async for message in self._until_next_beat(subscription, viewer):
                    yield message

    async def _until_next_beat(self, subscription: Subscription, viewer: Viewer) -> AsyncIterator[ServerSentEvent]:
        """What this viewer hears between two heartbeats."""
        loop = asyncio.get_running_loop()
        beat_at = loop.time() + self.heartbeat_s
        while (left := beat_at - loop.time()) > 0 and not self.ports.feed.closed:
            for event in await subscription.next(left):
                if (message := self._message(viewer, event)) is not None:
                    yield message

    def _beat(self) -> ServerSentEvent:
        """Says that we are there, and what our clock shows."""
        return ServerSentEvent(event="beat", data=json.dumps({"now": self.ports.clock.now().isoformat()}))

    def _message(self, viewer: Viewer, event: Event) -> ServerSentEvent | None:
        match event.what:
            case Resync():
                return ServerSentEvent(id=event.id, event="resync", data="{}")
            case Change() as change:
                said = heard_by(viewer, change, self.ports)
                return None if said is None else ServerSentEvent(id=event.id, event="change", data=json.dumps(said))


def heard_by(viewer: Viewer, change: Change, ports: Services) -> dict[str, Any] | None:
    """What this viewer is told of a change; None if it is not theirs.

    Staff hear kind, id and their own homes among those touched, of what they may see. Family hears of its homes alone.
    """
    own = list(viewer.own(change.homes, ports.inventory()))
    if viewer.role is not AccessRole.FAMILY and not viewer.may(_NEEDS.get(change.kind, Action.FOLLOW)):
        return None
    if viewer.role is AccessRole.FAMILY:
        return {"kind": "family", "id": own[0], "homes": own} if own and change.kind in {"home", "alert"} else None
    if own or viewer.sees_everything:
        return {"kind": change.kind, "id": change.id, "homes": own}
    return None if change.homes else {"kind": change.kind, "id": "", "homes": []}
