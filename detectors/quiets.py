"""Quiets: how long a home was quiet, by the hour in which that began, by age, and by where somebody was last.

What the days behind add up to is packed: it is looked at once a day, and there are thousands of homes.
"""

import base64
import zlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.places import Room
from detectors.instants import HOUR, MINUTE

Floats = NDArray[np.float32]
Counts = NDArray[np.float32] | NDArray[np.float16]

SHORT = 10 * MINUTE
"""A quiet shorter than this is a pause between two movements: too common to count, too short to matter."""
TICK = 10 * MINUTE
"""Quiets are counted in whole ticks, so that a hundred pauses of eleven minutes do not drown one of two hours."""
EDGES: Final = tuple(m * MINUTE for m in (15, 20, 30, 45, 60, 80, 105, 135, 170, 210, 260, 320, 400, 500, 620))
"""Ages at which the hazard may change, from `SHORT` on."""
OLDEST = 900 * MINUTE
AGES, HOURS, PLACES = len(EDGES) + 1, 24, 7
SHAPE: Final = (HOURS, AGES, PLACES)
CELLS = HOURS * AGES * PLACES
BATHROOM, BEDROOM, ABED, KITCHEN, LIVING, PASSAGE, ELSEWHERE = range(PLACES)
BED: Final = frozenset({BEDROOM, ABED})
ABED_AFTER = HOUR
"""Whoever was seen in the bedroom only for so long (s) has gone to bed, or has not got up."""
LOWS: Final = np.asarray((SHORT, *EDGES))
HIGHS: Final = np.asarray((*EDGES, OLDEST))
MIDDLES: Final = np.sqrt(LOWS * HIGHS)
_PLACE_OF: Final = {
    Room.BATHROOM: BATHROOM,
    Room.BEDROOM: BEDROOM,
    Room.KITCHEN: KITCHEN,
    Room.LIVING: LIVING,
    Room.CORRIDOR: PASSAGE,
    Room.ENTRANCE: PASSAGE,
}
_JUST_UNDER = 0.001
_BITS: Final = 2 * CELLS // 8
"""Bytes that say which of the counts are not nought: most are."""


class Quiet(NamedTuple):
    """Begun `second` seconds after local midnight, `gap` seconds long, with a last sign at this place."""

    second: float
    gap: float
    place: int


def place_of(room: Room, since_up: float = 0.0) -> int:
    """Where a stay ends in its own way. `since_up`: seconds since somebody was last seen outside the bedroom."""
    place = _PLACE_OF.get(room, ELSEWHERE)
    return ABED if place == BEDROOM and since_up > ABED_AFTER else place


def cells_of(quiets: Sequence[Quiet]) -> tuple[NDArray[np.intp], Floats, NDArray[np.intp]]:
    """The flat cells that each quiet passes through, by age, with the hours spent in each; and the age at which it
    ended. Of ages that it did not reach, its first cell and no hours.
    """
    second, gap, place = np.asarray(quiets, np.float64).reshape(-1, 3).T
    ticked = SHORT + np.maximum(1.0, np.ceil((gap - SHORT) / TICK)) * TICK - _JUST_UNDER
    hours = np.minimum(HIGHS, np.minimum(ticked, OLDEST)[:, None]) - LOWS
    reached = hours > 0
    first = (second // HOUR).astype(np.intp) % HOURS * AGES
    cells = (first[:, None] + np.arange(AGES) * reached) * PLACES + place.astype(np.intp)[:, None]
    return cells, (np.maximum(hours, 0.0) / HOUR).astype(np.float32), reached.sum(axis=1) - 1


class Quiets:
    """Counted: how many quiets ended in each cell, and the hours spent there, faded by the day; and today's."""

    __slots__ = ("_packed", "_today")

    def __init__(self) -> None:
        self._packed = b""
        self._today = array("f")

    def add(self, quiet: Quiet) -> None:
        self._today.extend(quiet)

    def today(self) -> Iterator[Quiet]:
        flat = self._today
        return (Quiet(flat[i], flat[i + 1], int(flat[i + 2])) for i in range(0, len(flat), 3))

    def counted(self) -> tuple[Floats, Floats]:
        """Ends and hours by flat cell, of all days but today."""
        if not self._packed:
            return np.zeros(CELLS, np.float32), np.zeros(CELLS, np.float32)
        raw = zlib.decompress(self._packed)
        some = np.unpackbits(np.frombuffer(raw, np.uint8, count=_BITS)).view(bool)
        both = np.zeros(2 * CELLS, np.float32)
        both[some] = np.frombuffer(raw, np.float16, offset=_BITS)
        return both[:CELLS], both[CELLS:]

    def end_day(self, fade: float) -> None:
        """What was counted before becomes worth `fade` of what it was, and today is added."""
        ends, hours = (table * np.float32(fade) for table in self.counted())
        cells, spent, last = cells_of([*self.today()])
        np.add.at(hours, cells, spent)
        np.add.at(ends, cells[np.arange(len(cells)), last], np.float32(1.0))
        self._today = array("f")
        self._pack(ends, hours)

    def take_back(self, quiet: Quiet, worth: float) -> None:
        """It was added once, and is worth so much today (0: it is one of today's)."""
        if not worth:
            as_kept = tuple(array("f", quiet))
            left = [each for each in self.today() if each != as_kept]
            self._today = array("f", [value for each in left for value in each])
            return
        ends, hours = self.counted()
        cells, spent, last = cells_of([quiet])
        np.subtract.at(hours, cells[0], np.float32(worth) * spent[0])
        ended = cells[0, last[0]]
        ends[ended] -= worth
        self._pack(np.maximum(ends, 0.0), np.maximum(hours, 0.0))

    def _pack(self, ends: Counts, hours: Counts) -> None:
        both = np.concatenate([ends, hours]).astype(np.float16)
        some = both != 0
        self._packed = zlib.compress(np.packbits(some).tobytes() + both[some].tobytes(), 1)

    def snapshot(self) -> dict[str, Any]:
        return {"some": base64.b64encode(self._packed).decode("ascii"), "today": list(self._today)}

    def restore(self, body: Mapping[str, Any]) -> None:
        if "some" in body:
            self._packed = base64.b64decode(body["some"])
        elif body["packed"]:  # up to version 5, with every nought
            both = np.frombuffer(zlib.decompress(base64.b64decode(body["packed"])), np.float16)
            self._pack(both[:CELLS], both[CELLS:])
        self._today = array("f", body["today"])

    def take_over(self, ends: Floats, hours: Floats) -> None:
        """From the layout of versions 1 and 2: by hour of the clock, seven ages from five minutes on, three places."""
        moved = np.zeros((2, *SHAPE), np.float32)
        edges = [m * MINUTE for m in (5, 10, 20, 40, 80, 160, 320, 640)]
        for age, (low, high) in enumerate(pairwise(edges[1:]), start=1):
            middle = (low * high) ** 0.5
            now = int(np.searchsorted(EDGES, middle, side="right"))
            for hour in range(HOURS):
                began = int(hour + 0.5 - middle / HOUR) % HOURS
                for place, becomes in enumerate((BATHROOM, BEDROOM, LIVING)):
                    cell = (hour * (len(edges) - 1) + age) * 3 + place
                    moved[:, began, now, becomes] += ends[cell], hours[cell]
        self._pack(moved[0].reshape(CELLS), moved[1].reshape(CELLS))
