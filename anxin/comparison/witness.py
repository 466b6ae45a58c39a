"""Witness: what the service would make of one home's messages, before anything judges it.

The same conventions, gate, reception, visibility, presence and days as in the service, in virtual time: signs of life,
the pauses between them while somebody is at home and seen, absences, the front door, and each day in a few numbers.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from math import isnan

from core.places import Home, Inventory, Role, Room
from core.readings import Kind
from core.states import Presence
from detectors.days import HomeDays, Measure
from detectors.detector import Observation
from detectors.presence import HomePresence
from detectors.reception import BOUNCE, Reception
from detectors.signs import ON_AND_OFF_WATTS, switched_on
from detectors.visibility import HomeVisibility
from ingest.conventions.registry import installed
from ingest.gate import Gate
from ingest.interpreter import Interpreter
from ingest.message import Message
from ingest.report import Tally
from simulator.message import Message as Played

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign of life at an epoch second. `follows`: since the sign before, somebody was at home, and would have been
    seen all the while: what lies between the two is a pause.
    """

    at: float
    room: Room
    role: Role
    follows: bool


@dataclass(slots=True)
class Seen:
    """One home, as it was seen. Spans are epoch seconds, from and until.

    `absences`: left by the front door and came back by it. `comings`: from the door until the first sign inside.
    `runs`: an appliance from on to off, by its role. `days`: of each whole day its number, and what it came to.
    """

    zone: tzinfo
    signs: list[Sign] = field(default_factory=list)
    absences: list[Span] = field(default_factory=list)
    openings: list[Span] = field(default_factory=list)
    comings: list[float] = field(default_factory=list)
    runs: dict[Role, list[Span]] = field(default_factory=dict)
    days: list[tuple[int, dict[Measure, float]]] = field(default_factory=list)
    has_front_door: bool = False

    def local(self, at: float) -> datetime:
        return datetime.fromtimestamp(at, self.zone)


def witness(messages: Iterable[Played], inventory: Inventory, home: Home) -> Seen:
    """Everything that these messages show of this home."""
    one = _Witness(inventory, home)
    gate = Gate()
    interpreter = Interpreter(inventory, gate=gate, conventions=installed(), tally=Tally())
    for played in messages:
        heard = Message(played.topic, played.payload, played.at, retain=played.retain, qos=played.qos)
        readings = interpreter.interpret(heard)
        gate.settle(readings)
        for reading in readings:
            seen = one.reception.receive(reading)
            if seen is not None:
                one.observe(seen)
    return one.seen


class _Witness:
    """Observes in the order in which the watch over a home lets its parts observe."""

    def __init__(self, inventory: Inventory, home: Home) -> None:
        devices = inventory.devices_by_home[home.id]
        self.reception = Reception(devices, home.timezone)
        self._visibility = HomeVisibility(devices)
        self._presence = HomePresence(self._visibility)
        self._days = HomeDays(self._visibility, self._presence, home.timezone)
        self.seen = Seen(home.zone, has_front_door=bool(self._visibility.front_doors))
        self._last = float("-inf")
        self._came: float | None = None
        self._opened: float | None = None
        self._on: dict[str, float] = {}

    def observe(self, seen: Observation) -> None:
        before = self._presence.at(seen.t)
        since = self._presence.since(seen.t)
        self._visibility.observe(seen)
        if self._days.observe(seen):
            self.seen.days.append((self._days.numbers()[-1], _last_of(self._days)))
        self._presence.observe(seen)
        if seen.reading.kind is Kind.POWER:
            self._switch(seen)
        is_front_door = seen.device.role is Role.FRONT_DOOR and seen.reading.kind is Kind.DOOR
        if is_front_door and seen.reading.happened:
            self._move_door(seen, before, since)
        if seen.sign is not None:
            self._note_sign(seen, before, inside=not is_front_door)

    def _note_sign(self, seen: Observation, before: Presence, *, inside: bool) -> None:
        at_home = before is Presence.HOME or not self.seen.has_front_door
        in_sight = self._visibility.sight_since <= self._last
        self.seen.signs.append(Sign(seen.t, seen.device.room, seen.device.role, at_home and in_sight))
        self._last = seen.t
        if inside and self._came is not None:
            self.seen.comings.append(seen.t - self._came)
            self._came = None

    def _move_door(self, seen: Observation, before: Presence, since: float) -> None:
        is_open = seen.reading.value == "open"
        if before is Presence.OUT:
            self.seen.absences.append((since, seen.t))
            self._came = seen.t
        openings = self.seen.openings
        if is_open and openings and seen.t - openings[-1][1] < BOUNCE:
            self._opened = openings.pop()[0]
        elif is_open:
            self._opened = seen.t
        elif self._opened is not None:
            openings.append((self._opened, seen.t))
            self._opened = None

    def _switch(self, seen: Observation) -> None:
        role, device, watts = seen.device.role, seen.device.id, seen.reading.value
        if role not in ON_AND_OFF_WATTS or not isinstance(watts, int | float):
            return
        is_on = switched_on(role, watts, was_on=device in self._on)
        if is_on:
            self._on.setdefault(device, seen.t)
        elif device in self._on:
            self.seen.runs.setdefault(role, []).append((self._on.pop(device), seen.t))


def _last_of(days: HomeDays) -> dict[Measure, float]:
    return {measure: value for measure in Measure if not isnan(value := days.values(measure)[-1])}
