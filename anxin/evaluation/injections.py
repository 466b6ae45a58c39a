"""Injections: what happens from one moment of a recorded life on that did not happen, and what should find it.

Each is a change of the lines that follow; what the person goes on doing, and what devices go on saying, stays.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from heapq import merge
from typing import TypeAlias

from core.concerns import ConcernKind
from core.readings import Kind
from simulator.message import Message
from simulator.player import Player
from simulator.recorded import Recorded

Change: TypeAlias = Callable[[Player, float], Iterator[Message]]
"""The messages from a moment (epoch seconds) on."""

HOUR, DAY = 3600.0, 86400.0
FOLLOWED = 2 * DAY
"""For how long an injection is followed. What is not found by then counts as found then, and as not found."""


class Injected(StrEnum):
    """What is put into a life that had none of it."""

    FALL = "fall"
    BATHROOM = "bathroom"
    NOT_UP = "not_up"
    NIGHT_EXIT = "night_exit"
    DOOR_LEFT_OPEN = "door_left_open"
    APPLIANCE_LEFT_ON = "appliance_left_on"
    DEAD_MOTION_SENSOR = "dead_motion_sensor"
    GATEWAY_GONE = "gateway_gone"
    DUPLICATES = "duplicates"
    CLOCK_JUMP = "clock_jump"
    INVERTED_REED = "inverted_reed"
    METER_OUTAGE = "meter_outage"
    STUCK_METER = "stuck_meter"
    LATER_RISING = "later_rising"
    FEWER_MEALS = "fewer_meals"
    NO_MEALS = "no_meals"
    RESTLESS_NIGHT = "restless_night"
    AT_THE_DOOR = "at_the_door"
    PACING = "pacing"


DEVICE_FAULTS = (
    Injected.DEAD_MOTION_SENSOR, Injected.GATEWAY_GONE, Injected.DUPLICATES, Injected.CLOCK_JUMP,
    Injected.INVERTED_REED, Injected.METER_OUTAGE, Injected.STUCK_METER,
)  # fmt: skip
"""What happens to devices while the person lives on: none of it may send anybody."""

HELD = 8 * HOUR
"""For how long a door stays open, or an appliance on."""
DRIFTS = (Injected.LATER_RISING, Injected.FEWER_MEALS)
"""What creeps in over weeks: up five minutes later every day, and every day two in a hundred kitchen visits fewer."""
DRIFTED = 42 * DAY
ODD_DAYS = (Injected.NO_MEALS, Injected.RESTLESS_NIGHT, Injected.AT_THE_DOOR, Injected.PACING)
"""What is unlike the person's days, of which it is enough that it is said: nobody need be sent. No meals: not once in
the kitchen, or near what stands there, for a day, while life goes on elsewhere. Restless: six times up more. At the
door: opened and shut every eight minutes. Pacing: from one room to the next every 50 seconds.
"""
SAID = frozenset({*DRIFTS, *ODD_DAYS})
FOLLOWED_FOR = (
    {Injected.DOOR_LEFT_OPEN: HELD, Injected.APPLIANCE_LEFT_ON: HELD}
    | dict.fromkeys(DRIFTS, DRIFTED)
    | dict.fromkeys(ODD_DAYS, DAY)
)

GONE_SILENT = frozenset(
    {ConcernKind.SILENCE, ConcernKind.NOT_UP, ConcernKind.BATHROOM, ConcernKind.NIGHT_OUT, ConcernKind.EXPECTED}
)
FOUND_BY: dict[Injected, frozenset[ConcernKind]] = {
    Injected.DOOR_LEFT_OPEN: frozenset({ConcernKind.DOOR_OPEN}),
    Injected.APPLIANCE_LEFT_ON: frozenset({ConcernKind.APPLIANCE_ON}),
    Injected.NO_MEALS: frozenset({ConcernKind.NO_MEAL}),
    Injected.RESTLESS_NIGHT: frozenset({ConcernKind.RESTLESS}),
    Injected.AT_THE_DOOR: frozenset({ConcernKind.WANDERING}),
    Injected.PACING: frozenset({ConcernKind.WANDERING}),
} | dict.fromkeys(DRIFTS, frozenset({ConcernKind.DECLINE}))
"""Which concerns count as having found it; for what is not named here, those of `GONE_SILENT`."""


@dataclass(frozen=True, slots=True)
class Injection:
    """`at`: from when on. `counts_from`: where its delay is counted from, if that is later (usual rising)."""

    what: Injected
    at: float
    change: Change
    counts_from: float
    tags: tuple[str, ...] = ()

    @property
    def followed(self) -> float:
        return FOLLOWED_FOR.get(self.what, FOLLOWED)

    @property
    def found_by(self) -> frozenset[ConcernKind]:
        return FOUND_BY.get(self.what, GONE_SILENT)

    def messages(self, player: Player) -> Iterator[Message]:
        return self.change(player, self.at)


def fall(player: Player, at: float) -> Iterator[Message]:
    """Signs of life stop; check-ins, base load and what switches itself go on."""
    return (player.message(line) for line in player.without_person(player.between(at, at + FOLLOWED), at))


def leaves(door: str) -> Change:
    """Out by the front door, and nothing after that."""

    def change(player: Player, at: float) -> Iterator[Message]:
        for after, value in ((0.0, "open"), (8.0, "closed")):
            yield player.message(Recorded(at + after, door, Kind.DOOR, value))
        yield from fall(player, at + 10.0)

    return change


def held(device: str, value: float | str, *, until: float) -> Change:
    """The device keeps what it said, whatever the person does, until that moment."""

    def change(player: Player, at: float) -> Iterator[Message]:
        first = Recorded(at, device, player.recording.kinds[device], value)
        yield player.message(first)
        for line in player.between(at, at + FOLLOWED):
            if line.device != device or line.kind is not first.kind or line.at >= until:
                yield player.message(line)
            elif line.kind is Kind.POWER:
                yield player.message(replace(line, value=value))

    return change


def stuck(device: str, value: float) -> Change:
    """It goes on saying the same, on time."""

    def change(player: Player, at: float) -> Iterator[Message]:
        for line in player.between(at, at + FOLLOWED):
            same = line.device == device and line.kind is Kind.POWER
            yield player.message(replace(line, value=value) if same else line)

    return change


def without(devices: Iterable[str], *, until: float) -> Change:
    """They say nothing until that moment: no check-in either."""
    silent = frozenset(devices)

    def change(player: Player, at: float) -> Iterator[Message]:
        for line in player.between(at, at + FOLLOWED):
            if line.device not in silent or line.at >= until:
                yield player.message(line)

    return change


def doubled(player: Player, at: float) -> Iterator[Message]:
    """Everything arrives twice, the second time a few seconds later and with other news in between."""
    waiting: list[tuple[float, Message]] = []
    for line in player.between(at, at + FOLLOWED):
        while waiting and waiting[0][0] <= line.at:
            yield waiting.pop(0)[1]
        once = player.message(line)
        yield once
        late = player.message(replace(line, at=line.at + 7.0), claims=line.at)
        waiting.append((line.at + 7.0, late))


def clock_set(by: float) -> Change:
    """Every device claims a time that is `by` seconds off."""

    def change(player: Player, at: float) -> Iterator[Message]:
        for line in player.between(at, at + FOLLOWED):
            yield player.message(line, claims=line.at + by)

    return change


def inverted(door: str) -> Change:
    """The front door says open for closed, and closed for open."""
    other = {"open": "closed", "closed": "open"}

    def change(player: Player, at: float) -> Iterator[Message]:
        for line in player.between(at, at + FOLLOWED):
            turned = line.device == door and line.kind is Kind.DOOR
            yield player.message(replace(line, value=other.get(str(line.value), "closed")) if turned else line)

    return change


def idle(spells: Sequence[tuple[float, float]], devices: frozenset[str] | None = None) -> Change:
    """In these spells the person does nothing, or nothing that these devices notice; otherwise they live on."""
    starts = [start for start, _ in spells]

    def change(player: Player, at: float) -> Iterator[Message]:
        lines = player.between(at, at + DRIFTED)
        for line in lines:
            index = bisect_right(starts, line.at) - 1
            inside = index >= 0 and line.at < spells[index][1]
            if inside and (devices is None or line.device in devices):
                yield from (player.message(rest) for rest in player.without_person([line], at))
            else:
                yield player.message(line)

    return change


def besides(more: Sequence[Recorded]) -> Change:
    """The person does this besides, and lives on."""

    def change(player: Player, at: float) -> Iterator[Message]:
        lines = merge(more, player.between(at, at + FOLLOWED), key=lambda line: line.at)
        return (player.message(line) for line in lines)

    return change


def last_value(player: Player, device: str, at: float) -> float | str | None:
    """What the device said last before that moment, in its own kind."""
    kind = player.recording.kinds[device]
    found: float | str | None = None
    for line in player.between(at - 7 * DAY, at):
        if line.device == device and line.kind is kind:
            found = line.value
    return found
