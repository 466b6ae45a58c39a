"""Kit: what an installation can see of its people, from the devices that were fitted."""

from collections.abc import Iterable
from typing import Final

from core.places import Device, Role, Room
from detectors.signs import CONTACT_ROLES, SIGN_ROLES


def density_of(devices: Iterable[Device]) -> float:
    """How densely a home is instrumented, from 0.15 to 1: four rooms with motion sensors are dense."""
    rooms = {d.room for d in devices if d.role is Role.ROOM}
    others = sum(1 for d in devices if d.role in SIGN_ROLES and d.role is not Role.ROOM)
    contacts = sum(1 for d in devices if d.role in CONTACT_ROLES)
    return round(min(1.0, 0.15 + 0.2 * len(rooms) + 0.03 * min(others, 2 * contacts + 2)), 2)


def sees_rooms(devices: Iterable[Device]) -> bool:
    """Would somebody who left the bathroom soon be seen elsewhere? Two other rooms must watch for people."""
    watched = {d.room for d in devices if d.role in {Role.ROOM, Role.BED, Role.SEAT}}
    return len(watched - {Room.BATHROOM}) >= 2  # noqa: PLR2004 - bedroom and living room


WAYS: Final = frozenset({Room.CORRIDOR, Room.ENTRANCE, Room.OTHER})
"""Not where somebody is, but on the way there."""


def watched_rooms(devices: Iterable[Device]) -> list[str]:
    """The rooms in which motion is seen, once for each device."""
    return sorted(d.room.value for d in devices if d.role is Role.ROOM and d.room not in WAYS)


def sees_company(devices: Iterable[Device]) -> bool:
    """Can two people be told from one? By who comes in at the front door, and what moves then in several rooms."""
    here = tuple(devices)
    has_door = any(d.role is Role.FRONT_DOOR for d in here)
    return has_door and len(set(watched_rooms(here))) >= 2  # noqa: PLR2004 - where nobody is at once
