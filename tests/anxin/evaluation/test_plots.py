"""Plots have scales with numbers and units, and show nothing where nothing is known."""

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from anxin.evaluation import plots

AXES = ("across in hours", "upwards in hours")
ANYTHING = st.floats(0.0, 500.0)


def test_every_plot_names_what_its_axes_tell() -> None:
    drawn = (
        plots.steps({"a": [1.0, None]}, hours=24, label="l", axes=AXES),
        plots.hours_of_day({"03": (2.0, 5)}, label="l", axes=AXES),
        plots.curve([(1.0, 2.0, "0.5")], label="l", axes=AXES),
    )

    assert all(f">{axis}</text>" in svg for svg in drawn for axis in AXES)


def test_an_hour_without_falls_is_blank_and_one_of_no_delay_is_not() -> None:
    svg = plots.hours_of_day({"03": (0.0, 5), "07": (2.0, 11)}, label="l", axes=AXES)

    assert svg.count("<rect") == 2
    assert min(float(height) for height in re.findall(r'<rect[^>]* height="([\d.]+)"', svg)) > 0
    assert re.findall(r'class="middle count">(\d+)<', svg) == ["5", "11"]


@given(st.lists(st.tuples(ANYTHING, ANYTHING, st.floats(0.01, 500.0)), min_size=1, max_size=6))
def test_rates_stand_on_a_scale_of_round_numbers_that_do_not_touch(rows: list[tuple[float, float, float]]) -> None:
    of = {f"{n}": (low + rate, low, low + rate + more) for n, (rate, low, more) in enumerate(rows)}

    svg = plots.rates(of, label="l", axis="times a month")

    ticks: list[tuple[float, float]] = [
        (float(x), float(text)) for x, text in re.findall(r'x="([\d.]+)" y="\d+" class="middle">([\d.]+)<', svg)
    ]
    assert len(ticks) >= 2
    assert ticks[0] == (float(plots.NAMES), 0.0)
    assert all(after - before > 40 for (before, _), (after, _) in pairwise(ticks))
    assert ticks[-1][1] <= max(high for _, _, high in of.values())
    assert ">times a month</text>" in svg
