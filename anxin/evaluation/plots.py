"""Plots as SVG: steps of what was found, bars with their intervals, bars by hour of day. Told by place and dash too.

Nothing but text: the report is one file that opens anywhere, and prints.
"""

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil, sqrt
from typing import Final

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640, 302, 52, 48, 40
LINE: Final = 22
"""Between lines of a key, so that they can be read large on a phone."""
NAMES: Final = 250
"""From where on rates are drawn, right of their names."""
RIGHT: Final = 20
TICKS_APART: Final = 44.0
_COLOURS: Final = ("#b3261e", "#44546a", "#7a8794", "#a5afb9", "#1d6f5c", "#8a5a00")
_DASHES: Final = ("", "6 3", "2 3", "1 4", "9 3 2 3", "4 2")


def steps(series: Mapping[str, Sequence[float | None]], *, hours: int, label: str, axes: tuple[str, str]) -> str:
    """The share found (0 to 1) after each delay in hours, one line for each of `series`; None was never found. `axes`:
    what is told across, and upwards.
    """
    parts = [_axes([(hour, str(hour)) for hour in range(0, hours + 1, 4)], hours, [0, 0.25, 0.5, 0.75, 1.0], axes)]
    for number, (name, delays) in enumerate(series.items()):
        found = sorted(delay for delay in delays if delay is not None and delay <= hours)
        points, height = [(0.0, 0.0)], 0.0
        for delay in found:
            points.append((delay, height))
            height += 1 / len(delays)
            points.append((delay, height))
        points.append((float(hours), height))
        path = " ".join(f"{_x(at, hours):.1f},{_y(share, 1.0):.1f}" for at, share in points)
        parts.append(f'<polyline points="{path}" {_stroke(number)}/>')
        parts.append(_key(number, name))
    return _svg("".join(parts), label, lines=len(series))


def hours_of_day(values: Mapping[str, tuple[float, int]], *, label: str, axes: tuple[str, str]) -> str:
    """One bar for each hour of the day ("00" to "23") of which there is a value, and above it of how many that is; an
    hour without one stays blank.
    """
    highest = 4.0 * ceil(max([1.0, *(value for value, _ in values.values())]) * 1.1 / 4)
    ticks = [highest * part / 4 for part in range(5)]
    parts = [_axes([(hour + 0.5, f"{hour}") for hour in range(0, 24, 3)], 24, ticks, axes)]
    for hour, (value, count) in sorted(values.items()):
        at, top = int(hour), min(_y(value, highest), HEIGHT - BOTTOM - 1)
        wide = _x(at + 0.9, 24) - _x(at + 0.1, 24)
        height = HEIGHT - BOTTOM - top
        shape = f'x="{_x(at + 0.1, 24):.1f}" y="{top:.1f}" width="{wide:.1f}" height="{height:.1f}"'
        parts.append(f'<rect {shape} fill="{_COLOURS[0]}"><title>{at}: {value} ({count})</title></rect>')
        parts.append(f'<text x="{_x(at + 0.5, 24):.1f}" y="{top - 4:.1f}" class="middle count">{count}</text>')
    return _svg("".join(parts), label)


def rates(rows: Mapping[str, tuple[float, float, float]], *, label: str, axis: str) -> str:
    """One line for each name: a rate as a dot on its interval (rate, low, high), on a scale that squeezes the large,
    with its numbers below.
    """
    top = max((high for _, _, high in rows.values()), default=1.0)
    ground = TOP + 26 * len(rows)
    parts = [f'<line class="axis" x1="{NAMES}" x2="{_root(top, top):.1f}" y1="{ground}" y2="{ground}"/>']
    for tick in _ticks(top):
        x = f"{_root(tick, top):.1f}"
        parts.append(f'<line class="grid" x1="{x}" x2="{x}" y1="{TOP}" y2="{ground}"/>')
        parts.append(f'<text x="{x}" y="{ground + 18}" class="middle">{tick:g}</text>')
    parts.append(f'<text x="{WIDTH}" y="{ground + 40}" class="end">{escape(axis)}</text>')
    for number, (name, (rate, low, high)) in enumerate(rows.items()):
        y = TOP + 14 + number * 26
        xs = [_root(value, top) for value in (low, rate, high)]
        parts.append(f'<text x="0" y="{y + 4}">{escape(name)}</text>')
        parts.append(f'<line x1="{xs[0]:.1f}" x2="{xs[2]:.1f}" y1="{y}" y2="{y}" stroke="{_COLOURS[number % 6]}"/>')
        parts.append(f'<circle cx="{xs[1]:.1f}" cy="{y}" r="4" fill="{_COLOURS[number % 6]}"/>')
        parts.append(f'<text x="{xs[2] + 6:.1f}" y="{y + 4}">{rate:g}</text>')
    return _svg("".join(parts), label, height=ground + 46)


