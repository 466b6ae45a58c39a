"""Odd days: single days and nights that are unlike the person's own, made out of recorded ones."""

from collections.abc import Iterator
from random import Random
from typing import Final

from anxin.evaluation import injections
from anxin.evaluation.injections import DAY, HOUR, Injected, Injection
from anxin.evaluation.life import Life
from core.places import Role, Room
from core.readings import Kind
from simulator.recording import Recorded

MORNING_FROM, MORNING_FOR = 6 * HOUR, 8 * HOUR
TIMES_UP: Final = 6
_UP_EVERY: Final = 0.8 * HOUR
_STEPS: Final = (0.0, 150.0, 400.0)
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
