"""The table that is printed: one line a feature, the recorded figure first, then the span of the simulated homes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TextIO

_DASH = "–"
_HOURS_TOGETHER = 3
Said = Mapping[str, Any]


def write(compared: Said, out: TextIO) -> None:
    """Counts beside everything; nothing is averaged over recordings."""
    for one in compared["recordings"]:
        out.write(f"\n{_title(one, compared)}\n")
        head = (
            "",
            "unit",
            "recorded (least–most of the simulated)",
            "n",
            "n simulated",
            "KS (up to)",
            "EMD (up to)",
            "is",
        )
        _columns([head, *map(_feature, one["features"])], out)
        out.writelines(f"  {line}\n" for line in _rest(one))


def _title(one: Said, compared: Said) -> str:
    counts = ", ".join(f"{count} {word}" for word, count in one["counts"].items())
    return (
        f"{one['name']}: {one['days']} days recorded, {one['signs']:,} signs of life; beside {one['simulated_homes']} "
        f"simulated homes with the same sorts of sensors, {compared['days']} days each: {counts}"
    )


def _feature(one: Said) -> tuple[str, ...]:
    figures = "  ".join(
        f"{label} {_text(said['recorded'])}{'' if said['is'] == 'within' else '*'} ({_span(said)})"
        for label, said in one["figures"].items()
    )
    distances = (_distance(one[name]) for name in ("ks", "earth_movers"))
    return (one["name"], one["unit"], figures, f"{one['n']:,}", f"{one['simulated_n']:,}", *distances, one["is"])


def _span(said: Said) -> str:
    return f"{_text(said['least'])}–{_text(said['most'])}"


def _distance(said: Said | None) -> str:
    return _DASH if said is None else f"{_text(said['recorded'])} ({_text(said['most'])})"


def _rest(one: Said) -> Iterator[str]:
    yield "pauses by the hour they began in, min: recorded p50, p90, longest (simulated p90: least–most), n recorded"
    hours = one["pauses_by_hour"]
    for first in range(0, len(hours), _HOURS_TOGETHER):
        yield "  " + "   ".join(map(_hour, hours[first : first + _HOURS_TOGETHER]))
    changes = one["room_changes"]
    if changes is not None:
        apart = changes["total_variation"]
        yield (
            f"changes of room: {changes['n']:,} recorded, {changes['simulated_n']:,} simulated; total variation "
            f"{_distance(apart)}; shares:"
        )
        shares = [f"{s['from']}→{s['to']} {_percent(s['recorded'])} ({_percents(s)})" for s in changes["shares"]]
        for first in range(0, len(shares), _HOURS_TOGETHER):
            yield "  " + "   ".join(shares[first : first + _HOURS_TOGETHER])


def _hour(said: Said) -> str:
    p90 = said["p90"]
    span = f" ({_span(p90)})" if "least" in p90 else ""
    mine = ", ".join(_text(said[label]["recorded"]) for label in ("p50", "p90", "longest"))
    return f"{said['hour']:02d}: {mine}{span}, {said['n']}"


def _percents(said: Said) -> str:
    return f"{_percent(said['least'])}–{_percent(said['most'])}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _columns(rows: Sequence[Sequence[str]], out: TextIO) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        out.write(f"  {'  '.join(cells).rstrip()}\n")


def _text(value: float | None) -> str:
    return _DASH if value is None else f"{value:g}"
