"""Distances between two samples: how far apart two lives are in a feature, without any test of significance."""

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Steps = npt.NDArray[np.float64]
K = TypeVar("K", bound=Hashable)


def kolmogorov_smirnov(one: Sequence[float], other: Sequence[float]) -> float:
    """The largest difference between two distribution functions, 0 to 1 (Smirnov 1948). Neither is empty."""
    _, apart = _apart(one, other)
    return float(apart.max())


def earth_movers(one: Sequence[float], other: Sequence[float]) -> float:
    """The area between two distribution functions: how far values must be moved on average, in their own unit
    (Wasserstein's first distance: Vallender 1974). Neither is empty.
    """
    points, apart = _apart(one, other)
    return float((apart[:-1] * np.diff(points)).sum())


def _apart(one: Sequence[float], other: Sequence[float]) -> tuple[Steps, Steps]:
    """Every value of both, and there how far the two distribution functions are apart."""
    first, second = np.sort(np.asarray(one, float)), np.sort(np.asarray(other, float))
    points = np.unique(np.concatenate((first, second)))
    of_first = np.searchsorted(first, points, "right") / len(first)
    of_second = np.searchsorted(second, points, "right") / len(second)
    return points, np.abs(of_first - of_second)


def total_variation(one: Mapping[K, int], other: Mapping[K, int]) -> float:
    """Half the sum of the differences between two sets of shares, 0 to 1: what part must become of another kind.
    Neither is empty.
    """
    of_one, of_other = sum(one.values()), sum(other.values())
    keys = dict.fromkeys((*one, *other))
    return sum(abs(one.get(key, 0) / of_one - other.get(key, 0) / of_other) for key in keys) / 2
