"""The Xiaomi and Aqara gateways' local protocol, relayed over MQTT: one object per message, its `data` a JSON string.

Values are the vendor's words, by key; `no_motion` counts seconds without motion, and poll answers are no events.
Source: Aqara, "Gateway local network communication protocol" 1.x and 2.x.
"""

from collections.abc import Iterator
from typing import Any, Final

from core.readings import Kind, Value
from ingest.conventions.decoded import Profiles, Said, liveness
from ingest.conventions.payload import name_in, number, parse, parse_object
from ingest.conventions.voice import Voice, refused

_SPEAKING = frozenset({"report", "heartbeat", "read_ack", "read_rsp"})
_ANSWERS = frozenset({"read_ack", "read_rsp"})
_STATUS: Final[dict[str, tuple[Kind, Value]]] = {
    "open": (Kind.DOOR, "open"),
    "close": (Kind.DOOR, "closed"),
    "motion": (Kind.MOTION, True),
    "leak": (Kind.WATER, True),
    "no_leak": (Kind.WATER, False),
    "vibrate": (Kind.VIBRATION, True),
    "tilt": (Kind.VIBRATION, True),
    "free_fall": (Kind.VIBRATION, True),
    "click": (Kind.BUTTON, "single"),
    "double_click": (Kind.BUTTON, "double"),
    "triple_click": (Kind.BUTTON, "triple"),
    "long_click": (Kind.BUTTON, "long"),
    "long_click_press": (Kind.BUTTON, "long"),
    "long_click_release": (Kind.BUTTON, "release"),
    "shake_air": (Kind.BUTTON, "shake"),
}
_CONTACTS = ("magnet", "sensor_magnet")
_ALARMS: Final[dict[str, Kind]] = {
    "smoke": Kind.SMOKE,
    "sensor_smoke": Kind.SMOKE,
    "natgas": Kind.GAS,
    "sensor_natgas": Kind.GAS,
}
_ALARM, _CALM = "1", "0"
"""2 is a self test; 8, 64 and 32768 are a battery, a sensor and a line that fail: none is smoke."""
_NOT_MEASURED = 10_000
"""What a thermometer says that has measured nothing yet: 100 degrees."""
_MEASURES: Final[dict[str, tuple[Kind, str]]] = {
    "voltage": (Kind.BATTERY_VOLTAGE, "mV"),
    "battery_voltage": (Kind.BATTERY_VOLTAGE, "mV"),
    "load_power": (Kind.POWER, "W"),
    "power_consumed": (Kind.ENERGY, "Wh"),
    "energy_consumed": (Kind.ENERGY, "Wh"),
    "lux": (Kind.ILLUMINANCE, "lx"),
}
_BUTTONS = frozenset({"channel_0", "channel_1", "dual_channel"})
_MOMENTARY = frozenset({Kind.BUTTON, Kind.VIBRATION})


class AqaraGateway:
    """The convention as it is registered."""

    name = "aqara-gateway"

    def decoder(self) -> "AqaraGatewayDecoder":
        return AqaraGatewayDecoder()


class AqaraGatewayDecoder:
    """Remembers nothing."""

    def decode(self, topic: str, payload: bytes, *, retain: bool, profiles: Profiles) -> list[Said]:
        del topic  # the relay's own
        said = parse_object(payload)
        command, device = name_in(said, "cmd"), name_in(said, "sid", "did")
        if command not in _SPEAKING:
            return []
        voice, profile = Voice(device), profiles.of(device)
        model = str(said.get("model", ""))
        told: list[Said] = []
        for key, raw in _content(said):
            if key in profile:
                told += voice.meant(profile, key, raw)
            else:
                told += _known(voice, model, key, raw)
        if command in _ANSWERS:
            told = [one for one in told if getattr(one, "kind", None) not in _MOMENTARY]
        return told or ([] if retain else [liveness(device)])


def _content(said: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """`data`, as text or as an object, or the list of `params` of newer gateways."""
    data = said.get("data")
    if isinstance(data, str) and data:
        data = parse(data.encode(errors="replace"))
    if isinstance(data, dict):
        yield from ((str(key), raw) for key, raw in data.items() if raw is not None)
    params = said.get("params")
    for one in params if isinstance(params, list) else ():
        if isinstance(one, dict):
            yield from ((str(key), raw) for key, raw in one.items() if raw is not None)


def _known(voice: Voice, model: str, key: str, raw: Any) -> list[Said]:
    if key in _MEASURES:
        return voice.measured(_MEASURES[key][0], raw, _MEASURES[key][1])
    if key in _BUTTONS:
        press = _STATUS.get(str(raw))
        return [voice.fact(*press, channel=key)] if press is not None and press[0] is Kind.BUTTON else []
    match key:
        case "status" | "window_status" | "motion_status" | "wleak_status" if isinstance(raw, str):
            return _status(voice, model, raw)
        case "no_motion":
            return [voice.fact(Kind.MOTION, value=False)]
        case "no_close":
            return [voice.fact(Kind.DOOR, "open")]
        case "alarm" if (kind := _ALARMS.get(model.partition(".")[0])) is not None:
            return [voice.fact(kind, str(raw) == _ALARM)] if str(raw) in {_ALARM, _CALM} else []
        case "temperature" | "humidity":
            return _hundredths(voice, Kind(key), raw)
        case _:
            return []


def _status(voice: Voice, model: str, word: str) -> list[Said]:
    """A contact's `open` is a door's; a plug's `on` and a curtain's `open` are not ours to read."""
    found = _STATUS.get(word)
    if found is None or (found[0] is Kind.DOOR and not model.startswith(_CONTACTS)):
        return []
    return [voice.fact(*found)]


def _hundredths(voice: Voice, kind: Kind, raw: Any) -> list[Said]:
    """`"2345"` is 23.45; 10000 is what a sensor says that has not measured yet."""
    found = number(raw)
    if found is None:
        return [refused(kind.value, raw)]
    return [] if kind is Kind.TEMPERATURE and found == _NOT_MEASURED else voice.measured(kind, found / 100)
