"""Persona: one invented resident's habits, drawn once per home and kept for ever.

Times of day are minutes after local midnight; rates are per day. How far personas lie apart is taken from public
recordings of people who live alone, rounded; each of those should look like one of these, and none is copied.
"""

from dataclasses import dataclass
from random import Random

from simulator.chance import chance, skewed
from simulator.names import MEN, SURNAMES, WOMEN

WEEK = 7


@dataclass(frozen=True, slots=True)
class Persona:
    """Habits of a resident. Tuples of seven go from Monday to Sunday and hold probabilities.

    `restless` and `pace` scale how often movement in bed and out of it is seen; `bustle`: how soon they go on to
    another room; `moods`: how much that differs from day to day. `weekend_later` (min), `late_days` (share): rising.
    `wakeful`: the share of trips at night after which they stay up a while. `bladder` scales visits to the toilet.
    `errands`: a day, at the front door or just outside; `days_out`: chances of being gone from morning to afternoon;
    `weary`: the share of days on which they lie down for half the afternoon. `kettle` (s): how long it takes to boil.
    `handy` scales how often they open a cupboard or a refrigerator; `shuts`: of the times that they pass a room's door,
    how often they move it. `door` (s, median and spread): how long the front door is open; `settles` (s): how long they
    stay behind it when they come home.
    """

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
    bustle: float
    moods: float
    weekend_later: float
    late_days: float
    wakeful: float
    bladder: float
    errands: float
    days_out: tuple[float, ...]
    kettle: float
    handy: float
    shuts: float
    door: float
    door_spread: float
    settles: float
    weary: float

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
        wakes=rng.uniform(5 * 60, 8 * 60),
        wake_spread=skewed(rng, 21, 0.65, 7, 90),
        goes_to_bed=rng.uniform(20 * 60 + 15, 22 * 60 + 30),
        bed_spread=skewed(rng, 25, 0.5, 10, 70),
        night_trips=rng.uniform(0.2, 3.1),
        naps=rng.choice((0.05, rng.uniform(0.3, 0.95), rng.uniform(0.3, 0.95))),
        market=_market(rng),
        market_at=rng.uniform(7 * 60 + 15, 9 * 60 + 30),
        afternoon_out=_club(rng),
        evening_walk=rng.choice((0.0, 0.15, 0.3, 0.6)),
        showers=_showers(rng),
        visitors=_visitors(rng),
        television=rng.uniform(0.4, 0.95),
        restless=skewed(rng, 1.2, 1.0, 0.4, 10),
        pace=skewed(rng, 0.9, 0.5, 0.4, 3),
        bustle=skewed(rng, 1.05, 0.65, 0.4, 5),
        moods=rng.uniform(0.1, 0.45),
        weekend_later=rng.gauss(6, 12),
        late_days=rng.choice((0.02, 0.02, 0.08)),
        wakeful=rng.uniform(0.0, 0.4),
        bladder=rng.uniform(0.7, 1.4),
        errands=skewed(rng, 0.7, 0.7, 0.1, 4),
        days_out=_days_out(rng),
        kettle=skewed(rng, 220, 0.35, 100, 420),
        handy=skewed(rng, 0.6, 0.5, 0.15, 1.6),
        shuts=rng.uniform(0.03, 0.7),
        door=skewed(rng, 4.2, 0.3, 2.5, 9),
        door_spread=rng.uniform(0.2, 0.9),
        settles=skewed(rng, 45, 0.5, 15, 150),
        weary=rng.uniform(0.0, 0.06),
    )


def _market(rng: Random) -> tuple[float, ...]:
    """Most mornings, and one weekday on which the stall is closed."""
    usual = rng.uniform(0.4, 0.95)
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


def _days_out(rng: Random) -> tuple[float, ...]:
    """Hardly ever for most; one in eight looks after a grandchild, or still works, on weekdays."""
    minds = rng.random() < 0.12  # noqa: PLR2004 (as said)
    rare = rng.uniform(0.0, 0.1)
    return tuple(0.75 if minds and day < WEEK - 2 else rare for day in range(WEEK))
