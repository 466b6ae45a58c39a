"""Alarms: what a person or a detector on the ceiling says outright. Nothing is learned, nothing is waited for.

A press is an event and only counts live; smoke, gas and water are conditions and count as soon as they are known.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from core.concerns import CannotTell, Clear, Concern, ConcernKind, Fact, Severity, Verdict
from core.places import Device, Role
from core.readings import Kind, Reading, Semantics
from detectors.detector import Observation
from detectors.instants import DAY, MINUTE, NEVER, instant, next_waking, seconds
from detectors.visibility import HomeVisibility

SAME_PRESS = MINUTE
PRESS_STANDS = DAY
_CONDITIONS: Final = {
    Kind.SMOKE: (ConcernKind.SMOKE, Severity.RED),
    Kind.GAS: (ConcernKind.GAS, Severity.RED),
    Kind.WATER: (ConcernKind.WATER, Severity.ORANGE),
}


def is_press(reading: Reading, device: Device) -> bool:
    """A call for help: the SOS kind, or any button on a device that was installed for it. Never a replayed one."""
    if reading.kind is Kind.SOS:
        pressed = reading.value is True
    elif reading.kind is Kind.BUTTON:
        pressed = device.role is Role.SOS and reading.value not in {"", "release", False}
    else:
        return False
    repeats = reading.semantics is not Semantics.EVENT and reading.novelty == "repeated"
    return pressed and reading.replay == "live" and not repeats


class Press:
    """A panic button. Presses within a minute are one; each later one is an episode of its own.

    Its concern stands for a day: nothing that a button sends says that the danger is over.
    """

    version = 1

    __slots__ = ("_device", "name", "pressed_at", "pressed_last")

    def __init__(self, device: Device) -> None:
        self._device = device
        self.name = f"sos:{device.id}"
        self.pressed_at = self.pressed_last = NEVER

    def observe(self, seen: Observation) -> None:
        if not is_press(seen.reading, seen.device):
            return
        if seen.t - self.pressed_last > SAME_PRESS:
            self.pressed_at = seen.t
        self.pressed_last = seen.t

    def due(self, after: datetime | None = None) -> datetime | None:
        return next_waking(after, self.pressed_at + PRESS_STANDS)

    def assess(self, now: datetime) -> Verdict:
        if self.pressed_at == NEVER or seconds(now) > self.pressed_at + PRESS_STANDS:
            return Clear()
        pressed = instant(self.pressed_at)
        device = self._device
        return Concern(
            home=device.home,
            kind=ConcernKind.SOS,
            severity=Severity.RED,
            episode=f"{device.id}@{pressed.isoformat()}",
            at=now,
            since=pressed,
            detector="sos",
            facts=(
                Fact("pressed_at", pressed.isoformat(), "time"),
                Fact("device", device.id, "device"),
                Fact("room", device.room.value, "place"),
            ),
            place=device.room,
        )

    def snapshot(self) -> dict[str, Any]:
        return {} if self.pressed_at == NEVER else {"pressed": [self.pressed_at, self.pressed_last]}

    def restore(self, body: Mapping[str, Any]) -> None:
        self.pressed_at, self.pressed_last = (float(t) for t in body.get("pressed", (NEVER, NEVER)))


class Hazard:
    """Smoke, gas or water, from one device, for as long as the device says so.

    True at first sight alarms, retained or not: a fire does not wait for a change. Clears only when the device says so.
    """

    version = 1

    __slots__ = ("_device", "_kind", "_visibility", "ended", "name", "since")

    def __init__(self, device: Device, kind: Kind, visibility: HomeVisibility) -> None:
        self._device = device
        self._kind = kind
        self._visibility = visibility
        self.name = f"{kind.value}:{device.id}"
        self.since = NEVER
        self.ended = NEVER

    def observe(self, seen: Observation) -> None:
        if seen.reading.kind is not self._kind:
            return
        if seen.reading.value is not True:
            self.since, self.ended = NEVER, seen.t
        elif self.since == NEVER:
            self.since = seen.t

    def due(self, after: datetime | None = None) -> datetime | None:  # noqa: ARG002 - a condition never changes by waiting
        return None

    def assess(self, now: datetime) -> Verdict:
        if self.since == NEVER:
            health = self._visibility.health.get(self._device.id)
            unheard = health is None or not self._visibility.works(health, seconds(now))
            return CannotTell("device_silent") if unheard else Clear("over" if self.ended != NEVER else "usual")
        kind, severity = _CONDITIONS[self._kind]
        since = instant(self.since)
        device = self._device
        return Concern(
            home=device.home,
            kind=kind,
            severity=severity,
            episode=f"{device.id}@{since.isoformat()}",
            at=now,
            since=since,
            detector=self._kind.value,
            facts=(Fact("device", device.id, "device"), Fact("room", device.room.value, "place")),
            place=device.room,
        )

    def snapshot(self) -> dict[str, Any]:
        return {"times": [None if t == NEVER else t for t in (self.since, self.ended)]}

    def restore(self, body: Mapping[str, Any]) -> None:
        self.since, self.ended = (NEVER if t is None else float(t) for t in body["times"])
