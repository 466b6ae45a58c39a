"""A diary: one day of a persona's habits while it is being written, stay by stay.

Stays are skewed as real ones are: most are short, and now and then somebody sits for hours.
"""

from dataclasses import dataclass, field
from math import exp
from random import Random
from typing import Final

from core.places import Room
from simulator.chance import skewed
from simulator.day import MINUTE, Doing, Stay
from simulator.persona import Persona

POTTERING: Final = (
    (Room.LIVING, 0.40, 5.0, 1.2),
    (Room.KITCHEN, 0.32, 3.5, 0.8),
    (Room.BEDROOM, 0.20, 4.0, 0.9),
    (Room.BATHROOM, 0.08, 2.0, 0.6),
)
"""What fills the hours between meals: a room, its share, minutes (median) and their spread. Rounded, from public
recordings of people who live alone: most stays last two to ten minutes."""
TELEVISION: Final = 24.0, 0.7, 150.0
"""Minutes in front of it before something is fetched: median, spread, most."""
LEAST_WATCHED: Final = 4.0
NIGHTLY_TRIPS: Final = 4
SHORT_WAYS: Final = 0.3
"""Of errands, those that lead out of the home for some minutes."""
ERRANDS_DIFFER: Final = 0.7
"""Spread of how many there are on one day against another."""
OUT_FROM, OUT_UNTIL = 6 * 60.0, 21 * 60.0
WAKING_DAY: Final = 15 * 60 * MINUTE


