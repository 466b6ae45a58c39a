"""Our own convention, version 1: `native/v1/<device>/reading`, documented in docs/native.md with a JSON Schema.

What it says about itself (time, semantics, being history) is taken at its word, and judged by the gate.
"""

from collections.abc import Mapping
from typing import Any

from core.readings import UNITS, Kind, Replay, Semantics, TimeSource, Value
from ingest.conventions.decoded import (
    DEFAULT_SEMANTICS,
    Decoded,
    Malformed,
    Profiles,
    Reason,
    Refusal,
    Said,
    Stamp,
    liveness,
)
from ingest.conventions.payload import knows_unit, measure, parse_object
from ingest.conventions.profile import KINDS, NUMBER_KINDS, SEMANTICS, fitting
from ingest.conventions.times import stamp

VERSION = 1
PREFIX = "native/v1/"
BRIDGE = "bridge"
MAX_READINGS = 64
MAX_ID = 64
_STATES = frozenset({"online", "offline"})

NATIVE_SEMANTICS: Mapping[Kind, Semantics] = {**DEFAULT_SEMANTICS, Kind.MOTION: Semantics.EVENT}
"""A native motion reading is a trigger: each one counts, whether or not a "clear" came between."""


class Native:
    """The convention as it is registered."""

    name = "native"

    def decoder(self) -> "NativeDecoder":
        return NativeDecoder()


class NativeDecoder:
    """Keeps nothing: each message stands for itself."""

    def decode(self, topic: str, payload: bytes, *, retain: bool, profiles: Profiles) -> list[Said]:  # noqa: ARG002
        if not topic.startswith(PREFIX):
            raise Malformed(Reason.TOPIC, "native topics begin with native/v1/")
        device, slash, leaf = topic[len(PREFIX) :].rpartition("/")
        if not slash or not device or device == BRIDGE:
            raise Malformed(Reason.TOPIC, "no device in the topic")
        if not payload:
            return []
        match leaf:
            case "reading":
                return _readings(device, parse_object(payload), retain=retain)
            case "availability":
                return _availability(device, parse_object(payload))
            case "status" if device == "gateway":
                return _availability(BRIDGE, parse_object(payload))
            case _:
                raise Malformed(Reason.TOPIC, "a native topic ends in reading, availability or gateway/status")


def _checked(said: dict[str, Any]) -> Stamp:
    version = said.get("v")
    if type(version) is not int or version != VERSION:
        raise Malformed(Reason.VERSION, f"v is {str(version)[:20]}, 1 is known")
    return stamp(said.get("at"), TimeSource.DEVICE)


def _availability(device: str, said: dict[str, Any]) -> list[Said]:
    when = _checked(said)
    state = said.get("state")
    if not isinstance(state, str) or state not in _STATES:
        raise Malformed(Reason.VALUE, f"state is {str(state)[:40]!r}")
    return [
        Decoded(
            device,
            Kind.AVAILABILITY,
            state,
            Semantics.STATE,
            device_time=when.time,
            time_source=when.source,
            raw_time=when.raw,
        )
    ]


def _readings(device: str, said: dict[str, Any], *, retain: bool) -> list[Said]:
    when = _checked(said)
    readings, identity, history = said.get("readings"), said.get("id"), said.get("history", False)
    if not isinstance(readings, list) or len(readings) > MAX_READINGS:
        raise Malformed(Reason.SHAPE, f"readings is a list of at most {MAX_READINGS}")
    if identity is not None and not (isinstance(identity, str) and 0 < len(identity) <= MAX_ID):
        raise Malformed(Reason.SHAPE, f"id is text of at most {MAX_ID} characters")
    if not isinstance(history, bool):
        raise Malformed(Reason.SHAPE, "history is true or false")
    hint = Replay.HISTORY if history else None
    told = [_reading(device, one, when, hint, identity) for one in readings]
    if not told and not retain:
        return [liveness(device, when)]
    return told


def _reading(device: str, one: Any, when: Stamp, hint: Replay | None, identity: str | None) -> Said:
    if not isinstance(one, dict):
        return Refusal(Reason.SHAPE, "a reading is an object")
    kind = KINDS.get(one["kind"]) if isinstance(one.get("kind"), str) else None
    if kind is None:
        return Refusal(Reason.KIND, f"kind is {str(one.get('kind'))[:40]!r}")
    channel, unit = one.get("channel"), one.get("unit")
    if channel is not None and not (isinstance(channel, str) and 0 < len(channel) <= MAX_ID):
        return Refusal(Reason.SHAPE, "channel is null or short text")
    if unit is not None and not (isinstance(unit, str) and knows_unit(kind, unit)):
        return Refusal(Reason.UNIT, f"{kind.value} in {str(unit)[:20]!r}")
    semantics = one.get("semantics")
    if semantics is not None and (not isinstance(semantics, str) or semantics not in SEMANTICS):
        return Refusal(Reason.SHAPE, "semantics is state, event, measurement or counter")
    value = _value(kind, one.get("value"), unit)
    if value is None:
        return Refusal(Reason.VALUE, f"{kind.value}: {str(one.get('value'))[:40]!r}")
    return Decoded(
        device,
        kind,
        value,
        NATIVE_SEMANTICS[kind] if semantics is None else SEMANTICS[semantics],
        UNITS.get(kind),
        channel,
        when.time,
        when.source,
        hint,
        when.raw,
        identity,
    )


def _value(kind: Kind, raw: object, unit: str | None) -> Value | None:
    if kind in NUMBER_KINDS:
        return None if isinstance(raw, str) else measure(kind, raw, unit)
    return fitting(kind, raw)
