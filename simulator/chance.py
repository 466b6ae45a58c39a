"""Seeded chance: the only place where randomness enters the simulator.

A stream is named by what it decides, so that a home's Tuesday never depends on how many homes there are.
"""

from math import log
from random import Random


def chance(*name: object) -> Random:
    """A stream of its own for this name, equal in every process (text seeds go through SHA-512, not `hash`)."""
    return Random("/".join(map(str, name)))  # noqa: S311 (a simulation, not a secret)


def spread(name: int, index: int) -> float:
    """An even number in 0..1 for the index-th turn of something, without keeping a stream for it.

    Knuth's multiplicative hashing (TAOCP vol. 3, 6.4): cheap enough for each check-in of each device.
    """
    return ((name + index) * 2654435761 & 0xFFFFFFFF) / 0x100000000


def skewed(rng: Random, median: float, spread: float, least: float = 0.0, most: float = float("inf")) -> float:
    """A duration as people's are: log-normal, most near the median and now and then a much longer one.

    `spread` is the standard deviation of the logarithm: 0.5 doubles or halves one in six or so, 1 five in ten.
    """
    return min(max(rng.lognormvariate(log(median), spread), least), most)
