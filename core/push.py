"""Browsers that somebody has let us write to (Web Push): where to, and the keys by which only that browser reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.people import Route

MOST_BROWSERS = 10
"""For one person; the one that was turned on longest ago makes room."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """`endpoint`: the push service's address of this browser. `p256dh` and `auth`: its keys, base64url (RFC 8291).

    `channel`: the name of ours that writes to it; `label`: what kind of browser it said to be.
    """

    endpoint: str
    person: str
    channel: str
    p256dh: str
    auth: str
    at: datetime
    label: str = ""


class PushStore(Protocol):
    """Blocking."""

    def subscribe(self, subscription: Subscription) -> None:
        """A browser belongs to whoever turned it on last. Raises StoreRefused for a person who is not there."""
        ...

    def browsers(self, person: str) -> list[Subscription]:
        """The newest first."""
        ...

    def unsubscribe(self, endpoint: str) -> bool:
        """Was it there?"""
        ...

    def ways(self) -> Mapping[str, Route]:
        """The way to each person who has turned on a browser: behind all others of theirs."""
        ...
