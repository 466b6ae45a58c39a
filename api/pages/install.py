"""The installer's pages, made for a phone: homes, one home's devices with its walk test, labels to print, a device."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal
from urllib.parse import quote

import segno
from fastapi import APIRouter, Depends, Form, Query, Request, Response
from markupsafe import Markup

from api.access import Action, Viewer
from api.depends import Looks, Ports, Requires
from api.devices.installing import bind, device_for, fitted_in, take_away, unknown_for, walk_through
from api.homes.endpoints import home_for
from api.pages.forms import UNPROCESSABLE, EnrollingForm, Text, go_on
from api.pages.shell import shell
from api.services import Services
from api.sessions import Visit
from api.tickets.endpoints import tickets_for
from core.faults import Ticket
from core.places import Device, Home, Role, Room
from core.readings import Reading
from core.states import DeviceStatus
from core.walk import SLACK, Step, Walked

router = APIRouter(include_in_schema=False)

MOST_LISTED = 200
MOST_READINGS, LATELY = 60, timedelta(hours=24)
_Enrolls = Annotated[Visit, Depends(Requires(Action.ENROLL_DEVICES))]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A device as the page shows it. `step` during a walk test only."""

    device: Device
    status: DeviceStatus
    step: Step | None
    tickets: tuple[Ticket, ...]


@dataclass(frozen=True, slots=True)
class InstallView:
    """`walking_since`: when the walk test began, None while there is none."""

    home: Home
    fitted: tuple[Fitted, ...]
    removed: tuple[tuple[Device, datetime], ...]
    walking_since: datetime | None
    unbound: int

    @property
    def works(self) -> int:
        return sum(1 for one in self.fitted if one.step is not None and one.step.walked is Walked.WORKS)


@dataclass(frozen=True, slots=True)
class Label:
    """What is printed and stuck on: no name and no health data, for anybody may read it."""

    name: str
    where: str
    id: str
    code: Markup


