"""Homes with a past to replay: usual days, and one long quiet in the afternoon, which somebody may have ended."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

from core.places import Gateway, Home, Inventory
from core.readings import Reading
from tests.detectors import elder
from tests.detectors.elder import GATEWAY, at, check_ins, day_of_life, devices_of, moved

DAYS, QUIET = 21, timedelta(hours=3, minutes=35)
FELL = at(19, "14:30")
OTHER, OTHER_GATEWAY = "h-2", "g-2"


def life(days: int = DAYS, *, quiet_from: datetime | None = FELL) -> list[Reading]:
    """In order of receipt. From `quiet_from` on nothing moves for three and a half hours."""
    moves = [reading for day in range(days) for reading in day_of_life(day)]
    if quiet_from is not None:
        moves = still(moves, quiet_from, quiet_from + QUIET)
    spoken = check_ins((device.id for device in devices_of()), at(0, "00:00"), at(days, "00:00"))
    return sorted([*moves, *spoken], key=lambda reading: reading.received_at)


def still(moves: Iterable[Reading], since: datetime, until: datetime) -> list[Reading]:
    """Somebody is seen in the bedroom at `since`, and nobody moves before `until`."""
    kept = [reading for reading in moves if not since <= reading.at < until]
    return [*kept, moved("bedroom", since), moved("bedroom", until)]


def next_door(readings: Iterable[Reading]) -> list[Reading]:
    """The same life in the other home."""
    return [replace(reading, device=reading.device.replace(GATEWAY, OTHER_GATEWAY)) for reading in readings]


def two_homes() -> Inventory:
    """Their devices come as an inventory file has them: with a profile that cannot be changed."""
    inventory = elder.inventory()
    devices = [*devices_of(), *devices_of(OTHER, OTHER_GATEWAY)]
    return Inventory.of(
        inventory.areas.values(),
        [*inventory.homes.values(), Home(OTHER, "grid", "7-2-403")],
        [*inventory.gateways.values(), Gateway(OTHER_GATEWAY, OTHER)],
        [replace(each, profile=MappingProxyType({"polarity": "normal"})) for each in devices],
    )
