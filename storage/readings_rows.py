"""What a reading is besides identity and value, packed into one number; and what no store could give back.

Both readings stores use it, so that they keep and refuse the same.
"""

import math
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar

from core.decisions import ClockDecision, Decision
from core.readings import Kind, Novelty, Reading, Replay, Semantics, TimeSource

_SEMANTICS = tuple(Semantics)
_REPLAY = tuple(Replay)
_NOVELTY = tuple(Novelty)
_TIME_SOURCE = tuple(TimeSource)
_BITS = 4
_MASK = (1 << _BITS) - 1
_TRUTH = 1 << 4 * _BITS
_DECISIONS: tuple[Decision | None, ...] = (None, *Decision)
_CLOCKS: tuple[ClockDecision | None, ...] = (None, *ClockDecision)

KINDS: dict[str, Kind] = {kind.value: kind for kind in Kind}
"""Looked up, not called: an enum takes several times as long, for every reading that is read back."""

LONGEST_TEXT = 16_384
"""Bytes of UTF-8 in a text value. What devices say is short; InfluxDB's own limit is 64 KiB."""
LONGEST_NAME = 1_024
"""Bytes of UTF-8 in a device, channel, unit, source or message id."""
_LARGEST_INT = 2**63 - 1

_E = TypeVar("_E", bound=StrEnum)


def _positions(members: tuple[_E, ...], shift: int) -> dict[_E, int]:
    """Positions are stored: members may be added at the end of an enum, never moved."""
    return {member: position << shift for position, member in enumerate(members)}


_SEMANTICS_BITS = _positions(_SEMANTICS, 0)
_REPLAY_BITS = _positions(_REPLAY, _BITS)
_NOVELTY_BITS = _positions(_NOVELTY, 2 * _BITS)
_TIME_SOURCE_BITS = _positions(_TIME_SOURCE, 3 * _BITS)


_DECISION_BITS = {member: position << 5 * _BITS for position, member in enumerate(_DECISIONS)}
_CLOCK_BITS = {member: position << 6 * _BITS for position, member in enumerate(_CLOCKS)}


def pack(reading: Reading) -> int:
    """Semantics, replay, novelty, time source and the gate's rules in one number, and whether the value is a truth."""
    return (
        (_TRUTH if reading.value is True or reading.value is False else 0)
        | _SEMANTICS_BITS[reading.semantics]
        | _REPLAY_BITS[reading.replay]
        | _NOVELTY_BITS[reading.novelty]
        | _TIME_SOURCE_BITS[reading.time_source]
        | _DECISION_BITS[reading.decision]
        | _CLOCK_BITS[reading.clock]
    )


def unpack(
    flags: int,
) -> tuple[Semantics, Replay, Novelty, TimeSource, Decision | None, ClockDecision | None]:
    return (
        _SEMANTICS[flags & _MASK],
        _REPLAY[flags >> _BITS & _MASK],
        _NOVELTY[flags >> 2 * _BITS & _MASK],
        _TIME_SOURCE[flags >> 3 * _BITS & _MASK],
        _DECISIONS[flags >> 5 * _BITS & _MASK],
        _CLOCKS[flags >> 6 * _BITS & _MASK],
    )


def is_truth(flags: int) -> bool:
    return bool(flags & _TRUTH)


def why_unstorable(reading: Reading) -> str | None:
    """Why no store could give this reading back as it is; None for a sound one."""
    at, received_at, device_time = reading.at, reading.received_at, reading.device_time
    if at.tzinfo is None or received_at.tzinfo is None or (device_time is not None and device_time.tzinfo is None):
        return "a time without a zone names no instant"
    if not (reading.device and _is_name(reading.device) and _is_name(reading.channel) and _is_name(reading.source)):
        return "the name of device, channel or source is empty, too long, or not text"
    if not (_is_name(reading.unit) and (reading.message_id is None or _is_sound(reading.message_id, LONGEST_NAME))):
        return "unit or message id is too long, or not text"
    match reading.value:
        case float() as number if not math.isfinite(number):
            return f"{number} is not a number"
        case int() as whole if abs(whole) > _LARGEST_INT:
            return "the number is too large"
        case str() as said if not _is_sound(said, LONGEST_TEXT):
            return "the value is too long, or not text"
    return None


@lru_cache(maxsize=65_536)
def _is_name(name: str | None) -> bool:
    return name is None or _is_sound(name, LONGEST_NAME)


def _is_sound(said: str, longest: int) -> bool:
    if said.isascii():
        return len(said) <= longest and "\0" not in said
    try:
        return len(said.encode()) <= longest and "\0" not in said
    except UnicodeEncodeError:
        return False
