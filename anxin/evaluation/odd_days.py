"""Odd days: single days and nights that are unlike the person's own, made out of recorded ones."""

from collections.abc import Iterator
from random import Random
from typing import Final

from anxin.evaluation import injections
from anxin.evaluation.injections import DAY, HOUR, Injected, Injection
from anxin.evaluation.life import Life
from core.places import Role, Room
from core.readings import Kind
from simulator.recorded import Recorded

MORNING_FROM, MORNING_FOR = 6 * HOUR, 8 * HOUR
TIMES_UP: Final = 6
_UP_EVERY: Final = 0.8 * HOUR
_STEPS: Final = (0.0, 150.0, 400.0)
AT_DOOR, DOOR_EVERY = 5, 480.0
PACES, PACE = 48, 50.0
NIGHT_ENDS: Final = 4 * HOUR
_TRIES: Final = 20


def restless_nights(life: Life, rng: Random, count: int) -> Iterator[Injection]:
    """Six times to the bathroom more, each a few minutes long, from eleven on. Told from the end of that night on."""
    eyes = [device for device in life.of_role(Role.ROOM) if life.devices[device].room is Room.BATHROOM]
    eyes = [device for device in eyes if life.player.recording.kinds[device] is Kind.MOTION]
    nights = [night for night in life.nights if eyes and life.is_home(night)]
    for midnight in sorted(rng.sample(nights, min(count, len(nights)))):
        starts = [midnight - HOUR + (number + rng.random() * 0.5) * _UP_EVERY for number in range(TIMES_UP)]
        moves = [Recorded(at + step, eyes[0], Kind.MOTION, value=True) for at in starts for step in _STEPS]
        change = injections.besides(moves)
        yield Injection(Injected.RESTLESS_NIGHT, moves[0].at, change, midnight + NIGHT_ENDS)


def at_the_door(life: Life, rng: Random, count: int) -> Iterator[Injection]:
    """Five times within forty minutes of a night the front door is opened and shut; in between, somebody is inside."""
    doors, inside = life.front_doors, _eyes(life)
    for at in _small_hours(life, rng, count if doors and inside else 0):
        lines: list[Recorded] = []
        for number in range(AT_DOOR):
            opened = at + number * DOOR_EVERY
            lines.append(Recorded(opened, doors[0], Kind.DOOR, "open"))
            lines.append(Recorded(opened + 9.0, doors[0], Kind.DOOR, "closed"))
            lines.append(Recorded(opened + 130.0, inside[0], Kind.MOTION, value=True))
        yield Injection(Injected.AT_THE_DOOR, at, injections.besides(lines), at)


def pacing(life: Life, rng: Random, count: int) -> Iterator[Injection]:
    """For half an hour and more of a night from one room to the next."""
    inside = _eyes(life)
    for at in _small_hours(life, rng, count if len(inside) > 1 else 0):
        lines = [
            Recorded(at + number * PACE, inside[number % len(inside)], Kind.MOTION, value=True)
            for number in range(PACES)
        ]
        yield Injection(Injected.PACING, at, injections.besides(lines), at)


def _eyes(life: Life) -> list[str]:
    """One motion sensor of each of three rooms."""
    kinds = life.player.recording.kinds
    rooms = {life.devices[each].room: each for each in life.of_role(Role.ROOM) if kinds[each] is Kind.MOTION}
    return [rooms[room] for room in (Room.LIVING, Room.KITCHEN, Room.BATHROOM) if room in rooms]


def _small_hours(life: Life, rng: Random, count: int) -> Iterator[float]:
    """Moments between half past eleven and three at which somebody is at home, one a night."""
    nights = life.nights
    for midnight in sorted(rng.sample(nights, min(count, len(nights)))):
        at = midnight - HOUR / 2 + rng.random() * 3.5 * HOUR
        if life.is_home(at):
            yield at


def no_meals(life: Life, rng: Random, count: int) -> Iterator[Injection]:
    """From an hour between six and two on which somebody is at home, not once in the kitchen until that of the next
    day; everything else is lived as it was. At most one from each day.
    """
    kitchen = frozenset(device for device, known in life.devices.items() if known.room is Room.KITCHEN)
    days = [night for night in life.nights if kitchen]
    for midnight in sorted(rng.sample(days, min(count, len(days)))):
        moments = (midnight + MORNING_FROM + rng.random() * MORNING_FOR for _ in range(_TRIES))
        at = next((moment for moment in moments if life.is_home(moment)), None)
        if at is not None:
            yield Injection(Injected.NO_MEALS, at, injections.idle([(at, at + DAY)], kitchen), at)
