"""Appliance left on: power above its off level for much longer than this appliance is ever used.

Only what heats is judged; a television may run all day. The limit is the class's until its own history says more.
"""

import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from core.concerns import CannotTell, Clear, Concern, ConcernKind, Fact, Severity, Verdict
from core.places import Device, Role
from core.readings import Kind, Replay
from detectors.detector import Observation
from detectors.instants import MINUTE, NEVER, instant, next_waking, seconds
from detectors.presence import HomePresence
from detectors.runs import Runs
from detectors.uses import MOST, Uses
from detectors.visibility import HomeVisibility
from detectors.word import Word

HEATING_WATTS: Final[dict[Role, tuple[float, float]]] = {
    Role.STOVE: (100.0, 50.0),
    Role.KETTLE: (300.0, 150.0),
    Role.TOASTER: (300.0, 150.0),
    Role.MICROWAVE: (300.0, 150.0),
    Role.IRON: (300.0, 150.0),
    Role.APPLIANCE: (300.0, 150.0),
}
"""On at or above the first, off below the second."""

LIMITS: Final[dict[Role, float]] = {
    Role.STOVE: 90 * MINUTE,
    Role.KETTLE: 18 * MINUTE,  # two litres at 1 kW boil in 13
    Role.TOASTER: 15 * MINUTE,
    Role.MICROWAVE: 60 * MINUTE,
    Role.IRON: 80 * MINUTE,
}
"""The shortest run that is ever worth a concern while somebody is in the home. What nobody described has none: see
`Uses`.
"""

CYCLES_WITHIN: Final[dict[Role, float]] = dict.fromkeys((Role.STOVE, Role.IRON, Role.APPLIANCE), 5 * MINUTE)
"""A plate or an iron that is on goes on and off by itself: pauses so short belong to one run. Others have none."""

KNOWN_RUNS, BEYOND_KNOWN = 8, 2.0
"""After so many runs an appliance's own longest says more than its class does, and this much beyond it is too long,"""
SHORTEST_LIMIT: Final[dict[Role, float]] = {
    Role.STOVE: 60 * MINUTE,
    Role.KETTLE: 12 * MINUTE,
    Role.TOASTER: 12 * MINUTE,
    Role.MICROWAVE: 30 * MINUTE,
    Role.IRON: 40 * MINUTE,
    Role.APPLIANCE: 20 * MINUTE,
}
"""but never less than this."""

BEYOND_USUAL = 1.75
ABSENT = 0.5
"""What is left of the limit when the front door says that nobody is there."""
MEANTIME = 1.5
"""And what it grows to while somebody was seen in the same room within the last ten minutes."""
TENDED = 10 * MINUTE
PROMPT = 10 * MINUTE
"""A plug that can be heard again says within this how it stands, if it says it without being switched."""
SHORTEST_OUTAGE = 10 * MINUTE
"""In less nobody has switched it off, and on again."""


