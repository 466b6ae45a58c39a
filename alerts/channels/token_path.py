"""Providers that sign nothing: a secret in the address that is given to them shows that it is they who call.

`<public address>/providers/<channel>/<token>/<what>`
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeAlias

from pydantic import Field, SecretStr, field_validator, model_validator

from alerts.channels.inbound import (
    Garbled,
    News,
    ProviderAnswer,
    ProviderCall,
    Replied,
    ReplyBy,
    ReplyWords,
    Unproved,
    as_answer,
)
from alerts.channels.settings import HttpSettings

_SHORTEST = 16
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


class TokenPathSettings(HttpSettings):
    """A channel whose provider may call back at an address with a secret in it."""

    callback_token: SecretStr | None = Field(None, description="the secret part of the address for receipts")

    @field_validator("callback_token")
    @classmethod
    def _is_long_and_plain(cls, value: SecretStr | None) -> SecretStr | None:
        token = "" if value is None else value.get_secret_value()
        if value is not None and (len(token) < _SHORTEST or not _LETTERS.issuperset(token)):
            raise ValueError(f"must be at least {_SHORTEST} letters, digits, - and _, such as `openssl rand -hex 16`")
        return value


class RepliesSettings(TokenPathSettings):
    """One on which people can answer, too."""

    replies: bool = Field(default=False, description="people may answer with a number")

    @model_validator(mode="after")
    def _replies_come_by_a_callback(self) -> Self:
        if self.replies and self.callback_token is None:
            raise ValueError("replies need a callback_token: the provider passes them on")
        return self


Read: TypeAlias = Callable[[str, Mapping[str, Any]], tuple[News, ...] | None]
"""News of one JSON object that came by a path. None: not as it is documented; empty: it tells us nothing."""


@dataclass(frozen=True)
class TokenPath:
    """What such a provider tells. `thanks` is what it wants to hear; it takes no words for whoever answered."""

    url: str
    token: SecretStr
    read: Read
    thanks: Mapping[str, Any]
    replies: ReplyBy | None = None

    def hear(self, call: ProviderCall) -> tuple[News, ...]:
        token, _, what = call.path.partition("/")
        if not hmac.compare_digest(token.encode(), self.token.get_secret_value().encode()):
            raise Unproved
        read = [self.read(what, item) for item in call.objects()]
        if read and all(news is None for news in read):
            raise Garbled(f"not as it is documented for {what[:20]!r}")
        found = (each for news in read if news is not None for each in news)
        return tuple(each for each in found if self.replies or not isinstance(each, Replied))

    def answer(self, call: ProviderCall, said: Sequence[ReplyWords]) -> ProviderAnswer:
        del call, said
        return as_answer(self.thanks)


def text_of(item: Mapping[str, Any], *names: str) -> tuple[str, ...] | None:
    """These fields as text, if they are all there."""
    found = tuple(item.get(name) for name in names)
    if not all(isinstance(value, str | int) and value != "" for value in found):
        return None
    return tuple(str(value) for value in found)
