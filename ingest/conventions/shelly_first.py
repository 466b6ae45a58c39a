"""Shelly's first generation: one bare value per topic, and some topics with an object (`status`, `info`)."""

from typing import Any, Final

from core.readings import Kind, Semantics, TimeSource, Value
from ingest.conventions import radio_link
from ingest.conventions.decoded import Profile, Said, Stamp
from ingest.conventions.payload import parse_object, text
from ingest.conventions.times import stamp
from ingest.conventions.voice import Voice, refused

MAX_INPUTS = 4096
_YES_NO: Final[dict[str, Value]] = {"true": True, "false": False, "1": True, "0": False}
_SENSORS: Final[dict[str, tuple[Kind, dict[str, Value]]]] = {
    "state": (Kind.DOOR, {"open": "open", "close": "closed"}),
    "motion": (Kind.MOTION, _YES_NO),
    "flood": (Kind.WATER, _YES_NO),
    "smoke": (Kind.SMOKE, _YES_NO),
    "vibration": (Kind.VIBRATION, _YES_NO),
    "gas": (Kind.GAS, {"mild": True, "heavy": True, "none": False}),
}
"""What is not among a sensor's values (`-1`, `unknown`, `test`) says nothing."""
_NUMBERS: Final[dict[str, tuple[Kind, str]]] = {
    "battery": (Kind.BATTERY, "%"),
    "temperature": (Kind.TEMPERATURE, "C"),
    "humidity": (Kind.HUMIDITY, "%"),
    "lux": (Kind.ILLUMINANCE, "lx"),
}
_PUSHES: Final[dict[str, str]] = {"S": "single", "SS": "double", "SSS": "triple", "L": "long"}
_POWERED: Final = frozenset({"relays", "meters", "emeters", "lights", "rollers"})
"""Whoever has these switches a current, and its `tmp` is that of its own electronics."""
_WATT_MINUTE = 1 / 60
"""In Wh."""


class Presses:
    """The last press of each input: a device repeats it, with the same count, whenever it connects."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], tuple[object, object]] = {}

    def is_new(self, device: str, channel: str, count: object, event: object) -> bool:
        key, now = (device, channel), (count, event)
        known = self._last.get(key)
        if known is not None or len(self._last) < MAX_INPUTS:
            self._last[key] = now
        return known != now


def first_generation(
    voice: Voice, levels: list[str], payload: bytes, profile: Profile, presses: Presses, *, retain: bool
) -> list[Said]:
    """`levels` begin behind the device. Raises Malformed for a payload that such a topic cannot have."""
    key = "/".join(levels)
    if key in profile:
        return voice.meant(profile, key, text(payload).strip(), channel=key)
    match levels:
        case ["sensor", what]:
            return _sensor(voice, what, text(payload).strip())
        case ["status"] if payload.startswith(b"{"):
            return _status(voice, parse_object(payload))
        case ["info"] if payload.startswith(b"{"):
            return _info(voice, parse_object(payload))
        case ["relay" | "light" | "roller" | "white" | "color" as part, index, "power"]:
            return voice.measured(Kind.POWER, text(payload).strip(), "W", channel=f"{part}:{index}")
        case ["relay" | "light" | "roller" | "white" | "color" as part, index, "energy"]:
            return _watt_minutes(voice, text(payload).strip(), f"{part}:{index}")
        case ["emeter", index, "power"]:
            return voice.measured(Kind.POWER, text(payload).strip(), "W", channel=f"emeter:{index}")
        case ["emeter", index, "total"]:
            return voice.measured(Kind.ENERGY, text(payload).strip(), "Wh", channel=f"emeter:{index}")
        case ["input_event", index]:
            return _press(voice, index, parse_object(payload), presses, retain=retain)
        case _:
            return []


def _sensor(voice: Voice, what: str, word: str) -> list[Said]:
    if what in _SENSORS:
        kind, values = _SENSORS[what]
        value = values.get(word.lower())
        return [] if value is None else [voice.fact(kind, value)]
    if what in _NUMBERS:
        kind, unit = _NUMBERS[what]
        return voice.measured(kind, word, unit)
    return []


def _watt_minutes(voice: Voice, word: str, channel: str) -> list[Said]:
    try:
        return voice.measured(Kind.ENERGY, float(word) * _WATT_MINUTE, "Wh", channel=channel)
    except ValueError:
        return [refused("energy", word)]


def _status(voice: Voice, said: dict[str, Any]) -> list[Said]:
    """Shelly Motion: `timestamp` dates the last change of motion, not the report."""
    dated = Voice(voice.device, stamp(said.get("timestamp") or None, TimeSource.DEVICE))
    told: list[Said] = []
    if isinstance(said.get("motion"), bool):
        told.append(dated.fact(Kind.MOTION, said["motion"]))
    if isinstance(said.get("vibration"), bool):
        told.append(dated.fact(Kind.VIBRATION, said["vibration"], semantics=Semantics.EVENT))
    told += dated.measured(Kind.BATTERY, said.get("bat"), "%")
    return told + dated.measured(Kind.ILLUMINANCE, said.get("lux"), "lx")


def _info(voice: Voice, said: dict[str, Any]) -> list[Said]:
    """All that a device knows of itself; seconds after waking its clock is not set yet."""
    unixtime = said.get("unixtime")
    when = stamp(unixtime, TimeSource.DEVICE) if unixtime else Stamp(None, TimeSource.UNTRUSTED, None)
    dated = Voice(voice.device, when)
    flags = (key for key in ("flood", "smoke", "motion") if isinstance(said.get(key), bool))
    told: list[Said] = [dated.fact(_SENSORS[key][0], said[key]) for key in flags]
    sensor = said.get("sensor")
    state = sensor.get("state") if isinstance(sensor, dict) else None
    if isinstance(state, str) and state in {"open", "close"}:
        told.append(dated.fact(Kind.DOOR, "open" if state == "open" else "closed"))
    battery = said.get("bat")
    if isinstance(battery, dict):
        told += dated.measured(Kind.BATTERY, battery.get("value"), "%")
    temperature = said.get("tmp")
    warms_itself = not _POWERED.isdisjoint(said)
    if isinstance(temperature, dict) and temperature.get("is_valid") is not False and not warms_itself:
        told += dated.measured(Kind.TEMPERATURE, temperature.get("tC"), "C")
    station = said.get("wifi_sta")
    return told + (radio_link.wifi(dated, station.get("rssi")) if isinstance(station, dict) else [])


def _press(voice: Voice, index: str, said: dict[str, Any], presses: Presses, *, retain: bool) -> list[Said]:
    event = said.get("event")
    push = _PUSHES.get(event) if isinstance(event, str) else None
    new = presses.is_new(voice.device, index, said.get("event_cnt"), event)
    return [voice.fact(Kind.BUTTON, push, channel=f"input:{index}")] if push is not None and new and not retain else []