class ApplianceOn:
    """One heating appliance on a metering plug. `off_at`: since when it draws nothing, while its run may go on."""

    version = 1

    __slots__ = (
        "_device", "_presence", "_visibility", "name", "off_at", "power", "runs", "said_at", "tended_at", "uses",
        "word",
    )  # fmt: skip

    def __init__(self, device: Device, visibility: HomeVisibility, presence: HomePresence) -> None:
        self._device = device
        self._visibility = visibility
        self._presence = presence
        self.name = f"appliance_on:{device.id}"
        self.runs = Runs()
        self.uses = Uses()
        self.word = Word()
        self.power = 0.0
        self.off_at = self.said_at = self.tended_at = NEVER

    def observe(self, seen: Observation) -> None:
        """Takes its own device's power, and signs of life from others in the same room."""
        reading = seen.reading
        if seen.t >= self._over_at():
            self._end_run()
        if seen.device.id != self._device.id:
            if seen.sign is not None and seen.device.room is self._device.room:
                self._tend(seen.t)
            return
        if reading.kind is not Kind.POWER or reading.replay is not Replay.LIVE:
            return
        if not isinstance(reading.value, int | float):
            return
        on, off = HEATING_WATTS[self._device.role]
        if self.runs.since != NEVER and self._hidden(seen.t)[1] > self.said_at:
            self._go_on(seen.t, on=float(reading.value) >= off)
        self.power, self.said_at = float(reading.value), seen.t
        self.word.hear(self.power)
        if self.power >= (on if self.runs.since == NEVER or self.off_at != NEVER else off):
            self.runs.begin(self._not_before(seen.t))
            self.off_at = NEVER
        elif self.runs.since != NEVER and self.off_at == NEVER:
            self.off_at = seen.t
            if seen.t >= self._over_at():
                self._end_run()

    def _go_on(self, t: float, *, on: bool) -> None:
        """Its first word of power after an outage. What has been switched off meanwhile was on for nobody knows how
        long. What is on has been on all the time if it had been on for too long before, if nobody is beside it, or,
        where that cannot be seen, if the plug says so at once; else somebody has just switched it on.
        """
        _, back = self._hidden(t)
        at_once, alone = t - back <= PROMPT, self.tended_at < t - TENDED
        if not (on and (self._was_too_long(t) or (alone if self._would_be_seen() else at_once))):
            self.runs.forget()
            self.off_at = NEVER

    def _tend(self, t: float) -> None:
        """Somebody is in its room: if that is seen as soon as anything is seen again, it is they who use it."""
        self.tended_at = max(self.tended_at, t)
        if self.runs.since == NEVER:
            return
        _, back = self._hidden(t)
        if self.runs.since < back and t <= back + TENDED and not self._was_too_long(t):
            self.runs.forget()
            if self.off_at == NEVER and self.said_at >= back:
                self.runs.begin(self.said_at)
            self.off_at = NEVER

    def _was_too_long(self, t: float) -> bool:
        """Had it been on for too long when the last outage began? That is no less so after it."""
        gone, _ = self._hidden(t)
        return self.runs.since + self.limit() <= gone

    def _would_be_seen(self) -> bool:
        """Is there something else in its room that shows who uses it?"""
        here = (health for health in self._visibility.health.values() if health.device.room is self._device.room)
        return any(health.sees and health.device.id != self._device.id for health in here)

    def _hidden(self, before: float) -> tuple[float, float]:
        """From when until when the plug could not be heard, in the last outage that is over; NEVER if there was none.

        In a few seconds, as a bridge needs to start again, nobody switches anything off.
        """
        outages = ((back, gone) for gone, back in self._outages() if gone < back <= before)
        back, gone = max(outages, default=(NEVER, NEVER))
        return gone, back

    def _outages(self) -> Iterator[tuple[float, float]]:
        """Those that may not be over, too."""
        visibility, path = self._visibility, self._visibility.paths[self._device.gateway]
        for gone, back in ((path.gone_at, path.back_at), (visibility.blind_from, visibility.sight_since)):
            if gone > NEVER and not 0.0 <= back - gone < SHORTEST_OUTAGE:
                yield gone, back

    def _not_before(self, t: float) -> float:
        """What claims to be older than the plug's last word did not begin before that: its clock is wrong."""
        health = self._visibility.health.get(self._device.id)
        return t if health is None else max(t, health.heard)

    def _over_at(self) -> float:
        """When the present run is over for good; infinitely far while it draws power."""
        return math.inf if self.off_at == NEVER else self.off_at + CYCLES_WITHIN.get(self._device.role, 0.0)

    def _end_run(self) -> None:
        since, role = self.runs.since, self._device.role
        self.word.was_on(self.off_at - since)
        if role is Role.APPLIANCE:
            self.uses.note(since, self.off_at)
        self.runs.end(self.off_at, ceiling=2 * LIMITS.get(role, MOST))
        self.off_at = NEVER

    def take_back(self, since: float) -> None:
        """Somebody was in need in the run that began then."""
        self.runs.take_back(since)
        self.uses.take_back(since)

    def usual_longest(self) -> float:
        """Seconds; 0 if none is known."""
        return self.uses.longest if self._device.role is Role.APPLIANCE else self.runs.longest

    def limit(self) -> float:
        """Seconds on, with somebody in the home, that are more than usual; infinite while that cannot be said."""
        role, longest = self._device.role, self.runs.longest
        if not self.word.is_of_heat(role):
            return math.inf
        if role is Role.APPLIANCE:
            limit = self.runs.patience * max(SHORTEST_LIMIT[role], self.uses.limit)
            return limit if limit <= MOST else math.inf  # also where only the endings have shown that it may be
        known = max(SHORTEST_LIMIT[role], BEYOND_KNOWN * longest)
        if self.runs.count >= KNOWN_RUNS and known < LIMITS[role]:
            return self.runs.patience * known
        return self.runs.patience * max(LIMITS[role], BEYOND_USUAL * longest)

    def _moments(self) -> tuple[float, float, float]:
        """When the present run is too long: with nobody at home, with somebody, with somebody seen beside it."""
        limit, since = self.limit(), self.runs.since
        tended = min(self.tended_at + TENDED, since + MEANTIME * limit)
        gone, back = self._hidden(math.inf)
        soonest = back + TENDED if since < back else NEVER
        absent, usual, tended = (
            plain if plain <= gone else max(plain, soonest)
            for plain in (since + ABSENT * limit, since + limit, max(since + limit, tended))
        )
        return absent, usual, tended

    def _proof(self, moment: float) -> float:
        """The plug must have spoken since: a dead one would leave its last word standing."""
        return self.runs.since + ABSENT * (moment - self.runs.since)

    def due(self, after: datetime | None = None) -> datetime | None:
        if self.runs.since == NEVER:
            return None
        absent, usual, tended = self._moments()
        gone = self._presence.settled_at()
        over = self._over_at()
        moments = (absent, usual, tended, max(gone, absent) if gone != NEVER else NEVER)
        return next_waking(after, *moments, over if over < math.inf else NEVER)

    def assess(self, now: datetime) -> Verdict:
        if self.runs.since == NEVER:
            return Clear("off")
        t = seconds(now)
        if t >= self._over_at():
            return Clear("off")
        if math.isinf(self.limit()):
            return CannotTell("use_not_known")
        absent, _, tended = self._moments()
        out = self._presence.has_left(t)
        if t < (absent if out else tended) or NEVER < self.off_at < (absent if out else tended):
            return Clear()
        health = self._visibility.health.get(self._device.id)
        moment = absent if out else tended
        if health is None or not self._visibility.works(health, moment) or health.heard < self._proof(moment):
            return CannotTell("device_silent")
        return CannotTell("not_heard_since") if self._may_be_off(moment) else self._concern(now)

    def _may_be_off(self, moment: float) -> bool:
        """Has the plug not said its power since it could not be heard, and was it not too long on before that?"""
        return any(gone < moment and self.said_at < back for gone, back in self._outages())

    def _concern(self, now: datetime) -> Concern:
        device, since = self._device, instant(self.runs.since)
        facts = [
            Fact("on_for", round(seconds(now) - self.runs.since), "s"),
            Fact("threshold", round(self.limit()), "s"),
            Fact("power", round(self.power), "W"),
            Fact("device", device.id, "device"),
            Fact("room", device.room.value, "place"),
            Fact("presence", self._presence.told(seconds(now)).value, "text"),
        ]
        if self.runs.patience != 1.0:
            facts.append(Fact("taught_wait", self.runs.patience, "factor"))
        if (longest := self.usual_longest()) > 0:
            facts.insert(1, Fact("usual_longest_on", round(longest), "s"))
        return Concern(
            home=device.home,
            kind=ConcernKind.APPLIANCE_ON,
            severity=Severity.RED if device.role is Role.STOVE else Severity.ORANGE,
            episode=f"{device.id}@{since.isoformat()}",
            at=now,
            since=since,
            detector="appliance_on",
            facts=tuple(facts),
            place=device.room,
        )

    def snapshot(self) -> dict[str, Any]:
        tended, off_at, said_at = (None if t == NEVER else t for t in (self.tended_at, self.off_at, self.said_at))
        return {
            "runs": self.runs.snapshot(),
            "power": self.power,
            "tended": tended,
            "off": off_at,
            "said": said_at,
            "uses": self.uses.snapshot(),
            "word": self.word.snapshot(),
        }

    def restore(self, body: Mapping[str, Any]) -> None:
        self.runs.restore(body["runs"])
        self.power = float(body["power"])
        times = (body["tended"], body.get("off"), body.get("said"))
        self.tended_at, self.off_at, self.said_at = (NEVER if t is None else float(t) for t in times)
        if "said" not in body:  # then its last word was that it went on or off
            self.said_at = max(self.runs.since, self.off_at)
        if "uses" in body:  # older ones knew the longest runs alone: how it is used is learned anew
            self.uses.restore(body["uses"])
            self.word.restore(body["word"])
