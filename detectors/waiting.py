"""Waiting: how long a quiet is worth waiting for, when a false alarm has its price in hours of waiting after a fall."""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from detectors.hazard import STEP, no_weights, of_every_place
from detectors.instants import HOUR
from detectors.quiets import BATHROOM, PLACES, SHORT, Floats

Steps = NDArray[np.uint8]

BATHROOM_RISK, DIM_BATHROOM_RISK = 110.0, 2.0
"""How much more an hour of waiting counts for a fall in the bathroom: in so small a part of the day falls are likelier
by the hour, a person who lies on tiles gets cold, and stays are short, so that little is lost by asking. Where other
rooms are hardly seen, whoever was last noticed in the bathroom is mostly not there any more. What people want, not a
measurement: such that a fall there is found within the hour.
"""
_HIGHEST_LOG_COST, _LOG_COST_STEP = 12.0, 0.02


def _waits(goes_on: Floats) -> Floats:
    """By step: the mean hours that a fall in such a quiet waits until then. Along the last axis.

    A fall comes at any moment of the time that a quiet takes up; one at age a, found at T, waits T - a. That is the
    integral over T of the time spent in quiets of this kind.
    """
    spent = np.float32(SHORT / HOUR) + np.cumsum(goes_on, axis=-1) * np.float32(STEP / HOUR)
    summed: Floats = np.cumsum(spent, axis=-1) * np.float32(STEP / HOUR)
    return summed


def steps_of(goes_on: Floats, cost: float, risk: float) -> Steps:
    """Steps of quiet, by half hour of its beginning and place, after which waiting costs more than it saves.

    `goes_on` by place, beginning and step. A false alarm costs as much as `cost` hours of waiting; an hour in the
    bathroom counts `risk` times. The least of cost times the chance that the quiet is usual life after all, plus the
    wait of those who fell: so every hour and room gets its share of a budget where it buys most (Lagrange).
    """
    risks = np.ones((PLACES, 1, 1), np.float32)
    risks[BATHROOM] = risk
    best: NDArray[np.intp] = (np.float32(cost) * goes_on + risks * _waits(goes_on)).argmin(axis=-1)
    return best.T.astype(np.uint8)


def seconds_of(steps: Steps) -> Floats:
    return np.float32(SHORT) + (steps.astype(np.float32) + 1) * np.float32(STEP)


def cost_needed(goes_on: Floats, gap: float, risk: float) -> float:
    """The log of the least cost of a false alarm (hours) at which this quiet would not have been one.

    `goes_on`: the chance of it by step; `risk`: of the place. It lasted `gap` seconds.
    """
    waits = np.float32(risk) * _waits(goes_on)
    low, high = 0.0, _HIGHEST_LOG_COST
    while high - low > _LOG_COST_STEP:
        middle = (low + high) / 2
        found = SHORT + (int((math.exp(middle) * goes_on + waits).argmin()) + 1) * STEP
        low, high = (low, middle) if found > gap else (middle, high)
    return high


@lru_cache(maxsize=64)
def first_steps(density: float, cost: float, risk: float) -> Steps:
    """Of a home of which nothing is known: shared by all that are alike."""
    return steps_of(of_every_place(no_weights(), density), cost, risk)
