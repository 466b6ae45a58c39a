"""The day's strip as shapes: runs of equally lively slices per room, what we could not see, and where now is."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from api.homes.activity import SLICES, Day, Row
from core.places import Room

_FIVE_MINUTES = timedelta(minutes=5)
_LIVELY = (1, 3)
"""Up to 1 sign in five minutes is a little, up to 3 some, above it much."""


@dataclass(frozen=True, slots=True)
class Run:
    """`width` slices from slice `x`; `much` is 1 to 3."""

    x: int
    width: int
    much: int


@dataclass(frozen=True, slots=True)
class Lane:
    """One room's line: its runs, in how many slices there was something, and when last; `unseen`: slices in which
    nothing there could be seen, as the first and how many.
    """

    room: Room
    front_door: bool
    runs: tuple[Run, ...]
    busy: int
    last_at: datetime | None
    unseen: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Strip:
    """`now_x` and `blind_x` are slices from local midnight, with fractions; `blind_x` is None while we can see."""

    lanes: tuple[Lane, ...]
    now_x: float
    blind_x: float | None
    blind_since: datetime | None
    complete: bool


def strip_of(day: Day, *, now: datetime, blind_since: datetime | None) -> Strip:
    """The shapes of a day, as seen at `now`."""
    blind_x = None if blind_since is None else _x(day, blind_since)
    lanes = lanes_of(day.rows, day.start, _FIVE_MINUTES)
    return Strip(
        lanes if blind_x is None else tuple(replace(lane, unseen=_before(lane.unseen, blind_x)) for lane in lanes),
        now_x=_x(day, now),
        blind_x=blind_x,
        blind_since=blind_since,
        complete=day.complete,
    )


def _before(unseen: Iterable[tuple[float, float]], x: float) -> tuple[tuple[float, float], ...]:
    """What is shaded from `x` on in all lines is not shaded twice."""
    return tuple((start, min(width, x - start)) for start, width in unseen if start < x)


def _x(day: Day, instant: datetime) -> float:
    local = instant.astimezone(day.start.tzinfo)
    if local.date() != day.date:
        return 0.0 if local.date() < day.date else float(SLICES)
    return round((local.hour * 3600 + local.minute * 60 + local.second) / 300, 2)


def lanes_of(rows: Iterable[Row], start: datetime, slice_: timedelta) -> tuple[Lane, ...]:
    """Lines of slices that are so long, from `start` on."""
    return tuple(_lane(row, start, slice_) for row in rows)


def _lane(row: Row, start: datetime, slice_: timedelta) -> Lane:
    runs = []
    for much, cells in groupby(enumerate(row.slices), key=lambda cell: _much(cell[1])):
        xs = [x for x, _ in cells]
        if much:
            runs.append(Run(xs[0], len(xs), much))
    busy = [x for x, count in enumerate(row.slices) if count]
    last_at = start + slice_ * busy[-1] if busy else None
    return Lane(row.room, row.front_door, tuple(runs), len(busy), last_at, row.unseen)


def _much(count: int) -> int:
    return 0 if not count else 1 + sum(count > bound for bound in _LIVELY)
