"""A day as it is lived: the words for what a resident does, where, and for how long."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.places import Room

MINUTE = 60.0


class Doing(StrEnum):
    ASLEEP = "asleep"
    NAP = "nap"
    RISING = "rising"
    TOILET = "toilet"
    SHOWER = "shower"
    COOKING = "cooking"
    EATING = "eating"
    POTTERING = "pottering"
    TELEVISION = "television"
    RESTING = "resting"  # awake in bed, ill
    ERRAND = "errand"  # at the front door: rubbish, a parcel
    ARRIVING = "arriving"  # inside the front door: shoes, coat, bags
    AWAY = "away"
    TRAVEL = "travel"


OUT = frozenset({Doing.AWAY, Doing.TRAVEL})


@dataclass(frozen=True, slots=True)
class Stay:
    """Epoch seconds; `room` is None outside the home."""

    start: float
    end: float
    room: Room | None
    doing: Doing


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody else is in the home, but for their `ways_out`. `together`: they leave with the resident."""

    start: float
    end: float
    ways_out: tuple[tuple[float, float], ...] = ()
    together: bool = False

    @property
    def inside(self) -> tuple[tuple[float, float], ...]:
        """From when until when they are really there."""
        edges = (self.start, *(at for way in self.ways_out for at in way), self.end)
        return tuple(zip(edges[::2], edges[1::2], strict=True))


@dataclass(frozen=True, slots=True)
class Day:
    """From waking on `date` until waking on the next; `stays` are gapless. `midnight`: with which the date began."""

    date: date
    midnight: float
    start: float
    end: float
    stays: tuple[Stay, ...]
    visits: tuple[Visit, ...]
    ill: bool
