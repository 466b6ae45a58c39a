"""Routine: how long this home is usually quiet, by hour, by age of the quiet, and by where somebody was last seen.

What people set is a budget of false alarms. What a false alarm must cost for each day's least usual quiet not to have
been one is kept, and the cost is put where, judged by those, the home would exceed it just that often.
"""

import base64
import math
import zlib
from array import array
from collections.abc import Mapping
from typing import Any

import numpy as np

from detectors.hazard import (
    BATHROOM_RISK,
    BEDROOM,
    BUSY_HOURS,
    CELLS,
    HOURS,
    LATE,
    PLACES,
    SHAPE,
    SHORT,
    STARTS,
    Floats,
    Halves,
    cells_of,
    cost_needed,
    first_tables,
    hazard_of,
    thresholds_of,
)
from detectors.instants import DAY, HOUR, wall

HALF_LIFE_DAYS = 45.0
WORTH_NOTING = 15 * 60.0
"""A quiet shorter than this (s) is never a day's least usual one."""
TAIL_FROM = 4.0
"""From here on the log of what a false alarm must cost is taken to be exponential."""
_TAIL_DAYS, _TAIL_SHARE = 8.0, 0.5
_EXCESSES, _EXCESS = 6.0, 0.7
"""Priors: days, the share of them that reach the tail; such days, and by how much they exceed its beginning."""
_WILDEST = 2.5
"""By so much a day counts at most; one wild day may not blind the home for months."""
_LOWEST, _HIGHEST = 2.5, 9.0
_EARLIEST_UP, _LATEST_UP, _NEARLY_ALWAYS = 4, 11, 0.8
_MIDNIGHT = 23
_LIVED = 2
"""Quiets that a day must have to count as lived at home."""
_HALF_HOUR = HOUR / 2
_MONTH_DAYS = 30.0
_SMALL_OF_VERSION_1 = 5


