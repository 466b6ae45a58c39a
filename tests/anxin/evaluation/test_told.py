"""What is printed and reported says what it is about: with its interval, its count, its unit, and for whom it holds."""

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from anxin.evaluation import result, table
from anxin.evaluation.calls import Call
from anxin.evaluation.injections import Injected
from anxin.evaluation.life import Life
from anxin.evaluation.notes import report_words
from anxin.evaluation.options import EvaluateOptions
from anxin.evaluation.report import render
from anxin.evaluation.run import Entry, evaluate
from anxin.evaluation.titles import titles_of
from anxin.evaluation.together import together
from anxin.evaluation.trial import Trial, Trialled
from core.concerns import Concern, ConcernKind, Severity
from core.people import Language
from core.policies import DEFAULT_BY_KIND
from simulator.player import Player
from simulator.recording import load
from tests.anxin.evaluation.recorded import START

DAY = 86400.0
NEVER = float("inf")


@pytest.fixture(scope="module")
def evaluated(recorded: Path) -> Entry:
    return evaluate(EvaluateOptions((recorded,), injections=0))


@pytest.fixture(scope="module")
def trial(recorded: Path) -> Trial:
    """Nothing was said, and nothing tried."""
    return Trial(Life(Player(load(recorded))))


def printed(evaluated: Mapping[str, Any]) -> list[str]:
    out = io.StringIO()
    table.write(evaluated, out)
    return [line.strip() for line in out.getvalue().splitlines()]


def line_of(evaluated: Mapping[str, Any], begins: str) -> str:
    return next(line for line in printed(evaluated) if line.startswith(begins))


def with_one(evaluated: Entry, **figures: object) -> Entry:
    """The same, but for some figures of its recording."""
    return evaluated | {"recordings": [evaluated["recordings"][0] | figures]}


def said(kind: ConcernKind, *, day: float, over_after: float | None = None) -> Call:
    """What was said on a day, and is over so many minutes after."""
    at = START + timedelta(days=day)
    severity = Severity.YELLOW
    asked_at = at + DEFAULT_BY_KIND[severity, ConcernKind.NO_MEAL].levels[0].patience
    over = None if over_after is None else at + timedelta(minutes=over_after)
    concern = Concern("h", kind, severity, f"{day}", at, at, kind.value)
    return Call(concern, asked_at, severity, cleared_at=over, ends_alert=over is not None)


def of_calls(trial: Trial, *calls: Call, injected: tuple[Trialled, ...] = ()) -> Entry:
    return result.as_json(replace(trial, calls=list(calls), injected=list(injected)))


def test_what_is_said_of_daily_life_is_told_with_how_often_it_went_past_the_resident(
    trial: Trial, evaluated: Entry
) -> None:
    one = of_calls(
        trial,
        said(ConcernKind.NO_MEAL, day=10),
        said(ConcernKind.NO_MEAL, day=11, over_after=20),
        said(ConcernKind.NO_MEAL, day=12, over_after=45),
        said(ConcernKind.RESTLESS, day=13, over_after=5),
        said(ConcernKind.NO_MEAL, day=2),
    )

    assert one["daily_false"] == {"decline": 0, "no_meal": 3, "restless": 1, "wandering": 0}
    assert one["daily_called"] == {"decline": 0, "no_meal": 2, "restless": 0, "wandering": 0}
    told = line_of(with_one(evaluated, **one), "said of usual")
    assert told.endswith(" days; of these 2 asked somebody other than the resident (no_meal 2)")
    page = render(with_one(evaluated, **one), Language.ENGLISH)
    assert "something was said 4 times, and 2 of these asked somebody other" in page
    assert "“No meal noticed” 3 (2 asked others)" in page
    assert "其中 2 次问到了老人以外的人" in render(with_one(evaluated, **one), Language.CHINESE)


def test_simulated_homes_together_say_both_too(trial: Trial, evaluated: Entry) -> None:
    one = of_calls(trial, said(ConcernKind.NO_MEAL, day=10), said(ConcernKind.SILENCE, day=11))
    homes = together([one | {"simulated": True}] * 2)
    assert homes is not None

    lines = printed(evaluated | {"simulated": homes, "recordings": []})

    assert homes["daily_called"]["no_meal"] == 2
    assert any(line.endswith("; of these 2 asked somebody other than the resident (no_meal 2)") for line in lines)
    low, high = homes["false_interval_by_kind"]["silence"]
    assert f"false by kind: silence 2 ({low}–{high} a month)" in lines
    assert low < 2 / (homes["days_counted"] / 30) < high


