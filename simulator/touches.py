"""Touches: what a day's hands and body leave on things: cupboards, refrigerators, doors of rooms, taps, beds, seats.

Told by a chance of their own, so that a home without such sensors lives the same day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from core.places import Role, Room
from simulator.day import Doing, Stay
from simulator.persona import Persona


@dataclass(frozen=True, slots=True)
class Touch:
    """A thing of this role in this room is open, flowing or occupied from `start` to `end` (epoch seconds)."""

    role: Role
    room: Room
    start: float
    end: float


IN_BED: Final = frozenset({Doing.ASLEEP, Doing.NAP, Doing.RESTING})
SITTING: Final = frozenset({Doing.TELEVISION, Doing.EATING})
HANDS: Final = {
    Doing.COOKING: ((Role.CUPBOARD, 2, 7), (Role.FRIDGE, 1, 4)),
    Doing.EATING: ((Role.CUPBOARD, 0, 1), (Role.FRIDGE, 0, 1)),
    Doing.POTTERING: ((Role.CUPBOARD, 0, 2), (Role.FRIDGE, 0, 1)),
    Doing.RISING: ((Role.CUPBOARD, 0, 2),),
    Doing.SHOWER: ((Role.CUPBOARD, 0, 1), (Role.TAP, 1, 2)),
    Doing.TOILET: ((Role.CUPBOARD, 0, 1), (Role.TAP, 0, 2)),
}
"""How often something is opened during a stay, and mostly soon after they came: least and most, before `handy`. As in
public recordings of homes with reed switches, rounded.
"""
OPEN_FOR: Final = 4.0, 25.0
"""Seconds that a cupboard is open."""


def touches_of(stays: tuple[Stay, ...], persona: Persona, rng: Random) -> list[Touch]:
    """Everything touched on these stays, in order of beginning."""
    return sorted((touch for stay in stays for touch in _during(stay, persona, rng)), key=lambda touch: touch.start)


def _during(stay: Stay, persona: Persona, rng: Random) -> Iterator[Touch]:
    room = stay.room
    if room is None or stay.end - stay.start < 2 * OPEN_FOR[1]:
        return
    if stay.doing in IN_BED:
        yield Touch(Role.BED, room, stay.start + 1, stay.end - 1)
        return
    if stay.doing in SITTING and room is Room.LIVING:
        yield Touch(Role.SEAT, room, stay.start + rng.uniform(5, 25), stay.end - rng.uniform(2, 10))
    if room in (Room.BATHROOM, Room.BEDROOM):
        yield from _through_the_door(stay, room, persona.shuts, rng)
    if stay.doing is Doing.TOILET:
        flush = stay.end - rng.uniform(20, 45)
        yield Touch(Role.TOILET, room, flush, flush + 5)
    if room is Room.LIVING:
        return
    for role, least, most in HANDS.get(stay.doing, ()):
        for _ in range(round(rng.uniform(least, most) * persona.handy)):
            at = stay.start + (stay.end - OPEN_FOR[1] - stay.start) * rng.random() ** 2
            yield Touch(role, room, at, at + rng.uniform(*OPEN_FOR))


def _through_the_door(stay: Stay, room: Room, shuts: float, rng: Random) -> Iterator[Touch]:
    """Who lives alone shuts a door behind them now and then, or leaves it as it is for ever."""
    for at in (stay.start, stay.end):
        if rng.random() < shuts:
            yield Touch(Role.ROOM_DOOR, room, at, at + rng.uniform(1, 6))
