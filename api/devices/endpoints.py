"""List the devices of a home or of everything that one sees, with their health; bind, remove, and walk-test them."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from api.depends import EnrollsDevices, Looks, Ports, SeesHomes
from api.devices.installing import bind, take_away, unknown_for, walk_through
from api.devices.schemas import Binding, DeviceBody, DevicePage, StepBody, UnknownBody, UnknownPage, WalkBody
from api.errors import Code, Problem, problems
from api.homes.endpoints import home_for
from api.paging import page_after
from api.schema import Cursor, Limit
from core.inbox import UnknownDevice, guess
from core.places import Device
from core.states import DeviceStatus
from core.walk import Step

router = APIRouter(prefix="/devices", tags=["devices"])


@router.get("", responses=problems(Code.NOT_FOUND, Code.REFUSED))
def list_devices(
    viewer: SeesHomes,
    ports: Ports,
    looks: Looks,
    home: Annotated[str | None, Query(max_length=200)] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> DevicePage:
    """Devices by id: where they are, when they were last heard, battery and connection."""
    inventory = ports.inventory()
    homes = viewer.homes_of(inventory) if home is None else [home_for(ports, viewer, home)]
    found = [device for owner in homes for device in inventory.devices_of(owner.id)]
    page, following = page_after(found, lambda device: device.id, cursor=cursor, limit=limit)
    looks.note(viewer, "devices", home or "*", ports.clock.now())
    statuses = ports.statuses.devices([device.id for device in page])
    items = [_body(device, statuses.get(device.id, DeviceStatus(device.id))) for device in page]
    return DevicePage(items=items, next=following)


@router.get("/unknown", responses=problems())
def list_unknown_devices(viewer: EnrollsDevices, ports: Ports, looks: Looks) -> UnknownPage:
    """What speaks behind a gateway of one's own and is bound to nobody."""
    looks.note(viewer, "unknown devices", "*", ports.clock.now())
    return UnknownPage(items=[_unknown(device) for device in unknown_for(ports, viewer)])


@router.post("", status_code=201, responses=problems(Code.NOT_FOUND, Code.INVALID))
def bind_device(body: Binding, viewer: EnrollsDevices, ports: Ports) -> DeviceBody:
    """Bind a device to a home, change how it is bound, or move it."""
    gateway = body.id.partition("/")[0]
    model = (body.model or "").strip() or None
    known = ports.inventory().devices.get(body.id)
    profile = body.profile if body.profile is not None else dict(known.profile) if known else {}
    device = Device(body.id, body.home, body.room, body.role, gateway, body.label.strip(), model, profile)
    mistakes = bind(ports, viewer, device)
    if mistakes:
        raise Problem(Code.INVALID, "; ".join(mistakes))
    return _body(device, ports.statuses.devices([device.id]).get(device.id, DeviceStatus(device.id)))


@router.delete("/{device_id:path}", status_code=204, responses=problems(Code.NOT_FOUND))
def remove_device(device_id: str, viewer: EnrollsDevices, ports: Ports) -> None:
    """Take a device out of its home. What it said stays."""
    if mistakes := take_away(ports, viewer, device_id):
        raise Problem(Code.REFUSED, "; ".join(mistakes))


@router.get("/walk", responses=problems(Code.NOT_FOUND))
def walk_test(
    home: Annotated[str, Query(max_length=200)],
    since: Annotated[AwareDatetime, Query(description="when the walk began; at most two hours ago counts")],
    viewer: EnrollsDevices,
    ports: Ports,
    looks: Looks,
) -> WalkBody:
    """Which devices of a home have been heard since, and which of them have sensed something."""
    found = home_for(ports, viewer, home)
    looks.note(viewer, "devices", found.id, ports.clock.now())
    began, steps = walk_through(ports, found, asked=since)
    return WalkBody(home=found.id, since=began, steps=[_step(step) for step in steps])


def _step(step: Step) -> StepBody:
    said = [f"{reading.kind.value} {reading.value} {reading.unit or ''}".strip() for reading in step.said]
    return StepBody(device=step.device.id, walked=step.walked, said=said)


def _unknown(device: UnknownDevice) -> UnknownBody:
    guessed = guess(device)
    return UnknownBody(
        device=device.device,
        convention=device.convention,
        messages=device.count,
        last_at=device.last_at,
        said={kind.value: value for kind, value in device.said.items()},
        role=guessed.role,
        room=guessed.room,
    )


def _body(device: Device, status: DeviceStatus) -> DeviceBody:
    return DeviceBody(
        id=device.id,
        home=device.home,
        room=device.room,
        role=device.role,
        gateway=device.gateway,
        label=device.label,
        model=device.model,
        last_heard_at=status.last_heard_at,
        online=status.online,
        battery=status.battery,
        battery_due=status.battery_due,
        link=status.link,
    )
