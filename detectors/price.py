"""Price: what a false alarm must cost in one home, in hours of waiting, so that they stay within a budget.

Of each day the least usual quiet is kept. Each needs some price not to have been an alarm, judged by all that is known
now but the quiet itself. The log of that has an exponential tail (peaks over a threshold: Pickands 1975).
"""

import base64
import math
import struct
from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from detectors.hazard import Doubles, Learned, without_each
from detectors.instants import HOUR
from detectors.lasting import goes_on
from detectors.quiets import BATHROOM, Quiet
from detectors.waiting import costs_needed

KEPT_DAYS = 90
_TAIL_SHARE = 0.3
"""The tail begins where so many of a home's own days reach it."""
_TAIL_DAYS, _TAIL_FROM = 5.0, 4.0
_EXCESSES, _EXCESS = 6.0, 0.6
"""Priors: days, and where their tail begins; days that reach it, and by how much they exceed its beginning."""
_LOWEST_TAIL, _HIGHEST_TAIL = 2.5, 5.0
_WILDEST = 1.5
"""By so much a day counts at most; one wild day may not blind the home for months."""
_LOWEST, _HIGHEST = 2.5, 9.0
_MONTH_DAYS = 30.0
_HALF_HOUR = HOUR / 2


_FAR_BELOW = 1.0
"""What was so far below the tail is judged anew once a week only."""
_WEEK = 7
_ROW = struct.Struct("<HHfBf")
"""One of them, packed: its day, when it began (in two seconds), its length, its place, and what it needs."""
_ROWS = np.dtype([("day", "<u2"), ("began", "<u2"), ("gap", "<f4"), ("place", "u1"), ("needs", "<f4")])
_ALIKE = _ROW.size - 4
"""Bytes before what it needs."""
_TWO = 2.0
_COLUMNS_OF_OLD = 5


class _Unusual(NamedTuple):
    """The least usual quiet of a day, `day` of those that this home has lived, and the price that it needs (log)."""

    day: int
    quiet: Quiet
    needs: float


class Price:
    """`half_life` (days): of what a day counts. `tail`: where it begins, and the mean excess over that; before much is
    known of a home, as in others.
    """

    __slots__ = ("_half_life", "_kept", "_of_others", "_tail")

    def __init__(self, half_life: float, tail: tuple[float, float] | None = None) -> None:
        self._half_life = half_life
        self._kept = b""
        self._of_others = tail or (_TAIL_FROM, _EXCESS)
        self._tail = array("d", self._of_others)

    @property
    def tail(self) -> tuple[float, float]:
        begins, excess = self._tail
        return begins, excess

    def keep(self, day: int, worst: Quiet | None) -> None:
        """The day's least usual quiet, if it had any."""
        if worst is not None:
            self._kept = self._kept[-_ROW.size * (KEPT_DAYS - 1) :] + _packed(day, worst, math.inf)

    def take_back(self, day: int, quiet: Quiet) -> None:
        """That day had no quiet that was least usual."""
        this, flat = _packed(day, quiet, math.inf)[:_ALIKE], self._kept
        rows = (flat[i : i + _ROW.size] for i in range(0, len(flat), _ROW.size))
        self._kept = b"".join(row for row in rows if row[:_ALIKE] != this)

    def judge(self, day: int, learned: Learned, density: float, risk: float) -> None:
        """All of them anew, by all that is known now but the quiet itself."""
        kept = list(self._unusual())
        if not kept:
            return
        worth = 0.5 ** ((day - np.asarray([one.day for one in kept])) / self._half_life)
        close = self._tail[0] - _FAR_BELOW
        anew = [i for i, one in enumerate(kept) if one.needs > close or one.day % _WEEK == day % _WEEK]
        quiets = [kept[i].quiet for i in anew]
        rows = np.frombuffer(self._kept, _ROWS).copy()
        rows["needs"][anew] = _needed(quiets, worth[anew], learned, density, risk)
        self._kept = rows.tobytes()
        self._tail = array("d", _tail_of(rows["needs"].astype(np.float64), worth, self._of_others))

    def _unusual(self) -> Iterator[_Unusual]:
        for day, began, gap, place, needs in _ROW.iter_unpack(self._kept):
            yield _Unusual(day, Quiet(float(began * _TWO), gap, place), needs)

    def cost(self, budget: float) -> float:
        """How many hours of waiting a false alarm costs here, so that there are at most `budget` in thirty days."""
        begins, excess = self._tail
        daily = min(budget / _MONTH_DAYS, 0.9)
        return math.exp(min(max(begins + excess * math.log(_TAIL_SHARE / daily), _LOWEST), _HIGHEST))

    def snapshot(self) -> dict[str, Any]:
        return {"days": base64.b64encode(self._kept).decode("ascii"), "tail": list(self._tail)}

    def restore(self, body: Mapping[str, Any]) -> None:
        self._tail = array("d", body["tail"])
        if "days" in body:
            self._kept = base64.b64decode(body["days"])
            return
        flat = array("f", base64.b64decode(body["kept"]))  # up to version 5, five numbers each
        rows = (flat[i : i + _COLUMNS_OF_OLD] for i in range(0, len(flat), _COLUMNS_OF_OLD))
        self._kept = b"".join(
            _packed(int(day), Quiet(second, gap, int(place)), needs) for day, second, gap, place, needs in rows
        )


def _packed(day: int, quiet: Quiet, needs: float) -> bytes:
    return _ROW.pack(day, int(quiet.second / _TWO), quiet.gap, quiet.place, needs)


def _needed(quiets: Sequence[Quiet], worth: Doubles, learned: Learned, density: float, risk: float) -> list[float]:
    """The price (log) that each of them needs, by all that is known but itself."""
    if not quiets:
        return []
    second, gaps, place = np.asarray(quiets, np.float64).reshape(-1, 3).T
    places, starts = place.astype(np.intp), (second // _HALF_HOUR).astype(np.intp)
    paths = goes_on(without_each(learned, quiets, worth, density), density, places, starts)
    needed: list[float] = costs_needed(paths, gaps, np.where(places == BATHROOM, risk, 1.0).astype(np.float32)).tolist()
    return needed


def _tail_of(needed: Doubles, worth: Doubles, others: tuple[float, float]) -> tuple[float, float]:
    """Where the tail begins, and the mean excess over it; each shrunk to what other homes are like."""
    usual, usual_excess = others
    own = float(np.quantile(needed, 1.0 - _TAIL_SHARE))
    begins = (own * len(needed) + usual * _TAIL_DAYS) / (len(needed) + _TAIL_DAYS)
    begins = min(max(begins, _LOWEST_TAIL), _HIGHEST_TAIL)
    excesses = np.clip(needed - begins, 0.0, _WILDEST)
    reached = float(worth[needed > begins].sum())
    return begins, (float((worth * excesses).sum()) + _EXCESSES * usual_excess) / (reached + _EXCESSES)
