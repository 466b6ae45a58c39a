"""Peers: what others do, on the signs of single sensors, with the recording's own word for when the person was away.

A peer is told each stretch of a life without a sign ("quiet"), and says when it would have called had it gone on.
"""

from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta
from math import inf
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from anxin.evaluation.life import DAY, HOUR, Life
from core.readings import Kind

HALF_HOUR = HOUR / 2
BINS = 48
STEP = 300.0
STEPS = int(DAY / STEP)
HORIZON = 3 * DAY

Clock = Callable[[float], tuple[int, float, bool]]
"""An instant (epoch seconds) as local day number, seconds after midnight, and whether that day is a weekend."""


class Peer(Protocol):
    """All times in epoch seconds."""

    name: str
    source: str

    def calls_at(self, last: float) -> float:
        """When it would call if nothing followed a sign at `last`; `inf` if it never would. Learns nothing."""
        ...

    def learn(self, last: float, until: float) -> None:
        """A quiet from `last` to `until` that ended well."""
        ...


class Fixed:
    """A fixed time without a sign of life: what most emergency-call platforms offer."""

    def __init__(self, hours: float, name: str, source: str) -> None:
        self.name, self.source = name, source
        self._seconds = hours * HOUR

    def calls_at(self, last: float) -> float:
        return last + self._seconds

    def learn(self, last: float, until: float) -> None:
        """It learns nothing."""


class Cuddihy:
    """Cuddihy, Weisenberg, Graichen & Ganesh 2007 (doi:10.1145/1248054.1248081), with their published constants.

    Each half hour of the day remembers, for 60 days, for how long nothing had been seen at its end. Alert line: the
    largest 97th percentile of five neighbouring half hours, plus 30 % of its own, plus 40 % of their mean weighted
    1:2:3:2:1.
    """

    name = "cuddihy_2007"
    source = "Cuddihy et al. 2007"
    _WEIGHTS: Final = np.array([1.0, 2.0, 3.0, 2.0, 1.0]) / 9.0

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: list[deque[float]] = [deque(maxlen=60) for _ in range(BINS)]
        self._lines: list[float] | None = None

    def learn(self, last: float, until: float) -> None:
        moment = self._next_boundary(last)
        if moment < until:
            self._lines = None
        while moment < until:
            self._kept[self._bin(moment)].append(moment - last)
            moment += HALF_HOUR

    def calls_at(self, last: float) -> float:
        lines = self._lines = self._lines or self._alert_lines()
        moment = self._next_boundary(last)
        while moment < last + HORIZON:
            line = lines[self._bin(moment)]
            if 0 < line < moment - last:
                return moment
            moment += HALF_HOUR
        return inf

    def _alert_lines(self) -> list[float]:
        own = np.array([sorted(kept)[int(len(kept) * 0.97)] if kept else 0.0 for kept in self._kept])
        around = np.stack([np.roll(own, shift) for shift in (2, 1, 0, -1, -2)])
        lines = around.max(axis=0) + 0.3 * own + 0.4 * (self._WEIGHTS[:, None] * around).sum(axis=0)
        return [float(line) for line in lines]

    def _next_boundary(self, at: float) -> float:
        _, clock, _ = self._clock(at)
        return at + HALF_HOUR - clock % HALF_HOUR

    def _bin(self, at: float) -> int:
        return int(self._clock(at)[1] // HALF_HOUR) % BINS


class WilhelmWahl:
    """Wilhelm & Wahl 2024 (doi:10.3390/s24206583), sensors taken as certain, with their default constants.

    The score grows by one a second and is reset by a sign. Threshold: 1.1 times the highest score of each comparable
    day (week or weekend) of the last 30, an hour either side of this time, outliers cut at Q3 + 1.5 IQR.
    """

    name = "wilhelm_wahl_2024"
    source = "Wilhelm & Wahl 2024"
    _EITHER_SIDE = int(HOUR / STEP)

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._days: dict[int, NDArray[np.float64]] = {}
        self._weekend: dict[int, bool] = {}
        self._lines: dict[int, NDArray[np.float64]] = {}

    def learn(self, last: float, until: float) -> None:
        moment = last
        while moment < until:
            day, clock, weekend = self._clock(moment)
            step = min(STEPS - 1, int(clock // STEP))
            ends = min(until, moment + STEP - clock % STEP)
            scores = self._day(day, weekend=weekend)
            scores[step] = max(scores[step], ends - last)
            moment = ends if ends > moment else moment + STEP

    def _day(self, day: int, *, weekend: bool) -> NDArray[np.float64]:
        if day not in self._days:
            self._days[day] = np.zeros(STEPS)
            self._weekend[day] = weekend
            self._lines.clear()
            for old in [known for known in self._days if known < day - 30]:
                del self._days[old], self._weekend[old]
        return self._days[day]

    def calls_at(self, last: float) -> float:
        moment = last + STEP
        while moment < last + HORIZON:
            day, clock, weekend = self._clock(moment)
            line = self._line(day, weekend=weekend)[min(STEPS - 1, int(clock // STEP))]
            if 0 < line < moment - last:
                return moment
            moment += STEP
        return inf

    def _line(self, day: int, *, weekend: bool) -> NDArray[np.float64]:
        key = 2 * day + weekend
        if key not in self._lines:
            alike = [scores for known, scores in self._days.items() if known < day and self._weekend[known] == weekend]
            self._lines[key] = _threshold(alike, self._EITHER_SIDE)
        return self._lines[key]


def _threshold(days: Sequence[NDArray[np.float64]], either_side: int) -> NDArray[np.float64]:
    """By step of the day; 0 where nothing is known."""
    if not days:
        return np.zeros(STEPS)
    table = np.stack(days)
    highest = np.max([np.roll(table, shift, axis=1) for shift in range(-either_side, either_side + 1)], axis=0)
    low, high = np.percentile(highest, [25, 75], axis=0)
    bounded: NDArray[np.float64] = np.minimum(highest.max(axis=0), high + 1.5 * (high - low)) * 1.1
    return bounded


def clock_of(life: Life) -> Clock:
    """The local clock of a home, read once per hour of UTC."""
    offsets: dict[int, float] = {}
    zone = life.recording.home.zone

    def clock(at: float) -> tuple[int, float, bool]:
        hour = int(at // HOUR)
        if hour not in offsets:
            offsets[hour] = (life.local(hour * HOUR).replace(tzinfo=zone).utcoffset() or timedelta()).total_seconds()
        wall = at + offsets[hour]
        day = int(wall // DAY)
        return day, wall % DAY, (day + 3) % 7 >= 5  # noqa: PLR2004 - the epoch began on a Thursday

    return clock


def peers_of(life: Life) -> list[tuple[Peer, Sequence[float]]]:
    """Each with the times of the signs that it goes by: the 24 h rule goes by motion sensors where there are any."""
    clock, every = clock_of(life), life.times
    kinds = life.player.recording.kinds
    motion = [sign.at for sign in life.signs if kinds[sign.device] is Kind.MOTION] or every
    return [
        (Fixed(8, "fixed_8h", "a fixed time"), every),
        (Fixed(12, "fixed_12h", "a fixed time"), every),
        (Fixed(24, "pir_24h", "24 h without motion"), motion),
        (Cuddihy(clock), every),
        (WilhelmWahl(clock), every),
    ]
