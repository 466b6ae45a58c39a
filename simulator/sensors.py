"""Sensors: what each device makes of the traces around it, with the habits of the real ones.

A motion sensor is blind after a trigger and its bridge invents the clear; a reed contact bounces;
a plug reports by change and by interval.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from math import ceil, inf
from operator import attrgetter
from typing import TypeAlias

from core.places import Role
from core.readings import Kind
from simulator.chance import chance, spread
from simulator.kits import Sensor, Sort
from simulator.touches import Touch
from simulator.traces import Alarm, Opening, Session, Traces
from simulator.warmth import Warmth

INVENTED_CLEAR = 90.0
"""Seconds after the last trigger at which bridges publish `occupancy: false`; no sensor ever said so."""
BOUNCE_ODDS = 0.15
ALARM_REPEAT = 60.0
STANDBY_WATTS = 0.0
NEWS_SUFFICES = 0.6
NOTICED_CHANGE = 0.5
"""K that a thermometer does not wait to tell."""
INDOORS = frozenset({Role.ROOM_DOOR, Role.CUPBOARD, Role.FRIDGE})
"""Contacts on what is opened inside; any other is on the front door."""
WHEN = attrgetter("at")


@dataclass(frozen=True, slots=True)
class Report:
    """A device speaks; yes and no are True and False.

    `kind` None is a check-in: nothing new, only that it lives. `human`: a person caused it.
    """

    at: float
    sensor: Sensor
    kind: Kind | None
    value: float | str
    human: bool


Ailment: TypeAlias = Callable[[list[Report]], list[Report]]


def unharmed(reports: list[Report]) -> list[Report]:
    return reports


class SensorModel:
    """One device over time. Hand it the days in order; what it will say after a day's end it keeps for the next."""

    def __init__(self, sensor: Sensor, *, clears: bool, warmth: Warmth | None = None) -> None:
        self.sensor = sensor
        self._warmth = warmth
        self.clears = clears
        self._blind_until = 0.0
        self._clear_at: float | None = None
        self._last_news = -inf
        self._later: list[Report] = []

    def reports(self, start: float, end: float, traces: Traces, *, ailment: Ailment = unharmed) -> list[Report]:
        """Everything it says in [start, end), in order. `ailment`: what a fault makes of it."""
        said = [*self._later, *self._news(start, end, traces), *self._check_ins(start, end)]
        said.sort(key=WHEN)
        self._later = [report for report in said if report.at >= end]
        return list(self._without_needless(ailment(said[: len(said) - len(self._later)])))

    def _without_needless(self, reports: list[Report]) -> Iterator[Report]:
        """News restarts the reporting interval: a device that has just spoken does not check in as well."""
        for report in reports:
            if report.kind is not None:
                self._last_news = report.at
            elif report.at - self._last_news < self.sensor.check_in * NEWS_SUFFICES:
                continue
            yield report

    def _news(self, start: float, end: float, traces: Traces) -> Iterator[Report]:
        match self.sensor.sort:
            case Sort.MOTION:
                return self._motion(end, traces.moves.get(self.sensor.room, []))
            case Sort.CONTACT if self.sensor.role not in INDOORS:
                return chain.from_iterable(map(self._door, traces.openings))
            case Sort.CONTACT | Sort.VIBRATION | Sort.OCCUPANCY:
                return chain.from_iterable(map(self._touched, self._mine(traces.touches)))
            case Sort.BUTTON:
                return (self._say(at, Kind.SOS, value=True, human=True) for at in traces.presses)
            case Sort.PLUG:
                mine = (session for session in traces.sessions if session.role is self.sensor.role)
                return chain.from_iterable(map(self._draw, mine))
            case Sort.ALARM:
                heard = (alarm for alarm in traces.alarms if alarm.kind is self.sensor.kind)
                return chain.from_iterable(map(self._ring, heard))
            case Sort.CLIMATE:
                return self._degrees(start, end)

    def _say(self, at: float, kind: Kind | None, *, value: float | str, human: bool = False) -> Report:
        return Report(at, self.sensor, kind, value, human)

    def _motion(self, end: float, moves: list[float]) -> Iterator[Report]:
        for at in moves:
            if at < self._blind_until:
                continue
            yield from self._clear(at)
            yield self._say(at, Kind.MOTION, value=True, human=True)
            self._blind_until = at + self.sensor.cool_down
            self._clear_at = at + INVENTED_CLEAR
        yield from self._clear(end)

    def _clear(self, by: float) -> Iterator[Report]:
        if self._clear_at is not None and self._clear_at < by:
            if self.clears:
                yield self._say(self._clear_at, Kind.MOTION, value=False)
            self._clear_at = None

    def _door(self, opening: Opening) -> Iterator[Report]:
        yield self._say(opening.start, Kind.DOOR, value="open", human=True)
        odds = spread(self.sensor.number, int(opening.start))
        if odds < BOUNCE_ODDS:
            yield self._say(opening.start + 0.09, Kind.DOOR, value="closed", human=True)
            yield self._say(opening.start + 0.23, Kind.DOOR, value="open", human=True)
        yield self._say(opening.end, Kind.DOOR, value="closed", human=True)
        if odds > 1 - BOUNCE_ODDS:
            yield self._say(opening.end + 0.07, Kind.DOOR, value="open", human=True)
            yield self._say(opening.end + 0.16, Kind.DOOR, value="closed", human=True)

    def _mine(self, touches: list[Touch]) -> Iterator[Touch]:
        """A thing that is in use is not taken up anew."""
        until = -inf
        for touch in touches:
            if touch.role is self.sensor.role and touch.room is self.sensor.room and touch.start >= until:
                until = touch.end
                yield touch

    def _touched(self, touch: Touch) -> Iterator[Report]:
        match self.sensor.sort:
            case Sort.CONTACT:
                yield self._say(touch.start, Kind.DOOR, value="open", human=True)
                yield self._say(touch.end, Kind.DOOR, value="closed", human=True)
            case sort:
                kind = Kind.VIBRATION if sort is Sort.VIBRATION else Kind.OCCUPANCY
                yield self._say(touch.start, kind, value=True, human=True)
                yield self._say(touch.end, kind, value=False, human=kind is Kind.OCCUPANCY)

    def _draw(self, session: Session) -> Iterator[Report]:
        """On, then at each change that exceeds the plug's delta or when its interval is over, then off."""
        rng = chance(self.sensor.number, int(session.start))
        yield self._say(session.start + rng.uniform(0.5, 2), Kind.POWER, value=round(session.watts, 1), human=True)
        at = session.start
        while (at := at + rng.uniform(240, 600)) < session.end - 5:
            watts = max(session.watts + rng.uniform(-session.ripple, session.ripple), 1)
            yield self._say(at, Kind.POWER, value=round(watts, 1))
        yield self._say(session.end + rng.uniform(0.5, 2), Kind.POWER, value=STANDBY_WATTS, human=session.by_hand)

    def _ring(self, alarm: Alarm) -> Iterator[Report]:
        at = alarm.start
        while at < alarm.end:
            yield self._say(at, alarm.kind, value=True)
            at += ALARM_REPEAT
        yield self._say(alarm.end, alarm.kind, value=False)

    def _degrees(self, start: float, end: float) -> Iterator[Report]:
        """Each check-in says how warm it is, and halfway between two what has changed since."""
        half, phase, feel = self.sensor.check_in / 2, self.sensor.phase, self._warmth
        turn = ceil((start - phase) / half)
        while feel is not None and (at := phase + turn * half) < end:
            value = round(feel.at(self.sensor.room, at), 1)
            if turn % 2 == 0 or abs(value - feel.at(self.sensor.room, at - half)) >= NOTICED_CHANGE:
                yield self._say(at, Kind.TEMPERATURE, value=value)
            turn += 1

    def _check_ins(self, start: float, end: float) -> Iterator[Report]:
        if self._warmth is not None and self.sensor.sort is Sort.CLIMATE:
            return
        every, phase = self.sensor.check_in, self.sensor.phase
        turn = ceil((start - phase) / every) - 1
        while (due := phase + turn * every) < end:
            at = due + 40 * spread(self.sensor.number, turn)
            if start <= at < end:
                yield self._say(at, None, value=False)
            turn += 1
