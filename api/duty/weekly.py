"""Weekly shifts as a form changes them: what was typed, what is wrong with it, and what the change would do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise

from core.duty import EVERY_DAY, Post, Rota, Shift
from core.spells import Spell, hours, spells

LOWEST_RANK = 9
_WEEK = 7 * 24 * 60


class ShiftFlaw(StrEnum):
    """Why it is no shift; said by the catalogue's [shift_wrong]."""

    PERSON = "person"
    DAYS = "days"
    TIMES = "times"
    RANK = "rank"
    TWICE = "twice"


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form. `shift` is the id of the one that is changed, empty for a new one."""

    shift: str = ""
    person: str = ""
    start: str = ""
    end: str = ""
    weekdays: tuple[int, ...] = tuple(sorted(EVERY_DAY))
    rank: str = "1"


def typed_of(shift: Shift) -> Typed:
    return Typed(
        shift.id,
        shift.person,
        f"{shift.start:%H:%M}",
        f"{shift.end:%H:%M}",
        tuple(sorted(shift.weekdays)),
        str(shift.rank),
    )


def shift_from(
    typed: Typed, *, id_: str, area: str, post: Post, able: Sequence[str], others: Iterable[Shift]
) -> Shift | ShiftFlaw:
    """The shift that was typed, or what is wrong. `others`: the area's shifts besides this one."""
    if typed.person not in able:
        return ShiftFlaw.PERSON
    if not typed.weekdays or not set(typed.weekdays) <= EVERY_DAY:
        return ShiftFlaw.DAYS
    try:
        start, end = time.fromisoformat(typed.start), time.fromisoformat(typed.end)
    except ValueError:
        return ShiftFlaw.TIMES
    if start.tzinfo is not None or end.tzinfo is not None:
        return ShiftFlaw.TIMES
    if not typed.rank.isascii() or not typed.rank.isdigit() or not 1 <= int(typed.rank) <= LOWEST_RANK:
        return ShiftFlaw.RANK
    made = Shift(id_, area, post, typed.person, start, end, frozenset(typed.weekdays), int(typed.rank))
    own = [made, *(shift for shift in others if shift.person == made.person and shift.post is post)]
    return ShiftFlaw.TWICE if _overlap(own) else made


def _overlap(shifts: Iterable[Shift]) -> bool:
    """Does anybody hold the same post twice at once, by the wall clock of a week?"""
    spans: list[tuple[int, int]] = []
    for shift in shifts:
        length = (_minute(shift.end) - _minute(shift.start)) % (24 * 60) or 24 * 60
        for day in shift.weekdays:
            begin = day * 24 * 60 + _minute(shift.start)
            spans += [(begin, begin + length), (begin - _WEEK, begin + length - _WEEK)]
    return any(second[0] < first[1] for first, second in pairwise(sorted(spans)))


def _minute(wall: time) -> int:
    return wall.hour * 60 + wall.minute


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change would do within a fortnight: gaps that it opens and closes, and hours by person (before, after)."""

    opens: tuple[Spell, ...]
    closes: tuple[Spell, ...]
    hours: tuple[tuple[str, float, float], ...]


def effect(before: Rota, after: Rota, *, area: str, post: Post, now: datetime, zone: tzinfo, days: int = 14) -> Effect:
    """`before` and `after`: the whole rota, exceptions and all."""
    until = now + timedelta(days=days)
    was = list(spells(before, area=area, post=post, since=now, until=until, zone=zone))
    will = list(spells(after, area=area, post=post, since=now, until=until, zone=zone))
    had, have = hours(was), hours(will)
    changed = sorted(person for person in {*had, *have} if had.get(person, 0.0) != have.get(person, 0.0))
    return Effect(
        _without(_gaps(will), _gaps(was)),
        _without(_gaps(was), _gaps(will)),
        tuple((person, had.get(person, 0.0), have.get(person, 0.0)) for person in changed),
    )


def _gaps(held: Iterable[Spell]) -> list[Spell]:
    return [spell for spell in held if not spell.people]


def _without(spells_: Iterable[Spell], others: Sequence[Spell]) -> tuple[Spell, ...]:
    """What of these is in none of the others."""
    left = list(spells_)
    for other in others:
        cut: list[Spell] = []
        for spell in left:
            if other.end <= spell.start or spell.end <= other.start:
                cut.append(spell)
                continue
            if spell.start < other.start:
                cut.append(Spell(spell.start, other.start, ()))
            if other.end < spell.end:
                cut.append(Spell(other.end, spell.end, ()))
        left = cut
    return tuple(left)
