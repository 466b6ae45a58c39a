"""The smaller pages: device tickets, family, and the demonstration's phones."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from api.access import Action, Viewer
from api.depends import Looks, Ports, Requires
from api.devices.installing import unknown_for
from api.errors import Problem
from api.family.answers import Answer, give
from api.family.view import family_homes
from api.pages.forms import FamilyForm, PhoneForm, go_on
from api.pages.shell import shell
from api.phones.inbox import phones, say_fine
from api.services import Services
from api.sessions import Visit
from api.tickets.endpoints import tickets_for
from core.places import Device
from core.states import DeviceStatus

router = APIRouter(include_in_schema=False)

MENDED = 20
SOON = timedelta(days=30)


@router.get("/tickets")
def tickets_page(
    request: Request, visit: Annotated[Visit, Depends(Requires(Action.SEE_TICKETS))], ports: Ports, looks: Looks
) -> Response:
    looks.note(visit.viewer, "tickets", "*", ports.clock.now())
    found = tickets_for(ports, visit.viewer, home=None, open_only=False)
    found.sort(key=lambda ticket: ticket.opened_at, reverse=True)
    inventory = ports.inventory()
    own = {ticket.id: list(visit.viewer.own(ticket.homes, inventory)) for ticket in found}
    return shell(request, ports, visit).page(
        "tickets",
        tickets=[ticket for ticket in found if ticket.closed_at is None],
        mended=[ticket for ticket in found if ticket.closed_at is not None][:MENDED],
        own=own,
        homes_at="homes" if visit.viewer.may(Action.SEE_HOMES) else "install",
        inventory=inventory,
        batteries=_batteries(ports, visit.viewer),
        unbound=len(unknown_for(ports, visit.viewer)) if visit.viewer.may(Action.ENROLL_DEVICES) else 0,
    )


def _batteries(ports: Services, viewer: Viewer) -> list[tuple[Device, DeviceStatus]]:
    """The viewer's batteries that will have to be changed soon, the most urgent first."""
    inventory = ports.inventory()
    due = ports.statuses.batteries_due(ports.clock.now() + SOON)
    known = [(device, one) for one in due if (device := inventory.devices.get(one.device)) is not None]
    return [(device, one) for device, one in known if any(True for _ in viewer.own((device.home,), inventory))]


@router.get("/family")
def family_page(
    request: Request, visit: Annotated[Visit, Depends(Requires(Action.SEE_FAMILY))], ports: Ports, looks: Looks
) -> Response:
    found = family_homes(ports, visit.viewer)
    for seen in found:
        looks.note(visit.viewer, "family", seen.home.id, ports.clock.now())
    return shell(request, ports, visit).page("family", homes=found)


@router.post("/family/answer")
def answer(
    visit: FamilyForm,
    ports: Ports,
    alert: Annotated[str, Form(max_length=200)],
    answer: Annotated[Answer, Form()],
    fence: Annotated[int, Form(ge=0)],
) -> Response:
    """Somebody of the family, who was asked, answers."""
    try:
        give(ports, visit.viewer, alert, answer, fence=fence)
    except Problem as problem:
        return go_on("/family", problem=problem.code.value)
    return go_on("/family", said="answered")


@router.get("/phones")
def phones_page(
    request: Request, visit: Annotated[Visit, Depends(Requires(Action.SEE_PHONES))], ports: Ports, looks: Looks
) -> Response:
    found = phones(ports, visit.viewer)
    looks.note(visit.viewer, "phones", "*", ports.clock.now())
    wanted = {message.alert for phone in found for message in phone.messages if message.alert is not None}
    alerts = {alert.id: alert for alert in ports.alerts.open_alerts() if alert.id in wanted}
    return shell(request, ports, visit).page("phones", phones=found, open_alerts=alerts)


@router.post("/phones/fine")
def fine(visit: PhoneForm, ports: Ports, alert: Annotated[str, Form(max_length=200)]) -> Response:
    """The resident presses "I am fine"."""
    try:
        moved = say_fine(ports, visit.viewer, alert)
    except Problem as problem:
        return go_on("/phones", problem=problem.code.value)
    return go_on("/phones", problem="red_needs_a_person") if moved.is_open else go_on("/phones", said="fine")
