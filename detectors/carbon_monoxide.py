"""Carbon monoxide: what the alarm on the wall says, and what its numbers say before it does.

It has no smell, and whoever breathes it soon cannot help themselves: red at once, and nothing is learned. Numbers are
held to the alarm times of EN 50291-1: never below 30 ppm, 50 ppm after 60 to 90 min, 100 after 10 to 40, 300 within 3.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from core.concerns import CannotTell, Clear, Concern, ConcernKind, Fact, Severity, Verdict
from core.places import Device
from core.readings import Kind
from detectors.detector import Observation
from detectors.instants import MINUTE, NEVER, instant, next_waking, seconds
from detectors.visibility import HomeVisibility

ALARM_TIMES: Final = ((30.0, 120 * MINUTE), (50.0, 60 * MINUTE), (100.0, 10 * MINUTE), (300.0, 0.0))
"""So much in the air (ppm) for so long (s) is an alarm. The sooner end of the standard's times: help takes its own."""
EBBS = 0.9
"""A level that was reached is left below this share of it: numbers tremble."""


class CarbonMonoxide:
    """One alarm. `ppm`: the last number, None where it tells none. `reached`: since when each of `ALARM_TIMES`' levels
    is reached. `since`: when this began, by word or number; once it is an alarm (`stands`), it is one until it says no
    and the air is below the lowest level. Numbers are judged on: who falls silent in bad air is no good sign.
    """

    version = 1

    __slots__ = ("_device", "_visibility", "ended", "name", "ppm", "reached", "rings", "since", "stands")

    def __init__(self, device: Device, visibility: HomeVisibility) -> None:
        self._device = device
        self._visibility = visibility
        self.name = f"{ConcernKind.CO.value}:{device.id}"
        self.ppm: float | None = None
        self.reached = [NEVER] * len(ALARM_TIMES)
        self.rings = self.stands = False
        self.since = self.ended = NEVER

    def observe(self, seen: Observation) -> None:
        value = seen.reading.value
        self.stands = self.stands or self._is_due(seen.t)
        if seen.reading.kind is Kind.CO:
            self.rings = value is True
        elif seen.reading.kind is Kind.CO_PPM and isinstance(value, int | float):
            self._measure(float(value), seen.t)
        else:
            return
        if self.rings or self.reached[0] != NEVER:
            self.since = seen.t if self.since == NEVER else self.since
            self.stands = self.stands or self.rings or self.reached[-1] != NEVER
        elif self.since != NEVER:
            self.since, self.ended, self.stands = NEVER, seen.t, False

    def _measure(self, ppm: float, t: float) -> None:
        self.ppm = ppm
        for n, (level, _) in enumerate(ALARM_TIMES):
            if ppm >= level:
                self.reached[n] = t if self.reached[n] == NEVER else self.reached[n]
            elif ppm < EBBS * level:
                self.reached[n] = NEVER

    def _moments(self) -> list[float]:
        """When each level that is reached is an alarm, if it stays so."""
        pairs = zip(self.reached, ALARM_TIMES, strict=True)
        return [since + lasts for since, (_, lasts) in pairs if since != NEVER]

    def _is_due(self, t: float) -> bool:
        return any(moment < t for moment in self._moments())

    def due(self, after: datetime | None = None) -> datetime | None:
        return None if self.stands else next_waking(after, *self._moments())

    def assess(self, now: datetime) -> Verdict:
        if self.stands or self._is_due(seconds(now)):
            return self._concern(now)
        health = self._visibility.health.get(self._device.id)
        if health is None or not self._visibility.works(health, seconds(now)):
            return CannotTell("device_silent")
        return Clear("over" if self.ended != NEVER else "usual")

    def _concern(self, now: datetime) -> Concern:
        device, since = self._device, instant(self.since)
        facts = [
            Fact("co_for", round(seconds(now) - self.since), "s"),
            Fact("device", device.id, "device"),
            Fact("room", device.room.value, "place"),
        ]
        if self.ppm is not None:
            facts.insert(0, Fact("co_ppm", round(self.ppm), "ppm"))
        return Concern(
            home=device.home,
            kind=ConcernKind.CO,
            severity=Severity.RED,
            episode=f"{device.id}@{since.isoformat()}",
            at=now,
            since=since,
            detector=ConcernKind.CO.value,
            facts=tuple(facts),
            place=device.room,
        )

    def snapshot(self) -> dict[str, Any]:
        times = [None if t == NEVER else t for t in (self.since, self.ended, *self.reached)]
        return {"times": times, "ppm": self.ppm, "rings": self.rings, "stands": self.stands}

    def restore(self, body: Mapping[str, Any]) -> None:
        self.since, self.ended, *self.reached = (NEVER if t is None else float(t) for t in body["times"])
        self.ppm = None if body["ppm"] is None else float(body["ppm"])
        self.rings, self.stands = bool(body["rings"]), bool(body["stands"])
