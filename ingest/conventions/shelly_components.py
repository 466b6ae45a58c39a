"""The components of Shelly's second and later generations: `switch:0`, `em:0`, `smoke:0` … and their events."""

from collections.abc import Mapping
from typing import Any, Final

from core.readings import Kind, TimeSource
from ingest.conventions import radio_link
from ingest.conventions.decoded import NO_STAMP, Profile, Said, Stamp
from ingest.conventions.payload import number
from ingest.conventions.times import stamp
from ingest.conventions.voice import Voice

_SINCE_BOOT = 1_000_000_000
"""A smaller `ts` counts seconds since the start: the clock was not set yet."""
_PUSHES: Final[Mapping[str, str]] = {
    "single_push": "single",
    "double_push": "double",
    "triple_push": "triple",
    "long_push": "long",
}
_MOST_EVENTS = 64
_NUMBERS: Final[Mapping[str, tuple[tuple[str, Kind, str, str | None], ...]]] = {
    "switch": (("apower", Kind.POWER, "W", ""), ("aenergy.total", Kind.ENERGY, "Wh", "")),
    "cover": (("apower", Kind.POWER, "W", ""), ("aenergy.total", Kind.ENERGY, "Wh", "")),
    "light": (("apower", Kind.POWER, "W", ""), ("aenergy.total", Kind.ENERGY, "Wh", "")),
    "pm1": (("apower", Kind.POWER, "W", ""), ("aenergy.total", Kind.ENERGY, "Wh", "")),
    "em1": (("act_power", Kind.POWER, "W", ""),),
    "em1data": (("total_act_energy", Kind.ENERGY, "Wh", ""),),
    "em": (("total_act_power", Kind.POWER, "W", ""), ("a_act_power", Kind.POWER, "W", "/a"),
           ("b_act_power", Kind.POWER, "W", "/b"), ("c_act_power", Kind.POWER, "W", "/c")),
    "emdata": (("total_act", Kind.ENERGY, "Wh", ""),),
    "temperature": (("tC", Kind.TEMPERATURE, "C", None),),
    "humidity": (("rh", Kind.HUMIDITY, "%", None),),
    "illuminance": (("lux", Kind.ILLUMINANCE, "lx", None),),
    "bthomedevice": (("battery", Kind.BATTERY, "%", ""),),
}  # fmt: skip
"""By component: where a number is, its kind and unit, and what its channel adds to the component (None: no channel)."""
_ALARMS: Final[Mapping[str, Kind]] = {"smoke": Kind.SMOKE, "flood": Kind.WATER}


def rpc_stamp(raw: object) -> Stamp:
    if raw is None:
        return NO_STAMP
    found = number(raw)
    if found is None or found < _SINCE_BOOT:
        return Stamp(None, TimeSource.UNTRUSTED, None)
    return stamp(found, TimeSource.DEVICE)


def components(voice: Voice, name: str, content: Any, profile: Profile) -> list[Said]:
    """What the status of one component says. `name` is `switch:0`; a profile may give a meaning to its state."""
    if not isinstance(content, dict):
        return []
    sort = name.partition(":")[0]
    if name in profile:
        raw = next((content[key] for key in ("state", "value", "output") if content.get(key) is not None), None)
        return [] if raw is None else voice.meant(profile, name, raw, channel=name)
    told: list[Said] = []
    for path, kind, unit, channel in _NUMBERS.get(sort, ()):
        raw = _at(content, path)
        told += voice.measured(kind, raw, unit, channel=None if channel is None else f"{name}{channel}")
    if sort in _ALARMS and isinstance(content.get("alarm"), bool):
        told.append(voice.fact(_ALARMS[sort], content["alarm"]))
    if sort == "wifi":
        told += radio_link.wifi(voice, content.get("rssi"))
    if sort == "devicepower":
        told += _battery(voice, content)
    return told


def _at(content: Mapping[str, Any], path: str) -> Any:
    value: Any = content
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _battery(voice: Voice, content: Mapping[str, Any]) -> list[Said]:
    """On external power the battery compartment is empty, and 0 % is no low battery."""
    if _at(content, "external.present") is True:
        return []
    return voice.measured(Kind.BATTERY, _at(content, "battery.percent"), "%")


def events(voice: Voice, said: Any, profile: Profile) -> list[Said]:
    told: list[Said] = []
    for event in said[:_MOST_EVENTS] if isinstance(said, list) else ():
        if not isinstance(event, dict):
            continue
        component, what = event.get("component"), event.get("event")
        if not isinstance(component, str) or not isinstance(what, str):
            continue
        at = rpc_stamp(event.get("ts"))
        dated = voice if at is NO_STAMP else Voice(voice.device, at)
        if f"{component}.{what}" in profile:
            told += dated.meant(profile, f"{component}.{what}", True, channel=component)  # noqa: FBT003 - it happened
        elif what in _PUSHES:
            told.append(dated.fact(Kind.BUTTON, _PUSHES[what], channel=component))
    return told
