"""Delivery: what a sender holds while it tries to reach one person, and what a provider may answer."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from core.alerts import Send
from core.concerns import Severity
from core.people import Route


@dataclass(frozen=True, slots=True)
class Claimed:
    """A send under lease. Until `lease_until` nobody else may try it; `attempt` counts from 1 over all rungs.

    `repeat` is true when an earlier attempt on this rung ended without a word (a crash): the provider may have it.
    `severity`: of its alert, when it was claimed.
    """

    send: Send
    rung: int
    attempt: int
    lease: str
    lease_until: datetime
    repeat: bool = False
    severity: Severity = Severity.RED

    @property
    def route(self) -> Route:
        return self.send.ladder[self.rung]


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider's body says that it has it. `provider_id` is its own reference."""

    provider_id: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class Temporary:
    """Try this rung again, not before `retry_after` seconds."""

    reason: str
    retry_after: float = 1.0


@dataclass(frozen=True, slots=True)
class RateLimited:
    until: datetime
    reason: str = "rate limited"


@dataclass(frozen=True, slots=True)
class Permanent:
    """This rung will never work for this message: take the next."""

    reason: str


Verdict: TypeAlias = Accepted | Temporary | RateLimited | Permanent


@dataclass(frozen=True, slots=True)
class HasIt:
    """A provider that was asked has this very message, from an earlier try. `provider_id` is its own reference."""

    provider_id: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class HasNot:
    """It does not know this message. An earlier try may still be on its way, so what goes out now is a repeat."""

    said: str = ""


@dataclass(frozen=True, slots=True)
class CannotSay:
    """It cannot be asked, or did not answer as it should."""

    reason: str


Finding: TypeAlias = HasIt | HasNot | CannotSay


class Settlement(StrEnum):
    """What becomes of a send after an attempt."""

    ACCEPTED = "accepted"
    FOUND = "found"  # it was asked, and had it from an earlier try: not sent again
    RETRY = "retry"  # same rung, later
    NEXT_RUNG = "next_rung"  # at once
    FAILED = "failed"  # no rung left
    CANCELLED = "cancelled"  # not sent any more, for a reason


class SendState(StrEnum):
    QUEUED = "queued"
    ACCEPTED = "accepted"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at one route, as shown on the alert: who, how, and what the provider said."""

    send: str
    number: int
    at: datetime
    channel: str
    address: str
    settlement: Settlement
    said: str
    provider_id: str | None = None
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """A send with its fate, for people to read."""

    send: Send
    state: SendState
    attempts: tuple[Attempt, ...]
    next_attempt_at: datetime | None = None
    reason: str = ""
