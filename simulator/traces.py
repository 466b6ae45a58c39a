"""Traces: what the life of a day leaves in the physical world before any sensor has seen it.

Movements in rooms, openings of the front door, appliances that draw power, presses of the button.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from core.places import Role, Room
from core.readings import Kind
from simulator.chance import skewed
from simulator.day import MINUTE, OUT, Day, Doing, Stay, Visit
from simulator.persona import Persona
from simulator.touches import Touch

GAPS = {
    Doing.RISING: 45,
    Doing.TOILET: 75,
    Doing.SHOWER: 110,
    Doing.COOKING: 80,
    Doing.EATING: 300,
    Doing.POTTERING: 300,
    Doing.TELEVISION: 600,
    Doing.RESTING: 1100,
    Doing.NAP: 1500,
    Doing.ASLEEP: 3300,
    Doing.ERRAND: 30,
    Doing.ARRIVING: 30,
}
"""Mean seconds between movements that a motion sensor would notice."""
TAIL = 2.2
"""How heavy the tail of the times between movements is: people move in bursts, with long rests between (Barabási 2005,
*Nature* 435). The shape of a Lomax distribution."""
TEA = 0.15
"""Of the times in the kitchen between meals; more on some days than on others."""
NIGHTS_DIFFER = 0.9
"""Spread of how restless one night is against another of the same sleeper."""
LEFT_STANDING, DOOR_MOST = 1 / 25, 90.0
"""Of the times that somebody comes in or only opens it, and for how long (s) it then stands open at most. In public
recordings a front door is open for three to five seconds (median), and once in forty times for about a minute.
"""

STILL = frozenset({Doing.ASLEEP, Doing.NAP, Doing.RESTING})
RESCUER_GAP = 75.0


@dataclass(frozen=True, slots=True)
class Opening:
    """The front door, opened at `start` and closed at `end`."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Session:
    """An appliance draws `watts`, give or take `ripple`. `by_hand` says whether a person ends it."""

    role: Role
    start: float
    end: float
    watts: float
    ripple: float
    by_hand: bool


@dataclass(frozen=True, slots=True)
class Alarm:
    kind: Kind
    start: float
    end: float


@dataclass(slots=True)
class Traces:
    """Movements per room, in order; the rest in order of beginning."""

    moves: defaultdict[Room, list[float]] = field(default_factory=lambda: defaultdict(list))
    openings: list[Opening] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    presses: list[float] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    touches: list[Touch] = field(default_factory=list)

    def add(self, others: Iterable["Traces"]) -> None:
        for other in others:
            for room, moves in other.moves.items():
                self.moves[room] += moves
            self.openings += other.openings
            self.sessions += other.sessions
            self.presses += other.presses
            self.alarms += other.alarms
            self.touches += other.touches

    def sort(self) -> None:
        for moves in self.moves.values():
            moves.sort()
        self.openings.sort(key=lambda opening: opening.start)
        self.sessions.sort(key=lambda session: session.start)

    def between(self, since: float, until: float) -> "Traces":
        """What begins in [since, until)."""
        part = Traces()
        for room, moves in self.moves.items():
            part.moves[room] = [at for at in moves if since <= at < until]
        part.openings = [opening for opening in self.openings if since <= opening.start < until]
        part.sessions = [session for session in self.sessions if since <= session.start < until]
        part.presses = [at for at in self.presses if since <= at < until]
        part.alarms = [alarm for alarm in self.alarms if since <= alarm.start < until]
        part.touches = [touch for touch in self.touches if since <= touch.start < until]
        return part


def traces_of(day: Day, persona: Persona, rng: Random) -> Traces:
    """What this day leaves behind."""
    traces = Traces()
    night, thirst = skewed(rng, 1.0, NIGHTS_DIFFER, 0.1, 6.0), skewed(rng, TEA, 0.6, 0.02, 0.6)
    for index, stay in enumerate(day.stays):
        before = day.stays[index - 1] if index else None
        if stay.doing in OUT:
            _go_out(traces, stay, persona, rng, left=before is not None, returned=index + 1 < len(day.stays))
        else:
            _stay_in(traces, stay, before, persona, rng, night=night, thirst=thirst)
    _television(traces, day.stays, rng)
    traces.sort()
    return traces


def _go_out(traces: Traces, stay: Stay, persona: Persona, rng: Random, *, left: bool, returned: bool) -> None:
    if left:
        traces.moves[Room.CORRIDOR].append(stay.start - rng.uniform(5, 15))
        traces.openings.append(_passing(stay.start, persona, rng, leaving=True))
    if returned:
        traces.openings.append(_passing(stay.end, persona, rng))


def _passing(at: float, persona: Persona, rng: Random, *, leaving: bool = False) -> Opening:
    """Through the front door. Who stays or comes in leaves it open for a while now and then, with bags on the sill."""
    stands = rng.uniform(30, DOOR_MOST) if rng.random() < LEFT_STANDING and not leaving else 0.0
    return Opening(at, at + stands + skewed(rng, persona.door, persona.door_spread, 1.5, 15 if leaving else 30))


