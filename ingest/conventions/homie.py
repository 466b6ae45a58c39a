"""Homie 3, 4 and 5: `homie/<device>/<node>/<property>` with attributes beside it, all of it retained by default.

Datatypes say nothing of meaning, so a profile does, by `<node>/<property>`; `$state` and `$stats` speak for
themselves. Source: The Homie Convention, versions 3.0.1, 4.0.0 and 5.0.0.
"""

from typing import Any

from core.readings import Kind, Semantics
from ingest.conventions.decoded import Decoded, Malformed, Profiles, Reason, Said, liveness
from ingest.conventions.payload import parse_object, text
from ingest.conventions.voice import Voice

MAX_PROPERTIES = 8192
_STATES = {
    "ready": "online",
    "alert": "online",  # connected, and asking for attention
    "sleeping": "sleeping",
    "disconnected": "offline",
    "lost": "offline",
}
_VERSION_5 = "5"
_FIVE_STATES = frozenset({"init", *_STATES})


class Homie:
    """The convention as it is registered."""

    name = "homie"

    def decoder(self) -> "HomieDecoder":
        return HomieDecoder()


class HomieDecoder:
    """Remembers which properties are momentary (`$retained` false)."""

    def __init__(self) -> None:
        self._momentary: set[tuple[str, str]] = set()

    def decode(self, topic: str, payload: bytes, *, retain: bool, profiles: Profiles) -> list[Said]:
        match topic.split("/"):
            case [_, "5", device, *rest] if device and rest:
                return self._of(device, rest, payload, profiles, retain=retain)
            case [_, "$broadcast", *_]:
                return []
            case [_, device, *rest] if device and rest:
                return self._of(device, rest, payload, profiles, retain=retain)
            case _:
                raise Malformed(Reason.TOPIC, "neither homie/<device>/… nor homie/5/<device>/…")

    def _of(self, device: str, rest: list[str], payload: bytes, profiles: Profiles, *, retain: bool) -> list[Said]:
        match rest:
            case ["$state"]:
                return _state(device, text(payload).strip())
            case ["$online"]:  # until version 2
                return _state(device, "ready" if text(payload).strip() == "true" else "lost")
            case ["$stats", "battery"]:
                return Voice(device).measured(Kind.BATTERY, text(payload).strip(), "%")
            case ["$description"]:
                self._described(device, payload)
                return []
            case [node, property_, "$retained"] if not node.startswith("$"):
                self._note(device, f"{node}/{property_}", momentary=text(payload).strip() == "false")
                return []
            case [node, property_] if not node.startswith("$") and not property_.startswith("$"):
                return self._value(device, f"{node}/{property_}", payload, profiles, retain=retain)
            case ["$stats", *_] | ["$fw", *_]:
                return [] if retain else [liveness(device)]
            case _:
                return []  # attributes, commands (…/set), targets, alerts, logs

    def _value(self, device: str, key: str, payload: bytes, profiles: Profiles, *, retain: bool) -> list[Said]:
        voice, profile = Voice(device), profiles.of(device)
        if key not in profile:
            return [] if retain else [liveness(device)]
        told = voice.meant(profile, key, text(payload), channel=key)
        if (device, key) in self._momentary:
            told = [_event(one) if isinstance(one, Decoded) else one for one in told]
        return told or ([] if retain else [liveness(device)])

    def _described(self, device: str, payload: bytes) -> None:
        """Version 5: nodes and their properties in one object."""
        if not payload:
            return
        nodes = parse_object(payload).get("nodes")
        for name, node in nodes.items() if isinstance(nodes, dict) else ():
            properties: Any = node.get("properties") if isinstance(node, dict) else None
            for key, property_ in properties.items() if isinstance(properties, dict) else ():
                momentary = isinstance(property_, dict) and property_.get("retained") is False
                self._note(device, f"{name}/{key}", momentary=momentary)

    def _note(self, device: str, key: str, *, momentary: bool) -> None:
        if not momentary:
            self._momentary.discard((device, key))
        elif len(self._momentary) < MAX_PROPERTIES:
            self._momentary.add((device, key))


def _state(device: str, word: str) -> list[Said]:
    if word not in _FIVE_STATES:
        raise Malformed(Reason.VALUE, f"$state {word[:40]!r}")
    state = _STATES.get(word)
    return [] if state is None else [Voice(device).fact(Kind.AVAILABILITY, state)]


def _event(fact: Decoded) -> Decoded:
    """A property that is not retained happens each time that it is said."""
    if fact.semantics is not Semantics.STATE or fact.value is False:
        return fact
    return Decoded(
        fact.device,
        fact.kind,
        fact.value,
        Semantics.EVENT,
        fact.unit,
        fact.channel,
        fact.device_time,
        fact.time_source,
        fact.replay_hint,
        fact.raw_time,
        fact.message_id,
        fact.alias,
    )
