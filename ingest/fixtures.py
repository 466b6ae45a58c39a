"""A file of messages, played through convention and gate: to try a device out, and to judge our reading of it.

The file is JSON: `convention`, `messages` in the order of delivery, and a `profile` where the payload needs one.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from core.readings import ALARM_KINDS, Kind, Reading
from ingest.conventions.decoded import Convention, Decoded, Decoder, Malformed, OneProfile, Refusal, Said
from ingest.decisions import Admitted
from ingest.gate import Gate
from ingest.message import Message

FIRST_RECEIPT = datetime(2026, 1, 1, tzinfo=UTC)
"""Where neither the file nor the payload has a time, messages come a second apart from here on."""
HAPPENINGS = ALARM_KINDS | {Kind.DOOR, Kind.MOTION, Kind.BUTTON, Kind.VIBRATION}
LARGEST = 16 * 1024 * 1024


class FixtureRefused(Exception):
    """The file cannot be played. The message names it and says what is wrong."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One message as a subscriber gets it. `received_at` is None where nobody noted it."""

    topic: str
    payload: bytes
    qos: int
    retain: bool
    dup: bool
    received_at: datetime | None


@dataclass(frozen=True, slots=True)
class Fixture:
    id: str
    convention: str
    messages: tuple[Sent, ...]
    profile: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judged:
    """One fact of message number `msg`, as it was stated and as the gate judged it."""

    msg: int
    fact: Decoded
    admitted: Admitted


@dataclass(frozen=True, slots=True)
class Refused:
    """A message, or a part of one, that gave no reading, and why."""

    msg: int
    reason: str
    detail: str


def read(path: Path) -> Fixture:
    """Raises FixtureRefused for whatever is not a file of this format."""
    try:
        if path.stat().st_size > LARGEST:
            raise FixtureRefused(f"{path}: larger than {LARGEST} bytes")
        said = json.loads(path.read_bytes())
    except OSError as error:
        raise FixtureRefused(f"{path}: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise FixtureRefused(f"{path}: not JSON ({error})") from None
    if not isinstance(said, dict):
        raise FixtureRefused(f"{path}: an object with `convention` and `messages` is expected")
    try:
        return _fixture(said, path)
    except (KeyError, TypeError, ValueError) as error:
        what = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
        raise FixtureRefused(f"{path}: {what}") from None


def _fixture(said: Mapping[str, Any], path: Path) -> Fixture:
    convention, messages, profile = said["convention"], said["messages"], said.get("profile") or {}
    if not isinstance(convention, str) or not isinstance(messages, list) or not isinstance(profile, dict):
        raise TypeError("`convention` must be text, `messages` a list and `profile` an object")
    return Fixture(str(said.get("id", path.stem)), convention, tuple(_sent(one) for one in messages), profile)


def _sent(said: Any) -> Sent:
    if not isinstance(said, dict) or not isinstance(said["topic"], str) or not isinstance(said["payload"], str):
        raise TypeError("each message must be an object with `topic` and `payload` as text")
    payload = bytes.fromhex(said["payload"]) if said.get("encoding") == "hex" else said["payload"].encode()
    noted = said.get("received_at")
    received = None if noted is None else datetime.fromisoformat(noted)
    if received is not None and received.tzinfo is None:
        raise ValueError(f"received_at {noted!r} has no offset")
    flags = bool(said.get("retain")), bool(said.get("dup"))
    return Sent(said["topic"], payload, int(said.get("qos", 0)), *flags, received)


def play(fixture: Fixture, convention: Convention) -> list[Judged | Refused]:
    """Every fact in the order said, those too that the gate drops, and every refusal."""
    decoder, gate, profiles = convention.decoder(), Gate(), OneProfile(fixture.profile)
    outcome: list[Judged | Refused] = []
    for index, sent in enumerate(fixture.messages):
        said = _said(decoder, sent, profiles)
        if isinstance(said, Malformed):
            outcome.append(Refused(index, said.reason.value, said.detail))
            continue
        outcome += [Refused(index, one.reason.value, one.detail) for one in said if isinstance(one, Refusal)]
        facts = [one for one in said if isinstance(one, Decoded)]
        received = sent.received_at or _received(facts, index)
        message = Message(sent.topic, sent.payload, received, sent.qos, sent.retain, sent.dup, epoch=int(sent.dup))
        for device in dict.fromkeys(fact.device for fact in facts):
            of_it = [fact for fact in facts if fact.device == device]
            admitted = gate.admit(f"fixture/{device}", of_it, message, source=fixture.convention)
            outcome += [Judged(index, fact, one) for fact, one in zip(of_it, admitted, strict=True)]
    return outcome


def _said(decoder: Decoder, sent: Sent, profiles: OneProfile) -> list[Said] | Malformed:
    try:
        return decoder.decode(sent.topic, sent.payload, retain=sent.retain, profiles=profiles)
    except Malformed as refusal:
        return refusal


def _received(facts: list[Decoded], index: int) -> datetime:
    """What a live subscriber would have had: the message's own newest time, if it has one that can be."""
    claimed = [one.device_time for one in facts if one.device_time is not None]
    return max(claimed) if claimed else FIRST_RECEIPT + timedelta(seconds=index)


def row(judged: Judged, *, explain: bool = False) -> dict[str, Any]:
    """One reading as plain JSON; with `explain`, the rules that judged its standing and its time too."""
    reading, fact = judged.admitted.reading, judged.fact
    told: dict[str, Any] = {
        "msg": judged.msg,
        "device": fact.device,
        "channel": reading.channel,
        "kind": reading.kind.value,
        "value": reading.value,
        "unit": reading.unit,
        "device_time": _millis(reading.device_time),
        "time_source": reading.time_source.value,
        "semantics": reading.semantics.value,
        "replay": reading.replay.value,
    }
    if fact.raw_time is not None:
        told["raw_time"] = fact.raw_time
    if explain:
        admitted = judged.admitted
        rules = {"rule": admitted.decision.value, "clock": admitted.clock.value, "novelty": reading.novelty.value}
        told |= rules | {"kept": not admitted.decision.drops, "at": _millis(reading.at)}
    return told


def happened(outcome: list[Judged | Refused]) -> dict[str, int]:
    """How many occurrences the activity timeline records, by name: door_open, door_closed, sos, motion …"""
    kept = [one.admitted.reading for one in outcome if isinstance(one, Judged) and not one.admitted.decision.drops]
    return dict(Counter(name for reading in kept for name in _occurrence(reading)))


def _occurrence(reading: Reading) -> Iterator[str]:
    if reading.kind not in HAPPENINGS or not reading.happened or reading.value is False:
        return
    yield f"door_{reading.value}" if reading.kind is Kind.DOOR else reading.kind.value


def _millis(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
