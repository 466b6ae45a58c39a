"""Guests: when somebody else is in the home, beyond what a day's plan says of visitors: who leaves together with the
resident, goes to the shop and comes back, or stays the night.

Drawn by a chance of their own, so that the resident lives the same days.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from random import Random
from typing import Final

from simulator.chance import skewed
from simulator.day import MINUTE, OUT, Day, Doing, Visit
from simulator.persona import Persona

HOUR: Final = 60 * MINUTE
TOGETHER, TOGETHER_WITHIN = 0.25, 2 * HOUR
"""Of visitors, those who stay until the resident goes out, where that is soon enough, and go with them."""
TO_THE_SHOP, LONG_ENOUGH = 0.35, 80 * MINUTE
"""Of visits that last so long, those in which the visitor goes out and comes back."""
ON_SATURDAYS, ON_OTHER_DAYS = 0.12, 0.01
"""Of those who have children that come on Sundays, how often one comes the day before and sleeps there."""
AWAKE_TO_MEET: Final = OUT | {Doing.ASLEEP, Doing.RESTING}


def visits_of(day: Day, following: Day, persona: Persona, rng: Random) -> tuple[Visit, ...]:
    """All visits that begin on this day. `following`: the next day as it is planned, for who stays the night."""
    shaped = tuple(_shaped(visit, day, rng) for visit in day.visits)
    if shaped:
        return shaped
    return tuple(_overnight(day, following, persona, rng))


def _shaped(visit: Visit, day: Day, rng: Random) -> Visit:
    """One of the day's plan: until the resident leaves too, or with a way to the shop in between."""
    together, shops = rng.random() < TOGETHER, rng.random() < TO_THE_SHOP
    leaves = next((stay.start for stay in day.stays if stay.doing in OUT and stay.start >= visit.end), None)
    if together and leaves is not None and leaves - visit.end < TOGETHER_WITHIN:
        return replace(visit, end=leaves, together=True)
    return _with_a_way_out(visit, rng) if shops and visit.end - visit.start > LONG_ENOUGH else visit


def _with_a_way_out(visit: Visit, rng: Random) -> Visit:
    length = visit.end - visit.start
    gone = visit.start + length * rng.uniform(0.2, 0.45)
    return replace(visit, ways_out=((gone, gone + min(skewed(rng, 22 * MINUTE, 0.4), 0.4 * length)),))


def _overnight(day: Day, following: Day, persona: Persona, rng: Random) -> Iterator[Visit]:
    """A child comes in the afternoon and leaves the next day after breakfast."""
    sunday = persona.visitors[-1]
    odds = sunday * (ON_SATURDAYS if _is_saturday(day.date) else ON_OTHER_DAYS)
    if rng.random() >= odds or Doing.TRAVEL in {stay.doing for stay in (*day.stays, *following.stays)}:
        return
    start, end = (
        _met(day, day.midnight + rng.uniform(15, 17.5) * HOUR),
        _met(following, following.start + rng.uniform(2.5, 8) * HOUR),
    )
    if start is not None and end is not None:
        yield _with_days_out(Visit(start, end), day, following, rng)


def _with_days_out(visit: Visit, day: Day, following: Day, rng: Random) -> Visit:
    """Somebody who sleeps here has errands as well, on the first evening or on the next morning."""
    first = rng.random() < 0.5  # noqa: PLR2004 (one or the other)
    gone = day.midnight + rng.uniform(18, 19) * HOUR if first else following.start + rng.uniform(0.7, 1.2) * HOUR
    back = gone + skewed(rng, 30 * MINUTE, 0.4, most=60 * MINUTE)
    return replace(visit, ways_out=((gone, back),)) if visit.start < gone - HOUR / 2 and back < visit.end else visit


def _met(day: Day, at: float) -> float | None:
    """The instant, if the resident is then in and awake to open the door."""
    stay = next((stay for stay in day.stays if stay.start <= at < stay.end), None)
    return at if stay is not None and stay.doing not in AWAKE_TO_MEET else None


def _is_saturday(day: date) -> bool:
    return day.isoweekday() == 6  # noqa: PLR2004
