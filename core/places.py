"""Where things are: the area tree, homes, rooms, gateways and devices, and the inventory that binds them.

The inventory is the only thing that turns a device id into a home; an unbound device belongs to nobody.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo


class AreaKind(StrEnum):
    STREET = "street"  # 街道
    COMMUNITY = "community"  # 社区
    GRID = "grid"  # 网格
    BUILDING = "building"  # 楼栋


class Room(StrEnum):
    BEDROOM = "bedroom"
    BATHROOM = "bathroom"
    LIVING = "living"
    KITCHEN = "kitchen"
    CORRIDOR = "corridor"
    ENTRANCE = "entrance"
    OFFICE = "office"
    STORAGE = "storage"
    BALCONY = "balcony"
    UTILITY = "utility"
    OTHER = "other"

    @classmethod
    def parse(cls, text: str) -> "Room":
        """The room of this name, `OTHER` where we have no word for it."""
        return cls(text) if text in cls._value2member_map_ else cls.OTHER


class Role(StrEnum):
    """What a device watches; decides whether its readings can be signs of life."""

    ROOM = "room"
    FRONT_DOOR = "front_door"
    ROOM_DOOR = "room_door"
    WINDOW = "window"
    CUPBOARD = "cupboard"  # cupboards, drawers, medicine boxes
    FRIDGE = "fridge"
    BED = "bed"
    SEAT = "seat"
    TOILET = "toilet"
    TAP = "tap"
    SOS = "sos"
    SMOKE = "smoke"
    GAS = "gas"
    CO = "co"  # carbon monoxide
    CLIMATE = "climate"  # how warm its room is
    WATER = "water"
    STOVE = "stove"
    KETTLE = "kettle"
    TOASTER = "toaster"
    IRON = "iron"
    MICROWAVE = "microwave"
    TELEVISION = "television"
    LIGHT = "light"
    APPLIANCE = "appliance"  # switched by hand
    AUTOMATIC = "automatic"  # switches itself: refrigerator, boiler, heating
    MAIN_METER = "main_meter"
    BRIDGE = "bridge"  # the gateway's own voice
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Area:
    id: str
    kind: AreaKind
    name: str
    parent: str | None = None


_AREA = "area:"
_ZONE = "Asia/Shanghai"


def of_area(area: str) -> str:
    """What stands in a home's place where something concerns a whole area."""
    return f"{_AREA}{area}"


@dataclass(frozen=True, slots=True)
class Home:
    """One household (户). `timezone` is an IANA name; `area` is its building or grid.

    `resident` is the name of who lives there, as people say it (how to reach them is a `Tie`).
    `address` is as a responder would say it at the gate.
    """

    id: str
    area: str
    address: str
    timezone: str = _ZONE
    resident: str | None = None
    door_note: str | None = None

    @property
    def zone(self) -> tzinfo:
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway writes only below its own prefix `gw/<id>/`. Most stand in one home."""

    id: str
    home: str | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Device:
    """One physical sensor bound to a home. `id` is `<gateway>/<native id>`.

    `profile` is what its payload cannot say (polarity, unit, which key is the door), as conventions document it.
    """

    id: str
    home: str
    room: Room
    role: Role
    gateway: str
    label: str = ""
    model: str | None = None
    profile: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Inventory:
    """Everything installed, as one immutable index. A change makes a new one."""

    areas: Mapping[str, Area] = field(default_factory=dict)
    homes: Mapping[str, Home] = field(default_factory=dict)
    gateways: Mapping[str, Gateway] = field(default_factory=dict)
    devices: Mapping[str, Device] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        areas: Iterable[Area] = (),
        homes: Iterable[Home] = (),
        gateways: Iterable[Gateway] = (),
        devices: Iterable[Device] = (),
    ) -> "Inventory":
        return cls(
            {a.id: a for a in areas},
            {h.id: h for h in homes},
            {g.id: g for g in gateways},
            {d.id: d for d in devices},
        )

    @cached_property
    def devices_by_home(self) -> Mapping[str, tuple[Device, ...]]:
        grouped: dict[str, list[Device]] = {}
        for device in self.devices.values():
            grouped.setdefault(device.home, []).append(device)
        return {home: tuple(devices) for home, devices in grouped.items()}

    @cached_property
    def homes_by_gateway(self) -> Mapping[str, tuple[str, ...]]:
        """Homes with at least one device behind each gateway."""
        grouped: dict[str, set[str]] = {}
        for device in self.devices.values():
            grouped.setdefault(device.gateway, set()).add(device.home)
        return {gateway: tuple(sorted(homes)) for gateway, homes in grouped.items()}

    def devices_of(self, home: str) -> tuple[Device, ...]:
        return self.devices_by_home.get(home, ())

    def lineage(self, area: str | None) -> Iterator[Area]:
        """The area and those above it, innermost first. Stops at a loop or an unknown parent."""
        seen: set[str] = set()
        while area is not None and area in self.areas and area not in seen:
            seen.add(area)
            found = self.areas[area]
            yield found
            area = found.parent

    def area_meant(self, home: str) -> Area | None:
        """The area that stands in a home's place here; None for a home."""
        return self.areas.get(home.removeprefix(_AREA)) if home.startswith(_AREA) else None

    def place(self, home: str, *, area: str = "") -> Home:
        """The home; an area in a home's place, as one; or what can be said of a home that is not there any more."""
        meant = self.area_meant(home)
        if meant is not None:
            zone = next((each.timezone for each in self.homes.values() if each.area == meant.id), _ZONE)
            return Home(home, meant.id, meant.name, zone)
        return self.homes.get(home) or Home(home, area, home)

    def area_of_kind(self, home: str, kind: AreaKind) -> Area | None:
        """The home's street, community, grid or building."""
        return next((a for a in self.lineage(self.homes[home].area) if a.kind is kind), None)

    def within(self, area: str, ancestor: str) -> bool:
        return any(a.id == ancestor for a in self.lineage(area))

    def homes_in(self, ancestor: str) -> Iterator[Home]:
        return (home for home in self.homes.values() if self.within(home.area, ancestor))
