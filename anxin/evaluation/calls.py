"""Calls: from concerns to the moment at which somebody other than the resident is asked.

The resident is asked first, for as long as the shipped policy says; what is over by then, and is not red, has sent
nobody (see `core.subsiding`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.concerns import Concern, ConcernKind, Severity
from core.policies import Policies, Target
from core.subsiding import NO_LIFE, SUBSIDES
from detectors.events import ConcernCleared, ConcernRaised, WatchEvent
from simulator.chance import chance

_POLICIES = Policies()


@dataclass(slots=True)
class Call:
    """One episode. `asked_at`: when a person other than the resident is asked, if it is not over before.

    `cleared_at`: when the sensors showed that it is over, None while it stands; `ends_alert`: whether that also ends
    the alert of itself, as long as only the resident was asked; `answered`: they were well, and said so.
    """

    concern: Concern
    asked_at: datetime
    severity: Severity
    cleared_at: datetime | None = None
    ends_alert: bool = False
    answered: bool = False

    @property
    def sent_somebody(self) -> bool:
        if self.answered:
            return False
        over = self.ends_alert and self.cleared_at is not None and self.cleared_at <= self.asked_at
        return not over

    @property
    def kind(self) -> ConcernKind:
        return self.concern.kind


def patience(severity: Severity, kind: ConcernKind) -> timedelta:
    """How long the resident alone is asked."""
    first = _POLICIES.of(severity, kind).levels[0]
    return first.patience if tuple(first.targets) == (Target.RESIDENT,) else timedelta()


@dataclass(frozen=True, slots=True)
class Answers:
    """Whether a resident who is well answers a question: recordings do not hold it, so it is drawn, once an episode.

    Nobody is sent where they do; for red somebody goes all the same.
    """

    share: float
    seed: int

    def come(self, concern: Concern) -> bool:
        if concern.severity is Severity.RED or not self.share:
            return False
        return chance("answer", self.seed, concern.home, concern.kind.value, concern.episode).random() < self.share


class Calls:
    """Episodes in the order in which they began; `detector`: only those of this one. `answers`: where the resident is
    well, and may say so; None where they lie on the floor.
    """

    def __init__(self, detector: str | None = None, answers: "Answers | None" = None) -> None:
        self._detector = detector
        self._answers = answers
        self._by_episode: dict[tuple[ConcernKind, str], Call] = {}

    def note(self, events: Iterable[WatchEvent]) -> None:
        for event in events:
            match event:
                case ConcernRaised(concern=concern) if self._detector in (None, concern.detector):
                    self._raise(concern)
                case ConcernCleared():
                    self._end(event)
                case _:
                    pass

    def _raise(self, concern: Concern) -> None:
        asked_at = concern.at + patience(concern.severity, concern.kind)
        call = self._by_episode.get((concern.kind, concern.episode))
        if call is None:
            call = self._by_episode[concern.kind, concern.episode] = Call(concern, asked_at, concern.severity)
        elif call.answered:
            call.asked_at = asked_at  # it grew worse all the same
        call.asked_at = min(call.asked_at, asked_at)
        call.severity = min(call.severity, concern.severity, key=lambda severity: severity.rank)
        call.answered = asked_at > concern.at and self._answers is not None and self._answers.come(concern)

    def _end(self, event: ConcernCleared) -> None:
        call = self._by_episode.get((event.kind, event.episode))
        if call is None or call.cleared_at is not None:
            return
        call.cleared_at = event.at
        alive = event.kind in SUBSIDES and event.reason not in NO_LIFE
        call.ends_alert = alive and call.severity is not Severity.RED

    def __iter__(self) -> Iterator[Call]:
        return iter(self._by_episode.values())
