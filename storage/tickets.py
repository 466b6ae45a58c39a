"""Device tickets: at most one open per fault."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from core.faults import Fault, FaultCause, Ticket
from storage.alert_rows import facts_of, facts_to_json
from storage.database import Database
from storage.statements import among, insert_into
from storage.tables import ticket_homes
from storage.tables import tickets as table

_OPEN = table.c.closed_at.is_(None)


class SqlTickets:
    """`core.ports.TicketStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open_ticket(self, fault: Fault, *, ticket_id: str) -> Ticket | None:
        """The new ticket, opened when the fault was judged; None if one with this key is open already."""
        ticket = Ticket(ticket_id, fault.key, fault.cause, fault.subject, fault.homes, fault.at, fault.facts)
        values = {
            "id": ticket.id,
            "key": ticket.key,
            "cause": ticket.cause.value,
            "subject": ticket.subject,
            "homes": list(ticket.homes),
            "opened_at": ticket.opened_at,
            "facts": facts_to_json(ticket.facts),
        }
        with self._database.writing() as connection:
            written = connection.execute(
                insert_into(table, self._database.dialect)
                .values(values)
                .on_conflict_do_nothing(index_elements=["key"], index_where=_OPEN)
                .returning(table.c.id)
            ).first()
            if written is None:
                return None
            homes = [{"ticket": ticket.id, "home": home} for home in dict.fromkeys(ticket.homes)]
            if homes:
                connection.execute(insert(ticket_homes), homes)
        return ticket

    def close_ticket(self, key: str, *, at: datetime) -> Ticket | None:
        with self._database.writing() as connection:
            closed = connection.execute(
                update(table).where(table.c.key == key, _OPEN).values(closed_at=at).returning(table)
            ).one_or_none()
        return None if closed is None else _ticket_of(closed)

    def tickets(
        self, *, homes: Collection[str] | None = None, open_only: bool = True, limit: int = 200
    ) -> list[Ticket]:
        """Newest first; with `homes`, those that touch any of them."""
        wanted = select(table).order_by(table.c.opened_at.desc(), table.c.id.desc()).limit(limit)
        if open_only:
            wanted = wanted.where(_OPEN)
        if homes is not None:
            touching = among(ticket_homes.c.home, homes, self._database.dialect)
            wanted = wanted.where(table.c.id.in_(select(ticket_homes.c.ticket).where(touching)))
        with self._database.reading() as connection:
            return [_ticket_of(row) for row in connection.execute(wanted)]


def _ticket_of(row: Any) -> Ticket:
    return Ticket(
        row.id,
        row.key,
        FaultCause(row.cause),
        row.subject,
        tuple(row.homes),
        row.opened_at,
        facts_of(row.facts),
        row.closed_at,
    )
