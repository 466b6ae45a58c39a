"""ESPHome over its native MQTT topics: `<node>/<component>/<object>/state`, `<node>/status`, and its announcements.

Without a device class a state says nothing by itself: a profile does, by `<component>/<object>`.
Source: ESPHome, "MQTT client component" and its discovery messages.
"""

from dataclasses import dataclass, field
from typing import Any

from core.readings import Kind
from ingest.conventions.decoded import Malformed, Profiles, Reason, Refusal, Said, liveness
from ingest.conventions.device_classes import BINARY, NUMBERS, number_of
from ingest.conventions.payload import knows_unit, parse_object, text
from ingest.conventions.profile import OFF_WORDS, ON_WORDS, word_of
from ingest.conventions.voice import Voice, refused

MAX_NODES, MAX_ENTITIES = 512, 4096
_STATES = frozenset({"online", "offline"})
_NOT_A_NUMBER = frozenset({"nan", "none", "unknown", "unavailable", ""})


@dataclass(slots=True)
class _Node:
    """What a node announced: the stable id of its hardware, and each entity's device class and unit by its topic."""

    id: str | None = None
    entities: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)


class EspHome:
    """The convention as it is registered."""

    name = "esphome"

    def decoder(self) -> "EspHomeDecoder":
        return EspHomeDecoder()


class EspHomeDecoder:
    """Remembers what nodes announced about themselves."""

    def __init__(self) -> None:
        self._nodes: dict[str, _Node] = {}

    def decode(self, topic: str, payload: bytes, *, retain: bool, profiles: Profiles) -> list[Said]:
        levels = topic.split("/")
        if levels[-1] == "config" and len(levels) > 3:  # noqa: PLR2004 - <prefix>/<component>/…/config
            return self._announced(payload)
        if levels[-1] == "status" and len(levels) > 1:
            return self._status("/".join(levels[:-1]), payload)
        match levels:
            case [*node, component, entity, "state"] if node and all(node):
                return self._state("/".join(node), component, entity, payload, profiles, retain=retain)
            case [*node, "debug"] if node:
                return [] if retain else [liveness(*self._names("/".join(node)))]
            case [_, *_] if len(levels) > 1:
                return []  # commands, and topics of components that we do not read
            case _:
                raise Malformed(Reason.TOPIC, "no node in the topic")

    def _names(self, node: str) -> tuple[str]:
        known = self._nodes.get(node)
        return (known.id if known is not None and known.id is not None else node,)

    def _voice(self, node: str) -> Voice:
        (device,) = self._names(node)
        return Voice(device, alias=node if device != node else None)

    def _announced(self, payload: bytes) -> list[Said]:
        """A discovery message: `stat_t` tells the node, `dev` its hardware, `dev_cla` what a state means."""
        if not payload:
            return []
        said = parse_object(payload)
        topic = said.get("stat_t", said.get("state_topic"))
        if not isinstance(topic, str) or topic.count("/") < 3:  # noqa: PLR2004 - node, component, entity, state
            return []
        node, component, entity, _ = topic.rsplit("/", 3)
        if node not in self._nodes and len(self._nodes) >= MAX_NODES:
            return []
        known = self._nodes.setdefault(node, _Node())
        known.id = _id_of(said.get("dev", said.get("device"))) or known.id
        if len(known.entities) < MAX_ENTITIES:
            sort = said.get("dev_cla", said.get("device_class"))
            unit = said.get("unit_of_meas", said.get("unit_of_measurement"))
            category = said.get("ent_cat", said.get("entity_category"))
            chip = component == "sensor" and _word(sort) in NUMBERS and number_of(str(sort), _word(category)) is None
            known.entities[f"{component}/{entity}"] = (None if chip else _word(sort), _word(unit))
        return []

    def _status(self, node: str, payload: bytes) -> list[Said]:
        state = text(payload).strip()
        if state not in _STATES:
            raise Malformed(Reason.VALUE, f"status {state[:40]!r}")
        return [self._voice(node).fact(Kind.AVAILABILITY, state)]

    def _state(
        self, node: str, component: str, entity: str, payload: bytes, profiles: Profiles, *, retain: bool
    ) -> list[Said]:
        voice, key, raw = self._voice(node), f"{component}/{entity}", text(payload).strip()
        profile = profiles.of(voice.device) or profiles.of(node)
        if key in profile:
            told = [] if raw.lower() in _NOT_A_NUMBER else voice.meant(profile, key, raw, channel=entity)
        else:
            known = self._nodes.get(node)
            sort, unit = (known.entities.get(key) if known else None) or (None, None)
            told = _by_class(voice, component, sort, unit, raw, entity)
        return told or ([] if retain else [liveness(voice.device, alias=voice.alias)])


def _by_class(voice: Voice, component: str, sort: str | None, unit: str | None, raw: str, channel: str) -> list[Said]:
    if sort is None:
        return []
    if component == "binary_sensor" and (meaning := BINARY.get(sort)) is not None:
        word = word_of(raw)
        if word in ON_WORDS or word in OFF_WORDS:
            return [voice.fact(meaning.kind, meaning.on if word in ON_WORDS else meaning.off, channel=channel)]
        return [refused(sort, raw)]
    if component == "sensor" and (kind := NUMBERS.get(sort)) is not None and raw.lower() not in _NOT_A_NUMBER:
        if unit is None or not knows_unit(kind, unit):
            return [Refusal(Reason.UNIT, f"{sort} in {str(unit)[:20]!r}")]
        return voice.measured(kind, raw, unit, channel=channel)
    return []


def _id_of(device: Any) -> str | None:
    if not isinstance(device, dict):
        return None
    ids = device.get("ids", device.get("identifiers"))
    first = ids[0] if isinstance(ids, list) and ids else ids
    return first[:64] if isinstance(first, str) and first else None


def _word(value: Any) -> str | None:
    return value[:32] if isinstance(value, str) else None
