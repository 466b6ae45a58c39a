"""Zigbee2MQTT, 1.x and 2.x: one JSON object per device on `<base>/<friendly name>`, the bridge below `<base>/bridge/`.

Polarity and units follow the bridge's own inventory (`bridge/devices`) where it was seen, else the documented defaults.
"""

from typing import Any

import orjson

from core.readings import Kind, Replay, Semantics, TimeSource, Value
from ingest.conventions.decoded import NO_STAMP, Decoded, Malformed, Profiles, Reason, Said, liveness
from ingest.conventions.payload import MAX_INVENTORY, measure, parse, text
from ingest.conventions.radio_link import zigbee
from ingest.conventions.times import stamp
from ingest.conventions.voice import Voice, refused
from ingest.conventions.zigbee2mqtt_exposes import Exposed, Property, inventory_of, property_of

BRIDGE = "bridge"
MAX_DEVICES = 4096
_STATES = frozenset({"online", "offline"})
_COMMANDS = ("/set", "/get")
SOS_ACTIONS = frozenset({"emergency", "sos", "panic"})
MOVEMENT_ACTIONS = frozenset({"vibration", "tilt", "drop", "shake", "fall", "occupancy", "motion"})
"""Actions that no finger makes: the device's own property says the same better."""


class Zigbee2Mqtt:
    """The convention as it is registered."""

    name = "zigbee2mqtt"

    def decoder(self) -> "Zigbee2MqttDecoder":
        return Zigbee2MqttDecoder()


class Zigbee2MqttDecoder:
    """Remembers what the bridge announced about its devices, and which of them speak JSON objects."""

    def __init__(self) -> None:
        self._exposed: dict[str, Exposed] = {}
        self._speak_json: set[str] = set()

    def decode(self, topic: str, payload: bytes, *, retain: bool, profiles: Profiles) -> list[Said]:
        _, slash, rest = topic.partition("/")
        if not slash or not rest:
            raise Malformed(Reason.TOPIC, "no device in the topic")
        if rest == BRIDGE or rest.startswith("bridge/"):
            return self._bridge(rest, payload, retain=retain)
        if not payload or rest.endswith(_COMMANDS) or "/set/" in rest:
            return []
        if rest.endswith("/availability"):
            return _availability(rest.removesuffix("/availability"), payload)
        if not payload.startswith(b"{"):
            return self._attribute(rest, payload, retain=retain, profiles=profiles)
        said = parse(payload)
        if len(self._speak_json) < MAX_DEVICES:
            self._speak_json.add(rest)
        return self._state(rest, said, retain=retain, profiles=profiles)

    def _bridge(self, rest: str, payload: bytes, *, retain: bool) -> list[Said]:
        match rest:
            case "bridge/state" if payload:
                return _availability(BRIDGE, payload)
            case "bridge/devices" if payload:
                self._exposed = inventory_of(parse(payload, limit=MAX_INVENTORY), most=MAX_DEVICES)
                return []
            case "bridge/health" if not retain:
                parse(payload)
                return [liveness(BRIDGE)]
            case _:
                return []

    def _attribute(self, rest: str, payload: bytes, *, retain: bool, profiles: Profiles) -> list[Said]:
        """Output mode `attribute`: one topic per property. Where the object is published too, it has said it all."""
        device, _, name = rest.rpartition("/")
        known = device and (name in {"action", "click"} or property_of(name) is not None or name in profiles.of(device))
        if not known:
            if device and not isinstance(parse(payload), list):
                return []  # a property that we do not keep
            raise Malformed(Reason.SHAPE, "an object is expected")
        if device in self._speak_json:
            return []
        return self._state(device, {name: _scalar(payload)}, retain=retain, profiles=profiles)

    def _state(self, device: str, said: dict[str, Any], *, retain: bool, profiles: Profiles) -> list[Said]:
        when = stamp(said.get("last_seen"), TimeSource.GATEWAY) if "last_seen" in said else NO_STAMP
        # A null link quality means that no radio frame is behind this: the bridge repeats what it remembers.
        cached = Replay.CACHED if said.get("linkquality", 0) is None else None
        exposed = self._exposed.get(device)
        voice = Voice(device, when, cached, exposed.ieee_address if exposed else None)
        profile = profiles.of(device)
        told: list[Said] = []
        for key, raw in said.items():
            if raw is None:
                continue
            if profile and key in profile:
                told += voice.meant(profile, key, raw)
            elif key == "action" or (key == "click" and "action" not in said):  # `click`: until 2021, beside or alone
                told += _action(voice, raw, said)
            elif (known := property_of(key)) is not None and not (key == "illuminance" and "illuminance_lux" in said):
                told += _property(voice, known, raw, exposed.properties.get(key) if exposed else None)
        if not told and not retain and cached is None:
            told = [liveness(device, when, alias=voice.alias)]
        return told + zigbee(voice, said.get("linkquality")) if told and "linkquality" not in profile else told


def _property(voice: Voice, known: Property, raw: Any, expose: Property | None) -> list[Said]:
    on, off, unit = (known.on, known.off, known.unit) if expose is None else (expose.on, expose.off, expose.unit)
    value: Value | None
    if known.numeric:
        if unit is None:
            return []  # the key alone does not say what it measures in (voltage: battery mV or mains V)
        if known.only_unit is not None and unit != known.only_unit:
            return []
        value = measure(known.kind, raw, unit)
    elif _same(raw, on):
        value = known.when_on
    elif _same(raw, off):
        value = known.when_off
    else:
        value = None
    if value is None:
        return [] if known.has_more_words and isinstance(raw, str) else [refused(known.kind.value, raw)]
    return [voice.fact(known.kind, value, channel=known.channel, semantics=known.semantics)]


def _same(raw: object, state: object) -> bool:
    """Equal and of the same type: the number 1 is not `true` here."""
    return type(raw) is type(state) and raw == state


def _action(voice: Voice, raw: Any, said: dict[str, Any]) -> list[Said]:
    if not isinstance(raw, str):
        return [refused("action", raw)]
    if raw == "vibration" and "vibration" not in said:
        return [voice.fact(Kind.VIBRATION, value=True)]
    if not raw or raw in MOVEMENT_ACTIONS:
        return []
    if raw in SOS_ACTIONS:
        return [voice.fact(Kind.SOS, value=True)]
    return [voice.fact(Kind.BUTTON, raw[:64])]


def _availability(device: str, payload: bytes) -> list[Said]:
    state: object
    if payload.startswith(b"{"):
        state = parse(payload).get("state")
        if state is None:
            return []
    else:
        state = text(payload).strip().strip('"')
    if not isinstance(state, str) or state not in _STATES:
        raise Malformed(Reason.VALUE, f"availability {str(state)[:40]!r}")
    return [Decoded(device, Kind.AVAILABILITY, state, Semantics.STATE)]


def _scalar(payload: bytes) -> Any:
    """`attribute` output publishes true and 21.5 as JSON, words as plain text."""
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError:
        return text(payload)
