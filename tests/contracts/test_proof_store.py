"""What a store of tests and answers promises: the fake, SQLite and PostgreSQL alike."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from core.people import Person
from core.ports import StoreRefused
from core.proving import ProofHow, ProofStore, Trial
from storage.database import Database
from storage.inventory import SqlInventory
from storage.proofs import SqlProofs
from tests.contracts.cases import MINUTE, T0
from tests.fakes import MemoryProofs

TRIAL = Trial("t-1", "li", "sms", "+8613800138000", T0, "wu", "0042", accepted=True, said="OK")


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def store(request: pytest.FixtureRequest) -> Iterator[ProofStore]:
    if request.param == "memory":
        yield MemoryProofs()
        return
    opened = Database.open(request.getfixturevalue(f"{request.param}_url"))
    SqlInventory(opened).save(people=[Person("li", "李强"), Person("zhao", "赵磊")])
    yield SqlProofs(opened)
    opened.close()


def test_a_test_comes_back_as_it_was_and_its_id_is_its_own(store: ProofStore) -> None:
    store.save(TRIAL)

    assert store.trial("t-1") == TRIAL
    assert store.trial("t-2") is None
    with pytest.raises(StoreRefused):
        store.save(replace(TRIAL, person="zhao"))


def test_it_is_answered_once(store: ProofStore) -> None:
    store.save(TRIAL)

    assert store.answer("t-1", at=T0 + MINUTE, how=ProofHow.LINK)
    assert not store.answer("t-1", at=T0 + 2 * MINUTE, how=ProofHow.REPLY)
    assert not store.answer("t-9", at=T0, how=ProofHow.REPLY)

    assert store.trial("t-1") == replace(TRIAL, answered_at=T0 + MINUTE, how=ProofHow.LINK)


def test_the_newest_of_each_way(store: ProofStore) -> None:
    newer = replace(TRIAL, id="t-2", at=T0 + MINUTE)
    voice = replace(TRIAL, id="t-3", channel="voice")
    for trial in (newer, TRIAL, voice, replace(TRIAL, id="t-4", person="zhao")):
        store.save(trial)

    assert sorted(trial.id for trial in store.latest("li")) == ["t-2", "t-3"]
    assert store.latest("nobody") == []


def test_what_is_proved_since_when(store: ProofStore) -> None:
    way = ("li", "sms", "+8613800138000")
    for number in range(3):
        store.save(replace(TRIAL, id=f"t-{number}", at=T0 + number * MINUTE))
    store.save(replace(TRIAL, id="never", channel="voice"))
    store.answer("t-0", at=T0 + MINUTE, how=ProofHow.CODE)
    store.answer("t-1", at=T0 + timedelta(hours=1), how=ProofHow.REPLY)

    assert store.proved(T0) == {way: T0 + timedelta(hours=1)}
    assert store.proved(T0 + timedelta(hours=1)) == {way: T0 + timedelta(hours=1)}
    assert store.proved(T0 + timedelta(hours=2)) == {}
