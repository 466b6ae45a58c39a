"""What an installer does to devices, cut to what they may see: bind, take away, walk through a home.

Shared by the pages and the JSON, so that both refuse alike.
"""

from datetime import datetime

from api.access import Viewer
from api.errors import Code, Problem
from api.services import Services
from core.inbox import UnknownDevice
from core.places import Device, Home, Inventory
from core.walk import SLACK, Step, begins, walk


def text_of(file: bytes) -> str:
    """A CSV file as text: UTF-8, or GB 18030, which is what a spreadsheet in Chinese saves."""
    try:
        return file.decode("utf-8-sig")
    except UnicodeDecodeError:
        return file.decode("gb18030", errors="replace")


def may_touch(viewer: Viewer, inventory: Inventory, device: str) -> bool:
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
    return [one for one in found if one.device not in inventory.devices and may_touch(viewer, inventory, one.device)]


def bind(ports: Services, viewer: Viewer, device: Device) -> list[str]:
    """Bind it, or change how it is bound; what is wrong with that, in words.

    Raises Problem NOT_FOUND where its home or the device itself is not the viewer's.
    """
    inventory = ports.inventory()
    home = inventory.homes.get(device.home)
    if home is None or not viewer.sees(home) or not may_touch(viewer, inventory, device.id):
        raise Problem(Code.NOT_FOUND)
    return ports.onboarding.bind(device)


def device_for(ports: Services, viewer: Viewer, device: str) -> Device:
    """The device, if it is bound to a home of theirs. Raises Problem NOT_FOUND."""
    inventory = ports.inventory()
    found = inventory.devices.get(device)
    if found is None or not any(True for _ in viewer.own((found.home,), inventory)):
        raise Problem(Code.NOT_FOUND)
    return found


def take_away(ports: Services, viewer: Viewer, device: str) -> list[str]:
    """Out of its home; its history stays. Raises Problem NOT_FOUND."""
    return ports.onboarding.remove(device_for(ports, viewer, device).id)


def fitted_in(ports: Services, home: Home) -> list[Device]:
    """The home's devices as one walks through it: room by room."""
    return sorted(ports.inventory().devices_of(home.id), key=lambda d: (d.room, d.role, d.id))


def walk_through(ports: Services, home: Home, *, asked: datetime) -> tuple[datetime, tuple[Step, ...]]:
    """When the walk began, and how far each device of the home has come. Raises StoreUnavailable."""
    now = ports.clock.now()
    since, devices = begins(asked, now), fitted_in(ports, home)
    ids = [device.id for device in devices]
    heard = ports.readings.between(ids, since - SLACK, now + SLACK) if ids else []
    return since, walk(devices, heard, since=since)
