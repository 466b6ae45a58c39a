"""Trial: one recording, untouched from end to end, and from every chosen moment on another life that was not lived."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from math import inf
from pathlib import Path
from time import process_time

from anxin.evaluation.calls import Answers, Call, Calls
from anxin.evaluation.course import Course
from anxin.evaluation.endings import Endings
from anxin.evaluation.injections import DEVICE_FAULTS, FOLLOWED, SAID, Injected, Injection
from anxin.evaluation.life import DAY, Life
from anxin.evaluation.moments import injections_of
from anxin.evaluation.options import EvaluateOptions
from anxin.evaluation.peer_run import PeerResult, run_peer
from anxin.evaluation.peers import peers_of
from anxin.evaluation.visits import Told
from core.concerns import ConcernKind
from core.states import Presence
from detectors.events import ConcernRaised, FaultRaised, StatusChanged, WatchEvent
from detectors.settings import WatchSettings
from simulator import recording as recordings
from simulator.player import Player

PRESENCE_STEP = 60.0


@dataclass(frozen=True, slots=True)
class Trialled:
    """What became of one injection. `delay` (s) until somebody other than the resident was asked; `inf`: never.

    `called`: of a device fault, the kinds of concern that sent somebody.
    """

    what: Injected
    at: float
    delay: float
    tags: tuple[str, ...] = ()
    called: tuple[str, ...] = ()


@dataclass(slots=True)
class Trial:
    """`calls`: of the untouched life, schooling too. `out`, `home`: seconds judged rightly, and seconds in all.

    `company`: from when until when somebody else was said to be there.
    """

    life: Life
    calls: list[Call] = field(default_factory=list)
    injected: list[Trialled] = field(default_factory=list)
    faults: dict[str, int] = field(default_factory=dict)
    peers: list[PeerResult] = field(default_factory=list)
    out: tuple[float, float] = (0.0, 0.0)
    home: tuple[float, float] = (0.0, 0.0)
    company: list[tuple[float, float]] = field(default_factory=list)
    readings: int = 0
    seconds: float = 0.0

    @property
    def counted(self) -> list[Call]:
        """After schooling."""
        return [call for call in self.calls if call.concern.at.timestamp() >= self.life.counted_from]


def trial_of(folder: Path, options: EvaluateOptions) -> Trial:
    """Play a recording. Raises RecordingError for a folder that is none, ValueError for a budget out of range."""
    settings = WatchSettings(false_alarms_per_month=options.budget, answered=options.answered, doubts=options.doubts)
    life = Life(Player(recordings.load(folder), beyond=FOLLOWED + DAY))
    injected = injections_of(life, falls=options.injections, seed=options.seed, faults=options.faults)
    trial = _Passage(life, settings, options).run(injected)
    trial.peers = [run_peer(peer, signs, life, injected) for peer, signs in peers_of(life)]
    return trial


class _Passage:
    """The pass over the untouched life, which is forked at every moment."""

    def __init__(self, life: Life, settings: WatchSettings, options: EvaluateOptions) -> None:
        self._life = life
        self._detector = options.detector
        self._answers = Answers(options.answered, options.seed)
        self._course = Course(life.recording, settings)
        self._calls = Calls(self._detector, self._answers)
        home, answered = life.recording.home.id, options.answered
        endings = Endings(self._course, home, options.budget, answered=answered)
        self._endings = endings if options.learns else None
        self._presence: list[tuple[float, Presence]] = []
        self._told = Told()
        self._trial = Trial(life)
        self._suspects: list[tuple[Injection, list[Call]]] = []

    def run(self, injected: Sequence[Injection]) -> Trial:
        life, trial, course = self._life, self._trial, self._course
        waiting = [one for one in injected if one.at <= life.last][::-1]
        begun, spent = process_time(), 0.0
        for message in life.player.birth(life.first):
            self._note(course.hear_when(message))
        for line in life.player.between(life.first, life.last + 1.0):
            while waiting and waiting[-1].at <= line.at:
                started = process_time()
                self._inject(waiting.pop())
                spent += process_time() - started
            self._teach()
            self._note(course.hear_when(life.player.message(line)))
        trial.seconds, trial.readings = process_time() - begun - spent, course.readings
        trial.calls = list(self._calls)
        trial.injected += [self._cleared(*suspect) for suspect in self._suspects]
        trial.out, trial.home = self._judged_presence()
        trial.company = self._told.end(life.last)
        return trial

    def _teach(self) -> None:
        if self._endings is not None and self._course.now is not None:
            self._endings.teach(self._calls, self._course.now)

    def _note(self, said: Sequence[tuple[datetime, WatchEvent]]) -> None:
        self._calls.note(event for _, event in said)
        for at, event in said:
            match event:
                case StatusChanged(status=status):
                    self._presence.append((at.timestamp(), status.presence))
                    self._told.note(at.timestamp(), status.company)
                case FaultRaised(fault=fault):
                    self._trial.faults[fault.cause.value] = self._trial.faults.get(fault.cause.value, 0) + 1
                case _:
                    pass

    def _inject(self, injection: Injection) -> None:
        fork = self._course.fork()
        standing = [call for call in self._calls if call.cleared_at is None and call.kind in injection.found_by]
        is_fault = injection.what in DEVICE_FAULTS
        calls = Calls(self._detector, self._answers if is_fault else None)
        if is_fault:
            calls.note(fork.play(injection.messages(self._life.player)))
            self._suspects.append((injection, list(calls)))
            return
        if injection.what in SAID:
            self._trial.injected += [] if standing else [_noticed(fork, injection, self._life)]
            return
        delay = 0.0 if standing and _stands(standing, injection.at) else _found(fork, calls, injection, self._life)
        self._trial.injected.append(Trialled(injection.what, injection.at, delay, injection.tags))

    def _cleared(self, injection: Injection, calls: list[Call]) -> Trialled:
        """Of a device fault: what it called that the untouched life did not."""
        until = injection.at + injection.followed
        own = [c.kind for c in self._trial.calls if injection.at <= c.asked_at.timestamp() <= until and c.sent_somebody]
        extra: list[ConcernKind] = []
        for call in calls:
            if not call.sent_somebody:
                continue
            if call.kind in own:
                own.remove(call.kind)
            else:
                extra.append(call.kind)
        called = tuple(kind.value for kind in extra)
        return Trialled(injection.what, injection.at, inf, injection.tags, called)

    def _judged_presence(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Every minute after schooling, against what was noted; nothing where nobody noted absences."""
        life = self._life
        if not life.away:
            return (0.0, 0.0), (0.0, 0.0)
        right, total = {True: 0.0, False: 0.0}, {True: 0.0, False: 0.0}
        changes = [(at, presence) for at, presence in self._presence] + [(life.last, Presence.UNKNOWN)]
        for (since, presence), (until, _) in pairwise(changes):
            at = max(since, life.counted_from)
            while at < until:
                if not life.is_seen(at) or life.is_unknown(at):
                    at += PRESENCE_STEP
                    continue
                away = life.is_away(at)
                total[away] += PRESENCE_STEP
                right[away] += PRESENCE_STEP * ((presence is Presence.OUT) is away)
                at += PRESENCE_STEP
        return (right[True], total[True]), (right[False], total[False])


