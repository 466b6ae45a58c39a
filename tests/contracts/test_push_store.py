"""What the store of subscribed browsers promises: the fake, SQLite and PostgreSQL alike."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from anxin.roster import with_browsers
from core.people import Directory, Person, Route
from core.ports import StoreRefused
from core.push import MOST_BROWSERS, PushStore, Subscription
from storage.database import Database
from storage.inventory import SqlInventory
from storage.push import SqlPush
from tests.contracts.cases import MINUTE, T0
from tests.fakes import MemoryPush

PHONE = Subscription("https://push.example/1", "li", "push", "p", "a", T0, "Android")


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def store(request: pytest.FixtureRequest) -> Iterator[PushStore]:
    if request.param == "memory":
        yield MemoryPush()
        return
    opened = Database.open(request.getfixturevalue(f"{request.param}_url"))
    SqlInventory(opened).save(people=[Person("li", "李强"), Person("zhao", "赵磊")])
    yield SqlPush(opened)
    opened.close()


def test_a_browser_comes_back_and_goes(store: PushStore) -> None:
    store.subscribe(PHONE)

    assert store.browsers("li") == [PHONE]
    assert store.ways() == {"li": Route("push", "li")}
    assert store.unsubscribe(PHONE.endpoint)
    assert not store.unsubscribe(PHONE.endpoint)
    assert (store.browsers("li"), dict(store.ways())) == ([], {})


def test_it_belongs_to_whoever_turned_it_on_last(store: PushStore) -> None:
    store.subscribe(PHONE)
    store.subscribe(replace(PHONE, person="zhao", at=T0 + MINUTE))

    assert store.browsers("li") == []
    assert [browser.person for browser in store.browsers("zhao")] == ["zhao"]


def test_the_oldest_makes_room(store: PushStore) -> None:
    for number in range(MOST_BROWSERS + 2):
        at = T0 + timedelta(minutes=number)
        store.subscribe(replace(PHONE, endpoint=f"https://push.example/{number}", at=at))

    kept = [browser.endpoint.rpartition("/")[2] for browser in store.browsers("li")]
    assert kept == [str(number) for number in range(MOST_BROWSERS + 1, 1, -1)]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_nobodys_browser_is_refused(database: Database) -> None:
    with pytest.raises(StoreRefused):
        SqlPush(database).subscribe(PHONE)


def test_the_way_stands_behind_all_others_and_once() -> None:
    sms, push = Route("sms", "+86"), Route("push", "li")
    directory = Directory({"li": Person("li", "李强", routes=(sms,))})

    once = with_browsers(directory, {"li": push, "gone": push})

    assert once.people["li"].routes == (sms, push)
    assert with_browsers(once, {"li": push}) == once
