"""Uses: what an appliance that nobody described is used for, by how long it has been on each time.

It is one of a few kinds. Each session makes some of them likelier (a mixture of log-normal lengths, whose mean differs
from one device to the next; Bayes), and all together say what would be too long. What may be a heater is not judged.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from detectors.instants import DAY, HOUR, MINUTE

PAUSE = 30 * MINUTE
"""On again within this is the same use: a thermostat or a programme switches by itself."""
LEAST_USES, LEAST_SPAN = 3, DAY
"""So many uses, and not all on the day on which it was fitted, before anything is said of it."""
KEPT_USES = 30
MOST = 12 * HOUR
"""Where it may well be on for longer, it is not judged: a heater, a computer, what keeps rice warm."""
_TAIL = 1.0 / 2000.0
"""One use in so many may be taken for one too long."""
_BEYOND_LONGEST = 1.75
_STRANGEST = 12.0
"""Of squared deviations: one forgotten evening does not turn a toaster into a heater."""
_CLIPPED, _CLIPPED_FROM = 3.0, 2 * HOUR


class _KindOfUse(NamedTuple):
    """`share` of the appliances that people put behind a plug; its usual length (min); how much that varies from use to
    use, and from one such device to another (of the log).
    """

    share: float
    minutes: float
    within: float
    between: float


_KINDS: Final = (
    _KindOfUse(0.45, 5.0, 0.6, 0.6),  # toaster, kettle, hair dryer, coffee
    _KindOfUse(0.25, 25.0, 0.7, 0.6),  # iron, vacuum cleaner, a fan heater while dressing, cooking
    _KindOfUse(0.15, 80.0, 0.5, 0.5),  # washing machine, dishwasher, dryer, rice cooker
    _KindOfUse(0.15, 240.0, 1.0, 0.8),  # heater, computer, dehumidifier, what is kept warm
)


class _Belief(NamedTuple):
    """In one kind, after all uses: the log of its weight; mean and spread of the next use (of the log of minutes)."""

    weight: float
    mean: float
    spread: float


class _Use(NamedTuple):
    """Seconds since the epoch, and seconds."""

    start: float
    length: float


class Uses:
    """`limit` (s): what is too long, infinite while that cannot be said."""

    __slots__ = ("_open", "_uses", "limit")

    def __init__(self) -> None:
        self._uses: list[_Use] = []
        self._open: tuple[float, float] | None = None
        self.limit = math.inf

    @property
    def longest(self) -> float:
        """Seconds; 0 if none is known."""
        return max((use.length for use in self._uses), default=0.0)

    def note(self, start: float, end: float) -> None:
        """It was on. The use that this belongs to is learned from when another has begun."""
        if self._open is not None and start - self._open[1] <= PAUSE:
            self._open = (self._open[0], max(self._open[1], end))
            return
        if self._open is not None:
            self._learn(*self._open)
        self._open = (start, end)

    def _learn(self, start: float, end: float) -> None:
        most = max(_CLIPPED * self.longest, _CLIPPED_FROM)
        self._uses = [*self._uses, _Use(start, min(max(end - start, MINUTE), most))][-KEPT_USES:]
        self._reckon()

    def _reckon(self) -> None:
        lengths = [use.length for use in self._uses]
        known = len(lengths) >= LEAST_USES and self._uses[-1].start - self._uses[0].start >= LEAST_SPAN
        self.limit = max(too_long(lengths), _BEYOND_LONGEST * self.longest) if known else math.inf

    def take_back(self, since: float) -> None:
        """Somebody was in need while it was on then: it is no custom."""
        if self._open is not None and self._open[0] <= since <= self._open[1]:
            self._open = None
        left = [use for use in self._uses if not use.start <= since <= use.start + use.length]
        if len(left) < len(self._uses):
            self._uses = left
            self._reckon()

    def snapshot(self) -> list[Any]:
        return [list(self._open or ()), [value for use in self._uses for value in use]]

    def restore(self, body: Sequence[Any]) -> None:
        began, flat = body
        self._open = (float(began[0]), float(began[1])) if began else None
        self._uses = [_Use(float(flat[i]), float(flat[i + 1])) for i in range(0, len(flat), 2)]
        self._reckon()


def too_long(lengths: Sequence[float]) -> float:
    """Seconds that one use in two thousand is longer than, after uses of these lengths (s); infinite beyond `MOST`."""
    beliefs = list(_beliefs([math.log(length / MINUTE) for length in lengths]))
    highest = max(belief.weight for belief in beliefs)
    whole = sum(math.exp(belief.weight - highest) for belief in beliefs)

    def beyond(log_minutes: float) -> float:
        """The chance that the next is longer."""
        tails = (math.erfc((log_minutes - b.mean) / (b.spread * math.sqrt(2.0))) / 2.0 for b in beliefs)
        return sum(math.exp(b.weight - highest) * t for b, t in zip(beliefs, tails, strict=True)) / whole

    low, high = 0.0, math.log(MOST / MINUTE)
    if beyond(high) > _TAIL:
        return math.inf
    while high - low > 0.01:  # noqa: PLR2004 - a hundredth of the length
        middle = (low + high) / 2.0
        low, high = (middle, high) if beyond(middle) > _TAIL else (low, middle)
    return MINUTE * math.exp(high)


def _beliefs(logs: Sequence[float]) -> Iterator[_Belief]:
    """Conjugate normal, with the spread from use to use known."""
    for kind in _KINDS:
        weight, mean, variance = math.log(kind.share), math.log(kind.minutes), kind.between**2
        for x in logs:
            around = variance + kind.within**2
            weight -= 0.5 * (min((x - mean) ** 2 / around, _STRANGEST) + math.log(around))
            gain = variance / around
            mean += gain * (x - mean)
            variance *= 1.0 - gain
        yield _Belief(weight, mean, math.sqrt(variance + kind.within**2))
