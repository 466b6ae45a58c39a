"""Persona: one invented resident's habits, drawn once per home and kept for ever.

Times of day are minutes after local midnight; rates are per day; `restless` and `pace` scale movement.
"""

from dataclasses import dataclass
from random import Random

from simulator.chance import chance
from simulator.names import MEN, SURNAMES, WOMEN

WEEK = 7


@dataclass(frozen=True, slots=True)
class Persona:
    """Habits of a resident. Tuples of seven go from Monday to Sunday and hold probabilities."""

    name: str
    woman: bool
    birth_year: int
    wakes: float
    wake_spread: float
    goes_to_bed: float
    bed_spread: float
    night_trips: float
    naps: float
    market: tuple[float, ...]
    market_at: float
    afternoon_out: tuple[float, ...]
    evening_walk: float
    showers: tuple[float, ...]
    visitors: tuple[float, ...]
    television: float
    restless: float
    pace: float

    @property
    def title(self) -> str:
        """How neighbours call them: 王奶奶, 李爷爷."""
        return self.name[0] + ("奶奶" if self.woman else "爷爷")


def draw_persona(*, seed: int, home: str, index: int) -> Persona:
    """The resident of a home. Surnames go round, so that neighbours differ."""
    rng = chance(seed, home, "persona")
    woman = rng.random() < 0.6  # noqa: PLR2004 (women live longer)
    surname = SURNAMES[(index * 7 + seed) % len(SURNAMES)]
    return Persona(
        name=surname + rng.choice(WOMEN if woman else MEN),
        woman=woman,
        birth_year=rng.randint(1936, 1956),
        wakes=rng.uniform(5 * 60, 7 * 60 + 15),
        wake_spread=rng.uniform(8, 22),
        goes_to_bed=rng.uniform(20 * 60 + 15, 22 * 60 + 15),
        bed_spread=rng.uniform(10, 25),
        night_trips=rng.uniform(0.2, 1.9),
        naps=rng.uniform(0.3, 0.95),
        market=_market(rng),
        market_at=rng.uniform(7 * 60 + 15, 9 * 60 + 30),
        afternoon_out=_club(rng),
        evening_walk=rng.choice((0.0, 0.15, 0.3, 0.6)),
        showers=_showers(rng),
        visitors=_visitors(rng),
        television=rng.uniform(0.5, 0.95),
        restless=rng.uniform(0.5, 1.8),
        pace=rng.uniform(0.75, 1.25),
    )


def _market(rng: Random) -> tuple[float, ...]:
    """Most mornings, and one weekday on which the stall is closed."""
    usual = rng.uniform(0.6, 0.95)
    closed = rng.randrange(WEEK)
    return tuple(0.1 if day == closed else usual for day in range(WEEK))


def _club(rng: Random) -> tuple[float, ...]:
    """Cards or choir on fixed afternoons, the park on some others."""
    fixed = set(rng.sample(range(WEEK), rng.choice((0, 1, 2))))
    return tuple(0.85 if day in fixed else 0.15 for day in range(WEEK))


def _showers(rng: Random) -> tuple[float, ...]:
    """Every day for some, every second or third for most."""
    every = rng.choice((1, 2, 2, 3))
    return tuple(0.95 if day % every == 0 else 0.05 for day in range(WEEK))


def _visitors(rng: Random) -> tuple[float, ...]:
    """The children at the weekend or hardly ever, a carer on a weekday for a few."""
    sunday = rng.choice((0.05, 0.25, 0.6, 0.8))
    carer = rng.choice((None, None, None, 1, 3))
    return tuple(0.9 if day == carer else sunday if day == WEEK - 1 else 0.06 for day in range(WEEK))
