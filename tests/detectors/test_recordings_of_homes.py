"""Real homes: the fall is found, usual life is left in peace, a dead meter is no dead person. Not part of a clone."""

import csv
import gzip
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.detection import Result, replay, summary
from bench.recordings import load
from core.places import Device, Gateway, Home, Inventory, Role, Room
from core.readings import Kind, Novelty, Reading
from detectors.watch import ConcernRaised, Watch, WatchSettings
from tests.detectors.elder import spoke

pytestmark = pytest.mark.recordings
WHERE = os.environ.get("ANXIN_RECORDINGS", "")


def _folder(*names: str) -> Path:
    folder = Path(WHERE, *names)
    if not WHERE or not folder.exists():
        pytest.skip(f"NOT RUN: ANXIN_RECORDINGS does not name a directory with {'/'.join(names)}")
    return folder


@pytest.fixture(scope="module")
def aruba() -> Result:
    return replay(load(_folder("homes", "aruba_first70")), WatchSettings(), falls=40, seed=3)


def test_an_older_woman_alone_is_found_within_hours_and_otherwise_left_in_peace(aruba: Result) -> None:
    figures = summary(aruba)

    falls = figures["falls"]
    assert figures["false_per_month"] <= 2.0
    assert falls["day"]["found"] == falls["day"]["n"]
    assert falls["day"]["median_h"] <= 3.5
    assert figures["out_specificity"] >= 0.98


def test_a_dead_meter_gives_tickets_and_no_concern_about_the_person() -> None:
    result = replay(load(_folder("homes", "refit_house2")), WatchSettings(), falls=0, seed=3)

    assert result.faults.get("gateway_silent", 0) > 0
    assert [r for r in result.raised if r.truth == "meter_silent"] == []


APPLIANCES = [
    ("WaterKettle", Role.KETTLE), ("Toaster", Role.APPLIANCE), ("Lamp", Role.LIGHT),
    ("TV-LCD", Role.TELEVISION), ("Refrigerator", Role.AUTOMATIC), ("Toaster", Role.STOVE),
]  # fmt: skip


@pytest.mark.parametrize(("name", "role"), APPLIANCES)
def test_nothing_is_left_on_in_years_of_normal_use(name: str, role: Role) -> None:
    path = _folder("appliances", f"{name}_1min.csv.gz")
    concerns = []

    for plug, told in _by_plug(path):
        device = Device(f"g-1/{plug}", "h-1", Room.KITCHEN, role, "g-1")
        watch = Watch(Inventory.of([], [Home("h-1", "grid", "1")], [Gateway("g-1", "h-1")], [device]))
        for one in told:
            due = watch.next_due()
            while due is not None and due <= one.at:
                concerns += [e for e in watch.run_due(due) if isinstance(e, ConcernRaised)]
                due = watch.next_due()
            watch.observe([one])

    assert [e.concern for e in concerns if e.concern.kind.value == "appliance_on"] == []


def _by_plug(path: Path) -> Iterator[tuple[str, list[Reading]]]:
    """A plug reports a change of five watts, and otherwise every ten minutes."""
    told: dict[str, list[Reading]] = {}
    with gzip.open(path, "rt") as lines:
        for row in csv.DictReader(lines):
            at = datetime.fromisoformat(row["minute"]).replace(tzinfo=UTC)
            before = told.setdefault(row["device"], [])
            power = float(row["max_w"])
            changed = not before or abs(float(before[-1].value) - power) >= 5.0
            if changed or at - before[-1].at >= timedelta(minutes=10):
                novelty = Novelty.CHANGED if changed else Novelty.REPEATED
                before.append(Reading(f"g-1/{row['device']}", Kind.POWER, power, at, at, novelty=novelty))
    yield from told.items()


def test_the_liveness_of_a_plug_alone_leaves_nothing_on() -> None:
    device = Device("g-1/kettle", "h-1", Room.KITCHEN, Role.KETTLE, "g-1")
    watch = Watch(Inventory.of([], [Home("h-1", "grid", "1")], [Gateway("g-1", "h-1")], [device]))
    start = datetime(2026, 9, 1, tzinfo=UTC)

    events = [e for n in range(50) for e in watch.observe([spoke(device.id, start + n * timedelta(minutes=50))])]

    assert [e for e in events if isinstance(e, ConcernRaised)] == []
