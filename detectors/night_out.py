"""Night out: somebody left by the front door in the night, and is out for longer than they ever are then.

Confusion at night takes people out of their home; who has a habit of coming home late is soon known to have it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.concerns import CannotTell, Clear, Concern, ConcernKind, Fact, Severity, Verdict
from core.places import Device
from detectors.detector import Observation
from detectors.instants import DAY, HOUR, NEVER, instant, next_waking, seconds, wall
from detectors.presence import HomePresence
from detectors.runs import Runs
from detectors.visibility import HomeVisibility

NIGHT_FROM, NIGHT_UNTIL = 22 * HOUR, 5 * HOUR
"""On the home's clock: who leaves in between has left in the night."""
SHORTEST = 1.0 * HOUR
"""The shortest absence by night that is ever worth a concern."""
BEYOND_USUAL = 1.5
MOST_LEARNED = 6 * HOUR
"""From a single night, while little is known."""


class NightOut:
    """One home's nights, by its first front door. `runs`: absences that began in the night and ended."""

    version = 1

    __slots__ = ("_device", "_presence", "_timezone", "_visibility", "name", "runs")

    def __init__(self, device: Device, visibility: HomeVisibility, presence: HomePresence, timezone: str) -> None:
        self._device = device
        self._visibility = visibility
        self._presence = presence
        self._timezone = timezone
        self.name = f"night_out:{device.id}"
        self.runs = Runs()

    def observe(self, seen: Observation) -> None:
        """Before presence observes the same: it still believes what was so until now."""
        if seen.sign is None:
            return
        left = self._left(seen.t)
        if left != NEVER:
            self.runs.begin(left)
            self.runs.end(seen.t, ceiling=MOST_LEARNED)

    def _left(self, t: float) -> float:
        """Since when nobody is in at `t`, if they left in the night; NEVER otherwise."""
        presence = self._presence
        left = presence.door_at if presence.out_from == NEVER else presence.out_from
        if left == NEVER or not presence.is_out(t):
            return NEVER
        clock = wall(self._timezone, left) % DAY
        return left if clock >= NIGHT_FROM or clock < NIGHT_UNTIL else NEVER

    def limit(self) -> float:
        """Seconds out by night that are more than usual."""
        return self.runs.patience * max(SHORTEST, BEYOND_USUAL * self.runs.longest)

    def _moment(self) -> float:
        """When being out becomes too long if nothing more is observed; NEVER where somebody is in."""
        presence = self._presence
        settled = presence.settled_at()
        left = presence.door_at if presence.out_from == NEVER else presence.out_from
        return NEVER if NEVER in (settled, left) else max(settled, left + self.limit())

    def due(self, after: datetime | None = None) -> datetime | None:
        return next_waking(after, self._moment())

    def assess(self, now: datetime) -> Verdict:
        """Judged by what was known at its moment; then it stands until somebody comes."""
        moment = self._moment()
        if moment == NEVER or seconds(now) < moment:
            return Clear()
        left = self._left(moment)
        if left == NEVER:
            return Clear("not_out_by_night")
        health = self._visibility.health.get(self._device.id)
        if health is None or not self._visibility.works(health, moment):
            return CannotTell("device_silent")
        return self._concern(now, left)

    def _concern(self, now: datetime, left: float) -> Concern:
        facts = [
            Fact("left_at", instant(left).isoformat(), "time"),
            Fact("out_for", round(seconds(now) - left), "s"),
            Fact("threshold", round(self.limit()), "s"),
            Fact("device", self._device.id, "device"),
        ]
        if self.runs.patience != 1.0:
            facts.append(Fact("taught_wait", self.runs.patience, "factor"))
        if self.runs.longest > 0:
            facts.insert(2, Fact("usual_longest_out", round(self.runs.longest), "s"))
        return Concern(
            home=self._device.home,
            kind=ConcernKind.NIGHT_OUT,
            severity=Severity.ORANGE,
            episode=f"{self._device.id}@{instant(left).isoformat()}",
            at=now,
            since=instant(left),
            detector="night_out",
            facts=tuple(facts),
        )

    def snapshot(self) -> dict[str, Any]:
        return {"runs": self.runs.snapshot()}

    def restore(self, body: Mapping[str, Any]) -> None:
        self.runs.restore(body["runs"])
