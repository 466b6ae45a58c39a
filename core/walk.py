"""The walk test: somebody goes through a home and sees which of its sensors are heard, and which of them sense.

A battery report shows that a device lives; only what it is there for shows that it works.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.places import Device, Role
from core.readings import Kind, Novelty, Reading, Replay, Semantics

SLACK = timedelta(minutes=2)
"""What was received since the walk began may be dated a little before it."""
LONGEST = timedelta(hours=2)
MOST_SAID = 3

_OF_ITSELF = frozenset(
    {
        Kind.BATTERY,
        Kind.BATTERY_LOW,
        Kind.BATTERY_VOLTAGE,
        Kind.LINK,
        Kind.LIVENESS,
        Kind.AVAILABILITY,
        Kind.TEMPERATURE,
        Kind.HUMIDITY,
        Kind.ILLUMINANCE,
    }
)


_CLIMATE = frozenset({Kind.TEMPERATURE, Kind.HUMIDITY})


class Walked(StrEnum):
    """How far a device has come in the walk."""

    WORKS = "works"
    SPOKE = "spoke"  # it lives, and has sensed nothing yet
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Step:
    """One device in the walk. `said`: what it said since, the newest first."""

    device: Device
    walked: Walked
    said: tuple[Reading, ...] = ()


def begins(asked: datetime, now: datetime) -> datetime:
    """When a walk began: as it was asked for, at most `LONGEST` ago and never ahead of now."""
    return min(max(asked, now - LONGEST), now)


def walk(devices: Iterable[Device], readings: Iterable[Reading], *, since: datetime) -> tuple[Step, ...]:
    """A gateway works when anything is heard through it: it may have nothing to say of itself for weeks."""
    heard: dict[str, list[Reading]] = {}
    for reading in readings:
        if counts(reading, since):
            heard.setdefault(reading.device, []).append(reading)
    known = list(devices)
    alive = {device.gateway for device in known if device.id in heard}
    return tuple(_step(device, heard.get(device.id, []), alive) for device in known)


def counts(reading: Reading, since: datetime) -> bool:
    """Was this said during the walk, and not remembered by a bridge or a broker?"""
    return reading.replay is Replay.LIVE and reading.received_at >= since


def senses(reading: Reading) -> bool:
    """Does this show that the sensor senses, not only that it lives?"""
    if reading.kind in _OF_ITSELF:
        return False
    return reading.happened or reading.novelty is Novelty.BASELINE or reading.semantics is Semantics.MEASUREMENT


def _step(device: Device, heard: Sequence[Reading], alive: Collection[str]) -> Step:
    if not heard:
        is_through = device.role is Role.BRIDGE and device.gateway in alive
        return Step(device, Walked.WORKS if is_through else Walked.SILENT)
    newest = sorted(heard, key=lambda r: (r.received_at, senses(r)), reverse=True)
    sensed = _CLIMATE if device.role is Role.CLIMATE else frozenset[Kind]()
    works = device.role is Role.BRIDGE or any(senses(r) or r.kind in sensed for r in heard)
    telling = [r for r in newest if senses(r) or r.kind in sensed] or newest
    return Step(device, Walked.WORKS if works else Walked.SPOKE, tuple(telling[:MOST_SAID]))
