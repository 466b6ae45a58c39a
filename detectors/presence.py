"""Presence: home, out or unknown, inferred from the front door and what follows it inside. Never assumed.

Out is a front door that moved and then nothing inside for as long as this home usually needs; any sign inside is home.
Visitors and a second person cannot be told apart from the resident, so whoever is inside is taken for them.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.concerns import CannotTell, Clear, Verdict
from core.places import Role
from core.readings import Kind
from core.states import Presence
from detectors.detector import Observation
from detectors.goings import Goings
from detectors.instants import DAY, HOUR, MINUTE, NEVER, next_waking
from detectors.returns import Returns
from detectors.signs import SignKind
from detectors.visibility import HomeVisibility

ECHO = 60.0
"""Seconds after the front door in which a sensor inside may still be reporting the person who is leaving."""
_LONGER = 1.3
BOUT = 10 * MINUTE
"""Front-door movements this close together, with nobody inside between them, are one going or one coming."""
LONG_BLIND = HOUR
"""While a home was out of sight for longer, somebody may have gone out of it,"""
DAY_OUT = 12 * HOUR
"""and be back later, if they ever stay away for so long."""
_TIMES = ("door_at", "inside_at", "home_since", "out_from", "front_door_since")


class HomePresence:
    """`door_at`: the front door's last movement; `inside_at`: the last sign inside that was not an echo of it.

    `before`: presence as it was when the current coming or going began. `goings`: how long after the door nothing may
    be seen inside before nobody is there. `returns`: by when they are usually home again.
    """

    name = "presence"
    version = 1

    __slots__ = ("_believed", "_timezone", "_visibility", "before", "front_door", "goings", "returns", *_TIMES)

    def __init__(self, visibility: HomeVisibility, *, timezone: str = "UTC", longest_absence: float = DAY) -> None:
        self._timezone = timezone
        self._visibility = visibility
        self._believed = longest_absence
        self.door_at = self.inside_at = self.home_since = self.out_from = self.front_door_since = NEVER
        self.before = Presence.UNKNOWN
        self.front_door = "unknown"
        self.goings = Goings()
        self.returns = Returns()

    def observe(self, seen: Observation) -> None:
        reading = seen.reading
        if reading.kind is Kind.DOOR and seen.device.role is Role.FRONT_DOOR:
            self._see_door(seen)
            if reading.happened:
                self._move_door(seen.t)
        elif seen.sign is not None and (seen.sign is not SignKind.METER or not self._visibility.front_doors):
            self._see_inside(seen.t)  # a washing machine goes on when its owner has gone out

    def _see_door(self, seen: Observation) -> None:
        value = str(seen.reading.value)
        if value != self.front_door:
            self.front_door, self.front_door_since = value, seen.t

    def _move_door(self, t: float) -> None:
        same_bout = t - self.door_at < BOUT and not self._inside_since_door()
        if not same_bout:
            if self.door_at != NEVER and self.before is not Presence.OUT and not self._inside_since_door():
                self.goings.left(t - self.door_at)
            self.before = Presence.OUT if self.gone(t) else self.at(t)
            if self.before is Presence.OUT:
                self.out_from = self.door_at
        self.door_at = max(self.door_at, t)

    def _inside_since_door(self) -> bool:
        return self.inside_at > self.door_at + ECHO

    def _see_inside(self, t: float) -> None:
        if self.door_at != NEVER and t <= self.door_at + ECHO:
            return
        if not self._inside_since_door():
            self._come_home(t)
        self.inside_at = max(self.inside_at, t)

    def _come_home(self, t: float) -> None:
        """The first sign inside since the door moved: somebody is there, and took this long to show it."""
        if self.door_at == NEVER:
            self.home_since = t
            return
        delay = t - self.door_at
        if self.before is not Presence.OUT:
            self.goings.stayed(delay)
        if self.before is not Presence.HOME or delay > self.settle:
            self.home_since = self.door_at
        if self.before is Presence.OUT and self.out_from != NEVER:
            self.returns.add(self.out_from, self.door_at, self._timezone)
        self.before = Presence.HOME
        self.out_from = NEVER

    @property
    def settle(self) -> float:
        """Seconds after the front door until it is clear that nobody is in, if nothing is seen inside."""
        return self.goings.settle

    def watched(self, t: float) -> bool:
        """Is there a front-door sensor that works?"""
        visibility = self._visibility
        for door in visibility.front_doors:  # noqa: SIM110 - asked for with every reading: a generator costs more
            if visibility.works(door, t):
                return True
        return False

    def gone(self, t: float) -> bool:
        """Left, and not shown inside since, however long ago."""
        return not self._inside_since_door() and self.before is not Presence.OUT and t >= self.settled_at()

    def has_left(self, t: float) -> bool:
        """The same where a front door tells, even if it is doubted by now."""
        return self._is_unseen_for(self.settle, t) and self.watched(t)

    def at(self, t: float) -> Presence:
        """Presence at `t` if nothing more is observed until then."""
        if not self.watched(t) or (self.door_at == NEVER and self.inside_at == NEVER):
            return Presence.UNKNOWN
        if self._inside_since_door() or self.door_at == NEVER:
            return Presence.UNKNOWN if self.may_have_left(t) else Presence.HOME
        if self.before is Presence.OUT:
            return Presence.UNKNOWN  # somebody came, and either left again or is lying behind the door
        if t < self.door_at + self.settle:
            return self.before
        return Presence.OUT if t < self.doubted_at() else Presence.UNKNOWN

    def told(self, t: float) -> Presence:
        """What is said of it, and nothing is done by: who has probably left is out sooner than that is certain, and for
        as long as nothing moves, however long ago.
        """
        left = self._is_unseen_for(self.goings.likely, t) and self.watched(t)
        return Presence.OUT if left else self.at(t)

    def _is_unseen_for(self, seconds: float, t: float) -> bool:
        """Did somebody who was in move the front door, and has nothing shown inside for so long since?"""
        moved = self.door_at != NEVER and t >= self.door_at + seconds
        return moved and self.before is not Presence.OUT and not self._inside_since_door()

    def overdue_from(self, t: float) -> float:
        """Since when whoever is out at `t` is so for too long to be believed; NEVER where they are not."""
        doubted = self.doubted_at()
        return doubted if t >= doubted and self.told(t) is Presence.OUT else NEVER

    def is_out(self, t: float) -> bool:
        """Is it `OUT` at `t`? Mostly answered by less than `at` needs."""
        if self._inside_since_door() or self.before is Presence.OUT or t < self.door_at + self.settle:
            return False
        return self.at(t) is Presence.OUT

    def may_have_left(self, t: float) -> bool:
        """Was the home out of sight for long since anything was noticed inside, so that nobody saw the front door?"""
        sight = self._visibility.sight_since
        return self.inside_at < sight <= t and self._was_long_blind()

    def _was_long_blind(self) -> bool:
        dark = self._visibility.blind_from
        return dark > NEVER and self._visibility.sight_since - dark > LONG_BLIND

    def back_within(self) -> float:
        """Seconds after which whoever left unseen is back, as far as they ever stay away so long."""
        return min(self.returns.longest, DAY_OUT)

    def settled_at(self) -> float:
        """When the front door's last movement is understood if nobody shows inside; NEVER if somebody did."""
        return NEVER if self._inside_since_door() else self.door_at + self.settle

    def doubted_at(self) -> float:
        """When being out has lasted so long that it is not believed any more. Where they may have come home and left
        again in a long outage, not before the longest that they ever stay away has passed since its end, unless it was
        not believed before.
        """
        missed = self.missed_from()
        if missed != NEVER:
            return missed
        longest = _LONGER * self.returns.longest
        doubted = self.door_at + max(self._believed, longest)
        if self._was_long_blind() and self.door_at < self._visibility.blind_from < doubted:
            return max(doubted, self._visibility.sight_since + longest)
        return doubted

    def missed_from(self) -> float:
        """When somebody who is out should long have been home, by what is usual here; NEVER where that says nothing."""
        missed = self.returns.missed_from(self.door_at, self._timezone)
        return missed if self.door_at < missed < self.door_at + self._believed else NEVER

    def since(self, t: float) -> float:
        """Since when it is what is told of it at `t`."""
        return self.since_when(self.told(t), t)

    def since_when(self, presence: Presence, t: float) -> float:
        """The same where it is known what it is at `t`."""
        match presence:
            case Presence.HOME:
                return self.home_since
            case Presence.OUT:
                return self.out_from if self.out_from != NEVER else self.door_at
            case Presence.UNKNOWN if self.may_have_left(t):
                return self._visibility.blind_from
            case Presence.UNKNOWN:
                return self.door_at if self.watched(t) else NEVER

    def due(self, after: datetime | None = None) -> datetime | None:
        settled = self.settled_at()
        if settled == NEVER:
            return None
        return next_waking(after, self.door_at + self.goings.likely, settled, self.doubted_at())

    def assess(self, now: datetime) -> Verdict:
        presence = self.at(now.timestamp())
        return CannotTell("presence_unknown") if presence is Presence.UNKNOWN else Clear(presence.value)

    def snapshot(self) -> dict[str, Any]:
        return {
            "times": [None if (t := getattr(self, name)) == NEVER else t for name in _TIMES],
            "before": self.before.value,
            "front_door": self.front_door,
            "goings": self.goings.snapshot(),
            "returns": self.returns.snapshot(),
        }

    def restore(self, body: Mapping[str, Any]) -> None:
        for name, t in zip(_TIMES, body["times"], strict=True):
            setattr(self, name, NEVER if t is None else float(t))
        self.before = Presence(body["before"])
        self.front_door = str(body["front_door"])
        if "goings" in body:  # before version 2 only a delay was known: learned anew
            self.goings.restore(body["goings"])
        if "returns" in body:
            self.returns.restore(body["returns"])
        else:  # before, only the longest absence was known
            self.returns.longest = float(body["longest_absence"])