def _noticed(fork: Course, injection: Injection, life: Life) -> Trialled:
    """How long until it is said; it need not send anybody."""
    delay = inf
    until = datetime.fromtimestamp(min(injection.at + injection.followed, life.last), UTC)
    for message in injection.messages(life.player):
        if message.at > until:
            break
        raised = [event.concern for event in fork.hear(message) if isinstance(event, ConcernRaised)]
        said = min((one.at for one in raised if one.kind in injection.found_by), default=None)
        if said is not None:
            delay = said.timestamp() - injection.counts_from
            break
    return Trialled(injection.what, injection.at, delay, injection.tags)


def _stands(calls: Sequence[Call], at: float) -> bool:
    """Is somebody on the way already?"""
    return any(call.asked_at.timestamp() <= at for call in calls)


def _found(fork: Course, calls: Calls, injection: Injection, life: Life) -> float:
    """Seconds until somebody is asked, counted from where the injection says."""
    until = datetime.fromtimestamp(injection.at + injection.followed, UTC)
    for message in injection.messages(life.player):
        if message.at > until:
            break
        calls.note(fork.hear(message))
        asked = _asked(calls, injection, message.at)
        if asked is not None:
            return max(0.0, asked.timestamp() - injection.counts_from)
    calls.note(fork.judge(until))
    asked = _asked(calls, injection, until)
    return inf if asked is None else max(0.0, asked.timestamp() - injection.counts_from)


def _asked(calls: Calls, injection: Injection, now: datetime) -> datetime | None:
    """When somebody was first asked because of it, if that has come."""
    sent = [call.asked_at for call in calls if call.kind in injection.found_by and call.sent_somebody]
    return min((asked for asked in sent if asked <= now), default=None)
