"""`anxin compare` as somebody types it."""

import io
import json
import os
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from anxin.cli import with_everything
from anxin.comparison import table
from anxin.comparison.features import Feature
from anxin.comparison.judgement import Entry, judged
from anxin.comparison.portrait import HOURS, Portrait, portrait
from anxin.comparison.report import render
from anxin.comparison.stand_in import of_simulated
from anxin.comparison.witness import Seen, witness
from anxin.settings import SettingsRefused
from core.people import Language
from core.places import Room
from simulator import playback, recording

ROOMS = frozenset({Room.BEDROOM, Room.BATHROOM, Room.LIVING, Room.KITCHEN})
run = CliRunner()


@pytest.fixture(scope="module")
def printed(made_up: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """As JSON, and the report that was written."""
    out = tmp_path_factory.mktemp("report") / "report.html"
    asked = ["--data", str(made_up.parent), "--homes", "3", "--days", "10", "--workers", "1"]

    result = run.invoke(with_everything(), ["compare", *asked, "--json", "--html", str(out)])

    assert result.exit_code == 0, result.output
    return result.stdout, out.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def compared(printed: tuple[str, str]) -> Entry:
    found: Entry = json.loads(printed[0])
    return found


def test_each_feature_has_its_counts_its_span_and_its_distance(compared: Entry) -> None:
    (one,) = compared["recordings"]

    told = {feature["name"]: feature for feature in one["features"]}
    door = told["door openings"]
    assert door["figures"]["mean"]["recorded"] == 2
    assert door["n"] == 19
    assert door["simulated_n"] == 3 * 8
    assert 0 <= door["ks"]["least"] <= door["ks"]["most"] <= 1
    assert sum(one["counts"].values()) == len(told)
    assert len(one["pauses_by_hour"]) == len(one["active_by_hour"]) == HOURS
    assert sum(share["recorded"] for share in one["room_changes"]["shares"]) == pytest.approx(1, abs=0.01)


def test_the_table_has_a_line_for_each_feature(compared: Entry) -> None:
    out = io.StringIO()

    table.write(compared, out)

    lines = out.getvalue().splitlines()
    for feature in compared["recordings"][0]["features"]:
        assert any(line.startswith(f"  {feature['name']}  ") and line.endswith(feature["is"]) for line in lines)


@pytest.mark.parametrize("language", list(Language))
def test_the_report_is_one_page_with_a_word_for_every_feature(compared: Entry, language: Language) -> None:
    page = render(compared, language)

    assert page.count("<svg") == 3
    assert f'<html lang="{language.value}">' in page
    assert re.search(r"(src|href)=", page) is None


def test_json_is_one_line_and_the_report_is_written(printed: tuple[str, str]) -> None:
    said, report = printed

    assert said.count("\n") == 1
    assert "<h2>quiet-street-4</h2>" in report


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("--data", "/nowhere"), "no such folder"),
        (("--data", "{empty}"), "no recording of a home"),
        (("--data", "{empty}", "--homes", "1"), "--homes must be at least 3"),
    ],
)
def test_what_cannot_be_compared_is_said_in_one_line(tmp_path: Path, asked: tuple[str, ...], says: str) -> None:
    result = run.invoke(with_everything(), ["compare", *(each.format(empty=tmp_path) for each in asked)])

    assert isinstance(result.exception, SettingsRefused)
    assert says in str(result.exception)


def _home(values: tuple[float, ...]) -> Portrait:
    feature = Feature("pauses by day", "min", values, {"p50": values[len(values) // 2]}, len(values))
    nothing: Any = tuple(() for _ in range(HOURS))
    return Portrait(10, 100, (feature,), nothing, (0.0,) * HOURS, portrait(Seen(None), frozenset()).changes)  # type: ignore[arg-type]


def test_a_home_between_others_is_within_and_one_beyond_them_is_not() -> None:
    homes = [_home(tuple(float(minute + shift) for minute in range(20))) for shift in (0, 5, 10)]

    (between,) = judged(_home(tuple(float(minute + 4) for minute in range(20))), homes)["features"]
    (beyond,) = judged(_home(tuple(float(minute + 60) for minute in range(20))), homes)["features"]

    assert (between["is"], beyond["is"]) == ("within", "outside")
    assert between["earth_movers"]["recorded"] <= between["earth_movers"]["most"]
    assert beyond["earth_movers"]["recorded"] > beyond["earth_movers"]["most"]


def test_what_a_home_cannot_show_is_left_out() -> None:
    homes = [_home(tuple(map(float, range(20))))] * 3
    blind = replace(homes[0], features=(Feature("kettle, on for", "min", (), {"p50": None}, 0),))

    assert judged(blind, homes)["features"] == []


@pytest.mark.recordings
@pytest.mark.skipif(
    "ANXIN_RECORDINGS" not in os.environ, reason="NOT RUN: no recordings of real homes (ANXIN_RECORDINGS)"
)
def test_a_woman_who_lives_alone_could_be_one_of_the_simulated_residents() -> None:
    """Ten days of her; distances that are small against how far simulated residents lie apart."""
    folder = Path(os.environ["ANXIN_RECORDINGS"]) / "homes" / "aruba_first70"
    found = recording.load(folder)
    since = next(found.readings()).at
    until = datetime.fromtimestamp(since, UTC) + timedelta(days=10)
    seen = witness(playback.messages(found, until=until), found.inventory, found.home)
    homes = [of_simulated(folder, number=number, homes=6, seed=1, days=10) for number in range(6)]

    told = {one["name"]: one for one in judged(portrait(seen, ROOMS), homes)["features"]}

    for name in ("pauses by day", "goings out", "room changes", "kitchen, visits", "bathroom, stays"):
        assert told[name]["ks"]["recorded"] <= told[name]["ks"]["most"], told[name]
