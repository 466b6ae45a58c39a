"""Recordings of real homes, played as native messages: the same publisher, the same wire, a real life.

The recordings hold no check-ins and no fall. Check-ins are added, so that the home stays visible; a fall is made by
taking away everything that the person caused after an instant.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.places import Area, AreaKind, Device, Gateway, Home, Inventory, Role
from core.readings import Kind
from simulator.community import bridge_of
from simulator.recorded import Note, Notes, Oddity, Recorded, RecordingError, Refusal
from simulator.recorded_lines import Heard, file_in, hear, instant, table
from simulator.recorded_words import behind_gateway, kind_of, role_of, room_of

_NO_TOPIC: Final = re.compile(r"[^\w.-]+")
TRUTH: Final = ["start", "end", "label"]


@dataclass(frozen=True, slots=True)
class Label:
    """What the authors of the recording say happened."""

    start: datetime
    end: datetime
    label: str


@dataclass(frozen=True, slots=True)
class Recording:
    """A recorded home as core nouns, with its readings still on disk. `simulated`: nobody ever lived there.

    `notes`: what was odd about its description and its labels.
    """

    folder: Path
    areas: tuple[Area, ...]
    home: Home
    gateway: Gateway
    devices: tuple[Device, ...]
    kinds: Mapping[str, Kind]
    labels: tuple[Label, ...]
    simulated: bool = False
    notes: tuple[Note, ...] = ()

    @property
    def inventory(self) -> Inventory:
        return Inventory.of(self.areas, (self.home,), (self.gateway,), self.devices)

    @property
    def roles(self) -> Mapping[str, Role]:
        """The role of each native device id."""
        return {device.id.partition("/")[2]: device.role for device in self.devices}

    def hear(self) -> Heard:
        """Every line that can be used, in order, and what was odd. Raises RecordingError."""
        return hear(file_in(self.folder, "readings.csv"), self.kinds.keys())

    def readings(self) -> Iterator[Recorded]:
        """Every line that can be used, in order. Raises RecordingError."""
        yield from self.hear().readings


def load(folder: Path) -> Recording:
    """Read a recording's inventory and labels. Raises RecordingError."""
    about, notes = _table(folder / "home.toml"), Notes()
    name, timezone = _word(about, "name", folder), _timezone(about, folder)
    home = Home(name, f"{name}-building", f"录像 {name}", timezone)
    slug = _NO_TOPIC.sub("-", name)
    gateway = Gateway(slug, name, f"录像 {name}")
    listed = _listed(about.get("device"), folder / "home.toml", notes)
    devices = tuple(_device(native, kind, entry, home, gateway) for native, (kind, entry) in listed.items())
    kinds = {native: kind for native, (kind, _) in listed.items()}
    areas = (
        Area(f"{name}-street", AreaKind.STREET, "录像街道"),
        Area(f"{name}-community", AreaKind.COMMUNITY, "录像社区", f"{name}-street"),
        Area(f"{name}-grid", AreaKind.GRID, "录像网格", f"{name}-community"),
        Area(f"{name}-building", AreaKind.BUILDING, "录像楼", f"{name}-grid"),
    )
    everything = (*devices, bridge_of(gateway.id, home.id))
    labels = _labels(folder / "truth.csv", notes)
    simulated = about.get("simulated") is True
    return Recording(folder, areas, home, gateway, everything, kinds, labels, simulated, tuple(notes))


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise RecordingError(
            f"{path}: {error.strerror}", Refusal.UNREADABLE_FILE, path=path, error=error.strerror
        ) from error
    except UnicodeDecodeError as error:
        raise RecordingError(f"{path} is not UTF-8: {error}", Refusal.NO_UTF8, path=path, error=error) from error
    except tomllib.TOMLDecodeError as error:
        raise RecordingError(f"{path} is not TOML: {error}", Refusal.NO_TOML, path=path, error=error) from error


def _word(about: Mapping[str, Any], key: str, folder: Path) -> str:
    value = about.get(key)
    if not isinstance(value, str) or not value:
        path = folder / "home.toml"
        raise RecordingError(f"{path}: {key} is missing", Refusal.KEY_MISSING, path=path, key=key)
    return value


def _timezone(about: Mapping[str, Any], folder: Path) -> str:
    timezone = _word(about, "timezone", folder)
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        path = folder / "home.toml"
        message = f"{path}: timezone {timezone!r} is no IANA name such as Europe/Madrid"
        raise RecordingError(message, Refusal.NO_TIMEZONE, path=path, timezone=timezone) from error
    return timezone


def _listed(listed: object, path: Path, notes: Notes) -> dict[str, tuple[Kind, Mapping[str, Any]]]:
    """Devices by their names; of two with one name the first counts."""
    if not isinstance(listed, list) or not listed:
        raise RecordingError(f"{path}: no [[device]]", Refusal.NO_DEVICE, path=path)
    found: dict[str, tuple[Kind, Mapping[str, Any]]] = {}
    for number, entry in enumerate(listed, 1):
        native, text = _described(entry, f"{path}, device {number}")
        kind = kind_of(text)
        if kind is None:
            notes.add(Oddity.UNKNOWN_DEVICE, f"{native!r} has an unknown kind {text!r}")
        elif native in found:
            notes.add(Oddity.DEVICE_TWICE, f"device {number}: {native!r}")
        else:
            found[native] = (kind, entry)
    if not found:
        first = notes.first(Oddity.UNKNOWN_DEVICE)
        message = f"{path}: no device of a known kind; the first is {first}"
        raise RecordingError(message, Refusal.NO_KNOWN_DEVICE, path=path, first=first)
    return found


def _described(entry: object, where: str) -> tuple[str, str]:
    """Its name and its kind."""
    if not isinstance(entry, dict):
        raise RecordingError(f"{where}: not a table [[device]]", Refusal.NO_DEVICE_TABLE, where=where)
    missing = [key for key in ("id", "kind") if not isinstance(entry.get(key), str | int) or entry[key] == ""]
    if missing:
        without = ", ".join(missing)
        raise RecordingError(
            f"{where}: a device without {without}", Refusal.DEVICE_INCOMPLETE, where=where, missing=without
        )
    return behind_gateway(str(entry["id"]).strip()), str(entry["kind"])


def _device(native: str, kind: Kind, entry: Mapping[str, Any], home: Home, gateway: Gateway) -> Device:
    place, role = str(entry.get("place", "")), str(entry.get("role", ""))
    return Device(
        id=f"{gateway.id}/{native}",
        home=home.id,
        room=room_of(place),
        role=role_of(role, kind),
        gateway=gateway.id,
        label=f"{place} {role}".strip(),
    )


def _labels(path: Path, notes: Notes) -> tuple[Label, ...]:
    """None where there is no such file, or nothing in it."""
    if not path.exists() or not path.stat().st_size:
        return ()
    found = list[Label]()
    for where, (start, end, label) in table(path, TRUTH):
        try:
            found.append(_label(start, end, label))
        except ValueError as error:
            notes.add(Oddity.UNREADABLE_LABEL, f"{where}: {error}")
    if not found and notes.count(Oddity.UNREADABLE_LABEL):
        first = notes.first(Oddity.UNREADABLE_LABEL)
        message = f"{path}: no line can be read; the first is {first}"
        raise RecordingError(message, Refusal.NO_LABEL, path=path, first=first)
    return tuple(found)


def _label(start: str, end: str, label: str) -> Label:
    since, until = instant(start), instant(end)
    if until < since:
        raise ValueError(f"it ends ({end}) before it starts ({start})")
    return Label(since, until, label.lower())
