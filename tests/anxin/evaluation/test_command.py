"""`anxin evaluate` as somebody types it."""

import gzip
import io
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from anxin.cli import app
from anxin.evaluation import plugs, table
from anxin.evaluation.options import EvaluateOptions
from anxin.evaluation.report import render
from anxin.evaluation.run import Entry
from anxin.evaluation.run import evaluate as evaluate_all
from anxin.settings import SettingsRefused
from core.people import Language

run = CliRunner()


def evaluate(*arguments: str) -> str:
    result = run.invoke(app, ["evaluate", *arguments])
    if isinstance(result.exception, SettingsRefused):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="module")
def evaluated(recorded: Path) -> Entry:
    options = EvaluateOptions((recorded.parent,), injections=4, curve=(2.0,))
    return evaluate_all(options)


def test_json_is_one_line_in_the_agreed_shape(recorded: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"

    said = evaluate("--data", str(recorded), "--injections", "0", "--json", "--html", str(out))

    assert said.count("\n") == 1
    (one,) = json.loads(said)["recordings"]
    assert one["name"] == "quiet-street-4"
    assert one["peers"]["fixed_8h"]["fall"]["n"] == 0
    assert "<h2>quiet-street-4</h2>" in out.read_text(encoding="utf-8")


def test_the_table_has_the_peers_beside_ours(evaluated: Entry) -> None:
    out = io.StringIO()

    table.write(evaluated, out)

    rows = [line.split()[0] for line in out.getvalue().splitlines() if line.startswith("  ")]
    assert rows[1:7] == ["Anxin", "fixed_8h", "fixed_12h", "pir_24h", "cuddihy_2007", "wilhelm_wahl_2024"]
    assert "person alarms by device faults: " in out.getvalue()


@pytest.mark.parametrize("language", list(Language))
def test_the_report_is_one_page_with_plots(evaluated: Entry, language: Language) -> None:
    page = render(evaluated, language)

    assert page.count("<svg") == 4
    assert f'<html lang="{language.value}">' in page
    assert re.search(r"(src|href)=", page) is None


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--data", "/nowhere"), "no such folder"),
        (("--data", "{empty}"), "no recording in it"),
        (("--data", "{broken}"), "must be at,device,kind,value"),
        (("--data", "{empty}", "--detector", "crystal_ball"), "choose from silence"),
        (("--data", "{empty}", "--detector", "expected"), "--detector expected: choose from silence, decline, no_meal"),
        (("--data", "{empty}", "--budget", "0"), "^--budget: .* must be between"),
        (("--data", "{empty}", "--answered", "1"), "^--answered: .* must be between"),
        (("--data", "{empty}", "--curve", "0.5,much"), "^--curve much: budgets are numbers"),
        (("--data", "{empty}", "--curve", "0.5,99"), "^--curve 99: .* must be between"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    recorded: Path, tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    empty, broken = tmp_path / "empty", tmp_path / "broken"
    empty.mkdir()
    broken.mkdir()
    (broken / "home.toml").write_text((recorded / "home.toml").read_text())
    with gzip.open(broken / "readings.csv.gz", "wt") as out:
        out.write("when,who\n")

    with pytest.raises(SettingsRefused, match=says):
        evaluate(*(each.format(empty=empty, broken=broken) for each in arguments))


def _plug_file(folder: Path, *, minutes_on: int) -> Path:
    """Twenty days of a kettle that boils twice a day."""
    rows = ["device,minute,mean_w,max_w,samples"]
    for minute in range(20 * 1440):
        of_day = minute % 1440
        on = any(start <= of_day < start + minutes_on for start in (420, 1000))
        rows.append(
            f"K1,2026-03-{1 + minute // 1440:02d}T{of_day // 60:02d}:{of_day % 60:02d},0,{2000 if on else 0},60"
        )
    path = folder / f"WaterKettle{plugs.ENDING}"
    with gzip.open(path, "wt") as out:
        out.write("\n".join(rows) + "\n")
    return path


def test_an_appliance_in_normal_use_is_left_in_peace_and_found_when_it_is_left_on(tmp_path: Path) -> None:
    row = plugs.run(_plug_file(tmp_path, minutes_on=5), EvaluateOptions((), injections=1))

    assert (row["role"], row["plugs"], row["runs"]) == ("kettle", 1, 40)
    assert row["appliance_false"] == 0
    assert row["left_on"]["found"] == row["left_on"]["n"] > 0
