"""The plan of a day: from waking to the next waking, by a persona's habits and by what befalls them in a spell."""

from datetime import date
from random import Random
from typing import Final

from core.places import Room
from simulator.day import MINUTE, OUT, Day, Doing, Stay, Visit
from simulator.diary import Diary
from simulator.persona import Persona
from simulator.spells import Spell, SpellKind

LAST_WALK: Final = 20 * 60.0
"""Minutes after midnight."""


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
    elif rng.random() < persona.days_out[day.weekday()]:
        _day_out(diary, shower=rng.random() < persona.showers[day.weekday()])
    else:
        _morning(diary, market=rng.random() < persona.market[day.weekday()])
        _afternoon(diary, club=rng.random() < persona.afternoon_out[day.weekday()])
        _evening(diary, shower=rng.random() < persona.showers[day.weekday()])
    diary.night_until(end)
    stays = tuple(diary.stays)
    return Day(day, midnight, start, end, stays, _visits(diary, persona.visitors[day.weekday()], stays), ill)


def _get_up(diary: Diary) -> None:
    diary.stay(Room.BEDROOM, Doing.RISING, 3, 9)
    diary.toilet(4, 12)


def _morning(diary: Diary, *, market: bool) -> None:
    _get_up(diary)
    diary.meal(10, 22)
    if market:
        diary.potter_until(diary.about(diary.persona.market_at, 25), television=0.1)
        diary.out(100, 0.7)
    diary.potter_until(diary.about(11 * 60, 20), television=0.2)


def _afternoon(diary: Diary, *, club: bool) -> None:
    diary.meal(22, 48)
    if diary.rng.random() < diary.persona.naps:
        diary.potter_until(diary.about(12 * 60 + 40, 20), television=0.2)
        diary.linger(Room.BEDROOM, Doing.NAP, 50, 0.45, 150)
        diary.toilet(3, 8)
    if diary.rng.random() < diary.persona.weary:
        diary.linger(Room.BEDROOM, Doing.NAP, 150, 0.4, 300)
        diary.toilet(3, 8)
    if club:
        diary.potter_until(diary.about(14 * 60 + 20, 20), television=0.2)
        diary.out(140, 0.45)
    diary.potter_until(diary.about(17 * 60 + 10, 20), television=0.3)


def _evening(diary: Diary, *, shower: bool) -> None:
    diary.meal(18, 42)
    if diary.rng.random() < diary.persona.evening_walk and diary.at < diary.clock(LAST_WALK):
        diary.potter_until(diary.about(18 * 60 + 40, 15), television=0.3)
        diary.out(40, 0.5, most=100)
    bed = diary.about(diary.persona.goes_to_bed, diary.persona.bed_spread)
    diary.potter_until(bed - 25 * MINUTE, television=diary.persona.television)
    if shower:
        diary.stay(Room.BATHROOM, Doing.SHOWER, 15, 25)
    diary.toilet(4, 9)
    diary.stay(Room.BEDROOM, Doing.RISING, 3, 8)


def _day_out(diary: Diary, *, shower: bool) -> None:
    """To the children, to the hospital, to look after a grandchild: gone from the morning into the afternoon."""
    _get_up(diary)
    diary.meal(10, 22)
    diary.potter_until(diary.about(8 * 60 + 15, 30), television=0.1)
    diary.out(360, 0.3, most=600)
    diary.potter_until(diary.clock(17 * 60), television=0.3)
    _evening(diary, shower=shower)


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
