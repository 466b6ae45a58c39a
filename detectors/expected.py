"""Expected by: a sign of life that family or the desk expects in a window of the day (morning tea) has not come.

It needs no learning, so it works from the first day; it says nothing where the window was not seen, or nobody was in.
"""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.concerns import CannotTell, Clear, Concern, ConcernKind, Fact, Severity, Verdict
from core.family import Expectation
from core.states import Presence, Visibility
from detectors.detector import Observation
from detectors.instants import NEVER, instant, next_waking, seconds
from detectors.presence import HomePresence
from detectors.signs import SIGN_ROLES
from detectors.visibility import HomeVisibility

_OUT = "out"
_DAYS_BACK, _DAYS_AHEAD = 7, 8


class ExpectedBy:
    """One window a day. `met`: the last sign of the kind that is expected. `born`: windows that began before are not
    judged, for nobody expected anything then. `judged`: the end of the last window that something was observed after,
    and why a sign could not have been seen in it ("": it could); later knowledge does not change that. `pending`: the
    end of the window that comes next.
    """

    version = 1

    __slots__ = ("_known", "_presence", "_visibility", "_zone", "born", "judged", "met", "name", "of", "pending")

    def __init__(
        self, of: Expectation, visibility: HomeVisibility, presence: HomePresence, timezone: str, *, born: float
    ) -> None:
        self.of = of
        self.name = f"{ConcernKind.EXPECTED.value}:{of.id}"
        self._visibility = visibility
        self._presence = presence
        self._zone = ZoneInfo(timezone)
        self.born = born
        self.met = self.pending = NEVER
        self.judged: tuple[float, str] = (NEVER, "")
        self._known: tuple[float, float, tuple[float, float] | None] = (NEVER, NEVER, None)

    def observe(self, seen: Observation) -> None:
        """Before visibility and presence observe the same: a window is judged by what was known when it ended."""
        if seen.t > self.pending:
            self._end_windows(seen.t)
        here = self.of.room is None or seen.device.room is self.of.room
        if seen.sign is not None and here:
            self.met = max(self.met, seen.t)

    def _end_windows(self, t: float) -> None:
        over = self._over(t)
        if over is not None and self.pending != NEVER:
            self.judged = over[1], self._unseen(*over)
        self.pending = min((end for _, end in self._windows(t, 0, _DAYS_AHEAD) if end >= t))

    def _over(self, t: float) -> tuple[float, float] | None:
        """The window that has ended last. The same until the next one ends."""
        since, until, over = self._known
        if since < t <= until:
            return over
        ended = [each for each in self._windows(t, -_DAYS_BACK, 0) if each[1] < t]
        next_end = min(end for _, end in self._windows(t, 0, _DAYS_AHEAD) if end >= t)
        over = max((each for each in ended if each[0] >= self.born), default=None)
        self._known = max((end for _, end in ended), default=t), next_end, over
        return over

    def _windows(self, t: float, first: int, last: int) -> list[tuple[float, float]]:
        """The windows of the local days from `first` to `last` days after that of `t`, the earliest first."""
        today = datetime.fromtimestamp(t, self._zone).date()
        days = (today + timedelta(days=n) for n in range(first, last + 1))
        found = (self.of.window(day, self._zone) for day in days)
        return [(seconds(start), seconds(end)) for start, end in filter(None, found)]

    def due(self, after: datetime | None = None) -> datetime | None:
        t = max(self.met, self.born) if after is None else seconds(after)
        ends = [end for _, end in self._windows(max(t, 0.0), 0, _DAYS_AHEAD)]
        return next_waking(after, *ends)

    def assess(self, now: datetime) -> Verdict:
        """Judged when a window has ended; then it stands until the sign comes, or the next window has ended."""
        t = seconds(now)
        over = self._over(t)
        if over is None:
            return Clear()
        start, end = over
        if self.met >= start:
            return Clear("seen")
        reason = self.judged[1] if self.judged[0] == end else self._unseen(start, end)
        if reason == _OUT:
            return Clear(_OUT)
        return CannotTell(reason) if reason else self._concern(now, start, end)

    def _unseen(self, start: float, end: float) -> str:
        """Why the sign may have come without our seeing it; empty where it would have been seen."""
        visibility = self._visibility
        if self._presence.at(end) is Presence.OUT:
            return _OUT
        if visibility.view(end).state is Visibility.BLIND:
            return "blind"
        if visibility.sight_since > start:
            return "blind_in_part"
        watching = (
            health
            for health in visibility.health.values()
            if health.device.role in SIGN_ROLES and (self.of.room is None or health.device.room is self.of.room)
        )
        return "" if any(visibility.works(health, end) for health in watching) else "device_silent"

    def _concern(self, now: datetime, start: float, end: float) -> Concern:
        day = datetime.fromtimestamp(end, self._zone).date()
        facts = [
            Fact("expected", self.of.label, "text"),
            Fact("expected_from", instant(start).isoformat(), "time"),
            Fact("expected_by", instant(end).isoformat(), "time"),
        ]
        if self.met != NEVER:
            facts.append(Fact("last_like_it", instant(self.met).isoformat(), "time"))
        return Concern(
            home=self.of.home,
            kind=ConcernKind.EXPECTED,
            severity=Severity.YELLOW,
            episode=f"{self.of.id}@{day.isoformat()}",
            at=now,
            since=instant(end),
            detector=ConcernKind.EXPECTED.value,
            facts=tuple(facts),
            place=self.of.room,
        )

    def snapshot(self) -> dict[str, Any]:
        times = self.met, self.born, self.judged[0], self.pending
        return {"times": [None if math.isinf(t) else t for t in times], "reason": self.judged[1]}

    def restore(self, body: Mapping[str, Any]) -> None:
        self.met, self.born, judged, self.pending = (NEVER if t is None else float(t) for t in body["times"])
        self.judged = judged, str(body["reason"])
        self._known = (NEVER, NEVER, None)
