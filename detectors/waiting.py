"""Waiting: how long a quiet is worth waiting for, when a false alarm has its price in hours of waiting after a fall."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detectors.hazard import Doubles, no_weights
from detectors.instants import HOUR
from detectors.lasting import STEP, of_every_place, summed
from detectors.quiets import BATHROOM, SHORT, Floats

Steps = NDArray[np.uint8]

BATHROOM_RISK, DIM_BATHROOM_RISK = 110.0, 2.0
"""How much more an hour of waiting counts for a fall in the bathroom: in so small a part of the day falls are likelier
by the hour, a person who lies on tiles gets cold, and stays are short, so that little is lost by asking. Where other
rooms are hardly seen, whoever was last noticed in the bathroom is mostly not there any more. What people want, not a
measurement: such that a fall there is found within the hour.
"""
_HIGHEST_LOG_COST, _LOG_COST_STEP = 12.0, 0.02


def _waits(goes_on: Floats) -> Floats:
    """By step: the mean hours that a fall in such a quiet waits until then. Along the first axis.

    A fall comes at any moment of the time that a quiet takes up; one at age a, found at T, waits T - a. That is the
    integral over T of the time spent in quiets of this kind.
    """
    spent = np.float32(SHORT / HOUR) + summed(goes_on) * np.float32(STEP / HOUR)
    return summed(spent) * np.float32(STEP / HOUR)


def steps_of(goes_on: Floats, cost: float, risk: float) -> Steps:
    """Steps of quiet, by half hour of its beginning and place, after which waiting costs more than it saves.

    `goes_on` by step, place and beginning. A false alarm costs as much as `cost` hours of waiting; an hour in the
    bathroom counts `risk` times. The least of cost times the chance that the quiet is usual life after all, plus the
    wait of those who fell: so every hour and room gets its share of a budget where it buys most (Lagrange).
    """
    waits = _waits(goes_on)
    waits[:, BATHROOM] *= np.float32(risk)
    waits += np.float32(cost) * goes_on
    best: Steps = waits.argmin(axis=0).T.astype(np.uint8)
    return best


def seconds_of(steps: NDArray[np.integer[Any]]) -> Floats:
    return np.float32(SHORT) + (steps.astype(np.float32) + 1) * np.float32(STEP)


def seconds_after(steps: int) -> float:
    """The same of one count: asked for with every sign of life."""
    return SHORT + (steps + 1) * STEP


def costs_needed(goes_on: Floats, gaps: Doubles, risks: Floats) -> Doubles:
    """The log of the least cost of a false alarm (hours) at which each of these quiets would not have been one.

    `goes_on`: the chance of it by step and quiet; `risks`: of the places. They lasted `gaps` seconds.
    """
    chances, waits = goes_on.T.copy(), (risks * _waits(goes_on)).T.copy()
    low, high, width = np.zeros(len(gaps)), np.full(len(gaps), _HIGHEST_LOG_COST), _HIGHEST_LOG_COST
    while width > _LOG_COST_STEP:
        middle, width = (low + high) / 2, width / 2
        steps = (np.exp(middle).astype(np.float32)[:, None] * chances + waits).argmin(axis=1)
        alarms = seconds_of(steps) <= gaps
        low, high = np.where(alarms, middle, low), np.where(alarms, high, middle)
    return high


@lru_cache(maxsize=64)
def first_steps(density: float, cost: float, risk: float) -> Steps:
    """Of a home of which nothing is known: shared by all that are alike."""
    return steps_of(of_every_place(no_weights(), density), cost, risk)
