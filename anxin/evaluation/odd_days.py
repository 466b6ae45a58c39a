"""Odd days: single days and nights that are unlike the person's own, made out of recorded ones."""

from collections.abc import Iterator
from random import Random
from typing import Final

from anxin.evaluation import injections
from anxin.evaluation.injections import DAY, HOUR, Injected, Injection
from anxin.evaluation.life import Life
from core.places import Room

MORNING_FROM, MORNING_FOR = 6 * HOUR, 8 * HOUR
_TRIES: Final = 20


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
