"""Distances between samples are distances, and say what they are said to say."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anxin.comparison.distance import earth_movers, kolmogorov_smirnov, total_variation

SAMPLES = st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=25)
COUNTS = st.dictionaries(st.sampled_from("abcde"), st.integers(1, 50), min_size=1)


@settings(max_examples=60)
@given(one=SAMPLES, other=SAMPLES, third=SAMPLES)
def test_it_is_nothing_to_oneself_the_same_both_ways_and_never_shorter_by_a_detour(
    one: list[float], other: list[float], third: list[float]
) -> None:
    for between in (kolmogorov_smirnov, earth_movers):
        there = between(one, other)

        assert between(one, one) == 0
        assert there == pytest.approx(between(other, one))
        assert there <= between(one, third) + between(third, other) + 1e-6


@settings(max_examples=60)
@given(sample=SAMPLES, by=st.floats(0.5, 500))
def test_a_life_that_is_later_by_an_hour_is_moved_by_an_hour(sample: list[float], by: float) -> None:
    later = [value + by for value in sample]

    assert earth_movers(sample, later) == pytest.approx(by, rel=1e-6, abs=1e-6)
    assert 0 < kolmogorov_smirnov(sample, later) <= 1


def test_how_many_values_there_are_does_not_matter() -> None:
    assert earth_movers([1, 2], [1, 1, 2, 2]) == 0
    assert kolmogorov_smirnov([1, 2, 3, 4], [3, 4]) == pytest.approx(0.5)


@settings(max_examples=60)
@given(one=COUNTS, other=COUNTS)
def test_shares_differ_by_what_must_become_of_another_kind(one: dict[str, int], other: dict[str, int]) -> None:
    apart = total_variation(one, other)

    assert 0 <= apart <= 1
    assert apart == pytest.approx(total_variation(other, one))
    assert total_variation(one, Counter(one) + Counter(one)) == pytest.approx(0)
    assert (apart == pytest.approx(1)) == (not set(one) & set(other))