def test_each_kind_stands_with_its_interval(trial: Trial, evaluated: Entry) -> None:
    one = of_calls(trial, said(ConcernKind.SILENCE, day=10), said(ConcernKind.SILENCE, day=12))

    low, high = one["false_by_kind"]["silence"]["false_interval"]
    whole = with_one(evaluated, **one)
    assert line_of(whole, "false by kind") == f"false by kind: silence 2 ({low}–{high} a month); while learning: 0"
    assert f"By kind: “No sign of life for unusually long” 2 ({low} to {high} a month)." in render(
        whole, Language.ENGLISH
    )


def test_falls_are_told_by_room_and_by_part_of_the_day_with_their_counts(trial: Trial, evaluated: Entry) -> None:
    falls = tuple(
        Trialled(Injected.FALL, at, hours * 3600.0, (f"hour {hour}", f"room {room}"))
        for at, (hour, room, hours) in enumerate(
            [("01", "bedroom", 4), ("05", "bedroom", 6), ("06", "bathroom", 1), ("23", "kitchen", NEVER)]
        )
    )

    one = of_calls(trial, injected=falls)

    whole = with_one(evaluated, **one)
    rooms, parts = line_of(whole, "falls by room"), line_of(whole, "falls by hour")
    assert rooms == "falls by room: bathroom 1.0 h of 1, bedroom 5.0 h of 2, kitchen 48.0 h of 1"
    assert parts == "falls by hour of day: 0–6 5.0 h of 2, 6–12 1.0 h of 1, 18–24 48.0 h of 1"
    page = render(whole, Language.ENGLISH)
    assert re.search(r"<td>bedroom</td><td>2</td><td>2</td><td>5.0 hours</td><td>6.0 hours</td>", page)
    assert re.search(r"<td>kitchen</td><td>1</td><td>0</td><td>–</td><td>–</td>", page)
    bars = re.findall(r"<title>(\d+): ([\d.]+) \((\d+)\)</title>", page)
    assert bars == [("1", "4.0", "1"), ("5", "6.0", "1"), ("6", "1.0", "1")]


def test_the_report_says_of_whom_its_figures_are(evaluated: Entry) -> None:
    english, chinese = (render(evaluated, language) for language in (Language.ENGLISH, Language.CHINESE))

    assert "had not seen" not in english
    assert "come from its own past alone" in english
    assert "only for recordings that are none of those" in english
    assert "系统没有见过的真实住户" not in chinese
    assert "只来自这一户自己的过去" in chinese


@pytest.mark.parametrize("language", list(Language))
def test_that_nobody_was_sent_stands_with_how_often_it_could_be(evaluated: Entry, language: Language) -> None:
    (one,) = evaluated["recordings"]

    assert one["false_count"] == 0
    assert report_words(language)["false_none"].format(high=one["false_interval"][1]) in render(evaluated, language)


@pytest.mark.parametrize("language", list(Language))
def test_whatever_was_tried_has_a_row_with_lengths_that_a_person_reads(
    trial: Trial, evaluated: Entry, language: Language
) -> None:
    tried = (
        (Injected.NOT_UP, 4 * 3600.0),
        (Injected.DOOR_LEFT_OPEN, 70.98 * 60),
        (Injected.LATER_RISING, 11.76 * DAY),
        (Injected.PACING, 40.0),
        (Injected.RESTLESS_NIGHT, -3600.0),
        (Injected.NO_MEALS, NEVER),
    )
    faults = Trialled(Injected.CLOCK_JUMP, 0.0, NEVER, called=("silence", "silence"))
    one = of_calls(trial, injected=(*(Trialled(what, 0.0, delay) for what, delay in tried), faults))

    page, words = render(with_one(evaluated, **one), language), report_words(language)

    lengths = {
        name: re.search(f"<td>{re.escape(words[f'tried_{name}'])}</td><td>1</td><td>[01]</td><td>(.*?)</td>", page)
        for name in (what.value for what, _ in tried)
    }
    english = ["4.0 hours", "71 minutes", "12 days", "1 minute", "at once", "–"]
    chinese = ["4.0 小时", "71 分钟", "12 天", "1 分钟", "当时", "–"]
    assert [found and found[1] for found in lengths.values()] == (english if language == "en" else chinese)
    assert re.search(f"<td>{words['tried_clock_jump']}</td><td>1</td><td>.* 2</td>", page)
    assert words["tried_gateway_gone"] not in page, "what was not tried has no row"


