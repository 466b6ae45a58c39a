"""Duty: who answers for an area at an instant. It belongs to the rota, not to a person.

Shifts repeat weekly in local time and are half-open: a shift that ends at 08:00 does not hold 08:00.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum

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


def on_duty(rota: Iterable[Shift], *, area: str, post: Post, instant: datetime, zone: tzinfo) -> tuple[str, ...]:
    """The people who hold this post of this area now, first asked first. Empty is a gap, and is said aloud."""
    holding = [s for s in rota if s.area == area and s.post is post and covers(s, instant, zone)]
    return tuple(dict.fromkeys(s.person for s in sorted(holding, key=lambda s: (s.rank, s.id))))
