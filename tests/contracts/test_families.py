"""What the stores of families promise: SQLite and PostgreSQL alike."""

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from core.digest import Digest, DigestState, DigestStore, due_day
from core.family import MOST_EXPECTED, Consent, Expectation, Families, FamilyStore, Hears, Scope, Wish
from core.people import Person
from core.places import Area, AreaKind, Home, Room
from core.ports import StoreRefused
from storage.database import Database
from storage.families import SqlDigests, SqlFamilies
from storage.inventory import SqlInventory
from tests.contracts.cases import T0

WISH = Wish("h-1", "min", Hears.WHEN_TAKEN, responsible=True, digest_at=time(8, 30), paused_until=T0)
TEA = Expectation("e-1", "h-1", "早茶", time(6), time(9), "min", frozenset({0, 6}), Room.KITCHEN)
DAY = date(2026, 5, 1)


@pytest.fixture
def store(database: Database) -> FamilyStore:
    SqlInventory(database).save(
        areas=[Area("grid-1", AreaKind.GRID, "一网格")],
        homes=[Home("h-1", "grid-1", "101"), Home("h-2", "grid-1", "102")],
        people=[Person("min", "王敏"), Person("jun", "王军")],
    )
    return SqlFamilies(database)


@pytest.fixture
def digests(database: Database, store: FamilyStore) -> DigestStore:
    del store
    return SqlDigests(database)


def test_nothing_is_said_of_a_new_family(store: FamilyStore) -> None:
    families = store.families()

    assert families == Families()
    assert families.wish("h-1", "min") == Wish("h-1", "min")
    assert families.scope("h-1", "min") is Scope.STATE


def test_a_wish_comes_back_and_is_replaced(store: FamilyStore) -> None:
    store.save_wish(WISH)
    assert store.families().wish("h-1", "min") == WISH

    store.save_wish(Wish("h-1", "min"))
    assert store.families().wishes == {("h-1", "min"): Wish("h-1", "min")}
    assert store.families().wish("h-2", "min").hears is Hears.AT_ONCE


def test_the_newest_consent_holds_and_every_one_stays(store: FamilyStore) -> None:
    given = [
        Consent("h-1", "min", Scope.DAY, T0, "wu", "签字"),
        Consent("h-1", "jun", Scope.NOTHING, T0, "wu"),
        Consent("h-1", "min", Scope.STATE, T0, "wu", "电话里说的"),
    ]
    for consent in given:
        store.record_consent(consent)

    assert store.consents("h-1") == given[::-1]
    assert store.consents("h-2") == []
    families = store.families()
    assert [families.scope("h-1", person) for person in ("min", "jun")] == [Scope.STATE, Scope.NOTHING]


def test_consent_is_neither_changed_nor_taken_away(database: Database, store: FamilyStore) -> None:
    store.record_consent(Consent("h-1", "min", Scope.DAY, T0, "wu"))

    for statement in ("UPDATE family_consents SET scope = 'nothing'", "DELETE FROM family_consents"):
        with pytest.raises(StoreRefused, match="never changed"), database.writing() as connection:
            connection.execute(text(statement))


def test_what_is_expected_comes_back_by_home_in_order_of_the_day(store: FamilyStore) -> None:
    early = replace(TEA, id="e-2", label="起床", start=time(5), room=None)
    for one in (TEA, early, replace(TEA, id="e-3", home="h-2")):
        store.save_expectation(one)
    store.save_expectation(replace(TEA, label="早茶和粥"))

    assert store.families().expected["h-1"] == (early, replace(TEA, label="早茶和粥"))
    assert store.remove_expectation("e-2")
    assert not store.remove_expectation("e-2")
    assert [e.id for e in store.families().expected["h-1"]] == ["e-1"]


def test_what_names_nobody_is_refused(store: FamilyStore) -> None:
    with pytest.raises(StoreRefused):
        store.save_wish(Wish("h-9", "min"))
    with pytest.raises(StoreRefused):
        store.record_consent(Consent("h-1", "nobody", Scope.DAY, T0, "wu"))
    with pytest.raises(StoreRefused):
        store.save_expectation(replace(TEA, home="h-9"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": time(9), "end": time(9)},
        {"start": time(22), "end": time(6)},
        {"weekdays": frozenset[int]()},
        {"weekdays": frozenset({7})},
        {"label": "  "},
        {"label": "x" * 61},
    ],
)
def test_a_window_that_is_none_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"expected|weekdays"):
        replace(TEA, **wrong)


