"""The ledger: how alerts ended and how fast people were, asked of the store in counts and never alert by alert.

An alert that was reopened counts once, as it ended the last time; people's speed counts each time they were called.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from core.alerts import EntryKind, Outcome
from core.concerns import ConcernKind, Severity
from core.figures import ENOUGH, Interval, wilson
from core.outcomes import Need, need

UNCOUNTED: frozenset[ConcernKind] = frozenset({ConcernKind.CANARY})
"""Kinds that are raised only to try the way out to people (a canary, a drill): they are in no figure."""

ANSWERS = (EntryKind.ACKNOWLEDGED, EntryKind.ARRIVED, EntryKind.HANDED_OVER, EntryKind.CLOSED)
"""The first of these lines is the answer: from then on somebody has it in hand."""


class By(StrEnum):
    """What figures are split by. MONTH's keys are numbers: the place of the month in the scope, from 0."""

    KIND = "kind"
    SEVERITY = "severity"
    AREA = "area"
    HOME = "home"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which alerts are counted.

    `bounds`: at least two rising instants. Each month begins at one and ends before the next; what was opened before
    the first or from the last on is not counted. `areas` and `homes` as for `AlertStore.page`. `without`: kinds.
    """

    bounds: tuple[datetime, ...]
    areas: Collection[str] | None = None
    homes: Collection[str] | None = None
    severity: Severity | None = None
    without: frozenset[ConcernKind] = UNCOUNTED


@dataclass(frozen=True, slots=True)
class Tally:
    """How many alerts of this key ended so; `outcome` is None for those that are open."""

    key: str
    outcome: Outcome | None
    count: int


@dataclass(frozen=True, slots=True)
class Precision:
    """Alerts by what they turned out to be. `open`: nobody has written down yet how it ended."""

    real: int = 0
    nothing: int = 0
    technical: int = 0
    excluded: int = 0
    open: int = 0

    @property
    def alerts(self) -> int:
        return self.counted + self.excluded + self.open

    @property
    def counted(self) -> int:
        return self.real + self.nothing + self.technical

    @property
    def interval(self) -> Interval | None:
        """Where the share of real needs lies, with 95 % confidence. None where nothing is counted."""
        return wilson(self.real, self.counted) if self.counted else None

    @property
    def share(self) -> float | None:
        """Real needs among those counted; None while they are too few for one number to mean anything."""
        return self.real / self.counted if self.counted >= ENOUGH else None

    def is_below(self, floor: float) -> bool:
        """Is the share of real needs surely less than this: enough cases, and the whole interval below it?"""
        return self.counted >= ENOUGH and self.interval is not None and self.interval.high < floor

    def plus(self, other: "Precision") -> "Precision":
        return Precision(
            self.real + other.real,
            self.nothing + other.nothing,
            self.technical + other.technical,
            self.excluded + other.excluded,
            self.open + other.open,
        )


@dataclass(frozen=True, slots=True)
class Share:
    """How many were within, `of` how many that can be judged: reached, or overdue already."""

    within: int = 0
    of: int = 0

    @property
    def interval(self) -> Interval | None:
        return wilson(self.within, self.of) if self.of else None

    @property
    def share(self) -> float | None:
        """None while they are too few for one number to mean anything."""
        return self.within / self.of if self.of >= ENOUGH else None

    def plus(self, other: "Share") -> "Share":
        return Share(self.within + other.within, self.of + other.of)


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """A promise about time: `share` (0 to 1) of alerts are answered or reached within so long of being opened."""

    within: timedelta
    share: float

    def met(self, found: Share) -> bool | None:
        """None while there are too few to say."""
        return None if found.share is None else found.share >= self.share


@dataclass(frozen=True, slots=True)
class ServiceLevels:
    """What is promised for red alerts. The defaults of answering are those of telecare centres (TSA, 97.5 and 99 %)."""

    answered: tuple[ServiceLevel, ...] = (
        ServiceLevel(timedelta(seconds=60), 0.975),
        ServiceLevel(timedelta(seconds=180), 0.99),
    )
    on_site: tuple[ServiceLevel, ...] = (ServiceLevel(timedelta(minutes=30), 0.9),)


@dataclass(frozen=True, slots=True)
class Speed:
    """One way of being fast: `shares` in the order of the service levels. `median_s` and `slow_s` (which one in ten
    exceeds) are seconds from opening, nearest rank, of the `reached`; None where there are none.
    """

    shares: tuple[Share, ...]
    reached: int = 0
    median_s: float | None = None
    slow_s: float | None = None

    def plus(self, other: "Speed") -> "Speed":
        """Both together: shares add up, medians do not."""
        pairs = zip(self.shares, other.shares, strict=True)
        return Speed(tuple(a.plus(b) for a, b in pairs), self.reached + other.reached)


@dataclass(frozen=True, slots=True)
class Response:
    """How fast people were. `unvisited`: closed without anybody having gone, such as by telephone."""

    key: str
    alerts: int
    answered: Speed
    on_site: Speed
    unvisited: int = 0


class Ledger(Protocol):
    """Both skip the kinds that the scope leaves out. Nothing is asked about single people."""

    def tallies(self, scope: Scope, by: By) -> list[Tally]:
        """By key and outcome; an alert that was reopened is left out, the one that it became is counted."""
        ...

    def responses(self, scope: Scope, by: By, levels: ServiceLevels, *, now: datetime) -> list[Response]:
        """By key. Those closed as a test are left out."""
        ...


def service_levels(text: str) -> tuple[ServiceLevel, ...]:
    """Read "60:97.5, 180:99": seconds and per cent. Raises ValueError with what is wrong."""
    return tuple(_level(part.strip()) for part in text.split(",") if part.strip())


def _level(text: str) -> ServiceLevel:
    seconds, _, percent = text.partition(":")
    try:
        level = ServiceLevel(timedelta(seconds=float(seconds)), float(percent) / 100)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text!r} is not seconds:percent, such as 60:97.5") from error
    if not timedelta(0) < level.within <= timedelta(days=1) or not 0 < level.share <= 1:
        raise ValueError(f"{text!r}: from above 0 to 86400 seconds, and above 0 to 100 per cent")
    return level


def precisions(tallies: Iterable[Tally]) -> Mapping[str, Precision]:
    """What the tallies say, by key, in the order in which keys came."""
    found: dict[str, Precision] = {}
    for tally in tallies:
        found[tally.key] = found.get(tally.key, Precision()).plus(_counted(tally))
    return found


def _counted(tally: Tally) -> Precision:
    if tally.outcome is None:
        return Precision(open=tally.count)
    match need(tally.outcome):
        case Need.REAL:
            return Precision(real=tally.count)
        case Need.NOTHING:
            return Precision(nothing=tally.count)
        case Need.TECHNICAL:
            return Precision(technical=tally.count)
        case Need.EXCLUDED:
            return Precision(excluded=tally.count)
