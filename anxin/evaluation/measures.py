"""Measures: counts with their exact intervals, and delays as mean, median, ninth decile and shares found."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any, Final

WITHIN_HOURS: Final = (1, 2, 4, 12, 24)
CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` events in `months` of thirty days, with the exact 95 % interval of their rate a month.

    Garwood 1936: the limits are the rates under which so few, or so many, would be as rare as the confidence says.
    """

    count: int
    months: float

    @property
    def a_month(self) -> float | None:
        return self.count / self.months if self.months > 0 else None

    @property
    def interval(self) -> tuple[float, float] | None:
        if self.months <= 0:
            return None
        tail = (1 - CONFIDENCE) / 2
        low = 0.0 if self.count == 0 else _solve(lambda mean: 1 - _at_most(self.count - 1, mean), tail)
        high = _solve(lambda mean: -_at_most(self.count, mean), -tail)
        return low / self.months, high / self.months


def limits_of(rate: Rate) -> list[float] | None:
    """Its interval as it is told."""
    return None if rate.interval is None else [round(limit, 2) for limit in rate.interval]


def _at_most(count: int, mean: float) -> float:
    """The chance of `count` events or fewer where `mean` are expected; added up from the likeliest of them to both
    sides, for the chance of no event at all, or of very many, may be too small to be written.
    """
    if mean <= 0:
        return 1.0
    likeliest = min(count, int(mean))
    total = most = math.exp(likeliest * math.log(mean) - mean - math.lgamma(likeliest + 1))
    term = most
    for number in range(likeliest, 0, -1):
        term *= number / mean
        total += term
    term = most
    for number in range(likeliest + 1, count + 1):
        term *= mean / number
        total += term
    return min(1.0, total)


def _solve(rising: Callable[[float], float], value: float) -> float:
    """Where a rising function of a mean reaches a value, by bisection."""
    low, high = 0.0, 1.0
    while rising(high) < value:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < value else (low, middle)
    return high


@dataclass(frozen=True, slots=True)
class Spread:
    """Delays in seconds; `inf` for what was not found. In mean, median and p90 that counts as `ceiling`."""

    delays: tuple[float, ...]
    ceiling: float

    @classmethod
    def of(cls, delays: Sequence[float], ceiling: float) -> "Spread":
        return cls(tuple(sorted(delays)), ceiling)

    @property
    def n(self) -> int:
        return len(self.delays)

    @property
    def found(self) -> int:
        return sum(1 for delay in self.delays if math.isfinite(delay))

    def within(self, seconds: float) -> float | None:
        """The share that was found by then."""
        return sum(1 for delay in self.delays if delay <= seconds) / self.n if self.n else None

    @property
    def mean(self) -> float | None:
        return fmean(self._bounded) if self.n else None

    @property
    def median(self) -> float | None:
        return median(self._bounded) if self.n else None

    @property
    def p90(self) -> float | None:
        """Nearest rank."""
        return self._bounded[math.ceil(0.9 * self.n) - 1] if self.n else None

    @property
    def _bounded(self) -> list[float]:
        return [min(delay, self.ceiling) for delay in self.delays]

    def as_json(self, unit: float, suffix: str) -> dict[str, Any]:
        """With everything in units of so many seconds, named after the unit."""
        figures = {"mean": self.mean, "median": self.median, "p90": self.p90}
        said: dict[str, Any] = {f"{name}_{suffix}": _rounded(figure, unit) for name, figure in figures.items()}
        said |= {f"found_{hours}h": share(self.within(hours * 3600.0)) for hours in WITHIN_HOURS}
        return said | {"found": self.found, "n": self.n, f"delays_{suffix}": self._delays(unit)}

    def _delays(self, unit: float) -> list[float | None]:
        """Each of them, in order of length; None for what was not found."""
        return [round(delay / unit, 2) if math.isfinite(delay) else None for delay in self.delays]


def _rounded(seconds: float | None, unit: float) -> float | None:
    return None if seconds is None else round(seconds / unit, 2)


def share(part: float | None) -> float | None:
    return None if part is None else round(part, 3)
