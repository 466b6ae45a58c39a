"""Temperature: a home that is dangerously cold or hot for who lives in it, by all thermometers in its rooms.

What is dangerous is what health guidance says, moved within safe bounds to what this home is used to: rooms without
heating are lived in at ten degrees all winter, and nobody is sent there every morning. Beyond those bounds it is told
whatever the habit is.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from core.concerns import CannotTell, Clear, Concern, ConcernKind, Fact, Verdict
from core.faults import Fault, FaultCause
from core.places import Home, Role, Room
from core.readings import Kind, Reading, Replay
from core.states import Presence
from detectors.degrees import DEGREES, Degree, Spell
from detectors.detector import Observation
from detectors.instants import DAY, HOUR, NEVER, instant, next_waking, seconds, wall
from detectors.presence import HomePresence
from detectors.thermometer import STANDS, Thermometer
from detectors.visibility import HomeVisibility

NAME = "temperature"
ROLES: Final = frozenset({Role.CLIMATE, Role.ROOM, Role.OTHER})
"""Whose thermometer hangs in a room to feel the room: not that of a contact in the door frame, a mat, a plug."""
LIVED_IN: Final = frozenset({Room.BEDROOM, Room.LIVING, Room.OFFICE, Room.OTHER})
PASSED_THROUGH: Final = frozenset({Room.KITCHEN, Room.BATHROOM, Room.CORRIDOR, Room.ENTRANCE})
"""Counted where nothing else is known. Balconies, storage and utility rooms are not where people live."""
JUST_BACK = 2 * HOUR
"""Whoever has come home to a cold or hot home is given so long to see to it themselves."""
HABIT_DAYS = 5
SLOWLY = 0.25
"""Of what a usual day teaches, one in a spell does: an emergency is no habit, and a winter becomes one."""
DAY_NEEDS = 3
_COLD, _HOT = ConcernKind.TOO_COLD, ConcernKind.TOO_HOT
_PAIRS: Final = tuple(enumerate(DEGREES))


def is_room_temperature(reading: Reading, role: Role) -> bool:
    """Is this a word of a thermometer that may count?"""
    return reading.kind is Kind.TEMPERATURE and role in ROLES


class Temperature:
    """`value` is by kind: of several rooms the median, of two the warmer one for cold and the cooler one for heat,
    for there somebody may be. `usual`: the coldest (for heat: warmest) of this home's days. `began`: since when it has
    been beyond the mildest limit without a break: that is one episode, however urgent it becomes.
    """

    version = 1

    __slots__ = (
        "_home", "_presence", "_visibility", "at", "began", "day", "days", "extremes", "name", "spells", "thermometers",
        "told", "usual", "value",
    )  # fmt: skip

    def __init__(self, home: Home, visibility: HomeVisibility, presence: HomePresence) -> None:
        self._home = home
        self._visibility = visibility
        self._presence = presence
        self.name = f"{NAME}:{home.id}"
        self.thermometers: dict[str, Thermometer] = {}
        self.spells = tuple(Spell() for _ in DEGREES)
        self.value: dict[ConcernKind, float] = {}
        self.usual: dict[ConcernKind, float] = {}
        self.extremes: dict[ConcernKind, float] = {}
        self.began = {_COLD: NEVER, _HOT: NEVER}
        self.at = self.day = NEVER
        self.days = self.told = 0

    # -- observing ------------------------------------------------------------------------------------------------

    def observe(self, seen: Observation) -> None:
        reading, device = seen.reading, seen.device
        if reading.replay is not Replay.LIVE or not isinstance(reading.value, int | float):
            return
        t, day = float(seen.t // 1), wall(self._home.timezone, seen.t) // DAY
        thermometer = self.thermometers.setdefault(device.id, Thermometer())
        if not thermometer.hear(round(float(reading.value), 1), t, day, reading.channel):
            return
        rooms = sorted(self.thermometers[name].value for name in self._counted(t))
        if rooms:
            self._note(t, day, cold=rooms[len(rooms) // 2], hot=rooms[(len(rooms) - 1) // 2])

    def _counted(self, t: float) -> list[str]:
        """Devices whose thermometers say at `t` how warm it is where people live."""
        fresh: dict[str, Room] = {}
        for name, thermometer in self.thermometers.items():
            health = self._visibility.health.get(name)
            if health is not None and health.device.role in ROLES and thermometer.tells and self._speaks(name, t):
                fresh[name] = health.device.room
        return _in(fresh, LIVED_IN) or _in(fresh, PASSED_THROUGH)

    def _speaks(self, name: str, t: float) -> bool:
        health = self._visibility.health[name]
        return t - self.thermometers[name].at <= STANDS and self._visibility.works(health, t)

    def _note(self, t: float, day: float, *, cold: float, hot: float) -> None:
        if day > self.day:
            self._end_day(t, day, cold, hot)
        self.told += 1
        self.extremes = {_COLD: min(self.extremes[_COLD], cold), _HOT: max(self.extremes[_HOT], hot)}
        for spell, degree in zip(self.spells, DEGREES, strict=True):
            spell.expire(t)
            if t - self.at > STANDS:
                spell.forget(degree, self.at)
        self._mark(t)
        self.value, self.at = {_COLD: cold, _HOT: hot}, t
        for n, degree in _PAIRS:
            self.spells[n].note(degree, degree.within(self.value[degree.kind], self._limit(degree)), t)
        self._mark(t)

    def _mark(self, t: float) -> None:
        for kind in self.began:
            if all(self.spells[n].since == NEVER for n, degree in _PAIRS if degree.kind is kind):
                self.began[kind] = NEVER
            elif self.began[kind] == NEVER:
                self.began[kind] = t

    def _end_day(self, t: float, day: float, cold: float, hot: float) -> None:
        """Learn what is usual from a day on which somebody was there."""
        if self.told >= DAY_NEEDS and not self._away(t):
            self.days = min(self.days + 1, HABIT_DAYS)
            for kind, extreme in self.extremes.items():
                before = self.usual.get(kind, extreme)
                in_spell = any(self._is_told(n, t) for n, degree in _PAIRS if degree.kind is kind)
                rate = (SLOWLY if in_spell and self.days == HABIT_DAYS else 1.0) / self.days
                self.usual[kind] = round(before + rate * (extreme - before), 2)
        self.thermometers = {n: each for n, each in self.thermometers.items() if n in self._visibility.health}
        self.day, self.told, self.extremes = day, 0, {_COLD: cold, _HOT: hot}

    def _limit(self, degree: Degree) -> float:
        return degree.limit(self.usual.get(degree.kind))

    # -- judging --------------------------------------------------------------------------------------------------

    def _seen(self, t: float) -> bool:
        """Could it be told at `t` how warm it is, with nothing said after what was said last?"""
        return bool(self._counted(t))

    def _is_told(self, n: int, t: float) -> bool:
        """Has this spell lasted long enough, and is not over?"""
        spell = self.spells[n]
        moment = spell.moment(DEGREES[n])
        over = NEVER < spell.ends < t and self._seen(spell.ends)
        return spell.since != NEVER and moment < t and not over and self._seen_by(moment)

    def _seen_by(self, moment: float) -> bool:
        """Was it known at that moment? What was said after it shows that it was so all along."""
        return moment <= self.at or self._seen(moment)

    def _away(self, t: float) -> bool:
        """Gone by the front door and not seen inside since, however long ago: people are asked about that elsewhere."""
        return self._presence.door_at != NEVER and self._presence.gone(t)

    def _back(self) -> float:
        """When somebody came home last, or opened the door of an empty home and has not been seen yet."""
        presence = self._presence
        return presence.door_at if presence.before is Presence.OUT else presence.home_since

    def _grace(self, degree: Degree) -> float:
        """Until when whoever came home last may see to it themselves."""
        return self._back() + min(degree.lasts, JUST_BACK)

    def due(self, after: datetime | None = None) -> datetime | None:
        moments = [self._presence.settled_at()]
        for n, degree in _PAIRS:
            if self.spells[n].since != NEVER:
                moments += [self.spells[n].moment(degree), self.spells[n].ends, self._grace(degree)]
        return next_waking(after, *moments) if len(moments) > 1 else None

    def assess(self, now: datetime) -> Verdict:
        """Where nobody is, nobody is in danger: pipes may freeze, which is no call. What was told before stands."""
        t = seconds(now)
        told = [n for n, _ in _PAIRS if self._is_told(n, t)]
        if not told:
            return Clear() if self._seen(t) else CannotTell("no_temperature")
        if self._away(t):
            return CannotTell("out")
        ripe = [n for n in told if self._grace(DEGREES[n]) < t or self._back() <= self.spells[n].since]
        if not ripe:
            return CannotTell("just_back")
        return self._concern(min(ripe, key=lambda n: (DEGREES[n].severity.rank, n)), now)

    def _concern(self, n: int, now: datetime) -> Concern:
        degree = DEGREES[n]
        began = instant(self.began[degree.kind])
        where = self._where(degree.kind)
        return Concern(
            home=self._home.id,
            kind=degree.kind,
            severity=degree.severity,
            episode=f"{self._home.id}@{began.isoformat()}",
            at=now,
            since=began,
            detector=NAME,
            facts=tuple(self._facts(degree, seconds(now), where)),
            place=None if where is None else self._visibility.health[where].device.room,
        )

    def _where(self, kind: ConcernKind) -> str | None:
        """The device that said the value that counts."""
        health, told = self._visibility.health, self.thermometers.items()
        same = [name for name, each in told if each.value == self.value[kind] and name in health]
        return same[0] if same else None

    def _facts(self, degree: Degree, t: float, where: str | None) -> Iterator[Fact]:
        kind = degree.kind
        yield Fact("temperature", self.value[kind], "°C")
        yield Fact("cold_for" if degree.is_cold else "hot_for", round(t - self.began[kind]), "s")
        if degree.sustained:
            yield Fact("never_below", self._limit(degree), "°C")
        else:
            yield Fact("colder_than" if degree.is_cold else "hotter_than", self._limit(degree), "°C")
        if kind in self.usual:
            yield Fact("usual_coldest" if degree.is_cold else "usual_warmest", self.usual[kind], "°C")
        if where is not None:
            yield Fact("device", where, "device")
        yield Fact("presence", self._presence.told(t).value, "text")

    def faults(self, now: datetime) -> Iterator[Fault]:
        """What is wrong with the thermometers themselves."""
        t = seconds(now)
        for name, thermometer in self.thermometers.items():
            health = self._visibility.health.get(name)
            if health is None or health.device.role not in ROLES:
                continue
            inside = health.device.room in LIVED_IN | PASSED_THROUGH
            for cause, since, facts in thermometer.doubts(t):
                if inside or cause is not FaultCause.PLACE_DOUBTED:
                    yield Fault(cause, name, instant(since), now, (self._home.id,), facts)

    # -- keeping --------------------------------------------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        times = (self.at, self.day, *self.began.values())
        return {
            "told": {name: each.snapshot() for name, each in self.thermometers.items()},
            "spells": [spell.snapshot() for spell in self.spells],
            "times": [None if t == NEVER else t for t in times],
            "counts": [self.days, self.told],
            "degrees": [[of.get(kind) for kind in self.began] for of in (self.value, self.usual, self.extremes)],
        }

    def restore(self, body: Mapping[str, Any]) -> None:
        for name, state in body["told"].items():
            self.thermometers[name] = Thermometer()
            self.thermometers[name].restore(state)
        for spell, state in zip(self.spells, body["spells"], strict=True):
            spell.restore(state)
        self.at, self.day, *began = (NEVER if t is None else float(t) for t in body["times"])
        self.began = dict(zip(self.began, began, strict=True))
        self.days, self.told = body["counts"]
        self.value, self.usual, self.extremes = (
            {kind: float(x) for kind, x in zip(self.began, pair, strict=True) if x is not None}
            for pair in body["degrees"]
        )


def _in(devices: Mapping[str, Room], rooms: frozenset[Room]) -> list[str]:
    return [name for name, room in devices.items() if room in rooms]
