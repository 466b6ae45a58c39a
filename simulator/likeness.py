"""Likeness: a simulated home fitted with the sorts of sensors that another home has, so that both can be compared."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from core.places import Device, Role, Room
from core.readings import Kind
from simulator.community import Household
from simulator.kits import Convention, Kit, Part, Sort

LIVED_IN: Final = frozenset({Room.BEDROOM, Room.BATHROOM, Room.LIVING, Room.KITCHEN, Room.CORRIDOR})
"""Rooms that a simulated home has."""
_HANDS: Final = frozenset({Role.CUPBOARD, Role.FRIDGE, Role.ROOM_DOOR})
_PLUGS: Final = frozenset({Role.KETTLE, Role.STOVE, Role.TELEVISION, Role.MICROWAVE})
_BODY: Final = frozenset({Role.BED, Role.SEAT})
_WATER: Final = frozenset({Role.TOILET, Role.TAP})


def fitted_like(household: Household, devices: Iterable[tuple[Device, Kind]], *, seed: int) -> Household:
    """The same people in the same home, with a sensor for each sort of sensor among `devices` that a simulated home
    can have, once in each room. They speak our own convention, which says any of them.
    """
    found = {(part.sort, part.role, part.room): part for part in map(_part, devices) if part is not None}
    sensors = tuple(part.built(seed=seed, gateway=household.gateway.id) for part in found.values())
    return replace(household, kit=Kit(Convention.NATIVE, sensors))


def _part(of: tuple[Device, Kind]) -> Part | None:
    device, kind = of
    sort = _sort(device.role, kind, device.room)
    if sort is None:
        return None
    name = f"{device.room.value}_{device.role.value}_{sort.value}"
    return Part(name, sort, kind, device.role, device.room, name, "")


def _sort(role: Role, kind: Kind, room: Room) -> Sort | None:
    if role is Role.FRONT_DOOR and kind is Kind.DOOR:
        return Sort.CONTACT
    if room not in LIVED_IN:
        return None
    match kind:
        case Kind.MOTION if role is Role.ROOM:
            return Sort.MOTION
        case Kind.DOOR if role in _HANDS:
            return Sort.CONTACT
        case Kind.VIBRATION if role in _WATER:
            return Sort.VIBRATION
        case Kind.OCCUPANCY if role in _BODY:
            return Sort.OCCUPANCY
        case Kind.POWER if role in _PLUGS:
            return Sort.PLUG
        case _:
            return None
