"""Escalation policies: who is asked, in what order, for how long. Frozen into each alert when it opens."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from core.concerns import Severity


class Target(StrEnum):
    """Whom a level asks. Resolved to people only when the level fires."""

    RESIDENT = "resident"
    FAMILY = "family"
    CAPTAIN = "captain"  # building captain 楼栋长
    GRID_WORKER = "grid_worker"  # 网格员 on duty
    COMMUNITY_DESK = "community_desk"
    STREET_DESK = "street_desk"


_SNOOZE_BEFORE = timedelta(hours=2)
"""What policies mean that were frozen before they said it."""


@dataclass(frozen=True, slots=True)
class Level:
    """Ask `targets`, then wait `patience` before climbing. On the last level: before asking again."""

    targets: tuple[Target, ...]
    patience: timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """`arrive_within` after somebody takes it, `report_within` after somebody is there.

    `snooze_within`: how long after its opening an alert may still be put off. Red is never put off.
    """

    name: str
    version: int
    levels: tuple[Level, ...]
    arrive_within: timedelta = timedelta(minutes=30)
    report_within: timedelta = timedelta(minutes=60)
    snooze_within: timedelta = timedelta(hours=2)

    def __post_init__(self) -> None:
        if not self.levels:
            raise ValueError(f"policy {self.name!r} has no level: nobody would be asked")
        if any(level.patience <= timedelta(0) for level in self.levels):
            raise ValueError(f"policy {self.name!r}: each level's patience must be above zero")

    @property
    def last(self) -> int:
        return len(self.levels) - 1

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "version": self.version,
            "levels": [
                {"targets": [t.value for t in level.targets], "patience_s": level.patience.total_seconds()}
                for level in self.levels
            ],
            "arrive_within_s": self.arrive_within.total_seconds(),
            "report_within_s": self.report_within.total_seconds(),
            "snooze_within_s": self.snooze_within.total_seconds(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Policy":
        """Raises KeyError or ValueError when a field is missing or outside its bounds."""
        return cls(
            name=str(data["name"]),
            version=int(data["version"]),
            levels=tuple(
                Level(tuple(Target(t) for t in level["targets"]), timedelta(seconds=float(level["patience_s"])))
                for level in data["levels"]
            ),
            arrive_within=timedelta(seconds=float(data["arrive_within_s"])),
            report_within=timedelta(seconds=float(data["report_within_s"])),
            snooze_within=timedelta(seconds=float(data.get("snooze_within_s", _SNOOZE_BEFORE.total_seconds()))),
        )


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
