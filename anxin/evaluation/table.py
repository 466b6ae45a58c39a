"""The table that is printed: each recording, ours first and the peers' rows under it, on the same falls."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from anxin.evaluation import visits
from anxin.evaluation.notes import report_words, told
from core.people import Language

_HEAD = ("", "false", "a month (95 %)", "fall: found 24 h", "mean h", "median h", "p90 h", "1 h", "2 h", "4 h", "12 h")
_DASH = "–"
_INJECTED = (
    ("bathroom", "min"), ("not_up", "h"), ("night_exit", "h"), ("door_left_open", "min"), ("appliance_left_on", "min"),
    ("later_rising", "d"), ("fewer_meals", "d"), ("no_meals", "h"), ("restless_night", "h"),
    ("at_the_door", "min"), ("pacing", "min"),
)  # fmt: skip


def write(recordings: Sequence[Mapping[str, Any]], plugs: Sequence[Mapping[str, Any]], out: TextIO) -> None:
    """Counts beside rates; nothing is averaged over recordings."""
    words = report_words(Language.ENGLISH)
    for one in recordings:
        out.write(f"\n{_title(one)}\n")
        _columns([_HEAD, _row("Anxin", one), *(_row(name, peer) for name, peer in one["peers"].items())], out)
        out.writelines(f"  {line}\n" for line in _rest(one))
        out.writelines(f"  noted: {line}\n" for line in told(one["notes"], words))
    if plugs:
        out.write("\nAppliances in normal use\n")
        head = ("class", "plugs", "days", "runs", "alarms", "left on: found", "median min", "p90 min")
        _columns([head, *map(_plug, plugs)], out)
        for row in plugs:
            out.writelines(f"  noted of {row['name']}: {line}\n" for line in told(row["notes"], words))


def write_refused(refused: Sequence[Mapping[str, Any]], out: TextIO) -> None:
    """What is no recording, or could not be judged; nothing where there is none."""
    if refused:
        out.write("\nLeft out\n")
        out.writelines(f"  {one['problem']}\n" for one in refused)


def write_together(simulated: Mapping[str, Any] | None, out: TextIO) -> None:
    """Simulated homes as one; nothing where there is none."""
    if simulated is None:
        return
    one = simulated
    out.write(f"\nSIMULATED homes together: {one['homes']} homes, {one['days_counted']} days counted\n")
    _columns([_HEAD, _row("Anxin", one), *(_row(name, peer) for name, peer in one["peers"].items())], out)
    kinds = ", ".join(f"{kind} {count}" for kind, count in one["false_by_kind"].items()) or "none"
    out.write(f"  false by kind: {kinds}\n")
    out.write(f"  questions to the resident that sent nobody: {one['questions']}\n")
    out.write(f"  {_injected('bathroom', 'min', one['bathroom'])}\n")
    daily = ", ".join(f"{kind} {count}" for kind, count in one["daily_false"].items()) or "none"
    out.write(f"  said of usual daily life: {daily} in {one['days_counted']} days\n")
    if one["company"] is not None:
        company = one["company"]
        out.write(f"  {visits.line(company)}\n")
        untold = f"{company['visits_untold']} visits in {company['homes_untold']} homes"
        out.write(f"  company that cannot be told by the sensors there: {untold}\n")
    out.write(f"  person alarms by device faults: {one['device_fault_alarms']}\n")


def _title(one: Mapping[str, Any]) -> str:
    mark = " (SIMULATED)" if one["simulated"] else ""
    return (
        f"{one['name']}{mark}: {one['days']} days, {one['days_counted']} of them counted; "
        f"{one['readings']:,} readings, {one['us_per_reading']} µs each"
    )


def _row(name: str, one: Mapping[str, Any]) -> tuple[str, ...]:
    fall, interval = one["fall"], one["false_interval"]
    limits = f"{interval[0]}–{interval[1]}" if interval else _DASH
    monthly = _text(one["false_per_home_month"])
    shares = (_percent(fall[f"found_{hours}h"]) for hours in (1, 2, 4, 12))
    return (
        name, str(one["false_count"]), f"{monthly} ({limits})", f"{_percent(fall['found_24h'])} of {fall['n']}",
        _text(fall["mean_h"]), _text(fall["median_h"]), _text(fall["p90_h"]), *shares,
    )  # fmt: skip


def _rest(one: Mapping[str, Any]) -> Iterable[str]:
    kinds = ", ".join(f"{kind} {each['false_count']}" for kind, each in one["false_by_kind"].items()) or "none"
    yield f"false by kind: {kinds}; while learning: {one['while_learning']}"
    yield f"questions to the resident that sent nobody: {one['questions']}"
    for name, unit in _INJECTED:
        said = one[name]
        if said["n"]:
            yield _injected(name, unit, said)
    daily = ", ".join(f"{kind} {count}" for kind, count in one["daily_false"].items())
    yield f"said of usual daily life: {daily} in {one['days_counted']} days"
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
    yield f"appliance alarms in normal use: {one['appliance_false']}; device tickets: {one['tickets'] or 'none'}"


def _injected(name: str, unit: str, said: Mapping[str, Any]) -> str:
    times = ", ".join(f"{figure} {_text(said[f'{figure}_{unit}'])}" for figure in ("mean", "median", "p90"))
    return f"{name.replace('_', ' ')}: {said['found']} of {said['n']} found; {times} {unit}"


def _plug(one: Mapping[str, Any]) -> tuple[str, ...]:
    left = one["left_on"]
    return (
        one["name"], str(one["plugs"]), str(one["days"]), str(one["runs"]), str(one["appliance_false"]),
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
