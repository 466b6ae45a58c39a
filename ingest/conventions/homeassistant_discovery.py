"""Home Assistant discovery as a source: whatever announces itself to Home Assistant over MQTT can be bound here too.

A config message tells topics, templates and device classes; the states that follow are read by it. Retained states
that came before their config are kept until it comes.
"""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

import orjson

from core.readings import Kind
from ingest.conventions.decoded import Malformed, Profiles, Reason, Refusal, Said, liveness
from ingest.conventions.homeassistant_entities import Availability, Entity, announced, entities
from ingest.conventions.payload import MAX_PAYLOAD, knows_unit, parse, parse_object
from ingest.conventions.templates import Template, Unrenderable
from ingest.conventions.voice import Voice, refused

MAX_CONFIG = 64 * 1024
MAX_ENTITIES, MAX_EARLY, LONGEST_EARLY = 4096, 512, 1024
_NO_STATE = frozenset({"", "unknown", "unavailable", "none", "None"})


class HomeAssistantDiscovery:
    """The convention as it is registered."""

    name = "homeassistant-discovery"

    def decoder(self) -> "HomeAssistantDecoder":
        return HomeAssistantDecoder()


class HomeAssistantDecoder:
    """Remembers what was announced, what availability topics said last, and early retained states. All bounded."""

    def __init__(self) -> None:
        self._announced: dict[str, tuple[Entity, ...]] = {}
        self._by_topic: dict[str, list[Entity]] = {}
        self._by_availability: dict[str, list[Entity]] = {}
        self._channels: dict[tuple[str, Kind], list[str]] = {}
        self._heard: dict[str, str] = {}
        self._early: OrderedDict[str, bytes] = OrderedDict()

    def decode(self, topic: str, payload: bytes, *, retain: bool, profiles: Profiles) -> list[Said]:
        if not topic:
            raise Malformed(Reason.TOPIC, "no topic")
        config = announced(topic.split("/"))
        if config is not None:
            return self._config(*config, payload, profiles)
        found = self._by_topic.get(topic, ())
        told = list(self._available(topic, payload))
        if not found and topic not in self._by_availability:
            if retain and len(payload) <= LONGEST_EARLY:
                self._keep_early(topic, payload)
            return []
        spoke: set[str] = set()
        for entity in found:
            told += self._state(entity, payload, profiles, retain=retain)
            spoke.add(entity.device)
        said = {getattr(one, "device", None) for one in told}
        return told + ([] if retain else [liveness(device) for device in sorted(spoke - said)])

    def _keep_early(self, topic: str, payload: bytes) -> None:
        self._early[topic] = payload
        self._early.move_to_end(topic)
        if len(self._early) > MAX_EARLY:
            self._early.popitem(last=False)

    # -- announcements --------------------------------------------------------------------------------------------

    def _config(self, component: str, object_: str, key: str, payload: bytes, profiles: Profiles) -> list[Said]:
        self._forget(key)
        if not payload:
            return []  # the entity is removed
        said = parse_object(payload, limit=MAX_CONFIG)
        try:
            found = tuple(entities(component, object_, key, said))
        except Unrenderable as error:
            raise Malformed(Reason.VALUE, f"template of {key[:60]}: {error}") from None
        if len(self._announced) >= MAX_ENTITIES:
            raise Malformed(Reason.TOO_LARGE, f"more than {MAX_ENTITIES} entities")
        self._announced[key] = found
        told: list[Said] = []
        for entity in found:
            self._by_topic.setdefault(entity.topic, []).append(entity)
            for one in entity.availability:
                self._by_availability.setdefault(one.topic, []).append(entity)
            if entity.kind is not None:
                keys = self._channels.setdefault((entity.device, entity.kind), [])
                keys.append(entity.key)
                keys.sort()
        for entity in found:
            early = self._early.pop(entity.topic, None)
            told += self._state(entity, early, profiles, retain=True) if early is not None else []
        return told

    def _forget(self, key: str) -> None:
        for entity in self._announced.pop(key, ()):
            self._by_topic[entity.topic].remove(entity)
            if not self._by_topic[entity.topic]:
                del self._by_topic[entity.topic]
            for one in entity.availability:
                listed = self._by_availability.get(one.topic, [])
                listed.remove(entity)
                if not listed:
                    self._by_availability.pop(one.topic, None)
                    self._heard.pop(one.topic, None)
            if entity.kind is not None:
                self._channels[entity.device, entity.kind].remove(entity.key)

    # -- availability ---------------------------------------------------------------------------------------------

    def _available(self, topic: str, payload: bytes) -> Iterator[Said]:
        """Once for each device that this topic speaks for, by its mode: all, any, or the latest word."""
        told: set[str] = set()
        for entity in self._by_availability.get(topic, ()):
            if entity.device in told:
                continue
            for one in entity.availability:
                if one.topic == topic:
                    self._note(one, payload)
            state = self._together(entity, topic)
            if state is not None:
                told.add(entity.device)
                yield Voice(entity.device).fact(Kind.AVAILABILITY, state)

    def _note(self, one: Availability, payload: bytes) -> None:
        word = _rendered(one.template, payload)
        if word in {one.online, one.offline}:
            self._heard[one.topic] = "online" if word == one.online else "offline"

    def _together(self, entity: Entity, topic: str) -> str | None:
        """None while too little is known."""
        heard = [self._heard.get(one.topic) for one in entity.availability]
        match entity.mode:
            case "all":
                return "offline" if "offline" in heard else None if None in heard else "online"
            case "any":
                return "online" if "online" in heard else None if None in heard else "offline"
            case _:
                return self._heard.get(topic)

    # -- states ---------------------------------------------------------------------------------------------------

    def _state(self, entity: Entity, payload: bytes, profiles: Profiles, *, retain: bool) -> list[Said]:
        try:
            word = _rendered(entity.template, payload)
        except Malformed as error:
            return [Refusal(error.reason, error.detail)]
        voice, profile = Voice(entity.device), profiles.of(entity.device)
        mapped = next((name for name in entity.names if name in profile), None)
        if word is None or word in _NO_STATE:
            return []
        if mapped is not None:
            return voice.meant(profile, mapped, word, channel=mapped)
        channel = self._channel(entity)
        if entity.presses is not None:
            return [] if retain else _press(voice, entity, word, payload)
        if entity.switched is not None and word in {entity.on, entity.off}:
            value = entity.switched.on if word == entity.on else entity.switched.off
            return [voice.fact(entity.switched.kind, value, channel=channel)]
        if entity.number is not None:
            return _measured(voice, entity, word, channel)
        return []

    def _channel(self, entity: Entity) -> str | None:
        """A device's only entity of a kind has no channel; of several, the others go by their names."""
        if entity.kind is None:
            return None
        keys = self._channels.get((entity.device, entity.kind), [])
        return None if not keys or keys[0] == entity.key else entity.names[0]


