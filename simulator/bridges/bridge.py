"""What all bridges share: their prefix, their clock, how long a message travels, what a worn battery shows."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TypeAlias

from simulator.chance import chance
from simulator.community import Household
from simulator.kits import Sensor
from simulator.message import Message
from simulator.sensors import Report

Clock: TypeAlias = Callable[[float], float]
BADLY_SET = 0.05
"""The share of gateways whose clock is seconds off, not a blink."""


class Bridge(ABC):
    """One gateway's voice. It remembers what its devices said last, as real bridges do."""

    buffers = False
    """Does it keep messages while the broker is out of reach, and send them later?"""
    clears = True
    """Does it invent the clear of a motion sensor?"""

    def __init__(self, household: Household, *, seed: int, clock: Clock) -> None:
        self.gateway = household.gateway.id
        self.sensors = household.kit.sensors
        self.zone = household.home.zone
        self._clock = clock
        self.worn: dict[str, float] = {}
        rng = chance(seed, self.gateway, "bridge")
        self.transit = rng.uniform(0.04, 0.18)
        self.number = rng.randrange(1 << 30)
        self.drift = rng.gauss(0, 0.2) if rng.random() > BADLY_SET else rng.uniform(-8, 8)

    @abstractmethod
    def news(self, report: Report, *, late: bool = False) -> Message | None:
        """A device spoke. `late`: it waited in the gateway's buffer. None where this family would say nothing."""

    @abstractmethod
    def birth(self, at: float) -> Iterator[Message]:
        """What the gateway publishes whenever it has reached the broker."""

    @abstractmethod
    def restarted(self, at: float) -> Iterator[Message]:
        """What follows a birth when the gateway itself had been down: old states said again."""

    @abstractmethod
    def will(self, at: float) -> Message:
        """What the broker says when the gateway's connection has died."""

    @abstractmethod
    def availability(self, sensor: Sensor, *, online: bool, at: float) -> Message | None:
        """The bridge's verdict on a device; None where this family has none."""

    @abstractmethod
    def patience(self, sensor: Sensor) -> float:
        """Seconds of silence after which the bridge calls a device offline."""

    def battery(self, sensor: Sensor, at: float) -> float | None:
        """Percent; a worn battery is what a fault makes it."""
        return self.worn.get(sensor.name, sensor.battery(at))

    def message(
        self, at: float, topic: str, payload: bytes, *, retain: bool = False, human: bool = False, will: bool = False
    ) -> Message:
        arrives = datetime.fromtimestamp(at + self.transit, UTC)
        return Message(arrives, f"gw/{self.gateway}/{topic}", payload, retain=retain, human=human, will=will)

    def clock(self, at: float) -> float:
        """What the gateway's clock shows: a little off, as clocks are, or as wrong as a fault makes it."""
        return self._clock(at) + self.drift

    def iso(self, at: float) -> str:
        """The gateway's own clock, as JavaScript's `toISOString` writes it."""
        return datetime.fromtimestamp(self.clock(at), UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
