"""Front door left open: longer than this home ever leaves it, and longer still by day while somebody moves inside."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.concerns import CannotTell, Clear, Concern, ConcernKind, Fact, Severity, Verdict
from core.places import Device
from core.readings import Kind, Replay
from detectors.detector import Observation
from detectors.instants import DAY, HOUR, MINUTE, NEVER, instant, next_waking, seconds, wall
from detectors.presence import HomePresence
from detectors.runs import Runs
from detectors.visibility import HomeVisibility

BY_NIGHT, BY_DAY = 10 * MINUTE, 30 * MINUTE
"""The shortest time open that is ever worth a concern."""
MORNING, EVENING = 6 * HOUR, 22 * HOUR
BEYOND_USUAL = 1.5
STIR = 20 * MINUTE
"""By day, a door stays open as long as somebody inside was seen this recently,"""
LONGEST_STIR = 4 * HOUR
"""but not for longer than this."""
PASSING, LONG_OPEN = 90.0, 10 * MINUTE
"""Shut for less than the first, and for more than the second open before: such a door is most likely inverted."""


class DoorOpen:
    """One front door. Night is 22 to 6 on the home's clock, by the hour in which the door was opened.

    `closed_at`: when it last said that it is closed; `stayed`: it had been shut, or long open, when it said so. A door
    that is shut only as long as somebody needs to pass says the opposite of what is so: it is `doubtful`, and nothing
    can be told, until it has stayed shut for a while.
    """

    version = 1

    __slots__ = ("_device", "_presence", "_timezone", "_visibility", "closed_at", "doubtful", "name", "runs", "stayed")

    def __init__(self, device: Device, visibility: HomeVisibility, presence: HomePresence, timezone: str) -> None:
        self._device = device
        self._visibility = visibility
        self._presence = presence
        self._timezone = timezone
        self.name = f"door_open:{device.id}"
        self.runs = Runs()
        self.closed_at = NEVER
        self.stayed = self.doubtful = False

    def observe(self, seen: Observation) -> None:
        """A door that is known to be open from before (retained) is open since we know it."""
        reading = seen.reading
        if seen.device.id != self._device.id or reading.kind is not Kind.DOOR or reading.replay is Replay.CACHED:
            return
        if reading.value == "open":
            if self.runs.since == NEVER:
                closed_for = seen.t - self.closed_at
                passing = self.stayed and closed_for < PASSING
                self.doubtful = passing or (self.doubtful and closed_for < LONG_OPEN)
            self.runs.begin(seen.t)
        else:
            self._close(seen.t, live=reading.replay is Replay.LIVE)

    def _close(self, t: float, *, live: bool) -> None:
        was_open = self.runs.since != NEVER
        # One that came to be wired the other way while it was shut says "closed" again when it is opened.
        self.stayed = live and (t - self.runs.since > LONG_OPEN if was_open else self.closed_at != NEVER)
        self.closed_at = t
        if self.doubtful:
            self.runs.since = NEVER  # nothing is learned from it
        self.runs.end(t, ceiling=2 * BY_DAY)

    def _by_day(self) -> bool:
        return MORNING <= wall(self._timezone, self.runs.since) % DAY < EVENING

    def _moment(self) -> float:
        day, since = self._by_day(), self.runs.since
        usual = since + self.runs.patience * max(BY_DAY if day else BY_NIGHT, BEYOND_USUAL * self.runs.longest)
        if not day:
            return usual
        return max(usual, min(self._presence.inside_at + STIR, since + LONGEST_STIR))

    def due(self, after: datetime | None = None) -> datetime | None:
        return None if self.runs.since == NEVER else next_waking(after, self._moment())

    def assess(self, now: datetime) -> Verdict:
        if self.runs.since == NEVER:
            return Clear("closed")
        moment = self._moment()
        if seconds(now) < moment:
            return Clear()
        health = self._visibility.health.get(self._device.id)
        if health is None or not self._visibility.works(health, moment):
            return CannotTell("device_silent")
        if self.doubtful:
            return CannotTell("polarity_doubted")
        return self._concern(now, moment)

    def _concern(self, now: datetime, moment: float) -> Concern:
        device, since = self._device, instant(self.runs.since)
        facts = [
            Fact("open_for", round(seconds(now) - self.runs.since), "s"),
            Fact("threshold", round(moment - self.runs.since), "s"),
            Fact("device", device.id, "device"),
            Fact("presence", self._presence.told(seconds(now)).value, "text"),
        ]
        if self.runs.patience != 1.0:
            facts.append(Fact("taught_wait", self.runs.patience, "factor"))
        if self.runs.longest > 0:
            facts.insert(1, Fact("usual_longest_open", round(self.runs.longest), "s"))
        return Concern(
            home=device.home,
            kind=ConcernKind.DOOR_OPEN,
            severity=Severity.YELLOW,
            episode=f"{device.id}@{since.isoformat()}",
            at=now,
            since=since,
            detector="door_open",
            facts=tuple(facts),
            place=device.room,
        )

    def snapshot(self) -> dict[str, Any]:
        closed_at = None if self.closed_at == NEVER else self.closed_at
        return {"runs": self.runs.snapshot(), "closed": [closed_at, self.stayed, self.doubtful]}

    def restore(self, body: Mapping[str, Any]) -> None:
        self.runs.restore(body["runs"])
        closed_at, self.stayed, self.doubtful = body.get("closed", (None, False, False))
        self.closed_at = NEVER if closed_at is None else float(closed_at)
