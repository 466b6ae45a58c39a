"""Silence: no sign of life for longer than this home is ever quiet, while it is seen and somebody is there.

Only what was proven visible counts; where evidence is thin, of one kind, or presence is doubtful, it waits longer.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from core.concerns import CannotTell, Clear, Concern, ConcernKind, Severity, Verdict
from core.places import Room
from core.readings import Kind
from core.routine import Doubt
from core.states import Presence, Visibility
from detectors.detector import Observation
from detectors.instants import HOUR, MINUTE, NEVER, instant, next_waking, seconds
from detectors.presence import HomePresence
from detectors.quiets import BATHROOM, BED, ELSEWHERE, SHORT, place_of
from detectors.routine import Routine
from detectors.settings import WatchSettings
from detectors.signs import SignKind, lies_there
from detectors.silence_told import facts_of
from detectors.thin import MOSTLY_SEEN, TIMES, doubts_of, times_for
from detectors.view import View
from detectors.visibility import HomeVisibility

SCHOOLING_DAYS = 7
"""Until so many days are learned, no silence is judged sooner than `SCHOOLING_FLOORS` (bathroom, elsewhere)."""
LIKENED_DAYS = 2
"""The same where homes like it told what to expect."""
SCHOOLING_FLOORS = (90 * MINUTE, 4 * HOUR)
LIE_IN = 30 * MINUTE
THIN_COVERAGE = 0.7
PROOF_AFTER = 30.0
MOST_UNHEARD = 0.15
"""Share of the usual signs that sensors which have not spoken since may be good for."""
LONGEST_PROOF_WAIT = 3 * HOUR
SOONEST_AFTER_SIGHT = HOUR
PIECEMEAL = 3.0
"""Seen in pieces, a quiet must last so many thresholds altogether, and most of it must have been seen."""
FORGOTTEN_AFTER = 12 * HOUR
"""What was seen of a quiet before so long a blindness says nothing about the quiet after it."""
RED_AT = 2.0
_TIMES = ("last", "base", "threshold", "seen_for", "pieces_from", "up_at")


class Silence:
    """One quiet at a time. `last` is the last sign of life, `up_at` the last outside the bedroom; `base` is where the
    visible quiet counts from (the last sign, or when sight came back after blindness); `threshold` (s) was fixed when
    it began.

    A home that was blind starts anew when it is seen again, with the threshold of that hour, and what was seen of
    the quiet before shortens it: so nobody is alarmed about at once, and a person who fell meanwhile is found.
    """

    name = "silence"
    version = 1

    __slots__ = (
        "_presence", "_settings", "_visibility", "device", "home", "patience", "place", "room", "routine",
        "untaught", *_TIMES,
    )  # fmt: skip

    def __init__(
        self, home: str, visibility: HomeVisibility, presence: HomePresence, routine: Routine, settings: WatchSettings
    ) -> None:
        self.home = home
        self.routine = routine
        self._visibility = visibility
        self._presence = presence
        self._settings = settings
        self.last = self.base = self.pieces_from = self.up_at = NEVER
        self.threshold = self.seen_for = 0.0
        self.room: Room | None = None
        self.device: str | None = None
        self.place = 0
        self.patience = 1.0
        self.untaught: frozenset[float] = frozenset()

    def observe(self, seen: Observation) -> None:
        """After visibility observed the same, and before presence does: a quiet is judged by what it was."""
        if self._visibility.sight_since > self.base and self.last != NEVER:
            self._begin_again()
        t = seen.t
        if seen.sign is None:
            if seen.reading.kind is Kind.OCCUPANCY and self._lies_down(seen):
                self.place = place_of(seen.device.room, t - self.up_at)
                self.threshold = max(self.threshold, self.wait(self.base, self.place))
            return
        if t < self.last:
            return
        place = place_of(seen.device.room, t - self.up_at)
        if place not in BED:
            self.up_at = t
        self.routine.hear(t, place)
        if t - self.last >= SHORT and self.last != NEVER and self._was_usual_life(t):
            unusual = t - self.base >= self.threshold
            if not (unusual and self.last in self.untaught):
                self.routine.learn(self.last, t, self.place, unusual=unusual)
        self.last = self.base = self.pieces_from = t
        self.room, self.device = None if seen.sign is SignKind.METER else seen.device.room, seen.device.id
        self.place = place
        self.seen_for = 0.0
        self.threshold = self.wait(t, self.place)

    def _lies_down(self, seen: Observation) -> bool:
        """A blindness hid that they got up, so that the bed says again what it said before: no sign of life, but
        whoever is in it is not on the floor where they were seen last.
        """
        health = self._visibility.health[seen.device.id]
        hidden = health.sign_at < self._visibility.sight_since
        return hidden and self.last < seen.t < self.base + self.threshold and lies_there(seen.reading, seen.device.role)

    def _was_usual_life(self, t: float) -> bool:
        """Was somebody there, and all of it seen? What is out of sight or out of the house teaches nothing."""
        if self._visibility.sight_since > self.last or self.base != self.last:
            return False
        presence = self._presence.at(t)
        return presence is Presence.HOME or (presence is Presence.UNKNOWN and not self._visibility.front_doors)

    def _begin_again(self) -> None:
        sight, dark = self._visibility.sight_since, self._visibility.blind_from
        empty, due = self._presence.at(dark) is Presence.OUT, self._moment()
        if due is not None and due <= sight and self._was_audible(due, dark):
            return  # it was due before sight was lost, and stands
        if empty or sight - dark > FORGOTTEN_AFTER:
            self.seen_for, self.pieces_from = 0.0, sight  # an empty home's quiet is nobody's
        else:
            self.seen_for += max(0.0, dark - self.base)
        self.base = sight
        anew = self._bounded(sight, self.routine.widest_threshold(sight), self.place)
        mostly_seen = self.seen_for >= 0.5 * (sight - self.pieces_from)
        pieced = max(SOONEST_AFTER_SIGHT, PIECEMEAL * anew - self.seen_for)
        self.threshold = min(anew, pieced) if mostly_seen else anew

    @property
    def budget(self) -> float:
        """By which this quiet is judged, in visits a month."""
        in_force = self.routine.in_force
        if in_force is None:
            return self._settings.false_alarms_per_month
        return round(in_force * (1.0 - self._settings.answered), 4)

    def use_settings(self, settings: WatchSettings, patience: float) -> None:
        """Another budget holds from the next sign of life on. `patience`: by what it is divided, as endings taught."""
        self._settings = settings
        self.patience = patience
        self.routine.use_budget(settings.questions_per_month / patience)

    def take_back(self, starts: Collection[float]) -> None:
        """Somebody was in need in the quiets that began then: they teach nothing, those that go on neither."""
        for start in starts:
            self.routine.take_back(start)
        self.untaught = frozenset(starts)

    def wait(self, t: float, place: int) -> float:
        """Seconds after which a quiet that begins at `t`, with a sign seen there, is too long."""
        return self._bounded(t, self.routine.threshold(t, place), place)

    def _bounded(self, t: float, threshold: float, place: int) -> float:
        """Within what people set. Until a home's nights are known, a sleeper is not missed before it is usually up."""
        settings, bathroom = self._settings, place == BATHROOM
        floor = settings.bathroom_floor if bathroom else settings.silence_floor
        if self.routine.days < (LIKENED_DAYS if self.routine.likened_to else SCHOOLING_DAYS):
            floor = max(floor, SCHOOLING_FLOORS[0 if bathroom else 1])
            if not bathroom and (up := self.routine.up_by(t)) > t:
                floor = max(floor, up + LIE_IN - t)
        return min(max(threshold, floor), max(settings.longest_wait, floor))

    def doubts(self, t: float, view: View) -> tuple[Doubt, ...]:
        """Reasons to wait longer, by what can be seen at `t`."""
        if not self._settings.doubts:
            return ()
        unsure = self._presence.at(t) is Presence.UNKNOWN and bool(self._visibility.front_doors)
        return doubts_of(view, unsure=unsure, overdue=self._presence.overdue_from(t) != NEVER)

    def _moment(self) -> float | None:
        """When, if nothing more is observed, this quiet becomes a concern; None if it would not.

        The home must be seen at that moment; one that goes blind later does not take the concern back.
        """
        for patience in TIMES:
            t = max(self.base + patience * self.threshold, self._presence.settled_at())
            while (later := self._put_off(t, patience)) > t:  # what holds later may put it off further
                t = later
            view = self._visibility.view(t)
            if self._presence.at(t) is Presence.OUT or view.state is Visibility.BLIND:
                return None
            if patience >= times_for(self.doubts(t, view)):
                return t
        return None

    def _put_off(self, t: float, patience: float) -> float:
        """By what is known at `t` of where they may be unseen."""
        presence = self._presence
        if self._may_be_elsewhere(self._visibility.view(t)):
            t = max(t, self.base + patience * self._elsewhere())
        if self._sleeper_unseen(t):
            t = self._risen(t)
        if presence.may_have_left(t):
            t = max(t, self.base + presence.back_within())
        if presence.at(t) is Presence.OUT:
            t = max(t, presence.doubted_at() + 1.0)
        return self._proven(t)

    def _sleeper_unseen(self, t: float) -> bool:
        """Is what usually shows somebody in the bedroom dead? Then sleep is as quiet as a fall."""
        return self._visibility.covered(Room.BEDROOM, t) < THIN_COVERAGE

    def _risen(self, t: float) -> float:
        """`t`, or by night when somebody here is nearly always up, and a lie-in later."""
        up = self.routine.up_by(t)
        return up + LIE_IN if up > t else t

    def _may_be_elsewhere(self, view: View) -> bool:
        """Last noticed in the bathroom, where they would not be seen to leave it?"""
        return self.place == BATHROOM and view.coverage < MOSTLY_SEEN

    def _elsewhere(self) -> float:
        """How long this quiet would be waited for, had it begun elsewhere."""
        return max(self.threshold, self.wait(self.base, ELSEWHERE))

    def _proven(self, t: float) -> float:
        """Not before the sensor that saw the person last has spoken again, and nearly all that might have seen them
        since: the death of one would look just like this.

        What speaks too seldom is waited for no longer than three hours.
        """
        latest = self.last + LONGEST_PROOF_WAIT
        health = self._visibility.health.get(self.device or "")
        if health is not None and health.heard <= self.last + PROOF_AFTER:
            return max(t, latest)
        return t if self._unheard() <= MOST_UNHEARD else max(t, latest)

    def _unheard(self) -> float:
        """What share of the usual signs is seen by sensors that have said nothing since the quiet began."""
        whole = unheard = 0.0
        for health in self._visibility.health.values():
            if health.sees:
                whole += health.signs + 0.5
                unheard += health.signs + 0.5 if NEVER < health.heard <= self.last else 0.0
        return unheard / whole if whole else 0.0

    def _was_audible(self, moment: float, heard: float) -> bool:
        """Was the gateway heard in the later half of the quiet, and within its usual pause of its end?"""
        half, end = self.base + 0.5 * self.threshold, self.base + self.threshold
        if self._presence.gone(moment):
            end = moment  # whoever is out may have come home in what was not heard
        return heard > max(half, min(moment - 1.2 * self._visibility.usual_pause(), end))

    def due(self, after: datetime | None = None) -> datetime | None:
        if self.last == NEVER:
            return None
        first = self.base + self.threshold
        if after is None or after.timestamp() < first:
            return next_waking(after, first)  # before all others, and asked for with every sign
        waits = [self.threshold, *([self._elsewhere()] if self.place == BATHROOM else [])]
        moments = sorted(self.base + patience * wait for patience in TIMES for wait in waits)
        presence = self._presence
        others = (presence.settled_at(), presence.doubted_at() + 1.0, self.base + presence.back_within())
        moments += [other for other in (self.last + LONGEST_PROOF_WAIT, *others) if other > moments[0]]
        moments += [risen for moment in moments if (risen := self._risen(moment)) > moment]
        reds = [moment + (RED_AT - 1.0) * self.threshold for moment in moments]
        return next_waking(after, *moments, *reds)

    def assess(self, now: datetime) -> Verdict:
        t = seconds(now)
        if self.last == NEVER:
            return CannotTell("no_sign_of_life_yet")
        if t < self.base + self.threshold:
            return Clear()
        moment = self._moment()
        if moment is not None and t >= moment and self._was_audible(moment, self._visibility.path_heard):
            return self._concern(now, moment)
        if self._visibility.view(t).state is Visibility.BLIND:
            return CannotTell("blind")
        return Clear("out" if self._presence.at(t) is Presence.OUT else "usual")

    def _concern(self, now: datetime, moment: float) -> Concern:
        t = seconds(now)
        bathroom = self.place == BATHROOM and not self._may_be_elsewhere(self._visibility.view(moment))
        red = bathroom or t >= moment + (RED_AT - 1.0) * self.threshold
        red = red and not self._presence.gone(t)  # who was seen to leave is most likely elsewhere: ask, and do not rush
        since = instant(self.last)
        return Concern(
            home=self.home,
            kind=ConcernKind.SILENCE,
            severity=Severity.RED if red else Severity.ORANGE,
            episode=since.isoformat(),
            at=now,
            since=since,
            detector=self.name,
            facts=facts_of(self, self._presence, self._visibility.view(moment), now, moment),
            place=self.room,
        )

    def snapshot(self) -> dict[str, Any]:
        return {
            "times": [None if (t := getattr(self, name)) == NEVER else t for name in _TIMES],
            "room": None if self.room is None else self.room.value,
            "device": self.device,
            "place": self.place,
            "routine": self.routine.snapshot(),
        }

    def restore(self, body: Mapping[str, Any]) -> None:
        for name, t in zip(_TIMES, body["times"], strict=False):  # versions 1 and 2 did not know who was up
            setattr(self, name, NEVER if t is None else float(t))
        self.room = None if body["room"] is None else Room(body["room"])
        self.device = body["device"]
        self.place = int(body["place"])
        self.routine.restore(body["routine"])
