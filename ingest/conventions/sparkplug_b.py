"""Sparkplug B: `spBv1.0/<group>/<type>/<node>[/<device>]`, protobuf; a birth names what later messages only number.

Metrics are each installation's own: a profile gives them a meaning by name. What a birth says is how things stand, no
event. Source: Eclipse Sparkplug 3.0.0, chapters 4 to 6.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from google.protobuf.message import DecodeError

from core.readings import Kind, Replay, TimeSource
from ingest.conventions.decoded import Decoded, Malformed, Profile, Profiles, Reason, Said, liveness
from ingest.conventions.payload import MAX_PAYLOAD
from ingest.conventions.sparkplug_proto import Payload
from ingest.conventions.times import stamp
from ingest.conventions.voice import Voice

NAMESPACE = "spBv1.0"
MAX_SPEAKERS, MAX_METRICS = 1024, 4096
_SIGNED: Final = {1: 8, 2: 16, 3: 32, 4: 64}
"""Int8 to Int64 are sent in unsigned fields, two's complement."""
_BIRTHS, _DEATHS, _DATA = (
    frozenset({"NBIRTH", "DBIRTH"}),
    frozenset({"NDEATH", "DDEATH"}),
    frozenset({"NDATA", "DDATA"}),
)


class SparkplugB:
    """The convention as it is registered."""

    name = "sparkplug-b"

    def decoder(self) -> "SparkplugBDecoder":
        return SparkplugBDecoder()


class SparkplugBDecoder:
    """Remembers the names behind the aliases of each birth."""

    def __init__(self) -> None:
        self._aliases: dict[str, dict[int, str]] = {}

    def decode(self, topic: str, payload: bytes, *, retain: bool, profiles: Profiles) -> list[Said]:
        match topic.split("/"):
            case ["spBv1.0", group, what, node]:
                speaker = f"{group}/{node}"
            case ["spBv1.0", group, what, node, device]:
                speaker = f"{group}/{node}/{device}"
            case ["spBv1.0", "STATE", *_] | ["STATE", *_]:
                return []
            case _:
                raise Malformed(Reason.TOPIC, "not spBv1.0/<group>/<type>/<node>[/<device>]")
        if what in _DEATHS:
            return [Voice(speaker).fact(Kind.AVAILABILITY, "offline")]
        if what not in _BIRTHS | _DATA:
            return []  # commands
        said = _parsed(payload)
        when = stamp(said.timestamp if said.HasField("timestamp") else None, TimeSource.DEVICE)
        identity = f"{what}/{said.seq}@{said.timestamp}" if said.HasField("seq") and said.timestamp else None
        voice = Voice(speaker, when, message_id=identity)
        names = self._names(group, node, birth=said if what in _BIRTHS else None, speaker=speaker)
        told = list(_metrics(voice, said, names, profiles.of(speaker)))
        if what in _BIRTHS:
            told = [replace(one, baseline=True) if isinstance(one, Decoded) else one for one in told]
        return told or ([] if retain else [liveness(speaker, when)])

    def _names(self, group: str, node: str, *, birth: Any, speaker: str) -> dict[int, str]:
        """Aliases are unique in a node: its devices' births add to its own."""
        key = f"{group}/{node}"
        if key not in self._aliases and len(self._aliases) >= MAX_SPEAKERS:
            return {}
        known = self._aliases.setdefault(key, {})
        if birth is not None:
            if speaker == key:
                known.clear()
            for metric in birth.metrics:
                if metric.HasField("alias") and metric.HasField("name") and len(known) < MAX_METRICS:
                    known[metric.alias] = metric.name
        return known


def _parsed(payload: bytes) -> Any:
    if len(payload) > MAX_PAYLOAD:
        raise Malformed(Reason.TOO_LARGE, f"{len(payload)} bytes, at most {MAX_PAYLOAD}")
    try:
        said = Payload.FromString(payload)
    except DecodeError as error:
        raise Malformed(Reason.SHAPE, f"not a Sparkplug payload: {str(error)[:80]}") from None
    if len(said.metrics) > MAX_METRICS:
        raise Malformed(Reason.TOO_LARGE, f"{len(said.metrics)} metrics, at most {MAX_METRICS}")
    return said


def _metrics(voice: Voice, said: Any, names: dict[int, str], profile: Profile) -> Iterator[Said]:
    for metric in said.metrics if profile else ():
        name = metric.name or names.get(metric.alias, "")
        raw = _value(metric)
        if raw is None or name not in profile:
            continue
        when = stamp(metric.timestamp, TimeSource.DEVICE) if metric.HasField("timestamp") else voice.when
        hint = Replay.HISTORY if metric.is_historical else None
        dated = replace(voice, when=when, hint=hint)
        yield from dated.meant(profile, name, raw, channel=name)


def _value(metric: Any) -> bool | int | float | str | None:
    """None for a null, and for what is no plain value."""
    which = metric.WhichOneof("value")
    if metric.is_null or which is None:
        return None
    value: bool | int | float | str = getattr(metric, which)
    bits = _SIGNED.get(metric.datatype)
    if bits is not None and isinstance(value, int) and not isinstance(value, bool):
        value &= (1 << bits) - 1
        return value - (1 << bits) if value >> (bits - 1) else value
    return value
