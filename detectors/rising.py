"""Rising: in which hours a home shows life outside the bedroom, and by when somebody there is nearly always up."""

from array import array
from collections.abc import Sequence

from detectors.instants import DAY, HOUR
from detectors.quiets import HOURS

BUSY_HOURS = range(9, 22)
"""Hours in which somebody is up, before any day is known."""
LATE = 20
"""Whoever was last seen from this hour on may have gone to bed: not every home has a sensor there."""
_EARLIEST_UP, _LATEST_UP, _NEARLY_ALWAYS = 4, 11, 0.8
_OWN, _MOST = 6, 28


class Rising:
    """`by_hour`: the share of days with life outside the bedroom, by hour; `today`: the hours of this day, as bits."""

    __slots__ = ("_by_hour", "_up", "today")

    def __init__(self, by_hour: Sequence[float] | None = None) -> None:
        self._by_hour = array("d", by_hour or [1.0 if hour in BUSY_HOURS else 0.0 for hour in range(HOURS)])
        self._up = usually_up(self._by_hour)
        self.today = 0

    def by_hour(self) -> tuple[float, ...]:
        return tuple(self._by_hour)

    def see(self, clock: float) -> None:
        """Somebody is up at this time of day (s)."""
        self.today |= 1 << int(clock // HOUR)

    def end_day(self, days: int) -> None:
        """So many days are known with this one."""
        for hour in range(HOURS):
            self._by_hour[hour] += ((self.today >> hour & 1) - self._by_hour[hour]) / min(days + _OWN, _MOST)
        self._up = usually_up(self._by_hour)

    def until_up(self, clock: float, up: int | None = None) -> float:
        """For a quiet that begins by night, at this time of day: after how long (s) somebody here is nearly always up,
        in the hour `up` if that is known better. None by day.
        """
        hour, up = int(clock // HOUR), self._up if up is None else up
        if up < hour < LATE:
            return 0.0
        return (up + 1) * HOUR + (DAY if hour >= LATE else 0.0) - clock


def usually_up(by_hour: Sequence[float]) -> int:
    """The first hour from four on that shows a sign outside the bedroom on four days of five."""
    usual = (hour for hour in range(_EARLIEST_UP, _LATEST_UP) if by_hour[hour] >= _NEARLY_ALWAYS)
    return next(usual, _LATEST_UP)
