"""Plots as SVG: what was recorded as a line over the band of the simulated homes, hour by hour. Nothing but text."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import log10
from typing import Final

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 250, 52, 10, 12, 34
HOURS: Final = 24
LINE_HIGH: Final = 18


@dataclass(frozen=True, slots=True)
class Scale:
    """Up the plot: from `least` to `most`, by factors where `is_log`; `ticks` are written beside it."""

    least: float
    most: float
    ticks: tuple[float, ...]
    is_log: bool = False

    def y(self, value: float) -> float:
        bounded = min(max(value, self.least), self.most)
        if self.is_log:
            share = log10(bounded / self.least) / log10(self.most / self.least)
        else:
            share = (bounded - self.least) / (self.most - self.least)
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * share


MINUTES: Final = Scale(2, 1200, (2, 5, 15, 60, 240, 720), is_log=True)
SHARES: Final = Scale(0, 1, (0, 0.25, 0.5, 0.75, 1))


@dataclass(frozen=True, slots=True)
class Span:
    """Of the simulated homes at one hour."""

    least: float
    median: float
    most: float


def hours(
    recorded: Sequence[float | None], spans: Sequence[Span | None], scale: Scale, *, label: str, names: Sequence[str]
) -> str:
    """`names`: of the recorded line, the simulated median, and the band; where there is too little, there is a gap."""
    parts = [_axes(scale), *_band(spans, scale)]
    parts += _lines([None if span is None else span.median for span in spans], scale, 'class="median"')
    parts += _lines(recorded, scale, 'class="recorded"')
    parts += [_key(number, kind, name) for number, (kind, name) in enumerate(zip(_KEYS, names, strict=True))]
    tall = HEIGHT + 8 + LINE_HIGH * len(names)
    return (
        f'<svg viewBox="0 0 {WIDTH} {tall}" role="img" aria-label="{escape(label)}"><title>{escape(label)}</title>'
        f"{''.join(parts)}</svg>"
    )


_KEYS: Final = ("recorded", "median", "band")


def _x(hour: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * hour / HOURS


def _axes(scale: Scale) -> str:
    ground = HEIGHT - BOTTOM
    parts = [f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{ground}" y2="{ground}"/>']
    parts += [
        f'<text x="{_x(hour + 0.5):.1f}" y="{ground + 16}" class="middle">{hour}</text>' for hour in range(0, HOURS, 3)
    ]
    for value in scale.ticks:
        y = scale.y(value)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" class="end">{value:g}</text>')
    return "".join(parts)


def _band(spans: Sequence[Span | None], scale: Scale) -> list[str]:
    """One box an hour: it is told by place, not by colour alone."""
    return [
        f'<rect class="band" x="{_x(hour):.1f}" width="{_x(1) - _x(0):.1f}" y="{scale.y(span.most):.1f}" '
        f'height="{max(scale.y(span.least) - scale.y(span.most), 1):.1f}"/>'
        for hour, span in enumerate(spans)
        if span is not None
    ]


def _lines(values: Sequence[float | None], scale: Scale, kind: str) -> list[str]:
    runs: list[list[str]] = [[]]
    for hour, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(f"{_x(hour + 0.5):.1f},{scale.y(value):.1f}")
    lines = [f'<polyline {kind} points="{" ".join(run)}"/>' for run in runs if len(run) > 1]
    return lines + [_dot(run[0], kind) for run in runs if len(run) == 1]


def _dot(point: str, kind: str) -> str:
    x, _, y = point.partition(",")
    return f'<circle {kind} cx="{x}" cy="{y}" r="2.5"/>'


def _key(number: int, kind: str, name: str) -> str:
    y = HEIGHT + 8 + LINE_HIGH * number
    sample = (
        f'<rect class="band" x="{LEFT}" width="40" y="{y - 6}" height="12"/>'
        if kind == "band"
        else f'<line class="{kind}" x1="{LEFT}" x2="{LEFT + 40}" y1="{y}" y2="{y}"/>'
    )
    return f'{sample}<text x="{LEFT + 50}" y="{y + 4}">{escape(name)}</text>'
