"""What an unknown device may be: a guess for the person who binds it."""

from datetime import UTC, datetime

import pytest

from core.inbox import Guess, UnknownDevice, guess
from core.places import Role, Room
from core.readings import Kind, Value

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def device(name: str, **said: Value) -> UnknownDevice:
    return UnknownDevice(f"g-1/{name}", "zigbee2mqtt", 1, NOON, NOON, {Kind(k): v for k, v in said.items()})


@pytest.mark.parametrize(
    ("unknown", "role", "room"),
    [
        (device("front_door", door="open"), Role.FRONT_DOOR, Room.ENTRANCE),
        (device("0x00158d0001d82999", door="open"), Role.FRONT_DOOR, None),
        (device("fridge door", door="open", battery=90), Role.FRIDGE, Room.KITCHEN),
        (device("卧室门", door="closed"), Role.ROOM_DOOR, Room.BEDROOM),
        (device("药箱", door="closed"), Role.CUPBOARD, None),
        (device("bathroom_pir", motion=True), Role.ROOM, Room.BATHROOM),
        (device("卫生间人体", motion=True), Role.ROOM, Room.BATHROOM),
        (device("bed-mat", occupancy=True), Role.BED, Room.BEDROOM),
        (device("kettle", power=1800.0), Role.KETTLE, Room.KITCHEN),
        (device("microwave oven", power=0.0), Role.MICROWAVE, Room.KITCHEN),
        (device("toaster", power=0.0), Role.TOASTER, None),
        (device("厨房面包机", power=0.0), Role.TOASTER, Room.KITCHEN),
        (device("steam iron", power=0.0), Role.IRON, None),
        (device("熨斗", power=0.0), Role.IRON, None),
        (device("电饭煲", power=0.0), Role.AUTOMATIC, None),
        (device("rice cooker", power=0.0), Role.AUTOMATIC, None),
        (device("饮水机", power=0.0), Role.AUTOMATIC, None),
        (device("客厅取暖器", power=0.0), Role.AUTOMATIC, Room.LIVING),
        (device("foot bath", power=0.0), Role.APPLIANCE, Room.BATHROOM),
        (device("plug3", power=18.0, energy=1.0), Role.APPLIANCE, None),
        (device("button", button="single"), Role.OTHER, None),
        (device("sos-2", button="single"), Role.SOS, None),
        (device("pendant", sos=True), Role.SOS, None),
        (device("hall", smoke=False), Role.SMOKE, Room.CORRIDOR),
        (device("atv", motion=False), Role.ROOM, None),
        (device("bridge", availability="online"), Role.BRIDGE, None),
        (device("weather", temperature=21.0), Role.CLIMATE, None),
        (device("something", liveness=True), None, None),
    ],
)
def test_it_goes_by_what_the_device_says_and_by_its_name(unknown: UnknownDevice, role: Role, room: Room) -> None:
    assert guess(unknown) == Guess(role, room)
