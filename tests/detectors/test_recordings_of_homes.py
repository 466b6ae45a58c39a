"""Real homes: the fall is found, usual life is left in peace, a dead meter is no dead person. Not part of a clone."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from anxin.evaluation import plugs, result
from anxin.evaluation.options import EvaluateOptions
from anxin.evaluation.trial import Trial, trial_of
from core.places import Device, Gateway, Home, Inventory, Role, Room
from detectors.watch import ConcernRaised, Watch
from tests.detectors.elder import spoke

pytestmark = [pytest.mark.recordings, pytest.mark.long(70)]
WHERE = os.environ.get("ANXIN_RECORDINGS", "")
FEW = EvaluateOptions((), injections=12, seed=3)
UNTOUCHED = EvaluateOptions((), injections=0)


def _there(*names: str) -> Path:
    path = Path(WHERE, *names)
    if not WHERE or not path.exists():
        pytest.skip(f"NOT RUN: ANXIN_RECORDINGS does not name a directory with {'/'.join(names)}")
    return path


@pytest.fixture(scope="module")
def aruba() -> Trial:
    return trial_of(_there("homes", "aruba_first70"), FEW)


def test_an_older_woman_alone_is_found_within_hours_and_otherwise_left_in_peace(aruba: Trial) -> None:
    figures = result.as_json(aruba)

    assert figures["false_per_home_month"] <= 1.5
    assert figures["fall"]["found_24h"] == 1.0
    assert figures["fall"]["median_h"] <= 5.0
    assert figures["presence"]["specificity"] >= 0.98


def test_a_dead_meter_gives_tickets_and_no_concern_about_the_person() -> None:
    trial = trial_of(_there("homes", "refit_house2"), UNTOUCHED)

    silent = trial.life.silent
    called = [c.concern.at.timestamp() for c in trial.calls]
    assert trial.faults.get("gateway_silent", 0) + trial.faults.get("device_silent", 0) > 0
    assert [at for at in called if any(start <= at < end for start, end in silent)] == []


@pytest.mark.parametrize("name", ["WaterKettle", "Toaster", "Lamp", "TV-LCD", "Refrigerator"])
def test_nothing_is_left_on_in_years_of_normal_use(name: str) -> None:
    row = plugs.run(_there("appliances", f"{name}{plugs.ENDING}"), UNTOUCHED)

    assert row["days"] > 0
    assert row["appliance_false"] == 0


def test_the_liveness_of_a_plug_alone_leaves_nothing_on() -> None:
    device = Device("g-1/kettle", "h-1", Room.KITCHEN, Role.KETTLE, "g-1")
    watch = Watch(Inventory.of([], [Home("h-1", "grid", "1")], [Gateway("g-1", "h-1")], [device]))
    start = datetime(2026, 9, 1, tzinfo=UTC)

    events = [e for n in range(50) for e in watch.observe([spoke(device.id, start + n * timedelta(minutes=50))])]

    assert [e for e in events if isinstance(e, ConcernRaised)] == []
