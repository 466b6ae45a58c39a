"""Playback: a recording as native messages in order of time, with check-ins added and, if wanted, a fall made."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import merge
from math import inf
from operator import attrgetter
from typing import Any

from core.places import Role
from core.readings import Kind
from simulator.chance import chance
from simulator.message import Message
from simulator.recording import Recorded, Recording
from simulator.wire import dumps

CHECK_IN = 50 * 60.0
TRANSIT = timedelta(milliseconds=60)
SILENT = "meter_silent"
MAINS = frozenset({Kind.POWER})
BY_ITSELF = frozenset({Role.AUTOMATIC, Role.MAIN_METER})
MOMENTARY = frozenset({Kind.MOTION, Kind.VIBRATION})
BASE_LOAD_HOURS = (2, 5)
"""Local hours in which a whole-home meter shows what the home draws without its people."""
SAMPLED = 0.5
"""A power sensor that repeats itself more often than this reports by the clock, not by the switch."""


def messages(
    recording: Recording,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    fall_at: datetime | None = None,
) -> Iterator[Message]:
    """The recording between two instants (its own first and last by default), as its gateway would have sent it.

    After `fall_at` nothing follows that the person caused; devices still check in, meters show the base load.
    A meter that its truth calls silent neither reports nor checks in.
    """
    survey = _Survey.of(recording, fall_at.timestamp() if fall_at else inf)
    start = since.timestamp() if since else survey.first
    end = until.timestamp() if until else survey.last + 1
    voice = _Voice(recording, clears=survey.clears)
    streams = (voice.birth(start), _readings(voice, recording, survey, start, end), _check_ins(voice, start, end))
    return merge(*streams, key=attrgetter("at"))


@dataclass(slots=True)
class _Survey:
    """What has to be known of the whole recording before it is played: one pass over it."""

    fall: float
    first: float = inf
    last: float = 0.0
    clears: set[str] = field(default_factory=set)
    rests: dict[str, float] = field(default_factory=dict)
    base: dict[str, list[float]] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    repeats: dict[str, int] = field(default_factory=dict)
    previous: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, recording: Recording, fall: float) -> "_Survey":
        survey = cls(fall)
        for reading in recording.readings():
            survey.first = min(survey.first, reading.at)
            survey.last = reading.at
            if reading.value is False:
                survey.clears.add(reading.device)
            if reading.kind is Kind.POWER and reading.at < fall:
                survey._note_power(reading, recording)
        return survey

    def _note_power(self, reading: Recorded, recording: Recording) -> None:
        device, watts = reading.device, float(reading.value)
        self.seen[device] = self.seen.get(device, 0) + 1
        self.repeats[device] = self.repeats.get(device, 0) + (self.previous.get(device) == watts)
        self.previous[device] = watts
        self.rests[device] = min(watts, self.rests.get(device, inf))
        hour = datetime.fromtimestamp(reading.at, recording.home.zone).hour
        if BASE_LOAD_HOURS[0] <= hour < BASE_LOAD_HOURS[1]:
            self.base.setdefault(device, []).append(watts)

    def without_person(self, reading: Recorded, role: Role) -> Recorded | None:
        """What remains of a reading when nobody is there to cause it."""
        if reading.kind is not Kind.POWER:
            return None
        if role is Role.AUTOMATIC:
            return reading
        base = self.base.get(reading.device)
        if role is Role.MAIN_METER and base:
            return Recorded(reading.at, reading.device, Kind.POWER, base[int(reading.at // 60) % len(base)])
        if self.repeats.get(reading.device, 0) < SAMPLED * self.seen.get(reading.device, 0):
            return None  # it speaks only when somebody switches
        return Recorded(reading.at, reading.device, Kind.POWER, self.rests.get(reading.device, 0.0))


@dataclass(slots=True)
class _Voice:
    """The recording's gateway, speaking native v1."""

    recording: Recording
    clears: set[str]

    def birth(self, at: float) -> Iterator[Message]:
        yield self._state("gateway/status", at)
        for device in self.recording.kinds:
            yield self._state(f"{device}/availability", at + 0.05)

    def _state(self, about: str, at: float) -> Message:
        said = {"v": 1, "state": "online", "at": _iso(at)}
        return self._message(at, about, said, retain=True)

    def reading(self, reading: Recorded, *, human: bool) -> Message:
        said: dict[str, Any] = {"kind": reading.kind.value, "value": reading.value}
        if reading.kind is Kind.POWER:
            said["unit"] = "W"
        if reading.kind in MOMENTARY and reading.device not in self.clears:
            said["semantics"] = "event"
        return self._said(reading.device, reading.at, said, human=human)

    def check_in(self, device: str, at: float, battery: int) -> Message:
        if self.recording.kinds[device] in MAINS:
            return self._said(device, at, {"kind": "liveness", "value": True})
        return self._said(device, at, {"kind": "battery", "value": battery, "unit": "%"})

    def _said(self, device: str, at: float, reading: dict[str, Any], *, human: bool = False) -> Message:
        return self._message(at, f"{device}/reading", {"v": 1, "at": _iso(at), "readings": [reading]}, human=human)

    def _message(
        self, at: float, about: str, said: dict[str, Any], *, retain: bool = False, human: bool = False
    ) -> Message:
        topic = f"gw/{self.recording.gateway.id}/native/v1/{about}"
        arrives = datetime.fromtimestamp(at, UTC) + TRANSIT
        return Message(arrives, topic, dumps(said), retain=retain, human=human)


def _readings(voice: _Voice, recording: Recording, survey: _Survey, start: float, end: float) -> Iterator[Message]:
    roles = recording.roles
    for reading in recording.readings():
        if reading.at >= end:
            return
        role = roles.get(reading.device, Role.OTHER)
        fallen = reading.at >= survey.fall
        left = survey.without_person(reading, role) if fallen else reading
        if left is not None and reading.at >= start:
            yield voice.reading(left, human=not fallen and role not in BY_ITSELF)


def _check_ins(voice: _Voice, start: float, end: float) -> Iterator[Message]:
    """Every device about every fifty minutes, each at its own minute; a silent meter is silent."""
    recording = voice.recording
    silent = [(one.start.timestamp(), one.end.timestamp()) for one in recording.labels if one.label == SILENT]
    streams = (_check_ins_of(voice, device, start, end, silent) for device in recording.kinds)
    return merge(*streams, key=attrgetter("at"))


def _check_ins_of(
    voice: _Voice, device: str, start: float, end: float, silent: list[tuple[float, float]]
) -> Iterator[Message]:
    rng = chance(voice.recording.home.id, device)
    battery, at = rng.randint(70, 100), start + rng.uniform(60, CHECK_IN)
    while at < end:
        on_mains = voice.recording.kinds[device] in MAINS
        if not (on_mains and any(since <= at < until for since, until in silent)):
            yield voice.check_in(device, at, battery)
        at += CHECK_IN + rng.uniform(-120, 120)


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
