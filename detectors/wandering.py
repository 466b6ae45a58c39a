"""Wandering: in the night, again and again at the front door, or from room to room without rest, as never in this home.

Said while it goes on. Who has left and is not back is another concern (`night_out`).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from core.concerns import CannotTell, Clear, Concern, ConcernKind, Fact, Severity, Verdict
from core.places import Home, Role, Room
from core.readings import Kind
from detectors.days import NIGHT_FROM, HomeDays
from detectors.detector import Observation
from detectors.instants import HOUR, MINUTE, NEVER, instant, next_waking, seconds

KEPT_NIGHTS, ENOUGH = 42, 14
DOOR_WITHIN, LEAST_OPENINGS = HOUR, 3
PACING_WITHIN, LEAST_CHANGES = HOUR / 2, 16
"""So often at the door within the hour, or from room to room within half of one, at the least."""
BEYOND: Final = 1.5
"""So many times the most room changes of any night that is known; of the door it is enough that it was never so."""
OVER_AFTER = HOUR / 2
APART = MINUTE
"""A door that bounces, or is pulled to, was opened once."""
ONE_WAY = 10 * MINUTE
"""Whoever is seen elsewhere after that has not walked straight there."""
_MOST = 60
DOOR, PACING = "door", "pacing"


class _Walk(NamedTuple):
    """What is said: which of the two, begun and found when, gone on until; how often, the most in how many nights."""

    what: str
    since: float
    at: float
    last: float
    times: int
    most: int
    nights: int


class Wandering:
    """One home. `nights`: the most openings and the most room changes of each that is known, two bytes each."""

    version = 1

    __slots__ = (
        "_changes", "_day", "_days", "_home", "_most", "_openings", "_room", "_rooms_known", "_seen_at", "name",
        "nights", "standing",
    )  # fmt: skip

    def __init__(self, home: Home, days: HomeDays) -> None:
        self._home = home.id
        self._days = days
        self.name = f"{ConcernKind.WANDERING.value}:{home.id}"
        self.nights = b""
        self.standing: _Walk | None = None
        self._day = -1
        self._rooms_known = days.rooms_known
        self._begin_night()

    def _begin_night(self) -> None:
        self._openings: list[float] = []
        self._changes: list[float] = []
        self._most = [0, 0]
        self._room: Room | None = None
        self._seen_at = NEVER

    def observe(self, seen: Observation) -> None:
        """After the days observed the same."""
        if seen.sign is None:
            return
        days = self._days
        if days.day != self._day:
            self._end_night()
        if days.slot < NIGHT_FROM or seen.t < self._seen_at:
            return
        if seen.device.role is Role.FRONT_DOOR:
            if seen.reading.kind is Kind.DOOR and seen.reading.value == "open":
                self._open(seen.t)
        elif seen.device.room is not self._room:
            if seen.t - self._seen_at < ONE_WAY:
                self._change(seen.t)
            self._room = seen.device.room
        self._seen_at = seen.t

    def _end_night(self) -> None:
        days = self._days
        if days.rooms_known != self._rooms_known:
            self.nights, self._rooms_known = b"", days.rooms_known
        if days.counted:
            self.nights = (self.nights + bytes(self._most))[-2 * KEPT_NIGHTS :]
        self._begin_night()
        self._day = days.day

    def _open(self, t: float) -> None:
        if self._openings and t - self._openings[-1] < APART:
            return
        self._openings = [*(each for each in self._openings if t - each < DOOR_WITHIN), t][-_MOST:]
        known, most = self._known(0)
        count = len(self._openings)
        self._most[0] = max(self._most[0], count)
        if known >= ENOUGH and count >= max(LEAST_OPENINGS, most + 1):
            self._note(DOOR, self._openings[0], t, count, most, known)

    def _change(self, t: float) -> None:
        self._changes = [*(each for each in self._changes if t - each < PACING_WITHIN), t][-_MOST:]
        known, most = self._known(1)
        count = len(self._changes)
        self._most[1] = max(self._most[1], count)
        if known >= ENOUGH and count >= max(LEAST_CHANGES, BEYOND * most):
            self._note(PACING, self._changes[0], t, count, most, known)

    def _known(self, which: int) -> tuple[int, int]:
        nights = self.nights[which::2]
        return len(nights), max(nights, default=0)

    def _note(self, what: str, since: float, t: float, count: int, most: int, known: int) -> None:
        """It goes on, or begins. Once somebody was at the door, that is what is told of."""
        before = self.standing
        if before is None or t > before.last + OVER_AFTER:
            self.standing = _Walk(what, since, t, t, count, most, known)
        elif before.what == what:
            self.standing = before._replace(last=t, times=max(count, before.times))
        elif what == DOOR:
            self.standing = _Walk(what, before.since, t, t, count, most, known)
        else:
            self.standing = before._replace(last=t)

    def due(self, after: datetime | None = None) -> datetime | None:
        walk = self.standing
        if walk is None or (after is None and self._seen_at > walk.last + OVER_AFTER):
            return None
        return next_waking(after, walk.at, walk.last + OVER_AFTER)

    def assess(self, now: datetime) -> Verdict:
        walk = self.standing
        if walk is not None and walk.at <= seconds(now) <= walk.last + OVER_AFTER:
            return self._concern(walk, now)
        return Clear("rest") if len(self.nights) >= 2 * ENOUGH else CannotTell("too_few_nights")

    def _concern(self, walk: _Walk, now: datetime) -> Concern:
        within = DOOR_WITHIN if walk.what == DOOR else PACING_WITHIN
        return Concern(
            home=self._home,
            kind=ConcernKind.WANDERING,
            severity=Severity.ORANGE if walk.what == DOOR else Severity.YELLOW,
            episode=f"{self._home}@{instant(walk.since).isoformat()}",
            at=now,
            since=instant(walk.since),
            detector=ConcernKind.WANDERING.value,
            facts=(
                Fact("at_the_door" if walk.what == DOOR else "room_changes", walk.times, "count"),
                Fact("within", within, "s"),
                Fact("never_more_than", walk.most, "count"),
                Fact("nights_known", walk.nights, "count"),
            ),
        )

    def snapshot(self) -> dict[str, Any]:
        return {
            "nights": self.nights.hex(),
            "standing": None if self.standing is None else list(self.standing),
            "today": [self._day, self._rooms_known, *self._most],
            "tonight": [self._openings, self._changes],
            "room": None if self._room is None else self._room.value,
            "seen_at": None if self._seen_at == NEVER else self._seen_at,
        }

    def restore(self, body: Mapping[str, Any]) -> None:
        self.nights = bytes.fromhex(body["nights"])
        self.standing = None if body["standing"] is None else _Walk(*body["standing"])
        self._day, self._rooms_known, *self._most = body["today"]
        self._openings, self._changes = (list(times) for times in body["tonight"])
        self._room = None if body["room"] is None else Room(body["room"])
        self._seen_at = NEVER if body["seen_at"] is None else float(body["seen_at"])
