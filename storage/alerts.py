"""Alerts with timeline, timers and outbox: each move is one transaction, decided by the fence.

Who writes to an alert's timeline first locks its row, so that the order of lines is the order of what happened.
"""

import base64
import binascii
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, update

from core.alerts import Alert, Condition, Entry, EntryKind, Handling, Timer, Transition
from core.concerns import ConcernKind
from core.delivery import Attempt, Claimed, Delivery
from core.ports import Page, StoreRefused
from core.receipts import Receipt
from storage import alert_moves, outbox, receipts
from storage.alert_rows import alert_of, alert_values, entry_of, entry_values, timer_of
from storage.alert_tables import alerts, entries, sends, timers
from storage.columns import from_microseconds, to_microseconds
from storage.database import Database
from storage.statements import among, insert_into

_SHOWN = alerts.c.kind != ConcernKind.CANARY.value
_ASKING = or_(
    and_(alerts.c.handling == Handling.TRIGGERED.value, alerts.c.snoozed_until.is_(None)),
    and_(alert_moves.OPEN, alerts.c.handed_to.is_not(None)),
)
_HELD = alerts.c.handling == Handling.ACKNOWLEDGED.value
_WRITTEN_EVEN_WHEN_CLOSED = (EntryKind.DELIVERY, EntryKind.NOT_SENT)


