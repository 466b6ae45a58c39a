"""List the devices of a home or of everything that one sees, with their health."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.depends import Looks, Ports, SeesHomes
from api.devices.schemas import DeviceBody, DevicePage
from api.errors import Code, problems
from api.homes.endpoints import home_for
from api.paging import page_after
from api.schema import Cursor, Limit
from core.places import Device
from core.states import DeviceStatus

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
    )
