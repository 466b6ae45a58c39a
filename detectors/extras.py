"""Extras: the detectors of daily life, which every home has, and those that most never need, made when their device
first speaks.
"""

from core.concerns import ConcernKind
from core.places import Device, Home
from core.readings import Kind
from detectors import temperature
from detectors.alarms import Hazard, Press
from detectors.appliance_on import ApplianceOn
from detectors.carbon_monoxide import CarbonMonoxide
from detectors.days import HomeDays
from detectors.detector import Detector
from detectors.door_open import DoorOpen
from detectors.meals import Meals
from detectors.night_out import NightOut
from detectors.presence import HomePresence
from detectors.restless import RestlessNight
from detectors.temperature import Temperature
from detectors.visibility import HomeVisibility
from detectors.wandering import Wandering

_TEMPERATURE = frozenset({ConcernKind.TOO_COLD, ConcernKind.TOO_HOT})


def daily(home: Home, days: HomeDays, visibility: HomeVisibility, presence: HomePresence) -> tuple[Detector, ...]:
    """Those that go by a home's days. They observe after the days and before presence does."""
    return Meals(home, days, visibility, presence), RestlessNight(home, days), Wandering(home, days)


def make(name: str, device: Device | None, home: Home, visibility: HomeVisibility, presence: HomePresence) -> Detector:
    """The detector of this name: what it judges, a colon, and of what. Only that of a whole home needs no device."""
    if name.partition(":")[0] == temperature.NAME:
        return Temperature(home, visibility, presence)
    assert device is not None, name
    match name.partition(":")[0]:
        case "appliance_on":
            return ApplianceOn(device, visibility, presence)
        case "door_open":
            return DoorOpen(device, visibility, presence, home.timezone)
        case "night_out":
            return NightOut(device, visibility, presence, home.timezone)
        case "sos":
            return Press(device)
        case "co":
            return CarbonMonoxide(device, visibility)
        case what:
            return Hazard(device, Kind(what), visibility)


def name_of(kind: ConcernKind, subject: str) -> str:
    """Of the detector that says such a concern of this device or home."""
    return f"{temperature.NAME if kind in _TEMPERATURE else kind.value}:{subject}"
