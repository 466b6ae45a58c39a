"""What a device's readings say about the device itself: battery, frozen meter, a sensor that sees nobody.

Pure bookkeeping on one `Health`; the visibility of the home decides what follows from it.
"""

import math
from typing import Final

from core.faults import FaultCause
from core.places import Role
from core.readings import Kind, Reading
from detectors.battery import Drain
from detectors.doubts import Doubts, gives_rise
from detectors.health import Health
from detectors.instants import DAY, HOUR, NEVER

BATTERY_LOW, BATTERY_FINE = 10.0, 20.0
FROZEN_AFTER, FROZEN_REPEATS = 6 * HOUR, 6
FROZEN_SOONEST, FROZEN_MARGIN, FROZEN_KNOWN = 0.75 * HOUR, 2.0, 3 * DAY
"""A meter that is never still for long is frozen sooner."""
ACTIVE_OVER_DAYS, MOST_ACTIVE, STUCK_CHANCE = 14.0, 0.95, 1e-4
OF_ITSELF: Final = frozenset(
    {Kind.BATTERY, Kind.BATTERY_LOW, Kind.BATTERY_VOLTAGE, Kind.LINK, Kind.LIVENESS, Kind.AVAILABILITY}
)
"""What a device says of itself alone, and nothing of a person or a room."""
_NUMBERS = (int, float)
LINK_HABIT = 0.3
"""The weight of the newest: one frame says little about a radio."""


def take_note(health: Health, reading: Reading, t: float) -> bool:
    """True if the installer's view of the device changed: its battery, or whether it is stuck."""
    kind = reading.kind
    if kind is Kind.BATTERY or kind is Kind.BATTERY_LOW:
        low_since = health.low_since
        _note_battery(health, reading, t)
        return low_since != health.low_since
    if kind is Kind.LINK:
        _note_link(health, reading)
    if kind in OF_ITSELF:
        return False
    before = health.stuck_since, _asked(health)
    text = str(reading.value)
    if kind is Kind.POWER and health.device.role is Role.MAIN_METER:
        _note_meter(health, reading, t, same=text == health.value)
    health.value, health.kind = text, kind.value
    _note_doubts(health, reading, t)
    return before != (health.stuck_since, _asked(health))


def _asked(health: Health) -> FaultCause | None:
    return None if health.question is None else health.question[0]


def _note_doubts(health: Health, reading: Reading, t: float) -> None:
    role = health.device.role
    if health.doubts is None:
        if not gives_rise(reading, role):
            return
        health.doubts = Doubts()
    health.doubts.note(reading, role, t)
    health.question = health.doubts.question(role, asked=_asked(health))


def _note_battery(health: Health, reading: Reading, t: float) -> None:
    value = reading.value
    if reading.kind is Kind.BATTERY and isinstance(value, _NUMBERS):
        health.battery = percent = float(value)
        if health.drain is None:
            health.drain = Drain()
        health.drain.note(t, percent)
        low, fine = percent <= BATTERY_LOW, percent >= BATTERY_FINE
    else:
        low, fine = value is True, value is False
    if low and health.low_since == NEVER:
        health.low_since = t
    elif fine:
        health.low_since = NEVER


def _note_link(health: Health, reading: Reading) -> None:
    if isinstance(reading.value, int | float):
        before = float(reading.value) if health.link is None else health.link
        health.link = round(before + LINK_HABIT * (float(reading.value) - before), 1)


def _note_meter(health: Health, reading: Reading, t: float, *, same: bool) -> None:
    """A whole-home meter always trembles: the very same power for hours is a frozen meter."""
    watts = reading.value
    if not same or not isinstance(watts, int | float) or watts <= 0:
        if health.fixed_since != NEVER and health.stuck_since == NEVER:
            health.longest_fixed = max(0.98 * health.longest_fixed, min(t - health.fixed_since, FROZEN_AFTER))
        health.fixed_since, health.repeats, health.stuck_since = t, 0, NEVER
        return
    health.repeats = min(health.repeats + 1, FROZEN_REPEATS)
    frozen = health.repeats == FROZEN_REPEATS and t - health.fixed_since >= _frozen_after(health, t)
    if frozen and health.stuck_since == NEVER:
        health.stuck_since = t


def _frozen_after(health: Health, t: float) -> float:
    """For how long (s) the same value is still usual; until its habits are known, for as long as any meter's."""
    if t - health.first < FROZEN_KNOWN:
        return FROZEN_AFTER
    return min(max(FROZEN_MARGIN * health.longest_fixed, FROZEN_SOONEST), FROZEN_AFTER)


def end_day(health: Health, *, signed: bool, works: bool) -> None:
    """A day on which the home was lived in is over: did this device see anybody?

    `active` is the share of days on which it usually does; while it sees nobody, that stands still, so that the days
    without become ever less likely.
    """
    if signed:
        health.quiet_days = 0
        health.active += (1.0 - health.active) / ACTIVE_OVER_DAYS
    elif works:
        health.quiet_days += 1


def sees_nobody(health: Health) -> bool:
    """It speaks, and has seen nobody on so many days that chance does not explain it."""
    return health.quiet_days * math.log1p(-min(health.active, MOST_ACTIVE)) < math.log(STUCK_CHANCE)