class Routine:
    """What is learned of one home's quiet times. `density` scales the prior: 1 where motion is seen in most rooms.
    `risk`: how many times an hour of waiting counts in the bathroom.

    It learns in days of the home's own clock: what a day taught comes into force with the next one's first sign.
    """

    __slots__ = (
        "_awake", "_awake_today", "_events", "_exposure", "_hazard", "_longest", "_tail", "_thresholds", "_timezone",
        "_today", "_worst", "budget", "day", "days", "density", "in_force", "risk",
    )  # fmt: skip

    def __init__(self, timezone: str, *, budget: float, density: float, risk: float = BATHROOM_RISK) -> None:
        self._timezone = timezone
        self.budget = budget
        self.in_force: float | None = budget  # by which the thresholds were reckoned; None: not known
        self.density = density
        self.risk = risk
        self.day = -1
        self.days = 0
        self._events = array("f", bytes(4 * CELLS))
        self._exposure = array("f", bytes(4 * CELLS))
        self._longest = array("f", bytes(4 * HOURS * PLACES))
        self._today = array("d", [0.0] * PLACES)
        self._awake = array("d", [1.0 if hour in BUSY_HOURS else 0.0 for hour in range(HOURS)])
        self._awake_today = 0
        self._tail = array("d", [0.0] * 3)  # days; those that reached the tail; the sum of their excesses
        self._worst = array("d", [0.0] * 2)  # of today: highest ratio to the threshold, and the cost that it needed
        self._hazard, self._thresholds = first_tables(density, self.cost(), risk)

    def threshold(self, t: float, place: int) -> float:
        """Seconds of quiet after a sign at `t`, seen there, that are no longer usual; unbounded by any floor."""
        return float(self._thresholds[int(wall(self._timezone, t) % DAY // _HALF_HOUR), place])

    @property
    def thresholds(self) -> Floats:
        """All of them, by half hour and place."""
        return self._thresholds

    def widest_threshold(self, t: float) -> float:
        """The same when nobody knows where the person was last."""
        return float(self._thresholds[int(wall(self._timezone, t) % DAY // _HALF_HOUR)].max())

    def usual_longest(self, t: float, place: int) -> float:
        """The longest quiet (s) that ever began within an hour of this time of day, there; 0 if none is known."""
        hour = int(wall(self._timezone, t) % DAY // HOUR)
        return max(self._longest[(h % HOURS) * PLACES + place] for h in (hour - 1, hour, hour + 1))

    @property
    def hazard(self) -> Halves:
        """Signs of life per hour of quiet, by hour of day, age and place."""
        return self._hazard

    def longest_by_hour(self, place: int) -> tuple[float, ...]:
        """The longest quiet (s) that began in each hour there and ended well."""
        return tuple(self._longest[hour * PLACES + place] for hour in range(HOURS))

    def up_by_hour(self) -> tuple[float, ...]:
        """The share of days with life outside the bedroom in each hour."""
        return tuple(self._awake)

    def hours_spent(self) -> Floats:
        """Hours of quiet by hour of day, age and place; days long gone count less."""
        return _table(self._exposure).reshape(SHAPE)

    def days_known(self) -> float:
        """Days behind that, faded as they are."""
        fade = 0.5 ** (1.0 / HALF_LIFE_DAYS)
        return float((1.0 - fade**self.days) / (1.0 - fade))

    def up_by(self, t: float, place: int) -> float:
        """For a quiet that begins in bed: when, after `t`, somebody here is nearly always up. `t` itself by day.

        That is the end of the first hour from four on that shows a sign outside the bedroom on four days of five.
        In bed is who was last seen in the bedroom after nine, or anywhere after eleven.
        """
        local = wall(self._timezone, t)
        hour = int(local % DAY // HOUR)
        late = LATE if place == BEDROOM else _MIDNIGHT
        rising = next((h for h in range(_EARLIEST_UP, _LATEST_UP) if self._awake[h] >= _NEARLY_ALWAYS), _LATEST_UP)
        if rising < hour < late:
            return t
        midnight = local - local % DAY + (DAY if hour >= late else 0.0)
        return t + (midnight + (rising + 1) * HOUR - local)

    def hear(self, t: float, place: int) -> None:
        """A sign of life: the first of a local day ends the day before. Who turns over in bed is not up."""
        local = wall(self._timezone, t)
        if local // DAY > self.day:
            if self.day >= 0 and sum(self._today) >= _LIVED:
                self._end_day()
            self.day = int(local // DAY)
            self._today = array("d", [0.0] * PLACES)
            self._worst = array("d", [0.0] * 2)
            self._awake_today = 0
        if self.in_force != self.budget:
            self._worst[0] = 0.0  # a ratio to thresholds that no longer hold
            self._reckon()
        if place != BEDROOM:
            self._awake_today |= 1 << int(local % DAY // HOUR)

    def learn(self, start: float, end: float, place: int) -> None:
        """A quiet from sign to sign that ended well, all of it seen, with somebody at home."""
        gap = end - start
        if gap < SHORT:
            return
        self._today[place] += 1
        second = wall(self._timezone, start) % DAY
        hour = int(second // HOUR)
        slot = hour * PLACES + place
        self._longest[slot] = max(self._longest[slot], gap)
        self._compare(second, gap, place)
        cell = -1
        for cell, hours in cells_of(second, gap, place):
            self._exposure[cell] += hours
        if cell >= 0:
            self._events[cell] += 1.0

    def _compare(self, second: float, gap: float, place: int) -> None:
        """Keep the least usual quiet of this day, judged by what was known before it."""
        if gap < WORTH_NOTING:
            return
        ratio = gap / float(self._thresholds[int(second // _HALF_HOUR), place])
        if ratio > self._worst[0]:
            self._worst[0] = ratio
            self._worst[1] = max(self._worst[1], cost_needed(self._hazard, self.risk, second, gap, place))

    def _end_day(self) -> None:
        self.days += 1
        fade = 0.5 ** (1.0 / HALF_LIFE_DAYS)
        for hour in range(HOURS):
            self._awake[hour] += ((self._awake_today >> hour & 1) - self._awake[hour]) / min(self.days + 6, 28)
        excess = self._worst[1] - TAIL_FROM
        reached = (1.0, float(excess > 0), min(max(excess, 0.0), _WILDEST))
        self._tail = array("d", (kept * fade + new for kept, new in zip(self._tail, reached, strict=True)))
        self._events = _faded(self._events, fade)
        self._exposure = _faded(self._exposure, fade)
        self._hazard = hazard_of(_table(self._events), _table(self._exposure), self.density)
        self._reckon()

    def use_budget(self, budget: float) -> None:
        """From the next sign of life on: a quiet that has begun is judged by what held when it began."""
        self.budget = budget

    def _reckon(self) -> None:
        self._thresholds = thresholds_of(self._hazard, self.cost(), self.risk)
        self.in_force = self.budget

    def cost(self, budget: float | None = None) -> float:
        """How many hours of waiting a false alarm costs here, so that alarms stay within the budget, or another one.

        Each day's least usual quiet needs some cost not to be an alarm. The log of that has an exponential tail (peaks
        over a threshold: Pickands 1975), shrunk to a prior; the cost is put where days exceed it as often as the budget
        says.
        """
        days, reached, excess = self._tail
        share = (reached + _TAIL_DAYS * _TAIL_SHARE) / (days + _TAIL_DAYS)
        mean = (excess + _EXCESSES * _EXCESS) / (reached + _EXCESSES)
        daily = min((self.budget if budget is None else budget) / _MONTH_DAYS, 0.9)
        return math.exp(min(max(TAIL_FROM + mean * math.log(share / daily), _LOWEST), _HIGHEST))

    def snapshot(self) -> dict[str, Any]:
        tables = (self._events, self._exposure, self._longest, self._thresholds, self._hazard)
        packed = zlib.compress(b"".join(table.tobytes() for table in tables), 1)
        small = (self._today, self._awake, self._tail, self._worst)
        return {
            "tables": base64.b64encode(packed).decode("ascii"),
            "small": [list(values) for values in small],
            "days": [self.day, self.days, self._awake_today],
            "budget": self.in_force,
        }

    def restore(self, body: Mapping[str, Any]) -> None:
        packed = zlib.decompress(base64.b64decode(body["tables"]))
        sizes = (4 * CELLS, 4 * CELLS, 4 * HOURS * PLACES, 4 * STARTS * PLACES, 2 * CELLS)
        parts, begin = [], 0
        for size in sizes:
            parts.append(packed[begin : begin + size])
            begin += size
        self._events, self._exposure, self._longest = (array("f", part) for part in parts[:3])
        self._thresholds = np.frombuffer(parts[3], np.float32).reshape(STARTS, PLACES)
        self._hazard = np.frombuffer(parts[4], np.float16).reshape(SHAPE)
        small = [array("d", values) for values in body["small"]]
        if len(small) == _SMALL_OF_VERSION_1:  # its scores mean something else: the tail is learned anew
            small = [small[1], small[2], self._tail, self._worst]
        self._today, self._awake, self._tail, self._worst = small
        self.day, self.days, self._awake_today = body["days"]
        self.in_force = body.get("budget")


def _table(counts: "array[float]") -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.frombuffer(counts, np.float32)


def _faded(counts: "array[float]", fade: float) -> "array[float]":
    return array("f", (_table(counts) * np.float32(fade)).tobytes())
