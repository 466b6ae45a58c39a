"""Tasmota: `tele/<device>/SENSOR`, `LWT`, `STATE`, `stat/<device>/RESULT` and their kin, in either topic order.

A switch input is only a number to Tasmota: what hangs on it (a door, which way round) comes from the profile.
"""

from typing import Any

from core.readings import Kind, TimeSource
from ingest.conventions import radio_link
from ingest.conventions.decoded import Malformed, Profile, Profiles, Reason, Said, liveness
from ingest.conventions.payload import number, parse, parse_object, text
from ingest.conventions.tasmota_radio import RADIOS, RadioMemory, is_zigbee, radio, zigbee_devices
from ingest.conventions.times import stamp
from ingest.conventions.voice import Voice

_PREFIXES = frozenset({"tele", "stat", "cmnd"})
_LWT = {"Online": "online", "Offline": "offline"}
_LEAVES_WITH_FACTS = frozenset({"SENSOR", "RESULT", "STATUS8", "STATUS10"})
_NOT_SENSORS = frozenset({"ENERGY", "ESP32", "StatusSNS"})
MAX_DEVICES = 4096


class Tasmota:
    """The convention as it is registered."""

    name = "tasmota"

    def decoder(self) -> "TasmotaDecoder":
        return TasmotaDecoder()


class TasmotaDecoder:
    """Remembers which devices announced a deep sleep, and which radio sensors reported tampering or a low battery."""

    def __init__(self) -> None:
        self._asleep: set[str] = set()
        self._radio = RadioMemory()

    def decode(self, topic: str, payload: bytes, *, retain: bool, profiles: Profiles) -> list[Said]:
        prefix, device, leaf = _parts(topic)
        if prefix == "cmnd" or not payload:
            return []
        if leaf == "LWT":
            return self._last_will(device, payload)
        if leaf == "DEEPSLEEP":
            if len(self._asleep) < MAX_DEVICES:
                self._asleep.add(device)
            return [] if retain else [liveness(device)]
        if leaf in _LEAVES_WITH_FACTS:
            told = self._telemetry(device, parse_object(payload), profiles)
        elif leaf.startswith("SWITCH"):
            told = _own(Voice(device), {f"Switch{leaf.removeprefix('SWITCH')}": parse(payload)}, profiles.of(device))
        else:
            return [] if retain else _alive(device, payload)
        if not told and not retain:
            return [liveness(device)]
        return told

    def _last_will(self, device: str, payload: bytes) -> list[Said]:
        word = text(payload).strip()
        state = _LWT.get(word) or _LWT.get(word.capitalize())
        if state is None:
            raise Malformed(Reason.VALUE, f"LWT {word[:40]!r}")
        if state == "online":
            self._asleep.discard(device)
        elif device in self._asleep:
            # It said that it would sleep: going offline is what it announced, not an outage.
            return []
        return [Voice(device).fact(Kind.AVAILABILITY, state)]

    def _telemetry(self, device: str, said: dict[str, Any], profiles: Profiles) -> list[Said]:
        nested = said.get("StatusSNS")
        if isinstance(nested, dict):
            said = nested
        self._asleep.discard(device)
        when = stamp(said.get("Time"), TimeSource.DEVICE)
        told: list[Said] = []
        own: dict[str, Any] = {}
        for key, content in said.items():
            if key in RADIOS:
                told += radio(key, content, device, when, profiles, self._radio)
            elif is_zigbee(content):
                told += zigbee_devices({key: content}, device, when, profiles, self._radio)
            else:
                own[key] = content
        return told + _own(Voice(device, when), own, profiles.of(device))


def _parts(topic: str) -> tuple[str, str, str]:
    """Prefix, device and leaf of `%prefix%/%topic%/LEAF` or `%topic%/%prefix%/LEAF`; a device may have slashes."""
    levels = topic.split("/")
    match levels:
        case [prefix, *device, leaf] if prefix in _PREFIXES and all(device) and device:
            return prefix, "/".join(device), leaf
        case [*device, prefix, leaf] if prefix in _PREFIXES and all(device) and device:
            return prefix, "/".join(device), leaf
        case _:
            raise Malformed(Reason.TOPIC, "neither tele/<device>/… nor stat/<device>/…")


def _alive(device: str, payload: bytes) -> list[Said]:
    """STATE and INFO messages carry a Time, and STATE the strength of its Wi-Fi; POWER and the like are plain words."""
    if not payload.startswith(b"{"):
        text(payload)
        return [liveness(device)]
    said = parse_object(payload)
    when, station = stamp(said.get("Time"), TimeSource.DEVICE), said.get("Wifi")
    link = radio_link.percent(Voice(device, when), station.get("RSSI")) if isinstance(station, dict) else []
    return [liveness(device, when), *link]


def _own(voice: Voice, said: dict[str, Any], profile: Profile) -> list[Said]:
    """What hangs on the device itself: meter, switches, buttons, climate sensors."""
    told: list[Said] = []
    fahrenheit = said.get("TempUnit") == "F"
    for key, content in said.items():
        if key in profile:
            told += voice.meant(profile, key, _state_of(content), channel=key)
        elif key == "ENERGY" and isinstance(content, dict):
            told += _energy(voice, content)
        elif key.startswith("Button") and isinstance(content, dict):
            action = content.get("Action")
            if isinstance(action, str) and action:
                told.append(voice.fact(Kind.BUTTON, action.lower()[:64], channel=key))
        elif isinstance(content, dict) and key not in _NOT_SENSORS:
            told += _nested(voice, key, content, profile, fahrenheit=fahrenheit)
    return told


def _state_of(content: Any) -> Any:
    """`"ON"`, or the same wrapped as {"Action": "ON"} or {"STATE": "ON"}."""
    if isinstance(content, dict):
        return next((content[name] for name in ("Action", "STATE", "State", "ACTION") if name in content), None)
    return content


def _energy(voice: Voice, meter: dict[str, Any]) -> list[Said]:
    """`Power` in W and `Total` in kWh, as one number or as a list with one per phase or outlet."""
    told: list[Said] = []
    for key, kind, unit in (("Power", Kind.POWER, "W"), ("Total", Kind.ENERGY, "kWh")):
        content = meter.get(key)
        if isinstance(content, list):
            for position, one in enumerate(content[:16], start=1):
                told += voice.measured(kind, one, unit, channel=str(position))
        else:
            told += voice.measured(kind, content, unit)
    return told


def _nested(voice: Voice, name: str, content: dict[str, Any], profile: Profile, *, fahrenheit: bool) -> list[Said]:
    """A sensor on the board (DS18B20, BH1750, COUNTER …): by profile as `SENSOR.Key`, else by its known unit."""
    told: list[Said] = []
    for key, raw in content.items():
        path = f"{name}.{key}"
        if path in profile:
            told += voice.meant(profile, path, raw, channel=path)
        elif key == "Temperature":
            told += voice.measured(Kind.TEMPERATURE, raw, "F" if fahrenheit else "C", channel=name)
        elif key == "Humidity":
            told += voice.measured(Kind.HUMIDITY, raw, "%", channel=name)
        elif key == "Illuminance" and number(raw) is not None:
            told += voice.measured(Kind.ILLUMINANCE, raw, "lx", channel=name)
    return told
