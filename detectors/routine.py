"""Routine: how long this home is usually quiet, by hour, by age of the quiet, and by where somebody was last seen.

What people set is a budget of false alarms. The improbability of each day's least usual quiet is kept, and the
threshold is put where, judged by those, the home would exceed it just that often.
"""

import base64
import math
import zlib
from array import array
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from detectors.hazard import (
    BEDROOM,
    BUSY_HOURS,
    CELLS,
    DAYTIME,
    HOURS,
    LATE,
    NIGHT,
    PLACES,
    SHAPE,
    SHORT,
    STARTS,
    cells_of,
    first_tables,
    hazard_of,
    part_of,
    thresholds_of,
)
from detectors.instants import DAY, HOUR, wall

HALF_LIFE_DAYS = 45.0
_SCORE_MEAN, _SCORE_SPREAD, _SCORE_DAYS = 1.0, 1.0, 6.0
"""Prior of a day's or night's worst score, and how many days it is worth."""
_LEAST_VARIANCE = 0.25
_WILDEST = 3.0
"""So far above what is allowed a score counts; one wild day may not blind the home for months."""
_EARLIEST_UP, _LATEST_UP, _NEARLY_ALWAYS = 4, 11, 0.8
_MIDNIGHT = 23
_LIVED = 2
"""Quiets that a day must have to count as lived at home."""
_EULER = 0.5772156649
_GAPS_A_DAY: Final = (4.0, 15.0, 30.0)
_HALF_HOUR = HOUR / 2


class Routine:
    """What is learned of one home's quiet times. `density` scales the prior: 1 where motion is seen in most rooms.

    It learns in days of the home's own clock: what a day taught comes into force with the next one's first sign.
    """

    __slots__ = (
        "_awake", "_awake_today", "_events", "_exposure", "_gaps", "_hazard", "_longest", "_scores", "_thresholds",
        "_timezone", "_today", "_worst", "budget", "day", "days", "density",
    )  # fmt: skip

    def __init__(self, timezone: str, *, budget: float, density: float) -> None:
        self._timezone = timezone
        self.budget = budget
        self.density = density
        self.day = -1
        self.days = 0
        self._events = array("f", bytes(4 * CELLS))
        self._exposure = array("f", bytes(4 * CELLS))
        self._longest = array("f", bytes(4 * HOURS * PLACES))
        self._gaps = array("d", _GAPS_A_DAY)  # quiets a day, by place
        self._today = array("d", [0.0] * PLACES)
        self._awake = array("d", [1.0 if hour in BUSY_HOURS else 0.0 for hour in range(HOURS)])
        self._awake_today = 0
        self._scores = array("d", [0.0] * 6)  # night, day: days, sum, sum of squares
        self._worst = array("d", [0.0] * 4)  # night, day: highest ratio to the threshold, and its score
        self._hazard, self._thresholds = first_tables(density, self.allowed_score(DAYTIME), _GAPS_A_DAY)

    def threshold(self, t: float, place: int) -> float:
        """Seconds of quiet after a sign at `t`, seen there, that are no longer usual; unbounded by any floor."""
        return float(self._thresholds[int(wall(self._timezone, t) % DAY // _HALF_HOUR), place])

    def widest_threshold(self, t: float) -> float:
        """The same when nobody knows where the person was last."""
        return float(self._thresholds[int(wall(self._timezone, t) % DAY // _HALF_HOUR)].max())

    def usual_longest(self, t: float, place: int) -> float:
        """The longest quiet (s) that ever began within an hour of this time of day, there; 0 if none is known."""
        hour = int(wall(self._timezone, t) % DAY // HOUR)
        return max(self._longest[(h % HOURS) * PLACES + place] for h in (hour - 1, hour, hour + 1))

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
            self._worst = array("d", [0.0] * 4)
            self._awake_today = 0
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
        """Keep the least usual quiet of this night or day, judged by what was known before it."""
        part = part_of(int(second // HOUR))
        ratio = gap / float(self._thresholds[int(second // _HALF_HOUR), place])
        if ratio > self._worst[2 * part]:
            self._worst[2 * part] = ratio
            self._worst[2 * part + 1] = max(self._worst[2 * part + 1], self._score(second, gap, place))

    def _score(self, second: float, gap: float, place: int) -> float:
        """How improbable this quiet was (nats), beside the most that a day of such quiets usually reaches."""
        hazard = self._hazard.ravel()
        total = sum(float(hazard[cell]) * hours for cell, hours in cells_of(second, gap, place))
        limit = self.allowed_score(part_of(int(second // HOUR))) + _WILDEST
        return min(total - math.log(max(self._gaps[place], 1.0)), limit)

    def _end_day(self) -> None:
        self.days += 1
        fade = 0.5 ** (1.0 / HALF_LIFE_DAYS)
        for place, count in enumerate(self._today):
            self._gaps[place] += (count - self._gaps[place]) / min(self.days + 2, 14)
        for hour in range(HOURS):
            self._awake[hour] += ((self._awake_today >> hour & 1) - self._awake[hour]) / min(self.days + 6, 28)
        for part in (NIGHT, DAYTIME):
            worst = self._worst[2 * part + 1]
            for power in range(3):
                self._scores[3 * part + power] = self._scores[3 * part + power] * fade + worst**power
        self._events = _faded(self._events, fade)
        self._exposure = _faded(self._exposure, fade)
        self._hazard = hazard_of(_table(self._events), _table(self._exposure), self.density)
        self._thresholds = thresholds_of(
            self._hazard,
            self.allowed_score(NIGHT),
            self.allowed_score(DAYTIME),
            np.asarray(self._gaps, np.float32),
        )

    def allowed_score(self, part: int) -> float:
        """The score that nights, or days, exceed half the budget's times in thirty days.

        A Gumbel fit by moments of each day's worst (Gumbel 1958: the largest of many roughly exponential scores),
        shrunk to a prior.
        """
        days, total, squares = self._scores[3 * part : 3 * part + 3]
        n = days + _SCORE_DAYS
        mean = (total + _SCORE_DAYS * _SCORE_MEAN) / n
        second = (squares + _SCORE_DAYS * (_SCORE_MEAN**2 + _SCORE_SPREAD**2)) / n
        scale = math.sqrt(max(second - mean**2, _LEAST_VARIANCE)) * math.sqrt(6.0) / math.pi
        daily = min(0.5 * self.budget / 30.0, 0.9)
        return mean - _EULER * scale - scale * math.log(-math.log1p(-daily))

    def snapshot(self) -> dict[str, Any]:
        tables = (self._events, self._exposure, self._longest, self._thresholds, self._hazard)
        packed = zlib.compress(b"".join(table.tobytes() for table in tables), 1)
        small = (self._gaps, self._today, self._awake, self._scores, self._worst)
        return {
            "tables": base64.b64encode(packed).decode("ascii"),
            "small": [list(values) for values in small],
            "days": [self.day, self.days, self._awake_today],
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
        self._gaps, self._today, self._awake, self._scores, self._worst = (array("d", v) for v in body["small"])
        self.day, self.days, self._awake_today = body["days"]


def _table(counts: "array[float]") -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.frombuffer(counts, np.float32)


def _faded(counts: "array[float]", fade: float) -> "array[float]":
    return array("f", (_table(counts) * np.float32(fade)).tobytes())
