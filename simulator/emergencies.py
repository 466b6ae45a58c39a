"""Emergencies, and lesser turns of a life, as episodes: what the resident leaves behind from then on.

After a fall nothing human follows, but for a few movements in the room within the first minutes.
"""

from dataclasses import dataclass
from math import isinf
from random import Random

from core.places import Role, Room
from core.readings import Kind
from simulator.company import company
from simulator.day import MINUTE, Visit
from simulator.life import Life
from simulator.moments import QUIET_EVENING, arrive, next_sleep, resume
from simulator.script import Episode
from simulator.traces import Alarm, Opening, Session, Traces, add_rescue, wander

HOUR = 60 * MINUTE
LAST_MOVES = 5 * MINUTE
"""How long after a fall the person on the floor may still trigger the room's sensor."""
RESCUE = 25 * MINUTE
HOSPITAL_DAYS = 3
FAINT_GAP = 70 * MINUTE
BATHROOM_EVERY = 2.5 * HOUR
SHOPS_AT, SHOPS_FOR = 9.75 * HOUR, 40 * MINUTE


@dataclass(frozen=True, slots=True)
class Told:
    """An episode, the window in which the thing itself was true, and an absence that followed from it."""

    episode: Episode
    start: float
    end: float
    away: tuple[float, float] | None = None


def fall(life: Life, at: float, end: float, room: Room, rng: Random, *, hospital: bool) -> Told:
    """The resident goes to the room and falls at `at`; found at `end`, if ever."""
    start, traces = arrive(life, at, room, rng)
    traces.moves[room] += [at + rng.uniform(10, LAST_MOVES) for _ in range(rng.randint(0, 3))]
    until, away = _rescue(life, end, room, traces, rng, hospital=hospital)
    return Told(Episode(start, until, traces, leaves_on=True), at, end, away)


def not_up(life: Life, at: float, end: float, rng: Random, *, faint: bool, hospital: bool) -> Told:
    """The resident goes to sleep and does not get up: from the first night after `at`, until found at `end`.

    True from the instant at which they would have risen.
    """
    start, traces = next_sleep(life, at), Traces()
    usual = min(life.day(life.date_of(start)).end, end)
    if faint:
        wander(traces.moves[Room.BEDROOM], start, min(end, start + 48 * HOUR), FAINT_GAP, rng)
    until, away = _rescue(life, end, Room.BEDROOM, traces, rng, hospital=hospital)
    return Told(Episode(start, until, traces, leaves_on=True), usual, end, away)


def _rescue(
    life: Life, end: float, room: Room, traces: Traces, rng: Random, *, hospital: bool
) -> tuple[float, tuple[float, float] | None]:
    """People come at `end` and stay a while; the resident goes with them, or is well again.

    When the day's plan goes on, and the absence if there is one.
    """
    if isinf(end):
        return end, None
    leave = end + RESCUE
    add_rescue(traces, Visit(end, leave), rng)
    wander(traces.moves[room], end + 40, leave, 60, rng)
    if not hospital:
        return resume(life, leave, traces, rng), None
    back = leave + HOSPITAL_DAYS * 24 * HOUR
    traces.openings.append(Opening(back, back + 8))
    traces.moves[Room.CORRIDOR].append(back + 10)
    return resume(life, back + 20, traces, rng), (leave, back)


def outing(life: Life, at: float, end: float, rng: Random, *, from_bed: bool = False) -> Told:
    """Through the front door at `at`, back at `end`. `from_bed`: up in the middle of the night."""
    room = Room.BEDROOM if from_bed else Room.LIVING
    start, traces = arrive(life, at - 40, room, rng)
    if from_bed:
        wander(traces.moves[Room.BEDROOM], at - 120, at - 20, 20, rng)
        start = min(start, at - 120)
    traces.moves[Room.CORRIDOR].append(at - 6)
    traces.openings += [Opening(at, at + rng.uniform(3, 9)), Opening(end, end + rng.uniform(3, 9))]
    traces.moves[Room.CORRIDOR].append(end + 10)
    return Told(Episode(start, resume(life, end + 15, traces, rng), traces), at, end)


def stove_on(life: Life, at: float, end: float, rng: Random) -> Told:
    """Cooks for six minutes and walks away; the stove stays on until `end`, the cook sits elsewhere."""
    start, traces = arrive(life, at, Room.KITCHEN, rng)
    forgotten = at + 6 * MINUTE
    wander(traces.moves[Room.KITCHEN], at, forgotten, 40, rng)
    wander(traces.moves[Room.LIVING], forgotten + 20, end, QUIET_EVENING, rng)
    traces.moves[Room.KITCHEN].append(end - 3)
    traces.sessions.append(Session(Role.STOVE, at + 15, end, rng.uniform(900, 1600), 120, by_hand=True))
    return Told(Episode(start, resume(life, end + 60, traces, rng), traces), forgotten, end)


