"""Features: what one home's life is like, in figures that a recording and a simulated home can both be asked for.

Pauses shorter than `SHORTEST` are left out: how often a sensor may speak within a stay is its model's business.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise
from math import ceil
from statistics import fmean, median, stdev
from typing import Final

from anxin.comparison.rooms import stays
from anxin.comparison.witness import Seen
from core.places import Role, Room
from detectors.days import Measure
from detectors.weekend import is_weekend

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
SHORTEST: Final = 2 * MINUTE
DAY_FROM, DAY_UNTIL = 7, 21
"""Hours of day: what begins and ends between them is by day; what reaches into the night is by night."""
FEWEST: Final = 8
"""So many values at least, or nothing is said of them."""
LONG_HOURS: Final = (1, 2, 4)
LEAST_AT_HOME: Final = 4.0


@dataclass(frozen=True, slots=True)
class Feature:
    """`sample`: the values themselves, in `unit`, sorted; empty where only rates are told. `figures`: by their names,
    None where there is too little. `count`: of how many values, or days.
    """

    name: str
    unit: str
    sample: tuple[float, ...]
    figures: dict[str, float | None]
    count: int


@dataclass(frozen=True, slots=True)
class Pause:
    """Seconds in which somebody who was at home, and could have been seen, gave no sign. `day`: its local date."""

    hour: int
    day: date
    seconds: float
    by_day: bool


def pauses(seen: Seen) -> list[Pause]:
    """Every pause of `SHORTEST` and more, by when it began."""
    found = []
    for before, after in pairwise(seen.signs):
        if after.follows and after.at - before.at >= SHORTEST:
            local, end = seen.local(before.at), seen.local(after.at)
            by_day = local.date() == end.date() and DAY_FROM <= local.hour <= end.hour < DAY_UNTIL
            found.append(Pause(local.hour, local.date(), after.at - before.at, by_day))
    return found


def whole_days(seen: Seen) -> list[date]:
    """Local dates between the first and the last, of which something was seen."""
    dates = sorted({seen.local(sign.at).date() for sign in seen.signs})
    return dates[1:-1]


def features(seen: Seen, rooms: frozenset[Room]) -> Iterator[Feature]:
    """Those that this home's sensors can show; `rooms`: where people are told apart by room."""
    dates = whole_days(seen)
    yield from _of_pauses(pauses(seen), dates, _hours_at_home(seen, dates))
    if seen.has_front_door:
        yield from _of_the_door(seen, dates)
    yield from _of_rooms(seen, rooms, dates)
    yield from _of_days(seen)
    for role in (Role.KETTLE, Role.MICROWAVE):
        if role in seen.runs:
            yield from _of_plug(seen, role, dates)


def _of_pauses(found: Sequence[Pause], dates: Sequence[date], at_home: Mapping[date, float]) -> Iterator[Feature]:
    for name, part in (
        ("pauses by day", [one for one in found if one.by_day]),
        ("pauses by night", [one for one in found if not one.by_day]),
    ):
        yield sampled(name, "min", (one.seconds / MINUTE for one in part), p50=0.5, p90=0.9, p99=0.99)
        longest = dict.fromkeys(dates, 0.0)
        for one in part:
            if one.day in longest:
                longest[one.day] = max(longest[one.day], one.seconds / MINUTE)
        yield sampled(f"longest, {name.partition(' ')[2]}", "min", longest.values(), p50=0.5, p90=0.9, most=1.0)
        by_day = name.endswith("day")
        days = sum(at_home.values()) / (DAY_UNTIL - DAY_FROM) if by_day else len(dates)
        over = {
            f"over {hours} h": sum(1 for one in part if one.seconds > hours * HOUR and one.day in longest)
            for hours in LONG_HOURS
        }
        rates: dict[str, float | None] = {label: count / days if days else None for label, count in over.items()}
        yield Feature(f"long {name}", "in 14 h at home" if by_day else "a night", (), rates, sum(over.values()))


def _of_the_door(seen: Seen, dates: Sequence[date]) -> Iterator[Feature]:
    away = [(until - since) / MINUTE for since, until in seen.absences]
    yield sampled("absences", "min", away, p10=0.1, p50=0.5, p90=0.9)
    yield per_day("goings out", dates, (seen.local(since).date() for since, _ in seen.absences))
    yield per_day("door openings", dates, (seen.local(since).date() for since, _ in seen.openings))
    yield sampled("door open", "s", (until - since for since, until in seen.openings), p50=0.5, p90=0.9, p99=0.99)
    yield sampled("door, then a sign inside", "s", seen.comings, p50=0.5, p90=0.9)


