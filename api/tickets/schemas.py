"""Bodies of device tickets."""

from datetime import datetime

from pydantic import Field

from api.alerts.schemas import FactBody
from api.schema import Body, example
from core.faults import FaultCause

_TICKET = {
    "id": "t-4",
    "cause": "gateway_silent",
    "subject": "g-0031",
    "homes": ["building-7/0601"],
    "opened_at": "2026-11-24T01:40:00Z",
    "closed_at": None,
    "facts": [],
}


class TicketBody(Body):
    """One cause at one thing. `homes` are those affected that this login sees."""

    model_config = example(**_TICKET)

    id: str
    cause: FaultCause
    subject: str = Field(description="a gateway or device id")
    homes: list[str]
    opened_at: datetime
    closed_at: datetime | None
    facts: list[FactBody]


class TicketPage(Body):
    """Newest first. `next` fetches the page after, null at the end."""

    model_config = example(items=[_TICKET], next=None)

    items: list[TicketBody]
    next: str | None
