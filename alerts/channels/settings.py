"""What all channels' settings share: strict keys, secrets from files, time limits, rates."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar, get_args

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from alerts.channels.channel import Channel
from alerts.channels.inbound import Inbound
from alerts.channels.wire import Dialect, HttpChannel, TokenChannel, TokenDialect, Wire
from core.clock import Clock


class ChannelSettings(BaseModel, ABC):
    """One table of the channels file. `x_file` gives the secret `x` the contents of that file."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    bundles: ClassVar[bool] = False
    """Can one message carry several calls, each with its link? Not where words are few or spoken."""

    timeout: float = Field(8.0, gt=0, le=60, description="seconds for one call")
    per_second: float = Field(20.0, gt=0, le=1000, description="messages a second that the contract allows")
    burst: int = Field(20, ge=1, le=10_000, description="messages at once that the contract allows")
    reserve_for_red: float = Field(0.3, ge=0, lt=1, description="the part of the burst that only red may use")

    @model_validator(mode="before")
    @classmethod
    def _secrets_from_files(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        given = dict(data)
        for name, field in cls.model_fields.items():
            is_secret = field.annotation is SecretStr or SecretStr in get_args(field.annotation)
            file = given.pop(f"{name}_file", None) if is_secret else None
            if file is None:
                continue
            if name in given:
                raise ValueError(f"both {name} and {name}_file are given: one of them is enough")
            try:
                given[name] = Path(str(file)).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise ValueError(f"{name}_file: {file} cannot be read: {error}") from error
        return given

    @abstractmethod
    def open(self, kind: str, clock: Clock) -> Channel:
        """The channel. Raises ValueError when it cannot be made of these settings."""

    def inbound(self, url: str) -> Inbound | None:
        """What comes back from the provider at this address, where that is set up."""
        del url
        return None


class HttpSettings(ChannelSettings):
    """A provider that answers one signed request."""

    @abstractmethod
    def dialect(self) -> Dialect: ...

    def open(self, kind: str, clock: Clock) -> Channel:
        return HttpChannel(kind, self.dialect(), clock, Wire(self.timeout))


class TokenSettings(ChannelSettings):
    """A provider that gives a token first."""

    @abstractmethod
    def dialect(self) -> TokenDialect: ...

    def open(self, kind: str, clock: Clock) -> Channel:
        return TokenChannel(kind, self.dialect(), clock, Wire(self.timeout))
