"""Spells: runs of days that differ: an illness in bed, a journey to the children.

Drawn per four weeks, so that any date can be asked for without living through those before it.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from random import Random

from simulator.chance import chance

PERIOD_DAYS = 28


class SpellKind(StrEnum):
    ILL = "ill"
    TRAVEL = "travel"
    USUAL = "usual"  # days as any other, whatever the seed would bring


@dataclass(frozen=True, slots=True)
class Spell:
    """First and last day, both part of it."""

    kind: SpellKind
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Weekends:
    """From this day on they rise `later` (min) at weekends than on workdays; less than nothing for sooner."""

    first: date
    later: float


def spell_on(day: date, *, seed: int, home: str) -> Spell | None:
    """The spell that this day is part of."""
    period, within = divmod(day.toordinal(), PERIOD_DAYS)
    rng = chance(seed, home, "spell", period)
    for kind, odds in ((SpellKind.ILL, 0.14), (SpellKind.TRAVEL, 0.12)):
        offset, days = _when(rng, kind)
        if rng.random() < odds and offset <= within < offset + days:
            first = date.fromordinal(period * PERIOD_DAYS + offset)
            return Spell(kind, first, date.fromordinal(first.toordinal() + days - 1))
    return None


def _when(rng: Random, kind: SpellKind) -> tuple[int, int]:
    """Illness falls in a period's first half and travel in its second, so that they never meet."""
    half = PERIOD_DAYS // 2
    days = rng.randint(2, 5)
    offset = rng.randint(0, half - days - 1)
    return (offset, days) if kind is SpellKind.ILL else (half + offset, days)
