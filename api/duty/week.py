"""One week of an area's rota as a picture and in words: who holds from when to when on each local day, and what nobody
holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from core.duty import Post, Rota
from core.spells import spells

DAYS = 7
WIDTH = 288
"""Units of a day's strip: five minutes each, on a day of 24 hours."""
COLOURS = 8


@dataclass(frozen=True, slots=True)
class Part:
    """Part of a day. `x` and `width` in the strip's units; `people` hold, none is a gap. Times are local."""

    start: datetime
    end: datetime
    x: float
    width: float
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Day:
    on: date
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """`colours`: a number for each person, the same on every day."""

    days: tuple[Day, ...]
    colours: Mapping[str, int]

    @property
    def first(self) -> date:
        return self.days[0].on

    @property
    def before(self) -> date:
        return self.first - timedelta(days=DAYS)

    @property
    def after(self) -> date:
        return self.first + timedelta(days=DAYS)


def week_of(rota: Rota, *, area: str, post: Post, first: date, zone: tzinfo) -> Week:
    """The seven days from `first` on."""
    days = tuple(_day(rota, area, post, first + timedelta(days=n), zone) for n in range(DAYS))
    people = sorted({person for day in days for part in day.parts for person in part.people})
    return Week(days, {person: number % COLOURS for number, person in enumerate(people)})


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _day(rota: Rota, area: str, post: Post, on: date, zone: tzinfo) -> Day:
    since, until = _midnight(on, zone), _midnight(on + timedelta(days=1), zone)
    whole = (until - since).total_seconds()  # 23 or 25 hours where clocks turn

    def x(instant: datetime) -> float:
        return round(WIDTH * (instant - since).total_seconds() / whole, 1)

    found = spells(rota, area=area, post=post, since=since, until=until, zone=zone)
    return Day(
        on,
        tuple(
            Part(
                s.start.astimezone(zone), s.end.astimezone(zone), x(s.start), round(x(s.end) - x(s.start), 1), s.people
            )
            for s in found
        ),
    )


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
