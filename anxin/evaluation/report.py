"""The HTML report: the same figures in sentences and plots, for somebody who has to decide and not to compute."""

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from anxin.evaluation import plots
from anxin.evaluation.curve import curve_of
from anxin.evaluation.lengths import length
from anxin.evaluation.measured import half, measured
from anxin.evaluation.notes import refusal, report_words, told
from anxin.evaluation.sentences import lines_of, settings_of
from anxin.evaluation.titles import titles_of
from anxin.evaluation.tried import tables_of
from core.people import Language

_HOURS = 24
Words = Mapping[str, str]
Entry = Mapping[str, Any]


def write_report(evaluated: Entry, path: Path, language: Language) -> None:
    """One file that needs nothing else. Raises OSError where it cannot be written."""
    path.write_text(render(evaluated, language), encoding="utf-8")


def render(evaluated: Entry, language: Language) -> str:
    here = files("anxin.evaluation")
    words = report_words(language)
    template = Environment(autoescape=True, undefined=StrictUndefined).from_string(
        (here / "report.html").read_text(encoding="utf-8")
    )
    recordings, plugs = evaluated["recordings"], evaluated["appliances"]
    return template.render(
        language=language.value,
        words=words,
        settings=list(settings_of(evaluated, words)),
        recordings=[
            _section(one, title, evaluated, words, language)
            for one, title in zip(recordings, titles_of(recordings), strict=True)
        ],
        appliances=[_appliance(row, name, words) for row, name in zip(plugs, titles_of(plugs), strict=True)],
        refused=[refusal(one, words) for one in evaluated["refused"]],
    )


def _section(whole: Entry, title: str, evaluated: Entry, words: Words, language: Language) -> dict[str, Any]:
    only = evaluated["detector"]
    one = measured(whole, only)
    points = [(budget, measured(again, only)) for budget, again in curve_of(whole, evaluated)]
    return {
        "name": words["simulated"].format(name=title) if one["simulated"] else title,
        "lines": list(lines_of(one, words, language)),
        "tables": list(tables_of(one, words, language)),
        "notes": list(told(one["notes"], words)),
        "plots": list(_plots(one, words, points)),
    }


def _appliance(row: Entry, name: str, words: Words) -> Entry:
    left = length(half(row["left_on"], "min"), "min", words)
    return {**row, "name": name, "half": left, "told": list(told(row["notes"], words))}


def _plots(one: Entry, words: Words, curve: Sequence[tuple[float, Entry]]) -> Iterator[dict[str, str]]:
    everybody = {words["ours"]: one} | {words[name]: peer for name, peer in one["peers"].items()}
    if one["fall"]["found_24h"] is not None:
        delays = {name: each["fall"]["delays_h"] for name, each in everybody.items()}
        label, axes = words["found_plot"], (words["axis_since"], words["axis_share"])
        yield {"label": label, "svg": plots.steps(delays, hours=_HOURS, label=label, axes=axes)}
        by_hour = {hour: (each["median_h"], each["n"]) for hour, each in one["fall_by_hour"].items() if each["found"]}
        label, axes = words["hour_plot"], (words["axis_hour"], words["hours"])
        yield {"label": label, "svg": plots.hours_of_day(by_hour, label=label, axes=axes)}
    known = {name: each for name, each in everybody.items() if each["false_interval"]}
    rates = {name: (each["false_per_home_month"], *each["false_interval"]) for name, each in known.items()}
    if rates:
        label = words["false_plot"]
        yield {"label": label, "svg": plots.rates(rates, label=label, axis=words["axis_month"])}
    points = [
        (each["false_per_home_month"], each["fall"]["mean_h"], f"{budget:g}")
        for budget, each in curve
        if each["false_per_home_month"] is not None and each["fall"]["mean_h"] is not None
    ]
    if points:
        label, axes = words["curve_plot"], (words["axis_month"], words["hours"])
        yield {"label": label, "svg": plots.curve(points, label=label, axes=axes)}
