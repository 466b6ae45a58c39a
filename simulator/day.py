"""A day as it is lived: the words for stays and visits, and the diary that writes one day of a persona's habits."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from math import exp
from random import Random

from core.places import Room
from simulator.persona import Persona
from simulator.spells import Spell, SpellKind

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
    """Somebody else is in the home."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Day:
    """From waking on `date` until waking on the next; `stays` are gapless."""

    date: date
    start: float
    end: float
    stays: tuple[Stay, ...]
    visits: tuple[Visit, ...]
    ill: bool


@dataclass
class Diary:
    """A day while it is being written: `at` is how far it has come."""

    persona: Persona
    rng: Random
    midnight: float
    at: float
    stays: list[Stay] = field(default_factory=list)
    toilet_by: float = 0.0

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

    def toilet(self, shortest: float = 3, longest: float = 12) -> None:
        self.stay(Room.BATHROOM, Doing.TOILET, shortest, longest)
        self.toilet_by = self.at + self.rng.uniform(100, 210) * MINUTE

    def meal(self, shortest: float, longest: float) -> None:
        """Cooking, then eating in the kitchen or the living room."""
        self.stay(Room.KITCHEN, Doing.COOKING, shortest, longest)
        self.stay(self.rng.choice((Room.KITCHEN, Room.LIVING)), Doing.EATING, 10, 25)

    def out(self, shortest: float, longest: float) -> None:
        self.stay(None, Doing.AWAY, shortest, longest)
        self.stay(Room.LIVING, Doing.POTTERING, 2, 8)

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
        roll = self.rng.random()
        if self.at > self.toilet_by:
            self.toilet()
        elif roll < television:
            self.stay(Room.LIVING, Doing.TELEVISION, 20, 60)
        elif roll < television + (1 - television) * 0.45:
            self.stay(Room.LIVING, Doing.POTTERING, 8, 35)
        elif roll < television + (1 - television) * 0.70:
            self.stay(Room.KITCHEN, Doing.POTTERING, 3, 10)
        elif roll < television + (1 - television) * 0.94:
            self.stay(Room.BEDROOM, Doing.POTTERING, 5, 20)
        else:
            self.stay(Room.ENTRANCE, Doing.ERRAND, 1, 3)

    def night_until(self, end: float) -> None:
        """Asleep, and up for the bathroom as often as this persona's age asks."""
        for start in sorted(self._trips(end)):
            if start > self.at + 20 * MINUTE:
                self.until(start, Room.BEDROOM, Doing.ASLEEP)
                self.stay(Room.BATHROOM, Doing.TOILET, 3, 9)
        self.until(end, Room.BEDROOM, Doing.ASLEEP)

    def _trips(self, end: float) -> list[float]:
        earliest, latest = self.at + 60 * MINUTE, end - 40 * MINUTE
        if latest <= earliest:
            return []
        return [self.rng.uniform(earliest, latest) for _ in range(min(_poisson(self.rng, self.persona.night_trips), 4))]


def write_day(
    persona: Persona, *, rng: Random, day: date, midnight: float, start: float, end: float, spell: Spell | None
) -> Day:
    """One day of this persona from waking (`start`) to the next waking (`end`), both epoch seconds."""
    diary = Diary(persona, rng, midnight, start)
    ill = spell is not None and spell.kind is SpellKind.ILL
    if spell is not None and spell.kind is SpellKind.TRAVEL:
        _travel(diary, day, end, spell)
    elif ill:
        _ill_day(diary)
    else:
        _morning(diary, market=rng.random() < persona.market[day.weekday()])
        _afternoon(diary, club=rng.random() < persona.afternoon_out[day.weekday()])
        _evening(diary, shower=rng.random() < persona.showers[day.weekday()])
    diary.night_until(end)
    stays = tuple(diary.stays)
    return Day(day, start, end, stays, _visits(diary, persona.visitors[day.weekday()], stays), ill)


def _get_up(diary: Diary) -> None:
    diary.stay(Room.BEDROOM, Doing.RISING, 3, 9)
    diary.toilet(4, 12)


