"""Moments: how a resident is brought to a place at an instant, and given back to the day's plan afterwards."""

from random import Random

from core.places import Room
from simulator.day import OUT, Doing
from simulator.life import Life
from simulator.traces import Opening, Traces, wander

STEPS = 25.0
RISE = 60.0
TURN = 5.0
"""Seconds before it in which somebody who is in the room already is seen there."""
HOMECOMING = 100.0
QUIET_EVENING = 240.0
"""Mean seconds between movements of somebody who sits at home."""


def lead(life: Life, at: float, room: Room) -> float:
    """Seconds it takes to be in this room at this instant, from wherever the plan has the resident."""
    stay = life.stay_at(at)
    if stay.doing in OUT:
        return HOMECOMING
    if stay.doing in (Doing.ASLEEP, Doing.NAP, Doing.RESTING) and room is not Room.BEDROOM:
        return RISE
    return TURN if stay.room is room else STEPS


def arrive(life: Life, at: float, room: Room, rng: Random) -> tuple[float, Traces]:
    """When the way to the room begins, and what it leaves behind: door, corridor, the room itself."""
    start, traces = at - lead(life, at, room), Traces()
    if life.stay_at(at).doing in OUT:
        traces.openings.append(Opening(start + 1, start + 1 + rng.uniform(3, 8)))
        traces.moves[Room.CORRIDOR].append(start + 12)
        traces.moves[Room.LIVING].append(start + 30)
    elif at - start > STEPS:
        traces.moves[Room.BEDROOM].append(start + rng.uniform(1, 10))
    if at - start > TURN:
        traces.moves[Room.CORRIDOR].append(at - 10)
    traces.moves[room].append(max(start, at - rng.uniform(1, 5)))
    return start, traces


def resume(life: Life, at: float, traces: Traces, rng: Random) -> float:
    """When the plan may go on. Where it has the resident out, they stay in until it has them back."""
    stay = life.stay_at(at)
    if stay.doing not in OUT:
        return at
    back = stay.end + 60
    wander(traces.moves[Room.LIVING], at, back, QUIET_EVENING, rng)
    return back


def next_sleep(life: Life, at: float) -> float:
    """The instant from which the resident is asleep for the night: now, or when they next go to bed."""
    for day in life.days(at):
        for stay in day.stays:
            if stay.doing is Doing.ASLEEP and stay.end > at:
                return max(stay.start, at)
    raise AssertionError("days never end")
