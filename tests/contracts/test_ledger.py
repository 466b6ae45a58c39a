"""What every ledger promises: the same counts as going through the alerts one by one, on each database."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from core.alerts import Alert, Outcome
from core.concerns import ConcernKind, Severity
from core.escalation import close, reopen
from core.ledger import By, Ledger, Response, Scope, ServiceLevel, ServiceLevels, Share, Speed, Tally, precisions
from core.policies import DEFAULT_POLICIES
from core.ports import AlertStore
from storage.alerts import SqlAlerts
from storage.database import Database
from storage.ledger import SqlLedger
from tests.contracts.cases import EVERYBODY, MINUTE, REACH, T0, arrived, climbed, concern, moved, opening, taken
from tests.fakes import MemoryAlerts
from tests.ledger_fake import MemoryLedger

DAY = timedelta(days=1)
ALL = Scope((T0 - DAY, T0 + 100 * DAY))
LEVELS = ServiceLevels(
    (ServiceLevel(timedelta(seconds=60), 0.9), ServiceLevel(timedelta(seconds=180), 0.9)),
    (ServiceLevel(timedelta(minutes=30), 0.9),),
)


@dataclass
class Book:
    """A store with its ledger, and short ways to write into it."""

    store: AlertStore
    ledger: Ledger

    def opened(self, alert: str = "a-1", **how: object) -> Alert:
        transition = opening(alert, **how)  # type: ignore[arg-type]
        assert self.store.open(transition) is None
        return transition.alert

    def moved(self, transition: object) -> Alert:
        assert self.store.apply(moved(transition))
        return moved(transition).alert

    def ended(self, alert: Alert, outcome: Outcome = Outcome.HELPED, *, minutes: float = 40) -> Alert:
        now = alert.opened_at + minutes * MINUTE
        return self.moved(close(alert, by="li", outcome=outcome, note="", audience=EVERYBODY, now=now))


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def book(request: pytest.FixtureRequest) -> Iterator[Book]:
    if request.param == "memory":
        store = MemoryAlerts()
        yield Book(store, MemoryLedger(store))
        return
    database = Database.open(request.getfixturevalue(f"{request.param}_url"))
    yield Book(SqlAlerts(database), SqlLedger(database))
    database.close()


def test_an_empty_ledger_has_nothing_to_tell(book: Book) -> None:
    for by in By:
        assert book.ledger.tallies(ALL, by) == []
        assert book.ledger.responses(ALL, by, LEVELS, now=T0) == []


def test_alerts_are_counted_by_how_they_ended(book: Book) -> None:
    for number, outcome in enumerate((Outcome.HELPED, Outcome.HELPED, Outcome.BY_MISTAKE, Outcome.TEST)):
        book.ended(book.opened(f"a-{number}", of=concern(f"h-{number}")), outcome)
    book.opened("a-9", of=concern("h-9", kind=ConcernKind.SOS))

    found = set(book.ledger.tallies(ALL, By.KIND))

    assert found == {
        Tally("silence", Outcome.HELPED, 2),
        Tally("silence", Outcome.BY_MISTAKE, 1),
        Tally("silence", Outcome.TEST, 1),
        Tally("sos", None, 1),
    }


def test_what_was_reopened_counts_as_it_ended_the_last_time(book: Book) -> None:
    first = book.ended(book.opened(), Outcome.WELL_AT_HOME)
    policy = DEFAULT_POLICIES[first.severity]
    again = moved(reopen(first, alert_id="a-2", by="desk", policy=policy, reach=REACH, now=T0 + 50 * MINUTE))
    assert book.store.open(again) is None
    book.ended(again.alert, Outcome.HOSPITAL)

    assert book.ledger.tallies(ALL, By.HOME) == [Tally("h-1", Outcome.HOSPITAL, 1)]
    assert [each.alerts for each in book.ledger.responses(ALL, By.HOME, LEVELS, now=T0)] == [2]


def test_a_scope_is_half_open_and_bounded_by_place_severity_and_kind(book: Book) -> None:
    book.opened("a-0", of=concern("h-0"), area="grid-0", now=T0 - MINUTE)
    book.opened("a-1", of=concern("h-1"), area="grid-1", now=T0)
    book.opened("a-2", of=concern("h-2", severity=Severity.ORANGE), area="grid-1", now=T0 + MINUTE)
    book.opened("a-3", of=concern("h-3", kind=ConcernKind.SOS), area="grid-2", now=T0 + 2 * MINUTE)
    book.opened("a-4", of=concern("h-4"), area="grid-1", now=T0 + 3 * MINUTE)
    scope = Scope((T0, T0 + 3 * MINUTE))

    def homes(scope: Scope) -> set[str]:
        found = {tally.key for tally in book.ledger.tallies(scope, By.HOME)}
        assert found == {each.key for each in book.ledger.responses(scope, By.HOME, LEVELS, now=T0)}
        return found

    assert homes(scope) == {"h-1", "h-2", "h-3"}
    assert homes(replace(scope, areas={"grid-1"})) == {"h-1", "h-2"}
    assert homes(replace(scope, areas={"grid-2"}, homes={"h-1"})) == {"h-1", "h-3"}
    assert homes(replace(scope, areas=[], homes=[])) == set()
    assert homes(replace(scope, severity=Severity.ORANGE)) == {"h-2"}
    assert homes(replace(scope, without=frozenset({ConcernKind.SOS}))) == {"h-1", "h-2"}


def test_months_are_numbered_by_their_bounds(book: Book) -> None:
    for number, days in enumerate((0, 29, 31, 75)):
        book.opened(f"a-{number}", of=concern(f"h-{number}"), now=T0 + days * DAY)
    scope = Scope((T0, T0 + 31 * DAY, T0 + 61 * DAY, T0 + 92 * DAY))

    assert set(book.ledger.tallies(scope, By.MONTH)) == {Tally("0", None, 2), Tally("1", None, 1), Tally("2", None, 1)}


def test_speed_is_that_of_the_first_answer_and_the_first_arrival(book: Book) -> None:
    alert = book.moved(taken(book.opened(), by="li", now=T0 + 0.5 * MINUTE))
    alert = book.moved(climbed(alert, now=T0 + 16 * MINUTE))
    alert = book.moved(taken(alert, by="wu", now=T0 + 17 * MINUTE))
    alert = book.moved(arrived(alert, by="wu", now=T0 + 29 * MINUTE))
    book.ended(alert)

    [red] = book.ledger.responses(ALL, By.SEVERITY, LEVELS, now=T0 + DAY)

    assert red == Response(
        "red",
        1,
        Speed((Share(1, 1), Share(1, 1)), 1, 30.0, 30.0),
        Speed((Share(1, 1),), 1, 29 * 60.0, 29 * 60.0),
    )


def test_an_alert_that_nobody_answers_counts_against_a_promise_once_it_is_overdue(book: Book) -> None:
    book.opened()

    def answered(after: timedelta) -> tuple[Share, ...]:
        [red] = book.ledger.responses(ALL, By.SEVERITY, LEVELS, now=T0 + after)
        return red.answered.shares

    assert answered(timedelta(seconds=59)) == (Share(0, 0), Share(0, 0))
    assert answered(timedelta(seconds=60)) == (Share(0, 1), Share(0, 0))
    assert answered(timedelta(seconds=180)) == (Share(0, 1), Share(0, 1))


def test_what_was_settled_by_telephone_was_answered_and_not_visited(book: Book) -> None:
    book.ended(book.opened(), minutes=2)

    [red] = book.ledger.responses(ALL, By.SEVERITY, LEVELS, now=T0 + DAY)

    assert red.answered == Speed((Share(0, 1), Share(1, 1)), 1, 120.0, 120.0)
    assert (red.on_site, red.unvisited) == (Speed((Share(0, 0),)), 1)


def test_a_test_is_in_no_figure_of_speed(book: Book) -> None:
    book.ended(book.opened(), Outcome.TEST)

    assert book.ledger.responses(ALL, By.SEVERITY, LEVELS, now=T0 + DAY) == []


def _happened(book: Book, chance: random.Random, number: int) -> None:
    """One alert as it may go: answered or not, reached or not, ended or not."""
    severity, kind = chance.choice(list(Severity)), chance.choice(list(ConcernKind))
    of = concern(f"h-{chance.randrange(9)}", kind=kind, severity=severity, episode=str(number))
    now = T0 + chance.randrange(90 * 24 * 60) * MINUTE
    transition = opening(f"a-{number}", of=of, area=f"grid-{chance.randrange(4)}", now=now)
    if book.store.open(transition) is not None:
        return
    alert = transition.alert
    if chance.random() < 0.8:
        now += timedelta(seconds=chance.randrange(1, 400))
        alert = book.moved(taken(alert, now=now))
        if chance.random() < 0.8:
            now += timedelta(seconds=chance.randrange(1, 4000))
            alert = book.moved(arrived(alert, now=now))
    if chance.random() < 0.9:
        minutes = (now - alert.opened_at) / MINUTE + chance.randrange(1, 30)
        book.ended(alert, chance.choice(list(Outcome)), minutes=minutes)


@pytest.mark.parametrize("seed", range(3))
def test_the_database_counts_what_counting_one_by_one_finds(book: Book, seed: int) -> None:
    chance = random.Random(seed)
    for number in range(60):
        _happened(book, chance, number)
    by_hand, now = MemoryLedger(book.store), T0 + 60 * DAY
    scope = Scope((T0, T0 + 30 * DAY, T0 + 61 * DAY, T0 + 80 * DAY))
    scopes = [scope, replace(scope, severity=Severity.RED), replace(scope, areas={"grid-1", "grid-2"}, homes={"h-3"})]

    for each in scopes:
        for by in By:
            tallies = book.ledger.tallies(each, by)
            assert sorted(map(str, tallies)) == sorted(map(str, by_hand.tallies(each, by)))
            assert sum(p.alerts for p in precisions(tallies).values()) == sum(t.count for t in tallies)
            found = {r.key: r for r in book.ledger.responses(each, by, LEVELS, now=now)}
            assert found == {r.key: r for r in by_hand.responses(each, by, LEVELS, now=now)}