def _root(value: float, top: float) -> float:
    """Across, by the square root."""
    return NAMES + (WIDTH - NAMES - 60) * sqrt(value / top)


def _ticks(top: float) -> list[float]:
    """Round numbers up to the highest that stand apart from each other."""
    decades = [10.0**power for power in range(-2, 5)]
    kept = [0.0]
    for tick in (step * decade for decade in decades for step in (1, 2, 5)):
        if tick <= top and _root(tick, top) - _root(kept[-1], top) >= TICKS_APART:
            kept.append(tick)
    return kept


def curve(points: Sequence[tuple[float, float, str]], *, label: str, axes: tuple[str, str]) -> str:
    """Mean hours (second) against times a month (first), each point with its name."""
    most = max((x for x, _, _ in points), default=1.0) * 1.15 or 1.0
    longest = max((y for _, y, _ in points), default=1.0) * 1.15 or 1.0
    ticks = [round(longest * part / 4, 1) for part in range(5)]
    parts = [_axes([(most * part / 4, f"{most * part / 4:.1f}") for part in range(5)], most, ticks, axes)]
    for x, y, name in points:
        at = f'cx="{_x(x, most):.1f}" cy="{_y(y, longest):.1f}"'
        parts.append(f'<circle {at} r="4" fill="{_COLOURS[0]}"/>')
        parts.append(f'<text x="{_x(x, most) + 6:.1f}" y="{_y(y, longest) - 6:.1f}">{escape(name)}</text>')
    return _svg("".join(parts), label)


def _x(value: float, most: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * value / most


def _y(value: float, most: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / most


def _stroke(number: int) -> str:
    width = 3 if number == 0 else 1.6
    dash = _DASHES[number % len(_DASHES)]
    return f'fill="none" stroke="{_COLOURS[number % 6]}" stroke-width="{width}" stroke-dasharray="{dash}"'


def _key(number: int, name: str) -> str:
    y = HEIGHT + 14 + LINE * number
    return (
        f'<line x1="{LEFT}" x2="{LEFT + 40}" y1="{y}" y2="{y}" {_stroke(number)}/>'
        f'<text x="{LEFT + 50}" y="{y + 4}">{escape(name)}</text>'
    )


def _axes(across: Sequence[tuple[float, str]], most: float, up: Sequence[float], named: tuple[str, str]) -> str:
    """`named`: what is told across, and upwards, with units."""
    ground = HEIGHT - BOTTOM
    parts = [f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{ground}" y2="{ground}"/>']
    parts += [
        f'<text x="{_x(at, most):.1f}" y="{ground + 18}" class="middle">{escape(text)}</text>' for at, text in across
    ]
    parts.append(f'<text x="{WIDTH - RIGHT}" y="{ground + 40}" class="end">{escape(named[0])}</text>')
    parts.append(f'<text x="4" y="{TOP - 20}">{escape(named[1])}</text>')
    for value in up:
        y = _y(value, up[-1] or 1.0)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" class="end">{value:g}</text>')
    return "".join(parts)


def _svg(inside: str, label: str, *, lines: int = 0, height: float = HEIGHT) -> str:
    tall = height + (14 + LINE * lines if lines else 0)
    return (
        f'<svg viewBox="0 0 {WIDTH} {tall:.0f}" role="img" aria-label="{escape(label)}"><title>{escape(label)}</title>'
        f"{inside}</svg>"
    )
