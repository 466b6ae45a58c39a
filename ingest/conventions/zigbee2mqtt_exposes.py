"""Which Zigbee2MQTT properties carry which kind of reading, by default and as a bridge's own inventory announces them.

The inventory (`bridge/devices`) names for each property its two values or its unit: it outranks the defaults.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from core.readings import Kind, Semantics, Value
from ingest.conventions.decoded import Malformed, Reason

_ENDPOINT = re.compile(r"^(.+?)_(l\d{1,2}|\d{1,2}|left|right|center|top|bottom|phase_[abc])$")


@dataclass(frozen=True, slots=True)
class Property:
    """One property. `on`/`off` are its two raw values; `when_on`/`when_off` what they mean.

    `unit` None means that the default is not known: only the inventory can say it. `has_more_words`: what is neither
    of the two says nothing.
    """

    kind: Kind
    on: object = True
    off: object = False
    when_on: Value = True
    when_off: Value = False
    unit: str | None = None
    only_unit: str | None = None
    channel: str | None = None
    numeric: bool = False
    semantics: Semantics | None = None
    has_more_words: bool = False


@dataclass(frozen=True, slots=True)
class Exposed:
    """What the bridge announced about one device. `properties` hold only `on`, `off` and `unit`."""

    ieee_address: str
    properties: dict[str, Property]


def _measured(kind: Kind, unit: str | None, *, only: str | None = None) -> Property:
    return Property(kind, unit=unit, only_unit=only, numeric=True)


def _standing() -> Property:
    """A call for help that the bridge repeats in every message until it is reset: a state, not a press each time."""
    return Property(Kind.SOS, semantics=Semantics.STATE)


def _fallen(on: str, off: str) -> Property:
    """The same from a radar, in words; there are more of them ("fall_warning")."""
    return Property(Kind.SOS, on, off, channel="fall", semantics=Semantics.STATE, has_more_words=True)


_DEFAULTS: dict[str, Property] = {
    # documented: contact is true when closed, so its "on" (open) value is false
    "contact": Property(Kind.DOOR, on=False, off=True, when_on="open", when_off="closed"),
    "occupancy": Property(Kind.MOTION),
    "presence": Property(Kind.MOTION),
    "water_leak": Property(Kind.WATER),
    "smoke": Property(Kind.SMOKE),
    "gas": Property(Kind.GAS),
    "carbon_monoxide": Property(Kind.CO),
    "sos": _standing(),
    "sos_alarm": _standing(),
    # radars that see a fall: acted on like a call for help
    "fall_status": _fallen("fall_alarm", "normal"),
    "fall_down_status": _fallen("fall", "none"),
    "vibration": Property(Kind.VIBRATION),
    "tamper": Property(Kind.TAMPER),
    "battery_low": Property(Kind.BATTERY_LOW),
    "battery": _measured(Kind.BATTERY, "%", only="%"),
    "power": _measured(Kind.POWER, "W"),
    "energy": _measured(Kind.ENERGY, "kWh"),
    "consumption": _measured(Kind.ENERGY, "kWh"),  # what `energy` was called until 2021
    "co": _measured(Kind.CO_PPM, "ppm"),
    "temperature": _measured(Kind.TEMPERATURE, "°C"),
    "humidity": _measured(Kind.HUMIDITY, "%"),
    "illuminance_lux": _measured(Kind.ILLUMINANCE, "lx"),
    "illuminance": _measured(Kind.ILLUMINANCE, None, only="lx"),
    "voltage": _measured(Kind.BATTERY_VOLTAGE, None, only="mV"),
    "battery_voltage": _measured(Kind.BATTERY_VOLTAGE, None),
}
_PER_ENDPOINT = frozenset(
    {"contact", "occupancy", "presence", "water_leak", "power", "energy", "temperature", "humidity"}
)


@lru_cache(maxsize=2048)
def property_of(key: str) -> Property | None:
    """The property of this name, also per endpoint (`power_l2`); None where it carries no reading that we keep."""
    exact = _DEFAULTS.get(key)
    if exact is not None or len(key) > 64:  # noqa: PLR2004 - no property has so long a name
        return exact
    parts = _ENDPOINT.match(key)
    if parts is None or parts[1] not in _PER_ENDPOINT:
        return None
    plain = _DEFAULTS[parts[1]]
    return Property(
        plain.kind,
        plain.on,
        plain.off,
        plain.when_on,
        plain.when_off,
        plain.unit,
        plain.only_unit,
        parts[2],
        plain.numeric,
    )


def inventory_of(announced: Any, *, most: int) -> dict[str, Exposed]:
    """`bridge/devices` by friendly name. Raises Malformed where it is no list; entries of another shape are skipped."""
    if not isinstance(announced, list):
        raise Malformed(Reason.SHAPE, "bridge/devices is a list")
    found: dict[str, Exposed] = {}
    for entry in announced[:most]:
        match entry:
            case {"friendly_name": str(name), "ieee_address": str(address), "definition": {"exposes": list(exposes)}}:
                found[name] = Exposed(address, dict(_properties(exposes)))
            case {"friendly_name": str(name), "ieee_address": str(address)}:
                found[name] = Exposed(address, {})
            case _:
                continue
    return found


def _properties(exposes: list[Any]) -> Iterator[tuple[str, Property]]:
    """Properties that we read, with their announced values; composite exposes carry theirs as `features`."""
    for expose in exposes:
        if not isinstance(expose, dict):
            continue
        features = expose.get("features")
        if isinstance(features, list):
            yield from _properties([one for one in features if isinstance(one, dict) and "features" not in one])
        name = expose.get("property")
        known = property_of(name) if isinstance(name, str) else None
        if known is None or not isinstance(name, str):
            continue
        if not known.numeric:
            on, off = expose.get("value_on", known.on), expose.get("value_off", known.off)
            yield name, Property(known.kind, on=on, off=off)
            continue
        unit = expose.get("unit")
        yield name, Property(known.kind, unit=unit if isinstance(unit, str) else known.unit, numeric=True)
