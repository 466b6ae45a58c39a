"""What endings teach, from the closing of an alert to the watch: soon, over restarts, and as people choose."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from alerts.workers import inline
from anxin.lessons.book import LessonBook
from anxin.lessons.teaching import LOOK_EVERY, Teaching
from core.alerts import Alert, Outcome
from core.concerns import ConcernKind
from core.escalation import close
from core.lessons import Choice, Lesson, Taught
from core.ports import Snapshot, StoreUnavailable
from core.readings import Kind
from core.routine import ShownRoutine
from tests.anxin.post import HOME, MemorySnapshots, Post
from tests.api.scene import HandClock
from tests.contracts.cases import T0, moved, opening
from tests.fakes import MemoryAlerts
from tests.lessons_fake import MemoryLessons

SILENCE = ConcernKind.SILENCE
BUDGET = 0.5
JUDGED = 60
"""Days that this home is said to have been judged; none of them is lived here but the last ones."""
Known = tuple[dict[tuple[str, str], Snapshot], datetime]


class Office:
    """A lookout's post with somebody who closes alerts, and one who tells the watch what that taught."""

    def __init__(self, known: Known, *, learns: bool = True) -> None:
        rows, morning = known
        self.post = Post(morning=morning, snapshots=MemorySnapshots())
        self.post.snapshots.rows = dict(rows)
        self.post.crash()
        self.post.start()
        self.post.lookout.judge(allowed=True)
        self.store = MemoryLessons(self.post.alerts)
        self.is_away = False
        self.learns = learns
        self.teach()

    def teach(self) -> None:
        """Beside the lookout that there is now."""
        self.book = LessonBook(
            self.store,
            self.post.clock,
            lambda: {HOME: BUDGET},
            lambda _: JUDGED,
            learns=self.learns,
        )
        teaching = Teaching(self._taught, self.post.lookout.use_lessons, run_call=inline)
        self.book.written = teaching.stir
        self.post.begin(teaching.run)
        self.post.wait(seconds=1)

    def _taught(self) -> dict[str, Taught]:
        if self.is_away:
            raise StoreUnavailable("the database is away")
        return self.book.taught()

    def restart(self) -> None:
        self.post.save()
        self.post.crash()
        self.post.start()
        self.post.lookout.judge(allowed=True)
        self.teach()

    def silent_until_an_alert(self) -> Alert:
        """Nobody moves until somebody is asked."""
        for _ in range(14 * 4):
            self.post.wait(minutes=15)
            for device in ("bath", "living", "bridge"):  # they live, whoever does not
                self.post.hear(self.post.reading(device, Kind.BATTERY, value=50.0))
            silences = [a for a in self.post.alerts.open_alerts() if a.kind is SILENCE]
            if silences:
                return silences[0]
        raise AssertionError("nobody was ever asked")

    def ends(self, outcome: Outcome) -> Alert:
        """Somebody goes there, and life goes on."""
        alert = self.silent_until_an_alert()
        self.post.desk.acknowledge(alert.id, by="li")
        self.post.move("living")
        self.post.desk.close(alert.id, by="li", outcome=outcome)
        for _ in range(20):
            self.post.wait(minutes=30)
            self.post.move("living")
        return alert

    @property
    def lesson(self) -> Lesson:
        return next(each for each in self.book.of_home(HOME) if each.kind is SILENCE)

    @property
    def routine(self) -> ShownRoutine:
        found = self.post.watch.routine(HOME)
        assert found is not None
        return found


@pytest.fixture(scope="session")
def known() -> Known:
    """What was learned in eight days."""
    post = Post()
    post.lookout.judge(allowed=True)
    post.live(days=8)
    post.save()
    post.end()
    return post.snapshots.rows, post.clock.now()


@pytest.fixture
def office(known: Known) -> Iterator[Office]:
    office = Office(known)
    yield office
    office.post.end()


def test_ways_in_vain_make_the_next_one_later_within_the_minute_and_after_a_restart(office: Office) -> None:
    first = office.ends(Outcome.WELL_AT_HOME)
    second = office.ends(Outcome.WELL_AT_HOME)
    office.post.wait(seconds=LOOK_EVERY)

    assert [each.alert for each in office.lesson.endings] == [second.id, first.id]
    assert office.routine.patience == office.lesson.factor > 1.0
    office.restart()
    assert office.routine.patience == office.lesson.factor
    assert office.routine.budget == BUDGET, "what people set stays what it is"


