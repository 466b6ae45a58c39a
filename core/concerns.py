"""Concern: one detector's judgement that something is wrong, with its evidence in numbers.

Also what else a detector may answer: `Clear` (all is usual) and `CannotTell` (we do not know, and why).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from core.places import Room


class ConcernKind(StrEnum):
    SILENCE = "silence"  # no sign of life for unusually long
    NOT_UP = "not_up"
    BATHROOM = "bathroom"  # too long in the bathroom
    NIGHT_OUT = "night_out"
    DOOR_OPEN = "door_open"
    APPLIANCE_ON = "appliance_on"
    SOS = "sos"
    SMOKE = "smoke"
    GAS = "gas"
    CO = "co"  # carbon monoxide
    WATER = "water"
    TOO_COLD = "too_cold"  # at home
    TOO_HOT = "too_hot"
    DECLINE = "decline"
    NO_MEAL = "no_meal"  # not in the kitchen, or at the kettle, when they nearly always have been
    RESTLESS = "restless"  # up far more in one night than ever
    WANDERING = "wandering"  # at night, at the door again and again, or from room to room without rest
    EXPECTED = "expected"  # a sign that somebody expects in a window of the day has not come
    OUTAGE = "outage"  # many homes of one building went dark together
    MANY_COLD = "many_cold"  # many homes of one building are too cold at once
    MANY_HOT = "many_hot"
    CANARY = "canary"  # nobody's: our own, to see whether alerts arrive


class Severity(StrEnum):
    """How urgent. `RED`: a life may hang on it; never held back, never closed by the resident alone."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"

    @property
    def rank(self) -> int:
        """0 is the most urgent."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Fact:
    """One number of the evidence.

    `unit`: "s" (a duration), "d", "W", "°C", "ppm", "count", "factor", "time" (ISO 8601 UTC), "date" (the same, of
    which the day counts), "clock" (seconds after local midnight), "place" (a `Room`), "device" (an id), "text".
    The wording catalogue turns `name` and value into a sentence in the reader's language.
    """

    name: str
    value: float | str
    unit: str


@dataclass(frozen=True, slots=True)
class Concern:
    """`episode` identifies the occurrence (for silence: since when), so that saying it again raises nothing new.

    `since` is when the condition began, `at` when it was judged.
    """

    home: str
    kind: ConcernKind
    severity: Severity
    episode: str
    at: datetime
    since: datetime
    detector: str
    facts: tuple[Fact, ...] = ()
    place: Room | None = None

    @property
    def key(self) -> str:
        """At most one open alert exists per key."""
        return f"{self.home}/{self.kind.value}"


@dataclass(frozen=True, slots=True)
class Clear:
    reason: str = "usual"


@dataclass(frozen=True, slots=True)
class CannotTell:
    """Asked, and unable to judge: `reason` says what is missing."""

    reason: str


Verdict: TypeAlias = Concern | Clear | CannotTell
