"""The moves of an alert: pure functions from an alert to the transition that a store applies whole.

Who is reachable comes in as `reach`, resolved by the caller at the very moment that a level fires.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from core import passing
from core.alerts import (
    Alert,
    Entry,
    EntryKind,
    Handling,
    Outcome,
    Recipient,
    Refusal,
    Timer,
    TimerKind,
    Transition,
)
from core.arrival import Evidence
from core.concerns import Concern, Severity
from core.levels import Reach, enter, inform, settled, unheld
from core.outcomes import Access
from core.policies import Policy
from core.worsening import told

_NO_EVIDENCE = Evidence()


def open_alert(
    concern: Concern,
    *,
    alert_id: str,
    area: str,
    policy: Policy,
    reach: Reach,
    now: datetime,
    predecessor: str | None = None,
) -> Transition:
    """Make a concern the business of people: enter the first level that has somebody in it.

    OPENED's detail: `kind` (of the most urgent), `kinds` (all of them),
    `severity`, `since`, `episode`, `place`, `facts`, `predecessor`.
    """
    alert = Alert(
        id=alert_id,
        key=concern.key,
        episode=concern.episode,
        home=concern.home,
        area=area,
        kind=concern.kind,
        severity=concern.severity,
        policy=policy,
        opened_at=now,
        since=concern.since,
        facts=concern.facts,
        place=concern.place,
        predecessor=predecessor,
    )
    return _opened(alert, by="system", reach=reach, now=now)


def reopen(
    alert: Alert, *, alert_id: str, by: str, policy: Policy, reach: Reach, now: datetime
) -> Transition | Refusal:
    """A closed alert was closed wrongly: make a new one, linked to it. The closed one never changes."""
    if alert.is_open:
        return Refusal.ALREADY_THERE
    fresh = Alert(
        id=alert_id,
        key=alert.key,
        episode=alert.episode,
        home=alert.home,
        area=alert.area,
        kind=alert.kind,
        severity=alert.severity,
        policy=policy,
        opened_at=now,
        since=alert.since,
        facts=alert.facts,
        place=alert.place,
        predecessor=alert.id,
        joined=alert.joined,
    )
    return _opened(fresh, by=by, reach=reach, now=now)


def expire(alert: Alert, *, reach: Reach, now: datetime) -> Transition | Refusal:
    """The armed timer is due: nobody answered, nobody came, or nobody reported. Climb.

    After a snooze the level that was reached is asked again. Whoever hands over and finds no taker has lost it.
    The last level is asked again until somebody answers: an alert never ends in silence.
    """
    match alert.handling:
        case Handling.CLOSED:
            return Refusal.CLOSED
        case Handling.TRIGGERED if alert.snoozed_until is not None:
            return passing.wake(alert, reach=reach, now=now)
        case Handling.TRIGGERED:
            return _climb(alert, (), reach=reach, now=now)
        case _ if alert.handed_to is not None:
            return _climb(alert, (EntryKind.HAND_OVER_UNANSWERED, alert.handed_to), reach=reach, now=now)
        case Handling.ACKNOWLEDGED:
            return _climb(alert, (EntryKind.ARRIVE_OVERDUE, alert.taken_by), reach=reach, now=now)
        case Handling.ON_SITE:
            return _climb(alert, (EntryKind.REPORT_OVERDUE, alert.arrived_by), reach=reach, now=now)


def unreachable(alert: Alert, *, reach: Reach, now: datetime) -> Transition | Refusal:
    """Every message of the present level, or of a hand-over, has failed on every rung: climb at once.

    On the last level there is nobody above: the timer keeps asking, so nothing moves (ALREADY_THERE).
    """
    if not alert.is_open:
        return Refusal.CLOSED
    if alert.handed_to is not None:
        return _climb(alert, (EntryKind.HAND_OVER_UNANSWERED, alert.handed_to), reach=reach, now=now)
    if alert.handling is not Handling.TRIGGERED or alert.snoozed_until is not None:
        return Refusal.STALE
    if alert.level >= alert.policy.last:
        return Refusal.ALREADY_THERE
    return _climb(alert, (EntryKind.UNREACHABLE, None), reach=reach, now=now)


def acknowledge(alert: Alert, *, by: str, audience: Sequence[Recipient], now: datetime) -> Transition | Refusal:
    """A person takes it, and owes an arrival. Another may take it over until somebody is on site; afterwards only
    the one to whom it is handed over.

    `audience` are those told so far: they hear that it is taken. ACKNOWLEDGED's detail: `arrive_by`, `from` (before).
    """
    if not alert.is_open:
        return Refusal.CLOSED
    if alert.handed_to != by and (alert.handling is Handling.ON_SITE or alert.taken_by == by):
        return Refusal.ALREADY_THERE
    due = now + alert.policy.arrive_within
    moved = replace(unheld(alert), handling=Handling.ACKNOWLEDGED, taken_by=by, taken_at=now)
    entry = Entry(
        alert.id, now, EntryKind.ACKNOWLEDGED, moved.fence, by, {"arrive_by": due.isoformat(), "from": alert.taken_by}
    )
    return Transition(
        alert.fence,
        moved,
        Timer(alert.id, TimerKind.ARRIVE_BY, due, moved.fence),
        (entry,),
        inform(moved, EntryKind.ACKNOWLEDGED, audience, actor=by, now=now),
    )


def arrive(alert: Alert, *, by: str, now: datetime, evidence: Evidence = _NO_EVIDENCE) -> Transition | Refusal:
    """Somebody is at the door, and owes a report. A hand-over that nobody has answered is over.

    ARRIVED's detail: `report_by`, and what the evidence tells.
    """
    if not alert.is_open:
        return Refusal.CLOSED
    if alert.handling is Handling.ON_SITE and alert.arrived_by == by:
        return Refusal.ALREADY_THERE
    due = now + alert.policy.report_within
    takes = alert.taken_by is None or alert.handed_to == by
    moved = replace(
        unheld(alert),
        handling=Handling.ON_SITE,
        taken_by=by if takes else alert.taken_by,
        taken_at=now if takes else alert.taken_at,
        arrived_by=by,
        arrived_at=now,
    )
    detail = {"report_by": due.isoformat(), **evidence.told()}
    entry = Entry(alert.id, now, EntryKind.ARRIVED, moved.fence, by, detail)
    return Transition(alert.fence, moved, Timer(alert.id, TimerKind.REPORT_BY, due, moved.fence), (entry,))


def at_door(alert: Alert, *, by: str, evidence: Evidence, now: datetime) -> Entry | Refusal:
    """Whoever is on site already shows that they are at the door. AT_DOOR's detail: what the evidence tells."""
    if not alert.is_open:
        return Refusal.CLOSED
    if alert.arrived_by != by:
        return Refusal.STALE
    return Entry(alert.id, now, EntryKind.AT_DOOR, alert.fence, by, evidence.told())


