"""Moves of alerts inside a transaction: each alert's row by its fence, then timers, lines and messages."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, or_, select, update
from sqlalchemy.sql.dml import Update

from core.alerts import Alert, Condition, EntryKind, Handling, Transition
from core.ports import StoreRefused
from storage import outbox
from storage.alert_rows import PURPOSE, STANDING, alert_of, entry_values, purpose_values, standing_values, timer_values
from storage.alert_tables import alerts, entries, merged_episodes, timers
from storage.statements import among, insert_into, insert_many

OPEN = alerts.c.handling != Handling.CLOSED.value
CONDITION_OF = {
    EntryKind.CONDITION_CLEARED: Condition.CLEARED,
    EntryKind.CONDITION_RETURNED: Condition.ACTIVE,
}


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


def _update_of(names: Iterable[str]) -> Update:
    """Built once: to build it anew for each alert would take longer than to write it."""
    here = alerts.c.id == bindparam("its_id"), alerts.c.fence == bindparam("its_fence"), OPEN
    return update(alerts).where(*here).values({name: bindparam(f"new_{name}") for name in names})


_STANDS = _update_of(STANDING)
_IS_FOR = _update_of((*STANDING, *PURPOSE))
"""What an alert is for changes only when it worsens or something joins it."""


def move_all(connection: Connection, transitions: Sequence[Transition]) -> list[bool]:
    """The alerts' own rows, each if its fence is still the one that was seen. Locked in the order of their ids, so that
    two programs never wait for each other in a circle.
    """
    if len(transitions) == 1:
        return [_moved(connection, transitions[0])]
    ids = [transition.alert.id for transition in transitions]
    locked = (
        select(alerts.c.id, alerts.c.fence)
        .where(among(alerts.c.id, ids, connection.dialect.name), OPEN)
        .order_by(alerts.c.id)
        .with_for_update()
    )
    fences = {row.id: row.fence for row in connection.execute(locked)}
    able = [fences.get(transition.alert.id) == transition.expected_fence for transition in transitions]
    moving = [transition for transition, is_able in zip(transitions, able, strict=True) if is_able]
    for statement in (_STANDS, _IS_FOR):
        rows = [_new(transition) for transition in moving if _statement(transition) is statement]
        if rows:
            connection.execute(statement, rows)
    for transition in moving:
        _say_condition(connection, transition)
    return able


def _moved(connection: Connection, transition: Transition) -> bool:
    if connection.execute(_statement(transition), _new(transition)).rowcount != 1:
        return False
    _say_condition(connection, transition)
    return True


def _statement(transition: Transition) -> Update:
    is_for_more = any(entry.kind in {EntryKind.WORSENED, EntryKind.MERGED} for entry in transition.entries)
    return _IS_FOR if is_for_more else _STANDS


def _new(transition: Transition) -> dict[str, Any]:
    values = standing_values(transition.alert)
    if _statement(transition) is _IS_FOR:
        values |= purpose_values(transition.alert)
    changed = {f"new_{name}": value for name, value in values.items()}
    return {**changed, "its_id": transition.alert.id, "its_fence": transition.expected_fence}


def _say_condition(connection: Connection, transition: Transition) -> None:
    """The sensors', changed only by a line that says so."""
    said = [CONDITION_OF[entry.kind] for entry in transition.entries if entry.kind in CONDITION_OF]
    if said:
        here = alerts.c.id == transition.alert.id
        connection.execute(update(alerts).where(here).values(condition=said[-1].value))


def write_rest(connection: Connection, transitions: Sequence[Transition]) -> None:
    """Timers, lines and messages of moves whose alert rows are written."""
    if not transitions:
        return
    connection.execute(delete(timers).where(timers.c.alert.in_([t.alert.id for t in transitions])))
    armed = [timer_values(t.timer) for t in transitions if t.timer is not None]
    if armed:
        insert_many(connection, timers, armed)
    lines = [entry_values(entry) for t in transitions for entry in t.entries]
    if lines:
        insert_many(connection, entries, lines)
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