@router.get("/install")
def homes_to_install(
    request: Request,
    visit: _Enrolls,
    ports: Ports,
    looks: Looks,
    q: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    looks.note(visit.viewer, "homes", "*", ports.clock.now())
    wanted = q.strip().lower()
    homes = [
        home
        for home in visit.viewer.homes_of(ports.inventory())
        if not wanted or wanted in f"{home.address} {home.id}".lower()
    ]
    ill: dict[str, int] = {}
    for ticket in tickets_for(ports, visit.viewer, home=None, open_only=True):
        for home_id in ticket.homes:
            ill[home_id] = ill.get(home_id, 0) + 1
    return shell(request, ports, visit).page(
        "install_homes",
        homes=homes[:MOST_LISTED],
        more=max(0, len(homes) - MOST_LISTED),
        devices=ports.inventory().devices_by_home,
        ill=ill,
        q=q,
        unbound=len(unknown_for(ports, visit.viewer)),
    )


@router.get("/install/{home_id:path}")
def install_page(
    home_id: str,
    request: Request,
    visit: _Enrolls,
    ports: Ports,
    looks: Looks,
    since: Annotated[datetime | None, Query(alias="walk")] = None,
) -> Response:
    home = home_for(ports, visit.viewer, home_id)
    looks.note(visit.viewer, "devices", home.id, ports.clock.now())
    asked = since if since is not None and since.tzinfo is not None else None
    return _page(request, ports, visit, home, asked=asked)


@router.post("/devices/change")
def change(
    request: Request,
    visit: EnrollingForm,
    ports: Ports,
    device: Text,
    room: Annotated[Room, Form()],
    role: Annotated[Role, Form()],
    label: Text = "",
    model: Text = "",
) -> Response:
    """Another room, role or label for a device that is bound; its home stays."""
    known = device_for(ports, visit.viewer, device)
    wanted = Device(
        known.id, known.home, room, role, known.gateway, label.strip(), model.strip() or None, known.profile
    )
    mistakes = bind(ports, visit.viewer, wanted)
    home = home_for(ports, visit.viewer, known.home)
    if mistakes:
        return _page(request, ports, visit, home, mistakes=mistakes)
    return go_on(_address(home), said="changed")


@router.post("/devices/remove")
def remove(
    request: Request,
    visit: EnrollingForm,
    ports: Ports,
    device: Text,
    sure: Annotated[Literal["yes"], Form()],  # noqa: ARG001 - without it the form is refused
) -> Response:
    """Take a device out of its home. What it said stays."""
    home = home_for(ports, visit.viewer, device_for(ports, visit.viewer, device).home)
    mistakes = take_away(ports, visit.viewer, device)
    if mistakes:
        return _page(request, ports, visit, home, mistakes=mistakes)
    return go_on(_address(home), said="removed")


@router.get("/labels/{home_id:path}")
def labels_page(home_id: str, request: Request, visit: _Enrolls, ports: Ports, looks: Looks) -> Response:
    """A sheet of labels for one home: each code leads to its device's page."""
    home = home_for(ports, visit.viewer, home_id)
    looks.note(visit.viewer, "devices", home.id, ports.clock.now())
    page = shell(request, ports, visit, home=home)
    labels = [
        Label(
            device.label or page.t(f"role.{device.role}"),
            page.words.room(device.room),
            device.id,
            qr_code(f"{request.base_url}d/{quote(device.id)}"),
        )
        for device in fitted_in(ports, home)
    ]
    return page.page("labels", home=home, labels=labels)


def qr_code(text: str) -> Markup:
    """As an SVG in the page. ISO/IEC 18004, error correction at least M: labels get scratched."""
    code = segno.make_qr(text, error="m", boost_error=True)
    return Markup(code.svg_inline(scale=4, border=4, svgclass="qr", lineclass=None, omitsize=True))  # noqa: S704 - made of numbers


@router.get("/d/{device_id:path}")
def device_page(device_id: str, request: Request, visit: _Enrolls, ports: Ports, looks: Looks) -> Response:
    """Where a label leads: one device, and what it said lately with the rules that judged each reading."""
    device, now = device_for(ports, visit.viewer, device_id), ports.clock.now()
    home = home_for(ports, visit.viewer, device.home)
    looks.note(visit.viewer, "devices", home.id, now)
    readings = ports.readings.between([device.id], now - LATELY, now + SLACK)
    return shell(request, ports, visit, home=home).page(
        "device",
        home=home,
        here=_address(home),
        fitted=_fitted(ports, visit.viewer, home, [device], {})[0],
        readings=_newest(readings),
        more=max(0, len(readings) - MOST_READINGS),
    )


def _newest(readings: list[Reading]) -> list[Reading]:
    return sorted(readings, key=lambda r: (r.received_at, r.at), reverse=True)[:MOST_READINGS]


def _address(home: Home) -> str:
    return f"/install/{quote(home.id)}"


def _page(
    request: Request,
    ports: Services,
    visit: Visit,
    home: Home,
    *,
    asked: datetime | None = None,
    mistakes: list[str] | None = None,
) -> Response:
    since, steps = (None, ()) if asked is None else walk_through(ports, home, asked=asked)
    walked = {step.device.id: step for step in steps}
    unbound = [one for one in unknown_for(ports, visit.viewer) if one.gateway in _gateways_of(ports, home)]
    view = InstallView(
        home,
        tuple(_fitted(ports, visit.viewer, home, fitted_in(ports, home), walked)),
        tuple(ports.onboarding.removed(home.id)),
        since,
        len(unbound),
    )
    return shell(request, ports, visit, home=home).page(
        "install",
        status=UNPROCESSABLE if mistakes else 200,
        view=view,
        here=_address(home),
        start=ports.clock.now().isoformat(timespec="milliseconds"),
        mistakes=mistakes or (),
        rooms=list(Room),
        roles=list(Role),
    )


def _gateways_of(ports: Services, home: Home) -> set[str]:
    inventory = ports.inventory()
    standing = {gateway.id for gateway in inventory.gateways.values() if gateway.home == home.id}
    return standing | {device.gateway for device in inventory.devices_of(home.id)}


def _fitted(
    ports: Services, viewer: Viewer, home: Home, devices: list[Device], walked: Mapping[str, Step]
) -> list[Fitted]:
    statuses = ports.statuses.devices([device.id for device in devices])
    tickets = tickets_for(ports, viewer, home=home.id, open_only=True)
    return [
        Fitted(
            device,
            statuses.get(device.id, DeviceStatus(device.id)),
            walked.get(device.id),
            tuple(ticket for ticket in tickets if ticket.subject in {device.id, device.gateway}),
        )
        for device in devices
    ]
