"""Rooms: stays told from signs, and which room follows which. Corridors and the front door are ways, not rooms."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from anxin.comparison.witness import Seen
from core.places import Role, Room

WAYS: Final = frozenset({Room.CORRIDOR, Room.ENTRANCE, Room.OTHER})


@dataclass(frozen=True, slots=True)
class Stay:
    """From the first sign in a room until the first in another. `ended`: seen to; else they went out, or were out of
    sight. `follows`: they came from the room of the stay before.
    """

    room: Room
    start: float
    seconds: float
    ended: bool
    follows: bool


def rooms_of(watched: Iterable[tuple[Room, Role]]) -> frozenset[Room]:
    """Those in which these devices see people."""
    return frozenset(room for room, role in watched if role is not Role.FRONT_DOOR) - WAYS


def stays(seen: Seen, rooms: frozenset[Room]) -> Iterator[Stay]:
    """Every stay in one of these rooms. Whoever is in a room that is not among them is still where they were."""
    room: Room | None = None
    start, last, broken, follows = 0.0, 0.0, False, False
    for sign in seen.signs:
        broken = broken or not sign.follows
        if sign.role is Role.FRONT_DOOR or sign.room not in rooms or (sign.room is room and not broken):
            last = sign.at
            continue
        if room is not None:
            yield Stay(room, start, (last if broken else sign.at) - start, ended=not broken, follows=follows)
        room, start, last, follows, broken = sign.room, sign.at, sign.at, room is not None and not broken, False


def changes(found: Iterable[Stay]) -> Counter[tuple[Room, Room]]:
    """How often somebody went from one room to another."""
    return Counter((one.room, other.room) for one, other in pairwise(found) if other.follows and one.ended)
