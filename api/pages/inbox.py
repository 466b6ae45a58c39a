"""The inbox of unknown devices: what speaks and is bound to nobody, our guess, and the form that binds it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.concurrency import run_in_threadpool

from api.access import Action
from api.depends import Looks, Ports, Requires
from api.devices import installing
from api.devices.installing import unknown_for
from api.errors import Code, Problem
from api.pages.forms import UNPROCESSABLE, EnrollingForm, Text, go_on
from api.pages.shell import shell
from api.services import Imported, Services
from api.sessions import Visit
from core.inbox import Guess, UnknownDevice, guess
from core.places import Device, Role, Room

router = APIRouter(include_in_schema=False)

PATH = "/devices/unknown"


@dataclass(frozen=True, slots=True)
class Entry:
    """One unknown device. `filled` is what the form says; `home` is where its gateway stands, as far as it is known."""

    device: UnknownDevice
    guess: Guess
    home: str | None
    filled: Mapping[str, str] = field(default_factory=dict)


@router.get(PATH)
def inbox_page(
    request: Request, visit: Annotated[Visit, Depends(Requires(Action.ENROLL_DEVICES))], ports: Ports, looks: Looks
) -> Response:
    looks.note(visit.viewer, "unknown devices", "*", ports.clock.now())
    return _page(request, ports, visit, mistakes=(), filled={})


@router.post("/devices/bind")
def bind(
    request: Request,
    visit: EnrollingForm,
    ports: Ports,
    device: Text,
    home: Text,
    room: Annotated[Room, Form()],
    role: Annotated[Role, Form()],
    label: Text = "",
    model: Text = "",
) -> Response:
    """Bind one device of the inbox to a home of the viewer's; a mistake comes back in words, with what was written."""
    filled = {"device": device, "home": home, "room": room.value, "role": role.value, "label": label, "model": model}
    wanted = Device(device, home, room, role, device.partition("/")[0], label.strip(), model.strip() or None)
    try:
        mistakes = installing.bind(ports, visit.viewer, wanted)
    except Problem:
        mistakes = ["home"]
    if mistakes:
        return _page(request, ports, visit, mistakes=tuple(mistakes), filled=filled)
    return go_on(PATH, said="bound")


@router.post("/devices/import")
async def import_building(
    request: Request,
    visit: EnrollingForm,
    ports: Ports,
    file: Annotated[UploadFile, File()],
    what: Annotated[Literal["check", "take"], Form()],
) -> Response:
    """A whole building from a CSV file. For administrators: it may make homes anywhere."""
    if not visit.viewer.sees_everything:
        raise Problem(Code.FORBIDDEN)
    rows = installing.text_of(await file.read())
    found = await run_in_threadpool(ports.onboarding.import_building, rows, dry_run=what == "check")
    if found.mistakes or what == "check":
        return await run_in_threadpool(
            _page, request, ports, visit, mistakes=found.mistakes, filled={}, checked=None if found.mistakes else found
        )
    return go_on(PATH, said="imported")


def _page(
    request: Request,
    ports: Services,
    visit: Visit,
    *,
    mistakes: tuple[str, ...],
    filled: Mapping[str, str],
    checked: Imported | None = None,
) -> Response:
    inventory = ports.inventory()
    entries = []
    for one in unknown_for(ports, visit.viewer):
        gateway = inventory.gateways.get(one.gateway)
        home = gateway.home if gateway is not None else None
        entries.append(Entry(one, guess(one), home, filled if filled.get("device") == one.device else {}))
    return shell(request, ports, visit).page(
        "inbox",
        status=UNPROCESSABLE if mistakes else 200,
        entries=entries,
        mistakes=mistakes,
        checked=checked,
        may_import=visit.viewer.sees_everything,
        homes=visit.viewer.homes_of(inventory),
        rooms=list(Room),
        roles=list(Role),
    )
