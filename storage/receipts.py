"""Receipts of providers inside an alert's transaction: kept as they come, and heeded when one says that it failed."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, and_, func, insert, select, update

from core.alerts import Alert, EntryKind
from core.delivery import Attempt, SendState
from core.receipts import Onwards, Receipt, ReceiptState, furthest, onwards, undelivered
from storage.alert_rows import alert_of, attempt_of, entry_values, send_of
from storage.alert_tables import alerts, attempts, entries, receipts, sends
from storage.statements import insert_into

_OF_ATTEMPT = and_(receipts.c.channel == attempts.c.channel, receipts.c.reference == attempts.c.provider_id)


def keep(connection: Connection, dialect: str, channel: str, reference: str, receipt: Receipt) -> None:
    """Each state once, as it was heard first."""
    values = {"state": receipt.state.value, "at": receipt.at, "said": receipt.said}
    connection.execute(
        insert_into(receipts, dialect).values(channel=channel, reference=reference, **values).on_conflict_do_nothing()
    )


def has_failed(connection: Connection, channel: str, reference: str) -> bool:
    """Has word come already that this message did not arrive?"""
    theirs = receipts.c.channel == channel, receipts.c.reference == reference
    failed = select(receipts.c.state).where(*theirs, receipts.c.state == ReceiptState.FAILED.value)
    return connection.execute(failed).first() is not None


def heed(connection: Connection, channel: str, reference: str) -> str | None:
    """The alert whose message this is, if it is known. A failure is told, once, and the next way is taken."""
    row = connection.execute(
        select(attempts, sends.c.alert)
        .join(sends, sends.c.id == attempts.c.send)
        .where(attempts.c.channel == channel, attempts.c.provider_id == reference)
        .order_by(attempts.c.at.desc(), attempts.c.number.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    alert = alert_of(connection.execute(select(alerts).where(alerts.c.id == row.alert).with_for_update()).one())
    attempt = attempt_of(row)
    known = furthest(
        _receipts(
            connection.execute(
                select(receipts)
                .select_from(attempts.join(receipts, _OF_ATTEMPT))
                .where(attempts.c.send == attempt.send, attempts.c.number == attempt.number)
            )
        )
    )
    if known is not None and known.state is ReceiptState.FAILED and not _is_told(connection, alert.id, attempt):
        _fail(connection, alert, attempt, known)
    return alert.id


def of_alert(connection: Connection, alert: str) -> dict[tuple[str, int], Receipt]:
    found: dict[tuple[str, int], list[Any]] = {}
    rows = connection.execute(
        select(attempts.c.send, attempts.c.number, receipts.c.state, receipts.c.at, receipts.c.said)
        .select_from(attempts.join(receipts, _OF_ATTEMPT).join(sends, sends.c.id == attempts.c.send))
        .where(sends.c.alert == alert)
    )
    for row in rows:
        found.setdefault((row.send, row.number), []).append(row)
    known = {attempt: furthest(_receipts(rows_)) for attempt, rows_ in found.items()}
    return {attempt: receipt for attempt, receipt in known.items() if receipt is not None}


def _receipts(rows: Iterable[Any]) -> list[Receipt]:
    return [Receipt(ReceiptState(row.state), row.at, row.said) for row in rows]


def _is_told(connection: Connection, alert: str, attempt: Attempt) -> bool:
    lines = connection.scalars(
        select(entries.c.detail).where(entries.c.alert == alert, entries.c.kind == EntryKind.UNDELIVERED.value)
    )
    return any((line["send"], line["number"]) == (attempt.send, attempt.number) for line in lines)


def _fail(connection: Connection, alert: Alert, attempt: Attempt, receipt: Receipt) -> None:
    """Only the last attempt of a send decides what becomes of it."""
    row = connection.execute(select(sends).where(sends.c.id == attempt.send)).one()
    last = connection.scalar(select(func.max(attempts.c.number)).where(attempts.c.send == attempt.send))
    send, then = send_of(row), Onwards.NOTHING
    if attempt.number == last:
        then = onwards(send, alert, state=SendState(row.state), rung=row.rung)
    connection.execute(insert(entries).values(entry_values(undelivered(send, attempt, receipt, then))))
    after: dict[str, Any] = {}
    if then is Onwards.NEXT_WAY:
        after = {"state": SendState.QUEUED.value, "next_attempt_at": receipt.at, "rung": row.rung + 1, "unheard": False}
    if then is Onwards.NO_WAY:
        after = {"state": SendState.FAILED.value, "reason": receipt.said}
    if after:
        connection.execute(update(sends).where(sends.c.id == send.id).values(after))
