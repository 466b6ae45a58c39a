"""Server-sent events: changes as they happen, heartbeats, and a way to go on after a broken connection."""

from typing import Annotated

from fastapi import APIRouter, Header
from sse_starlette import EventSourceResponse

from api.depends import Follows, Ports
from api.errors import problems
from api.events.stream import Stream
from api.sessions import viewer_with

router = APIRouter(prefix="/events", tags=["events"])


@router.get(
    "",
    response_class=EventSourceResponse,
    responses={
        **problems(),
        200: {
            "content": {"text/event-stream": {"example": 'id: k3-17\nevent: change\ndata: {"kind": "alert", …}\n\n'}},
            "description": "`change` (kind, id, homes), `resync` (fetch anew), `beat` (the clock), `over`",
        },
    },
)
async def follow_events(
    visit: Follows,
    ports: Ports,
    last_event_id: Annotated[str | None, Header(max_length=100, description="the last id seen")] = None,
) -> EventSourceResponse:
    """Follow what changes in what this login sees. A change names a thing: fetch it to see it."""
    stream = Stream(ports, lambda: viewer_with(ports, visit.token), ports.settings.heartbeat_s)
    return EventSourceResponse(stream.messages(last_event_id), ping=0)
