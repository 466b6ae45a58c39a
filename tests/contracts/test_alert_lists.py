"""What every alert store promises about finding alerts: what is due, what is open, and page by page."""

from datetime import timedelta

import pytest

from core.alerts import Alert
from core.concerns import ConcernKind
from core.policies import CANARY
from core.ports import AlertStore, StoreRefused
from storage.alerts import SqlAlerts
from storage.database import Database
from tests.contracts.cases import MINUTE, T0, closed, concern, opening


@pytest.fixture
def store(alert_store: AlertStore) -> AlertStore:
    return alert_store


@pytest.fixture
def durable(database: Database) -> AlertStore:
    """For what a store in memory has no need to promise."""
    return SqlAlerts(database)


def stored(store: AlertStore, alert: str = "a-1") -> Alert:
    found = store.get(alert)
    assert found is not None
    return found


def test_due_timers_come_oldest_first_up_to_the_limit(store: AlertStore) -> None:
    for n in (2, 0, 1, 3):
        store.open(opening(f"a-{n}", of=concern(f"h-{n}"), now=T0 + n * MINUTE))

    due = store.due_timers(T0 + 3 * MINUTE, limit=2)

    assert [timer.alert for timer in due] == ["a-0", "a-1"]
    assert [timer.alert for timer in store.due_timers(T0 + 3 * MINUTE)] == ["a-0", "a-1", "a-2"]
    assert store.due_timers(T0 + MINUTE - timedelta(microseconds=1)) == []


def test_nothing_is_due_in_an_empty_store(store: AlertStore) -> None:
    assert store.next_due() is None
    assert store.due_timers(T0) == []


def test_open_alerts_are_oldest_first_and_of_the_homes_asked_for(store: AlertStore) -> None:
    transitions = [opening(f"a-{n}", of=concern(f"h-{n}"), now=T0 + n * MINUTE) for n in range(4)]
    for transition in reversed(transitions):
        store.open(transition)
    store.apply(closed(transitions[1].alert))

    assert [a.id for a in store.open_alerts()] == ["a-0", "a-2", "a-3"]
    assert [a.id for a in store.open_alerts(homes={"h-3", "h-1", "h-0"})] == ["a-0", "a-3"]
    assert store.open_alerts(homes=[]) == []


def test_pages_are_newest_first_and_each_alert_is_on_one(store: AlertStore) -> None:
    for n in range(7):  # pairs opened at the same instant
        store.open(opening(f"a-{n}", of=concern(f"h-{n}"), now=T0 + n // 2 * MINUTE))

    pages, cursor = [], None
    while True:
        page = store.page(cursor=cursor, limit=3)
        pages.append([a.id for a in page.alerts])
        cursor = page.cursor
        if cursor is None:
            break

    assert pages == [["a-6", "a-5", "a-4"], ["a-3", "a-2", "a-1"], ["a-0"]]


def test_a_page_is_not_disturbed_by_alerts_that_open_meanwhile(store: AlertStore) -> None:
    for n in range(4):
        store.open(opening(f"a-{n}", of=concern(f"h-{n}"), now=T0 + n * MINUTE))
    first = store.page(limit=2)
    store.open(opening("a-9", of=concern("h-9"), now=T0 + 60 * MINUTE))

    second = store.page(cursor=first.cursor, limit=2)

    assert [a.id for a in first.alerts + second.alerts] == ["a-3", "a-2", "a-1", "a-0"]
    assert second.cursor is None


def test_a_page_shows_these_areas_or_these_homes_and_only_open_ones_if_asked(store: AlertStore) -> None:
    transitions = [opening(f"a-{n}", of=concern(f"h-{n}"), area=f"grid-{n % 3}", now=T0 + n * MINUTE) for n in range(6)]
    for transition in transitions:
        store.open(transition)
    store.apply(closed(transitions[3].alert))

    assert [a.id for a in store.page(areas={"grid-0"}).alerts] == ["a-3", "a-0"]
    assert [a.id for a in store.page(homes={"h-4"}).alerts] == ["a-4"]
    assert [a.id for a in store.page(areas={"grid-0"}, homes={"h-4"}).alerts] == ["a-4", "a-3", "a-0"]
    assert [a.id for a in store.page(areas={"grid-0"}, open_only=True).alerts] == ["a-0"]
    assert store.page(areas=[], homes=[]).alerts == ()


def test_a_filter_may_name_very_many_homes(store: AlertStore) -> None:
    store.open(opening())
    many = [f"h-{n}" for n in range(70_000)]

    assert [a.id for a in store.page(homes=many).alerts] == ["a-1"]
    assert [a.id for a in store.open_alerts(homes=many)] == ["a-1"]


@pytest.mark.parametrize("cursor", ["nonsense", "", "YQ==", "MXw=\udcff"])
def test_a_cursor_that_nobody_gave_is_refused(durable: AlertStore, cursor: str) -> None:
    with pytest.raises(StoreRefused, match="cursor"):
        durable.page(cursor=cursor)


def test_the_canarys_own_alerts_are_on_no_page(store: AlertStore) -> None:
    store.open(opening("a-1"))
    store.open(opening("a-2", of=concern(CANARY, kind=ConcernKind.CANARY), now=T0 + MINUTE))

    assert [alert.id for alert in store.page().alerts] == ["a-1"]
    assert [alert.id for alert in store.open_alerts()] == ["a-1", "a-2"]
