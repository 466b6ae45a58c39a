"""Company: is probably somebody else in the home too? Inferred from the front door and from how much moves after it.

Evidence about the resident is weaker then, and that is all it is good for: nothing is silenced or put off because
somebody else is believed to be there.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from math import exp
from typing import Any, Final, NamedTuple

from core.concerns import CannotTell, Clear, Verdict
from core.places import Role, Room
from core.readings import Kind
from core.states import Company as Said
from core.states import Presence, Visibility
from detectors.detector import Observation
from detectors.instants import DAY, HOUR, NEVER, instant, next_waking, wall
from detectors.kit import WAYS, sees_company, watched_rooms
from detectors.pace import SLOT, Pace, part_of, parts_of
from detectors.presence import HomePresence
from detectors.signs import SignKind
from detectors.visibility import HomeVisibility

NEARLY_AT_ONCE: Final = 20.0
"""Seconds within which two rooms are seen to move: one person who walks does that now and then."""
MET, CAME = 0.3, 0.003
"""How likely somebody comes in who does not live here when the door opens: while somebody is in, and else."""
GOES, GONE_UNSEEN, STIRS_AGAIN = 0.3, 0.01, 0.03
"""How likely they have left after ten minutes in which the door moved, and in which it did not; and that somebody who
was not seen to leave is noticed again, as in the morning after a night.
"""
SAY, KEEP = 0.8, 0.5
"""Said from such a probability on, until it is less than the other."""
HARDLY: Final = 0.01
AFTERWARDS: Final = HOUR
"""What is sensed so soon after company is over may still have been somebody who had not left."""
LONGEST: Final = 1.5 * DAY
"""Who stays for longer lives here: their pace is learned as that of the home."""
_FURTHEST: Final = int(DAY / SLOT)


class _Belief(NamedTuple):
    """`chance` that there is company, which came at `since`; what has moved since then and what would have alone.

    `said`: it is told. `here`: it was, and nobody has gone through the door after that.
    """

    chance: float
    since: float
    moves: int
    usual_moves: float
    crossings: int
    usual_crossings: float
    said: bool
    here: bool


_ALONE: Final = _Belief(0.0, NEVER, 0, 0.0, 0, 0.0, said=False, here=False)


class Company:
    """One home, in slots of ten minutes; `_slot` is the one that is not over yet, with what was seen in it so far.

    `last`: from when until when there was company last, that is over; None if there never was.
    """

    name = "company"
    version = 1

    __slots__ = (
        "_belief", "_crossings", "_door_at", "_met", "_moves", "_pace", "_presence", "_room", "_rooms", "_seen_at",
        "_sees", "_slot", "_timezone", "_visibility", "last",
    )  # fmt: skip

    def __init__(self, visibility: HomeVisibility, presence: HomePresence, timezone: str) -> None:
        self._visibility = visibility
        self._presence = presence
        self._timezone = timezone
        self._rooms, self._sees = self._watched()
        self._forget()

    def _forget(self) -> None:
        self._pace = Pace()
        self._belief = _ALONE
        self.last: tuple[float, float] | None = None
        self._room: Room | None = None
        self._seen_at = NEVER
        self._begin(-1)

    def _begin(self, slot: int) -> None:
        self._slot, self._moves, self._crossings, self._door_at, self._met = slot, 0, 0, NEVER, False

    def _watched(self) -> tuple[str, bool]:
        """By which rooms the pace is learned, and whether that can tell."""
        devices = [health.device for health in self._visibility.health.values()]
        return " ".join(watched_rooms(devices)), sees_company(devices)

    def use_devices(self) -> None:
        """After devices changed: the pace that was learned with others is another one."""
        rooms, self._sees = self._watched()
        if rooms != self._rooms:
            self._rooms = rooms
            self._forget()

    # -- observing ------------------------------------------------------------------------------------------------

    def observe(self, seen: Observation) -> None:
        """After visibility and before presence observe the same."""
        t, device = seen.t, seen.device
        slot = int(t // SLOT)
        if seen.sign is None or slot < self._slot:
            return
        if slot > self._slot:
            self._go_on(slot, t)
        if device.role is Role.FRONT_DOOR:
            if seen.reading.kind is Kind.DOOR and seen.reading.value == "open":
                self._met = self._met or self._presence.at(t) is Presence.HOME
                self._door_at = t if self._door_at == NEVER else self._door_at
        elif seen.sign is SignKind.MOTION and device.role is Role.ROOM and device.room not in WAYS:
            self._moves += 1
            if device.room is not self._room and abs(t - self._seen_at) < NEARLY_AT_ONCE:
                self._crossings += 1
            self._room, self._seen_at = device.room, max(t, self._seen_at)

    def _go_on(self, slot: int, t: float) -> None:
        """The slots before this one are over. Nothing is known of those out of the house or out of sight."""
        before, known = self._belief, self._is_known(t, slot)
        learns = known and self._all_seen(t)
        first = self._belief = _ALONE
        if known and (before is not _ALONE or self._door_at != NEVER):
            beliefs = [belief for _, belief in self._ahead(slot, before)]
            first, self._belief = beliefs[0], beliefs[-1]
        if learns and not (before.said and self._slot * SLOT - before.since < LONGEST):
            self._learn(slot, alone=first.chance < KEEP)
        if before.said and not self._belief.said:
            self.last = (before.since, slot * SLOT if known else self._slot * SLOT)
        self._begin(slot)

    def _learn(self, slot: int, *, alone: bool) -> None:
        """Until the next sign of life nothing moved."""
        if alone:
            self._pace.learn(self._part(self._slot), self._moves, self._crossings)
        if (empty := slot - self._slot - 1) > 0:
            for part, slots in parts_of(wall(self._timezone, (self._slot + 1) * SLOT) % DAY, empty):
                self._pace.learn(part, 0, 0, slots=slots)

    def _is_known(self, t: float, slot: int) -> bool:
        if self._slot < 0 or slot - self._slot > _FURTHEST or self._visibility.sight_since > self._slot * SLOT:
            return False
        return self._presence.at(t) is Presence.HOME

    def _all_seen(self, t: float) -> bool:
        visibility = self._visibility
        for health in visibility.health.values():
            if health.device.role is Role.ROOM and not visibility.works(health, t):
                return False
        return True

    # -- judging --------------------------------------------------------------------------------------------------

    def _ahead(self, until: int, belief: _Belief) -> Iterator[tuple[float, _Belief]]:
        """When each slot ends, before the `until`-th, and what is believed then, if nothing more is observed."""
        for slot in range(self._slot, until):
            is_first = slot == self._slot
            if belief is _ALONE and not (is_first and self._door_at != NEVER):
                yield until * SLOT, _ALONE
                return
            belief = self._after(belief, slot, observed=is_first)
            yield (slot + 1) * SLOT, belief

    def _after(self, before: _Belief, slot: int, *, observed: bool) -> _Belief:
        """What is believed at the end of a slot: a hidden Markov model's forward step (Rabiner 1989)."""
        moves, crossings = (self._moves, self._crossings) if observed else (0, 0)
        opened = observed and self._door_at != NEVER
        comes = (MET if self._met else CAME) if opened else STIRS_AGAIN if before.here else 0.0
        goes = GOES if opened else GONE_UNSEEN
        prior = before.chance * (1.0 - goes) + (1.0 - before.chance) * comes
        part = self._part(slot)
        odds = prior / (1.0 - prior) * exp(self._pace.tells(part, moves, crossings))
        chance = odds / (1.0 + odds)
        if opened and before.chance < KEEP:
            before = _ALONE._replace(since=self._door_at)
        said = chance >= SAY or (before.said and chance >= KEEP)
        here = said or (before.here and not opened and (slot + 1) * SLOT - before.since < LONGEST)
        if chance < HARDLY and not here:
            return _ALONE
        usual = self._pace.usual(part)
        return _Belief(
            chance, before.since, before.moves + moves, before.usual_moves + usual, before.crossings + crossings,
            before.usual_crossings + self._pace.usual_crossings(usual), said, here,
        )  # fmt: skip

    def _part(self, slot: int) -> int:
        return part_of(wall(self._timezone, slot * SLOT) % DAY)

    def _believed(self, t: float) -> _Belief:
        """At `t`, if nothing more is observed until then."""
        slot = int(t // SLOT)
        if slot <= self._slot or (self._belief is _ALONE and self._door_at == NEVER):
            return self._belief
        *_, (_, belief) = self._ahead(min(slot, self._slot + _FURTHEST), self._belief)
        return belief

    @property
    def can_tell(self) -> bool:
        """Only by a front door and two rooms that are watched, in a home that is known."""
        return self._sees and self._pace.is_known

    def at(self, t: float) -> Said | None:
        """What there is to say at `t`: the company that is probably there, and why."""
        if not self.can_tell or not (belief := self._believed(t)).said:
            return None
        if self._presence.at(t) is not Presence.HOME or self._visibility.view_unheard(t).state is Visibility.BLIND:
            return None
        return Said(
            instant(belief.since), belief.moves, round(belief.usual_moves, 1), belief.crossings,
            round(belief.usual_crossings, 1),
        )  # fmt: skip

    def during(self, since: float, until: float) -> tuple[float, float | None] | None:
        """From when until when there was company at any time between, or shortly before; no end where it goes on."""
        if (said := self.at(until)) is not None:
            return said.since.timestamp(), None
        ended = self.last
        if self._belief.said and self.can_tell:  # it is over only by what has not been observed since
            ended = (self._belief.since, self._slot * SLOT + SLOT)
        return ended if ended is not None and self.can_tell and ended[1] >= since - AFTERWARDS else None

    def due(self, after: datetime | None = None) -> datetime | None:
        """While there is company, or may be: at the end of each ten minutes, and when nobody is in or seen any more."""
        belief = self._belief
        if not self.can_tell or (belief is _ALONE and self._door_at == NEVER):
            return None
        ends = (self._slot + 1) * SLOT
        if not belief.said or after is None:
            return next_waking(after, ends)
        following = (int(after.timestamp() // SLOT) + 1) * SLOT
        slots = next_waking(after, ends, min(following, (self._slot + _FURTHEST) * SLOT))
        dues = (slots, self._presence.due(after), self._visibility.due(after))
        return min((due for due in dues if due is not None), default=None)

    def assess(self, now: datetime) -> Verdict:
        if not self.can_tell:
            return CannotTell("company_unknown")
        return Clear("alone" if self.at(now.timestamp()) is None else "company")

    # -- keeping --------------------------------------------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        belief = [*self._belief]
        return {
            "rooms": self._rooms,
            "pace": self._pace.snapshot(),
            "belief": None if self._belief is _ALONE else [None if x == NEVER else x for x in belief],
            "slot": [self._slot, self._moves, self._crossings, self._met],
            "times": [None if t == NEVER else t for t in (self._door_at, self._seen_at)],
            "room": None if self._room is None else self._room.value,
            "last": None if self.last is None else list(self.last),
        }

    def restore(self, body: Mapping[str, Any]) -> None:
        if body["rooms"] != self._rooms:
            return
        self._pace.restore(body["pace"])
        if body["belief"] is not None:
            chance, since, *counted = body["belief"]
            self._belief = _Belief(chance, NEVER if since is None else since, *counted)
        self._slot, self._moves, self._crossings, self._met = body["slot"]
        self._door_at, self._seen_at = (NEVER if t is None else float(t) for t in body["times"])
        self._room = None if body["room"] is None else Room(body["room"])
        self.last = None if body["last"] is None else (body["last"][0], body["last"][1])
