"""Drifts: lives that change by a little every day, cut out of recorded ones."""

from collections.abc import Iterator
from random import Random
from typing import Final

from anxin.evaluation import injections
from anxin.evaluation.injections import DAY, DRIFTED, HOUR, Injected, Injection
from anxin.evaluation.life import Life
from core.places import Room

LEAST_FOLLOWED: Final = 28 * DAY
"""A drift that cannot be followed for so long is not begun."""
MINUTES_A_DAY: Final = 5 * 60.0
FEWER_A_DAY: Final = 0.02
_VISIT: Final = 20 * 60.0
"""Signs in the kitchen that are no further apart belong to one visit."""
_UP_UNTIL: Final = 14 * HOUR
_ABOUT: Final = 3
"""Signs outside the bedroom within an hour: somebody is up, and not only on the way to the toilet."""
_LONG_AGO: Final = 1e9


def drifts(life: Life, rng: Random, count: int) -> Iterator[Injection]:
    """Both kinds from each of so many mornings on."""
    last = life.last - LEAST_FOLLOWED
    if last <= life.counted_from:
        return
    begins = sorted(life.counted_from + rng.random() * (last - life.counted_from) for _ in range(count))
    kitchen = frozenset(device for device, known in life.devices.items() if known.room is Room.KITCHEN)
    for at in begins:
        yield Injection(Injected.LATER_RISING, at, injections.idle(list(_lying_in(life, at))), at)
        if kitchen:
            fewer = injections.idle(list(_left_out(life, at, rng)), kitchen)
            yield Injection(Injected.FEWER_MEALS, at, fewer, at)


def _days(life: Life, at: float) -> Iterator[tuple[int, float]]:
    """The number of each day after `at`, and its midnight."""
    first = int((at - life.first) / DAY) + 1
    midnights = (life.midnight(day) for day in range(first, first + int(DRIFTED / DAY) + 1))
    return ((number, midnight) for number, midnight in enumerate((m for m in midnights if m > at), start=1))


def _lying_in(life: Life, at: float) -> Iterator[tuple[float, float]]:
    """From when they really got up, until they would have."""
    for number, midnight in _days(life, at):
        rises = life.woke(midnight) or _rising(life, midnight)
        if rises is not None:
            yield rises - 60.0, rises + number * MINUTES_A_DAY


def _rising(life: Life, midnight: float) -> float | None:
    """Where nobody noted sleep: the first of three signs outside the bedroom within an hour, after four; where too
    little is seen for that, the first sign.
    """
    morning = [
        sign.at
        for sign in life.signs_between(midnight + 4 * HOUR, midnight + _UP_UNTIL)
        if sign.room is not Room.BEDROOM
    ]
    later = morning[_ABOUT - 1 :]
    seen = next((first for first, third in zip(morning, later, strict=False) if third - first <= HOUR), None)
    return seen or next(iter(morning), None)


def _left_out(life: Life, at: float, rng: Random) -> Iterator[tuple[float, float]]:
    """Kitchen visits that are not made any more: of each day's, a share that grows."""
    for number, midnight in _days(life, at):
        for begins, ends in _visits(life, midnight):
            if rng.random() > (1 - FEWER_A_DAY) ** number:
                yield begins - 1.0, ends + 1.0


def _visits(life: Life, midnight: float) -> Iterator[tuple[float, float]]:
    begun = last = -_LONG_AGO
    for sign in life.signs_between(midnight, midnight + DAY):
        if sign.room is not Room.KITCHEN:
            continue
        if sign.at - last > _VISIT:
            if last > 0:
                yield begun, last
            begun = sign.at
        last = sign.at
    if last > 0:
        yield begun, last
