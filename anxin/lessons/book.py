"""The book of lessons: what endings have taught each home, reckoned anew from the alerts, and what people chose."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from core.clock import Clock
from core.concerns import ConcernKind
from core.lessons import (
    REMEMBERED,
    Choice,
    ChoiceVersion,
    Ending,
    Lesson,
    LessonStore,
    Taught,
    lessons,
    taught,
)

WHOLE_AGAIN = timedelta(hours=1)
"""So often all endings are read anew: one that was reopened does not count until it is closed again."""
_OVERLAP = timedelta(minutes=10)
"""What was closed by another program, whose clock is a little behind, is not missed."""


@dataclass
class LessonBook:
    """`api.services.LessonBook` over the store. `budgets`: false alarms a month, by home; `days`: on how many
    days a home was judged. `learns`: whether anything is taught at all. `answered`: the share of questions that is
    reckoned to be answered anyway. `is_resident`: of this home, is it this person's own? Only their answer was a
    question; a neighbour's or a child's way is one. Blocking.
    """

    store: LessonStore
    clock: Clock
    budgets: Callable[[], Mapping[str, float]]
    days: Callable[[str], int]
    learns: bool = True
    answered: float = 0.0
    is_resident: Callable[[str, str], bool] = lambda _home, _person: False
    written: Callable[[], None] = lambda: None
    _known: dict[str, Ending] = field(default_factory=dict)
    _read_whole: float = 0.0

    # -- to look at -----------------------------------------------------------------------------------------------

    def of_home(self, home: str) -> Sequence[Lesson]:
        """What each kind has learned there."""
        endings = self.store.endings(self.clock.now() - REMEMBERED, home=home)
        return self._lessons(home, endings, self.store.choices(home=home), self.budgets()[home])

    def with_budget(self, home: str, budget: float) -> Taught:
        """What its watch would be told, were this its budget."""
        if not self.learns:
            return Taught({})
        endings = self.store.endings(self.clock.now() - REMEMBERED, home=home)
        return taught(self._lessons(home, endings, self.store.choices(home=home), budget), endings)

    def _lessons(
        self, home: str, endings: Iterable[Ending], choices: Iterable[ChoiceVersion], budget: float
    ) -> Sequence[Lesson]:
        days, now = float(self.days(home)), self.clock.now()
        endings = [self._as_asked(each) for each in endings]
        return lessons(endings, choices, days=days, budget=budget, now=now, answered=self.answered)

    def _as_asked(self, ending: Ending) -> Ending:
        by = ending.answered_by
        return ending if by is None or self.is_resident(ending.home, by) else replace(ending, answered_by=None)

    # -- for the watch --------------------------------------------------------------------------------------------

    def taught(self) -> dict[str, Taught]:
        """What every home's watch is to know. One caller at a time: what was read is kept for the next."""
        if not self.learns:
            return {}
        self._read()
        endings: dict[str, list[Ending]] = {}
        for each in self._known.values():
            endings.setdefault(each.home, []).append(each)
        choices: dict[str, list[ChoiceVersion]] = {}
        for version in self.store.choices():
            choices.setdefault(version.home, []).append(version)
        return {
            home: taught(self._lessons(home, of, choices.get(home, ()), budget), of)
            for home, budget in self.budgets().items()
            for of in [endings.get(home, [])]
        }

    def _read(self) -> None:
        """What was closed since the last time; everything from time to time."""
        now = self.clock.now()
        earliest, latest = now - REMEMBERED, max((each.closed_at for each in self._known.values()), default=None)
        if latest is None or now.timestamp() - self._read_whole > WHOLE_AGAIN.total_seconds():
            self._known, self._read_whole = {}, now.timestamp()
            latest = earliest
        self._known |= {each.alert: each for each in self.store.endings(max(earliest, latest - _OVERLAP))}

    # -- to change ------------------------------------------------------------------------------------------------

    def choose(self, home: str, kind: ConcernKind, choice: Choice, *, seen: int, by: str, note: str) -> bool:
        """`seen`: the version that holds, 0 for none. False if it is not that one any more."""
        number = max((each.number for each in self.store.choices(home=home) if each.kind is kind), default=0)
        if number != seen:
            return False
        version = ChoiceVersion(home, kind, seen + 1, choice, self.clock.now(), by, note.strip())
        chosen = self.store.choose(version)
        if chosen:
            self.written()
        return chosen
