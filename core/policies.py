"""Escalation policies: who is asked, in what order, for how long. Frozen into each alert when it opens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any, TypeAlias

from core.concerns import ConcernKind, Severity


class Target(StrEnum):
    """Whom a level asks. Resolved to people only when the level fires."""

    RESIDENT = "resident"
    FAMILY = "family"
    CAPTAIN = "captain"  # building captain 楼栋长
    GRID_WORKER = "grid_worker"  # 网格员 on duty
    COMMUNITY_DESK = "community_desk"
    STREET_DESK = "street_desk"
    PERSON = "person"  # one person, whoever is on duty: always `Named`
    CONTRACT = "contract"  # one service outside the office, such as a guard: always `Named`


ROLES = tuple(target for target in Target if target not in {Target.PERSON, Target.CONTRACT})
"""Targets that say by themselves whom they mean."""


@dataclass(frozen=True, slots=True)
class Named:
    """One person, or one contracted service, by id. `target`: PERSON or CONTRACT."""

    target: Target
    person: str

    def __post_init__(self) -> None:
        if self.target in ROLES or not self.person:
            raise ValueError(f"{self.value!r}: only a person or a contract is named, and by an id")

    @property
    def value(self) -> str:
        """As files and timelines write it: `person:chen`."""
        return f"{self.target.value}:{self.person}"


Whom: TypeAlias = Target | Named


def whom(text: str) -> Whom:
    """What `value` wrote. Raises ValueError for anything else."""
    target, colon, person = text.partition(":")
    if colon:
        return Named(Target(target), person)
    if Target(target) not in ROLES:
        raise ValueError(f"{text!r}: must name somebody, as in {target}:an-id")
    return Target(target)


class Asking(StrEnum):
    """Which of those whom a level means are asked."""

    ALL = "all"
    ROUND_ROBIN = "round_robin"  # one: whoever has gone unasked for longest
    NEAREST = "nearest"  # those who answer for the smallest area around the home


_SNOOZE_BEFORE = timedelta(hours=2)
"""What policies mean that were frozen before they said it."""


@dataclass(frozen=True, slots=True)
class Level:
    """Ask `targets`, then wait `patience` before climbing. On the last level: before asking again.

    `ways`: channels that are tried first at this level, in this order, by whoever has them; then a person's own order.
    """

    targets: tuple[Whom, ...]
    patience: timedelta
    asking: Asking = Asking.ALL
    ways: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Quiet:
    """Local wall times from which and before which nobody is asked; past midnight where `end` <= `start`."""

    start: time
    end: time

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise ValueError("quiet hours that begin when they end would never end")

    def until(self, now: datetime, zone: tzinfo) -> datetime | None:
        """When they end, in UTC; None outside them."""
        local = now.astimezone(zone)
        wall = local.time().replace(tzinfo=None)
        past_midnight = self.end < self.start
        if not (wall >= self.start or wall < self.end if past_midnight else self.start <= wall < self.end):
            return None
        day = local.date() + timedelta(days=past_midnight and wall >= self.start)
        ends = (datetime.combine(day, self.end, zone).replace(fold=fold).astimezone(UTC) for fold in (0, 1))
        return next((end for end in ends if end > now), None)


@dataclass(frozen=True, slots=True)
class Policy:
    """`arrive_within` after somebody takes it, `report_within` after somebody is there.

    `snooze_within`: how long after its opening an alert may still be put off. Red is never put off.
    `quiet`: hours in which a yellow alert asks nobody; for others it means nothing.
    """

    name: str
    version: int
    levels: tuple[Level, ...]
    arrive_within: timedelta = timedelta(minutes=30)
    report_within: timedelta = timedelta(minutes=60)
    snooze_within: timedelta = timedelta(hours=2)
    quiet: Quiet | None = None

    def __post_init__(self) -> None:
        if not self.levels:
            raise ValueError(f"policy {self.name!r} has no level: nobody would be asked")
        if any(level.patience <= timedelta(0) for level in self.levels):
            raise ValueError(f"policy {self.name!r}: each level's patience must be above zero")
        if any(not level.targets for level in self.levels):
            raise ValueError(f"policy {self.name!r}: each level must ask somebody")
        if any(whom_ in {Target.PERSON, Target.CONTRACT} for level in self.levels for whom_ in level.targets):
            raise ValueError(f"policy {self.name!r}: a person or contract must be named")

    @property
    def last(self) -> int:
        return len(self.levels) - 1

    @property
    def named(self) -> tuple[Named, ...]:
        """Everybody whom some level names, each once."""
        return tuple(dict.fromkeys(t for level in self.levels for t in level.targets if isinstance(t, Named)))

    @property
    def takes_turns(self) -> bool:
        """Does some level ask whoever has gone unasked for longest?"""
        return any(level.asking is Asking.ROUND_ROBIN for level in self.levels)

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "version": self.version,
            "levels": [
                {
                    "targets": [t.value for t in level.targets],
                    "patience_s": level.patience.total_seconds(),
                    "asking": level.asking.value,
                    "ways": list(level.ways),
                }
                for level in self.levels
            ],
            "arrive_within_s": self.arrive_within.total_seconds(),
            "report_within_s": self.report_within.total_seconds(),
            "snooze_within_s": self.snooze_within.total_seconds(),
            "quiet": None if self.quiet is None else [self.quiet.start.isoformat(), self.quiet.end.isoformat()],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Policy":
        """Raises KeyError or ValueError when a field is missing or outside its bounds."""
        return cls(
            name=str(data["name"]),
            version=int(data["version"]),
            levels=tuple(
                Level(
                    tuple(whom(t) for t in level["targets"]),
                    timedelta(seconds=float(level["patience_s"])),
                    Asking(level.get("asking", Asking.ALL)),
                    tuple(level.get("ways", ())),
                )
                for level in data["levels"]
            ),
            arrive_within=timedelta(seconds=float(data["arrive_within_s"])),
            report_within=timedelta(seconds=float(data["report_within_s"])),
            snooze_within=timedelta(seconds=float(data.get("snooze_within_s", _SNOOZE_BEFORE.total_seconds()))),
            quiet=_quiet(data.get("quiet")),
        )


def _quiet(data: Sequence[str] | None) -> Quiet | None:
    return None if data is None else Quiet(*(time.fromisoformat(text) for text in data))


def _minutes(*steps: tuple[Target, float]) -> tuple[Level, ...]:
    return tuple(Level((target,), timedelta(minutes=minutes)) for target, minutes in steps)


DEFAULT_POLICIES: Mapping[Severity, Policy] = {
    Severity.RED: Policy(
        "red",
        1,
        _minutes(
            (Target.RESIDENT, 1),
            (Target.FAMILY, 3),
            (Target.CAPTAIN, 3),
            (Target.GRID_WORKER, 5),
            (Target.COMMUNITY_DESK, 5),
            (Target.STREET_DESK, 5),
        ),
        arrive_within=timedelta(minutes=20),
    ),
    Severity.ORANGE: Policy(
        "orange",
        1,
        _minutes(
            (Target.RESIDENT, 3),
            (Target.FAMILY, 5),
            (Target.CAPTAIN, 5),
            (Target.GRID_WORKER, 10),
            (Target.COMMUNITY_DESK, 10),
            (Target.STREET_DESK, 10),
        ),
    ),
    Severity.YELLOW: Policy(
        "yellow",
        1,
        _minutes(
            (Target.RESIDENT, 10),
            (Target.FAMILY, 20),
            (Target.GRID_WORKER, 30),
            (Target.COMMUNITY_DESK, 60),
        ),
        arrive_within=timedelta(hours=2),
        report_within=timedelta(hours=2),
        snooze_within=timedelta(hours=24),
    ),
}


CANARY = "anxin:canary"
"""The person, and what stands in a home's place, of the alerts that are our own. No inventory has such an id."""


