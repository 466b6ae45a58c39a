"""The table that is printed: each recording, ours first and the peers' rows under it, on the same falls."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from anxin.evaluation import visits
from anxin.evaluation.curve import curve_of
from anxin.evaluation.measured import INJECTED, measured, part_told
from anxin.evaluation.notes import report_words, told
from anxin.evaluation.titles import titles_of
from core.people import Language

_HEAD = ("", "false", "a month (95 %)", "fall: found 24 h", "mean h", "median h", "p90 h", "1 h", "2 h", "4 h", "12 h")
_DASH = "–"
_CURVE_HEAD = ("budget", "false", "a month (95 %)", "mean h", "median h", "p90 h", "bathroom: median min")


def write(evaluated: Mapping[str, Any], out: TextIO) -> None:
    """Everything that was found. Counts beside rates; no recordings of real homes are averaged."""
    words = report_words(Language.ENGLISH)
    out.write(f"{_settings(evaluated)}\n")
    recordings, only = evaluated["recordings"], evaluated["detector"]
    for one, title in zip(recordings, titles_of(recordings), strict=True):
        said = measured(one, only)
        out.write(f"\n{_title(one, title)}\n")
        _columns([_HEAD, _row("Anxin", said), *(_row(name, peer) for name, peer in one["peers"].items())], out)
        out.writelines(f"  {line}\n" for line in _rest(said))
        _curve([(budget, measured(again, only)) for budget, again in curve_of(one, evaluated)], out)
        out.writelines(f"  noted: {line}\n" for line in told(one["notes"], words))
    _appliances(evaluated["appliances"], words, out, always=only not in {None, "appliance_on"})
    _together(evaluated["simulated"], only, out)
    _refused(evaluated["refused"], out)


def _settings(evaluated: Mapping[str, Any]) -> str:
    """What was asked for, in one line."""
    only = evaluated["detector"]
    return (
        f"budget {evaluated['budget']:g} a month, seed {evaluated['seed']}, answered {evaluated['answered']:g}, "
        f"endings {'teach' if evaluated['learns'] else 'do not teach'}, doubts {'on' if evaluated['doubts'] else 'off'}"
        f"{f'; of ours only what {only} says is counted' if only else ''}"
    )


def _appliances(plugs: Sequence[Mapping[str, Any]], words: Mapping[str, str], out: TextIO, *, always: bool) -> None:
    """`always`: the figures are these though another detector was asked for."""
    if not plugs:
        return
    out.write(f"\nAppliances in normal use{' (what appliance_on says, always)' if always else ''}\n")
    names = titles_of(plugs)
    head = ("class", "plugs", "days", "runs", "alarms", "left on: found", "median min", "p90 min")
    _columns([head, *(_plug(row, name) for row, name in zip(plugs, names, strict=True))], out)
    for row, name in zip(plugs, names, strict=True):
        out.writelines(f"  noted of {name}: {line}\n" for line in told(row["notes"], words))


def _curve(points: Sequence[tuple[float, Mapping[str, Any]]], out: TextIO) -> None:
    """A row for each budget; nothing where none was asked for."""
    if not points:
        return
    out.write("  at other budgets:\n")
    _columns([_CURVE_HEAD, *(_at_budget(budget, one) for budget, one in points)], out)


def _at_budget(budget: float, one: Mapping[str, Any]) -> tuple[str, ...]:
    fall = one["fall"]
    return (
        f"{budget:g}", str(one["false_count"]), _monthly(one),
        *(_text(fall[f"{figure}_h"]) for figure in ("mean", "median", "p90")), _text(one["bathroom"]["median_min"]),
    )  # fmt: skip


def _refused(refused: Sequence[Mapping[str, Any]], out: TextIO) -> None:
    """What is no recording, or could not be judged; nothing where there is none."""
    if refused:
        out.write("\nLeft out\n")
        out.writelines(f"  {one['problem']}\n" for one in refused)


def _together(simulated: Mapping[str, Any] | None, only: str | None, out: TextIO) -> None:
    """Simulated homes as one; nothing where there is none."""
    if simulated is None:
        return
    one = measured(simulated, only)
    out.write(f"\nSIMULATED homes together: {one['homes']} homes, {one['days_counted']} days counted\n")
    _columns([_HEAD, _row("Anxin", one), *(_row(name, peer) for name, peer in one["peers"].items())], out)
    limits = one["false_interval_by_kind"]
    kinds = ", ".join(_kind(kind, count, limits[kind]) for kind, count in one["false_by_kind"].items()) or "none"
    out.write(f"  false by kind: {kinds}\n")
    out.write(f"  questions to the resident that sent nobody: {one['questions']}\n")
    out.write(f"  {_injected('bathroom', 'min', one['bathroom'])}\n")
    out.write(f"  {_daily(one)}\n")
    if one["company"] is not None:
        company = one["company"]
        out.write(f"  {visits.line(company)}\n")
        untold = f"{company['visits_untold']} visits in {company['homes_untold']} homes"
        out.write(f"  company that cannot be told by the sensors there: {untold}\n")
    out.write(f"  person alarms by device faults: {one['device_fault_alarms']}\n")


def _title(one: Mapping[str, Any], title: str) -> str:
    mark = " (SIMULATED)" if one["simulated"] else ""
    return (
        f"{title}{mark}: {one['days']} days, {one['days_counted']} of them counted; "
        f"{one['readings']:,} readings, {one['us_per_reading']} µs each"
    )


def _row(name: str, one: Mapping[str, Any]) -> tuple[str, ...]:
    fall = one["fall"]
    shares = (_percent(fall[f"found_{hours}h"]) for hours in (1, 2, 4, 12))
    return (
        name, str(one["false_count"]), _monthly(one), f"{_percent(fall['found_24h'])} of {fall['n']}",
        _text(fall["mean_h"]), _text(fall["median_h"]), _text(fall["p90_h"]), *shares,
    )  # fmt: skip


def _monthly(one: Mapping[str, Any]) -> str:
    return f"{_text(one['false_per_home_month'])} ({_limits(one['false_interval'])})"


def _limits(interval: Sequence[float] | None) -> str:
    return f"{interval[0]}–{interval[1]}" if interval else _DASH


def _kind(kind: str, count: int, interval: Sequence[float] | None) -> str:
    return f"{kind} {count} ({_limits(interval)} a month)"


def _daily(one: Mapping[str, Any]) -> str:
    """What was said of daily life, and how much of it went past the resident."""
    said = ", ".join(f"{kind} {count}" for kind, count in one["daily_false"].items()) or "none"
    called = one["daily_called"]
    kinds = ", ".join(f"{kind} {count}" for kind, count in called.items() if count)
    asked = f"of these {sum(called.values())} asked somebody other than the resident{f' ({kinds})' if kinds else ''}"
    return f"said of usual daily life: {said} in {one['days_counted']} days; {asked}"


def _split(falls: Mapping[str, Mapping[str, Any]]) -> str:
    return ", ".join(f"{name} {_text(said['median_h'])} h of {said['n']}" for name, said in falls.items())


def _rest(one: Mapping[str, Any]) -> Iterable[str]:
    kinds = [_kind(kind, each["false_count"], each["false_interval"]) for kind, each in one["false_by_kind"].items()]
    yield f"false by kind: {', '.join(kinds) or 'none'}; while learning: {one['while_learning']}"
    yield f"questions to the resident that sent nobody: {one['questions']}"
    if one["fall"]["n"]:
        yield f"falls by room: {_split(one['fall_by_room'])}"
        parts = {part_told(name): said for name, said in one["fall_by_part"].items()}
        yield f"falls by hour of day: {_split(parts)}"
    for name, unit in INJECTED:
        said = one[name]
        if said["n"]:
            yield _injected(name, unit, said)
    yield _daily(one)
    presence = one["presence"]
    if presence is not None:
        yield (
            f"home or out: sensitivity {presence['sensitivity']} of {presence['hours_away']} h away, "
            f"specificity {presence['specificity']} of {presence['hours_home']} h at home"
        )
    yield visits.line(one["company"])
    faults = "; ".join(
        f"{name.replace('_', ' ')} {sum(said['alarms'].values())} in {said['n']}"
        for name, said in one["device_faults"].items()
    )
    yield f"person alarms by device faults: {one['device_fault_alarms']} ({faults or 'none tried'})"
    tickets = ", ".join(f"{cause} {count}" for cause, count in one["tickets"].items()) or "none"
    yield f"appliance alarms in normal use: {one['appliance_false']}; device tickets: {tickets}"


def _injected(name: str, unit: str, said: Mapping[str, Any]) -> str:
    times = ", ".join(f"{figure} {_text(said[f'{figure}_{unit}'])}" for figure in ("mean", "median", "p90"))
    return f"{name.replace('_', ' ')}: {said['found']} of {said['n']} found; {times} {unit}"


def _plug(one: Mapping[str, Any], name: str) -> tuple[str, ...]:
    left = one["left_on"]
    return (
        name, str(one["plugs"]), str(one["days"]), str(one["runs"]), str(one["appliance_false"]),
        f"{left['found']} of {left['n']}", _text(left["median_min"]), _text(left["p90_min"]),
    )  # fmt: skip


def _columns(rows: Sequence[Sequence[str]], out: TextIO) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        out.write(f"  {'  '.join(cells).rstrip()}\n")


def _text(value: object) -> str:
    return _DASH if value is None else str(value)


def _percent(part: float | None) -> str:
    return _DASH if part is None else f"{100 * part:.0f} %"
