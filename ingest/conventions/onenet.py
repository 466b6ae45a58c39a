"""OneNET, China Mobile's platform: data points and thing-model posts of devices, and what the platform pushes.

Streams and identifiers are each product's own, so only a profile gives them a meaning. Source: OneNET, "MQTT device
access" (dp/post/json), "thing model" (thing/property/post), and "HTTP push".
"""

from collections.abc import Iterator
from typing import Any

from core.readings import Kind, Replay, TimeSource
from ingest.conventions.decoded import Malformed, Profiles, Reason, Said, liveness
from ingest.conventions.mapped import flat, mapped
from ingest.conventions.payload import parse, parse_object
from ingest.conventions.times import stamp
from ingest.conventions.voice import Voice

_POINT, _LOGIN = 1, 2
"""What a pushed message is about."""
_MOST_PUSHED = 200


class OneNet:
    """The convention as it is registered."""

    name = "onenet"

    def decoder(self) -> "OneNetDecoder":
        return OneNetDecoder()


class OneNetDecoder:
    """Remembers nothing."""

    def decode(self, topic: str, payload: bytes, *, retain: bool, profiles: Profiles) -> list[Said]:
        match topic.strip("/").split("/"):
            case ["$sys", product, device, "dp", "post", "json"]:
                told = _points(f"{product}/{device}", parse_object(payload), profiles)
                return told or _alive(f"{product}/{device}", retain=retain)
            case ["$sys", product, device, "thing", *what] if what and what[-1] == "post":
                told = list(_thing(f"{product}/{device}", what[:-1], parse_object(payload), profiles))
                return told or _alive(f"{product}/{device}", retain=retain)
            case ["$sys", *_]:
                return []  # answers and commands
            case _:
                return _pushed(parse_object(payload), profiles)


def _alive(device: str, *, retain: bool) -> list[Said]:
    return [] if retain else [liveness(device)]


def _points(device: str, said: dict[str, Any], profiles: Profiles) -> list[Said]:
    """`dp`: for each stream its samples, each with a value `v` and a time `t` in seconds."""
    streams = said.get("dp")
    if not isinstance(streams, dict):
        raise Malformed(Reason.SHAPE, "no dp")
    told: list[Said] = []
    profile = profiles.of(device)
    for stream, samples in streams.items():
        for sample in samples if isinstance(samples, list) else [samples]:
            if isinstance(sample, dict) and "v" in sample:
                voice = _voice(device, sample.get("t"), said.get("id"), TimeSource.DEVICE)
                told += mapped(voice, profile, flat(sample["v"], str(stream)))
    return told


def _thing(device: str, what: list[str], said: dict[str, Any], profiles: Profiles) -> Iterator[Said]:
    params, number = said.get("params"), said.get("id")
    match what:
        case ["property"] | ["sub", "property"]:
            yield from _properties(device, params, number, profiles, None)
        case ["event"] | ["sub", "event"]:
            yield from _events(device, params, number, profiles, None)
        case ["pack"] | ["history"]:
            hint = Replay.HISTORY if what == ["history"] else None
            for part in params if isinstance(params, list) else ():
                if isinstance(part, dict):
                    one = _of_identity(device, part.get("identity"))
                    yield from _properties(one, part.get("properties"), number, profiles, hint)
                    yield from _events(one, part.get("events"), number, profiles, hint)
        case _:
            return


def _of_identity(device: str, identity: Any) -> str:
    if not isinstance(identity, dict):
        return device
    return f"{identity.get('productID')}/{identity.get('deviceName')}"


def _properties(device: str, params: Any, number: object, profiles: Profiles, hint: Replay | None) -> Iterator[Said]:
    profile = profiles.of(device)
    for name, content in params.items() if isinstance(params, dict) else ():
        for one in content if isinstance(content, list) else [content]:
            if isinstance(one, dict) and "value" in one:
                voice = _voice(device, one.get("time"), number, TimeSource.DEVICE, hint)
                yield from mapped(voice, profile, flat(one["value"], str(name)))


def _events(device: str, params: Any, number: object, profiles: Profiles, hint: Replay | None) -> Iterator[Said]:
    """An event's outputs are keys below its name, and the name itself may be mapped: it happened."""
    profile = profiles.of(device)
    for name, content in params.items() if isinstance(params, dict) else ():
        for one in content if isinstance(content, list) else [content]:
            if isinstance(one, dict):
                voice = _voice(device, one.get("time"), number, TimeSource.DEVICE, hint)
                yield from mapped(voice, profile, {str(name): True, **flat(one.get("value", {}), str(name))})


def _voice(device: str, time: object, number: object, source: TimeSource, hint: Replay | None = None) -> Voice:
    """Devices number their messages as they like, often from 1 again: the number counts together with the time."""
    when = stamp(time, source)
    usable = isinstance(number, str | int) and number != "" and when.time is not None
    return Voice(device, when, hint, message_id=f"{number}@{time}" if usable else None)


def _pushed(said: dict[str, Any], profiles: Profiles) -> list[Said]:
    """What the platform forwards: `msg`, one or several, or the newer form with `notifyType`."""
    if "notifyType" in said:
        return _notified(said, profiles)
    message = said.get("msg")
    if isinstance(message, str):
        message = parse(message.encode(errors="replace"))
    told: list[Said] = []
    found = [one for one in (message if isinstance(message, list) else [message]) if isinstance(one, dict)]
    if not found:
        raise Malformed(Reason.SHAPE, "neither a topic of a device nor a pushed message")
    for one in found[:_MOST_PUSHED]:
        told += _one_pushed(one, profiles)
    return told


def _one_pushed(said: dict[str, Any], profiles: Profiles) -> list[Said]:
    device = said.get("dev_id", said.get("dev_name"))
    if not isinstance(device, str | int) or isinstance(device, bool):
        raise Malformed(Reason.SHAPE, "no dev_id")
    voice = Voice(str(device)[:128], stamp(said.get("at"), TimeSource.NETWORK))
    status = said.get("status")
    if said.get("type") == _LOGIN and isinstance(status, int) and status in {0, 1}:
        return [voice.fact(Kind.AVAILABILITY, "online" if status else "offline")]
    if said.get("type") != _POINT:
        return []
    told = mapped(voice, profiles.of(voice.device), flat(said.get("value"), str(said.get("ds_id", ""))))
    return told or [liveness(voice.device, voice.when)]


def _notified(said: dict[str, Any], profiles: Profiles) -> list[Said]:
    device = f"{said.get('productId')}/{said.get('deviceName')}"
    data = said.get("data")
    match said.get("notifyType"):
        case "property" | "event" as what if isinstance(data, dict):
            read = _properties if what == "property" else _events
            return list(read(device, data.get("params"), data.get("id"), profiles, None)) or [liveness(device)]
        case "online" | "offline" as state:
            when = stamp(said.get("time") or said.get("timestamp"), TimeSource.NETWORK)
            return [Voice(device, when).fact(Kind.AVAILABILITY, state)]
        case _:
            return []
