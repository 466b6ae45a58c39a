"""Binding devices to homes: one by one from the inbox, or a whole building from a CSV file; and taking them away.

Shared by the command line and the console, so that both refuse the same mistakes in the same words.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from pydantic import ValidationError

from alerts.wording import room as room_word
from anxin.enroll import DeviceRow, GatewayRow, HomeRow
from anxin.roster import revise
from anxin.stores import Stores
from api.i18n.catalogue import catalogue
from api.services import Imported
from core.inbox import UnknownDevice
from core.people import Language
from core.places import Device, Gateway, Home, Inventory, Role, Room

MOST_ROWS = 20_000


class OnboardingRefused(Exception):
    """Nothing was changed. The message has one line per mistake and says what is allowed."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a CSV file asks for, all of it sound."""

    homes: tuple[Home, ...]
    gateways: tuple[Gateway, ...]
    devices: tuple[Device, ...]


def bind(stores: Stores, device: Device, *, now: datetime) -> None:
    """Bind one device to its home; one that was bound elsewhere moves. A gateway that nobody enrolled comes with it.

    Raises OnboardingRefused.
    """
    inventory = stores.inventory.inventory()
    if device.home not in inventory.homes:
        raise OnboardingRefused(f"home {device.home!r} is not in the inventory: enroll it first")
    try:
        DeviceRow(id=device.id, home=device.home, room=device.room, role=device.role, profile=dict(device.profile))
        GatewayRow(id=device.gateway)
    except ValidationError as error:
        raise OnboardingRefused("\n".join(_told(error))) from None
    gateways = [] if device.gateway in inventory.gateways else [Gateway(device.gateway, device.home)]
    stores.inventory.save(gateways=gateways, devices=[device])
    stores.inbox.forget([device.id])
    revise(stores.snapshots, now)


def remove(stores: Stores, devices: Iterable[str], *, now: datetime) -> tuple[str, ...]:
    """Take devices away; their readings stay. Raises OnboardingRefused when one is not there, and takes none then."""
    wanted = tuple(devices)
    there = stores.inventory.inventory().devices
    missing = [device for device in wanted if device not in there]
    if missing:
        raise OnboardingRefused(f"not in the inventory: {', '.join(missing)}")
    gone = stores.inventory.remove_devices(wanted, at=now)
    revise(stores.snapshots, now)
    return gone


def enroll_building(stores: Stores, found: Found, *, now: datetime) -> None:
    """All of it or nothing."""
    stores.inventory.save(homes=found.homes, gateways=found.gateways, devices=found.devices)
    stores.inbox.forget([device.id for device in found.devices])
    revise(stores.snapshots, now)


@dataclass(frozen=True, slots=True)
class ConsoleOnboarding:
    """`api.services.Onboarding`: the same, for the pages."""

    stores: Stores

    def unknown(self) -> list[UnknownDevice]:
        there = self.stores.inventory.inventory().devices
        return [one for one in self.stores.inbox.unknown() if one.device not in there]

    def bind(self, device: Device) -> list[str]:
        try:
            bind(self.stores, device, now=datetime.now(UTC))
        except OnboardingRefused as refusal:
            return str(refusal).splitlines()
        return []

    def remove(self, device: str) -> list[str]:
        try:
            remove(self.stores, [device], now=datetime.now(UTC))
        except OnboardingRefused as refusal:
            return str(refusal).splitlines()
        return []

    def removed(self, home: str) -> list[tuple[Device, datetime]]:
        return [(device, at) for device, at in self.stores.inventory.removed_devices() if device.home == home]

    def import_building(self, text: str, *, dry_run: bool) -> Imported:
        try:
            found = read_building(text, self.stores.inventory.inventory())
            if not dry_run:
                enroll_building(self.stores, found, now=datetime.now(UTC))
        except OnboardingRefused as refusal:
            return Imported(mistakes=tuple(str(refusal).splitlines()))
        return Imported(len(found.homes), len(found.devices))


# -- the file ---------------------------------------------------------------------------------------------------------

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "home": ("户号", "住户"),
    "address": ("地址",),
    "area": ("片区", "区域", "楼栋"),
    "resident": ("老人", "姓名"),
    "door_note": ("门口提示", "敲门须知"),
    "timezone": ("时区",),
    "gateway": ("网关",),
    "device": ("设备",),
    "room": ("房间",),
    "role": ("用途",),
    "label": ("名称",),
    "model": ("型号",),
}
NEEDED = ("home", "gateway", "device", "room", "role")