@dataclass
class Diary:
    """`at`: how far the day has come. `pace`: how soon they go on to another room on this day, against what is usual of
    people; `errands`: how many are to be expected of it.
    """

    persona: Persona
    rng: Random
    midnight: float
    at: float
    stays: list[Stay] = field(default_factory=list)
    toilet_by: float = 0.0
    errand_by: float = 0.0
    pace: float = 1.0
    errands: float = 1.0

    def __post_init__(self) -> None:
        self.pace = self.persona.bustle * skewed(self.rng, 1.0, self.persona.moods)
        self.errands = self.persona.errands * skewed(self.rng, 1.0, ERRANDS_DIFFER)
        self._plan_errand()

    def clock(self, minute: float) -> float:
        """The instant of a minute of this day."""
        return self.midnight + minute * MINUTE

    def about(self, minute: float, spread: float = 10) -> float:
        return self.clock(self.rng.gauss(minute, spread))

    def until(self, end: float, room: Room | None, doing: Doing) -> None:
        if end > self.at:
            self.stays.append(Stay(self.at, end, room, doing))
            self.at = end

    def stay(self, room: Room | None, doing: Doing, shortest: float, longest: float) -> None:
        """Minutes."""
        self.until(self.at + self.rng.uniform(shortest, longest) * MINUTE, room, doing)

    def linger(self, room: Room | None, doing: Doing, minutes: float, spread: float, most: float) -> None:
        """For so long as it takes: `minutes` is the median."""
        self.until(self.at + skewed(self.rng, minutes, spread, 0.5, most) * MINUTE, room, doing)

    def toilet(self, shortest: float = 1.2, longest: float = 12) -> None:
        self.until(self.at + skewed(self.rng, 3.8, 0.6, shortest, longest) * MINUTE, Room.BATHROOM, Doing.TOILET)
        self.toilet_by = self.at + self.rng.uniform(100, 210) * MINUTE / self.persona.bladder

    def meal(self, shortest: float, longest: float) -> None:
        """Cooking, then eating in the kitchen or the living room."""
        self.stay(Room.KITCHEN, Doing.COOKING, shortest, longest)
        self.stay(self.rng.choice((Room.KITCHEN, Room.LIVING)), Doing.EATING, 10, 25)

    def out(self, minutes: float, spread: float = 0.6, *, most: float = 420) -> None:
        """Back after so many minutes (median), a while inside the door, and then to put away what was brought."""
        self.until(self.at + skewed(self.rng, minutes, spread, 4, most) * MINUTE, None, Doing.AWAY)
        self.until(self.at + skewed(self.rng, self.persona.settles, 0.6, 4, 400), Room.ENTRANCE, Doing.ARRIVING)
        room = self.rng.choice((Room.KITCHEN, Room.KITCHEN, Room.LIVING, Room.BEDROOM, None))
        if room is None:
            self.toilet()
        else:
            self.linger(room, Doing.POTTERING, 4, 0.7, 20)

    def potter_until(self, end: float, *, television: float) -> None:
        """Whatever fills the hours between meals."""
        while self.at < end - MINUTE:
            first = len(self.stays)
            self._one_thing(television)
            last = self.stays[-1]
            if last.end > end:
                self.stays[-1] = Stay(last.start, max(end, last.start + MINUTE), last.room, last.doing)
                self.at = self.stays[-1].end
            if len(self.stays) == first:
                return

    def _one_thing(self, television: float) -> None:
        """Most of the hours in front of the television, yet one thing of several between two programmes."""
        if self.at > self.toilet_by:
            self.toilet()
        elif self.at > self.errand_by:
            self._errand()
        elif self.rng.random() < _turns(television):
            minutes, spread, most = TELEVISION
            watched = skewed(self.rng, minutes / self.pace**0.5, spread, LEAST_WATCHED, most)
            self.until(self.at + watched * MINUTE, Room.LIVING, Doing.TELEVISION)
        else:
            self._potter()

    def _potter(self) -> None:
        room, _, minutes, spread = self.rng.choices(POTTERING, weights=[share for _, share, _, _ in POTTERING])[0]
        self.linger(room, Doing.POTTERING, minutes / self.pace, spread, 90)

    def _errand(self) -> None:
        """To the door, or down to the letter box or a neighbour; now and then once more, for what was forgotten."""
        for _ in range(self.rng.choice((1, 1, 2))):
            if self.rng.random() < SHORT_WAYS and self.clock(OUT_FROM) < self.at < self.clock(OUT_UNTIL):
                self.out(13, 0.7, most=60)
            else:
                self.linger(Room.ENTRANCE, Doing.ERRAND, 0.7, 0.6, 4)
        self._plan_errand()

    def _plan_errand(self) -> None:
        self.errand_by = self.at + self.rng.expovariate(self.errands / WAKING_DAY)

    def night_until(self, end: float) -> None:
        """Asleep, and up for the bathroom as often as this persona's age asks."""
        for start in sorted(self._trips(end)):
            if start > self.at + 20 * MINUTE:
                self.until(start, Room.BEDROOM, Doing.ASLEEP)
                self.until(self.at + skewed(self.rng, 4, 0.5, 1.5, 12) * MINUTE, Room.BATHROOM, Doing.TOILET)
                if self.rng.random() < self.persona.wakeful:
                    self.linger(self.rng.choice((Room.KITCHEN, Room.LIVING)), Doing.POTTERING, 6, 0.9, 60)
        self.until(end, Room.BEDROOM, Doing.ASLEEP)

    def _trips(self, end: float) -> list[float]:
        earliest, latest = self.at + 60 * MINUTE, end - 40 * MINUTE
        if latest <= earliest:
            return []
        often = min(poisson(self.rng, self.persona.night_trips), NIGHTLY_TRIPS)
        return [self.rng.uniform(earliest, latest) for _ in range(often)]


def _turns(share: float) -> float:
    """How often of all turns, that this share of the hours is spent so: such a turn lasts some four times as long."""
    return share / (share + 4 * (1 - share)) if share < 1 else 1.0


def poisson(rng: Random, mean: float) -> int:
    """Knuth's method (TAOCP vol. 2, 3.4.1); fine for small means."""
    limit, count, product = exp(-mean), 0, rng.random()
    while product > limit:
        count += 1
        product *= rng.random()
    return count
