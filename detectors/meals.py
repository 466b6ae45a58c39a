"""Meals: somebody is up and about, and has not been in the kitchen, or at the kettle, when they nearly always have.

Judged as each half hour of the day is over, by this home's own days; the same day, while there is time to ask.
"""

from collections.abc import Mapping
from datetime import datetime
from math import inf
from typing import Any, Final, NamedTuple

from core.concerns import CannotTell, Clear, Concern, ConcernKind, Fact, Severity, Verdict
from core.places import Device, Home, Role, Room
from core.states import Presence
from detectors.days import HomeDays, Lived
from detectors.detector import Observation
from detectors.habit import ENOUGH, HALVES, LEAST_HALVES, SLOTS_A_HALF, Habit
from detectors.health import Health
from detectors.instants import DAY, NEVER, instant, next_waking, seconds
from detectors.presence import HomePresence
from detectors.signs import SIGN_ROLES
from detectors.slots import SLOT
from detectors.visibility import HomeVisibility

NEARLY_ALWAYS = 0.9
"""Of the days known, by then."""
UNHEARD = 0.15
"""Share of what is usually seen in the kitchen that sensors which have not spoken since may be good for."""
_FIRST_HALF = 4
"""Not before six in the morning."""
_UNLEARNED = 3
"""So many days in a row on which nothing was eaten are no custom yet."""
KITCHEN, KETTLE = "kitchen", "kettle"
_HALF_HOUR: Final = SLOT * SLOTS_A_HALF


class _Missed(NamedTuple):
    """What is said: which habit, found when, nothing since when, done on so many days of so many in those hours."""

    what: str
    at: float
    since: float
    did: int
    days: int