def _rendered(template: Template | None, payload: bytes) -> str | None:
    """A payload as its template makes it; None where it cannot."""
    if len(payload) > MAX_PAYLOAD:
        raise Malformed(Reason.TOO_LARGE, f"{len(payload)} bytes, at most {MAX_PAYLOAD}")
    try:
        value = payload.decode()
    except UnicodeDecodeError:
        return None
    if template is None:
        return value.strip()
    value_json: Any = None
    if payload[:1] in b'{["0123456789-tfn':
        try:
            value_json = parse(payload)
        except Malformed:
            value_json = None
    try:
        return template.render(value, value_json)
    except Unrenderable:
        return None


def _measured(voice: Voice, entity: Entity, word: str, channel: str | None) -> list[Said]:
    kind, unit = entity.number, entity.unit
    assert kind is not None
    if unit is None or not knows_unit(kind, unit):
        return []  # without a unit that we know a number says nothing
    return voice.measured(kind, word, unit, channel=channel)


def _press(voice: Voice, entity: Entity, word: str, payload: bytes) -> list[Said]:
    """An event entity says `{"event_type": "press"}`; a trigger is what its payload was announced as."""
    if entity.component == "event":
        try:
            said = orjson.loads(payload)
        except orjson.JSONDecodeError:
            return [refused("event", word)]
        kind = said.get("event_type") if isinstance(said, dict) else None
        return [voice.fact(Kind.BUTTON, kind[:64], channel=entity.names[0])] if isinstance(kind, str) and kind else []
    press = (entity.presses or {}).get(word)
    return [] if press is None else [voice.fact(Kind.BUTTON, press[:64])]