def _of_rooms(seen: Seen, rooms: frozenset[Room], dates: Sequence[date]) -> Iterator[Feature]:
    """Of stays in one room until the first sign in another. Only where there are rooms to change."""
    if len(rooms) < 2:  # noqa: PLR2004
        return
    at_home = _hours_at_home(seen, dates)
    begun = [
        (local, stay) for stay in stays(seen, rooms) if DAY_FROM <= (local := seen.local(stay.start)).hour < DAY_UNTIL
    ]
    yield _hourly("room changes", at_home, (local.date() for local, _ in begun))
    for room in sorted(rooms, key=lambda one: one.value):
        here = [(local, stay) for local, stay in begun if stay.room is room]
        lengths = (stay.seconds / MINUTE for _, stay in here if stay.ended)
        yield sampled(f"{room.value}, stays", "min", lengths, p50=0.5, p90=0.9)
        yield _hourly(f"{room.value}, visits", at_home, (local.date() for local, _ in here))


def _hours_at_home(seen: Seen, dates: Sequence[date]) -> dict[date, float]:
    """Of each day between seven and nine; days with less than four are left out."""
    hours = {}
    for day in dates:
        opens, shuts = (datetime.combine(day, time(hour), seen.zone).timestamp() for hour in (DAY_FROM, DAY_UNTIL))
        away = sum(max(0.0, min(until, shuts) - max(since, opens)) for since, until in seen.absences)
        hours[day] = (shuts - opens - away) / HOUR
    return {day: here for day, here in hours.items() if here >= LEAST_AT_HOME}


def _hourly(name: str, at_home: Mapping[date, float], when: Iterable[date]) -> Feature:
    """How often in an hour at home by day; one value for each day."""
    counts = _daily(list(at_home), when)
    rates = (count / hours for count, hours in zip(counts, at_home.values(), strict=True))
    return sampled(name, "an hour", rates, mean=None, sd=None)


def _of_days(seen: Seen) -> Iterator[Feature]:
    """As the detectors count days: only those that were all seen, with at most eight hours out."""
    known = {measure: [day[measure] for _, day in seen.days if measure in day] for measure in Measure}
    rising = [(number, day[Measure.RISING] / 60) for number, day in seen.days if Measure.RISING in day]
    hours = [value for _, value in rising]
    up = sampled("up and about from", "o'clock", hours, p50=0.5, sd=None)
    weekend = [value for number, value in rising if is_weekend(number)]
    week = [value for number, value in rising if not is_weekend(number)]
    later = median(weekend) - median(week) if min(len(weekend), len(week)) >= FEWEST // 2 else None
    yield Feature(up.name, up.unit, up.sample, up.figures | {"weekend later by": later}, up.count)
    yield sampled("times up, 23 to 4", "a night", known[Measure.NIGHT], mean=None, sd=None, most=1.0)
    yield sampled("kitchen visits", "a day", known[Measure.KITCHEN], mean=None, sd=None)
    yield sampled("hours with signs", "a day", known[Measure.MOVING], mean=None, sd=None)


def _of_plug(seen: Seen, role: Role, dates: Sequence[date]) -> Iterator[Feature]:
    runs = seen.runs[role]
    yield per_day(f"{role.value}, switched on", dates, (seen.local(since).date() for since, _ in runs))
    yield sampled(f"{role.value}, on for", "min", ((b - a) / MINUTE for a, b in runs), p50=0.5, p90=0.9)
    between = ((b - a) / HOUR for (a, _), (b, _) in pairwise(runs))
    yield sampled(f"{role.value}, until again", "h", between, p50=0.5, p90=0.9, p99=0.99)


def per_day(name: str, dates: Sequence[date], when: Iterable[date]) -> Feature:
    """How often a day, days without any counting too."""
    return sampled(name, "a day", _daily(dates, when), mean=None, sd=None)


def _daily(dates: Sequence[date], when: Iterable[date]) -> list[float]:
    counts = dict.fromkeys(dates, 0.0)
    for day in when:
        if day in counts:
            counts[day] += 1
    return list(counts.values())


def sampled(name: str, unit: str, values: Iterable[float], **figures: float | None) -> Feature:
    """Quantiles (or, by their names, mean and sd) of these values."""
    sample = tuple(sorted(values))
    enough = len(sample) >= FEWEST
    told = {label: _figure(sample, label, part) if enough else None for label, part in figures.items()}
    return Feature(name, unit, sample, told, len(sample))


_NAMED: Final[dict[str, Callable[[Sequence[float]], float]]] = {"mean": fmean, "sd": stdev}


def _figure(sample: Sequence[float], label: str, part: float | None) -> float:
    return _NAMED[label](sample) if part is None else quantile(sample, part)


def quantile(ordered: Sequence[float], part: float) -> float:
    """Nearest rank, as elsewhere: a value that really came."""
    return ordered[max(ceil(part * len(ordered)) - 1, 0)]
