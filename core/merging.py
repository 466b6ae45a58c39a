"""Several concerns of one home in one alert: whoever goes there sees to all of them, and is called once.

The highest severity wins. What is red keeps an escalation of its own: it never joins what somebody holds already, nor
another red one.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from core.alerts import Alert, Entry, EntryKind, Handling, Part, Recipient, Refusal, Timer, Transition
from core.concerns import Concern, ConcernKind, Severity
from core.levels import Reach, enter, inform, raised, unheld
from core.policies import Policy
from core.worsening import evidence, worsen


def host_for(standing: Iterable[Alert], concern: Concern) -> Alert | None:
    """Which of a home's open alerts this concern should join, the most severe and oldest first; None for one of its
    own.
    """
    able = [alert for alert in standing if alert.is_open and _may_join(alert, concern)]
    return min(able, key=lambda alert: (alert.severity.rank, alert.opened_at, alert.id), default=None)


def _may_join(alert: Alert, concern: Concern) -> bool:
    if concern.severity.rank < alert.severity.rank:
        return alert.handling is Handling.TRIGGERED
    return concern.severity is not Severity.RED


def merge(
    alert: Alert,
    concern: Concern,
    *,
    policy: Policy,
    reach: Reach,
    audience: Iterable[Recipient],
    timer: Timer,
    now: datetime,
) -> Transition | Refusal:
    """The concern becomes part of an alert that is open for something else.

    Its fence rises, so that nobody closes it without having seen this.

    A severer one gives the alert its kind and `policy`, and asks anew: red from the first level. Another asks nobody
    anew, unless the alert was put off; whoever holds it is told. `timer` is the armed one.
    MERGED's detail: `kind`, and what `evidence` tells.
    """
    if not alert.is_open:
        return Refusal.CLOSED
    if concern.kind in alert.kinds:
        return Refusal.ALREADY_THERE
    line = Entry(alert.id, now, EntryKind.MERGED, alert.fence + 1, detail=evidence(concern))
    part = Part(concern.kind, concern.severity, concern.episode, concern.since)
    if concern.severity.rank < alert.severity.rank:
        first = 0 if concern.severity is Severity.RED else None
        worse = worsen(alert, concern, policy=policy, reach=reach, audience=audience, now=now, timer=timer, level=first)
        if isinstance(worse, Refusal):
            return worse
        moved = replace(worse.alert, joined=(*alert.parts, part))
        return replace(worse, alert=moved, entries=(line, *worse.entries))
    joined = replace(raised(alert), joined=(*alert.parts, part))
    if alert.snoozed_until is not None:
        woken = replace(unheld(alert), joined=(*alert.parts, part))
        entered = enter(woken, level=alert.level, round_=alert.round, reach=reach, now=now)
        return Transition(alert.fence, entered.alert, entered.timer, (line, *entered.entries), entered.sends)
    holding = [r for r in audience if r.person in {alert.taken_by, alert.arrived_by}]
    sends = inform(joined, EntryKind.MERGED, holding, actor="system", now=now)
    return Transition(alert.fence, joined, replace(timer, fence=joined.fence), (line,), sends)


def latest_episode(alert: Alert, kind: ConcernKind, told: Iterable[Entry]) -> str | None:
    """The episode of this kind that was told last in these lines."""
    own = [e for e in told if e.detail.get("episode") and kind_of(e, alert) is kind]
    return str(own[-1].detail["episode"]) if own else None


def over(alert: Alert, told: Iterable[Entry]) -> frozenset[ConcernKind]:
    """The kinds of this alert of which the sensors say that they are over."""
    ended: set[ConcernKind] = set()
    for entry in told:
        if entry.kind in {EntryKind.CONDITION_CLEARED, EntryKind.PART_CLEARED}:
            ended.add(kind_of(entry, alert))
        elif entry.detail.get("episode"):
            ended.discard(kind_of(entry, alert))
    return frozenset(ended)


def kind_of(entry: Entry, alert: Alert) -> ConcernKind:
    """What a line that tells of a concern is about; an old line that does not say: what the alert was opened for."""
    named = entry.detail.get("kind")
    return ConcernKind(named) if named else alert.parts[0].kind
