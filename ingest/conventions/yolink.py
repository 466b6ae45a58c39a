"""YoLink: events of the cloud's or the local hub's MQTT, one object each: `DoorSensor.Alert`, `MotionSensor.Report` …

A battery is told in fifths of full, 0 to 4; `stateChangedAt` dates a change, `time` the message.
Source: YoLink, "User API" (UAC): MQTT report and object protocols.
"""

from typing import Any, Final

from core.readings import Kind, TimeSource, Value
from ingest.conventions.decoded import Profiles, Said, liveness
from ingest.conventions.mapped import flat, mapped
from ingest.conventions.payload import name_in, number, parse_object
from ingest.conventions.times import stamp
from ingest.conventions.voice import Voice, refused

_STATES: Final[dict[str, dict[str, tuple[Kind, Value]]]] = {
    "DoorSensor": {"open": (Kind.DOOR, "open"), "closed": (Kind.DOOR, "closed")},
    "MotionSensor": {"alert": (Kind.MOTION, True), "normal": (Kind.MOTION, False)},
    "LeakSensor": {"alert": (Kind.WATER, True), "normal": (Kind.WATER, False), "dry": (Kind.WATER, False)},
    "VibrationSensor": {"alert": (Kind.VIBRATION, True), "normal": (Kind.VIBRATION, False)},
}
_FLAGS: Final[dict[str, Kind]] = {"smokeAlarm": Kind.SMOKE, "gasAlarm": Kind.GAS, "sLowBattery": Kind.BATTERY_LOW}
_CO_FLAGS: Final[dict[str, Kind]] = {**_FLAGS, "gasAlarm": Kind.CO}
"""What a combined detector calls gas is carbon monoxide."""
_PRESSES = {"Press": "single", "LongPress": "long"}
_FULL = 4
_CHANGES = frozenset({"Alert", "StatusChange"})


class YoLink:
    """The convention as it is registered."""

    name = "yolink"

    def decoder(self) -> "YoLinkDecoder":
        return YoLinkDecoder()


class YoLinkDecoder:
    """Remembers nothing."""

    def decode(self, topic: str, payload: bytes, *, retain: bool, profiles: Profiles) -> list[Said]:
        del topic  # yl-home/<home>/<device>/report; the message names its device itself
        said = parse_object(payload)
        event, device = name_in(said, "event"), name_in(said, "deviceId")
        sort, _, what = event.partition(".")
        data = _inner(said.get("data"))
        number_ = said.get("msgid")
        message_id = f"{event}#{number_}" if isinstance(number_, str) and number_ else None
        voice = Voice(device, stamp(said.get("time"), TimeSource.DEVICE), message_id=message_id)
        profile = profiles.of(device)
        found = flat(data)
        told = mapped(voice, profile, found)
        if "state" not in profile:
            told += _state(_dated(voice, data, what), sort, data)
        told += _battery(voice, data) if "battery" not in profile else []
        return told or ([] if retain else [liveness(device, voice.when)])


def _inner(data: Any) -> dict[str, Any]:
    """An answer to getState holds the state as an object; a report holds it flat."""
    if not isinstance(data, dict):
        return {}
    inner = data.get("state")
    return {**data, **inner} if isinstance(inner, dict) else data


def _dated(voice: Voice, data: dict[str, Any], what: str) -> Voice:
    """What changed is dated by the change; a periodic report says how it is now."""
    changed = data.get("stateChangedAt")
    if what not in _CHANGES or changed is None:
        return voice
    return Voice(voice.device, stamp(changed, TimeSource.DEVICE), message_id=voice.message_id)


def _state(voice: Voice, sort: str, data: dict[str, Any]) -> list[Said]:
    told: list[Said] = []
    state = data.get("state")
    known = _STATES.get(sort, {}).get(state) if isinstance(state, str) else None
    if known is not None:
        told.append(voice.fact(*known))
    match sort:
        case "SmokeSensor" | "COSmokeSensor":
            flags = _CO_FLAGS if sort == "COSmokeSensor" else _FLAGS
            told += [voice.fact(kind, data[key]) for key, kind in flags.items() if isinstance(data.get(key), bool)]
        case "THSensor":
            told += voice.measured(Kind.TEMPERATURE, data.get("temperature"), "C")
            told += voice.measured(Kind.HUMIDITY, data.get("humidity"), "%")
        case "SmartRemoter":
            told += _press(voice, data.get("event"))
        case _:
            pass
    return told


def _press(voice: Voice, event: Any) -> list[Said]:
    if not isinstance(event, dict):
        return []
    press = _PRESSES.get(str(event.get("type")))
    mask = event.get("keyMask")
    channel = str(mask)[:16] if isinstance(mask, int) else None
    return [] if press is None else [voice.fact(Kind.BUTTON, press, channel=channel)]


def _battery(voice: Voice, data: dict[str, Any]) -> list[Said]:
    raw = data.get("battery")
    if raw is None:
        return []
    found = number(raw)
    if found is None or not 0 <= found <= _FULL:
        return [refused("battery (0 to 4)", raw)]
    return [voice.fact(Kind.BATTERY, found * 100 / _FULL)]
