"""Trouble: what faults make of a home's reports on their way to the broker.

Dead and stuck devices, worn batteries, a gateway or a broker that is gone and comes back, echoes.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil, isinf
from operator import attrgetter
from typing import TypeAlias

from core.readings import Kind
from simulator.bridges import Bridge
from simulator.chance import spread
from simulator.kits import Sensor
from simulator.message import Message
from simulator.script import Ailing, Ailment, HomeScript, Outage
from simulator.sensors import INVENTED_CLEAR, Report

WORN_BATTERY = 4.0
GHOST_GAP = 170.0
"""Seconds between the triggers of a sensor that sees what is not there."""
BURST_BEGINS = 1.0
BURST_GAP = 0.02
BUFFER = 20_000
"""Messages that a gateway keeps while it cannot send; then the oldest go."""

Say: TypeAlias = Callable[[float], Iterable[Message]]


@dataclass(frozen=True, slots=True)
class Turn:
    """At this instant something changes by itself. `from_broker`: the broker says it, so no outage stops it."""

    at: float
    say: Say
    from_broker: bool = False


class Trouble:
    """Stands between a home's sensors and the broker. Hand it the days in order."""

    def __init__(self, script: HomeScript, bridge: Bridge) -> None:
        self.script = script
        self.bridge = bridge
        self._sensors = {sensor.name: sensor for sensor in bridge.sensors}
        self._kept: deque[Message] = deque(maxlen=BUFFER)
        self._turns = list(self._all_turns())

    def day(self, start: float, end: float, reports: list[Report]) -> list[Message]:
        """The messages of [start, end), not yet in order of time."""
        turns = [turn for turn in self._turns if start <= turn.at < end]
        said: list[Message] = []
        events: list[Report | Turn] = [*turns, *reports]
        for event in sorted(events, key=attrgetter("at")):
            said += self._report(event) if isinstance(event, Report) else self._turn(event)
        return [*said, *self._echoes(said)]

    def ailed(self, sensor: Sensor, start: float, end: float, reports: list[Report]) -> list[Report]:
        """What one device says in [start, end) with what ails it."""
        for ailing in self.script.ailing:
            if ailing.sensor == sensor.name:
                reports = sorted(self._with(ailing, start, end, reports), key=attrgetter("at"))
        return reports

    def _report(self, report: Report) -> Iterator[Message]:
        outage = self.script.outage(report.at)
        if outage is None:
            yield from self._news(report, late=False)
        elif not outage.restarts:  # the gateway lives and hears; only the line is cut
            for message in self._news(report, late=self.bridge.buffers):
                if outage.keeps or self.bridge.buffers:
                    self._kept.append(message)

    def _news(self, report: Report, *, late: bool) -> Iterator[Message]:
        message = self.bridge.news(report, late=late)
        if message is not None:
            yield message

    def _turn(self, turn: Turn) -> Iterable[Message]:
        if not turn.from_broker and self.script.outage(turn.at) is not None:
            return ()
        return turn.say(turn.at)

    def _all_turns(self) -> Iterator[Turn]:
        for outage in self.script.outages:
            yield from self._outage_turns(outage)
        for ailing in self.script.ailing:
            yield from self._ailing_turns(ailing, self._sensors[ailing.sensor])

    def _outage_turns(self, outage: Outage) -> Iterator[Turn]:
        if outage.will_after is not None and outage.start + outage.will_after < outage.end:
            yield Turn(outage.start + outage.will_after, lambda at: (self.bridge.will(at),), from_broker=True)
        if not isinf(outage.end):
            yield Turn(outage.end, lambda at: self._back(at, restarted=outage.restarts))

    def _back(self, at: float, *, restarted: bool) -> Iterator[Message]:
        yield from self.bridge.birth(at)
        if restarted:
            yield from self.bridge.restarted(at)
        for index, message in enumerate(self._kept):
            delay = at + BURST_BEGINS + index * BURST_GAP - message.at.timestamp()
            yield replace(message, at=message.at + timedelta(seconds=delay))
        self._kept.clear()

    def _ailing_turns(self, ailing: Ailing, sensor: Sensor) -> Iterator[Turn]:
        match ailing.ailment:
            case Ailment.DEAD:
                gone = ailing.start + self.bridge.patience(sensor)
                if gone < ailing.end:
                    yield Turn(gone, lambda at: self._available(sensor, online=False, at=at))
                    if not isinf(ailing.end):
                        yield Turn(ailing.end, lambda at: self._available(sensor, online=True, at=at))
            case Ailment.WORN:
                yield Turn(ailing.start, lambda _: self._wear(sensor, worn=True))
                if not isinf(ailing.end):
                    yield Turn(ailing.end, lambda _: self._wear(sensor, worn=False))
            case Ailment.FROZEN | Ailment.CHATTERING:
                pass

    def _available(self, sensor: Sensor, *, online: bool, at: float) -> Iterator[Message]:
        message = self.bridge.availability(sensor, online=online, at=at)
        if message is not None:
            yield message

    def _wear(self, sensor: Sensor, *, worn: bool) -> tuple[()]:
        if worn:
            self.bridge.worn[sensor.name] = WORN_BATTERY
        else:
            self.bridge.worn.pop(sensor.name, None)
        return ()

    def _with(self, ailing: Ailing, start: float, end: float, reports: list[Report]) -> Iterator[Report]:
        for report in reports:
            concerned = ailing.start <= report.at < ailing.end
            checks_in = report.kind is None and ailing.ailment is not Ailment.DEAD
            if not concerned or checks_in or ailing.ailment is Ailment.WORN:
                yield report
        if ailing.ailment is Ailment.CHATTERING:
            yield from self._ghosts(ailing, start, end)

    def _ghosts(self, ailing: Ailing, start: float, end: float) -> Iterator[Report]:
        """Triggers around the clock, whoever is there."""
        sensor = self._sensors[ailing.sensor]
        turn = ceil((max(start, ailing.start) - ailing.start) / GHOST_GAP)
        while (at := ailing.start + turn * GHOST_GAP) < min(end, ailing.end):
            yield Report(at, sensor, Kind.MOTION, value=True, human=False)
            if self.bridge.clears:
                yield Report(at + INVENTED_CLEAR, sensor, Kind.MOTION, value=False, human=False)
            turn += 1

    def _echoes(self, said: list[Message]) -> Iterator[Message]:
        """QoS 1 delivers at least once: some arrive again a little later."""
        for echo in self.script.echoes:
            for message in said:
                at = message.at.timestamp()
                roll = spread(self.bridge.number, int(at * 1000))
                if echo.start <= at < echo.end and roll < echo.rate:
                    yield replace(message, at=message.at + timedelta(seconds=0.2 + 3 * roll / echo.rate))
