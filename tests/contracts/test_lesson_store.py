"""What the store of lessons promises: in memory, SQLite and PostgreSQL alike."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from core.alerts import Alert, Outcome
from core.concerns import ConcernKind
from core.lessons import Choice, ChoiceVersion, LessonStore
from core.ports import AlertStore, StoreRefused
from storage.alerts import SqlAlerts
from storage.database import Database
from storage.lessons import SqlLessons
from tests.contracts.cases import MINUTE, T0, closed, concern, opening
from tests.fakes import MemoryAlerts
from tests.lessons_fake import MemoryLessons

STOPPED = ChoiceVersion("h-1", ConcernKind.SILENCE, 1, Choice.STOP, T0, "lin", "儿子住回来了")


@dataclass
class Stores:
    alerts: AlertStore
    lessons: LessonStore

    def ends(self, alert_id: str, home: str = "h-1", *, minute: int = 9, predecessor: str | None = None) -> Alert:
        transition = opening(alert_id, of=concern(home, episode=alert_id), predecessor=predecessor)
        self.alerts.open(transition)
        end = closed(transition.alert, now=T0 + minute * MINUTE)
        assert self.alerts.apply(end)
        return end.alert


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    if request.param == "memory":
        alerts = MemoryAlerts()
        yield Stores(alerts, MemoryLessons(alerts))
        return
    opened = Database.open(request.getfixturevalue(f"{request.param}_url"))
    yield Stores(SqlAlerts(opened), SqlLessons(opened))
    opened.close()


def test_endings_say_what_the_alert_was_for_and_how_it_ended_in_order(stores: Stores) -> None:
    stores.alerts.open(opening("open", of=concern("h-3")))
    stores.ends("late", minute=20)
    alert = stores.ends("soon")

    found = stores.lessons.endings(T0)

    assert [each.alert for each in found] == ["soon", "late"]
    soon = found[0]
    assert (soon.home, soon.parts) == ("h-1", ((ConcernKind.SILENCE, "soon"),))
    assert (soon.outcome, soon.closed_at) == (Outcome.HELPED, alert.closed_at)


def test_a_question_that_the_one_who_was_asked_first_answered_is_told_from_the_others(stores: Stores) -> None:
    asked = opening("alone")
    stores.alerts.open(asked)
    (first,) = asked.alert.told
    assert stores.alerts.apply(closed(asked.alert, by=first))
    stores.ends("by another", minute=20)

    found = {each.alert: each.answered_by for each in stores.lessons.endings(T0)}

    assert found == {"alone": first, "by another": None}


def test_only_those_since_an_instant_and_of_a_home(stores: Stores) -> None:
    stores.ends("a-1", minute=9)
    stores.ends("a-2", "h-2", minute=20)
    stores.ends("a-3", minute=30)

    assert [each.alert for each in stores.lessons.endings(T0 + 20 * MINUTE)] == ["a-2", "a-3"]
    assert [each.alert for each in stores.lessons.endings(T0, home="h-1")] == ["a-1", "a-3"]


def test_what_was_reopened_counts_as_it_ended_the_last_time(stores: Stores) -> None:
    first = stores.ends("a-1")
    stores.ends("a-2", minute=40, predecessor=first.id)

    assert [each.alert for each in stores.lessons.endings(T0)] == ["a-2"]


def test_choices_come_back_as_they_were_the_newest_first(stores: Stores) -> None:
    written = [STOPPED, replace(STOPPED, number=2, choice=Choice.LEARN, note=""), replace(STOPPED, home="h-2")]

    assert [stores.lessons.choose(each) for each in written] == [True] * 3

    assert stores.lessons.choices() == written[::-1]
    assert stores.lessons.choices(home="h-1") == written[1::-1]


def test_of_two_who_write_the_same_version_one_is_told(stores: Stores) -> None:
    stores.lessons.choose(STOPPED)

    assert not stores.lessons.choose(replace(STOPPED, choice=Choice.ANEW, at=T0 + timedelta(days=1)))
    assert stores.lessons.choices() == [STOPPED]


def test_a_choice_is_neither_changed_nor_taken_away(database: Database) -> None:
    SqlLessons(database).choose(STOPPED)

    for statement in ("UPDATE lesson_choices SET choice = 'learn'", "DELETE FROM lesson_choices"):
        with pytest.raises(StoreRefused, match="never changes"), database.writing() as connection:
            connection.execute(text(statement))
