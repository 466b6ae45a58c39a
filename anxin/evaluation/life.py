"""Life: what a recording shows of its person, before anything judges it: signs of life, rooms, absences, nights.

Peers and injections start from this; the watch never sees it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from statistics import median
from typing import Final, TypeAlias

from core.places import Device, Role, Room
from core.readings import Kind, Novelty, Reading, Semantics
from detectors.signs import sign_of_life, switched_on
from simulator.player import AWAY, CHECKS_IN, SILENT, Player
from simulator.recorded import Recorded
from simulator.recording import Recording

ASLEEP: Final = "asleep"
VISITOR: Final = "visitor"
HOUR, DAY = 3600.0, 86400.0
Spell: TypeAlias = tuple[float, float]
LONG = 56 * DAY
SCHOOLED_LONG, SCHOOLED_SHORT = 28 * DAY, 7 * DAY
"""How long a recording of at least `LONG`, and a shorter one, teaches before anything is counted."""
JUST_SEEN = 0.5 * HOUR
"""Where nobody noted absences, somebody is surely at home so soon after a sign of life."""
_UP_FROM, _UP_BY, _UP_UNTIL = 4 * HOUR, 12 * HOUR, 14 * HOUR


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign of life. `at` in epoch seconds."""

    at: float
    device: str
    room: Room
    role: Role


class Life:
    """Everything is in epoch seconds. `counted_from`: before that the recording only teaches."""

    def __init__(self, player: Player) -> None:
        self.player = player
        self.recording: Recording = player.recording
        self.first, self.last = player.first, player.last
        schooling = SCHOOLED_LONG if self.is_long else SCHOOLED_SHORT
        self.counted_from = min(self._recorded_for(schooling), self.last)
        self.devices = {device.id.partition("/")[2]: device for device in self.recording.devices}
        self.signs = _signs(player, self.devices)
        self.away, self.visited = self._noted(AWAY), self._noted(VISITOR)
        self._asleep, silent = self._noted(ASLEEP), self._noted(SILENT)
        self.silent = _joined(silent + player.interruptions)

    @property
    def is_long(self) -> bool:
        """Was enough recorded for a home's days to be known?"""
        paused = sum(end - start for start, end in self.player.interruptions)
        return self.last - self.first - paused >= LONG

    def _recorded_for(self, seconds: float) -> float:
        """When so much had been recorded: nobody learns while nothing is."""
        moment = self.first + seconds
        for start, end in self.player.interruptions:
            moment += end - start if start < moment else 0.0
        return moment

    def _noted(self, label: str) -> list[Spell]:
        """Within the recording; what overlaps is one."""
        noted = [one for one in self.recording.labels if one.label == label]
        spans = ((one.start.timestamp(), one.end.timestamp()) for one in noted)
        within = ((max(start, self.first), min(end, self.last)) for start, end in spans)
        return _joined((start, end) for start, end in within if start < end)

    @property
    def days_counted(self) -> float:
        """Days after schooling, without those hours in which the installation is known to have been dead."""
        dead = sum(max(0.0, min(end, self.last) - max(start, self.counted_from)) for start, end in self.silent)
        return max(0.0, self.last - self.counted_from - dead) / DAY

    @cached_property
    def times(self) -> list[float]:
        return [sign.at for sign in self.signs]

    def signs_between(self, since: float, until: float) -> list[Sign]:
        return self.signs[bisect_left(self.times, since) : bisect_left(self.times, until)]

    def last_sign(self, at: float) -> Sign | None:
        index = bisect_right(self.times, at)
        return self.signs[index - 1] if index else None

    def is_away(self, at: float) -> bool:
        return _within(self.away, at)

    def is_home(self, at: float) -> bool:
        """As far as is known: nobody noted an absence, or, where none are noted at all, somebody was just seen."""
        if not self.is_seen(at) or self.is_unknown(at):
            return False
        if self.away:
            return not self.is_away(at)
        sign = self.last_sign(at)
        return sign is not None and at - sign.at <= JUST_SEEN

    def is_unknown(self, at: float) -> bool:
        """Is `at` in a quiet of more than a day of which nobody noted anything? Who was where then, nobody knows."""
        return _within(self._unnoted, at)

    @cached_property
    def _unnoted(self) -> list[Spell]:
        noted = [(one.start.timestamp(), one.end.timestamp()) for one in self.recording.labels]
        quiets = [(since, until) for since, until in pairwise(self.times) if until - since > DAY]
        return [
            (since, until) for since, until in quiets if not any(start < until and since < end for start, end in noted)
        ]

    def is_seen(self, at: float) -> bool:
        """Was the installation alive, as far as is known?"""
        return not _within(self.silent, at)

    def goes_on(self, at: float, seconds: float) -> bool:
        """Was the recording not interrupted within so long?"""
        return not any(start < at + seconds and at < end for start, end in self.player.interruptions)

    def local(self, at: float) -> datetime:
        return datetime.fromtimestamp(at, self.recording.home.zone)

    def clock(self, at: float) -> float:
        """Seconds since local midnight."""
        local = self.local(at)
        return local.hour * HOUR + local.minute * 60.0 + local.second

    @cached_property
    def usual_rising(self) -> float:
        """Seconds after local midnight at which half of the days have shown a first sign outside the bedroom."""
        firsts: dict[object, float] = {}
        for sign in self.signs:
            clock = self.clock(sign.at)
            if sign.room is not Room.BEDROOM and _UP_FROM <= clock < _UP_UNTIL:
                firsts.setdefault(self.local(sign.at).date(), clock)
        return median(firsts.values()) if firsts else 8 * HOUR

    def woke(self, midnight: float) -> float | None:
        """When that day's last sleep ended that ended in the morning; None where nobody noted it."""
        ends = (end for _, end in self._asleep if midnight + _UP_FROM <= end < midnight + _UP_BY)
        return max(ends, default=None)

    def midnight(self, day: int) -> float:
        """Local midnight of the `day`-th day after the first."""
        start = self.local(self.first).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        moment = (start + timedelta(days=day)).replace(tzinfo=self.recording.home.zone)
        return moment.timestamp()

    @property
    def nights(self) -> list[float]:
        """Local midnights that are counted, with a whole day after them."""
        midnights = (self.midnight(day) for day in range(int((self.last - self.first) / DAY) + 1))
        return [one for one in midnights if self.counted_from <= one <= self.last - DAY]

    def of_role(self, *roles: Role) -> list[str]:
        return [device for device, known in self.devices.items() if known.role in roles]

    @cached_property
    def front_doors(self) -> list[str]:
        """Contacts at a way out that have ever said anything."""
        heard = {line.device for line in self.player.lines if line.kind is Kind.DOOR}
        return [device for device in self.of_role(Role.FRONT_DOOR) if device in heard]


