"""Lessons: how alerts ended teaches each detector how long to wait in each home: within bounds, visibly, reversibly.

Nothing is kept but the endings themselves and what people chose: a lesson is reckoned anew from them each time.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol, TypeAlias

from core.alerts import Outcome
from core.concerns import ConcernKind
from core.outcomes import Need, need

REMEMBERED = timedelta(days=365)
HALF_LIFE_DAYS = 120.0
"""An ending counts half after so long."""
_WORTH_IN_VAIN = 2.0
"""Whoever was in need once justifies so many ways in vain."""
_STEP = 0.05
_QUESTIONS = 4.0
"""As if so many questions had been answered as often as is reckoned with anyway."""
SOONEST = 0.2
"""However often the resident answers, a home is not asked more than five times as often as people may be sent."""
_MONTH_DAYS = 30.0
_DAY = timedelta(days=1)
LONGEST_NOTE = 300

Episode: TypeAlias = tuple[ConcernKind, str]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far endings may move a detector. `allowed`: ways in vain a month that are no reason to wait longer. None: as
    many as the home's budget, which is a promise both ways: fewer are a reason to wait less. `least` and `most`: of
    what its wait is multiplied by; without a budget it is below 1 only where somebody was in need. `schooling`: so many
    days in which a home was first judged say nothing of how it is judged since. `prior`: as if so many had been in
    vain in just the time that may cost so many; more for silence, which learns from each quiet itself already.
    """

    allowed: float | None
    least: float
    most: float
    schooling: float = 0.0
    prior: float = 2.0


TAUGHT: Final[Mapping[ConcernKind, Bounds]] = {
    ConcernKind.SILENCE: Bounds(None, 2 / 3, 2.5, schooling=28.0, prior=4.0),
    ConcernKind.DOOR_OPEN: Bounds(0.25, 0.8, 2.5),
    ConcernKind.APPLIANCE_ON: Bounds(0.25, 0.8, 1.5),
    ConcernKind.NIGHT_OUT: Bounds(0.25, 0.8, 2.0),
    ConcernKind.DECLINE: Bounds(0.1, 1.0, 1.5),
}
"""What may be taught. Silence: its budget is divided by the factor, so that every hour and room keeps its share.
Decline: the evidence that it needs is multiplied. Alarms and buttons, limits of health, and what families expect are
never moved by how the last ones ended.
"""


def least_of(kind: ConcernKind) -> float:
    """What its factor is never below."""
    return SOONEST if TAUGHT[kind].allowed is None else TAUGHT[kind].least


@dataclass(frozen=True, slots=True)
class Ending:
    """A closed alert, and all that it was for. One that was reopened counts as it ended the last time.

    `answered_by`: the only one who was ever asked, if they closed it and nobody was there.
    """

    alert: str
    home: str
    parts: tuple[Episode, ...]
    outcome: Outcome
    closed_at: datetime
    answered_by: str | None = None

    @property
    def was_real(self) -> bool:
        return need(self.outcome) is Need.REAL

    @property
    def was_in_vain(self) -> bool:
        """Somebody was troubled, and nobody needed them. A broken device is mended, not waited for."""
        return need(self.outcome) is Need.NOTHING and not self.was_answered

    @property
    def was_answered(self) -> bool:
        """Over with the question to the resident, who said so or moved: that costs nobody a way."""
        return self.outcome is Outcome.OVER or (self.answered_by is not None and need(self.outcome) is Need.NOTHING)


def answered_by(told: Iterable[str], *, closed_by: str | None, arrived_by: str | None) -> str | None:
    """The only one who was asked, who then closed it without anybody having been there."""
    return closed_by if set(told) == {closed_by} and arrived_by is None else None


class Choice(StrEnum):
    """What people decide about one home and kind."""

    LEARN = "learn"  # as everywhere
    STOP = "stop"  # waits as if nothing had ever been taught
    ANEW = "anew"  # learns, and what ended before is forgotten


@dataclass(frozen=True, slots=True)
class ChoiceVersion:
    """None is ever changed; the highest `number` of a home and kind holds. `by` is a person's id."""

    home: str
    kind: ConcernKind
    number: int
    choice: Choice
    at: datetime
    by: str
    note: str = ""

    def __post_init__(self) -> None:
        if self.number < 1:
            raise ValueError(f"version {self.number}: they are counted from 1")
        if self.kind not in TAUGHT:
            raise ValueError(f"endings teach nothing about {self.kind.value}")


@dataclass(frozen=True, slots=True)
class Lesson:
    """Of one home and kind. `factor`: what its wait is multiplied by. `endings`: those that count, the newest first.

    `would_be`: the factor if people had not stopped it. `answered`: questions that sent nobody.
    """

    kind: ConcernKind
    factor: float
    would_be: float
    endings: tuple[Ending, ...]
    chosen: ChoiceVersion | None = None
    answered: int = 0

    @property
    def in_vain(self) -> int:
        return sum(each.was_in_vain for each in self.endings)

    @property
    def real(self) -> int:
        return sum(each.was_real for each in self.endings)


@dataclass(frozen=True, slots=True)
class Taught:
    """What one home's watch is to know. `factors`: other than 1, by kind. `real`: episodes in which somebody was in
    need: nothing is usual about them.
    """

    factors: Mapping[ConcernKind, float]
    real: frozenset[Episode] = frozenset()


