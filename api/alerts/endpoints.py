"""List alerts, read one's whole story, and act on it: take, arrive, close, note, reopen."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query

from api.access import Viewer
from api.alerts.moves import (
    alert_for,
    arrive,
    close,
    close_together,
    hand_over,
    release,
    reopen,
    snooze,
    take,
    write_note,
)
from api.alerts.schemas import (
    AlertBody,
    AlertPage,
    AlertStory,
    Arriving,
    AttemptBody,
    ClosedTogether,
    Closing,
    ClosingTogether,
    DeliveryBody,
    EntryBody,
    HandingOver,
    NoteText,
    ReceiptBody,
    Releasing,
    ResponderBody,
    Seen,
    Snoozing,
    TimerBody,
)
from api.depends import HandlesAlerts, Looks, Ports, ReopensAlerts, SeesAlerts
from api.errors import Code, Problem, problems
from api.schema import Cursor, Limit
from api.services import Services
from core.alerts import Refusal
from core.arrival import Location
from core.delivery import Attempt, Delivery
from core.receipts import Receipt

router = APIRouter(prefix="/alerts", tags=["alerts"])

_ACTING = problems(Code.NOT_FOUND, Code.STALE, Code.CLOSED, Code.ALREADY_THERE)
_PASSING = (Code.NOT_FOUND, Code.FORBIDDEN, Code.STALE, Code.CLOSED)
_NEVER_PUT_OFF = (Code.RED_NEVER_WAITS, Code.SOMEBODY_IS_THERE, Code.SNOOZED_ENOUGH)


@router.get("", responses=problems(Code.REFUSED))
def list_alerts(
    viewer: SeesAlerts,
    ports: Ports,
    looks: Looks,
    area: Annotated[str | None, Query(max_length=200, description="only below this area")] = None,
    home: Annotated[str | None, Query(max_length=200, description="only of this home")] = None,
    *,
    open_only: bool = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> AlertPage:
    """Alerts, newest first, of everything that this login sees or of one area or home of it."""
    areas, homes = _wanted(ports, viewer, area, home)
    page = ports.alerts.page(areas=areas, homes=homes, open_only=open_only, cursor=cursor, limit=limit)
    looks.note(viewer, "alerts", home or area or "*", ports.clock.now())
    return AlertPage(items=[AlertBody.model_validate(alert) for alert in page.alerts], next=page.cursor)


def _wanted(
    ports: Services, viewer: Viewer, area: str | None, home: str | None
) -> tuple[frozenset[str] | None, frozenset[str] | None]:
    """Area ids and homes to ask the store for: the filter, cut to what the viewer sees. None is no bound."""
    inventory = ports.inventory()
    if home is not None:
        found = inventory.homes.get(home)
        if found is None or not viewer.sees(found):
            raise Problem(Code.NOT_FOUND)
        return None, frozenset({home})
    if area is not None:
        below = frozenset(a for a in inventory.areas if inventory.within(a, area))
        wanted = below if viewer.sees_everything else below & viewer.areas
        if not wanted:
            raise Problem(Code.NOT_FOUND)
        return wanted, None
    return (None, None) if viewer.sees_everything else (viewer.areas, viewer.homes)


@router.post("/close", responses=problems(Code.INVALID))
def close_together_alerts(body: ClosingTogether, viewer: ReopensAlerts, ports: Ports) -> list[ClosedTogether]:
    """Close several that had one cause, each by its own fence. Red ones are refused: they are closed one by one."""
    seen = {each.alert: each.fence for each in body.alerts}
    done = close_together(ports, viewer, seen, outcome=body.outcome, note=body.note)
    return [
        ClosedTogether(alert=alert_id, refused=fate if isinstance(fate, Refusal) else None)
        for alert_id, fate in done.items()
    ]


@router.get("/{alert_id}", responses=problems(Code.NOT_FOUND))
def get_alert(alert_id: str, viewer: SeesAlerts, ports: Ports, looks: Looks) -> AlertStory:
    """One alert with its timer, timeline and deliveries."""
    alert = alert_for(ports, viewer, alert_id)
    looks.note(viewer, f"alert {alert.id}", alert.home, ports.clock.now())
    timer, receipts = ports.alerts.timer(alert.id), ports.alerts.receipts(alert.id)
    return AlertStory(
        alert=AlertBody.model_validate(alert),
        timer=None if timer is None else TimerBody.model_validate(timer),
        levels=[[target.value for target in level.targets] for level in alert.policy.levels],
        timeline=[EntryBody.model_validate(entry) for entry in ports.alerts.timeline(alert.id)],
        deliveries=[_delivery(delivery, receipts) for delivery in ports.alerts.deliveries(alert.id)],
    )


def _delivery(delivery: Delivery, receipts: Mapping[tuple[str, int], Receipt]) -> DeliveryBody:
    send = delivery.send
    return DeliveryBody(
        id=send.id,
        person=send.person,
        name=send.name,
        target=send.target,
        purpose=send.purpose,
        event=send.event,
        state=delivery.state,
        reason=delivery.reason,
        attempts=[_attempt(attempt, receipts.get((send.id, attempt.number))) for attempt in delivery.attempts],
    )


def _attempt(attempt: Attempt, receipt: Receipt | None) -> AttemptBody:
    return AttemptBody(
        number=attempt.number,
        at=attempt.at,
        channel=attempt.channel,
        settlement=attempt.settlement,
        said=attempt.said,
        provider_id=attempt.provider_id,
        repeat=attempt.repeat,
        receipt=None if receipt is None else ReceiptBody.model_validate(receipt),
    )


@router.post("/{alert_id}/acknowledge", responses=_ACTING)
def acknowledge_alert(alert_id: str, body: Seen, viewer: HandlesAlerts, ports: Ports) -> AlertBody:
    """Take it: this person now owes an arrival."""
    return AlertBody.model_validate(take(ports, viewer, alert_id, fence=body.fence))


@router.post("/{alert_id}/arrive", responses=problems(*_PASSING, Code.ALREADY_THERE, Code.INVALID))
def arrive_at_alert(alert_id: str, body: Arriving, viewer: HandlesAlerts, ports: Ports) -> AlertBody:
    """At the door: this person now owes a report. A wrong door's code is refused (invalid)."""
    at = body.location
    location = Location(at.latitude, at.longitude, at.accuracy_m) if at else None
    return AlertBody.model_validate(
        arrive(ports, viewer, alert_id, fence=body.fence, door=body.door, location=location)
    )