def _joined(spells: Iterable[Spell]) -> list[Spell]:
    """In order; those that overlap are one."""
    joined: list[Spell] = []
    for start, end in sorted(spells):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _within(spells: list[Spell], at: float) -> bool:
    index = bisect_right(spells, (at, float("inf"))) - 1
    return index >= 0 and spells[index][0] <= at < spells[index][1]


def _signs(player: Player, devices: dict[str, Device]) -> list[Sign]:
    known: dict[str, object] = {}
    on: dict[str, bool] = {}
    found: list[Sign] = []
    for line in player.lines:
        device = devices.get(line.device)
        if device is None or line.kind in CHECKS_IN:
            continue
        reading = _reading(line, player, known)
        if sign_of_life(reading, device.role, was_on=on.get(line.device, False)) is not None:
            found.append(Sign(line.at, line.device, device.room, device.role))
        if line.kind is Kind.POWER:
            on[line.device] = switched_on(device.role, float(line.value), was_on=on.get(line.device, False))
    return found


def _reading(line: Recorded, player: Player, known: dict[str, object]) -> Reading:
    before = known.get(line.device)
    novelty = Novelty.BASELINE if before is None else Novelty.REPEATED if before == line.value else Novelty.CHANGED
    known[line.device] = line.value
    at = datetime.fromtimestamp(line.at, UTC)
    momentary = player.is_momentary(line)
    semantics = Semantics.EVENT if momentary else Semantics.STATE
    return Reading(line.device, line.kind, line.value, at, at, novelty=novelty, semantics=semantics)
