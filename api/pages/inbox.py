"""The inbox of unknown devices: what speaks and is bound to nobody, our guess, and the form that binds it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from api.access import Action, Viewer
from api.depends import Looks, Ports, Requires
from api.pages.forms import EnrollingForm, go_on
from api.pages.shell import shell
from api.services import Services
from api.sessions import Visit
from core.inbox import Guess, UnknownDevice, guess
from core.places import Device, Inventory, Role, Room

router = APIRouter(include_in_schema=False)

PATH = "/devices/unknown"
_UNPROCESSABLE = 422
_Text = Annotated[str, Form(max_length=300)]


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
    device: _Text,
    home: _Text,
    room: Annotated[Room, Form()],
    role: Annotated[Role, Form()],
    label: _Text = "",
    model: _Text = "",
) -> Response:
    """Bind one device of the inbox to a home of the viewer's; a mistake comes back in words, with what was written."""
    filled = {"device": device, "home": home, "room": room.value, "role": role.value, "label": label, "model": model}
    inventory = ports.inventory()
    place, found = inventory.homes.get(home), inventory.devices.get(device)
    elsewhere = (
        found is not None and found.home in inventory.homes and not visit.viewer.sees(inventory.homes[found.home])
    )
    if place is None or not visit.viewer.sees(place) or elsewhere or not _may_touch(visit.viewer, inventory, device):
        return _page(request, ports, visit, mistakes=("home",), filled=filled)
    wanted = Device(device, home, room, role, device.partition("/")[0], label.strip(), model.strip() or None)
    mistakes = ports.onboarding.bind(wanted)
    if mistakes:
        return _page(request, ports, visit, mistakes=tuple(mistakes), filled=filled)
    return go_on(PATH, said="bound")


def _may_touch(viewer: Viewer, inventory: Inventory, device: str) -> bool:
    """A device behind a gateway in a home of theirs, or behind one that stands in no home yet: of a network server,
    say, or one that nobody enrolled (which only an administrator may take in).
    """
    if viewer.sees_everything:
        return True
    gateway, bound = inventory.gateways.get(device.partition("/")[0]), inventory.devices.get(device)
    if gateway is None:
        return False
    if bound is not None and not any(True for _ in viewer.own((bound.home,), inventory)):
        return False
    homes = {gateway.home} if gateway.home else set(inventory.homes_by_gateway.get(gateway.id, ()))
    return any(True for _ in viewer.own(tuple(homes), inventory))


def unknown_for(ports: Services, viewer: Viewer) -> list[UnknownDevice]:
    """What this viewer may bind, who spoke last first."""
    inventory = ports.inventory()
    found = ports.onboarding.unknown()
    return [one for one in found if one.device not in inventory.devices and _may_touch(viewer, inventory, one.device)]


def _page(
    request: Request, ports: Services, visit: Visit, *, mistakes: tuple[str, ...], filled: Mapping[str, str]
) -> Response:
    inventory = ports.inventory()
    entries = []
    for one in unknown_for(ports, visit.viewer):
        gateway = inventory.gateways.get(one.gateway)
        home = gateway.home if gateway is not None else None
        entries.append(Entry(one, guess(one), home, filled if filled.get("device") == one.device else {}))
    return shell(request, ports, visit).page(
        "inbox",
        status=_UNPROCESSABLE if mistakes else 200,
        entries=entries,
        mistakes=mistakes,
        homes=visit.viewer.homes_of(inventory),
        rooms=list(Room),
        roles=list(Role),
    )
