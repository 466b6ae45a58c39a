"""Receipts: what a provider says later about a message that it accepted. A state only ever moves forward. Pure.

Receipts come late, twice and in any order; what is known of a message is the furthest of what was said.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from core.alerts import Alert, Entry, EntryKind, Purpose, Send
from core.delivery import Attempt, SendState
from core.wanted import why_not


class ReceiptState(StrEnum):
    """In the order in which they overtake each other: proof that it arrived counts more than word that it did not."""

    ACCEPTED = "accepted"  # the provider still has it
    SENT = "sent"  # handed to the network; a telephone rings
    FAILED = "failed"  # it will not arrive
    DELIVERED = "delivered"  # on the phone
    READ = "read"
    ANSWERED = "answered"  # a call was picked up, perhaps by a machine

    @property
    def rank(self) -> int:
        return tuple(ReceiptState).index(self)


@dataclass(frozen=True, slots=True)
class Receipt:
    """`at` is when we heard it first, on our clock; `said` the provider's own code and words."""

    state: ReceiptState
    at: datetime
    said: str = ""


class Onwards(StrEnum):
    """What follows when a message that was accepted will not arrive."""

    NOTHING = "nothing"  # nobody waits for its answer any more
    NEXT_WAY = "next_way"
    NO_WAY = "no_way"  # it was the last


class ReceiptStore(Protocol):
    """Part of `core.ports.AlertStore`."""

    def receive(self, channel: str, reference: str, receipt: Receipt) -> str | None:
        """Keep what a provider says of the message that it calls `reference`. The alert's id; None for one that is not
        known (yet: its attempt may be written after this). Saying the same again changes nothing.

        A failure is told in the timeline, once, and what still asks its person is queued on the next way, or has
        failed. So it is too where the receipt came before its attempt was settled.
        """
        ...

    def receipts(self, alert: str) -> dict[tuple[str, int], Receipt]:
        """What is known of each attempt of this alert, by send and number: the furthest of its receipts."""
        ...


def advanced(known: Receipt | None, news: Receipt) -> Receipt:
    """What is known after this news: the same, or further."""
    return news if known is None or news.state.rank > known.state.rank else known


def furthest(receipts: Iterable[Receipt]) -> Receipt | None:
    """What these receipts of one attempt come to, in whatever order they are given; None without any."""
    known: Receipt | None = None
    for receipt in receipts:
        known = advanced(known, receipt)
    return known


def onwards(send: Send, alert: Alert, *, state: SendState, rung: int) -> Onwards:
    """Its last attempt was accepted and will not arrive. Only what still asks its person is tried further."""
    if send.purpose is not Purpose.ASK or state is not SendState.ACCEPTED or why_not(send, alert) is not None:
        return Onwards.NOTHING
    return Onwards.NEXT_WAY if rung + 1 < len(send.ladder) else Onwards.NO_WAY


def undelivered(send: Send, attempt: Attempt, receipt: Receipt, then: Onwards) -> Entry:
    """UNDELIVERED's detail: whom it did not reach, how, the provider's reason, and what follows (`then`)."""
    detail = {
        "send": send.id,
        "person": send.person,
        "name": send.name,
        "target": send.target.value,
        "purpose": send.purpose.value,
        "channel": attempt.channel,
        "number": attempt.number,
        "said": receipt.said,
        "then": then.value,
    }
    return Entry(send.alert, receipt.at, EntryKind.UNDELIVERED, send.fence, detail=detail)
