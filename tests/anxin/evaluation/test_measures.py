"""Figures as they are told: exact intervals of rates, and spreads that do not hide what was never found."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxin.evaluation.measures import Rate, Spread

GARWOOD = [(0, 0.0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (20, 12.217, 30.888)]
"""Tabulated exact 95 % limits of a Poisson mean (Garwood 1936)."""


@pytest.mark.parametrize(("count", "low", "high"), GARWOOD)
def test_limits_are_those_of_the_tables(count: int, low: float, high: float) -> None:
    interval = Rate(count, months=1.0).interval

    assert interval == pytest.approx((low, high), abs=0.001)


@pytest.mark.parametrize("count", [300, 816, 5000])
def test_limits_of_many_are_near_the_approximation_for_many(count: int) -> None:
    """Byar's, in Breslow & Day 1987 (IARC Scientific Publications 82); off by hundredths where counts are large."""
    more = count + 1
    low = count * (1 - 1 / (9 * count) - 1.959964 / (3 * count**0.5)) ** 3
    high = more * (1 - 1 / (9 * more) + 1.959964 / (3 * more**0.5)) ** 3

    assert Rate(count, months=1.0).interval == pytest.approx((low, high), abs=0.05)


def test_of_very_many_the_interval_is_as_narrow_as_it_should_be() -> None:
    for count in (89, 176, 177, 178, 179, 600, 3000):
        low, high = Rate(count, months=1.0).interval or (0.0, 0.0)

        assert low == pytest.approx(count - 1.96 * count**0.5, abs=2.5)
        assert high == pytest.approx(count + 1.96 * count**0.5, abs=3.5)


@given(st.integers(0, 300), st.floats(0.05, 50.0))
def test_a_rate_lies_in_its_interval_and_a_longer_time_narrows_it(count: int, months: float) -> None:
    rate, longer = Rate(count, months), Rate(2 * count, 2 * months)

    assert rate.interval is not None
    assert rate.a_month is not None
    assert longer.interval is not None
    assert rate.interval[0] <= rate.a_month <= rate.interval[1]
    assert longer.interval[1] - longer.interval[0] < rate.interval[1] - rate.interval[0]


def test_without_time_there_is_no_rate() -> None:
    rate = Rate(0, months=0.0)

    assert rate.a_month is None
    assert rate.interval is None


def test_what_was_never_found_counts_as_long_as_it_was_followed() -> None:
    spread = Spread.of([3600.0, inf, 7200.0, 3600.0], ceiling=48 * 3600.0)

    said = spread.as_json(3600.0, "h")

    assert said["n"] == 4
    assert said["found"] == 3
    assert said["mean_h"] == pytest.approx((1 + 1 + 2 + 48) / 4)
    assert said["median_h"] == 1.5
    assert said["p90_h"] == 48.0
    assert said["found_1h"] == 0.5
    assert said["found_24h"] == 0.75
    assert said["delays_h"] == [1.0, 1.0, 2.0, None]


def test_nothing_injected_gives_no_figure() -> None:
    said = Spread.of([], ceiling=1.0).as_json(60.0, "min")

    assert said["n"] == 0
    assert said["median_min"] is None
    assert said["found_1h"] is None
