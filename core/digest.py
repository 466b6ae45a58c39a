"""The daily word to family: once a day at the hour they chose, how it stands with the home. Never "well" on a guess."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Protocol

from core.family import Wish

TOO_LATE = timedelta(hours=3)
"""After this, what was owed for the day is not sent any more: the day has told its own story."""


class DigestState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"  # no way left, or too late


@dataclass(frozen=True, slots=True)
class Digest:
    """What became of one day's word. `channel` and `said`: which way was tried last, and what its provider said."""

    home: str
    person: str
    day: date
    state: DigestState
    at: datetime
    channel: str = ""
    said: str = ""


def due_day(wish: Wish, zone: tzinfo, now: datetime) -> date | None:
    """The local day whose word is owed at `now`; None before its hour, long after it, and while it is not wanted."""
    if wish.digest_at is None or wish.is_paused(now):
        return None
    local = now.astimezone(zone)
    for day in (local.date(), local.date() - timedelta(days=1)):
        due = datetime.combine(day, wish.digest_at, zone)
        if timedelta(0) <= now - due < TOO_LATE:
            return day
    return None


class DigestStore(Protocol):
    """One word for each home, person and day, whoever sends. Blocking."""

    def claim(self, home: str, person: str, day: date, *, now: datetime, lease_until: datetime) -> int | None:
        """Take it under a lease: which try this is, from 1. None when it is done, or is another's until later."""
        ...

    def settle(self, digest: Digest, *, retry_at: datetime | None = None) -> None:
        """How it went; QUEUED with `retry_at` where it is tried again."""
        ...

    def latest(self, home: str, person: str) -> Digest | None:
        """The newest day's."""
        ...