def _morning(diary: Diary, *, market: bool) -> None:
    _get_up(diary)
    diary.meal(10, 22)
    if market:
        diary.potter_until(diary.about(diary.persona.market_at), television=0.1)
        diary.out(35, 100)
    diary.potter_until(diary.about(11 * 60), television=0.2)


def _afternoon(diary: Diary, *, club: bool) -> None:
    diary.meal(22, 48)
    if diary.rng.random() < diary.persona.naps:
        diary.potter_until(diary.about(12 * 60 + 40), television=0.2)
        diary.stay(Room.BEDROOM, Doing.NAP, 35, 85)
        diary.toilet(3, 8)
    if club:
        diary.potter_until(diary.about(14 * 60 + 20), television=0.2)
        diary.out(60, 140)
    diary.potter_until(diary.about(17 * 60 + 10), television=0.3)


def _evening(diary: Diary, *, shower: bool) -> None:
    diary.meal(18, 42)
    if diary.rng.random() < diary.persona.evening_walk:
        diary.potter_until(diary.about(18 * 60 + 40), television=0.3)
        diary.out(25, 60)
    bed = diary.about(diary.persona.goes_to_bed, diary.persona.bed_spread)
    diary.potter_until(bed - 25 * MINUTE, television=diary.persona.television)
    if shower:
        diary.stay(Room.BATHROOM, Doing.SHOWER, 15, 25)
    diary.toilet(4, 9)
    diary.stay(Room.BEDROOM, Doing.RISING, 3, 8)


def _ill_day(diary: Diary) -> None:
    """More bed, little food, no going out."""
    _get_up(diary)
    bed = diary.about(diary.persona.goes_to_bed - 30, 20)
    while diary.at < bed - 30 * MINUTE:
        if diary.rng.random() < 0.6:  # noqa: PLR2004 (three small meals a day)
            diary.stay(Room.KITCHEN, Doing.EATING, 6, 18)
        diary.until(
            min(diary.at + diary.rng.uniform(60, 140) * MINUTE, max(bed, diary.at + MINUTE)),
            Room.BEDROOM,
            Doing.RESTING,
        )
        diary.toilet(4, 11)


def _travel(diary: Diary, day: date, end: float, spell: Spell) -> None:
    """Leaves on the first morning, comes back on the last afternoon."""
    if day == spell.first:
        _get_up(diary)
        diary.meal(10, 22)
        diary.potter_until(diary.clock(diary.rng.uniform(8 * 60 + 30, 10 * 60 + 30)), television=0)
        diary.until(end, None, Doing.TRAVEL)
    elif day < spell.last:
        diary.until(end, None, Doing.TRAVEL)
    else:
        diary.until(diary.clock(diary.rng.uniform(14 * 60 + 30, 17 * 60)), None, Doing.TRAVEL)
        diary.toilet()
        _evening(diary, shower=True)


def _visits(diary: Diary, odds: float, stays: tuple[Stay, ...]) -> tuple[Visit, ...]:
    """A visitor comes when the resident is in: the afternoon if possible, else the morning."""
    if diary.rng.random() >= odds:
        return ()
    margin = 10 * MINUTE
    for earliest in (14 * 60 + 30, 9 * 60 + 30, 18 * 60 + 30):
        start = diary.clock(diary.rng.uniform(earliest, earliest + 75))
        end = start + diary.rng.uniform(50, 150) * MINUTE
        meant = [stay for stay in stays if stay.start < end + margin and stay.end > start - margin]
        if meant and all(stay.doing not in OUT and stay.doing is not Doing.ASLEEP for stay in meant):
            return (Visit(start, end),)
    return ()


def _poisson(rng: Random, mean: float) -> int:
    """Knuth's method (TAOCP vol. 2, 3.4.1); fine for small means."""
    limit, count, product = exp(-mean), 0, rng.random()
    while product > limit:
        count += 1
        product *= rng.random()
    return count
