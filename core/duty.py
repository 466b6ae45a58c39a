"""Duty: who answers for an area at an instant. It belongs to the rota, not to a person.

Shifts repeat weekly in local time and are half-open: a shift that ends at 08:00 does not hold 08:00. Changes are dated
exceptions to them: leave, cover, a swap, somebody in addition, or other people altogether.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import TypeAlias

EVERY_DAY = frozenset(range(7))


class Post(StrEnum):
    """The duty that is filled: the grid worker of a grid, or a desk of a community or street."""

    GRID_WORKER = "grid_worker"
    DESK = "desk"


@dataclass(frozen=True, slots=True)
class Shift:
    """`start` and `end` are local wall times; `end` <= `start` runs past midnight, equal means a whole day.

    `weekdays` are those on which it starts, Monday 0.
    """

    id: str
    area: str
    post: Post
    person: str
    start: time
    end: time
    weekdays: frozenset[int] = EVERY_DAY
    rank: int = 1


@dataclass(frozen=True, slots=True)
class Change:
    """From `start` until before `end`, `out` does not hold and `person` does.

    Leave: `out` alone, everywhere unless `area` says where. Cover and swap: both. Somebody in addition: `person` alone,
    with `area` and `post`; with `alone`, nobody else. Raises ValueError for what says nothing.
    """

    id: str
    start: datetime
    end: datetime
    out: str | None = None
    person: str | None = None
    area: str | None = None
    post: Post | None = None
    alone: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        if not self.start < self.end:
            raise ValueError(f"change {self.id!r}: must end after it starts")
        if self.out is None and (self.person is None or self.area is None or self.post is None):
            raise ValueError(f"change {self.id!r}: says neither who is out, nor who holds which post of which area")
        if self.out is not None and (self.out == self.person or self.alone):
            raise ValueError(
                f"change {self.id!r}: nobody covers for themselves, and only somebody in addition is alone"
            )

    def concerns(self, area: str, post: Post, instant: datetime) -> bool:
        """Does it hold here and now?"""
        here = self.area in {None, area} and self.post in {None, post}
        return here and self.start <= instant < self.end


Rota: TypeAlias = Sequence[Shift | Change]


def covers(shift: Shift, instant: datetime, zone: tzinfo) -> bool:
    """Does this shift hold at the instant, read on the wall clock of `zone`?"""
    local = instant.astimezone(zone)
    wall = local.time().replace(tzinfo=None)
    today, yesterday = local.weekday(), (local - timedelta(days=1)).weekday()
    if shift.start < shift.end:
        return today in shift.weekdays and shift.start <= wall < shift.end
    started_today = today in shift.weekdays and wall >= shift.start
    started_yesterday = yesterday in shift.weekdays and wall < shift.end
    return started_today or started_yesterday


def on_duty(
    rota: Iterable[Shift | Change], *, area: str, post: Post, instant: datetime, zone: tzinfo
) -> tuple[str, ...]:
    """The people who hold this post of this area now, first asked first. Empty is a gap, and is said aloud.

    Leave is stronger than anything: who covers and is on leave does not hold, unless somebody covers for them too.
    """
    shifts: list[Shift] = []
    changes: list[Change] = []
    for row in rota:
        if isinstance(row, Shift):
            if row.area == area and row.post is post and covers(row, instant, zone):
                shifts.append(row)
        elif row.concerns(area, post, instant):
            changes.append(row)
    held = [s.person for s in sorted(shifts, key=lambda s: (s.rank, s.id))]
    if not changes:
        return tuple(dict.fromkeys(held))
    added = [c for c in changes if c.out is None]
    if any(c.alone for c in added):
        held = []
    held += [c.person for c in sorted(added, key=lambda c: (c.start, c.id)) if c.person is not None]
    stand_ins = (_stands_in(person, changes) for person in held)
    return tuple(dict.fromkeys(person for person in stand_ins if person is not None))


def _stands_in(person: str, changes: Iterable[Change]) -> str | None:
    """Who really holds for this person: cover of cover is followed; None for leave that nobody covers."""
    latest = {
        c.out: c for c in sorted(changes, key=lambda c: (c.person is not None, c.start, c.id)) if c.out is not None
    }
    seen = {person}
    holder: str | None = person
    while holder is not None and holder in latest:
        holder = latest[holder].person
        if holder in seen:
            return None  # everybody of the circle is out
        if holder is not None:
            seen.add(holder)
    return holder


def people_of(rota: Iterable[Shift | Change]) -> frozenset[str]:
    """Everybody who may ever be asked because of it."""
    return frozenset(row.person for row in rota if row.person is not None)