def test_whoever_stops_it_is_heeded_at_once_and_may_go_on_as_if_nothing_was(office: Office) -> None:
    office.ends(Outcome.WELL_AT_HOME)
    office.ends(Outcome.WELL_AT_HOME)
    moved = office.lesson.factor

    assert office.book.choose(HOME, SILENCE, Choice.STOP, seen=0, by="lin", note=" son is back ")
    office.post.wait(seconds=1)
    office.post.move()
    assert (office.routine.patience, office.lesson.factor, office.lesson.would_be) == (1.0, 1.0, moved)
    assert office.lesson.chosen is not None
    assert office.lesson.chosen.note == "son is back"

    assert not office.book.choose(HOME, SILENCE, Choice.LEARN, seen=0, by="wu", note=""), "the page was out of date"
    assert office.book.choose(HOME, SILENCE, Choice.LEARN, seen=1, by="wu", note="")
    office.post.wait(seconds=1)
    assert office.routine.patience == moved


def longest(office: Office) -> float:
    return max(max(by_hour) for by_hour in office.routine.longest.values())


def test_whoever_was_in_need_makes_no_custom_of_it(office: Office, known: Known) -> None:
    well = Office(known)
    well.ends(Outcome.WELL_AT_HOME)
    alert = office.ends(Outcome.HOSPITAL)
    office.post.wait(seconds=LOOK_EVERY)

    assert longest(office) < 3600 < (alert.opened_at - alert.since).total_seconds() <= longest(well)
    assert office.lesson.factor < 1.0 < well.lesson.factor
    well.post.end()


def test_one_that_was_reopened_counts_as_it_ended_the_last_time(office: Office) -> None:
    alert = office.ends(Outcome.WELL_AT_HOME)
    before = office.book.taught()
    reopened = office.post.desk.reopen(alert.id, by="li")
    assert isinstance(reopened, Alert)
    office.post.desk.acknowledge(reopened.id, by="li")
    office.post.desk.close(reopened.id, by="li", outcome=Outcome.HELPED)
    office.post.wait(hours=2)

    assert before[HOME].real == frozenset()
    assert office.book.taught()[HOME].real == {(SILENCE, alert.episode)}


def test_while_the_store_is_away_the_watch_goes_on_with_what_it_knows(office: Office) -> None:
    office.ends(Outcome.WELL_AT_HOME)
    office.ends(Outcome.WELL_AT_HOME)
    office.post.wait(seconds=LOOK_EVERY)
    known = office.routine.patience

    office.is_away = True
    office.post.wait(seconds=3 * LOOK_EVERY)
    assert office.routine.patience == known > 1.0

    office.is_away = False
    office.book.choose(HOME, SILENCE, Choice.ANEW, seen=0, by="lin", note="")
    office.post.wait(seconds=LOOK_EVERY)
    assert office.lesson.in_vain == 0
    assert office.routine.patience == office.lesson.factor < known


def test_nothing_is_taught_where_an_operator_has_turned_it_off(known: Known) -> None:
    office = Office(known, learns=False)
    office.ends(Outcome.WELL_AT_HOME)
    office.ends(Outcome.WELL_AT_HOME)
    office.post.wait(seconds=LOOK_EVERY)

    assert office.routine.patience == 1.0
    office.post.end()


@pytest.mark.parametrize("is_their_own", [True, False])
def test_only_what_residents_answer_themselves_was_a_question(*, is_their_own: bool) -> None:
    alerts = MemoryAlerts()
    asked = opening("a-1")
    alerts.open(asked)
    (first,) = asked.alert.told
    assert alerts.apply(moved(close(asked.alert, by=first, outcome=Outcome.WELL_AT_HOME, note="", audience=(), now=T0)))
    clock, home = HandClock(), asked.alert.home
    clock.instant = T0 + timedelta(days=1)
    book = LessonBook(
        MemoryLessons(alerts), clock, lambda: {home: BUDGET}, lambda _: 300, is_resident=lambda *_: is_their_own
    )

    lesson = next(each for each in book.of_home(home) if each.kind is SILENCE)

    assert (lesson.answered, lesson.in_vain) == ((1, 0) if is_their_own else (0, 1))
