"""The HTML report: the same figures in sentences and plots, for somebody who has to decide and not to compute."""

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from anxin.evaluation import plots
from anxin.evaluation.notes import report_words, told
from core.people import Language

_HOURS = 24
Words = Mapping[str, str]
Point = tuple[float, float, str]


def write_report(evaluated: Mapping[str, Any], path: Path, language: Language) -> None:
    """One file that needs nothing else. Raises OSError where it cannot be written."""
    path.write_text(render(evaluated, language), encoding="utf-8")


def render(evaluated: Mapping[str, Any], language: Language) -> str:
    here = files("anxin.evaluation")
    words = report_words(language)
    template = Environment(autoescape=True, undefined=StrictUndefined).from_string(
        (here / "report.html").read_text(encoding="utf-8")
    )
    curves = _curves(evaluated)
    return template.render(
        language=language.value,
        words=words,
        budget=evaluated["budget"],
        seed=evaluated["seed"],
        recordings=[
            {
                "name": _name(one, words),
                "lines": list(_lines(one, words)),
                "notes": list(told(one["notes"], words)),
                "plots": list(_plots(one, words, points)),
            }
            for one, points in zip(evaluated["recordings"], curves, strict=True)
        ],
        appliances=[row | {"told": list(told(row["notes"], words))} for row in evaluated["appliances"]],
        refused=evaluated["refused"],
    )


def _name(one: Mapping[str, Any], words: Words) -> str:
    return words["simulated"].format(name=one["name"]) if one["simulated"] else str(one["name"])


def _lines(one: Mapping[str, Any], words: Words) -> Iterator[str]:
    yield words["days"].format(days=one["days"], counted=one["days_counted"])
    if not one["days_counted"]:
        yield words["too_short"]
    elif one["false_count"] == 0:
        yield words["false_none"]
    elif one["false_interval"]:
        low, high = one["false_interval"]
        yield words["false_some"].format(
            count=one["false_count"], monthly=one["false_per_home_month"], low=low, high=high
        )
    fall = one["fall"]
    if fall["n"]:
        found = round((fall["found_24h"] or 0) * fall["n"])
        yield words["fall"].format(n=fall["n"], median=fall["median_h"], p90=fall["p90_h"], found=found)
    if one["bathroom"]["n"]:
        yield words["bathroom"].format(n=one["bathroom"]["n"], median=one["bathroom"]["median_min"])
    for drift in ("later_rising", "fewer_meals"):
        if one[drift]["n"]:
            yield words[drift].format(found=one[drift]["found"], n=one[drift]["n"], median=one[drift]["median_d"])
    if one["device_faults"]:
        yield words["faults"].format(count=one["device_fault_alarms"])
    if one["presence"]:
        shares = {name: f"{100 * one['presence'][name]:.1f} %" for name in ("sensitivity", "specificity")}
        yield words["presence"].format(**shares)
    yield _company(one["company"], words)


def _company(company: Mapping[str, Any], words: Words) -> str:
    if not company["told"]:
        return words["company_untold"]
    return words["company_said" if company["visits"] is None else "company"].format(**company)


def _plots(one: Mapping[str, Any], words: Words, points: Sequence[Point]) -> Iterator[dict[str, str]]:
    everybody = {words["ours"]: one} | {words[name]: peer for name, peer in one["peers"].items()}
    if one["fall"]["n"]:
        delays = {name: each["fall"]["delays_h"] for name, each in everybody.items()}
        label = words["found_plot"]
        yield {"label": label, "svg": plots.steps(delays, hours=_HOURS, label=label)}
        by_hour = {hour: each["median_h"] for hour, each in one["fall_by_hour"].items()}
        yield {"label": words["hour_plot"], "svg": plots.hours_of_day(by_hour, label=words["hour_plot"])}
    known = {name: each for name, each in everybody.items() if each["false_interval"]}
    rates = {name: (each["false_per_home_month"], *each["false_interval"]) for name, each in known.items()}
    if rates:
        yield {"label": words["false_plot"], "svg": plots.rates(rates, label=words["false_plot"])}
    if points:
        yield {"label": words["curve_plot"], "svg": plots.curve(points, label=words["curve_plot"])}


def _curves(evaluated: Mapping[str, Any]) -> list[list[Point]]:
    """Of each recording, in their order: a point for each budget."""
    found: list[list[Point]] = [[] for _ in evaluated["recordings"]]
    for step in evaluated["curve"]:
        recordings: Sequence[Mapping[str, Any]] = step["recordings"]
        for points, one in zip(found, recordings, strict=False):
            if one["false_per_home_month"] is not None and one["fall"]["mean_h"] is not None:
                points.append((one["false_per_home_month"], one["fall"]["mean_h"], f"{step['budget']:g}"))
    return found
