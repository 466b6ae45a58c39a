"""Aliyun IoT (Alink JSON): property and event posts of devices and gateways, and what the platform's rules forward.

Identifiers are each product's own, so only a profile gives them a meaning. Source: Aliyun IoT Platform, "Alink
protocol": device properties, events, and services; batch, pack and history posts.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from core.readings import Kind, Replay, TimeSource
from ingest.conventions.decoded import Malformed, Profiles, Reason, Said, liveness
from ingest.conventions.mapped import flat, mapped
from ingest.conventions.payload import parse_object
from ingest.conventions.times import stamp
from ingest.conventions.voice import Voice

_STATES = {"online": "online", "offline": "offline"}


class AliyunAlink:
    """The convention as it is registered."""

    name = "aliyun-alink"

    def decoder(self) -> "AliyunAlinkDecoder":
        return AliyunAlinkDecoder()


class AliyunAlinkDecoder:
    """Remembers nothing."""

    def decode(self, topic: str, payload: bytes, *, retain: bool, profiles: Profiles) -> list[Said]:
        match topic.strip("/").split("/"):
            case ["sys" | "ext", product, device, "thing", "event", *rest] if rest and rest[-1] == "post":
                said = parse_object(payload)
                return _posted(f"{product}/{device}", rest[:-1], said, profiles, retain=retain)
            case ["as", "mqtt", "status", product, device]:
                return _status(f"{product}/{device}", parse_object(payload))
            case [product, device, "thing", "event", *rest] if rest and rest[-1] == "post":  # as a rule forwards it
                return _forwarded(f"{product}/{device}", parse_object(payload), profiles, retain=retain)
            case ["sys" | "ext" | "ota" | "shadow", *_]:
                return []  # answers, services, updates: nothing about the home
            case _:
                raise Malformed(Reason.TOPIC, "neither /sys/<product>/<device>/… nor a forwarded post")


def _posted(device: str, what: list[str], said: dict[str, Any], profiles: Profiles, *, retain: bool) -> list[Said]:
    params, number = said.get("params"), said.get("id")
    match what:
        case ["property", "history"]:
            told = [one for part in _list(params) for one in _part(device, part, number, profiles, Replay.HISTORY)]
        case ["property", "batch" | "pack"] if isinstance(params, dict):
            parts = [params, *_list(params.get("subDevices"))]
            told = [one for part in parts for one in _part(device, part, number, profiles, None)]
        case ["property"]:
            told = _values(device, _object(params), number, profiles, None)
        case [_]:
            told = _event(device, what[0], _object(params), number, profiles, None)
        case _:
            return []
    return told or ([] if retain else [liveness(device)])


def _part(device: str, part: Any, number: object, profiles: Profiles, hint: Replay | None) -> Iterator[Said]:
    """One device's share of a batch: itself, or the sub-device that `identity` names."""
    if not isinstance(part, dict):
        return
    identity = part.get("identity")
    if isinstance(identity, dict):
        device = f"{identity.get('productKey')}/{identity.get('deviceName')}"
    for properties in _one_or_many(part.get("properties")):
        yield from _values(device, properties, number, profiles, hint)
    for events in _one_or_many(part.get("events")):
        for name, occurrences in events.items():
            for occurrence in _one_or_many(occurrences):
                yield from _event(device, str(name), occurrence, number, profiles, hint)


def _values(
    device: str, params: Mapping[str, Any], number: object, profiles: Profiles, hint: Replay | None
) -> list[Said]:
    """`{"Door": {"value": 1, "time": …}}`, the value alone, or several values of one property."""
    told: list[Said] = []
    profile = profiles.of(device)
    for name, content in params.items():
        for one in content if isinstance(content, list) else [content]:
            is_timed = isinstance(one, dict) and "value" in one
            voice = _voice(device, one.get("time") if is_timed else None, number, hint)
            told += mapped(voice, profile, flat(one["value"] if is_timed else one, str(name)))
    return told


def _event(
    device: str, name: str, content: Mapping[str, Any], number: object, profiles: Profiles, hint: Replay | None
) -> list[Said]:
    """An event's outputs are keys below its name: `fire.level`. `fire` itself may be mapped too: it happened."""
    voice = _voice(device, content.get("time"), number, hint)
    return mapped(voice, profiles.of(device), {name: True, **flat(content.get("value", {}), name)})


def _forwarded(device: str, said: dict[str, Any], profiles: Profiles, *, retain: bool) -> list[Said]:
    items = said.get("items")
    told = _values(device, _object(items), said.get("requestId"), profiles, None) if items is not None else []
    return told or ([] if retain else [liveness(device)])


def _status(device: str, said: dict[str, Any]) -> list[Said]:
    state = _STATES.get(str(said.get("status")).lower())
    if state is None:
        raise Malformed(Reason.VALUE, f"status {str(said.get('status'))[:40]!r}")
    when = stamp(said.get("utcTime") or said.get("utcLastTime"), TimeSource.NETWORK)
    return [Voice(device, when).fact(Kind.AVAILABILITY, state)]


def _voice(device: str, time: object, number: object, hint: Replay | None) -> Voice:
    """A message's id is unique for a device and a day only, so it counts together with the time."""
    when = stamp(time, TimeSource.DEVICE)
    usable = isinstance(number, str | int) and number != "" and when.time is not None
    return Voice(device, when, hint, message_id=f"{number}@{time}" if usable else None)


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Malformed(Reason.SHAPE, "params must be an object")
    return value


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _one_or_many(value: Any) -> list[dict[str, Any]]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]
