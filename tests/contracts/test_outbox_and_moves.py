"""What every alert store promises about messages when the alert moves: withdrawn aloud, hurried, or left alone."""

from datetime import timedelta

import pytest

from core.alerts import EntryKind, Purpose
from core.concerns import Severity
from core.delivery import Claimed, SendState, Settlement
from core.policies import DEFAULT_POLICIES
from core.ports import AlertStore
from core.worsening import worsen
from tests.contracts.cases import (
    LEASE,
    MINUTE,
    REACH,
    T0,
    attempt,
    climbed,
    closed,
    concern,
    moved,
    opening,
    people,
    taken,
)


@pytest.fixture
def store(alert_store: AlertStore) -> AlertStore:
    return alert_store


def claim(store: AlertStore, after: timedelta = timedelta(0), limit: int = 20) -> list[Claimed]:
    return store.claim_sends(T0 + after, lease_until=T0 + after + LEASE, limit=limit)


def claim_one(store: AlertStore, after: timedelta = timedelta(0)) -> Claimed:
    (claimed,) = claim(store, after)
    return claimed


def lines(store: AlertStore, kind: EntryKind) -> list[dict[str, object]]:
    return [entry.detail for entry in store.timeline("a-1") if entry.kind is kind]


def test_taking_an_alert_withdraws_what_still_asks_and_says_so(store: AlertStore) -> None:
    first = opening()
    store.open(first)
    second = climbed(first.alert)
    store.apply(second)

    move = taken(second.alert, by="daughter", now=T0 + 2 * MINUTE)
    store.apply(move)

    withdrawn = [d.send.person for d in store.deliveries("a-1") if d.state is SendState.CANCELLED]
    assert withdrawn == ["wang", "daughter", "son"]
    assert [(line["person"], line["reason"]) for line in lines(store, EntryKind.NOT_SENT)] == [
        ("wang", "taken"),
        ("daughter", "taken"),
        ("son", "taken"),
    ]
    left = claim(store, 2 * MINUTE)
    assert {c.send.purpose for c in left} == {Purpose.INFORM}
    assert people(left) == [send.person for send in move.sends]


def test_closing_an_alert_withdraws_what_still_asks_but_tells_how_it_ended(store: AlertStore) -> None:
    first = opening()
    store.open(first)

    move = closed(first.alert, by="desk")
    store.apply(move)

    (line,) = lines(store, EntryKind.NOT_SENT)
    assert (line["person"], line["reason"]) == ("wang", "closed")
    assert people(claim(store, 9 * MINUTE)) == [send.person for send in move.sends]


def test_a_message_in_a_senders_hand_is_left_to_the_sender(store: AlertStore) -> None:
    first = opening()
    store.open(first)
    claimed = claim_one(store)

    store.apply(taken(first.alert))

    assert lines(store, EntryKind.NOT_SENT) == []
    assert store.settle(claimed, attempt(claimed, Settlement.ACCEPTED))


def test_climbing_withdraws_nothing(store: AlertStore) -> None:
    first = opening()
    store.open(first)

    store.apply(climbed(first.alert))

    assert people(claim(store, MINUTE)) == ["wang", "daughter", "son"]


def test_a_message_is_settled_although_the_alert_is_closed_meanwhile(store: AlertStore) -> None:
    first = opening()
    store.open(first)
    claimed = claim_one(store)
    store.apply(closed(first.alert))

    assert store.settle(claimed, attempt(claimed, Settlement.ACCEPTED))

    assert len(lines(store, EntryKind.DELIVERY)) == 1


def test_a_level_is_exhausted_when_every_one_asked_there_has_failed(store: AlertStore) -> None:
    first = opening()
    store.open(first)
    second = climbed(first.alert)
    store.apply(second)
    fence = second.alert.fence
    claims = [c for c in claim(store, MINUTE) if c.send.fence == fence]
    assert people(claims) == ["daughter", "son"]

    store.settle(claims[0], attempt(claims[0], Settlement.FAILED))
    assert not store.level_exhausted("a-1", fence)
    store.cancel_send(claims[1], at=T0, reason="number withdrawn")

    assert store.level_exhausted("a-1", fence)
    assert not store.level_exhausted("a-1", first.alert.fence)


def test_a_level_that_asked_nobody_is_not_exhausted(store: AlertStore) -> None:
    store.open(opening())

    assert not store.level_exhausted("a-1", 99)
    assert not store.level_exhausted("a-9", 1)


def test_the_next_due_instant_is_that_of_send_lease_or_timer(store: AlertStore) -> None:
    first = opening()
    store.open(first)
    assert store.next_due() == T0  # the message

    claimed = claim_one(store)
    assert store.next_due() == T0 + LEASE

    store.settle(claimed, attempt(claimed, Settlement.RETRY), retry_at=T0 + timedelta(seconds=20))
    assert store.next_due() == T0 + timedelta(seconds=20)

    again = claim_one(store, timedelta(seconds=20))
    store.settle(again, attempt(again, Settlement.ACCEPTED))
    assert store.next_due() == T0 + MINUTE  # the level's timer


def test_nothing_is_due_once_all_is_closed_and_told(store: AlertStore) -> None:
    first = opening()
    store.open(first)
    store.apply(closed(first.alert, by="wang"))
    for claimed in claim(store, 60 * MINUTE):
        store.settle(claimed, attempt(claimed, Settlement.ACCEPTED))

    assert store.next_due() is None


def test_worsening_moves_a_message_to_the_front(store: AlertStore) -> None:
    first = opening(of=concern(severity=Severity.YELLOW))
    store.open(first)
    store.open(opening("a-2", of=concern("h-2", severity=Severity.ORANGE)))
    red = concern(severity=Severity.RED)
    policy = DEFAULT_POLICIES[Severity.RED]

    assert first.timer is not None
    worsened = worsen(first.alert, red, policy=policy, reach=REACH, audience=[], now=T0, timer=first.timer)
    store.apply(moved(worsened))

    assert [c.send.alert for c in claim(store)][-1] == "a-2"
    worse = store.get("a-1")
    assert worse is not None
    assert worse.severity is Severity.RED
