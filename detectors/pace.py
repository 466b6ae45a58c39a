"""Pace: how often somebody who is alone in a home is seen to move, learned from the home itself in a hundred bytes.

Counts of movements in ten minutes, by part of the day, and how often two rooms are seen to move nearly at once. Two
people are taken for two lives like this one at the same time (the superposition of Nait Aicha, Englebienne & Kröse
2017, there of Poisson processes, here of what was counted), so that no rate of visitors has to be invented.
"""

from collections.abc import Iterator, Mapping
from math import ceil, log
from typing import Any, Final

from detectors.instants import DAY, HOUR, MINUTE

SLOT: Final = 10 * MINUTE
BINS: Final = 16
"""The last holds so many movements in a slot and more."""
PARTS: Final = 4
_BEGIN: Final = (4 * HOUR, 12 * HOUR, 18 * HOUR, 23 * HOUR)
"""Night, morning, afternoon, evening; by the clock."""
_USUALLY: Final = (
    .24, .2, .15, .12, .1, .07, .05, .03, .012, .004, .004, .004, .004, .004, .004, .004,
)  # fmt: skip
_LIKE_SLOTS: Final = 4.0
"""What is believed before anything is known, and of how many slots it is worth."""
_CROSSED_BEFORE, _SEEN_BEFORE = 1.0, 60.0
_LEAST_CROSSED: Final = 0.005
"""Of movements, those within seconds of one in another room: before anything is known, and the least that is believed,
for a single one must not tell.
"""
_MORE_CROSSED: Final = 0.05
"""Of the movements of two people, so many more are within seconds of one in another room."""
_HELD_BACK, _CROSSED_HELD_BACK = 0.41, 0.7
"""Ten minutes are like those before: each tells less than if they were told apart."""
_MOST_TOLD: Final = 3.0
ENOUGH: Final = 1500
"""Slots at home, some twelve days."""
_FULL, _MANY = 255, 4000


def part_of(second: float) -> int:
    """Of which part of the day a second of the local clock is."""
    morning, afternoon, evening, night = _BEGIN
    if second < afternoon:
        return 0 if second < morning else 1
    return 2 if second < evening else 3 if second < night else 0


def parts_of(second: float, slots: int) -> Iterator[tuple[int, int]]:
    """Of so many slots from that second of the local clock on: how many begin in each part of the day, in turn."""
    while slots > 0:
        until = next(begin for begin in (*_BEGIN, _BEGIN[0] + DAY) if begin > second)
        count = min(slots, ceil((until - second) / SLOT))
        yield part_of(second), count
        slots -= count
        second = (second + count * SLOT) % DAY


class Pace:
    """`slots`: how many are known, as far as that matters."""

    __slots__ = ("_counts", "_crossed", "_seen", "slots")

    def __init__(self) -> None:
        self._counts = bytearray(PARTS * BINS)
        self._crossed = self._seen = self.slots = 0

    @property
    def is_known(self) -> bool:
        return self.slots >= ENOUGH

    def learn(self, part: int, moves: int, crossings: int, *, slots: int = 1) -> None:
        """So many slots were like that. What is long ago counts for less."""
        counts, at = self._counts, part * BINS + min(moves, BINS - 1)
        value = counts[at] + slots
        if value > _FULL:
            for each in range(part * BINS, (part + 1) * BINS):
                counts[each] = (counts[each] + 1) // 2
            value = min(counts[at] + slots, _FULL)
        counts[at] = value
        self._crossed, self._seen = self._crossed + crossings, self._seen + moves
        if self._seen > _MANY:
            self._crossed, self._seen = self._crossed // 2, self._seen // 2
        self.slots = min(self.slots + slots, ENOUGH)

    def tells(self, part: int, moves: int, crossings: int) -> float:
        """For how much it speaks that two people were there: the logarithm of the likelihood ratio, held back."""
        alone = self._alone(part)
        many = min(moves, BINS - 1)
        if many < BINS - 1:
            two = sum(alone[one] * alone[many - one] for one in range(many + 1))
        else:
            two = 1.0 - sum(alone[one] * sum(alone[: many - one]) for one in range(many))
        crossed = self._share()
        more = crossings * log(1 + _MORE_CROSSED / crossed) - moves * _MORE_CROSSED
        told = _HELD_BACK * log(two / alone[many]) + _CROSSED_HELD_BACK * more
        return min(max(told, -_MOST_TOLD), _MOST_TOLD)

    def usual(self, part: int) -> float:
        """Movements in a slot of somebody alone."""
        return sum(number * share for number, share in enumerate(self._alone(part)))

    def usual_crossings(self, moves: float) -> float:
        return moves * self._share()

    def _alone(self, part: int) -> list[float]:
        """How likely so many movements are in a slot."""
        counts = self._counts[part * BINS : (part + 1) * BINS]
        whole = sum(counts) + _LIKE_SLOTS
        return [(count + _LIKE_SLOTS * share) / whole for count, share in zip(counts, _USUALLY, strict=True)]

    def _share(self) -> float:
        return max((self._crossed + _CROSSED_BEFORE) / (self._seen + _SEEN_BEFORE), _LEAST_CROSSED)

    def snapshot(self) -> dict[str, Any]:
        return {"counts": self._counts.hex(), "known": [self._crossed, self._seen, self.slots]}

    def restore(self, body: Mapping[str, Any]) -> None:
        self._counts = bytearray.fromhex(body["counts"])
        self._crossed, self._seen, self.slots = (int(number) for number in body["known"])
