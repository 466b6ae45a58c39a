"""Signs of life: readings that only a living person can have caused. Pure; the caller remembers.

What switches, opens or moves by itself (a refrigerator, a meter, a window in the wind) never counts.
"""

from enum import IntEnum
from typing import Final

from core.places import Role
from core.readings import Kind, Reading, Replay


class SignKind(IntEnum):
    """The family of evidence; the values are bits, so that independent families can be counted."""

    MOTION = 1
    CONTACT = 2
    OCCUPANCY = 4
    VIBRATION = 8
    APPLIANCE = 16
    BUTTON = 32
    METER = 64


MOTION_ROLES: Final = frozenset({Role.ROOM, Role.BED, Role.SEAT, Role.TOILET, Role.TAP, Role.FRONT_DOOR})
CONTACT_ROLES: Final = frozenset({Role.FRONT_DOOR, Role.ROOM_DOOR, Role.CUPBOARD, Role.FRIDGE})
VIBRATION_ROLES: Final = CONTACT_ROLES | {Role.ROOM, Role.BED, Role.SEAT, Role.TOILET, Role.TAP}
OCCUPANCY_ROLES: Final = frozenset({Role.BED, Role.SEAT, Role.TOILET})
BUTTON_ROLES: Final = frozenset(Role) - {Role.AUTOMATIC, Role.MAIN_METER, Role.BRIDGE}

ON_AND_OFF_WATTS: Final[dict[Role, tuple[float, float]]] = {
    Role.KETTLE: (200.0, 100.0),
    Role.TOASTER: (200.0, 100.0),
    Role.IRON: (200.0, 100.0),
    Role.MICROWAVE: (200.0, 100.0),
    Role.STOVE: (100.0, 50.0),
    Role.TELEVISION: (20.0, 10.0),
    Role.LIGHT: (3.0, 1.5),
    Role.APPLIANCE: (15.0, 8.0),
}
"""Switched on at or above the first, off below the second; between them nothing changes."""

OPENED_BY_HAND: Final = CONTACT_ROLES | frozenset(ON_AND_OFF_WATTS)
"""A contact on a dishwasher or an oven is opened by whoever uses it, whatever its power may do by itself."""

SIGN_ROLES: Final = MOTION_ROLES | VIBRATION_ROLES | OCCUPANCY_ROLES | frozenset(ON_AND_OFF_WATTS)
"""Roles whose devices are there to see a person. A panic button is pressed too rarely to miss."""


def family_of(role: Role) -> int:
    """Which independent kind of evidence a device of this role gives, as a bit of `SignKind`; 0 for none."""
    if role in ON_AND_OFF_WATTS:
        return SignKind.APPLIANCE
    if role is Role.MAIN_METER:
        return SignKind.METER
    if role in OCCUPANCY_ROLES:
        return SignKind.OCCUPANCY
    if role in CONTACT_ROLES:
        return SignKind.CONTACT
    return SignKind.MOTION if role in MOTION_ROLES else 0


def switched_on(role: Role, watts: float, *, was_on: bool) -> bool:
    """Is an appliance of this role running at this power? With hysteresis; False for what is not switched by hand."""
    levels = ON_AND_OFF_WATTS.get(role)
    if levels is None:
        return False
    on, off = levels
    return watts >= (off if was_on else on)


def lies_there(reading: Reading, role: Role) -> bool:
    """Does a bed or seat say, for the first time or again, that somebody is in it? Said again, it proves no life."""
    occupied = reading.kind is Kind.OCCUPANCY and reading.value is True and reading.replay is Replay.LIVE
    return occupied and role in OCCUPANCY_ROLES


def sign_of_life(reading: Reading, role: Role, *, was_on: bool = False) -> SignKind | None:
    """The family of evidence if this reading is a sign of life, else None.

    `was_on` is the appliance's state before this reading. Motion that ends, appliances that switch off (a timer may
    have done it) and whatever is repeated, retained or old are not signs.
    """
    if not reading.happened:
        return None
    value = reading.value
    match reading.kind:
        case Kind.MOTION:
            return SignKind.MOTION if value is True and role in MOTION_ROLES else None
        case Kind.DOOR:
            return SignKind.CONTACT if role in OPENED_BY_HAND else None
        case Kind.OCCUPANCY:
            counts = role in OCCUPANCY_ROLES or (role is Role.ROOM and value is True)
            return SignKind.OCCUPANCY if counts else None
        case Kind.VIBRATION:
            return SignKind.VIBRATION if value is True and role in VIBRATION_ROLES else None
        case Kind.POWER:
            rises = not was_on and isinstance(value, int | float) and switched_on(role, value, was_on=False)
            return SignKind.APPLIANCE if rises else None
        case Kind.BUTTON | Kind.SOS:
            return SignKind.BUTTON if value is not False and value != "" and role in BUTTON_ROLES else None
        case _:
            return None
