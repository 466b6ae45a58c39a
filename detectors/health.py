"""Health: what is known of one device or one gateway as a thing that speaks, and until when its silence is usual.

The expected rhythm is learned: the envelope of the pauses it really makes, by night as by day.
"""

from typing import Any

from core.faults import FaultCause
from core.places import Device
from core.states import DeviceStatus
from detectors.battery import Drain
from detectors.doubts import Doubts, Question
from detectors.instants import DAY, HOUR, MINUTE, NEVER, instant_or_none
from detectors.signs import SIGN_ROLES, family_of

MARGIN = 2.5
"""A device may miss one report, or two in a row: radio in a concrete building does that."""
GRACE = 10 * MINUTE
LONGEST_ALLOWANCE = 26 * HOUR
"""Bridges give a sleeping device 25 hours; beyond that it is silent whatever its habits."""
_SHORTEST = 25 * MINUTE
SCHOOLING = 3 * DAY
FORGETTING = 4.6 * DAY
HABIT = 1.03


def excused(heard: float, until: float, gone_at: float, back_at: float) -> float:
    """A deadline that passed in an outage which was not the device's own is set anew; one that passed before stands."""
    if heard < back_at and until >= gone_at:
        return max(until, back_at + (until - heard))
    return until


class Rhythm:
    """The longest usual pause of something that speaks. Grows quickly, shrinks over days, hardly follows outages."""

    __slots__ = ("first", "heard", "pause")

    def __init__(self, pause: float) -> None:
        self.first = NEVER
        self.heard = NEVER
        self.pause = pause

    def hear(self, t: float, *, excused: bool = False) -> None:
        """It spoke. `excused`: the pause before was ours, so nothing is learned from it."""
        if self.heard == NEVER:
            self.first = self.heard = t
            return
        pause = t - self.heard
        if pause <= 0:
            return
        self.heard = t
        if excused:
            return
        new = t - self.first < SCHOOLING
        if pause <= self.pause:
            self.pause -= (self.pause - pause) * min(1.0, pause / (DAY if new else FORGETTING))
        elif new:
            self.pause = pause  # many speak once a day
        elif pause <= 2 * self.pause:
            self.pause += 0.5 * (pause - self.pause)
        else:
            self.pause *= HABIT  # an outage, unless it keeps happening

    def allowance(self, *, shortest: float, unlearned: float) -> float:
        """Seconds of silence that are still usual. During its first day that is `unlearned`."""
        if self.heard - self.first < DAY:
            return unlearned
        usual = MARGIN * self.pause + GRACE
        if usual < shortest:
            return shortest
        return min(LONGEST_ALLOWANCE, usual)

    def snapshot(self) -> list[float | None]:
        return [None if t == NEVER else t for t in (self.first, self.heard)] + [self.pause]

    def restore(self, body: list[float | None]) -> None:
        first, heard, pause = body
        self.first = NEVER if first is None else first
        self.heard = NEVER if heard is None else heard
        self.pause = pause if pause is not None else self.pause


class Health(Rhythm):
    """One device: its rhythm, what its bridge says of it, its battery, and its share in seeing the person.

    `offline_at`: since when its bridge calls it offline (NEVER: it does not). `signs` is a count that fades with a
    half-life of about two weeks, `sign_at` dates the last; `active` is the share of days on which it sees anybody.
    `question` is what the installer should be asked about its set-up. `known_since`: how far its home had been heard
    when it was bound to it. `link`: how well its radio reaches us (%), smoothed. `longest_fixed`: for how long (s) a
    meter's value has stood still at most. A meter `sees` once it has shown that somebody lives there. `speaks_until`:
    when its silence, if it lasts, becomes unusual (NEVER while it was not heard); it changes with each word only.
    """

    __slots__ = (
        "active", "battery", "device", "doubts", "drain", "family", "fixed_since", "kind", "known_since", "link",
        "longest_fixed", "low_since", "offline_at", "online", "question", "quiet_days", "repeats", "sees", "sign_at",
        "signs", "speaks_until", "stuck_since", "value",
    )  # fmt: skip

    def __init__(self, device: Device) -> None:
        super().__init__(pause=2 * HOUR)
        self.device = device
        self.sees = device.role in SIGN_ROLES
        self.family = family_of(device.role)
        self.online: bool | None = None
        self.speaks_until = NEVER
        self.offline_at = NEVER
        self.stuck_since = NEVER
        self.low_since = NEVER
        self.known_since = NEVER
        self.fixed_since = NEVER
        self.longest_fixed = 0.0
        self.sign_at = NEVER
        self.signs = 0.0
        self.active = 0.0
        self.quiet_days = 0
        self.repeats = 0
        self.battery: float | None = None
        self.drain: Drain | None = None
        self.link: float | None = None
        self.value: str | None = None
        self.kind: str | None = None
        self.doubts: Doubts | None = None
        self.question: Question | None = None

    def hear(self, t: float, *, excused: bool = False) -> None:
        Rhythm.hear(self, t, excused=excused)
        self.speaks_until = self.heard + self.allowance(shortest=_SHORTEST, unlearned=LONGEST_ALLOWANCE)

    def hinders(self, t: float) -> bool:
        """Called offline by its bridge, or stuck, by then."""
        return NEVER < self.offline_at <= t or NEVER < self.stuck_since <= t

    def status(self) -> DeviceStatus:
        return DeviceStatus(
            self.device.id, instant_or_none(self.heard), self.online, self.battery, self.value, self.kind,
            None if self.drain is None else instant_or_none(self.drain.due), self.link,
        )  # fmt: skip

    def snapshot(self) -> list[Any]:
        times = (self.offline_at, self.stuck_since, self.low_since, self.fixed_since, self.sign_at)
        return [
            *super().snapshot(), *(None if t == NEVER else t for t in times), self.online, self.signs,
            self.active, self.quiet_days, self.repeats, self.battery, self.value, self.kind,
            None if self.doubts is None else self.doubts.snapshot(),
            None if self.known_since == NEVER else self.known_since,
            None if self.drain is None else self.drain.snapshot(), self.link, self.longest_fixed,
            None if self.question is None else self.question[0].value,
        ]  # fmt: skip

    def restore(self, body: list[Any]) -> None:
        super().restore(body[:3])
        self.speaks_until = self.heard + self.allowance(shortest=_SHORTEST, unlearned=LONGEST_ALLOWANCE)
        times = [NEVER if t is None else float(t) for t in body[3:8]]
        self.offline_at, self.stuck_since, self.low_since, self.fixed_since, self.sign_at = times
        self.online, self.signs, self.active, self.quiet_days, self.repeats = body[8:13]
        self.battery, self.value, self.kind = body[13:16]
        # Earlier snapshots had fewer fields.
        doubts, known_since, drain, self.link = (*body[16:20], None, None, None, None)[:4]
        self.longest_fixed = float(body[20]) if len(body) > 20 else 0.0  # noqa: PLR2004 - the field after those
        self.drain = None if drain is None else Drain.restored(drain)
        self.sees = self.sees or self.signs > 0
        self.known_since = NEVER if known_since is None else known_since
        self.doubts = None if doubts is None else Doubts.restored(doubts)
        asked = FaultCause(body[21]) if len(body) > 21 and body[21] else None  # noqa: PLR2004 - and after that one
        self.question = None if self.doubts is None else self.doubts.question(self.device.role, asked=asked)
