"""What a decoder says: facts as the device stated them, and parts that it had to refuse, with a reason.

Decoders are pure: topic, bytes, flags and profile go in; nothing is looked up, timed or remembered outside the decoder.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol, TypeAlias

from core.readings import Kind, Replay, Semantics, TimeSource, Value

Profile: TypeAlias = Mapping[str, object]

NO_PROFILE: Profile = MappingProxyType({})


class Reason(StrEnum):
    """Why a message, or a part of one, was refused."""

    TOPIC = "topic"  # not a topic of this convention
    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    TOO_DEEP = "too_deep"
    SHAPE = "shape"  # JSON, but not the structure that this topic carries
    VERSION = "version"
    KIND = "kind"  # a kind of reading that we do not know
    VALUE = "value"  # a value that its kind cannot have
    UNIT = "unit"
    PROFILE = "profile"  # the installer's profile does not fit what arrived


class Malformed(Exception):
    """A message that no reading can be taken from. Raised by decoders, counted and sampled by the pipeline."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Refusal:
    """One part of a message that was refused while the rest was kept: an SOS must not be lost to a bad number."""

    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """The time that a message claims. `time` is None where there is none or where it is unusable; `raw` is the text."""

    time: datetime | None = None
    source: TimeSource = TimeSource.NONE
    raw: str | None = None


NO_STAMP = Stamp()


@dataclass(frozen=True, slots=True)
class Decoded:
    """One fact as its device stated it. `device` is the native id; `alias` another id that it may be bound under.

    `replay_hint` is what the payload itself says of being old; `device_time` is not yet judged (the gate does that).
    `baseline`: the sender says how things stand, not that anything happened.
    """

    device: str
    kind: Kind
    value: Value
    semantics: Semantics
    unit: str | None = None
    channel: str | None = None
    device_time: datetime | None = None
    time_source: TimeSource = TimeSource.NONE
    replay_hint: Replay | None = None
    raw_time: str | None = None
    message_id: str | None = None
    alias: str | None = None
    baseline: bool = False


Said: TypeAlias = Decoded | Refusal


class Decoder(Protocol):
    """Decodes the messages of one gateway. An instance may keep what the gateway announced (inventories), no more."""

    def decode(self, topic: str, payload: bytes, *, retain: bool, profiles: "Profiles") -> list[Said]:
        """Facts in the order stated. An empty list is a well-formed message that says nothing about a device.

        `topic` is the convention's own native topic. Raises Malformed, and nothing else, for any input.
        """
        ...


class Convention(Protocol):
    """A family of devices. Third parties register one under the entry point group `anxin.conventions`."""

    name: str

    def decoder(self) -> Decoder:
        """A fresh decoder for one gateway."""
        ...


class Profiles(Protocol):
    def of(self, device: str) -> Profile:
        """What the payload of this native device cannot say by itself; empty if nothing was noted."""
        ...


@dataclass(frozen=True, slots=True)
class OneProfile:
    """The same profile whatever the device: for fixtures, and for trying a message out."""

    profile: Profile = field(default_factory=dict)

    def of(self, device: str) -> Profile:  # noqa: ARG002 - the point is that it does not matter
        return self.profile


DEFAULT_SEMANTICS: Mapping[Kind, Semantics] = MappingProxyType(
    {
        Kind.DOOR: Semantics.STATE,
        Kind.MOTION: Semantics.STATE,
        Kind.OCCUPANCY: Semantics.STATE,
        Kind.POWER: Semantics.MEASUREMENT,
        Kind.ENERGY: Semantics.COUNTER,
        Kind.SOS: Semantics.EVENT,
        Kind.BUTTON: Semantics.EVENT,
        Kind.SMOKE: Semantics.STATE,
        Kind.GAS: Semantics.STATE,
        Kind.CO: Semantics.STATE,
        Kind.CO_PPM: Semantics.MEASUREMENT,
        Kind.WATER: Semantics.STATE,
        Kind.TEMPERATURE: Semantics.MEASUREMENT,
        Kind.HUMIDITY: Semantics.MEASUREMENT,
        Kind.ILLUMINANCE: Semantics.MEASUREMENT,
        Kind.VIBRATION: Semantics.EVENT,
        Kind.TAMPER: Semantics.STATE,
        Kind.BATTERY: Semantics.MEASUREMENT,
        Kind.BATTERY_LOW: Semantics.STATE,
        Kind.BATTERY_VOLTAGE: Semantics.MEASUREMENT,
        Kind.LINK: Semantics.MEASUREMENT,
        Kind.AVAILABILITY: Semantics.STATE,
        Kind.LIVENESS: Semantics.EVENT,
    }
)
"""What a kind means where the convention does not say otherwise."""


def liveness(device: str, stamp: Stamp = NO_STAMP, *, alias: str | None = None) -> Decoded:
    """The device spoke, and said nothing else that we keep."""
    return Decoded(
        device,
        Kind.LIVENESS,
        value=True,
        semantics=Semantics.EVENT,
        device_time=stamp.time,
        time_source=stamp.source,
        raw_time=stamp.raw,
        alias=alias,
    )


def facts_in(said: Sequence[Said]) -> Iterator[Decoded]:
    return (one for one in said if isinstance(one, Decoded))
