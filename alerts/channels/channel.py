"""The contract of every channel: one message in, one verdict out, judged by what the provider really said."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.alerts import Purpose
from core.concerns import Severity
from core.delivery import CannotSay, Finding, Verdict
from core.people import Language
from core.policies import Target


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """Words for one person at one address.

    `key` is the idempotency key: the same for every try of this message on this rung, so that a provider may drop what
    it already has. `repeat` says that an earlier try may have arrived; the words say so too. `attempt` counts from 1.
    `link` opens the alert for this person without a login; empty where there is none. `callbacks` is where the
    provider may tell what becomes of it, `how_to_answer` says how one answers on this channel; empty where nobody can.
    `bundled`: the keys and alerts of the messages that this one stands for, where it stands for several.
    """

    key: str
    alert: str
    person: str
    target: Target
    address: str
    title: str
    body: str
    language: Language
    severity: Severity
    purpose: Purpose
    at: datetime
    attempt: int = 1
    repeat: bool = False
    link: str = ""
    callbacks: str = ""
    how_to_answer: str = ""
    bundled: tuple[tuple[str, str], ...] = ()


class Channel(Protocol):
    """`kind` is the name in a person's `Route.channel`.

    `deliver` answers `Accepted` only when the provider's body says so; it raises nothing but cancellation. The sender
    ends it when it takes too long, and takes that as `Temporary`.

    `find` asks the provider, before a message is repeated, whether it has it from an earlier try, made at `since` or
    later. It answers `HasIt` only where this very message is meant, by our key or by a mark that we made from it: a
    wrong one would lose the message, which is far worse than a repeat. It raises nothing but cancellation either.
    """

    @property
    def kind(self) -> str: ...

    async def deliver(self, message: OutgoingMessage) -> Verdict: ...

    async def find(self, message: OutgoingMessage, since: datetime) -> Finding: ...


class Unaskable:
    """For channels whose provider cannot be asked: what may have arrived is sent again, and says so."""

    async def find(self, message: OutgoingMessage, since: datetime) -> Finding:
        del message, since
        return CannotSay("this provider cannot be asked")