def door_open(life: Life, at: float, end: float, rng: Random) -> Told:
    """The front door stands open from `at` to `end` while the resident is in."""
    start, traces = arrive(life, at - 5, Room.LIVING, rng)
    traces.moves[Room.CORRIDOR] += [at - 2, end - 2]
    traces.openings.append(Opening(at, end))
    wander(traces.moves[Room.LIVING], at + 20, end, QUIET_EVENING, rng)
    return Told(Episode(start, resume(life, end + 60, traces, rng), traces), at, end)


def no_meals(life: Life, at: float, end: float, rng: Random) -> Told:
    """Up and about from `at` to `end`, and not once in the kitchen."""
    start, traces = arrive(life, at, Room.LIVING, rng)
    _sit_about(traces, at, end, rng)
    return Told(Episode(start, resume(life, end + 60, traces, rng), traces), at, end)


def _sit_about(traces: Traces, at: float, end: float, rng: Random) -> None:
    """In the living room, and every few hours in the bathroom."""
    wander(traces.moves[Room.LIVING], at + 20, end, QUIET_EVENING, rng)
    wander(traces.moves[Room.BATHROOM], at + 20, end, BATHROOM_EVERY, rng)


def restless(life: Life, at: float, end: float, rng: Random) -> Told:
    """In bed from `at` to `end`, and every half hour or so in the bathroom."""
    start, traces = arrive(life, at, Room.BEDROOM, rng)
    up = at + rng.uniform(5, 25) * MINUTE
    while up < end - 8 * MINUTE:
        back = up + rng.uniform(3, 8) * MINUTE
        traces.moves[Room.BEDROOM] += [up - 20, back + 15]
        traces.moves[Room.CORRIDOR] += [up - 5, back + 5]
        wander(traces.moves[Room.BATHROOM], up, back, 40, rng)
        traces.moves[Room.BATHROOM].append(up + 2)
        up = back + rng.uniform(20, 40) * MINUTE
    return Told(Episode(start, resume(life, end, traces, rng), traces), at, end)


def wandering(life: Life, at: float, end: float, rng: Random) -> Told:
    """Up in the night, and every few minutes at the front door, without leaving, until `end`."""
    start, traces = arrive(life, at, Room.CORRIDOR, rng)
    now = at
    while now < end:
        traces.openings.append(Opening(now, now + rng.uniform(4, 12)))
        traces.moves[Room.CORRIDOR] += [now - 3, now + 25]
        back = now + rng.uniform(4, 9) * MINUTE
        wander(traces.moves[Room.LIVING], now + 90, back, 60, rng)
        traces.moves[Room.LIVING].append(now + 95)
        now = back
    return Told(Episode(start, resume(life, now, traces, rng), traces), at, end)


def sos(life: Life, at: float, rng: Random) -> Told:
    """The button is pressed; whoever was out has come home for it."""
    start, traces = arrive(life, at, Room.BEDROOM, rng)
    traces.presses.append(at)
    calm = at + 10 * MINUTE
    wander(traces.moves[Room.BEDROOM], at, calm, 60, rng)
    return Told(Episode(start, resume(life, calm, traces, rng), traces), at, at)


def alarm(kind: Kind, at: float, end: float) -> Told:
    """Smoke, gas, carbon monoxide or water: life goes on as planned."""
    return Told(Episode(at, at, Traces(alarms=[Alarm(kind, at, end)])), at, end)


def visitor(life: Life, at: float, end: float) -> Told:
    """Somebody comes at `at` and stays until `end`: for tea, or for good, as in a couple. The resident's plan goes on.

    Who stays longer than a day goes to the shop every morning.
    """
    visit = Visit(at, end, _ways_out(life, at, end))
    return Told(Episode(at, at, company(life, visit)), at, end)


def _ways_out(life: Life, at: float, end: float) -> tuple[tuple[float, float], ...]:
    mornings = [at + n * 24 * HOUR for n in range(1, int((end - at) / (24 * HOUR)) + 1)]
    starts = [life.midnight_before(one) + SHOPS_AT for one in mornings]
    return tuple((gone, gone + SHOPS_FOR) for gone in starts if gone > at + HOUR and gone + SHOPS_FOR < end - HOUR)