class SqlAlerts:
    """`core.ports.AlertStore` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, transition: Transition) -> Alert | None:
        """Write a new alert, or return the one that stands in its way: open with this key, or of this episode.

        A reopened alert (one with a predecessor) may have its predecessor's episode.
        """
        with self._database.writing() as connection:
            standing = alert_moves.in_the_way(connection, transition.alert)
            if standing is not None:
                return standing
            written = connection.execute(
                insert_into(alerts, self._database.dialect)
                .values(alert_values(transition.alert))
                .on_conflict_do_nothing()
                .returning(alerts.c.id)
            ).first()
            if written is None:
                return alert_moves.raised_meanwhile(connection, transition.alert)
            alert_moves.write_rest(connection, [transition])
            return None

    def apply(self, transition: Transition) -> bool:
        """Write a move if nobody moved before it. The condition is the sensors': a move changes it only by a line."""
        return self.apply_all([transition])[0]

    def apply_all(self, transitions: Sequence[Transition]) -> list[bool]:
        with self._database.writing() as connection:
            moved = alert_moves.move_all(connection, transitions)
            alert_moves.write_rest(connection, [t for t, done in zip(transitions, moved, strict=True) if done])
        return moved

    def remark(self, entry: Entry, *, condition: Condition | None = None) -> bool:
        """Add a line. Raises StoreRefused if the alert is unknown, or if line and condition contradict each other."""
        if condition is not None and alert_moves.CONDITION_OF.get(entry.kind) is not condition:
            raise StoreRefused(f"a line {entry.kind.value!r} does not say that the condition is {condition.value!r}")
        condition = alert_moves.CONDITION_OF.get(entry.kind)
        with self._database.writing() as connection:
            row = alert_moves.lock(connection, entry.alert)
            is_open = row.handling != Handling.CLOSED.value
            if not is_open and entry.kind not in _WRITTEN_EVEN_WHEN_CLOSED:
                return False
            if condition is not None:
                connection.execute(update(alerts).where(alerts.c.id == entry.alert).values(condition=condition.value))
            connection.execute(insert(entries).values(entry_values(entry)))
            return bool(is_open)

    def get(self, alert: str) -> Alert | None:
        with self._database.reading() as connection:
            row = connection.execute(select(alerts).where(alerts.c.id == alert)).one_or_none()
            return None if row is None else alert_of(row)

    def get_all(self, alerts_: Collection[str]) -> dict[str, Alert]:
        wanted = select(alerts).where(among(alerts.c.id, alerts_, self._database.dialect))
        with self._database.reading() as connection:
            return {row.id: alert_of(row) for row in connection.execute(wanted)}

    def open_alerts(self, *, homes: Collection[str] | None = None) -> list[Alert]:
        """Oldest first."""
        wanted = select(alerts).where(alert_moves.OPEN).order_by(alerts.c.opened_at, alerts.c.id)
        if homes is not None:
            wanted = wanted.where(among(alerts.c.home, homes, self._database.dialect))
        with self._database.reading() as connection:
            return [alert_of(row) for row in connection.execute(wanted)]

    def of_episode(self, key: str, episode: str) -> Alert | None:
        with self._database.reading() as connection:
            return alert_moves.of_episode(connection, key, episode)

    def held(self) -> list[Alert]:
        """Those longest held first."""
        wanted = select(alerts).where(_HELD, alerts.c.handed_to.is_(None)).order_by(alerts.c.taken_at, alerts.c.id)
        with self._database.reading() as connection:
            return [alert_of(row) for row in connection.execute(wanted)]

    def page(
        self,
        *,
        areas: Collection[str] | None = None,
        homes: Collection[str] | None = None,
        open_only: bool = False,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page:
        """Newest first. Raises StoreRefused for a cursor that this store did not give."""
        wanted = select(alerts).where(_SHOWN).order_by(alerts.c.opened_at.desc(), alerts.c.id.desc()).limit(limit + 1)
        places = [(alerts.c.area, areas), (alerts.c.home, homes)]
        given = [among(column, ids, self._database.dialect) for column, ids in places if ids is not None]
        if given:
            wanted = wanted.where(or_(*given))
        if open_only:
            wanted = wanted.where(alert_moves.OPEN)
        if cursor is not None:
            wanted = wanted.where(_older_than(cursor))
        with self._database.reading() as connection:
            found = [alert_of(row) for row in connection.execute(wanted)]
        more = len(found) > limit
        return Page(tuple(found[:limit]), _cursor_after(found[limit - 1]) if more else None)

    def timeline(self, alert: str) -> list[Entry]:
        with self._database.reading() as connection:
            lines = connection.execute(select(entries).where(entries.c.alert == alert).order_by(entries.c.seq))
            return [entry_of(row) for row in lines]

    def timer(self, alert: str) -> Timer | None:
        with self._database.reading() as connection:
            row = connection.execute(select(timers).where(timers.c.alert == alert)).one_or_none()
            return None if row is None else timer_of(row)

    def due_timers(self, now: datetime, *, limit: int = 100) -> list[Timer]:
        due = select(timers).where(timers.c.due_at <= now).order_by(timers.c.due_at, timers.c.alert).limit(limit)
        with self._database.reading() as connection:
            return [timer_of(row) for row in connection.execute(due)]

    def next_due(self) -> datetime | None:
        with self._database.reading() as connection:
            both = (connection.scalar(select(func.min(timers.c.due_at))), outbox.earliest(connection))
        return min((instant for instant in both if instant is not None), default=None)

    def claim_sends(self, now: datetime, *, lease_until: datetime, limit: int = 20, owner: str = "") -> list[Claimed]:
        with self._database.writing() as connection:
            return outbox.claim(connection, now, lease_until=lease_until, limit=limit, owner=owner)

    def end_leases(self, now: datetime, *, owner: str | None = None) -> int:
        with self._database.writing() as connection:
            return outbox.end_leases(connection, now, owner=owner)

    def settle(self, claimed: Claimed, attempt: Attempt, *, retry_at: datetime | None = None) -> bool:
        """Saying the same settlement again changes nothing and answers the same."""
        with self._database.writing() as connection:
            alert_moves.lock(connection, claimed.send.alert)
            held = outbox.settle(connection, claimed, attempt, retry_at=retry_at)
        if attempt.provider_id is not None:
            self._heed_what_came_before(attempt.channel, attempt.provider_id)
        return held

    def _heed_what_came_before(self, channel: str, reference: str) -> None:
        """After the commit of an attempt, so that of two programs one sees what the other wrote."""
        with self._database.reading() as connection:
            has_failed = receipts.has_failed(connection, channel, reference)
        if has_failed:
            self._heed(channel, reference)

    def cancel_send(self, claimed: Claimed, *, at: datetime, reason: str) -> bool:
        with self._database.writing() as connection:
            alert_moves.lock(connection, claimed.send.alert)
            return outbox.cancel(connection, claimed, at=at, reason=reason)

    def receive(self, channel: str, reference: str, receipt: Receipt) -> str | None:
        with self._database.writing() as connection:
            receipts.keep(connection, self._database.dialect, channel, reference, receipt)
            alert = receipts.heed(connection, channel, reference)
        return alert or self._heed(channel, reference)

    def _heed(self, channel: str, reference: str) -> str | None:
        with self._database.writing() as connection:
            return receipts.heed(connection, channel, reference)

    def receipts(self, alert: str) -> dict[tuple[str, int], Receipt]:
        with self._database.reading() as connection:
            return receipts.of_alert(connection, alert)

    def level_exhausted(self, alert: str, fence: int) -> bool:
        with self._database.reading() as connection:
            return outbox.exhausted(connection, alert, fence)

    def exhausted(self) -> list[str]:
        with self._database.reading() as connection:
            return outbox.all_exhausted(connection, _ASKING)

    def last_asked(self, people: Collection[str]) -> dict[str, datetime]:
        with self._database.reading() as connection:
            return outbox.last_asked(connection, among(sends.c.person, people, self._database.dialect))

    def deliveries(self, alert: str) -> list[Delivery]:
        """In the order in which they became owed."""
        with self._database.reading() as connection:
            return outbox.deliveries(connection, alert)


def _cursor_after(alert: Alert) -> str:
    return base64.urlsafe_b64encode(f"{to_microseconds(alert.opened_at)}|{alert.id}".encode()).decode()


def _older_than(cursor: str) -> ColumnElement[bool]:
    try:
        opened_at, _, alert = base64.urlsafe_b64decode(cursor.encode()).decode().partition("|")
        instant = from_microseconds(int(opened_at))
    except (binascii.Error, ValueError, OverflowError) as error:
        raise StoreRefused(f"{cursor!r} is not a cursor of this list: start again without one") from error
    return or_(alerts.c.opened_at < instant, and_(alerts.c.opened_at == instant, alerts.c.id < alert))
