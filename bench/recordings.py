"""Recordings of real homes as readings: CSV folders in the format of the data's README, mapped to our nouns.

Nobody sends check-ins in a recording, so each device speaks every fifty minutes, except where it was really dead.
"""

import csv
import gzip
import heapq
import tomllib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.places import Area, AreaKind, Device, Gateway, Home, Inventory, Role, Room
from core.readings import Kind, Novelty, Reading, Semantics, Value

CHECK_IN = timedelta(minutes=50)
GATEWAY = "g-rec"
_ROLES = {
    "toilet_flush": Role.TOILET, "cabinet": Role.CUPBOARD, "medicine": Role.CUPBOARD, "drawer": Role.CUPBOARD,
    "door": Role.ROOM_DOOR, "closet": Role.CUPBOARD, "jewelry": Role.CUPBOARD, "cereal": Role.CUPBOARD,
    "containers": Role.CUPBOARD, "refrigerator": Role.FRIDGE, "freezer": Role.FRIDGE, "lamp": Role.LIGHT,
    "light": Role.LIGHT, "burner": Role.STOVE, "oven": Role.STOVE, "dvd": Role.TELEVISION, "toaster": Role.APPLIANCE,
    "exhaust": Role.LIGHT, "garbage": Role.LIGHT, "coffee": Role.APPLIANCE,
}  # fmt: skip
_DOORED = {"dishwasher", "washing_machine", "washing", "laundry"}
_EVENTS = {"motion", "vibration"}
_STATES = {"detected": True, "clear": False, "occupied": True}


@dataclass(frozen=True)
class Recording:
    """One home. `truth` holds (start, end, label); `readings` are ordered and include the check-ins."""

    name: str
    inventory: Inventory
    home: Home
    readings: tuple[Reading, ...]
    truth: tuple[tuple[datetime, datetime, str], ...]

    @property
    def start(self) -> datetime:
        return self.readings[0].at

    @property
    def end(self) -> datetime:
        return self.readings[-1].at

    def label_at(self, instant: datetime) -> str:
        """What its people say went on: `away` and outages before any other label; empty if nothing was noted."""
        labels = {label for start, end, label in self.truth if start <= instant < end}
        return next(
            (wanted for wanted in ("away", "meter_silent", "asleep") if wanted in labels), min(labels, default="")
        )


def load(folder: Path) -> Recording:
    about = tomllib.loads((folder / "home.toml").read_text())
    home = Home(folder.name, "area", folder.name, about["timezone"])
    devices = [_device(home.id, entry) for entry in about["device"]]
    inventory = Inventory.of([Area("area", AreaKind.GRID, "recordings")], [home], [Gateway(GATEWAY, home.id)], devices)
    truth = tuple(_truth(folder / "truth.csv"))
    silent = [(start, end) for start, end, label in truth if label == "meter_silent"]
    said = list(_readings(folder / "readings.csv.gz"))
    check_ins = (_check_ins(d.id, n, said[0].at, said[-1].at, silent) for n, d in enumerate(devices))
    merged = heapq.merge(said, *check_ins, key=lambda r: r.at)
    return Recording(folder.name, inventory, home, tuple(merged), truth)


def _device(home: str, entry: dict[str, str]) -> Device:
    text = entry["role"]
    role = Role(text) if text in {r.value for r in Role} else _ROLES.get(text, Role.OTHER)
    if text in _DOORED:
        role = Role.CUPBOARD if entry["kind"] == "door" else Role.APPLIANCE
    return Device(f"{GATEWAY}/{entry['id']}", home, Room.parse(entry["place"]), role, GATEWAY)


def _truth(path: Path) -> Iterator[tuple[datetime, datetime, str]]:
    with path.open() as lines:
        for row in csv.DictReader(lines):
            yield datetime.fromisoformat(row["start"]), datetime.fromisoformat(row["end"]), row["label"]


def _readings(path: Path) -> Iterator[Reading]:
    """With the novelty that the gate would have seen, and times made distinct per device."""
    last: dict[str, Value] = {}
    newest: dict[str, datetime] = {}
    with gzip.open(path, "rt") as lines:
        for row in csv.DictReader(lines):
            device, kind = f"{GATEWAY}/{row['device']}", Kind(row["kind"])
            at = datetime.fromisoformat(row["at"])
            if device in newest and at <= newest[device]:
                at = newest[device] + timedelta(microseconds=1)
            value: Value = float(row["value"]) if kind is Kind.POWER else _STATES.get(row["value"], row["value"])
            novelty = Novelty.BASELINE if device not in last else Novelty.REPEATED
            if device in last and last[device] != value:
                novelty = Novelty.CHANGED
            last[device], newest[device] = value, at
            semantics = Semantics.EVENT if row["kind"] in _EVENTS and value is True else Semantics.STATE
            yield Reading(device, kind, value, at, at, novelty=novelty, semantics=semantics)


def _check_ins(
    device: str, number: int, start: datetime, end: datetime, silent: list[tuple[datetime, datetime]]
) -> Iterator[Reading]:
    starts = [begin for begin, _ in silent]
    at = start.astimezone(UTC) + timedelta(minutes=7 * number % 50, seconds=number)
    while at < end:
        nearest = bisect_right(starts, at) - 1
        if nearest < 0 or at >= silent[nearest][1]:
            yield Reading(device, Kind.LIVENESS, value=True, at=at, received_at=at, semantics=Semantics.EVENT)
        at += CHECK_IN
