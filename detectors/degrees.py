"""Degrees of cold and heat: how warm, for how long, how urgent; and one spell of each, from its beginning to its end.

Bounds are those that health guidance names; between them a home's own habit decides (docs/detectors/temperature.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.concerns import ConcernKind, Severity
from detectors.instants import HOUR, NEVER
from detectors.thermometer import STANDS

HYSTERESIS = 1.0
WELL_WITHIN = 4.0
ENDS_AFTER, ENDS_SOON_AFTER = 12 * HOUR, HOUR
"""A spell is over when it was `HYSTERESIS` K within its limit for the first, or `WELL_WITHIN` for the second: the sun
of a winter's afternoon ends no cold spell, and heating that works again does.
"""


@dataclass(frozen=True, slots=True)
class Degree:
    """Beyond `limit` for `lasts` s. The limit lies `margin` K beyond what is usual in this home, within `bounds`.

    `sustained`: it is about never cooling down, by night as by day.
    """

    kind: ConcernKind
    severity: Severity
    lasts: float
    margin: float
    bounds: tuple[float, float]
    sustained: bool = False

    @property
    def is_cold(self) -> bool:
        return self.kind is ConcernKind.TOO_COLD

    def limit(self, usual: float | None) -> float:
        """°C. `usual`: the lowest (for heat, the highest) of this home's days; None where nothing is known yet."""
        low, high = self.bounds
        if usual is None:
            return low if self.is_cold else high
        wanted = usual - self.margin if self.is_cold else usual + self.margin
        return round(min(max(wanted, low), high), 1)

    def within(self, value: float, limit: float) -> float:
        """K on the good side of the limit; below zero: beyond it."""
        return value - limit if self.is_cold else limit - value


_COLD, _HOT = ConcernKind.TOO_COLD, ConcernKind.TOO_HOT
DEGREES: Final = (
    Degree(_COLD, Severity.RED, 2 * HOUR, 8.0, (5.0, 9.0)),
    Degree(_COLD, Severity.ORANGE, 4 * HOUR, 5.0, (7.0, 12.0)),
    Degree(_COLD, Severity.YELLOW, 6 * HOUR, 3.0, (9.0, 16.0)),
    Degree(_HOT, Severity.RED, 3 * HOUR, 0.0, (35.0, 35.0)),
    Degree(_HOT, Severity.ORANGE, 4 * HOUR, 3.0, (32.0, 34.0)),
    Degree(_HOT, Severity.ORANGE, 72 * HOUR, 0.0, (30.0, 30.0), sustained=True),
    Degree(_HOT, Severity.YELLOW, 4 * HOUR, 2.0, (30.0, 32.0)),
    Degree(_HOT, Severity.YELLOW, 72 * HOUR, 0.0, (28.0, 28.0), sustained=True),
)
"""The most urgent of each kind first."""


class Spell:
    """One degree in one home: beyond its limit since `since`; over at `ends` if it stays as it is."""

    __slots__ = ("ends", "since")

    def __init__(self) -> None:
        self.since = self.ends = NEVER

    def moment(self, degree: Degree) -> float:
        """When it has lasted long enough to be told."""
        return NEVER if self.since == NEVER else self.since + degree.lasts

    def forget(self, degree: Degree, known_until: float) -> None:
        """It was not seen whether this went on: what had not lasted long enough by then begins anew."""
        if self.since != NEVER and self.moment(degree) > known_until + STANDS:
            self.since = self.ends = NEVER

    def expire(self, t: float) -> None:
        if NEVER < self.ends < t:
            self.since = self.ends = NEVER

    def note(self, degree: Degree, within: float, t: float) -> None:
        """`within`: K within the limit at `t`."""
        if self.since == NEVER:
            self.since = t if within < 0 else NEVER
        elif within < HYSTERESIS:
            self.ends = NEVER
        elif self.moment(degree) >= t:
            self.since = NEVER
        else:
            over = t + (ENDS_SOON_AFTER if within >= WELL_WITHIN else ENDS_AFTER)
            self.ends = over if self.ends == NEVER else min(self.ends, over)

    def snapshot(self) -> list[float | None]:
        return [] if self.since == NEVER else [self.since, None if self.ends == NEVER else self.ends]

    def restore(self, body: Sequence[float | None]) -> None:
        since, ends = body or (None, None)
        self.since = NEVER if since is None else float(since)
        self.ends = NEVER if ends is None else float(ends)
