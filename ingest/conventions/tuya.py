"""Tuya: TuyaLink devices on `tylink/<id>/thing/…`, and the cloud's status lists and messages, relayed by a bridge.

Standard codes whose values Tuya documents are read; scaled numbers (cur_power, va_temperature …) differ by product
and need a profile. Source: Tuya Developer, "TuyaLink MQTT protocol", "Standard status set", "Message queue".
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from core.readings import Kind, Replay, TimeSource, Value
from ingest.conventions.decoded import Malformed, Profile, Profiles, Reason, Said, liveness
from ingest.conventions.mapped import flat, mapped
from ingest.conventions.payload import parse_object
from ingest.conventions.profile import word_of
from ingest.conventions.times import stamp
from ingest.conventions.voice import Voice

_YES_NO: Final[Mapping[str, Value]] = {"true": True, "false": False}
_ALARM: Final[Mapping[str, Value]] = {"alarm": True, "normal": False, "1": True, "2": False}
_PRESSES: Final[Mapping[str, Value]] = {
    "click": "single",
    "single_click": "single",
    "double_click": "double",
    "long_press": "long",
    "press": "long",
}
CODES: Final[Mapping[str, tuple[Kind, Mapping[str, Value]]]] = {
    "doorcontact_state": (Kind.DOOR, {"true": "open", "false": "closed"}),
    "pir": (Kind.MOTION, {"pir": True, "none": False}),
    "pir_state": (Kind.MOTION, {"pir": True, "none": False}),
    "presence_state": (Kind.MOTION, {"presence": True, "none": False}),
    "smoke_sensor_status": (Kind.SMOKE, _ALARM),
    "smoke_sensor_state": (Kind.SMOKE, _ALARM),
    "gas_sensor_status": (Kind.GAS, _ALARM),
    "gas_sensor_state": (Kind.GAS, _ALARM),
    "co_status": (Kind.CO, _ALARM),
    "co_state": (Kind.CO, _ALARM),
    "ch4_sensor_state": (Kind.GAS, _ALARM),
    "watersensor_state": (Kind.WATER, {**_ALARM, "none": False}),
    "sos_state": (Kind.SOS, _YES_NO),
    "temper_alarm": (Kind.TAMPER, _YES_NO),
    "shock_state": (Kind.VIBRATION, {"vibration": True, "drop": True, "tilt": True}),
    "battery_state": (Kind.BATTERY_LOW, {"low": True, "middle": False, "high": False}),
    "switch_mode1": (
        Kind.BUTTON,
        {"click": "single", "single_click": "single", "double_click": "double", "long_press": "long", "press": "long"},
    ),
}
"""What each value of a standard code means."""
_PERCENT = frozenset({"battery_percentage", "residual_electricity", "battery_value_percentage"})
_LIVES = {"online": "online", "offline": "offline"}
_MOST = 500


class Tuya:
    """The convention as it is registered."""

    name = "tuya"

    def decoder(self) -> "TuyaDecoder":
        return TuyaDecoder()


class TuyaDecoder:
    """Remembers nothing."""

    def decode(self, topic: str, payload: bytes, *, retain: bool, profiles: Profiles) -> list[Said]:
        match topic.strip("/").split("/"):
            case ["tylink", device, *what]:
                told = list(_linked(device, what, payload, profiles))
                up = what[-1:] in (["report"], ["batch_report"], ["trigger"])
                return told or ([liveness(device)] if up and not retain else [])
            case levels:
                return _relayed(levels, parse_object(payload), profiles, retain=retain)


def _linked(device: str, what: list[str], payload: bytes, profiles: Profiles) -> Iterator[Said]:
    match what:
        case ["thing", "property", "report"]:
            said = parse_object(payload)
            yield from _properties(device, _data(said), _stamped(said), profiles, None)
        case ["thing", "event", "trigger"]:
            said = parse_object(payload)
            data = _data(said)
            yield from _event(device, data, data.get("eventTime", said.get("time")), _number(said), profiles, None)
        case ["thing", "data" | "property", "batch_report" | "history_report"]:
            hint = Replay.HISTORY if what[-1] == "history_report" else None
            yield from _batch(device, parse_object(payload), profiles, hint)
        case _:
            return


def _batch(device: str, said: dict[str, Any], profiles: Profiles, hint: Replay | None) -> Iterator[Said]:
    """The device's own, and each sub-device's."""
    data = _data(said)
    below = data.get("subDevices")
    parts = [(device, data), *(below.items() if isinstance(below, dict) else ())]
    for who, part in parts[:_MOST]:
        if isinstance(part, dict):
            yield from _properties(str(who), part.get("properties"), _stamped(said), profiles, hint)
            events = part.get("events")
            for code, one in events.items() if isinstance(events, dict) else ():
                if isinstance(one, dict):
                    content = {"eventCode": code, **one}
                    time = one.get("eventTime", said.get("time"))
                    yield from _event(str(who), content, time, _number(said), profiles, hint)


def _properties(
    device: str, values: Any, stamped: tuple[object, str | None], profiles: Profiles, hint: Replay | None
) -> Iterator[Said]:
    profile, (time, number) = profiles.of(device), stamped
    for code, content in values.items() if isinstance(values, dict) else ():
        timed = isinstance(content, dict) and "value" in content
        at = content.get("time", time) if timed else time
        voice = _voice(device, at, number, hint)
        yield from _read(voice, profile, str(code), content["value"] if timed else content)


def _event(
    device: str, data: Mapping[str, Any], time: object, number: str | None, profiles: Profiles, hint: Replay | None
) -> Iterator[Said]:
    """`eventCode` may be mapped: it happened; so may its outputs, below it."""
    code = str(data.get("eventCode", ""))
    content = {code: True, **flat(data.get("outputParams", {}), code)}
    yield from mapped(_voice(device, time, number, hint), profiles.of(device), content)


def _relayed(levels: list[str], said: dict[str, Any], profiles: Profiles, *, retain: bool) -> list[Said]:
    """A status list of the cloud's API (`result`), or a message of its queue (`devId`, `status` or `bizCode`)."""
    device = said.get("devId")
    if not isinstance(device, str):
        device = levels[-2] if len(levels) > 1 else None
    if not isinstance(device, str) or not 0 < len(device) <= 64:  # noqa: PLR2004 - their ids are 20 to 22 letters
        raise Malformed(Reason.SHAPE, "no device, neither in the message nor in the topic")
    state = _LIVES.get(str(said.get("bizCode")))
    if state is not None:
        return [Voice(device, stamp(said.get("ts"), TimeSource.NETWORK)).fact(Kind.AVAILABILITY, state)]
    listed = said.get("status", said.get("result"))
    if not isinstance(listed, list):
        raise Malformed(Reason.SHAPE, "neither result nor status")
    told: list[Said] = []
    number = said.get("dataId")
    for one in (one for one in listed[:_MOST] if isinstance(one, dict)):
        when = stamp(one.get("t"), TimeSource.NETWORK)
        voice = Voice(device, when, message_id=number if isinstance(number, str) and number else None)
        told += _read(voice, profiles.of(device), str(one.get("code")), one.get("value"))
    return told or ([] if retain else [liveness(device)])


def _read(voice: Voice, profile: Profile, code: str, raw: Any) -> Iterable[Said]:
    if raw is None:
        return []
    if any(key in profile for key in (code, *flat(raw, code))):
        return mapped(voice, profile, {code: raw, **flat(raw, code)})
    if code in _PERCENT:
        return voice.measured(Kind.BATTERY, raw, "%")
    kind, values = CODES.get(code, (None, {}))
    value = values.get(word_of(raw))
    return [] if kind is None or value is None else [voice.fact(kind, value)]


def _voice(device: str, time: object, number: str | None, hint: Replay | None) -> Voice:
    when = stamp(time, TimeSource.DEVICE)
    return Voice(device, when, hint, message_id=number)


def _data(said: dict[str, Any]) -> dict[str, Any]:
    data = said.get("data")
    if not isinstance(data, dict):
        raise Malformed(Reason.SHAPE, "no data")
    return data


def _number(said: dict[str, Any]) -> str | None:
    """Devices count from anywhere: their number counts together with the time."""
    number, time = said.get("msgId"), said.get("time")
    return f"{number}@{time}" if isinstance(number, str | int) and number != "" and time is not None else None


def _stamped(said: dict[str, Any]) -> tuple[object, str | None]:
    return said.get("time"), _number(said)