def _stay_in(
    traces: Traces, stay: Stay, before: Stay | None, persona: Persona, rng: Random, *, night: float, thirst: float
) -> None:
    room = stay.room or Room.OTHER
    if before is None or before.room is not room:
        traces.moves[room].append(stay.start + rng.uniform(0.5, 4))
        if before is not None and before.doing not in OUT and rng.random() < 0.8:  # noqa: PLR2004 (not every step is seen)
            traces.moves[Room.CORRIDOR].append(stay.start)
    scale = persona.pace
    if stay.doing in STILL:
        scale = persona.restless * (night if stay.doing is Doing.ASLEEP else 1.0)
    gap = GAPS[Doing.TOILET] if room is Room.BATHROOM else GAPS[stay.doing]
    stir(traces.moves[room], stay.start, stay.end, gap / scale, rng)
    match stay.doing:
        case Doing.COOKING:
            _cook(traces, stay, persona, rng)
        case Doing.ERRAND:
            traces.openings.append(_passing(stay.start + rng.uniform(4, 12), persona, rng))
        case Doing.ARRIVING:
            traces.moves[Room.CORRIDOR].append(stay.start + 0.7 * (stay.end - stay.start))
        case Doing.POTTERING if room is Room.KITCHEN and rng.random() < thirst:
            boil(traces, stay.start + rng.uniform(5, 60), persona, rng)
        case _:
            pass


def stir(moves: list[float], start: float, end: float, gap: float, rng: Random) -> None:
    """Movements between two instants, in bursts and rests, `gap` s apart on average."""
    scale = gap * (TAIL - 1)
    at = start + scale * ((1 - rng.random()) ** (-1 / TAIL) - 1)
    while at < end:
        moves.append(at)
        at += max(scale * ((1 - rng.random()) ** (-1 / TAIL) - 1), 0.5)


def wander(moves: list[float], start: float, end: float, gap: float, rng: Random) -> None:
    """Movements at random between two instants, `gap` s apart on average."""
    rate = 1 / gap
    at = start + rng.expovariate(rate)
    while at < end:
        moves.append(at)
        at += rng.expovariate(rate)


def boil(traces: Traces, start: float, persona: Persona, rng: Random) -> None:
    """Half full or full. The quicker a kettle, the more it draws."""
    seconds = max(persona.kettle * rng.uniform(0.6, 1.3), 60)
    watts = min(max(380_000 / persona.kettle, 1200), 2800) * rng.uniform(0.97, 1.03)
    traces.sessions.append(Session(Role.KETTLE, start, start + seconds, watts, 15, by_hand=False))


def _cook(traces: Traces, stay: Stay, persona: Persona, rng: Random) -> None:
    if rng.random() < 0.7:  # noqa: PLR2004 (soup or tea with most meals)
        boil(traces, stay.start + rng.uniform(20, 200), persona, rng)
    if rng.random() < 0.3:  # noqa: PLR2004 (what is left of yesterday)
        warmed = stay.start + rng.uniform(60, 300)
        traces.sessions.append(
            Session(Role.MICROWAVE, warmed, warmed + skewed(rng, 120, 0.5, 30, 600), 1100, 40, by_hand=False)
        )
    start, end = stay.start + rng.uniform(60, 240), stay.end - rng.uniform(30, 150)
    if end > start + MINUTE:
        traces.sessions.append(Session(Role.STOVE, start, end, rng.uniform(900, 1700), 350, by_hand=True))


def _television(traces: Traces, stays: tuple[Stay, ...], rng: Random) -> None:
    """It stays on while somebody is only briefly elsewhere."""
    start = end = None
    for stay in stays:
        if stay.doing is not Doing.TELEVISION:
            continue
        if start is not None and end is not None and stay.start - end > 20 * MINUTE:
            traces.sessions.append(_viewing(start, end, rng))
            start = None
        start, end = start or stay.start, stay.end
    if start is not None and end is not None:
        traces.sessions.append(_viewing(start, end, rng))


def _viewing(start: float, end: float, rng: Random) -> Session:
    return Session(Role.TELEVISION, start + 8, end - 5, rng.uniform(60, 115), 9, by_hand=True)


def add_rescue(traces: Traces, visit: Visit, rng: Random) -> None:
    """Helpers come in, move about, leave."""
    traces.openings += [
        Opening(visit.start, visit.start + rng.uniform(8, 25)),
        Opening(visit.end, visit.end + rng.uniform(8, 25)),
    ]
    wander(traces.moves[Room.LIVING], visit.start + 15, visit.end, RESCUER_GAP, rng)
    wander(traces.moves[Room.KITCHEN], visit.start + 15, visit.end, RESCUER_GAP * 6, rng)
    traces.moves[Room.CORRIDOR] += [visit.start + 12, visit.end - 8]