def read_building(text: str, inventory: Inventory) -> Found:
    """Read a CSV file: one line per device, a home's own facts on the first of its lines.

    Columns are named in English or Chinese, and so are rooms and roles. Raises OnboardingRefused with every mistake.
    """
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        names = _columns(next(rows, []))
        lines = [dict(zip(names, map(str.strip, row), strict=False)) | {"": str(rows.line_num)} for row in rows if row]
    except csv.Error as error:
        raise OnboardingRefused(f"line {rows.line_num}: {error}") from None
    if len(lines) > MOST_ROWS:
        raise OnboardingRefused(f"{len(lines)} lines, at most {MOST_ROWS} at once")
    reader = _Building(inventory)
    for line in lines:
        reader.take(line)
    return reader.found()


def _columns(header: list[str]) -> list[str]:
    known = {name: name for name in COLUMNS} | {word: name for name, words in COLUMNS.items() for word in words}
    wanted = [cell.strip().lower() for cell in header]
    strange = [cell for cell in wanted if cell not in known]
    names = [known[cell] for cell in wanted if cell in known]
    missing = [name for name in NEEDED if name not in names]
    twice = [name for name in COLUMNS if names.count(name) > 1]
    if strange or missing or twice:
        said = [("unknown", strange), ("missing", missing), ("named twice", twice)]
        faults = "; ".join(f"{what}: {', '.join(which)}" for what, which in said if which)
        raise OnboardingRefused(f"line 1: columns {faults}. Known are {', '.join(COLUMNS)}")
    return names


class _Building:
    """What was read so far, and every mistake."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._homes: dict[str, Home] = {}
        self._gateways: dict[str, Gateway] = {}
        self._devices: dict[str, Device] = {}
        self._mistakes: list[str] = []

    def take(self, line: Mapping[str, str]) -> None:
        number = line[""]
        try:
            self._take(line)
        except ValidationError as error:
            self._mistakes += [f"line {number}: {one}" for one in _told(error)]
        except ValueError as error:
            self._mistakes.append(f"line {number}: {error}")

    def _take(self, line: Mapping[str, str]) -> None:
        empty = [name for name in NEEDED if not line.get(name)]
        if empty:
            raise ValueError(f"{', '.join(empty)} must be given")
        home, gateway = line["home"], line["gateway"]
        if home not in self._homes:
            self._home(home, line)
        row = GatewayRow(id=gateway)
        known = self._inventory.gateways.get(gateway)
        self._gateways.setdefault(gateway, known or Gateway(row.id, home))
        device = f"{gateway}/{line['device']}"
        if device in self._devices:
            raise ValueError(f"{device} was on an earlier line")
        room, role = _word("room", line["room"]), _word("role", line["role"])
        DeviceRow(id=device, home=home, room=Room(room), role=Role(role))
        label, model = line.get("label", ""), line.get("model") or None
        self._devices[device] = Device(device, home, Room(room), Role(role), gateway, label, model)

    def _home(self, home: str, line: Mapping[str, str]) -> None:
        known = self._inventory.homes.get(home)
        if known is not None and not line.get("address"):
            self._homes[home] = known
            return
        area = line.get("area") or (known.area if known else "")
        if area not in self._inventory.areas:
            raise ValueError(f"area {area!r} of home {home} is not in the inventory: enroll it first")
        given = {name: line[name] for name in ("resident", "door_note", "timezone") if line.get(name)}
        row = HomeRow(id=home, area=area, address=line.get("address", ""), **given)
        if not row.address:
            raise ValueError(f"home {home} is new: its address must be given")
        self._homes[home] = Home(**row.model_dump())

    def found(self) -> Found:
        if self._mistakes:
            raise OnboardingRefused("\n".join(self._mistakes))
        if not self._devices:
            raise OnboardingRefused("the file has no device in it")
        return Found(tuple(self._homes.values()), tuple(self._gateways.values()), tuple(self._devices.values()))


def _word(what: str, given: str) -> str:
    """A room or role by its id, or by its name in either language."""
    words = _words(what)
    found = words.get(given.strip().lower())
    if found is None:
        raise ValueError(f"{what} {given!r}: must be one of {', '.join(dict.fromkeys(words.values()))}")
    return found


@cache
def _words(what: str) -> Mapping[str, str]:
    return dict(_named(what))


def _named(what: str) -> Iterator[tuple[str, str]]:
    for value in Room if what == "room" else Role:
        yield value.value, value.value
        for language in Language:
            word = room_word(value, language) if isinstance(value, Room) else catalogue(language)(f"role.{value.value}")
            yield word.lower(), value.value


def _told(error: ValidationError) -> list[str]:
    return [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