class LessonStore(Protocol):
    """Endings are the alerts' own; choices are only ever added."""

    def endings(self, since: datetime, *, home: str | None = None) -> list[Ending]:
        """Closed at `since` or later, by when they were closed; of all homes or one. What was reopened is left out."""
        ...

    def choices(self, *, home: str | None = None) -> list[ChoiceVersion]:
        """The newest first."""
        ...

    def choose(self, version: ChoiceVersion) -> bool:
        """False, and nothing written, if there is one of this number already."""
        ...


def lesson(
    kind: ConcernKind,
    endings: Iterable[Ending],
    chosen: ChoiceVersion | None,
    *,
    days: float,
    budget: float,
    now: datetime,
    answered: float = 0.0,
) -> Lesson:
    """`endings` of one home; `days`: on how many it was judged; `budget`: false alarms a month there; `answered`: the
    share of questions that is reckoned to be answered by the resident anyway.
    """
    days = max(0.0, days - TAUGHT[kind].schooling)
    since = now - min(REMEMBERED, days * _DAY) if TAUGHT[kind].schooling else now - REMEMBERED
    if chosen is not None and chosen.choice is Choice.ANEW:
        since, days = max(since, chosen.at), min(days, (now - chosen.at) / _DAY)
    of_kind = [each for each in endings if since <= each.closed_at <= now and _is_for(each, kind)]
    counting = [each for each in of_kind if each.was_real or each.was_in_vain]
    counting.sort(key=lambda each: (each.closed_at, each.alert), reverse=True)
    would_be = _factor(TAUGHT[kind], counting, days=days, budget=budget, now=now)
    questions = [each for each in of_kind if each.was_answered] if TAUGHT[kind].allowed is None else []
    if questions:
        spared = _still_sent(questions, counting, answered=answered, now=now) / (1.0 - answered)
        would_be = max(SOONEST, _rounded(would_be * min(1.0, spared)))
    stopped = chosen is not None and chosen.choice is Choice.STOP
    return Lesson(kind, 1.0 if stopped else would_be, would_be, tuple(counting), chosen, len(questions))


def _is_for(ending: Ending, kind: ConcernKind) -> bool:
    return any(of is kind for of, _ in ending.parts)


def _factor(bounds: Bounds, counting: Sequence[Ending], *, days: float, budget: float, now: datetime) -> float:
    """Ways in vain over those that were allowed for; both begin at the same prior, and what is long ago counts less.

    Were ways in vain to come by chance at some rate (Poisson), and the prior were a gamma distribution around what is
    allowed, this is the mean of what is believed of the rate, over the allowed one.
    """
    allowed = budget if bounds.allowed is None else bounds.allowed
    in_vain = sum(_worth((now - each.closed_at) / _DAY) for each in counting if each.was_in_vain)
    real = sum(_worth((now - each.closed_at) / _DAY) for each in counting if each.was_real)
    whole = HALF_LIFE_DAYS / math.log(2)
    months = whole * (1.0 - _worth(min(days, REMEMBERED / _DAY))) / _MONTH_DAYS
    factor = (bounds.prior + in_vain) / (bounds.prior + allowed * months + _WORTH_IN_VAIN * real)
    least = bounds.least if real or bounds.allowed is None else 1.0
    return min(max(_rounded(factor), least), bounds.most)


def _still_sent(questions: Iterable[Ending], counting: Iterable[Ending], *, answered: float, now: datetime) -> float:
    """The share of questions after which somebody was sent (beta prior around what is reckoned with). Where residents
    answer, a home may be asked so much sooner for as many ways in vain.
    """
    spared = sum(_worth((now - each.closed_at) / _DAY) for each in questions)
    sent = sum(_worth((now - each.closed_at) / _DAY) for each in counting)
    return ((1.0 - answered) * _QUESTIONS + sent) / (_QUESTIONS + sent + spared)


def _rounded(factor: float) -> float:
    return round(round(factor / _STEP) * _STEP, 2)


def _worth(days: float) -> float:
    return math.pow(0.5, days / HALF_LIFE_DAYS)


def lessons(
    endings: Iterable[Ending],
    choices: Iterable[ChoiceVersion],
    *,
    days: float,
    budget: float,
    now: datetime,
    answered: float = 0.0,
) -> list[Lesson]:
    """Of one home, each kind once."""
    known, holds = list(endings), holding(choices)
    return [
        lesson(kind, known, holds.get(kind), days=days, budget=budget, now=now, answered=answered) for kind in TAUGHT
    ]


def holding(choices: Iterable[ChoiceVersion]) -> Mapping[ConcernKind, ChoiceVersion]:
    """What holds by kind, of one home's choices."""
    found: dict[ConcernKind, ChoiceVersion] = {}
    for each in choices:
        if each.kind not in found or found[each.kind].number < each.number:
            found[each.kind] = each
    return found


def taught(found: Iterable[Lesson], endings: Iterable[Ending]) -> Taught:
    """What the watch of the home is told of it."""
    real = frozenset(part for each in endings if each.was_real for part in each.parts)
    return Taught({each.kind: each.factor for each in found if each.factor != 1.0}, real)