def test_a_window_is_on_its_weekdays_in_local_time() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    monday = date(2026, 11, 23)

    window = TEA.window(monday, zone)

    assert window is not None
    assert [moment.isoformat() for moment in window] == ["2026-11-23T06:00:00+08:00", "2026-11-23T09:00:00+08:00"]
    assert TEA.window(monday + timedelta(days=1), zone) is None


def test_one_sender_has_a_days_word_at_a_time(digests: DigestStore) -> None:
    later = T0 + timedelta(seconds=30)

    assert digests.claim("h-1", "min", DAY, now=T0, lease_until=later) == 1
    assert digests.claim("h-1", "min", DAY, now=T0, lease_until=later) is None
    assert digests.claim("h-1", "jun", DAY, now=T0, lease_until=later) == 1
    assert digests.claim("h-1", "min", DAY, now=later, lease_until=later + timedelta(seconds=30)) == 2


@pytest.mark.parametrize("state", [DigestState.SENT, DigestState.FAILED])
def test_what_is_done_is_not_done_again(digests: DigestStore, state: DigestState) -> None:
    digests.claim("h-1", "min", DAY, now=T0, lease_until=T0)
    done = Digest("h-1", "min", DAY, state, T0, "sms", "OK")

    digests.settle(done)

    assert digests.claim("h-1", "min", DAY, now=T0 + timedelta(hours=1), lease_until=T0) is None
    assert digests.latest("h-1", "min") == done
    assert digests.claim("h-1", "min", DAY + timedelta(days=1), now=T0, lease_until=T0) == 1


def test_what_is_tried_again_waits_until_then(digests: DigestStore) -> None:
    digests.claim("h-1", "min", DAY, now=T0, lease_until=T0 + timedelta(seconds=30))
    again = T0 + timedelta(minutes=5)

    digests.settle(Digest("h-1", "min", DAY, DigestState.QUEUED, T0, "sms", "busy"), retry_at=again)

    assert digests.claim("h-1", "min", DAY, now=again - timedelta(seconds=1), lease_until=again) is None
    assert digests.claim("h-1", "min", DAY, now=again, lease_until=again) == 2
    assert digests.latest("h-1", "jun") is None


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-05-01T00:29:59+00:00", None),
        ("2026-05-01T00:30:00+00:00", date(2026, 5, 1)),
        ("2026-05-01T03:29:59+00:00", date(2026, 5, 1)),
        ("2026-05-01T03:30:00+00:00", None),
    ],
)
def test_a_days_word_is_owed_from_its_hour_for_three_hours(now: str, day: date | None) -> None:
    wish, zone = Wish("h-1", "min", digest_at=time(8, 30)), ZoneInfo("Asia/Shanghai")
    moment = T0.fromisoformat(now)

    assert due_day(wish, zone, moment) == day
    assert due_day(replace(wish, paused_until=moment + timedelta(days=1)), zone, moment) is None
    assert due_day(replace(wish, digest_at=None), zone, moment) is None


def test_a_late_hour_is_still_owed_after_midnight() -> None:
    wish, zone = Wish("h-1", "min", digest_at=time(23)), ZoneInfo("Asia/Shanghai")

    assert due_day(wish, zone, T0.fromisoformat("2026-05-01T17:00:00+00:00")) == date(2026, 5, 1)


def test_no_home_has_more_windows_than_it_may(store: FamilyStore) -> None:
    for number in range(MOST_EXPECTED):
        store.save_expectation(replace(TEA, id=f"w-{number}"))

    with pytest.raises(StoreRefused):
        store.save_expectation(replace(TEA, id="one-more"))

    store.save_expectation(replace(TEA, id="w-0", label="changed"))
    store.save_expectation(replace(TEA, id="elsewhere", home="h-2"))
    assert len(store.families().expected["h-1"]) == MOST_EXPECTED
