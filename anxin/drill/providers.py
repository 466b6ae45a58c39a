"""The drill's providers: what they really took, which is the truth, and what they say about it, which may be a lie.

They can be asked what they have. They may keep it to themselves, be slow, or deny what they have; what they say to have
they have: against the contrary nothing is promised.

Each has weather of its own: hours of fair, then minutes in which it is slow, hangs, refuses, or takes a message and
loses its answer on the way back.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto

from alerts.channels.channel import OutgoingMessage
from core.alerts import Purpose
from core.delivery import Accepted, CannotSay, Finding, HasIt, HasNot, Permanent, RateLimited, Temporary, Verdict


class Weather(Enum):
    FAIR = auto()
    SLOW = auto()
    HANGS = auto()
    BUSY = auto()  # passing trouble
    LIMITED = auto()
    LOSES_ANSWERS = auto()  # takes it, and its answer never comes
    REFUSES = auto()


_FOUL = (Weather.SLOW, Weather.HANGS, Weather.BUSY, Weather.LIMITED, Weather.LOSES_ANSWERS, Weather.REFUSES)
_FOUL_FOR = 20 * 60.0
_NEVER = 10**9
_DENIES = 0.05


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that a provider really has, by the way `kind`. `asked_at` is when it was handed to it."""

    kind: str
    key: str
    send: str
    alert: str
    person: str
    purpose: Purpose
    repeat: bool
    asked_at: datetime
    at: datetime


@dataclass
class Telephone:
    """Everything that was ever taken, by message; `hear` is called at each."""

    hear: Callable[[Taken], None] = lambda _taken: None
    taken: dict[str, list[Taken]] = field(default_factory=lambda: defaultdict(list))
    dead: set[str] = field(default_factory=set)
    sends: int = 0
    repeats: int = 0
    denied: int = 0
    calm: bool = False

    def has(self, kind: str, message: OutgoingMessage) -> bool:
        """This very message, by this way."""
        before = self.taken.get(message.key.rpartition(".")[0], ())
        return any(one.kind == kind and one.key == message.key for one in before)

    def take(self, taken: Taken) -> None:
        self.sends += 1
        before = self.taken[taken.send]
        self.repeats += any(one.key == taken.key for one in before)
        before.append(taken)
        self.hear(taken)


@dataclass
class Provider:
    """One provider: `alerts.channels.Channel` may reach it through a `Line` from each process.

    `fair_for`: seconds on average.
    """

    kind: str
    chance: random.Random
    telephone: Telephone
    now: Callable[[], datetime]
    fair_for: float = 5 * 3600.0
    faults: int = 0
    _weather: Weather = Weather.FAIR
    _until: datetime | None = None

    @property
    def weather(self) -> Weather:
        """Now; it changes by itself."""
        now = self.now()
        if self.telephone.calm:
            return Weather.FAIR
        while self._until is None or self._until <= now:
            fair = self._weather is not Weather.FAIR or self._until is None
            self._weather = Weather.FAIR if fair else self.chance.choice(_FOUL)
            lasts = self.chance.expovariate(1 / (self.fair_for if fair else _FOUL_FOR))
            self._until = (self._until or now) + timedelta(seconds=max(lasts, 1.0))
        return self._weather

    async def ask(self, message: OutgoingMessage, cut: Callable[[], None]) -> Verdict:
        """What a sender hears. `cut` raises when the sender's process dies."""
        asked_at, weather = self.now(), self.weather
        if message.address in self.telephone.dead and not self.telephone.calm:
            self.faults += 1
            return Permanent("number not in service")
        if weather is not Weather.FAIR:
            self.faults += 1
        if weather is Weather.REFUSES and self.chance.random() < 0.5:
            return Permanent("template not approved")
        if weather is Weather.BUSY and self.chance.random() < 0.8:
            return Temporary("isp.SYSTEM_ERROR", self.chance.choice((0.0, 1.0, 5.0, 90.0)))
        if weather is Weather.LIMITED:
            return RateLimited(self.now() + timedelta(seconds=self.chance.choice((1, 20, 300))))
        await asyncio.sleep(self.chance.uniform(2, 9) if weather is Weather.SLOW else self.chance.uniform(0.05, 0.8))
        if weather is Weather.HANGS:
            await asyncio.sleep(_NEVER)
        cut()
        for key, alert in message.bundled or ((message.key, message.alert),):
            send = key.rpartition(".")[0]
            self.telephone.take(
                Taken(
                    self.kind, key, send, alert, message.person, message.purpose, message.repeat, asked_at, self.now()
                )
            )
        cut()
        if weather is Weather.LOSES_ANSWERS:
            await asyncio.sleep(_NEVER)
        return Accepted(f"{self.kind}-{self.telephone.sends}")

    async def find(self, message: OutgoingMessage) -> Finding:
        """What a sender hears that asks first."""
        weather = self.weather
        if weather in (Weather.BUSY, Weather.LIMITED, Weather.REFUSES):
            return CannotSay(weather.name)
        await asyncio.sleep(self.chance.uniform(0.5, 9) if weather is Weather.SLOW else self.chance.uniform(0.05, 0.8))
        if weather is Weather.HANGS:
            await asyncio.sleep(_NEVER)
        if not self.telephone.has(self.kind, message):
            return HasNot()
        if not self.telephone.calm and self.chance.random() < _DENIES:
            self.telephone.denied += 1
            return HasNot("it has it all the same")
        return HasIt(f"{self.kind}-{message.key}")


@dataclass(frozen=True)
class Line:
    """From one process to one provider. A channel as the sender knows it."""

    provider: Provider
    cut: Callable[[], None]
    bundles: bool = True

    @property
    def kind(self) -> str:
        return self.provider.kind

    async def deliver(self, message: OutgoingMessage) -> Verdict:
        self.cut()
        return await self.provider.ask(message, self.cut)

    async def find(self, message: OutgoingMessage, since: datetime) -> Finding:
        del since
        self.cut()
        found = await self.provider.find(message)
        self.cut()
        return found
