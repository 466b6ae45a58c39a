"""The words of recordings: what their authors call rooms, what a device watches, and what it says.

Letter case, spaces and numbers do not matter: `Bedroom 2` is a bedroom. What has no word here is `OTHER`.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Final

from core.inbox import UnknownDevice, guess
from core.places import Role, Room
from core.readings import UNITS, Kind

ROLES: Mapping[str, Role] = {
    "front_door": Role.FRONT_DOOR,
    "back_door": Role.FRONT_DOOR,
    "entrance_door": Role.FRONT_DOOR,
    "garage_door": Role.FRONT_DOOR,
    "main_door": Role.FRONT_DOOR,
    "outside_door": Role.FRONT_DOOR,
    "patio_door": Role.FRONT_DOOR,
    "window": Role.WINDOW,
    "room": Role.ROOM,
    "room_door": Role.ROOM_DOOR,
    "door": Role.ROOM_DOOR,
    "bed": Role.BED,
    "mattress": Role.BED,
    "seat": Role.SEAT,
    "chair": Role.SEAT,
    "couch": Role.SEAT,
    "recliner": Role.SEAT,
    "sofa": Role.SEAT,
    "toilet": Role.TOILET,
    "toilet_flush": Role.TOILET,
    "flush": Role.TOILET,
    "tap": Role.TAP,
    "faucet": Role.TAP,
    "sink": Role.TAP,
    "cabinet": Role.CUPBOARD,
    "cereal": Role.CUPBOARD,
    "closet": Role.CUPBOARD,
    "containers": Role.CUPBOARD,
    "cupboard": Role.CUPBOARD,
    "drawer": Role.CUPBOARD,
    "jewelry": Role.CUPBOARD,
    "medicine": Role.CUPBOARD,
    "fridge": Role.FRIDGE,
    "freezer": Role.FRIDGE,
    "refrigerator": Role.FRIDGE,
    "burner": Role.STOVE,
    "hob": Role.STOVE,
    "oven": Role.STOVE,
    "kettle": Role.KETTLE,
    "stove": Role.STOVE,
    "television": Role.TELEVISION,
    "microwave": Role.MICROWAVE,
    "toaster": Role.TOASTER,
    "iron": Role.IRON,
    "lamp": Role.LIGHT,
    "light": Role.LIGHT,
    "main_meter": Role.MAIN_METER,
    "appliance": Role.APPLIANCE,
    "coffee": Role.APPLIANCE,
    "computer": Role.APPLIANCE,
    "dryer": Role.APPLIANCE,
    "hair_dryer": Role.APPLIANCE,
    "tumble_dryer": Role.APPLIANCE,
    "vacuum_cleaner": Role.APPLIANCE,
    "washer_dryer": Role.APPLIANCE,
    "dishwasher": Role.APPLIANCE,
    "dvd": Role.APPLIANCE,
    "exhaust": Role.APPLIANCE,
    "garbage": Role.APPLIANCE,
    "laundry": Role.APPLIANCE,
    "washing": Role.APPLIANCE,
    "washing_machine": Role.APPLIANCE,
}
"""By the plainest form of their names; besides, every role has its own name, and whatever is a way out is a front door.
"""

_PLACES: Mapping[str, Room] = {
    "bath": Room.BATHROOM,
    "ensuite": Room.BATHROOM,
    "guest_bathroom": Room.BATHROOM,
    "master_bathroom": Room.BATHROOM,
    "restroom": Room.BATHROOM,
    "shower": Room.BATHROOM,
    "toilet": Room.BATHROOM,
    "wc": Room.BATHROOM,
    "guest_bedroom": Room.BEDROOM,
    "master_bedroom": Room.BEDROOM,
    "front_door": Room.ENTRANCE,
    "entry": Room.ENTRANCE,
    "entryway": Room.ENTRANCE,
    "foyer": Room.ENTRANCE,
    "hall": Room.CORRIDOR,
    "hallway": Room.CORRIDOR,
    "stairs": Room.CORRIDOR,
    "living_room": Room.LIVING,
    "livingroom": Room.LIVING,
    "lounge": Room.LIVING,
    "sitting_room": Room.LIVING,
    "study": Room.OFFICE,
    "closet": Room.STORAGE,
    "pantry": Room.STORAGE,
    "laundry": Room.UTILITY,
    "laundry_room": Room.UTILITY,
}
_MOTION_ROLES: Final = frozenset({Role.ROOM, Role.BED, Role.SEAT, Role.TOILET, Role.TAP, Role.FRONT_DOOR})
_UNNAMED: Mapping[Kind, Role] = {
    Kind.MOTION: Role.ROOM,
    Kind.OCCUPANCY: Role.ROOM,
    Kind.VIBRATION: Role.ROOM,
    Kind.DOOR: Role.ROOM_DOOR,
    Kind.TEMPERATURE: Role.CLIMATE,
    Kind.SOS: Role.SOS,
    Kind.SMOKE: Role.SMOKE,
    Kind.GAS: Role.GAS,
    Kind.CO: Role.CO,
    Kind.CO_PPM: Role.CO,
    Kind.WATER: Role.WATER,
}
"""What a device watches of whose role nobody said anything that we know: what moves is somebody in the room."""
_GATEWAYS_OWN: Final = frozenset({"bridge", "gateway"})
_ON: Final = frozenset({"on", "true", "1"})
_OFF: Final = frozenset({"off", "false", "0"})
_HAPPENED: Final = _ON | {"detected", "occupied", "active", "present", "pressed"}
_OVER: Final = _OFF | {"clear", "inactive", "absent", "free", "vacant", "released"}
_OPEN: Final = _ON | {"open", "opened"}
_CLOSED: Final = _OFF | {"closed", "close", "shut"}
SWITCHED_ON: Final = 1000.0
"""Watts that stand for "on" where nothing is measured."""
MOST_WATTS: Final = 100_000.0
"""No home draws more, or feeds more in."""


def plain(text: str) -> str:
    """In small letters, words joined by `_`, without numbers at its end: `Bedroom 2` is `bedroom`."""
    joined = re.sub(r"[\s\-_/]+", "_", text.strip().lower())
    return re.sub(r"_?\d+$", "", joined).strip("_") or joined


def kind_of(text: str) -> Kind | None:
    """None for a kind that we do not know."""
    word = text.strip().lower()
    return Kind(word) if word in Kind._value2member_map_ else None


def behind_gateway(device: str) -> str:
    """Its name behind its gateway, which has two of its own."""
    return f"{device}-sensor" if device in _GATEWAYS_OWN else device


def room_of(place: str) -> Room:
    """Raises nothing: what we have no word for is `OTHER`."""
    word = plain(place)
    return _PLACES.get(word) or Room.parse(word)


def role_of(role: str, kind: Kind) -> Role:
    """A refrigerator's door is opened by hand; its power goes on and off by itself."""
    word = plain(role)
    known = ROLES.get(word) or (Role(word) if word in Role._value2member_map_ else None)
    match kind:
        case Kind.POWER | Kind.ENERGY:
            return Role.AUTOMATIC if known is Role.FRIDGE else known or _plug(word)
        case Kind.MOTION if known not in _MOTION_ROLES:
            return Role.ROOM
        case Kind.DOOR if known is Role.ROOM:
            return Role.ROOM_DOOR
        case _:
            return known or _UNNAMED.get(kind, Role.OTHER)


