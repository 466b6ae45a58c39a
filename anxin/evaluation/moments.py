"""Moments: when each injection is made, by a seeded draw from the part of a recording that is not for schooling."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from random import Random
from typing import Final

from anxin.evaluation import injections, odd_days
from anxin.evaluation.drifts import drifts
from anxin.evaluation.injections import DAY, FOLLOWED, HELD, HOUR, ODD_DAYS, Injected, Injection
from anxin.evaluation.life import Life
from core.places import Role, Room
from core.readings import Kind
from detectors.appliance_on import HEATING_WATTS
from detectors.signs import switched_on
from simulator.chance import chance

SHARES: Final = {
    Injected.FALL: 1.0,
    Injected.BATHROOM: 0.3,
    Injected.NOT_UP: 0.2,
    Injected.NIGHT_EXIT: 0.15,
    Injected.DOOR_LEFT_OPEN: 0.15,
    Injected.APPLIANCE_LEFT_ON: 0.2,
    Injected.NO_MEALS: 0.15,
    Injected.RESTLESS_NIGHT: 0.15,
    Injected.AT_THE_DOOR: 0.15,
    Injected.PACING: 0.15,
}
"""Of the number of falls that is asked for."""
FAULT_SHARE: Final = 0.02
DRIFT_SHARE: Final = 0.02
MEANWHILE_HOURS: Final = (1.0, 24.0)
"""A gateway that is gone comes back after so long."""
CLOCKS: Final = (-HOUR, HOUR, -DAY, DAY)
NIGHT_FROM, NIGHT_FOR = 23 * HOUR, 5 * HOUR
SMALL_HOURS = 4 * HOUR
_ON_AND_OFF: Final = (1000.0, 0.0)
"""What recordings say of sensors that measure nothing."""
_TRIES = 60


def injections_of(life: Life, *, falls: int, seed: int, faults: int | None = None) -> list[Injection]:
    """Everything that is to be injected into this life, the earliest first. `faults`: of each kind of device fault; by
    default a share of the falls. None where nothing but schooling was recorded.
    """
    if life.last <= life.counted_from:
        return []
    counts = {what: max(1, round(share * falls)) for what, share in SHARES.items()} if falls else {}
    makers: dict[Injected, Callable[[Life, Random, int], Iterator[Injection]]] = {
        Injected.FALL: _falls,
        Injected.BATHROOM: _bathroom,
        Injected.NOT_UP: _not_up,
        Injected.NIGHT_EXIT: _night_exits,
        Injected.DOOR_LEFT_OPEN: _doors,
        Injected.APPLIANCE_LEFT_ON: _appliances,
        Injected.NO_MEALS: odd_days.no_meals,
        Injected.RESTLESS_NIGHT: odd_days.restless_nights,
        Injected.AT_THE_DOOR: odd_days.at_the_door,
        Injected.PACING: odd_days.pacing,
    }
    chosen: list[Injection] = []
    for what, count in counts.items():
        if what in ODD_DAYS and not life.is_long:
            continue  # too short for a home's days to be known
        chosen += makers[what](life, chance("evaluate", life.recording.home.id, seed, what.value), count)
    if faults is None:
        faults = max(2, round(FAULT_SHARE * falls)) if falls else 0
    slow = round(DRIFT_SHARE * falls)  # weeks of a life for each
    chosen += drifts(life, chance("evaluate", life.recording.home.id, seed, "drifts"), slow)
    chosen += _faults(life, chance("evaluate", life.recording.home.id, seed, "faults"), faults)
    return sorted((one for one in chosen if life.goes_on(one.at, one.followed)), key=lambda one: one.at)


def _at_home(life: Life, rng: Random, count: int) -> Iterator[float]:
    """Moments at which somebody is surely there, evenly over the time that counts."""
    span, found = life.last - life.counted_from, 0
    for _ in range(_TRIES * count):
        at = life.counted_from + rng.random() * span
        if found < count and life.is_home(at):
            found += 1
            yield at


def _falls(life: Life, rng: Random, count: int) -> Iterator[Injection]:
    for at in _at_home(life, rng, count):
        yield Injection(Injected.FALL, at, injections.fall, at, tags=_where(life, at))


def _where(life: Life, at: float) -> tuple[str, ...]:
    sign = life.last_sign(at)
    return (f"hour {int(life.clock(at) // HOUR):02d}", f"room {sign.room.value if sign else 'unknown'}")


def _bathroom(life: Life, rng: Random, count: int) -> Iterator[Injection]:
    """Right after a sign of life in the bathroom."""
    there = [s.at + 1.0 for s in life.signs if s.room is Room.BATHROOM and s.at >= life.counted_from]
    for at in sorted(rng.sample(there, min(count, len(there)))):
        if not life.is_away(at):
            yield Injection(Injected.BATHROOM, at, injections.fall, at, tags=_where(life, at))


def _not_up(life: Life, rng: Random, count: int) -> Iterator[Injection]:
    """Nothing more from four in the morning on; what counts is how long after the usual rising it is found."""
    mornings = [night + SMALL_HOURS for night in life.nights if not life.is_away(night + SMALL_HOURS)]
    for at in rng.sample(mornings, min(count, len(mornings))):
        rises = at - SMALL_HOURS + life.usual_rising
        if life.away or _slept_at_home(life, at):
            yield Injection(Injected.NOT_UP, at, injections.fall, rises)


def _slept_at_home(life: Life, at: float) -> bool:
    sign = life.last_sign(at)
    return sign is not None and at - sign.at < 9 * HOUR


def _night_exits(life: Life, rng: Random, count: int) -> Iterator[Injection]:
    doors = life.front_doors
    if not doors:
        return
    nights = life.nights
    for night in rng.sample(nights, min(count, len(nights))):
        at = night - DAY + NIGHT_FROM + rng.random() * NIGHT_FOR
        if life.counted_from <= at and life.is_home(at):
            yield Injection(Injected.NIGHT_EXIT, at, injections.leaves(doors[0]), at)


def _doors(life: Life, rng: Random, count: int) -> Iterator[Injection]:
    """A front door that the person opened stays open; they go on living."""
    doors = frozenset(life.front_doors)
    opened = [
        line
        for line in life.player.between(life.counted_from, life.last - DAY)
        if line.device in doors and line.kind is Kind.DOOR and line.value == "open"
    ]
    for line in rng.sample(opened, min(count, len(opened))):
        change = injections.held(line.device, "open", until=line.at + HELD)
        yield Injection(Injected.DOOR_LEFT_OPEN, line.at, change, line.at)


def _appliances(life: Life, rng: Random, count: int) -> Iterator[Injection]:
    """What heats, and was about to be switched off, stays on."""
    ends = [one for device in life.of_role(*HEATING_WATTS) for one in _ends_of_runs(life, device)]
    for device, at, watts in rng.sample(ends, min(count, len(ends))):
        change = injections.held(device, watts, until=at + HELD)
        role = life.devices[device].role.value
        yield Injection(Injected.APPLIANCE_LEFT_ON, at, change, at, (f"class {role}",))


def _ends_of_runs(life: Life, device: str) -> Iterator[tuple[str, float, float]]:
    """The moments just before it was switched off, and the power that it drew until then."""
    role = life.devices[device].role
    said = [line for line in life.player.between(life.first, life.last - DAY) if line.device == device]
    power = [line for line in said if line.kind is Kind.POWER]
    if role in {Role.MICROWAVE, Role.APPLIANCE} and len({line.value for line in power}) <= len(_ON_AND_OFF):
        return  # a microwave oven rings by itself; and of what nobody described and nothing measures, who knows?
    for before, after in pairwise(power):
        on, off = float(before.value), float(after.value)
        heats = on >= HEATING_WATTS[role][0] and off < HEATING_WATTS[role][1]
        if heats and after.at >= life.counted_from and switched_on(role, on, was_on=True):
            yield device, after.at - 0.5, on


def _faults(life: Life, rng: Random, count: int) -> Iterator[Injection]:
    """Each kind of fault that this installation can have."""
    end = life.last - FOLLOWED
    if end <= life.counted_from or not count:
        return
    meters = life.of_role(Role.MAIN_METER)
    doors, motion = life.front_doors, _busiest_motion(life)
    everything = list(life.player.recording.kinds)
    for number in range(count):
        at = life.counted_from + rng.random() * (end - life.counted_from)
        gone = at + HOUR * rng.uniform(*MEANWHILE_HOURS)
        yield Injection(Injected.GATEWAY_GONE, at, injections.without(everything, until=gone), at)
        yield Injection(Injected.DUPLICATES, at, injections.doubled, at)
        yield Injection(Injected.CLOCK_JUMP, at, injections.clock_set(CLOCKS[number % len(CLOCKS)]), at)
        if motion:
            yield Injection(Injected.DEAD_MOTION_SENSOR, at, injections.without([motion], until=at + FOLLOWED), at)
        if doors:
            yield Injection(Injected.INVERTED_REED, at, injections.inverted(doors[0]), at)
        for meter in meters:
            yield Injection(Injected.METER_OUTAGE, at, injections.without([meter], until=at + DAY), at)
            watts = injections.last_value(life.player, meter, at)
            if watts is not None:
                yield Injection(Injected.STUCK_METER, at, injections.stuck(meter, float(watts)), at)


def _busiest_motion(life: Life) -> str:
    """The motion sensor that sees most: its death hides most."""
    seen: dict[str, int] = {}
    for sign in life.signs:
        if life.player.recording.kinds[sign.device] is Kind.MOTION:
            seen[sign.device] = seen.get(sign.device, 0) + 1
    return max(seen, key=lambda device: seen[device], default="")
