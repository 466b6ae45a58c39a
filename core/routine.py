"""Routine (作息) as people may look at it: how long a home may be quiet, by hour and place, and what a budget buys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Place(StrEnum):
    """Where somebody was last noticed, as far as it matters for how long they are waited for."""

    BATHROOM = "bathroom"
    BEDROOM = "bedroom"
    ELSEWHERE = "elsewhere"


class Doubt(StrEnum):
    """Why a quiet tells less than it might, so that it is waited for longer: only one kind of sensor can see, much of
    what usually shows somebody cannot, nobody knows whether anybody is at home, or they are out for too long.
    """

    ONE_KIND = "one_kind"
    PARTLY_SEEN = "partly_seen"
    PRESENCE = "presence"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class WeekShown:
    """Workdays and weekends, in this order. `rising`: when somebody is up and about, in the middle of so many `days` (s
    after midnight); `up`: by hour, the share of days with life outside the bedroom. `later`: by how much (s) that is
    later at weekends, less than nothing for sooner; 0 where it cannot be told from chance, and all days are alike.
    `unsure`: too few days are known to tell.
    """

    rising: tuple[float, float]
    days: tuple[int, int]
    up: tuple[tuple[float, ...], tuple[float, ...]]
    later: float
    unsure: bool


@dataclass(frozen=True, slots=True)
class ShownRoutine:
    """What is in force now. All times in seconds.

    `waits`: by place and half hour of the home's clock (48) in which somebody was last noticed: after so long without
    a sign of life the resident is asked. `longest`: by place and hour (24), the longest quiet that ended well. `up`: by
    hour, the share of days with life outside the bedroom. `buys`: by budget (false alarms a month), how long a fall is
    waited for on average, as far as this home's own days tell. `out_after`: how soon after the front door nobody is in.
    `likened_to`: how many homes with a like kit told what to expect before this one was known.
    `patience`: by what the budget is divided, as endings have taught; `budget` is as people set it.
    `week`: how weekends differ, and `at_weekends`: the `waits` of the nights before and the mornings of them, where
    they do; `waits` are those of workdays then.
    `doubts`: what makes evidence thin now; `thin`: by what waiting is multiplied for it, how long a fall is waited for.
    """

    days: int
    budget: float
    answered: float
    waits: Mapping[Place, tuple[float, ...]]
    longest: Mapping[Place, tuple[float, ...]]
    up: tuple[float, ...]
    buys: Mapping[float, float]
    out_after: float
    patience: float = 1.0
    likened_to: int = 0
    doubts: tuple[Doubt, ...] = ()
    thin: Mapping[float, float] = field(default_factory=dict)
    week: WeekShown | None = None
    at_weekends: Mapping[Place, tuple[float, ...]] = field(default_factory=dict)