def _plug(word: str) -> Role:
    """As an installer would be offered it; of what no word speaks for, nobody knows whether a person switches it."""
    never = datetime.fromtimestamp(0, UTC)
    offered = guess(UnknownDevice(f"plugs/{word}", "", 1, never, never, {Kind.POWER: 0.0})).role
    return Role.OTHER if offered in {None, Role.APPLIANCE} else offered


def value_of(kind: Kind, text: str) -> bool | float | str:
    """What a line says, as the core speaks it. Raises ValueError, with what was expected."""
    word = text.strip().lower()
    match kind:
        case Kind.DOOR:
            return "open" if _is(word, _OPEN, _CLOSED, "a door is open or closed") else "closed"
        case Kind.POWER:
            return _watts(word)
        case Kind.BUTTON | Kind.AVAILABILITY:
            return text.strip()
        case Kind.LIVENESS:
            return True
        case _ if kind in UNITS:
            return _number(word, f"{kind.value} is a number of {UNITS[kind]}")
        case _:
            happened = "occupied" if kind is Kind.OCCUPANCY else "detected"
            return _is(word, _HAPPENED, _OVER, f"{kind.value} is {happened} or clear")


def _is(word: str, yes: frozenset[str], no: frozenset[str], expected: str) -> bool:
    if word not in yes | no:
        raise ValueError(f"{expected}, not {word!r}")
    return word in yes


def _watts(word: str) -> float:
    if word in {"on", "true", "off", "false"}:
        return SWITCHED_ON if word in _ON else 0.0
    expected = f"power is a number of watts, at most {MOST_WATTS:.0f}"
    watts = _number(word, expected)
    if abs(watts) > MOST_WATTS:
        raise ValueError(f"{expected}, not {word!r}")
    return watts


def _number(word: str, expected: str) -> float:
    try:
        number = float(word)
    except ValueError as error:
        raise ValueError(f"{expected}, not {word!r}") from error
    if not isfinite(number):
        raise ValueError(f"{expected}, not {word!r}")
    return number
