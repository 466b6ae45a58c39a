"""Weekend: how much later somebody gets up on Saturdays and Sundays, where they do, and the clock that a home lives by.

Who rises an hour and a half later at weekends is not in need by then. On mornings of weekends the home's own clock runs
the slower for it, from three until they usually are up: a night's quiet is learned and waited for by that clock, so
that all that is known of its length, of workdays as of weekends, holds for both.
"""

import base64
from collections.abc import Iterator, Sequence
from enum import Enum, auto
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.routine import WeekShown
from detectors.instants import DAY, HOUR, MINUTE
from detectors.quiets import HOURS
from detectors.rising import usually_up
from detectors.slots import SLOT

Slots = NDArray[np.uint8]

_THURSDAY, _WEEK, _SATURDAY = 3, 7, 5
"""The first day of 1970 was a Thursday."""
DAWN = 3 * HOUR
"""Before this (s after midnight) a night is like any other."""
_FOUR, _OF_AN_HOUR = 4, 6
"""The hour in which a day begins, and the slots of each."""
_KEPT = 40, 16
"""Days of which it is remembered when somebody rose: workdays, and days of weekends."""
_FEWEST = 10, 6
_SURELY, _STILL = 3.3, 2.3
"""So many standard deviations (one in a thousand by chance), asked every day, of every home; and to stay told apart."""
_LEAST, _LEAST_STILL = 30 * MINUTE, 15 * MINUTE
"""The same of the lateness itself (s)."""
_REMEMBERED = 28
"""Days over which the shares by the hour are taken."""
_AT_WEEKEND = 0x80


class Morning(Enum):
    """Of which class of days."""

    WORKDAY = auto()
    WEEKEND = auto()


def is_weekend(day: int) -> bool:
    """Is this day, counted from the first of 1970, a Saturday or a Sunday?"""
    return (day + _THURSDAY) % _WEEK >= _SATURDAY


def next_saturday(day: int) -> int:
    """The first one on or after this day, both counted from the first of 1970."""
    return day + (_SATURDAY - day - _THURSDAY) % _WEEK


