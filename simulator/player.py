"""Player: a recording held in memory, as lines that can be cut and changed, and its gateway's voice that says them.

A line is a `Recorded`: what the recording holds, and the check-ins that it does not hold, in order of time.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import pairwise
from math import inf
from operator import attrgetter
from typing import Any

from core.places import Role
from core.readings import UNITS, Kind
from simulator.chance import chance
from simulator.interruptions import interruptions
from simulator.message import Message
from simulator.recorded import Note, Oddity, Recorded
from simulator.recorded_lines import Heard
from simulator.recording import Label, Recording
from simulator.wire import dumps

CHECK_IN = 50 * 60.0
TRANSIT = timedelta(milliseconds=60)
SILENT = "meter_silent"
AWAY = "away"
MAINS = frozenset({Kind.POWER})
CHECKS_IN = frozenset({Kind.LIVENESS, Kind.BATTERY})
BY_ITSELF = frozenset({Role.AUTOMATIC, Role.MAIN_METER})
MOMENTARY = frozenset({Kind.MOTION, Kind.VIBRATION})
BASE_LOAD_HOURS = (2, 5)
"""Local hours in which a whole-home meter shows what the home draws without its people."""
NIGHTS_BACK = 14 * 86400.0
"""How far back (s) those nights are looked for: an older one was of another season."""
SAMPLED = 0.5
"""A power sensor that repeats itself more often than this reports by the clock, not by the switch."""

BY_TIME = attrgetter("at")


class Player:
    """`first` and `last` are the recording's own ends (epoch seconds); check-ins go on for `beyond` seconds after.

    `readings`: these, in order of time, instead of the recording's own. `interruptions`: when nobody was recording;
    `notes`: what was odd about the recording.
    """

    def __init__(
        self, recording: Recording, *, beyond: float = 1.0, readings: Iterable[Recorded] | None = None
    ) -> None:
        self.recording = recording
        self.roles: Mapping[str, Role] = recording.roles
        heard = recording.hear() if readings is None else Heard(tuple(readings), ())
        readings = heard.readings
        explained = [_span(one) for one in recording.labels if one.label in {AWAY, SILENT}]
        self.interruptions = list(interruptions(readings, explained))
        self.notes = (*recording.notes, *heard.notes, *_noted(self.interruptions))
        self.first = readings[0].at if readings else 0.0
        self.last = readings[-1].at if readings else 0.0
        self.until = self.last + beyond
        self._clears = {reading.device for reading in readings if reading.value is False}
        self._power = _Power.of(readings)
        self._small_hours: dict[str, list[Recorded]] = {}
        self.lines = list(merge(readings, self.check_ins(self.first, self.until), key=BY_TIME))

    def between(self, since: float, until: float = inf) -> Iterator[Recorded]:
        """Lines from `since` on, before `until`."""
        for index in range(bisect_left(self.lines, since, key=BY_TIME), len(self.lines)):
            line = self.lines[index]
            if line.at >= until:
                return
            yield line

    def is_momentary(self, line: Recorded) -> bool:
        """Does this device say that something happened, and never that it is over?"""
        return line.kind in MOMENTARY and line.device not in self._clears

    # -- without the person ---------------------------------------------------------------------------------------

    def without_person(self, lines: Iterable[Recorded], since: float) -> Iterator[Recorded]:
        """What is still said once nobody causes anything: check-ins, what switches itself, a meter's base load."""
        nights = {device: self._nights(device, since) for device, role in self.roles.items() if role is Role.MAIN_METER}
        turn = dict.fromkeys(nights, 0)
        for line in lines:
            role = self.roles.get(line.device, Role.OTHER)
            if line.kind in CHECKS_IN or role is Role.AUTOMATIC:
                yield line
            elif line.kind is Kind.POWER and nights.get(line.device):
                known = nights[line.device]
                yield Recorded(line.at, line.device, Kind.POWER, known[turn[line.device] % len(known)])
                turn[line.device] += 1
            elif line.kind is Kind.POWER and line.device in self._power.sampled:
                yield Recorded(line.at, line.device, Kind.POWER, self._power.rests[line.device])

    def _nights(self, device: str, before: float) -> list[float]:
        """What this meter said in the small hours of the last two weeks; of the first nights where none were before."""
        if device not in self._small_hours:
            self._small_hours[device] = [line for line in self._power.of_device.get(device, ()) if self._is_small(line)]
        said = self._small_hours[device]
        since, until = (bisect_left(said, at, key=BY_TIME) for at in (before - NIGHTS_BACK, before))
        return [float(line.value) for line in said[since:until] or said[:500]]

    def _is_small(self, line: Recorded) -> bool:
        hour = datetime.fromtimestamp(line.at, self.recording.home.zone).hour
        return BASE_LOAD_HOURS[0] <= hour < BASE_LOAD_HOURS[1]

    # -- check-ins ------------------------------------------------------------------------------------------------

    def check_ins(self, since: float, until: float) -> Iterator[Recorded]:
        """Every device about every fifty minutes, each at its own minute; a silent meter is silent, and so are all
        while nobody was recording.
        """
        silent = [_span(one) for one in self.recording.labels if one.label == SILENT]
        return merge(*(self._of(device, since, until, silent) for device in self.recording.kinds), key=BY_TIME)

    def _of(self, device: str, since: float, until: float, silent: list[tuple[float, float]]) -> Iterator[Recorded]:
        rng = chance(self.recording.home.id, device)
        battery, at = rng.randint(70, 100), since + rng.uniform(60, CHECK_IN)
        on_mains = self.recording.kinds[device] in MAINS
        while at < until:
            if any(begin < at < end for begin, end in self.interruptions):
                pass
            elif not on_mains:
                yield Recorded(at, device, Kind.BATTERY, battery)
            elif not any(begin <= at < end for begin, end in silent):
                yield Recorded(at, device, Kind.LIVENESS, value=True)
            at += CHECK_IN + rng.uniform(-120, 120)

    # -- the voice ------------------------------------------------------------------------------------------------

    def birth(self, at: float) -> Iterator[Message]:
        """What a gateway says of itself and its devices when it connects."""
        yield self._state("gateway/status", at)
        for device in self.recording.kinds:
            yield self._state(f"{device}/availability", at + 0.05)

    def message(self, line: Recorded, *, claims: float | None = None, fallen: bool = False) -> Message:
        """The line in native v1. `claims`: the time that the device gives, where its clock is not ours."""
        said: dict[str, Any] = {"kind": line.kind.value, "value": line.value}
        if line.kind in UNITS:
            said["unit"] = UNITS[line.kind]
        if self.is_momentary(line):
            said["semantics"] = "event"
        by_hand = line.kind not in CHECKS_IN and self.roles.get(line.device, Role.OTHER) not in BY_ITSELF
        payload = {"v": 1, "at": _iso(line.at if claims is None else claims), "readings": [said]}
        return self._message(line.at, f"{line.device}/reading", payload, human=by_hand and not fallen)

    def _state(self, about: str, at: float) -> Message:
        return self._message(at, about, {"v": 1, "state": "online", "at": _iso(at)}, retain=True)

    def _message(
        self, at: float, about: str, said: dict[str, Any], *, retain: bool = False, human: bool = False
    ) -> Message:
        topic = f"gw/{self.recording.gateway.id}/native/v1/{about}"
        arrives = datetime.fromtimestamp(at, UTC) + TRANSIT
        return Message(arrives, topic, dumps(said), retain=retain, human=human)


