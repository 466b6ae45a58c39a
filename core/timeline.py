"""The timeline replays to the present state: proof that what is shown is what happened."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from core.alerts import Alert, Condition, Entry, EntryKind, Handling, Outcome
from core.concerns import Severity


@dataclass(frozen=True, slots=True)
class Standing:
    """The part of an alert that its moves change."""

    handling: Handling = Handling.TRIGGERED
    condition: Condition = Condition.ACTIVE
    level: int = 0
    round: int = 0
    fence: int = 0
    taken_by: str | None = None
    arrived_by: str | None = None
    closed_by: str | None = None
    outcome: Outcome | None = None
    severity: Severity | None = None

    @classmethod
    def of(cls, alert: Alert) -> "Standing":
        return cls(
            alert.handling,
            alert.condition,
            alert.level,
            alert.round,
            alert.fence,
            alert.taken_by,
            alert.arrived_by,
            alert.closed_by,
            alert.outcome,
            alert.severity,
        )


def replay(entries: Iterable[Entry]) -> Standing:
    """Where these entries, in the order in which they were written, leave the alert."""
    standing = Standing()
    for entry in entries:
        standing = _after(standing, entry)
    return standing


def _after(before: Standing, entry: Entry) -> Standing:
    now = replace(before, fence=max(before.fence, entry.fence))
    match entry.kind:
        case EntryKind.OPENED:
            return replace(now, severity=Severity(entry.detail["severity"]))
        case EntryKind.WORSENED:
            return replace(
                now,
                severity=Severity(entry.detail["severity"]),
                level=int(entry.detail["level"]),
                round=int(entry.detail["round"]),
            )
        case EntryKind.LEVEL_ENTERED:
            return replace(
                now,
                handling=Handling.TRIGGERED,
                level=int(entry.detail["level"]),
                round=int(entry.detail["round"]),
                taken_by=None,
                arrived_by=None,
            )
        case EntryKind.ACKNOWLEDGED:
            return replace(now, handling=Handling.ACKNOWLEDGED, taken_by=entry.actor)
        case EntryKind.ARRIVED:
            return replace(now, handling=Handling.ON_SITE, taken_by=now.taken_by or entry.actor, arrived_by=entry.actor)
        case EntryKind.CLOSED:
            outcome = Outcome(entry.detail["outcome"])
            return replace(now, handling=Handling.CLOSED, closed_by=entry.actor, outcome=outcome)
        case EntryKind.CONDITION_CLEARED:
            return replace(now, condition=Condition.CLEARED)
        case EntryKind.CONDITION_RETURNED:
            return replace(now, condition=Condition.ACTIVE)
        case _:
            return now