def with_curve(trial: Trial, evaluated: Entry) -> Entry:
    """The same recording at another budget, at which falls were found."""
    falls = (Trialled(Injected.FALL, 0.0, 7200.0), Trialled(Injected.BATHROOM, 0.0, 1800.0))
    again = of_calls(trial, said(ConcernKind.SILENCE, day=10), injected=falls)
    return evaluated | {"curve": [{"budget": 2.0, "recordings": [again]}]}


def test_the_curve_is_a_table_below_its_recording(trial: Trial, evaluated: Entry) -> None:
    whole = with_curve(trial, evaluated)

    lines = printed(whole)

    again = whole["curve"][0]["recordings"][0]
    at = lines.index("at other budgets:")
    assert lines[at + 1].split()[:2] == ["budget", "false"]
    row = lines[at + 2].split()
    assert row[:3] == ["2", str(again["false_count"]), str(again["false_per_home_month"])]
    assert row[4:] == ["2.0", "2.0", "2.0", "30.0"]
    assert render(whole, Language.ENGLISH).count(report_words(Language.ENGLISH)["curve_plot"]) > 1


def test_a_recording_that_failed_at_a_budget_does_not_lend_its_place_to_another(trial: Trial, evaluated: Entry) -> None:
    (one,) = evaluated["recordings"]
    other = one | {"path": "/elsewhere", "name": "other"}

    lines = printed(with_curve(trial, evaluated) | {"recordings": [other, one]})

    assert lines.count("at other budgets:") == 1
    assert lines.index("at other budgets:") > next(i for i, line in enumerate(lines) if line.startswith(one["name"]))


def test_the_first_line_says_what_was_asked_for(evaluated: Entry) -> None:
    asked = printed(evaluated)[0]
    other = printed(evaluated | {"answered": 0.8, "learns": False, "doubts": False, "budget": 2.0})[0]

    assert asked == "budget 0.5 a month, seed 1, answered 0, endings teach, doubts on"
    assert other == "budget 2 a month, seed 1, answered 0.8, endings do not teach, doubts off"


def test_where_only_one_detector_counts_that_is_said_and_what_it_is_not_about_has_no_delay(
    trial: Trial, evaluated: Entry
) -> None:
    tried = ((Injected.FALL, NEVER), (Injected.BATHROOM, NEVER), (Injected.DOOR_LEFT_OPEN, 3600.0))
    injected = tuple(Trialled(what, 0.0, delay, ("hour 03", "room kitchen")) for what, delay in tried)
    one = of_calls(trial, injected=injected) | {"peers": {}}
    curve = [{"budget": 1.0, "recordings": [one]}]
    found = with_one(evaluated, **one) | {"detector": "door_open", "curve": curve}

    first, *_ = lines = printed(found)
    ours = next(line for line in lines if line.startswith("Anxin")).split()
    assert first.endswith("; of ours only what door_open says is counted")
    assert ours[4:] == ["–", "of", "1", *"–––––––"]
    assert lines[-1].split()[4:] == list("––––")
    assert line_of(found, "bathroom").endswith("mean –, median –, p90 – min")
    assert "–" not in line_of(found, "door left open")
    assert found["recordings"][0]["fall"]["median_h"] == 48.0, "the JSON says what it always did"
    page = render(found, Language.ENGLISH)
    assert "only what the detector door_open says is counted" in page
    assert report_words(Language.ENGLISH)["hour_plot"] not in page


def test_tickets_are_told_in_words(evaluated: Entry) -> None:
    some = with_one(evaluated, tickets={"device_silent": 8, "device_stuck": 1})

    assert line_of(some, "appliance alarms").endswith("device tickets: device_silent 8, device_stuck 1")
    assert line_of(with_one(evaluated, tickets={}), "appliance alarms").endswith("device tickets: none")


def test_recordings_of_one_name_are_told_apart(evaluated: Entry) -> None:
    (one,) = evaluated["recordings"]
    entries = [one | {"path": path} for path in ("/a/first", "/a/second")]

    assert one["path"].endswith("quiet-street-4")
    assert titles_of([one]) == ["quiet-street-4"]
    assert titles_of(entries) == ["quiet-street-4 (first)", "quiet-street-4 (second)"]
    assert titles_of([one | {"path": path} for path in ("/a/x", "/b/x")])[1] == "quiet-street-4 (/b/x)"
    whole = evaluated | {"recordings": entries}
    assert [line.partition(":")[0] for line in printed(whole) if line.startswith("quiet")] == titles_of(entries)
    assert re.findall("<h2>(quiet.*?)</h2>", render(whole, Language.CHINESE)) == titles_of(entries)


def test_both_languages_have_every_word() -> None:
    assert set(report_words(Language.ENGLISH)) == set(report_words(Language.CHINESE))
