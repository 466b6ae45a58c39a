"""The move of an alert that grows more urgent, and what a concern tells of itself in a line of the timeline."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from core.alerts import Alert, Entry, EntryKind, Handling, Part, Recipient, Refusal, Timer, TimerKind, Transition
from core.concerns import Concern, Fact
from core.levels import Reach, enter, inform, raised, same_level
from core.policies import Policy


def worsen(
    alert: Alert,
    concern: Concern,
    *,
    policy: Policy,
    reach: Reach,
    audience: Iterable[Recipient],
    now: datetime,
    timer: Timer,
    level: int | None = None,
) -> Transition | Refusal:
    """The same case has become more urgent: from now on the severer policy, frozen at this moment. `timer`: the armed.

    While people are being asked, the level that asks the same people is entered anew, with the severer patience; or
    `level`, where it is given.
    Whoever has taken it keeps it and is told; what they owe is never due later than before.
    WORSENED's detail: `from`, `level`, `round`, and what `evidence` tells.
    """
    if not alert.is_open:
        return Refusal.CLOSED
    if concern.severity.rank >= alert.severity.rank:
        return Refusal.ALREADY_THERE
    if level is None:
        level = same_level(policy, alert.policy.levels[alert.level].targets, alert.level)
    round_ = alert.round if level == policy.last else 0
    is_same = concern.kind is alert.kind
    moved = replace(
        raised(alert),
        severity=concern.severity,
        policy=policy,
        facts=concern.facts,
        kind=concern.kind,
        since=alert.since if is_same else concern.since,
        place=concern.place or (alert.place if is_same else None),
        joined=tuple(_as_said(part, concern) for part in alert.joined),
        level=level,
        round=round_,
        snoozed_until=None,
    )
    detail = {"severity": concern.severity.value, "from": alert.severity.value, "level": level, "round": round_}
    entry = Entry(alert.id, now, EntryKind.WORSENED, moved.fence, detail={**evidence(concern), **detail})
    if alert.handling is Handling.TRIGGERED:
        entered = enter(moved, level=level, round_=round_, reach=reach, now=now)
        return Transition(alert.fence, entered.alert, entered.timer, (entry, *entered.entries), entered.sends)
    holding = [r for r in audience if r.person in {alert.taken_by, alert.arrived_by}]
    sends = inform(moved, EntryKind.WORSENED, holding, actor="system", now=now)
    return Transition(alert.fence, moved, _hastened(alert, moved, timer, now), (entry,), sends)


def _as_said(part: Part, concern: Concern) -> Part:
    """A part of the concern's kind is as urgent as the concern now says."""
    return replace(part, severity=concern.severity) if part.kind is concern.kind else part


def evidence(concern: Concern) -> dict[str, Any]:
    """What a concern tells, as a line's detail: `kind`, `episode`, `severity`, `since`, `place`, `facts`."""
    return {
        "kind": concern.kind.value,
        "episode": concern.episode,
        "severity": concern.severity.value,
        "since": concern.since.isoformat(),
        "place": concern.place.value if concern.place else None,
        "facts": told(concern.facts),
    }


def told(facts: Iterable[Fact]) -> list[Mapping[str, Any]]:
    """Facts as a line keeps them."""
    return [{"name": f.name, "value": f.value, "unit": f.unit} for f in facts]


def _hastened(before: Alert, after: Alert, armed: Timer, now: datetime) -> Timer:
    """The arrival or report that is owed, under the severer policy and never later than it was owed before."""
    if before.handling is Handling.ON_SITE:
        kind, start = TimerKind.REPORT_BY, before.arrived_at
        old, new = before.policy.report_within, after.policy.report_within
    else:
        kind, start = TimerKind.ARRIVE_BY, before.taken_at
        old, new = before.policy.arrive_within, after.policy.arrive_within
    due = min((start or now) + old, now + new)
    if armed.kind is kind:
        due = min(due, armed.due_at)  # it may have been hastened before, under yet another policy
    if after.accept_by is not None and after.accept_by <= due:
        kind, due = TimerKind.ACCEPT_BY, after.accept_by
    return Timer(after.id, kind, due, after.fence)
