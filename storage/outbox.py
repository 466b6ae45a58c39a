"""The outbox inside an alert's transaction: owed messages, leases, settlements and the lines that tell of them.

Everything here runs in a transaction of `storage.alerts`. Whoever writes lines has locked the alert's row before.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, exists, func, insert, or_, select, update

from core.alerts import Entry, EntryKind, Purpose, Send
from core.concerns import Severity
from core.delivery import Attempt, Claimed, Delivery, SendState, Settlement
from core.ports import StoreRefused
from storage.alert_rows import AnyRow, attempt_of, attempt_values, entry_values, send_of, send_values
from storage.alert_tables import alerts, attempts, entries, sends
from storage.statements import insert_many

_QUEUED = sends.c.state == SendState.QUEUED.value
_URGENCY = case({severity.value: severity.rank for severity in Severity}, value=alerts.c.severity)


def owe(connection: Connection, owed: Sequence[Send]) -> None:
    if owed:
        insert_many(connection, sends, [send_values(send) for send in owed])


def withdraw_asks(
    connection: Connection, alert: str, *, before_fence: int, but: str | None, at: datetime, reason: str
) -> None:
    """Cancel what still asks people for something that is settled by now, and say so in the timeline.

    `but` is whom it is being handed to: their own message still holds.
    A message under lease is left to its sender, who looks again before it sends.
    """
    withdrawn = connection.execute(
        update(sends)
        .where(sends.c.alert == alert, sends.c.fence < before_fence, sends.c.purpose == Purpose.ASK.value)
        .where(_QUEUED, sends.c.lease.is_(None))
        .where(or_(sends.c.event != EntryKind.HANDED_OVER.value, sends.c.person != (but or "")))
        .values(state=SendState.CANCELLED.value, next_attempt_at=None, reason=reason)
        .returning(sends)
    ).all()
    for row in sorted(withdrawn, key=lambda row: row.seq):
        _write(connection, _not_sent(send_of(row), rung=row.rung, at=at, reason=reason))


def claim(connection: Connection, now: datetime, *, lease_until: datetime, limit: int, owner: str) -> list[Claimed]:
    """Take due sends under a lease. One whose earlier lease ran out without a word is a repeat."""
    due = connection.execute(
        select(sends, alerts.c.severity.label("alert_severity"))
        .join(alerts, alerts.c.id == sends.c.alert)
        .where(_QUEUED, sends.c.next_attempt_at <= now)
        .order_by(_URGENCY, sends.c.created_at, sends.c.seq)
        .limit(limit)
        .with_for_update(of=sends, skip_locked=True)
    ).all()
    return [_lease(connection, row, lease_until, owner) for row in due]


def _lease(connection: Connection, row: AnyRow, lease_until: datetime, owner: str) -> Claimed:
    lease = f"{owner}/{row.id}#{row.attempts + 1}"  # the number rises with each claim: never given twice
    unheard = row.unheard or row.lease is not None
    connection.execute(
        update(sends)
        .where(sends.c.seq == row.seq)
        .values(lease=lease, next_attempt_at=lease_until, attempts=row.attempts + 1, unheard=unheard)
    )
    severity = Severity(row.alert_severity)
    return Claimed(send_of(row), row.rung, row.attempts + 1, lease, lease_until, repeat=unheard, severity=severity)


def end_leases(connection: Connection, now: datetime, *, owner: str | None) -> int:
    """The lease stays in the row until the next claim, which is a repeat because of it."""
    theirs = sends.c.lease.is_not(None) if owner is None else sends.c.lease.startswith(f"{owner}/", autoescape=True)
    return connection.execute(update(sends).where(_QUEUED, theirs).values(next_attempt_at=now)).rowcount


def settle(connection: Connection, claimed: Claimed, attempt: Attempt, *, retry_at: datetime | None) -> bool:
    """Write the attempt and its line; then, if the lease still holds, what becomes of the send."""
    known = connection.execute(
        select(attempts.c.held).where(attempts.c.send == claimed.send.id, attempts.c.number == attempt.number)
    ).one_or_none()
    if known is not None:
        return bool(known.held)  # settled before, and the answer was lost on its way
    held = _end_lease(connection, claimed, _after(claimed, attempt, retry_at=retry_at))
    connection.execute(insert(attempts).values(attempt_values(attempt, held=held)))
    _write(connection, _delivery(claimed.send, attempt))
    return held


def _after(claimed: Claimed, attempt: Attempt, *, retry_at: datetime | None) -> dict[str, Any]:
    """The columns that an attempt changes."""
    again_at = retry_at or attempt.at
    match attempt.settlement:
        case Settlement.RETRY:
            return {"next_attempt_at": again_at}
        case Settlement.NEXT_RUNG:
            if claimed.rung + 1 >= len(claimed.send.ladder):
                raise StoreRefused(f"send {claimed.send.id} has no rung after {claimed.rung}: settle it as failed")
            return {"next_attempt_at": again_at, "rung": claimed.rung + 1, "unheard": False}
        case Settlement.ACCEPTED | Settlement.FOUND:
            return {"next_attempt_at": None, "state": SendState.ACCEPTED.value}
        case Settlement.FAILED:
            return {"next_attempt_at": None, "state": SendState.FAILED.value, "reason": attempt.said}
        case Settlement.CANCELLED:
            return {"next_attempt_at": None, "state": SendState.CANCELLED.value, "reason": attempt.said}


def cancel(connection: Connection, claimed: Claimed, *, at: datetime, reason: str) -> bool:
    values = {"next_attempt_at": None, "state": SendState.CANCELLED.value, "reason": reason}
    if not _end_lease(connection, claimed, values):
        return False
    _write(connection, _not_sent(claimed.send, rung=claimed.rung, at=at, reason=reason))
    return True


def _end_lease(connection: Connection, claimed: Claimed, values: dict[str, Any]) -> bool:
    """Compare and swap: change the send only if the lease is still this one."""
    changed = connection.execute(
        update(sends).where(sends.c.id == claimed.send.id, sends.c.lease == claimed.lease).values(lease=None, **values)
    )
    return changed.rowcount == 1


def exhausted(connection: Connection, alert: str, fence: int) -> bool:
    asks = sends.c.alert == alert, sends.c.purpose == Purpose.ASK.value
    last = select(func.max(sends.c.fence)).where(*asks, sends.c.fence <= fence).scalar_subquery()
    states = connection.scalars(select(sends.c.state).where(*asks, sends.c.fence == last)).all()
    return bool(states) and all(s in (SendState.FAILED.value, SendState.CANCELLED.value) for s in states)


def all_exhausted(connection: Connection, is_asking: ColumnElement[bool]) -> list[str]:
    """Ids of alerts that ask somebody, and that nobody asked last can be reached for, the oldest first."""
    other = sends.alias()
    last = (
        select(func.max(other.c.fence))
        .where(other.c.alert == alerts.c.id, other.c.purpose == Purpose.ASK.value)
        .correlate(alerts)
        .scalar_subquery()
    )
    asks = (sends.c.alert == alerts.c.id) & (sends.c.fence == last) & (sends.c.purpose == Purpose.ASK.value)
    over = sends.c.state.in_([SendState.FAILED.value, SendState.CANCELLED.value])
    wanted = (
        select(alerts.c.id)
        .where(is_asking, exists().where(asks, over), ~exists().where(asks, ~over))
        .order_by(alerts.c.opened_at, alerts.c.id)
    )
    return list(connection.scalars(wanted))


def last_asked(connection: Connection, people: ColumnElement[bool]) -> dict[str, datetime]:
    asked = select(sends.c.person, func.max(sends.c.created_at)).where(people, sends.c.purpose == Purpose.ASK.value)
    return {row[0]: row[1] for row in connection.execute(asked.group_by(sends.c.person))}


def earliest(connection: Connection) -> datetime | None:
    """When the next queued send may be tried, or a lease ends."""
    instant: datetime | None = connection.scalar(select(func.min(sends.c.next_attempt_at)).where(_QUEUED))
    return instant


def deliveries(connection: Connection, alert: str) -> list[Delivery]:
    tried: dict[str, list[Attempt]] = {}
    of_alert = select(sends.c.id).where(sends.c.alert == alert)
    for row in connection.execute(select(attempts).where(attempts.c.send.in_(of_alert)).order_by(attempts.c.number)):
        tried.setdefault(row.send, []).append(attempt_of(row))
    return [
        Delivery(send_of(row), SendState(row.state), tuple(tried.get(row.id, ())), row.next_attempt_at, row.reason)
        for row in connection.execute(select(sends).where(sends.c.alert == alert).order_by(sends.c.seq))
    ]


def _write(connection: Connection, entry: Entry) -> None:
    connection.execute(insert(entries).values(entry_values(entry)))


def _delivery(send: Send, attempt: Attempt) -> Entry:
    """DELIVERY's detail: what a person reading the alert asks first."""
    detail = {
        "send": send.id,
        "person": send.person,
        "name": send.name,
        "target": send.target.value,
        "purpose": send.purpose.value,
        "channel": attempt.channel,
        "settlement": attempt.settlement.value,
        "said": attempt.said,
        "number": attempt.number,
        "repeat": attempt.repeat,
        "provider_id": attempt.provider_id,
    }
    return Entry(send.alert, attempt.at, EntryKind.DELIVERY, send.fence, detail=detail)


def _not_sent(send: Send, *, rung: int, at: datetime, reason: str) -> Entry:
    """NOT_SENT's detail: who was spared a message, and why."""
    detail = {
        "send": send.id,
        "person": send.person,
        "name": send.name,
        "target": send.target.value,
        "purpose": send.purpose.value,
        "channel": send.ladder[rung].channel,
        "reason": reason,
    }
    return Entry(send.alert, at, EntryKind.NOT_SENT, send.fence, detail=detail)
