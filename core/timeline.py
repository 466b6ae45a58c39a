"""The timeline replays to the present state: proof that what is shown is what happened."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from core.alerts import Alert, Condition, Entry, EntryKind, Handling, Outcome
from core.concerns import ConcernKind, Severity


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
    handed_to: str | None = None
    snoozed_until: datetime | None = None
    kinds: frozenset[ConcernKind] = frozenset()

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
            alert.handed_to,
            alert.snoozed_until,
            alert.kinds,
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
            kinds = frozenset(ConcernKind(kind) for kind in entry.detail.get("kinds", [entry.detail["kind"]]))
            return replace(now, severity=Severity(entry.detail["severity"]), kinds=kinds)
        case EntryKind.MERGED:
            return replace(now, kinds=now.kinds | {ConcernKind(entry.detail["kind"])})
        case EntryKind.WORSENED:
            return replace(
                now,
                severity=Severity(entry.detail["severity"]),
                level=int(entry.detail["level"]),
                round=int(entry.detail["round"]),
                snoozed_until=None,
            )
        case EntryKind.LEVEL_ENTERED:
            return replace(
                now,
                handling=Handling.TRIGGERED,
                level=int(entry.detail["level"]),
                round=int(entry.detail["round"]),
                taken_by=None,
                arrived_by=None,
                handed_to=None,
                snoozed_until=None,
            )
        case EntryKind.HELD:
            free = replace(now, taken_by=None, arrived_by=None, handed_to=None, handling=Handling.TRIGGERED)
            until = datetime.fromisoformat(entry.detail["until"])
            return replace(
                free, level=int(entry.detail["level"]), round=int(entry.detail["round"]), snoozed_until=until
            )
        case EntryKind.CLOSED:
            outcome = Outcome(entry.detail["outcome"])
            over = replace(now, handed_to=None, snoozed_until=None)
            return replace(over, handling=Handling.CLOSED, closed_by=entry.actor, outcome=outcome)
        case EntryKind.CONDITION_CLEARED:
            return replace(now, condition=Condition.CLEARED)
        case EntryKind.CONDITION_RETURNED:
            return replace(now, condition=Condition.ACTIVE)
        case _:
            return _in_hands(now, entry)


def _in_hands(now: Standing, entry: Entry) -> Standing:
    """The lines that say in whose hands it is."""
    free = replace(now, taken_by=None, arrived_by=None, handed_to=None, snoozed_until=None)
    match entry.kind:
        case EntryKind.ACKNOWLEDGED:
            return replace(free, handling=Handling.ACKNOWLEDGED, taken_by=entry.actor)
        case EntryKind.ARRIVED:
            taker = entry.actor if entry.actor == now.handed_to else now.taken_by or entry.actor
            return replace(free, handling=Handling.ON_SITE, taken_by=taker, arrived_by=entry.actor)
        case EntryKind.HANDED_OVER:
            held = now if now.taken_by else replace(free, handling=Handling.ACKNOWLEDGED, taken_by=entry.actor)
            return replace(held, handed_to=str(entry.detail["to"]))
        case EntryKind.SNOOZED:
            until = datetime.fromisoformat(entry.detail["until"])
            return replace(free, handling=Handling.TRIGGERED, snoozed_until=until)
        case _:
            return now
