"""Company: what a second person in the home leaves behind, beside the resident's own traces.

They are let in, mostly sit where the resident sits, go to the kitchen or the bathroom by themselves, and are let out;
who stays for long goes out in between and sleeps at night.
"""

from random import Random
from typing import Final

from core.places import Room
from simulator.chance import chance, skewed
from simulator.day import MINUTE, OUT, Stay, Visit
from simulator.life import Life
from simulator.traces import Opening, Traces, boil, stir

WITH_THE_HOST: Final = 0.65
"""Of the times that a guest settles somewhere new, those beside the resident."""
SHARED: Final = frozenset({Room.LIVING, Room.KITCHEN})
"""Rooms into which a guest follows; whoever is in the bathroom or in bed is left alone there."""
BY_THEMSELVES: Final = ((Room.LIVING, 0.52), (Room.KITCHEN, 0.30), (Room.BATHROOM, 0.11), (Room.BEDROOM, 0.07))
STAYS: Final = {Room.LIVING: (14.0, 0.7), Room.KITCHEN: (7.0, 0.7), Room.BATHROOM: (3.5, 0.5), Room.BEDROOM: (5.0, 0.8)}
"""Minutes, median and spread."""
GAPS: Final = {Room.LIVING: 170.0, Room.KITCHEN: 80.0, Room.BATHROOM: 75.0, Room.BEDROOM: 120.0}
"""Mean seconds between movements that a motion sensor would notice: people who talk sit less still than those who
watch television."""
ASLEEP_FROM, ASLEEP_UNTIL, ASLEEP_GAP = 22 * 60 + 30.0, 7 * 60.0, 3000.0
UP_AT_NIGHT: Final = 0.5
FOLLOWS: Final = 0.5
TEA: Final = 0.4
SEEN_ON_THE_WAY: Final = 0.8
LIVELY: Final = 0.5
"""Spread of how much one guest moves against another."""


def company(life: Life, visit: Visit) -> Traces:
    """The whole visit; the same whichever part of it is asked for."""
    rng = chance(life.seed, life.home, "company", round(visit.start))
    traces, at = Traces(), visit.start
    lively = skewed(rng, 1.0, LIVELY, 0.3, 3.0)
    _through_the_door(traces, visit.start, life, rng, greeted=True)
    if rng.random() < TEA:
        boil(traces, at + rng.uniform(3, 12) * MINUTE, life.persona, rng)
    for gone, back in (*visit.ways_out, (visit.end, None)):
        _inside(traces, life, at + 20, gone - 20, lively, rng)
        if back is None and visit.together:
            break  # the resident's own going moves the door
        _through_the_door(traces, gone, life, rng, greeted=back is None)
        if back is not None:
            _through_the_door(traces, back, life, rng, greeted=rng.random() < 0.5)  # noqa: PLR2004 (or with the key)
            at = back
    traces.sort()
    return traces


def _through_the_door(traces: Traces, at: float, life: Life, rng: Random, *, greeted: bool) -> None:
    """The door stands open a little longer where two people say hello; the resident has gone there to open it."""
    open_for = skewed(rng, life.persona.door * (1.8 if greeted else 1.0), 0.5, 1.5, 60)
    traces.openings.append(Opening(at, at + open_for))
    traces.moves[Room.CORRIDOR].append(at + open_for + rng.uniform(0, 4))
    if greeted:
        traces.moves[Room.CORRIDOR].append(at - rng.uniform(2, 8))
        traces.moves[Room.LIVING].append(at + open_for + rng.uniform(4, 30))


def _inside(traces: Traces, life: Life, start: float, end: float, lively: float, rng: Random) -> None:
    """From room to room until they leave; at night asleep on the sofa."""
    at, room = start, Room.LIVING
    while at < end:
        asleep = _asleep_until(life, at)
        if asleep is not None:
            until = min(asleep, end)
            _sleep(traces, at, until, rng)
        else:
            host = life.stay_at(at)
            before, room = room, _settles(host, rng)
            if room is not before and rng.random() < SEEN_ON_THE_WAY:
                traces.moves[Room.CORRIDOR].append(at)
            until = min(_stays_until(at, room, host, rng), end)
            traces.moves[room].append(at + rng.uniform(0.5, 4))
            stir(traces.moves[room], at, until, GAPS[room] / lively, rng)
        at = until


def _settles(host: Stay, rng: Random) -> Room:
    if host.room in SHARED and rng.random() < WITH_THE_HOST:
        return Room(host.room)
    wanted = rng.choices([room for room, _ in BY_THEMSELVES], weights=[share for _, share in BY_THEMSELVES])[0]
    taken = wanted is host.room and wanted not in SHARED
    return Room.LIVING if taken else wanted


def _stays_until(at: float, room: Room, host: Stay, rng: Random) -> float:
    """For so long as it takes, or until the resident goes elsewhere and is followed."""
    median, spread = STAYS[room]
    until = at + skewed(rng, median * MINUTE, spread, MINUTE, 90 * MINUTE)
    follows = host.room is room and host.doing not in OUT and rng.random() < FOLLOWS
    return min(until, max(host.end + rng.uniform(2, 20), at + 30)) if follows else until


def _asleep_until(life: Life, at: float) -> float | None:
    """When a guest who is asleep at this instant gets up; None by day."""
    midnight = life.midnight_before(at)
    if at < midnight + ASLEEP_UNTIL * MINUTE:
        return midnight + ASLEEP_UNTIL * MINUTE
    return midnight + (24 * 60 + ASLEEP_UNTIL) * MINUTE if at >= midnight + ASLEEP_FROM * MINUTE else None


def _sleep(traces: Traces, start: float, end: float, rng: Random) -> None:
    stir(traces.moves[Room.LIVING], start, end, ASLEEP_GAP, rng)
    if rng.random() < UP_AT_NIGHT and end - start > 60 * MINUTE:
        up = rng.uniform(start + 20 * MINUTE, end - 20 * MINUTE)
        traces.moves[Room.CORRIDOR].append(up)
        stir(traces.moves[Room.BATHROOM], up + 5, up + skewed(rng, 4 * MINUTE, 0.4), GAPS[Room.BATHROOM], rng)
