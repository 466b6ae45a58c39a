"""Spells: who holds a post from when to when, worked out from the rota to the very instant. A gap is held by nobody."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from core.duty import Change, Post, Shift, on_duty


@dataclass(frozen=True, slots=True)
class Spell:
    """From `start` until before `end` these `people` hold, first asked first. Nobody is a gap."""

    start: datetime
    end: datetime
    people: tuple[str, ...]

    @property
    def hours(self) -> float:
        return (self.end - self.start) / timedelta(hours=1)


def spells(
    rota: Iterable[Shift | Change], *, area: str, post: Post, since: datetime, until: datetime, zone: tzinfo
) -> Iterator[Spell]:
    """Without holes from `since` until `until`; two that follow each other have different people."""
    rows = [row for row in rota if row.area in {area, None}]
    start, people = since, on_duty(rows, area=area, post=post, instant=since, zone=zone)
    for instant in sorted(_turns(rows, since, until, zone)):
        then = on_duty(rows, area=area, post=post, instant=instant, zone=zone)
        if then != people:
            yield Spell(start, instant, people)
            start, people = instant, then
    if start < until:
        yield Spell(start, until, people)


def hours(held: Iterable[Spell]) -> Mapping[str, float]:
    """Hours by person."""
    found: dict[str, float] = {}
    for spell in held:
        for person in spell.people:
            found[person] = found.get(person, 0.0) + spell.hours
    return found


def _turns(rows: Iterable[Shift | Change], since: datetime, until: datetime, zone: tzinfo) -> set[datetime]:
    """Every instant between them at which anything could change."""
    turns: set[datetime] = set()
    times: set[time] = set()
    for row in rows:
        if isinstance(row, Change):
            turns |= {row.start, row.end}
        else:
            times |= {row.start, row.end}
    times.add(time(0))  # weekdays turn at midnight
    for day in _days(since, until, zone):
        turns |= {datetime.combine(day, at, zone).astimezone(UTC) for at in times}
        turns |= _where_clocks_turn(day, zone, times)
    return {instant for instant in turns if since < instant < until}


def _where_clocks_turn(day: date, zone: tzinfo, times: Iterable[time]) -> set[datetime]:
    """On a day when clocks are put forward or back: each local time again, as it comes the second time, and each hour
    and half hour, among which is the turn itself.
    """
    noon = timedelta(hours=12)
    first = datetime.combine(day, time(0), zone)
    if (first - noon).utcoffset() == (first + 3 * noon).utcoffset():
        return set()
    again = {datetime.combine(day, at, zone).replace(fold=1).astimezone(UTC) for at in times}
    begin = first.astimezone(UTC)
    return again | {begin + n * timedelta(minutes=30) for n in range(-2, 52)}


def _days(since: datetime, until: datetime, zone: tzinfo) -> Iterator[date]:
    day, last = since.astimezone(zone).date() - timedelta(days=1), until.astimezone(zone).date() + timedelta(days=1)
    while day <= last:
        yield day
        day += timedelta(days=1)
