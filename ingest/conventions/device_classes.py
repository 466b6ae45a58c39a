"""Home Assistant's device classes: what `door`, `moisture` or `battery` mean, for whoever announces itself with them.

Source: Home Assistant, "Binary sensor: device class" (on is open, wet, detected, low …) and "Sensor: device class".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.readings import Kind, Value


@dataclass(frozen=True, slots=True)
class Switched:
    """A kind with its value for on and for off."""

    kind: Kind
    on: Value
    off: Value


_DOOR: Final = Switched(Kind.DOOR, "open", "closed")

BINARY: Final[Mapping[str, Switched]] = {
    "door": _DOOR,
    "garage_door": _DOOR,
    "opening": _DOOR,
    "window": _DOOR,
    "motion": Switched(Kind.MOTION, on=True, off=False),
    "moving": Switched(Kind.VIBRATION, on=True, off=False),
    "occupancy": Switched(Kind.MOTION, on=True, off=False),
    "presence": Switched(Kind.MOTION, on=True, off=False),
    "smoke": Switched(Kind.SMOKE, on=True, off=False),
    "gas": Switched(Kind.GAS, on=True, off=False),
    "carbon_monoxide": Switched(Kind.CO, on=True, off=False),
    "moisture": Switched(Kind.WATER, on=True, off=False),
    "vibration": Switched(Kind.VIBRATION, on=True, off=False),
    "tamper": Switched(Kind.TAMPER, on=True, off=False),
    "battery": Switched(Kind.BATTERY_LOW, on=True, off=False),
    "connectivity": Switched(Kind.AVAILABILITY, on="online", off="offline"),
}

NUMBERS: Final[Mapping[str, Kind]] = {
    "power": Kind.POWER,
    "energy": Kind.ENERGY,
    "battery": Kind.BATTERY,
    "temperature": Kind.TEMPERATURE,
    "humidity": Kind.HUMIDITY,
    "illuminance": Kind.ILLUMINANCE,
    "carbon_monoxide": Kind.CO_PPM,
}
"""Voltage is not among them: it may be a battery's or the mains'."""

_CHIP: Final = "diagnostic"
"""What a device says of itself, and not of the home."""


def number_of(sort: str, category: str | None) -> Kind | None:
    """What a sensor of this class measures. A temperature that is a diagnosis is that of its own electronics."""
    kind = NUMBERS.get(sort)
    return None if kind is Kind.TEMPERATURE and category == _CHIP else kind