def close(
    alert: Alert,
    *,
    by: str,
    outcome: Outcome,
    note: str,
    audience: Sequence[Recipient],
    now: datetime,
    together: int = 1,
    access: Access | None = None,
) -> Transition | Refusal:
    """A person writes down how it ended. Final: a closed alert never changes.

    `together`: how many were closed at once, for one cause. `access`: how they got in, where it is told.
    CLOSED's detail: `outcome`, `note`, `together`, `access`.
    """
    if not alert.is_open:
        return Refusal.CLOSED
    moved = replace(settled(alert), handling=Handling.CLOSED, closed_by=by, closed_at=now, outcome=outcome, note=note)
    detail = {"outcome": outcome.value, "note": note, "together": together, "access": access.value if access else None}
    entry = Entry(alert.id, now, EntryKind.CLOSED, moved.fence, by, detail)
    sends = inform(moved, EntryKind.CLOSED, audience, actor=by, now=now)
    return Transition(alert.fence, moved, None, (entry,), sends)


def resident_fine(
    alert: Alert, *, by: str, audience: Sequence[Recipient], now: datetime
) -> Transition | Entry | Refusal:
    """The resident says "I am fine". That closes an alert, but never a red one, where it is only noted (an `Entry`)."""
    if not alert.is_open:
        return Refusal.CLOSED
    if alert.severity is Severity.RED:
        return Entry(alert.id, now, EntryKind.RESIDENT_FINE, alert.fence, by)
    return close(alert, by=by, outcome=Outcome.WELL_AT_HOME, note="", audience=audience, now=now)


def _opened(alert: Alert, *, by: str, reach: Reach, now: datetime) -> Transition:
    detail = {
        "kind": alert.kind.value,
        "kinds": [part.kind.value for part in alert.parts],
        "severity": alert.severity.value,
        "since": alert.since.isoformat(),
        "episode": alert.episode,
        "place": alert.place.value if alert.place else None,
        "facts": told(alert.facts),
        "predecessor": alert.predecessor,
    }
    opened = Entry(alert.id, now, EntryKind.OPENED, alert.fence, by, detail)
    entered = enter(alert, level=0, round_=0, reach=reach, now=now)
    return Transition(0, entered.alert, entered.timer, (opened, *entered.entries), entered.sends)


def _climb(alert: Alert, cause: tuple[EntryKind, str | None] | tuple[()], *, reach: Reach, now: datetime) -> Transition:
    """Resume at the next level; on the last, ask it again. Whoever had taken it has lost it."""
    on_last = alert.level >= alert.policy.last
    moved = unheld(alert)
    before: tuple[Entry, ...] = ()
    if cause:
        kind, who = cause
        before = (Entry(alert.id, now, kind, moved.fence, detail={"who": who, "level": alert.level}),)
    entered = enter(
        moved,
        level=alert.level if on_last else alert.level + 1,
        round_=alert.round + 1 if on_last else alert.round,
        reach=reach,
        now=now,
    )
    return Transition(alert.fence, entered.alert, entered.timer, before + entered.entries, entered.sends)