class Weekend:
    """`later`: by how much (s) they rise later at weekends, less than nothing for sooner; 0 while that cannot be told
    from chance.
    """

    __slots__ = ("_hours", "_rose", "_until", "later")

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Rooms are watched otherwise: what was known cannot be compared."""
        self._hours = np.zeros((2, 1 + HOURS), np.float16).tobytes()  # workdays, weekends: of how many days, and shares
        self._rose = b""  # a slot after four for each day, with `_AT_WEEKEND`
        self.later = 0.0
        self._until = DAWN

    def end_day(self, day: int, up: int, rose: int | None) -> None:
        """A day of the home's own calendar, from four on, that was all seen and lived at home: the slots in which
        somebody was up, and the one in which they rose, None where that is not known.
        """
        self._count_hours(up, at_weekend=is_weekend(day))
        if rose is not None:
            self._remember(rose, at_weekend=is_weekend(day))
            self._compare(apart=self.later != 0)

    def _count_hours(self, up: int, *, at_weekend: bool) -> None:
        hours = np.frombuffer(self._hours, np.float16).reshape(2, -1).astype(np.float32)
        row = hours[int(at_weekend)]
        row[0] = min(row[0] + 1, _REMEMBERED)
        slots = (_OF_AN_HOUR * ((hour - _FOUR) % HOURS) for hour in range(HOURS))
        seen = [(up >> slot) & ((1 << _OF_AN_HOUR) - 1) > 0 for slot in slots]
        row[1:] += (np.asarray(seen, np.float32) - row[1:]) / row[0]
        self._hours = hours.astype(np.float16).tobytes()

    def _remember(self, rose: int, *, at_weekend: bool) -> None:
        kind = _AT_WEEKEND if at_weekend else 0
        alike = [at for at, each in enumerate(self._rose) if each & _AT_WEEKEND == kind]
        if len(alike) >= _KEPT[int(at_weekend)]:
            self._rose = self._rose[: alike[0]] + self._rose[alike[0] + 1 :]
        self._rose += bytes([rose | kind])

    def _risings(self) -> tuple[Slots, Slots]:
        """Of workdays, and at weekends."""
        every = np.frombuffer(self._rose, np.uint8)
        at_weekend = every >= _AT_WEEKEND
        return every[~at_weekend], every[at_weekend] - np.uint8(_AT_WEEKEND)

    def shown(self) -> WeekShown | None:
        """None before something is known of both."""
        workdays, weekends = self._risings()
        if not len(workdays) or not len(weekends):
            return None
        hours = np.frombuffer(self._hours, np.float16).reshape(2, -1)[:, 1:]
        return WeekShown(
            rising=(_middle(workdays), _middle(weekends)),
            days=(len(workdays), len(weekends)),
            up=(tuple(map(float, hours[0])), tuple(map(float, hours[1]))),
            later=self.later,
            unsure=len(workdays) < _FEWEST[0] or len(weekends) < _FEWEST[1],
        )

    def usually_up(self, day: int) -> int | None:
        """The hour by which somebody is nearly always up on such a day; None where all days are alike."""
        if not self.later:
            return None
        hours = np.frombuffer(self._hours, np.float16).reshape(2, -1)[int(is_weekend(day)), 1:]
        return usually_up([float(share) for share in hours])

    def _compare(self, *, apart: bool) -> None:
        """`apart`: they are told apart already."""
        workdays, weekends = self._risings()
        self.later, self._until = 0.0, DAWN
        if len(workdays) < _FEWEST[0] or len(weekends) < _FEWEST[1]:
            return
        later = _middle(weekends) - _middle(workdays)
        least, surely = (_LEAST_STILL, _STILL) if apart else (_LEAST, _SURELY)
        if abs(later) >= least and abs(_off(workdays, weekends)) >= surely:
            self.later, self._until = later, _middle(weekends)

    # -- the home's own clock ---------------------------------------------------------------------------------------

    @property
    def _slope(self) -> float:
        """Seconds of its own in a real one."""
        return (self._until - DAWN - self.later) / (self._until - DAWN)

    def _mornings(self, begins: float, ends: float) -> Iterator[tuple[float, float]]:
        """Those of weekends between, as the wall clock has them (s)."""
        for day in range(int(begins // DAY), int(ends // DAY) + 1):
            if is_weekend(day):
                yield day * DAY + DAWN, day * DAY + self._until

    def spans(self, begins: float, gap: float) -> Morning | None:
        """The last morning that a quiet of this length (s) by the wall clock touches; None where all are alike."""
        if not self.later:
            return None
        days = range(int(begins // DAY), int((begins + gap) // DAY) + 1)
        ends = begins + gap
        touched = [d for d in days if d * DAY + self._until > begins and d * DAY + DAWN < ends]
        if not touched:
            return None
        return Morning.WEEKEND if is_weekend(touched[-1]) else Morning.WORKDAY

    def own(self, local: float) -> float:
        """What the home's own clock says at this time of the wall clock."""
        if self.later:
            for dawn, up in self._mornings(local, local):
                if dawn < local < up:
                    return dawn + (local - dawn) * self._slope
        return local

    def lived(self, begins: float, gap: float) -> float:
        """How long by the home's own clock a quiet is that lasts `gap` (s) by the wall clock."""
        if not self.later:
            return gap
        ends, faster = begins + gap, 1.0 - self._slope
        return gap - faster * sum(
            max(0.0, min(ends, up) - max(begins, dawn)) for dawn, up in self._mornings(begins, ends)
        )

    def lasts(self, begins: float, own: float) -> float:
        """How long by the wall clock a quiet is that lasts `own` (s) by the home's own clock."""
        if not self.later:
            return own
        at, left = begins, own
        for dawn, up in self._mornings(begins, begins + own + 2 * abs(self.later)):
            if up <= at or at + left <= dawn:
                continue
            left -= max(0.0, dawn - at)
            at = max(at, dawn)
            if left <= (up - at) * self._slope:
                return at + left / self._slope - begins
            left -= (up - at) * self._slope
            at = up
        return at + left - begins

    def snapshot(self) -> list[Any]:
        return [*(base64.b64encode(each).decode("ascii") for each in (self._rose, self._hours)), self.later != 0]

    def restore(self, body: Sequence[Any]) -> None:
        self._rose, self._hours = (base64.b64decode(each) for each in body[:2])
        self._compare(apart=body[2])


def _middle(slots: Slots) -> float:
    """Seconds after midnight."""
    return _FOUR * HOUR + float(np.median(slots)) * SLOT


def _off(some: Slots, others: Slots) -> float:
    """By how many standard deviations more than by chance `others` are later than `some` (Mann & Whitney 1947, with
    ties).
    """
    above = np.sign(others[:, None].astype(np.int64) - some)
    counts = np.bincount(np.concatenate([some, others])).astype(np.float64)
    total, pairs = len(some) + len(others), len(some) * len(others)
    ties = float((counts**3 - counts).sum()) / (total * (total - 1))
    spread = pairs / 12 * (total + 1 - ties)
    return float(above.sum()) / 2 / spread**0.5 if spread > 0 else 0.0