def _span(label: Label) -> tuple[float, float]:
    return label.start.timestamp(), label.end.timestamp()


def _noted(gaps: Sequence[tuple[float, float]]) -> Iterator[Note]:
    if gaps:
        since, until = (datetime.fromtimestamp(at, UTC).isoformat(timespec="minutes") for at in gaps[0])
        yield Note(Oddity.INTERRUPTED, len(gaps), f"{since} to {until}")


class _Power:
    """What power sensors of a recording are like. `sampled`: those that report by the clock; `rests`: their least."""

    def __init__(self) -> None:
        self.of_device: dict[str, list[Recorded]] = {}
        self.rests: dict[str, float] = {}
        self.sampled: frozenset[str] = frozenset()

    @classmethod
    def of(cls, readings: Iterable[Recorded]) -> "_Power":
        power = cls()
        for reading in readings:
            if reading.kind is Kind.POWER:
                power.of_device.setdefault(reading.device, []).append(reading)
        power.rests = {device: min(float(one.value) for one in said) for device, said in power.of_device.items()}
        power.sampled = frozenset(device for device, said in power.of_device.items() if _repeats(said))
        return power


def _repeats(said: Sequence[Recorded]) -> bool:
    same = sum(1 for one, other in pairwise(said) if one.value == other.value)
    return same >= SAMPLED * len(said)


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
