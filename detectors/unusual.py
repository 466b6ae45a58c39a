"""Unusual: how unlikely a count is by the counts before it, where some days are livelier than others.

A negative binomial, as counts of single things whose rate changes from night to night are (Greenwood & Yule 1920,
*Journal of the Royal Statistical Society* 83). Mean and variance by moments, with a prior, so that few nights are not
taken for a law.
"""

from collections.abc import Sequence
from math import exp, log
from typing import Final

_PRIOR_NIGHTS: Final = 7.0
"""What is known of every home counts like so many nights."""
_LEAST_EXCESS: Final = 0.01


def chance_of(count: int, before: Sequence[int], *, usual: float) -> float:
    """How likely `count` or more are. `usual`: the mean in other homes, with a variance of twice that."""
    weight = len(before) + _PRIOR_NIGHTS
    mean = (sum(before) + _PRIOR_NIGHTS * usual) / weight
    spread = (sum((each - mean) ** 2 for each in before) + _PRIOR_NIGHTS * 2.0 * usual) / weight
    size = mean * mean / max(spread - mean, _LEAST_EXCESS * mean)
    share = mean / (size + mean)
    term = exp(size * log(1.0 - share))
    fewer = 0.0
    for number in range(count):
        fewer += term
        term *= (number + size) / (number + 1) * share
    return max(0.0, 1.0 - fewer)
