"""The contract of what comes back: a provider's call in, news of messages and people's answers out.

Pure, as the dialects are. Who calls is proved, in the way that the provider documents, before anything is believed.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, TypeAlias
from urllib.parse import parse_qsl

from alerts.channels.channel import Channel
from core.people import Language
from core.receipts import ReceiptState

MAX_SAID = 200


class Unproved(Exception):
    """The call is not shown to come from the provider."""


class Garbled(ValueError):
    """It comes from the provider and cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class ProviderCall:
    """`path` is what stands behind the channel's address, as it was sent. Header names are in lower case."""

    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def form(self) -> list[tuple[str, str]]:
        """The fields of an HTML form. Raises Garbled."""
        try:
            return parse_qsl(self.body.decode(), keep_blank_values=True, max_num_fields=500)
        except ValueError as error:
            raise Garbled(f"not a form: {error}") from error

    def json(self) -> Any:
        """Raises Garbled."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise Garbled("not JSON") from error

    def objects(self) -> list[dict[str, Any]]:
        """The objects of a JSON array, or the one object that stands alone. Raises Garbled."""
        found = self.json()
        items = found if isinstance(found, list) else [found]
        if not all(isinstance(item, dict) for item in items):
            raise Garbled("not JSON objects")
        return items


@dataclass(frozen=True, slots=True)
class Told:
    """What became of the message that the provider calls `reference`, in its own words. `key`: ours for it, where the
    provider says it: a message that was found again may be known by that alone.
    """

    reference: str
    state: ReceiptState
    said: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Replied:
    """Somebody answered from `address`. `reference`: the message that is answered, where the provider says so.
    `id` is the answer's own: the same twice is one answer. Empty where there is none.
    """

    address: str
    words: str
    reference: str = ""
    id: str = ""


News: TypeAlias = Told | Replied


class ReplyBy(StrEnum):
    """How people answer on a channel."""

    TEXT = "text"
    KEY = "key"
    BUTTON = "button"


@dataclass(frozen=True, slots=True)
class ReplyWords:
    """What whoever answered is told. Not `understood`: they may try again."""

    text: str
    language: Language
    understood: bool = True


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """What the provider wants to hear."""

    body: bytes = b""
    type: str = "application/json; charset=utf-8"
    status: int = 200


class Inbound(Protocol):
    """What one channel's provider may tell us. `replies`: whether people can answer, and how."""

    @property
    def url(self) -> str:
        """Where the provider reaches this channel, without a slash at the end."""
        ...

    @property
    def replies(self) -> ReplyBy | None: ...

    def hear(self, call: ProviderCall) -> tuple[News, ...]:
        """Raises Unproved or Garbled."""
        ...

    def answer(self, call: ProviderCall, said: Sequence[ReplyWords]) -> ProviderAnswer:
        """To a call that was heard. `said`: what those who answered in it are told."""
        ...


def inbound_of(channel: Channel) -> Inbound | None:
    """What comes back on this channel, if its provider was set up to tell."""
    found: Inbound | None = getattr(channel, "inbound", None)
    return found


def as_answer(body: Mapping[str, Any]) -> ProviderAnswer:
    return ProviderAnswer(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())
