"""Script: a scenario bound to a community and to instants: what will befall each home, in epoch seconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import exp

from simulator.spells import Spell, Weekends
from simulator.traces import Traces
from simulator.truth import Truth

COOLS_WITHIN, WARMS_WITHIN = 4 * 3600.0, 3600.0
"""Time constants (s) of rooms whose heating failed or that the sun heats up, and of those in which it is mended."""


@dataclass(frozen=True, slots=True)
class Episode:
    """What the resident does in [start, end) instead of the day's plan.

    An episode with `start == end` only adds its traces.
    `leaves_on`: appliances that a hand would have switched off stay on.
    """

    start: float
    end: float
    traces: Traces
    leaves_on: bool = False


@dataclass(frozen=True, slots=True)
class Decline:
    """Life shrinks from `start` on: after `seconds` a share `depth` of what was done out of bed has become rest."""

    start: float
    seconds: float
    depth: float

    def progress(self, at: float) -> float:
        """0 before, `depth` when complete."""
        if at < self.start:
            return 0.0
        return self.depth * min((at - self.start) / max(self.seconds, 1), 1.0)


@dataclass(frozen=True, slots=True)
class Outage:
    """Nothing of this gateway reaches the broker in [start, end).

    `will_after` s the broker says the gateway's will; None when the broker itself is away.
    `keeps`: messages wait and come in a burst; else only those of a gateway that buffers do.
    `restarts`: the gateway itself was down, and says old states again when it is back.
    """

    start: float
    end: float
    will_after: float | None
    keeps: bool = False
    restarts: bool = False


class Ailment(StrEnum):
    """What is wrong with a device."""

    DEAD = "dead"
    FROZEN = "frozen"  # checks in, and never says anything new
    CHATTERING = "chattering"  # triggers without anybody there
    WORN = "worn"  # battery nearly empty


@dataclass(frozen=True, slots=True)
class Ailing:
    sensor: str
    ailment: Ailment
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Skew:
    """The gateway's clock is wrong by `seconds` in [start, end)."""

    start: float
    end: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Echo:
    """A share `rate` of all messages arrives twice in [start, end)."""

    start: float
    end: float
    rate: float


@dataclass(frozen=True, slots=True)
class Weather:
    """The rooms are drawn to `to` °C in [start, end), within hours, and back afterwards: heating that fails, or a heat
    wave that walls let in.
    """

    start: float
    end: float
    to: float

    def changes(self, usual: float, usual_at_end: float, at: float) -> float:
        """What becomes of `usual` (°C) at `at`."""
        if at < self.start:
            return usual
        if at < self.end:
            return _drawn(usual, self.to, at - self.start, COOLS_WITHIN)
        reached = _drawn(usual_at_end, self.to, self.end - self.start, COOLS_WITHIN)
        return usual + (reached - usual_at_end) * exp((self.end - at) / WARMS_WITHIN)


def _drawn(value: float, to: float, seconds: float, constant: float) -> float:
    return to + (value - to) * exp(-seconds / constant)


@dataclass(frozen=True, slots=True)
class HomeScript:
    """Everything that befalls one home."""

    episodes: tuple[Episode, ...] = ()
    spells: tuple[Spell, ...] = ()
    declines: tuple[Decline, ...] = ()
    outages: tuple[Outage, ...] = ()
    ailing: tuple[Ailing, ...] = ()
    skews: tuple[Skew, ...] = ()
    echoes: tuple[Echo, ...] = ()
    weathers: tuple[Weather, ...] = ()
    weekends: tuple[Weekends, ...] = ()

    def joined(self, other: "HomeScript") -> "HomeScript":
        return HomeScript(*(getattr(self, name) + getattr(other, name) for name in HomeScript.__slots__))

    def skew(self, at: float) -> float:
        """Seconds that the gateway's clock is ahead."""
        return sum(skew.seconds for skew in self.skews if skew.start <= at < skew.end)

    def outage(self, at: float) -> Outage | None:
        return next((outage for outage in self.outages if outage.start <= at < outage.end), None)


NOTHING = HomeScript()


@dataclass(frozen=True, slots=True)
class Script:
    """What befalls each home, and the same as truth to judge detectors by."""

    homes: Mapping[str, HomeScript] = field(default_factory=dict)
    truths: tuple[Truth, ...] = ()

    def of(self, home: str) -> HomeScript:
        return self.homes.get(home, NOTHING)
