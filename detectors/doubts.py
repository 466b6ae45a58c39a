"""Doubts about how a device was set up: a door wired the other way round, a motion sensor that never clears, a plug
in the wrong unit. They become questions to the installer; nothing is ever turned round silently.
"""

from typing import Any, Final, TypeAlias

from core.concerns import Fact
from core.faults import FaultCause
from core.places import Role
from core.readings import Kind, Novelty, Reading, Replay, Semantics
from detectors.instants import DAY, HOUR

NORMALLY_CLOSED: Final = frozenset({Role.FRONT_DOOR, Role.FRIDGE, Role.CUPBOARD})
"""Doors that people shut behind them: open for nearly all of three days they are wired the other way round, or lost."""
OPEN_SHARE, FINE_SHARE = 0.95, 0.75
"""23 hours a day, and what takes the question back."""
HALF_LIFE, ENOUGH = DAY, 3 * DAY
LONGEST_STEP = 12 * HOUR
"""A pause longer than this says nothing about the door meanwhile."""

NEVER_CLEARED, FOR_AT_LEAST = 20, DAY
"""So many reports of motion, over so long, and not one that it is over."""

HEATS: Final = frozenset({Role.KETTLE, Role.STOVE, Role.MICROWAVE, Role.TOASTER, Role.IRON})
PLUG_ROLES: Final = HEATS | {Role.APPLIANCE, Role.TELEVISION, Role.LIGHT, Role.AUTOMATIC}
MOST_WATTS = 4_600.0
"""A plug carries 16 A at 230 V, with a quarter to spare; more than that is not in watts."""
LEAST_WATTS, IN_KILOWATTS = 0.2, 12.0
"""A heater that runs takes hundreds of watts: a peak between these is in kilowatts."""
WATCHED_FOR = 3 * DAY


Question: TypeAlias = tuple[FaultCause, tuple[Fact, ...]]
"""What the installer is asked, and the numbers that speak for it."""


def gives_rise(reading: Reading, role: Role) -> bool:
    """Is this the kind of reading from which a doubt about its device can come? Most never are."""
    match reading.kind:
        case Kind.DOOR:
            return role in NORMALLY_CLOSED
        case Kind.POWER:
            return role in PLUG_ROLES
        case Kind.MOTION:
            return (
                reading.value is True and reading.novelty is Novelty.REPEATED and reading.semantics is Semantics.STATE
            )
        case _:
            return False


class Doubts:
    """What one device's readings say about its set-up. Times in seconds since the epoch.

    Contacts: `open_s` and `closed_s` fade by half each day. Motion: reports since the last clear. Plugs: the `peak`.
    """

    __slots__ = ("closed_s", "first", "last", "open_s", "peak", "reports", "since", "was_open")

    def __init__(self) -> None:
        self.first: float | None = None
        self.last = 0.0
        self.was_open = False
        self.open_s = self.closed_s = 0.0
        self.reports = 0
        self.since = 0.0
        self.peak = 0.0

    def note(self, reading: Reading, role: Role, t: float) -> None:
        """Take in one reading of the device."""
        kind, value = reading.kind, reading.value
        if kind is Kind.DOOR and role in NORMALLY_CLOSED:
            self._note_door(t, is_open=value == "open")
        elif kind is Kind.MOTION and reading.semantics is Semantics.STATE and reading.replay is Replay.LIVE:
            self._note_motion(t, moving=value is True)
        elif kind is Kind.POWER and role in PLUG_ROLES and isinstance(value, int | float):
            self.first = t if self.first is None else self.first
            self.last = t
            self.peak = max(self.peak, float(value))

    def _note_door(self, t: float, *, is_open: bool) -> None:
        if self.first is None:
            self.first = t
        elif 0 < (passed := t - self.last) <= LONGEST_STEP:
            fade = 0.5 ** (passed / HALF_LIFE)
            self.open_s *= fade
            self.closed_s *= fade
            if self.was_open:
                self.open_s += passed
            else:
                self.closed_s += passed
        self.last, self.was_open = t, is_open

    def _note_motion(self, t: float, *, moving: bool) -> None:
        if not moving:
            self.reports = 0
            return
        if self.reports == 0:
            self.since = t
        self.last = t
        self.reports = min(self.reports + 1, NEVER_CLEARED)

    def question(self, role: Role, *, asked: FaultCause | None) -> Question | None:
        """What the installer should be asked. `asked`: what is being asked already, which takes more to take back."""
        seen = 0.0 if self.first is None else self.last - self.first
        if role in NORMALLY_CLOSED and seen >= ENOUGH:
            share = self.open_s / max(self.open_s + self.closed_s, 1.0)
            if share >= (FINE_SHARE if asked is FaultCause.POLARITY_DOUBTED else OPEN_SHARE):
                return FaultCause.POLARITY_DOUBTED, (Fact("open_share", round(100 * share), "count"),)
        if self.reports >= NEVER_CLEARED and self.last - self.since >= FOR_AT_LEAST:
            return FaultCause.NEVER_CLEARS, (Fact("never_cleared_for", round(self.last - self.since), "s"),)
        if role in PLUG_ROLES and self.peak > MOST_WATTS:
            return FaultCause.UNIT_DOUBTED, (Fact("peak_power", round(self.peak), "W"),)
        if role in HEATS and seen >= WATCHED_FOR and LEAST_WATTS < self.peak < IN_KILOWATTS:
            return FaultCause.UNIT_DOUBTED, (Fact("peak_power", round(self.peak, 1), "W"),)
        return None

    def snapshot(self) -> list[Any]:
        return [getattr(self, name) for name in self.__slots__]

    @classmethod
    def restored(cls, body: list[Any]) -> "Doubts":
        doubts = cls()
        for name, value in zip(cls.__slots__, body, strict=True):
            setattr(doubts, name, value)
        return doubts
