"""Huawei IoTDA: reports of devices and gateways on `$oc/devices/…`, and what the platform pushes northbound.

Services and properties are each product's own: a profile names them `Service.property`. Source: Huawei Cloud, IoTDA
API reference (device property reporting, gateway reporting, data push), and OceanConnect's push for older products.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from core.readings import Kind, TimeSource
from ingest.conventions.decoded import Malformed, Profiles, Reason, Said, liveness
from ingest.conventions.mapped import flat, mapped
from ingest.conventions.payload import parse_object
from ingest.conventions.times import stamp
from ingest.conventions.voice import Voice

_STATES = {"ONLINE": "online", "OFFLINE": "offline"}
_MOST = 500


class HuaweiIotda:
    """The convention as it is registered."""

    name = "huawei-iotda"

    def decoder(self) -> "HuaweiIotdaDecoder":
        return HuaweiIotdaDecoder()


class HuaweiIotdaDecoder:
    """Remembers nothing."""

    def decode(self, topic: str, payload: bytes, *, retain: bool, profiles: Profiles) -> list[Said]:
        match topic.strip("/").split("/"):
            case ["$oc", "devices", device, "sys", *what]:
                return _from_device(device, what, payload, profiles, retain=retain)
            case ["$oc", *_]:
                return []
            case _:
                return _northbound(parse_object(payload), profiles, retain=retain)


def _from_device(device: str, what: list[str], payload: bytes, profiles: Profiles, *, retain: bool) -> list[Said]:
    match what:
        case ["properties", "report"]:
            return _services(device, parse_object(payload), profiles, TimeSource.DEVICE, retain=retain)
        case ["gateway", "sub_devices", "properties", "report"]:
            told: list[Said] = []
            for one in _objects(parse_object(payload).get("devices")):
                told += _services(_id(one.get("device_id")), one, profiles, TimeSource.DEVICE, retain=retain)
            return told
        case ["events", "up"]:
            return list(_events(parse_object(payload)))
        case ["messages", "up"]:
            return [] if retain else [liveness(device)]
        case _:
            return []


def _services(device: str, said: dict[str, Any], profiles: Profiles, source: TimeSource, *, retain: bool) -> list[Said]:
    """`services`, each with its properties and its own time."""
    services = said.get("services")
    if not isinstance(services, list):
        raise Malformed(Reason.SHAPE, "no services")
    told: list[Said] = []
    for service in _objects(services):
        name = service.get("service_id", service.get("serviceId"))
        properties = service.get("properties", service.get("data"))
        when = stamp(service.get("event_time", service.get("eventTime")), source)
        told += mapped(Voice(device, when), profiles.of(device), flat(properties, str(name)))
    return told or ([] if retain else [liveness(device)])


def _events(said: dict[str, Any]) -> Iterator[Said]:
    """A gateway tells of the devices below it."""
    for service in _objects(said.get("services")):
        when = stamp(service.get("event_time"), TimeSource.DEVICE)
        paras = service.get("paras")
        for one in _objects(paras.get("device_statuses") if isinstance(paras, dict) else None):
            state = _STATES.get(str(one.get("status")))
            if state is not None:
                yield Voice(_id(one.get("device_id")), when).fact(Kind.AVAILABILITY, state)


def _northbound(said: dict[str, Any], profiles: Profiles, *, retain: bool) -> list[Said]:
    if "notifyType" in said:
        return _ocean(said, profiles, retain=retain)
    resource, content = said.get("resource"), said.get("notify_data")
    if not isinstance(resource, str) or not isinstance(content, dict):
        raise Malformed(Reason.SHAPE, "neither a device's topic nor a pushed message")
    header, body = content.get("header"), content.get("body")
    if not isinstance(header, dict) or not isinstance(body, dict):
        raise Malformed(Reason.SHAPE, "notify_data without header or body")
    device = _id(header.get("device_id"))
    match resource:
        case "device.status":
            when = stamp(said.get("event_time"), TimeSource.NETWORK)
            state = _STATES.get(str(body.get("status")))
            return [] if state is None else [Voice(device, when).fact(Kind.AVAILABILITY, state)]
        case "device.property":
            return _services(device, body, profiles, TimeSource.NETWORK, retain=retain)
        case "device.message":
            return [] if retain else [liveness(device)]
        case _:
            return []


def _ocean(said: dict[str, Any], profiles: Profiles, *, retain: bool) -> list[Said]:
    """OceanConnect: `deviceDataChanged` with one service, `deviceDatasChanged` with several."""
    device = _id(said.get("deviceId"))
    match said["notifyType"]:
        case "deviceDataChanged":
            services: dict[str, Any] = {"services": [said.get("service")]}
        case "deviceDatasChanged":
            services = {"services": said.get("services")}
        case _:
            return []
    return _services(device, services, profiles, TimeSource.NETWORK, retain=retain)


def _objects(value: Any) -> Iterable[dict[str, Any]]:
    return [one for one in value[:_MOST] if isinstance(one, dict)] if isinstance(value, list) else []


def _id(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 256:  # noqa: PLR2004 - the platform's own bound
        raise Malformed(Reason.SHAPE, "no device id")
    return value
