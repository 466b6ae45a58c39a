"""One move of an alert inside its transaction: the alert's row by its fence, then timer, lines and messages."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, or_, select, update

from core.alerts import Alert, Condition, EntryKind, Handling, Transition
from core.ports import StoreRefused
from storage import outbox
from storage.alert_rows import alert_of, alert_values, entry_values, timer_values
from storage.alert_tables import alerts, entries, merged_episodes, timers
from storage.statements import insert_into

OPEN = alerts.c.handling != Handling.CLOSED.value
CONDITION_OF = {
    EntryKind.CONDITION_CLEARED: Condition.CLEARED,
    EntryKind.CONDITION_RETURNED: Condition.ACTIVE,
}


_NEVER_MOVES = {"id", "key", "episode", "home", "area", "opened_at", "predecessor"}
"""What stays as it was opened. Written again, each index over it would be, too."""


def in_the_way(connection: Connection, alert: Alert) -> Alert | None:
    """The alert that is open with this key; else, unless this one is a reopening, the newest of its episode."""
    row = connection.execute(select(alerts).where(alerts.c.key == alert.key, OPEN)).one_or_none()
    if row is not None:
        return alert_of(row)
    return of_episode(connection, alert.key, alert.episode) if alert.predecessor is None else None


def of_episode(connection: Connection, key: str, episode: str) -> Alert | None:
    """Opened for it, or with it merged in: the newest."""
    merged = connection.scalar(
        select(merged_episodes.c.alert).where(merged_episodes.c.key == key, merged_episodes.c.episode == episode)
    )
    row = connection.execute(
        select(alerts)
        .where(or_(and_(alerts.c.key == key, alerts.c.episode == episode), alerts.c.id == merged))
        .order_by(alerts.c.opened_at.desc(), alerts.c.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else alert_of(row)


def raised_meanwhile(connection: Connection, alert: Alert) -> Alert:
    """Another program wrote first, between our look and our insert."""
    standing = in_the_way(connection, alert)
    if standing is None:
        raise StoreRefused(f"the alert id {alert.id!r} is taken by another alert")
    return standing


def lock(connection: Connection, alert: str) -> Any:
    row = connection.execute(select(alerts.c.handling).where(alerts.c.id == alert).with_for_update()).one_or_none()
    if row is None:
        raise StoreRefused(f"there is no alert {alert!r}")
    return row


def move(connection: Connection, transition: Transition) -> bool:
    """The alert's own row, if its fence is still the one that was seen."""
    values = {name: value for name, value in alert_values(transition.alert).items() if name not in _NEVER_MOVES}
    said = [CONDITION_OF[entry.kind] for entry in transition.entries if entry.kind in CONDITION_OF]
    del values["condition"]
    if said:
        values["condition"] = said[-1].value
    changed = connection.execute(
        update(alerts)
        .where(alerts.c.id == transition.alert.id, alerts.c.fence == transition.expected_fence, OPEN)
        .values(values)
    )
    return changed.rowcount == 1


def write_rest(connection: Connection, transitions: Sequence[Transition]) -> None:
    """Timers, lines and messages of moves whose alert rows are written."""
    if not transitions:
        return
    connection.execute(delete(timers).where(timers.c.alert.in_([t.alert.id for t in transitions])))
    armed = [timer_values(t.timer) for t in transitions if t.timer is not None]
    if armed:
        connection.execute(insert(timers), armed)
    lines = [entry_values(entry) for t in transitions for entry in t.entries]
    if lines:
        connection.execute(insert(entries), lines)
    merged = [
        {"key": f"{t.alert.home}/{part.kind.value}", "episode": part.episode, "alert": t.alert.id}
        for t in transitions
        if any(entry.kind in {EntryKind.MERGED, EntryKind.OPENED} for entry in t.entries)
        for part in t.alert.joined[1:]
    ]
    if merged:
        written = insert_into(merged_episodes, connection.dialect.name).values(merged)
        connection.execute(
            written.on_conflict_do_update(index_elements=["key", "episode"], set_={"alert": written.excluded.alert})
        )
    outbox.owe(connection, [send for t in transitions for send in t.sends])
    for transition in transitions:
        alert, reason = transition.alert, _why_asking_is_over(transition.alert)
        if reason is not None and transition.entries:
            at, but = transition.entries[-1].at, alert.handed_to
            outbox.withdraw_asks(connection, alert.id, before_fence=alert.fence, but=but, at=at, reason=reason)


def _why_asking_is_over(alert: Alert) -> str | None:
    match alert.handling:
        case Handling.CLOSED:
            return "closed"
        case Handling.ACKNOWLEDGED | Handling.ON_SITE:
            return "taken"
        case Handling.TRIGGERED:
            return None if alert.snoozed_until is None else "snoozed"
