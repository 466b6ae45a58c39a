"""What others recorded may be short, interrupted, or no recording at all: it loses no other, no figure is made up."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from anxin.cli import app, main
from anxin.evaluation import plots, plugs, result, run, table
from anxin.evaluation.injections import Injected
from anxin.evaluation.life import DAY, HOUR, Life
from anxin.evaluation.moments import injections_of
from anxin.evaluation.options import EvaluateOptions
from anxin.evaluation.report import render
from anxin.evaluation.run import evaluate
from anxin.evaluation.trial import Trial, trial_of
from core.people import Language
from simulator.player import Player
from simulator.recorded import RecordingError
from simulator.recording import load
from tests.anxin.evaluation.recorded import START, write_recording

SHORT = 3
command = CliRunner()


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_recording(tmp_path_factory.mktemp("short") / "three-days", days=SHORT)


@pytest.fixture
def among(short: Path, tmp_path: Path) -> Path:
    """A good recording, and one whose readings are not."""
    (tmp_path / "good").symlink_to(short)
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "home.toml").write_text((short / "home.toml").read_text())
    (bad / "readings.csv.gz").write_bytes(gzip.compress(b"when;who\n1;2\n"))
    return tmp_path


def test_a_bad_recording_does_not_lose_the_good_ones(among: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"

    said = command.invoke(
        app, ["evaluate", "--data", str(among), "--workers", "1", "--injections", "1", "--json", "--html", str(page)]
    )

    found = json.loads(said.stdout)
    assert said.exit_code == 0
    assert [one["name"] for one in found["recordings"]] == ["quiet-street-4"]
    assert [(one["name"], one["failed"]) for one in found["refused"]] == [("bad", False)]
    assert "must be at,device,kind,value, not 'when;who'" in found["refused"][0]["problem"]
    assert found["refused"][0]["problem"] in said.stderr
    assert "when;who" in page.read_text(encoding="utf-8")


def test_replaying_what_is_no_recording_is_refused_in_one_line(
    among: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["anxin", "replay", str(among / "bad")])

    with pytest.raises(SystemExit) as ended:
        main()

    said = capsys.readouterr().err
    assert (ended.value.code, said.count("\n"), "the first line must be" in said) == (2, 1, True)


def test_a_single_file_can_be_named(tmp_path: Path) -> None:
    path = _plugs(tmp_path, "Monitor_1min.csv", HEAD + NORMAL)

    (row,) = evaluate(EvaluateOptions((path,), injections=0))["appliances"]

    assert row["name"] == "Monitor"


def test_the_table_ends_with_what_was_left_out(among: Path) -> None:
    evaluated = evaluate(EvaluateOptions((among,), injections=0))
    out = io.StringIO()

    table.write(evaluated, out)

    assert out.getvalue().splitlines()[-2] == "Left out"
    assert "the first line must be" in out.getvalue()


def test_a_failure_of_the_program_on_one_recording_is_said_and_loses_no_other(
    among: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails_on_the_bad(folder: Path, options: EvaluateOptions) -> Trial:
        return trial_of(folder, options) if folder.name == "good" else _broken()

    monkeypatch.setattr(run, "trial_of", fails_on_the_bad)

    said = command.invoke(app, ["evaluate", "--data", str(among), "--workers", "1", "--injections", "0", "--json"])

    (refused,) = json.loads(said.stdout)["refused"]
    assert said.exit_code == 1
    assert refused["problem"].endswith("bad: the program failed on it (ZeroDivisionError: by nothing)")
    assert "Traceback" in said.stderr


def _broken() -> Trial:
    raise ZeroDivisionError("by nothing")


def test_nothing_is_injected_where_nothing_is_counted(short: Path) -> None:
    evaluated = evaluate(EvaluateOptions((short,), injections=5))

    (one,) = evaluated["recordings"]
    assert (one["days_counted"], one["false_per_home_month"], one["fall"]["n"], one["presence"]) == (0, None, 0, None)
    page = render(evaluated, Language.ENGLISH)
    assert "no time is left that could be counted" in page
    assert "nobody was sent" not in page


def _life(folder: Path, labels: list[tuple[datetime, datetime, str]]) -> Life:
    with (folder / "truth.csv").open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(("start", "end", "label"))
        rows.writerows((start.isoformat(), end.isoformat(), label) for start, end, label in labels)
    return Life(Player(load(folder)))


def test_absences_that_overlap_are_one_and_end_with_the_recording(tmp_path: Path) -> None:
    folder = write_recording(tmp_path / "overlapping", days=SHORT)
    long, inside = timedelta(hours=9), timedelta(hours=2)
    beyond = timedelta(days=900)

    life = _life(
        folder,
        [
            (START, START + long, "away"),
            (START + inside, START + 2 * inside, "away"),
            (START + beyond, START + 2 * beyond, "away"),
            (START - beyond, START - inside, "away"),
        ],
    )

    assert life.away == [(life.first, (START + long).timestamp())]
    assert life.is_away((START + 4 * inside).timestamp())


def _interrupted(folder: Path, *, days: float) -> Path:
    """Twelve days, in the middle of which so many more went by unrecorded."""
    write_recording(folder, days=12)
    with gzip.open(folder / "readings.csv.gz", "rt") as file:
        head, *rows = list(csv.reader(file))
    middle = START + timedelta(days=9)
    lines = [",".join(head)]
    for at, *rest in rows:
        moment = datetime.fromisoformat(at)
        moment += timedelta(days=days if moment > middle else 0)
        lines.append(",".join((moment.isoformat(), *rest)))
    with gzip.open(folder / "readings.csv.gz", "wt") as file:
        file.write("\n".join(lines) + "\n")
    (folder / "truth.csv").unlink()
    return folder


def test_an_interruption_is_not_counted_and_nobody_is_called_for_it(tmp_path: Path) -> None:
    trial = trial_of(_interrupted(tmp_path / "paused", days=40), EvaluateOptions((), injections=0))

    figures = result.as_json(trial)
    assert (figures["days"], figures["days_counted"]) == (pytest.approx(52, abs=0.2), pytest.approx(5, abs=0.2))
    assert [call.kind for call in trial.calls if call.concern.at.timestamp() < trial.life.last - 3 * DAY] == []
    assert [note["what"] for note in figures["notes"]] == ["interrupted"]


def test_what_is_not_recorded_teaches_nothing(tmp_path: Path) -> None:
    folder = _interrupted(tmp_path / "begun-long-before", days=40)
    with gzip.open(folder / "readings.csv.gz", "at") as file:
        file.write(f"{(START - timedelta(days=60)).isoformat()},pir-living,motion,detected\n")

    life = Life(Player(load(folder)))

    assert not life.is_long
    assert life.counted_from == pytest.approx((START + timedelta(days=7)).timestamp(), abs=HOUR)


def test_nothing_goes_out_by_a_door_that_no_contact_watches(tmp_path: Path) -> None:
    folder = write_recording(tmp_path / "no-contact", days=12)
    about = (folder / "home.toml").read_text().replace('"door"\nkind = "door"', '"door"\nkind = "motion"')
    (folder / "home.toml").write_text(about)
    with gzip.open(folder / "readings.csv.gz", "rt") as file:
        text = file.read().replace("door,door,open", "door,motion,detected")
    (folder / "readings.csv.gz").unlink()
    (folder / "readings.csv").write_text(text.replace("door,door,closed", "door,motion,clear"))

    injected = injections_of(Life(Player(load(folder))), falls=60, seed=1)

    assert Injected.FALL in {one.what for one in injected}
    assert {one.what for one in injected} & {Injected.NIGHT_EXIT, Injected.INVERTED_REED, Injected.AT_THE_DOOR} == set()


def test_a_curve_whose_points_are_all_at_nothing_is_drawn() -> None:
    assert "<circle" in plots.curve([(0.0, 0.0, "0.5")], label="curve", axes=("a month", "hours"))


def test_no_moment_is_drawn_whose_days_were_not_recorded(tmp_path: Path) -> None:
    life = Life(Player(load(_interrupted(tmp_path / "paused", days=40))))

    injected = injections_of(life, falls=60, seed=1)

    ((begins, ends),) = life.player.interruptions
    assert len(injected) > 10
    assert all(one.at + 2 * HOUR < begins or one.at > ends for one in injected)


def _plugs(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8-sig")
    return path


HEAD = "device,minute,mean_w,max_w,samples\n"
NORMAL = "".join(f"M1,2026-03-01T{n // 60:02d}:{n % 60:02d},20,{n % 30},60\n" for n in range(600))


def test_a_plug_file_may_be_plain_and_its_odd_lines_are_left_out(tmp_path: Path) -> None:
    odd = "M1,2026-03-01T10:01,,NaN,9\nM1,,,,\nM1,1970-01-01T00:00,2,2,60\n"
    path = _plugs(tmp_path, "Monitor_1min.csv", HEAD + NORMAL + odd)

    (row,) = evaluate(EvaluateOptions((tmp_path,), injections=1))["appliances"]

    assert (row["name"], row["plugs"], row["days"]) == ("Monitor", 1, 0.4)
    assert {note["what"]: note["count"] for note in row["notes"]} == {"unreadable": 2, "unordered": 1, "far_off": 1}
    assert path.exists()


def test_a_plug_of_which_only_the_mean_is_known_goes_by_that_and_unmeasured_minutes_say_nothing(
    tmp_path: Path,
) -> None:
    text = HEAD.replace("max_w,", "") + "M1,2026-03-01T10:00,1500,60\nM1,2026-03-01T10:01,0,0\n"

    found = plugs.load(_plugs(tmp_path, "Iron_1min.csv", text))

    assert [watts for _, watts in found.plugs["M1"]] == [1500.0]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "the first line must be device,minute"),
        (HEAD, "no reading in it"),
        (HEAD.replace("minute", "hour"), "must be device,minute"),
        (HEAD.replace("_w", "_kw") + NORMAL, "600 of 600 lines cannot be read; the first is line 2: power is a number"),
        (f"{HEAD}M1,today,1,1,60\n", "1 of 1 lines cannot be read; the first is line 2: a time is written as"),
    ],
)
def test_a_plug_file_that_is_none_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    refused: Callable[[Path], plugs.Class] = plugs.load

    with pytest.raises(RecordingError, match=complaint):
        refused(_plugs(tmp_path, "Iron_1min.csv", text))


def test_of_a_quiet_of_more_than_a_day_that_nobody_noted_nobody_knows_who_was_there(tmp_path: Path) -> None:
    """A weekend away that its author did not write down: no fall is put there, and out is not judged."""
    folder = write_recording(tmp_path / "weekend", days=14)
    since, until = START + timedelta(days=10, hours=12), START + timedelta(days=12, hours=10)
    with gzip.open(folder / "readings.csv.gz", "rt") as lines:
        head, *rows = lines.read().splitlines()
    kept = [
        row
        for row in rows
        if not since <= datetime.fromisoformat(row.partition(",")[0]) < until or row.partition(",")[2].startswith("m")
    ]
    (folder / "readings.csv.gz").write_bytes(gzip.compress("\n".join([head, *kept]).encode()))
    head, *spells = (folder / "truth.csv").read_text().splitlines()
    noted = [spell for spell in spells if not since <= datetime.fromisoformat(spell.partition(",")[0]) < until]
    (folder / "truth.csv").write_text("\n".join([head, *noted]) + "\n")

    trial = trial_of(folder, EvaluateOptions((folder,), injections=60))

    falls = [one.at for one in trial.injected if one.what is Injected.FALL]
    assert len(falls) == 60
    assert not [at for at in falls if since.timestamp() + HOUR < at < until.timestamp() - HOUR]
    assert trial.home[1] + trial.out[1] < 7 * DAY - (until - since).total_seconds() + 3 * HOUR
    noted_too = (folder / "truth.csv").read_text() + f"{since.isoformat()},{until.isoformat()},ill\n"
    (folder / "truth.csv").write_text(noted_too)
    assert Life(Player(load(folder))).is_home(since.timestamp() + DAY)