def _of_a_building(kind: ConcernKind) -> dict[tuple[Severity, ConcernKind], Policy]:
    """Nobody's home, so nobody at home is asked: who has a list of doors to go through."""
    orange = Policy(
        f"orange.{kind}",
        1,
        _minutes(
            (Target.CAPTAIN, 10),
            (Target.GRID_WORKER, 10),
            (Target.COMMUNITY_DESK, 15),
            (Target.STREET_DESK, 15),
        ),
        arrive_within=timedelta(minutes=60),
        report_within=timedelta(hours=4),
        snooze_within=timedelta(hours=6),
    )
    yellow = Policy(
        f"yellow.{kind}",
        1,
        _minutes((Target.CAPTAIN, 30), (Target.GRID_WORKER, 30), (Target.COMMUNITY_DESK, 60)),
        arrive_within=timedelta(hours=2),
        report_within=timedelta(hours=4),
        snooze_within=timedelta(hours=24),
    )
    return {(Severity.ORANGE, kind): orange, (Severity.YELLOW, kind): yellow}


def _without_haste(kind: ConcernKind, minutes: tuple[float, float, float]) -> Policy:
    """The resident, then family, then the desk, for so many minutes each: nobody is sent to the door at first."""
    return Policy(
        f"yellow.{kind}",
        1,
        _minutes(*zip((Target.RESIDENT, Target.FAMILY, Target.COMMUNITY_DESK), minutes, strict=True)),
        arrive_within=timedelta(hours=2),
        report_within=timedelta(hours=2),
        snooze_within=timedelta(hours=24),
    )


DEFAULT_BY_KIND: Mapping[tuple[Severity, ConcernKind], Policy] = {
    (Severity.ORANGE, ConcernKind.OUTAGE): _of_a_building(ConcernKind.OUTAGE)[Severity.ORANGE, ConcernKind.OUTAGE],
    **_of_a_building(ConcernKind.MANY_COLD),
    **_of_a_building(ConcernKind.MANY_HOT),
    (Severity.YELLOW, ConcernKind.EXPECTED): _without_haste(ConcernKind.EXPECTED, (10, 30, 60)),
    (Severity.YELLOW, ConcernKind.NO_MEAL): _without_haste(ConcernKind.NO_MEAL, (30, 60, 60)),
    (Severity.YELLOW, ConcernKind.RESTLESS): _without_haste(ConcernKind.RESTLESS, (30, 60, 60)),
    (Severity.YELLOW, ConcernKind.WANDERING): _without_haste(ConcernKind.WANDERING, (10, 30, 60)),
    (Severity.YELLOW, ConcernKind.CANARY): Policy(
        "yellow.canary", 1, (Level((Named(Target.PERSON, CANARY),), timedelta(minutes=5)),)
    ),
}


@dataclass(frozen=True, slots=True)
class Policies:
    """Which policy a new alert gets: that of its kind at this severity, where there is one, or else the severity's."""

    by_severity: Mapping[Severity, Policy] = field(default_factory=lambda: DEFAULT_POLICIES)
    by_kind: Mapping[tuple[Severity, ConcernKind], Policy] = field(default_factory=lambda: DEFAULT_BY_KIND)

    def of(self, severity: Severity, kind: ConcernKind) -> Policy:
        return self.by_kind.get((severity, kind)) or self.by_severity[severity]
