"""The moves that pass an alert on or put it off: give it back, hand it over to a named person, snooze it.

None of them ends the care for it: each arms a timer after which somebody is asked again.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from core.alerts import (
    Alert,
    Entry,
    EntryKind,
    Handling,
    Purpose,
    Recipient,
    Refusal,
    Timer,
    TimerKind,
    Transition,
)
from core.concerns import Severity
from core.levels import BESIDE, Reach, enter, inform, owed, raised, reachable, unheld
from core.policies import Named, Target, Whom


def release(alert: Alert, *, by: str, reason: str, reach: Reach, now: datetime) -> Transition | Refusal:
    """It is given back: the level that was reached is asked again at once, without the one who cannot go.

    Where there is nobody else at all, that one is asked too. RELEASED's detail: `from` (who held it), `reason`.
    """
    if not alert.is_open:
        return Refusal.CLOSED
    if alert.handling is Handling.TRIGGERED:
        return Refusal.ALREADY_THERE
    holder = alert.arrived_by or alert.taken_by
    moved = unheld(alert)
    line = Entry(alert.id, now, EntryKind.RELEASED, moved.fence, by, {"from": holder, "reason": reason})
    others = {target: _without(people, holder) for target, people in reach.items()}
    asked = others if any(reachable(rung.targets, others) for rung in alert.policy.levels[alert.level :]) else reach
    entered = enter(moved, level=alert.level, round_=alert.round, reach=asked, now=now)
    return Transition(alert.fence, entered.alert, entered.timer, (line, *entered.entries), entered.sends)


def _without(people: Sequence[Recipient], holder: str | None) -> list[Recipient]:
    """Where only the holder was asked, whoever was told of it is asked now."""
    rest = [r for r in people if r.person != holder]
    if any(not r.spared for r in rest):
        return rest
    return [replace(r, spared="") if r.spared == BESIDE else r for r in rest]


def hand_over(
    alert: Alert, *, by: str, to: Recipient, timer: Timer, now: datetime, reason: str = ""
) -> Transition | Refusal:
    """Ask a named person to take it. Until they do, its holder still owes what was owed, and no later than before.

    An alert that nobody held is in the hands of who hands it over. Not taken within the patience of the level that
    asks such people, it climbs. `timer` is the armed one. HANDED_OVER's detail: `to`, `name`, `from` (its holder),
    `accept_by`, `reason`.
    """
    if not alert.is_open:
        return Refusal.CLOSED
    if not to.ladder:
        return Refusal.CANNOT_BE_ASKED
    holder = alert.arrived_by or alert.taken_by or by
    if to.person in {alert.handed_to, holder}:
        return Refusal.ALREADY_THERE
    accept_by = now + patience_for(alert, to.target)
    held = alert
    if alert.handling is Handling.TRIGGERED:
        held = replace(alert, handling=Handling.ACKNOWLEDGED, taken_by=by, taken_at=now, snoozed_until=None)
    else:
        accept_by = min(accept_by, timer.due_at)
    told = tuple(dict.fromkeys((*alert.told, to.person)))
    moved = replace(raised(held), handed_to=to.person, accept_by=accept_by, told=told)
    detail = {
        "to": to.person,
        "name": to.name,
        "from": holder,
        "accept_by": accept_by.isoformat(),
        "reason": reason,
    }
    line = Entry(alert.id, now, EntryKind.HANDED_OVER, moved.fence, by, detail)
    asked = owed(moved, to, Purpose.ASK, EntryKind.HANDED_OVER, now)
    return Transition(
        alert.fence, moved, Timer(alert.id, TimerKind.ACCEPT_BY, accept_by, moved.fence), (line,), (asked,)
    )


def patience_for(alert: Alert, target: Target) -> timedelta:
    """How long the alert's policy waits for such people; where no level asks them, as long as for the present one."""
    own = (rung.patience for rung in alert.policy.levels if any(_means(whom, target) for whom in rung.targets))
    return next(own, alert.policy.levels[alert.level].patience)


def _means(whom: Whom, target: Target) -> bool:
    return target is (whom.target if isinstance(whom, Named) else whom)


def snooze(
    alert: Alert, *, by: str, until: datetime, reason: str, audience: Sequence[Recipient], now: datetime
) -> Transition | Refusal:
    """Nobody is asked before `until`; then the level that was reached is asked again. Never for red.

    Bounded from the opening, however often it is done: `policy.snooze_within`. Whoever held it holds it no more.
    SNOOZED's detail: `until`, `reason`.
    """
    if not alert.is_open:
        return Refusal.CLOSED
    if alert.severity is Severity.RED:
        return Refusal.RED_NEVER_WAITS
    if alert.handling is Handling.ON_SITE:
        return Refusal.SOMEBODY_IS_THERE
    if not now < until <= alert.opened_at + alert.policy.snooze_within:
        return Refusal.SNOOZED_ENOUGH
    moved = replace(unheld(alert), snoozed_until=until)
    detail = {"until": until.isoformat(), "reason": reason}
    line = Entry(alert.id, now, EntryKind.SNOOZED, moved.fence, by, detail)
    timer = Timer(alert.id, TimerKind.SNOOZE, until, moved.fence)
    return Transition(alert.fence, moved, timer, (line,), inform(moved, EntryKind.SNOOZED, audience, actor=by, now=now))


def wake(alert: Alert, *, reach: Reach, now: datetime) -> Transition:
    """The time that somebody asked for is over: ask the level again at which it stood. SNOOZE_ENDED says no more."""
    moved = unheld(alert)
    ended = Entry(alert.id, now, EntryKind.SNOOZE_ENDED, moved.fence)
    entered = enter(moved, level=alert.level, round_=alert.round, reach=reach, now=now)
    return Transition(alert.fence, entered.alert, entered.timer, (ended, *entered.entries), entered.sends)
