"""List device tickets: what an installer must mend. They are never alerts about people."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query

from api.access import Viewer
from api.alerts.schemas import FactBody
from api.depends import Looks, Ports, SeesTickets
from api.errors import Code, problems
from api.homes.endpoints import home_for
from api.paging import page_after
from api.schema import Cursor, Limit
from api.services import Services
from api.tickets.schemas import TicketBody, TicketPage
from core.faults import Ticket

router = APIRouter(prefix="/tickets", tags=["tickets"])

MOST = 2_000
"""Tickets that are read at most for one answer; older ones than these are history."""

_FAR = datetime(9999, 1, 1, tzinfo=UTC)


def tickets_for(ports: Services, viewer: Viewer, *, home: str | None, open_only: bool) -> list[Ticket]:
    """Tickets that touch a home of the viewer's. Raises Problem NOT_FOUND for a home that is not theirs."""
    homes = None if home is None else [home_for(ports, viewer, home).id]
    if homes is None and not viewer.sees_everything:
        homes = [h.id for h in viewer.homes_of(ports.inventory())]
    inventory = ports.inventory()
    found = ports.tickets.tickets(homes=homes, open_only=open_only, limit=MOST)
    return [ticket for ticket in found if viewer.sees_ticket(ticket, inventory)]


@router.get("", responses=problems(Code.NOT_FOUND, Code.REFUSED))
def list_tickets(
    viewer: SeesTickets,
    ports: Ports,
    looks: Looks,
    home: Annotated[str | None, Query(max_length=200)] = None,
    *,
    open_only: bool = True,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> TicketPage:
    """Device tickets, newest first; those that are mended too when `open_only` is false."""
    found = tickets_for(ports, viewer, home=home, open_only=open_only)
    page, following = page_after(found, _newest_first, cursor=cursor, limit=limit)
    looks.note(viewer, "tickets", home or "*", ports.clock.now())
    return TicketPage(items=[_body(ports, viewer, ticket) for ticket in page], next=following)


def _newest_first(ticket: Ticket) -> str:
    """A key whose ascending order is newest first."""
    return f"{int((_FAR - ticket.opened_at).total_seconds() * 1e6):020d}/{ticket.id}"


def _body(ports: Services, viewer: Viewer, ticket: Ticket) -> TicketBody:
    homes = ticket.homes if viewer.sees_everything else tuple(viewer.own(ticket.homes, ports.inventory()))
    return TicketBody(
        id=ticket.id,
        cause=ticket.cause,
        subject=ticket.subject,
        homes=list(homes),
        opened_at=ticket.opened_at,
        closed_at=ticket.closed_at,
        facts=[FactBody.model_validate(fact) for fact in ticket.facts],
    )
