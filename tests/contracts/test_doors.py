"""What the store of door codes promises: one code per home, found by the code, never twice."""

from datetime import UTC, datetime, timedelta

import pytest

from core.arrival import DoorCode, DoorStore
from core.ports import StoreRefused
from storage.database import Database
from storage.doors import SqlDoors

NOW = datetime(2026, 5, 1, 3, 14, 15, 926535, tzinfo=UTC)


def test_a_home_has_one_code_and_the_last_is_the_one(database: Database) -> None:
    store: DoorStore = SqlDoors(database)
    first, second = DoorCode("h-1", "one", NOW, "mei"), DoorCode("h-1", "two", NOW + timedelta(days=1), "admin")

    assert store.door("h-1") is None
    store.renew(first)
    assert (store.door("h-1"), store.home_of("one")) == (first, "h-1")
    store.renew(second)

    assert store.door("h-1") == second
    assert (store.home_of("one"), store.home_of("two")) == (None, "h-1")


def test_no_code_hangs_at_two_doors(database: Database) -> None:
    store: DoorStore = SqlDoors(database)
    store.renew(DoorCode("h-1", "one", NOW, "mei"))

    with pytest.raises(StoreRefused, match="another door"):
        store.renew(DoorCode("h-2", "one", NOW, "mei"))

    assert (store.door("h-2"), store.home_of("one")) == (None, "h-1")
    store.renew(DoorCode("h-1", "one", NOW, "mei"))


def test_an_unknown_code_is_nobodys(database: Database) -> None:
    assert SqlDoors(database).home_of("") is None
