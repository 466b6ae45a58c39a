"""Telling: a day's plan becomes a day's traces, with what a script changes: episodes, and a life that shrinks."""

from dataclasses import replace

from core.places import Role, Room
from simulator.chance import chance
from simulator.company import company
from simulator.day import Day, Doing, Stay, Visit
from simulator.life import ONE_DAY, Life
from simulator.script import Episode, HomeScript
from simulator.touches import Touch, touches_of
from simulator.traces import Session, Traces, traces_of

LONGEST_LEFT_ON = {Role.TELEVISION: 14 * 3600.0, Role.STOVE: 2 * 3600.0}
"""Seconds until an appliance that nobody tends switches itself off."""
SHRINKING = frozenset({Doing.AWAY, Doing.POTTERING, Doing.TELEVISION, Doing.COOKING, Doing.EATING, Doing.ERRAND})


def tell(life: Life, day: Day, script: HomeScript) -> Traces:
    """What this day really leaves behind."""
    day = lived(life, day, script)
    traces = traces_of(day, life.persona, chance(life.seed, life.home, day.date, "traces"))
    traces.touches = touches_of(day.stays, life.persona, chance(life.seed, life.home, day.date, "touches"))
    for date in (day.date - ONE_DAY, day.date):
        traces.add(
            company(life, visit).between(day.start, day.end) for visit in life.visits(date) if _meets(visit, day)
        )
    for episode in script.episodes:
        if episode.start < day.end and episode.end > day.start:
            _interrupt(traces, episode)
    traces.add(episode.traces.between(day.start, day.end) for episode in script.episodes)
    traces.sort()
    return traces


def _meets(visit: Visit, day: Day) -> bool:
    return visit.start < day.end and visit.end > day.start


def lived(life: Life, day: Day, script: HomeScript) -> Day:
    """The day with what a slow decline has taken from it."""
    for decline in script.declines:
        if day.start >= decline.start:
            day = _shrunk(day, decline.progress(day.start), seed=life.seed, home=life.home)
    return day


def _interrupt(traces: Traces, episode: Episode) -> None:
    """Take out what the plan had for the time of the episode."""
    start, end = episode.start, episode.end
    for room, moves in traces.moves.items():
        traces.moves[room] = [at for at in moves if not start <= at < end]
    traces.openings = [opening for opening in traces.openings if opening.end <= start or opening.start >= end]
    traces.sessions = [_cut(one, episode) for one in traces.sessions if not start <= one.start < end]
    traces.presses = [at for at in traces.presses if not start <= at < end]
    traces.touches = [_released(touch, start) for touch in traces.touches if not start <= touch.start < end]


def _released(touch: Touch, by: float) -> Touch:
    """Who is called away gets up, and shuts what they had open."""
    return replace(touch, end=max(by - 1, touch.start + 1)) if touch.start < by < touch.end else touch


def _cut(session: Session, episode: Episode) -> Session:
    """An appliance that was on when the plan was interrupted."""
    if not session.start < episode.start < session.end or not session.by_hand:
        return session
    if not episode.leaves_on:
        return replace(session, end=max(episode.start - 4, session.start + 6))
    longest = session.start + LONGEST_LEFT_ON.get(session.role, 0.0)
    return replace(session, end=max(min(longest, episode.end), session.end), by_hand=False)


def _shrunk(day: Day, progress: float, *, seed: int, home: str) -> Day:
    rng = chance(seed, home, day.date, "decline")
    stays = tuple(
        Stay(stay.start, stay.end, Room.BEDROOM, Doing.RESTING)
        if stay.doing in SHRINKING and rng.random() < progress
        else stay
        for stay in day.stays
    )
    return replace(day, stays=stays)
