"""Extras: detectors that most homes never need, made when their device first speaks."""

from core.places import Device, Home
from core.readings import Kind
from detectors.alarms import Hazard, Press
from detectors.appliance_on import ApplianceOn
from detectors.carbon_monoxide import CarbonMonoxide
from detectors.detector import Detector
from detectors.door_open import DoorOpen
from detectors.night_out import NightOut
from detectors.presence import HomePresence
from detectors.visibility import HomeVisibility


def make(name: str, device: Device, home: Home, visibility: HomeVisibility, presence: HomePresence) -> Detector:
    """The detector of this name: what it judges, a colon, and of what."""
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