class Meals:
    """One home. `standing`: what was found today. A day on which it stood to its end is not learned from."""

    version = 1

    __slots__ = ("_day", "_days", "_half", "_home", "_presence", "_rooms_known", "_unlearned", "_visibility", "habits",
                 "name", "standing")  # fmt: skip

    def __init__(self, home: Home, days: HomeDays, visibility: HomeVisibility, presence: HomePresence) -> None:
        self._home = home.id
        self._days = days
        self._visibility = visibility
        self._presence = presence
        self.name = f"{ConcernKind.NO_MEAL.value}:{home.id}"
        self.habits = {KITCHEN: Habit()}
        self.standing: _Missed | None = None
        self._day = self._half = -1
        self._unlearned = 0
        self._rooms_known = days.rooms_known

    def observe(self, seen: Observation) -> None:
        """After the days and before presence observe the same."""
        if seen.sign is None:
            return
        days = self._days
        if days.day != self._day:
            self._end_day()
        half = days.slot // SLOTS_A_HALF
        if half != self._half:
            self._half = half
            if self.standing is None and _FIRST_HALF <= half <= HALVES:
                self.standing = self._judged(half, seen.t)

    def _end_day(self) -> None:
        days = self._days
        if days.rooms_known != self._rooms_known:
            self.habits, self._rooms_known = {KITCHEN: Habit()}, days.rooms_known
        if days.counted:
            if self._stood() and self._unlearned < _UNLEARNED:
                self._unlearned += 1
            else:
                self._unlearned = 0
                self._learn(days.ended)
        self.standing = None
        self._day, self._half = days.day, -1

    def _learn(self, lived: Lived) -> None:
        if lived.kettle and KETTLE not in self.habits:
            self.habits[KETTLE] = Habit()
        for what, habit in self.habits.items():
            habit.learn(_done(lived, what), lived.seen, lived.out)

    def _judged(self, half: int, t: float) -> _Missed | None:
        """What is missed at `t`, by what was known just before."""
        today = self._days.today
        for what, habit in self.habits.items():
            if habit.limit == inf:
                continue  # too few days are known
            done, proven = _done(today, what), min(half, int((self._vouched(what) - self._days.begins) // _HALF_HOUR))
            if min(habit.missed(each, done, today.seen, today.out) for each in (proven, proven - 1)) <= habit.limit:
                continue  # strange for half an hour, and not just come to be: they are often on their way
            since = max(self._done_at(what), self._days.back_at)
            if t - since < LEAST_HALVES * _HALF_HOUR:
                continue
            begun = max(0, int((since - self._days.begins) // _HALF_HOUR) + 1)
            did = habit.done_between(begun, half)
            if did >= NEARLY_ALWAYS * habit.days and self._could_tell(what, since, t):
                return _Missed(what, t, since, did, habit.days)
        return None

    def _done_at(self, what: str) -> float:
        return self._days.kettle_at if what == KETTLE else self._days.kitchen_at

    def _vouched(self, what: str) -> float:
        """Until when nearly all that would have seen it was heard: a dead sensor looks like an empty kitchen."""
        there = sorted(self._watching(what), key=lambda health: health.heard)
        enough, silent = UNHEARD * sum(health.signs for health in there), 0.0
        for health in there:
            silent += health.signs
            if silent > enough:
                return health.heard
        return self._days.begins

    def _watching(self, what: str) -> list[Health]:
        health = self._visibility.health.values()
        return [each for each in health if _notices(each.device, what) and each.heard != NEVER]

    def _could_tell(self, what: str, since: float, t: float) -> bool:
        """Was the person at home, and would they have been seen in the kitchen all the time?"""
        visibility, began = self._visibility, max(since, self._days.begins)
        unsure = self._presence.at(t) is not Presence.HOME and bool(visibility.front_doors)
        if since == NEVER or unsure or visibility.sight_since > began:
            return False
        return all(visibility.works(health, t) for health in self._watching(what))

    def _stood(self) -> bool:
        """To the end of the day, of which the first sign of the next has come."""
        missed = self.standing
        return missed is not None and not missed.at < self._done_at(missed.what) < self._days.begins

    def _ends(self) -> float:
        return self._days.begins + DAY

    def due(self, after: datetime | None = None) -> datetime | None:
        return None if self.standing is None else next_waking(after, self.standing.at, self._ends())

    def assess(self, now: datetime) -> Verdict:
        missed, t = self.standing, seconds(now)
        if missed is None:
            return Clear() if self.habits[KITCHEN].days >= ENOUGH else CannotTell("too_few_days")
        if t < missed.at or t > self._ends():
            return Clear("day_over")
        return Clear("in_the_kitchen") if self._done_at(missed.what) > missed.at else self._concern(missed, now)

    def _concern(self, missed: _Missed, now: datetime) -> Concern:
        facts = (
            Fact(f"no_{missed.what}_since", instant(missed.since).isoformat(), "time"),
            Fact("usually_done", f"{missed.did}/{missed.days}", "text"),
        )
        return Concern(
            home=self._home,
            kind=ConcernKind.NO_MEAL,
            severity=Severity.YELLOW,
            episode=f"{self._home}@{instant(missed.since).isoformat()}",
            at=now,
            since=instant(missed.since),
            detector=ConcernKind.NO_MEAL.value,
            facts=facts,
        )

    def snapshot(self) -> dict[str, Any]:
        return {
            "habits": {what: habit.snapshot() for what, habit in self.habits.items()},
            "standing": None if self.standing is None else list(self.standing),
            "today": [self._day, self._half, self._unlearned, self._rooms_known],
        }

    def restore(self, body: Mapping[str, Any]) -> None:
        self.habits = {what: Habit() for what in body["habits"]}
        for what, habit in self.habits.items():
            habit.restore(body["habits"][what])
        self.standing = None if body["standing"] is None else _Missed(*body["standing"])
        self._day, self._half, self._unlearned, self._rooms_known = body["today"]


def _done(lived: Lived, what: str) -> int:
    return lived.kettle if what == KETTLE else lived.kitchen


def _notices(device: Device, what: str) -> bool:
    """Would this device see it?"""
    if what == KETTLE:
        return device.role is Role.KETTLE
    return device.room is Room.KITCHEN and device.role in SIGN_ROLES
