"""`anxin replay` on a small home of our own: every concern printed with its numbers and the truth."""

import csv
import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from anxin.replay import run_replay
from anxin.settings import SettingsRefused

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = 12
HOME = """
name = "flat"
timezone = "Asia/Shanghai"

[[device]]
id = "hall"
kind = "motion"
place = "living"
role = "room"

[[device]]
id = "bath"
kind = "motion"
place = "bathroom"
role = "room"

[[device]]
id = "door"
kind = "door"
place = "entrance"
role = "front_door"
"""


@pytest.fixture
def flat(tmp_path: Path) -> Path:
    """Up at seven in Shanghai, in one room or the other every ten minutes until ten at night, never out."""
    (tmp_path / "home.toml").write_text(HOME)
    with gzip.open(tmp_path / "readings.csv.gz", "wt", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["at", "device", "kind", "value"])
        for day in range(DAYS):
            for minute in range(23 * 60, 38 * 60, 10):
                at = BEGIN + timedelta(days=day, minutes=minute)
                device = "bath" if minute % 60 == 0 else "hall"
                lines.writerow([at.isoformat().replace("+00:00", "Z"), device, "motion", "detected"])
    noon = BEGIN + timedelta(days=3, hours=4)
    truth = f"start,end,label\n{noon.isoformat()},{(noon + timedelta(hours=1)).isoformat()},dinner\n"
    (tmp_path / "truth.csv").write_text(truth)
    return tmp_path


def test_a_quiet_life_raises_nothing_and_says_so(flat: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run_replay(flat, fall_at=None, budget=0.5)

    said = capsys.readouterr().out
    assert code == 0
    assert "0 concerns without a fall" in said
    assert "0.00 a month (budget 0.5)" in said


def test_a_fall_is_told_with_its_numbers_and_the_truth(flat: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run_replay(flat, fall_at=datetime(2026, 3, 12, 4, 5), budget=0.5)  # noqa: DTZ001 - as typed: UTC

    said = capsys.readouterr().out
    assert code == 0
    assert "No sign of life for" in said
    assert "really: fell" in said
    assert "the fall was noticed after" in said


def test_a_fall_that_nobody_would_notice_is_an_exit_code(flat: Path, capsys: pytest.CaptureFixture[str]) -> None:
    last = BEGIN + timedelta(days=DAYS - 1, hours=37)

    code = run_replay(flat, fall_at=last, budget=0.5)

    assert code == 1
    assert "the fall was not noticed" in capsys.readouterr().out


def test_a_folder_that_is_no_recording_is_refused_with_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SettingsRefused, match=r"home\.toml"):
        run_replay(tmp_path, fall_at=None, budget=0.5)


def test_a_budget_out_of_range_is_refused(flat: Path) -> None:
    with pytest.raises(SettingsRefused, match="false_alarms_per_month"):
        run_replay(flat, fall_at=None, budget=99)
