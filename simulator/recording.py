"""Recordings of real homes, played as native messages: the same publisher, the same wire, a real life.

The recordings hold no check-ins and no fall. Check-ins are added, so that the home stays visible; a fall is made by
taking away everything that the person caused after an instant.
"""

import csv
import gzip
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.places import Area, AreaKind, Device, Gateway, Home, Inventory, Role, Room
from core.readings import Kind
from simulator.community import bridge_of

ROLES: Mapping[str, Role] = {
    "front_door": Role.FRONT_DOOR,
    "room": Role.ROOM,
    "room_door": Role.ROOM_DOOR,
    "door": Role.ROOM_DOOR,
    "bed": Role.BED,
    "seat": Role.SEAT,
    "toilet": Role.TOILET,
    "toilet_flush": Role.TOILET,
    "tap": Role.TAP,
    "cabinet": Role.CUPBOARD,
    "cereal": Role.CUPBOARD,
    "closet": Role.CUPBOARD,
    "containers": Role.CUPBOARD,
    "cupboard": Role.CUPBOARD,
    "drawer": Role.CUPBOARD,
    "jewelry": Role.CUPBOARD,
    "medicine": Role.CUPBOARD,
    "fridge": Role.FRIDGE,
    "freezer": Role.FRIDGE,
    "refrigerator": Role.FRIDGE,
    "burner": Role.STOVE,
    "oven": Role.STOVE,
    "kettle": Role.KETTLE,
    "stove": Role.STOVE,
    "television": Role.TELEVISION,
    "microwave": Role.MICROWAVE,
    "toaster": Role.TOASTER,
    "iron": Role.IRON,
    "lamp": Role.LIGHT,
    "light": Role.LIGHT,
    "main_meter": Role.MAIN_METER,
    "coffee": Role.APPLIANCE,
    "dishwasher": Role.APPLIANCE,
    "dvd": Role.APPLIANCE,
    "exhaust": Role.APPLIANCE,
    "garbage": Role.APPLIANCE,
    "laundry": Role.APPLIANCE,
    "washing": Role.APPLIANCE,
    "washing_machine": Role.APPLIANCE,
}
ON_WORDS = frozenset({"detected", "occupied"})
COLUMNS = ["at", "device", "kind", "value"]


class RecordingError(ValueError):
    """The folder is not a recording; the message says what is missing or wrong."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One line of the recording. `at` in epoch seconds, `value` as the core speaks it."""

    at: float
    device: str
    kind: Kind
    value: bool | float | str


@dataclass(frozen=True, slots=True)
class Label:
    """What the authors of the recording say happened."""

    start: datetime
    end: datetime
    label: str


@dataclass(frozen=True, slots=True)
class Recording:
    """A recorded home as core nouns, with its readings still on disk. `simulated`: nobody ever lived there."""

    folder: Path
    areas: tuple[Area, ...]
    home: Home
    gateway: Gateway
    devices: tuple[Device, ...]
    kinds: Mapping[str, Kind]
    labels: tuple[Label, ...]
    simulated: bool = False

    @property
    def inventory(self) -> Inventory:
        return Inventory.of(self.areas, (self.home,), (self.gateway,), self.devices)

    @property
    def roles(self) -> Mapping[str, Role]:
        """The role of each native device id."""
        return {device.id.partition("/")[2]: device.role for device in self.devices}

    def readings(self) -> Iterator[Recorded]:
        """Every line in order. Raises RecordingError for one that cannot be read."""
        path = self.folder / "readings.csv.gz"
        with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
            table = csv.reader(lines)
            if next(table, None) != COLUMNS:
                raise RecordingError(f"{path}: the first line must be {','.join(COLUMNS)}")
            for number, row in enumerate(table, 2):
                yield _recorded(row, f"{path}, line {number}")


def load(folder: Path) -> Recording:
    """Read a recording's inventory and labels. Raises RecordingError."""
    about = _table(folder / "home.toml")
    name, timezone = _word(about, "name", folder), _word(about, "timezone", folder)
    home = Home(name, f"{name}-building", f"录像 {name}", timezone)
    gateway = Gateway(name, name, f"录像 {name}")
    listed = about.get("device")
    if not isinstance(listed, list) or not listed:
        raise RecordingError(f"{folder / 'home.toml'}: no [[device]]")
    devices = tuple(_device(entry, home, gateway) for entry in listed)
    kinds = {str(entry["id"]): Kind(str(entry["kind"])) for entry in listed}
    areas = (
        Area(f"{name}-street", AreaKind.STREET, "录像街道"),
        Area(f"{name}-community", AreaKind.COMMUNITY, "录像社区", f"{name}-street"),
        Area(f"{name}-grid", AreaKind.GRID, "录像网格", f"{name}-community"),
        Area(f"{name}-building", AreaKind.BUILDING, "录像楼", f"{name}-grid"),
    )
    everything = (*devices, bridge_of(gateway.id, home.id))
    labels = tuple(_labels(folder / "truth.csv"))
    return Recording(folder, areas, home, gateway, everything, kinds, labels, simulated=about.get("simulated") is True)


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise RecordingError(f"{path} is not TOML: {error}") from error


def _word(about: Mapping[str, Any], key: str, folder: Path) -> str:
    value = about.get(key)
    if not isinstance(value, str) or not value:
        raise RecordingError(f"{folder / 'home.toml'}: {key} is missing")
    return value


def _device(entry: Mapping[str, Any], home: Home, gateway: Gateway) -> Device:
    missing = [key for key in ("id", "kind", "place", "role") if not isinstance(entry.get(key), str)]
    if missing:
        raise RecordingError(f"{home.id}: a device without {', '.join(missing)}")
    if entry["kind"] not in Kind._value2member_map_:
        raise RecordingError(f"{home.id}: device {entry['id']} has an unknown kind {entry['kind']!r}")
    return Device(
        id=f"{gateway.id}/{entry['id']}",
        home=home.id,
        room=Room.parse(entry["place"]),
        role=_role(entry["role"], entry["kind"]),
        gateway=gateway.id,
        label=f"{entry['place']} {entry['role']}",
    )


def _role(role: str, kind: str) -> Role:
    """A refrigerator's door is opened by hand; its power goes on and off by itself."""
    if kind == "power" and ROLES.get(role) is Role.FRIDGE:
        return Role.AUTOMATIC
    return ROLES.get(role, Role.OTHER)


def _labels(path: Path) -> Iterator[Label]:
    if not path.exists():
        return
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield Label(datetime.fromisoformat(row["start"]), datetime.fromisoformat(row["end"]), row["label"])


def _recorded(row: list[str], where: str) -> Recorded:
    try:
        at, device, kind, value = row
        return Recorded(_epoch(at), device, Kind(kind), _value(Kind(kind), value))
    except ValueError as error:
        raise RecordingError(f"{where}: {error}") from error


def _epoch(at: str) -> float:
    instant = datetime.fromisoformat(at)
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    return instant.timestamp()


def _value(kind: Kind, text: str) -> bool | float | str:
    match kind:
        case Kind.POWER:
            return float(text)
        case Kind.DOOR:
            return text
        case _:
            return text in ON_WORDS
