"""The HTML report: the same figures in a table and plots, in the reader's words."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from anxin.comparison import plots
from core.people import Language

Words = Mapping[str, Any]
Said = Mapping[str, Any]


def write_report(compared: Said, path: Path, language: Language) -> None:
    """One file that needs nothing else. Raises OSError where it cannot be written."""
    path.write_text(render(compared, language), encoding="utf-8")


def render(compared: Said, language: Language) -> str:
    here = files("anxin.comparison")
    words: Words = tomllib.loads((here / "report.toml").read_text(encoding="utf-8"))[language.value]
    template = Environment(autoescape=True, undefined=StrictUndefined).from_string(
        (here / "report.html").read_text(encoding="utf-8")
    )
    return template.render(
        language=language.value,
        words=words,
        compared=compared,
        recordings=[
            {
                "name": one["name"],
                "lines": list(_lines(one, compared, words)),
                "rows": [_row(feature, words) for feature in one["features"]],
                "plots": list(_plots(one, words)),
                "changes": _changes(one["room_changes"], words),
            }
            for one in compared["recordings"]
        ],
    )


def _lines(one: Said, compared: Said, words: Words) -> Iterator[str]:
    yield words["recorded"].format(days=one["days"], signs=f"{one['signs']:,}")
    yield words["beside"].format(homes=one["simulated_homes"], days=compared["days"], seed=compared["seed"])
    counts = {name: one["counts"].get(name, 0) for name in ("within", "partly", "outside")}
    yield words["counts"].format(all=sum(counts.values()), **counts)


def _row(feature: Said, words: Words) -> dict[str, Any]:
    return {
        "name": _named(feature["name"], words),
        "unit": words["units"][feature["unit"]],
        "figures": [
            {
                "label": words["figures"].get(label, label),
                "value": f"{said['recorded']:g}",
                "span": _span(said),
                "outside": said["is"] != "within",
            }
            for label, said in feature["figures"].items()
        ],
        "n": f"{feature['n']:,}",
        "simulated_n": f"{feature['simulated_n']:,}",
        "ks": _distance(feature["ks"]),
        "earth_movers": _distance(feature["earth_movers"]),
        "is": words[feature["is"]],
    }


def _named(name: str, words: Words) -> str:
    """Some begin with a room or an appliance."""
    about, _, rest = name.partition(", ")
    if about in words["things"] and rest in words["features"]:
        return f"{words['things'][about]}{words['comma']}{words['features'][rest]}"
    return str(words["features"][name])


def _span(said: Said) -> str:
    return f"{said['least']:g}–{said['most']:g}"


def _distance(said: Said | None) -> str:
    return "–" if said is None else f"{said['recorded']:g} (≤ {said['most']:g})"


def _plots(one: Said, words: Words) -> Iterator[dict[str, str]]:
    names = (words["key_recorded"], words["key_median"], words["key_band"])
    hours: Sequence[Said] = one["pauses_by_hour"]
    for figure in ("p50", "p90"):
        recorded = [hour[figure]["recorded"] for hour in hours]
        label = words["pauses_plot"].format(figure=words["figures"].get(figure, figure))
        spans = [_band(hour[figure]) for hour in hours]
        yield {"label": label, "svg": plots.hours(recorded, spans, plots.MINUTES, label=label, names=names)}
    active: Sequence[Said] = one["active_by_hour"]
    label = words["active_plot"]
    shares = [hour["recorded"] for hour in active]
    bands = [_band(hour) for hour in active]
    yield {"label": label, "svg": plots.hours(shares, bands, plots.SHARES, label=label, names=names)}


def _band(said: Said) -> plots.Span | None:
    return plots.Span(said["least"], said["median"], said["most"]) if "least" in said else None


def _changes(said: Said | None, words: Words) -> dict[str, Any] | None:
    if said is None:
        return None
    return {
        "about": words["changes"].format(
            n=f"{said['n']:,}", simulated=f"{said['simulated_n']:,}", apart=_distance(said["total_variation"])
        ),
        "rows": [
            {
                "way": f"{words['things'][share['from']]} → {words['things'][share['to']]}",
                "recorded": _percent(share["recorded"]),
                "median": _percent(share["median"]),
                "span": f"{_percent(share['least'])}–{_percent(share['most'])}",
                "outside": not share["least"] <= share["recorded"] <= share["most"],
            }
            for share in said["shares"]
        ],
    }


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