@router.post("/{alert_id}/close", responses=_ACTING)
def close_alert(alert_id: str, body: Closing, viewer: HandlesAlerts, ports: Ports) -> AlertBody:
    """Close it with how it ended. Final."""
    moved = close(ports, viewer, alert_id, fence=body.fence, outcome=body.outcome, note=body.note, access=body.access)
    return AlertBody.model_validate(moved)


@router.post("/{alert_id}/release", responses=problems(*_PASSING, Code.ALREADY_THERE))
def release_alert(alert_id: str, body: Releasing, viewer: HandlesAlerts, ports: Ports) -> AlertBody:
    """Give it back, or as the desk take it from whoever cannot go: others are asked at once."""
    return AlertBody.model_validate(release(ports, viewer, alert_id, fence=body.fence, reason=body.reason.strip()))


@router.get("/{alert_id}/responders", responses=problems(Code.NOT_FOUND))
def list_responders(alert_id: str, viewer: HandlesAlerts, ports: Ports) -> list[ResponderBody]:
    """To whom it may be handed over: whoever is on duty first."""
    alert = alert_for(ports, viewer, alert_id)
    able = ports.desk.reacher.responders_for(alert.home, ports.clock.now(), area=alert.area)
    return [ResponderBody(person=r.person, name=r.name, target=r.target, reachable=bool(r.ladder)) for r in able]


@router.post("/{alert_id}/hand-over", responses=problems(*_PASSING, Code.ALREADY_THERE, Code.CANNOT_BE_ASKED))
def hand_over_alert(alert_id: str, body: HandingOver, viewer: HandlesAlerts, ports: Ports) -> AlertBody:
    """Ask a named person to take it; until they do, its holder answers for it."""
    return AlertBody.model_validate(hand_over(ports, viewer, alert_id, fence=body.fence, to=body.to))


@router.post("/{alert_id}/snooze", responses=problems(*_PASSING, *_NEVER_PUT_OFF))
def snooze_alert(alert_id: str, body: Snoozing, viewer: HandlesAlerts, ports: Ports) -> AlertBody:
    """Put it off: nobody is asked before. Never for red."""
    moved = snooze(ports, viewer, alert_id, fence=body.fence, minutes=body.minutes, reason=body.reason.strip())
    return AlertBody.model_validate(moved)


@router.post("/{alert_id}/notes", status_code=201, responses=problems(Code.NOT_FOUND, Code.CLOSED))
def add_note(alert_id: str, body: NoteText, viewer: HandlesAlerts, ports: Ports) -> AlertBody:
    """Write a line into its timeline; moves nothing."""
    return AlertBody.model_validate(write_note(ports, viewer, alert_id, text=body.text))


@router.post("/{alert_id}/reopen", status_code=201, responses=_ACTING)
def reopen_alert(alert_id: str, viewer: ReopensAlerts, ports: Ports) -> AlertBody:
    """A new alert, linked to this closed one."""
    return AlertBody.model_validate(reopen(ports, viewer, alert_id))
