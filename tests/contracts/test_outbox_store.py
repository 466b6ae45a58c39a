"""What every alert store promises about messages: claimed once, settled once, never silently dropped."""

from datetime import timedelta

import pytest

from core.alerts import EntryKind
from core.concerns import Severity
from core.delivery import Claimed, SendState, Settlement
from core.ports import AlertStore, StoreRefused
from storage.alerts import SqlAlerts
from storage.database import Database
from tests.contracts.cases import (
    LEASE,
    MINUTE,
    T0,
    attempt,
    concern,
    opening,
    taken,
)


@pytest.fixture
def store(alert_store: AlertStore) -> AlertStore:
    return alert_store


@pytest.fixture
def durable(database: Database) -> AlertStore:
    """For what a store in memory has no need to promise."""
    return SqlAlerts(database)


def claim(store: AlertStore, after: timedelta = timedelta(0), limit: int = 20) -> list[Claimed]:
    return store.claim_sends(T0 + after, lease_until=T0 + after + LEASE, limit=limit)


def claim_one(store: AlertStore, after: timedelta = timedelta(0)) -> Claimed:
    (claimed,) = claim(store, after)
    return claimed


def lines(store: AlertStore, kind: EntryKind) -> list[dict[str, object]]:
    return [entry.detail for entry in store.timeline("a-1") if entry.kind is kind]


def test_a_send_is_claimed_by_one_sender_only(store: AlertStore) -> None:
    transition = opening()
    store.open(transition)

    claimed = claim_one(store)

    assert claimed.send == transition.sends[0]
    assert (claimed.rung, claimed.attempt, claimed.repeat, claimed.lease_until) == (0, 1, False, T0 + LEASE)
    assert claim(store) == []


def test_nothing_is_claimed_before_its_time(store: AlertStore) -> None:
    store.open(opening())

    assert claim(store, timedelta(microseconds=-1)) == []


def test_a_claim_whose_lease_ran_out_is_a_repeat(store: AlertStore) -> None:
    store.open(opening())
    first = claim_one(store)

    second = claim_one(store, LEASE)

    assert second.repeat
    assert second.attempt == 2
    assert second.lease != first.lease


def test_a_new_sender_ends_the_leases_of_the_one_that_is_gone(store: AlertStore) -> None:
    store.open(opening())
    first = claim_one(store)

    assert store.end_leases(T0 + MINUTE / 60) == 1

    second = claim_one(store, MINUTE / 60)
    assert second.repeat
    assert not store.settle(first, attempt(first, Settlement.ACCEPTED))
    assert store.settle(second, attempt(second, Settlement.ACCEPTED))


def test_a_sender_ends_its_own_leases_and_nobody_elses(store: AlertStore) -> None:
    store.open(opening("mine"))
    store.claim_sends(T0, lease_until=T0 + LEASE, owner="a_1")
    store.open(opening("other", of=concern("other")))
    (other,) = store.claim_sends(T0, lease_until=T0 + LEASE, owner="ab1")  # "_" must not match any letter

    assert store.end_leases(T0, owner="a_1") == 1

    (again,) = claim(store, MINUTE / 60)
    assert (again.send.alert, again.repeat) == ("mine", True)
    assert store.settle(other, attempt(other, Settlement.ACCEPTED))


def test_ending_leases_leaves_alone_what_waits_or_is_settled(store: AlertStore) -> None:
    store.open(opening())
    waits_until = T0 + 5 * MINUTE
    claimed = claim_one(store)
    store.settle(claimed, attempt(claimed, Settlement.RETRY), retry_at=waits_until)

    assert store.end_leases(T0 + MINUTE) == 0

    assert claim(store, MINUTE) == []
    assert not claim_one(store, 5 * MINUTE).repeat


def test_a_repeat_remains_one_until_the_next_rung(store: AlertStore) -> None:
    store.open(opening())
    claim_one(store)
    store.settle(claim := claim_one(store, LEASE), attempt(claim, Settlement.RETRY))
    third = claim_one(store, LEASE)
    assert third.repeat

    store.settle(third, attempt(third, Settlement.NEXT_RUNG))

    fourth = claim_one(store, LEASE)
    assert (fourth.rung, fourth.attempt, fourth.repeat) == (1, 4, False)


def test_the_most_urgent_come_first_and_the_oldest_of_them(store: AlertStore) -> None:
    told = [
        ("a-1", Severity.YELLOW, 0),
        ("a-2", Severity.RED, 2),
        ("a-3", Severity.ORANGE, 1),
        ("a-4", Severity.RED, 1),
    ]
    for alert, severity, minute in told:
        store.open(opening(alert, of=concern(alert, severity=severity), now=T0 + minute * MINUTE))

    assert [c.send.alert for c in claim(store, 3 * MINUTE, limit=3)] == ["a-4", "a-2", "a-3"]
    assert [c.send.alert for c in claim(store, 3 * MINUTE)] == ["a-1"]


@pytest.mark.parametrize("settlement", [Settlement.ACCEPTED, Settlement.FOUND])
def test_a_send_that_the_provider_has_is_over_and_told_in_the_timeline(
    store: AlertStore, settlement: Settlement
) -> None:
    store.open(opening())
    claimed = claim_one(store)
    accepted = attempt(claimed, settlement)

    assert store.settle(claimed, accepted)

    (delivery,) = store.deliveries("a-1")
    assert (delivery.state, delivery.attempts, delivery.next_attempt_at) == (SendState.ACCEPTED, (accepted,), None)
    assert claim(store, 60 * MINUTE) == []
    (line,) = lines(store, EntryKind.DELIVERY)
    assert line == {
        "send": claimed.send.id,
        "person": "wang",
        "name": "Wang",
        "target": "resident",
        "purpose": "ask",
        "channel": "webhook",
        "settlement": settlement.value,
        "said": "ok",
        "number": 1,
        "repeat": False,
        "provider_id": "p-7",
    }


def test_a_retry_waits_on_the_same_rung_until_its_time(store: AlertStore) -> None:
    store.open(opening())
    claimed = claim_one(store)

    store.settle(claimed, attempt(claimed, Settlement.RETRY), retry_at=T0 + 2 * MINUTE)

    assert claim(store, 2 * MINUTE - timedelta(microseconds=1)) == []
    again = claim_one(store, 2 * MINUTE)
    assert (again.rung, again.attempt, again.repeat) == (0, 2, False)


def test_the_next_rung_is_tried_at_once(store: AlertStore) -> None:
    store.open(opening())
    claimed = claim_one(store)

    store.settle(claimed, attempt(claimed, Settlement.NEXT_RUNG))

    again = claim_one(store)
    assert (again.rung, again.route.channel) == (1, "console")


def test_there_is_no_rung_after_the_last(durable: AlertStore) -> None:
    durable.open(opening())
    durable.settle(first := claim_one(durable), attempt(first, Settlement.NEXT_RUNG))
    last = claim_one(durable)

    with pytest.raises(StoreRefused, match="rung"):
        durable.settle(last, attempt(last, Settlement.NEXT_RUNG))

    assert durable.settle(last, attempt(last, Settlement.FAILED, said="number unknown"))
    (delivery,) = durable.deliveries("a-1")
    assert (delivery.state, delivery.reason) == (SendState.FAILED, "number unknown")


def test_who_lost_the_lease_settles_nothing_but_the_attempt_is_kept(store: AlertStore) -> None:
    store.open(opening())
    slow = claim_one(store)
    quick = claim_one(store, LEASE)

    assert not store.settle(slow, attempt(slow, Settlement.FAILED))
    assert store.settle(quick, attempt(quick, Settlement.ACCEPTED))

    (delivery,) = store.deliveries("a-1")
    assert delivery.state is SendState.ACCEPTED
    assert [a.number for a in delivery.attempts] == [1, 2]
    assert [line["number"] for line in lines(store, EntryKind.DELIVERY)] == [1, 2]


def test_settling_again_changes_nothing_and_answers_the_same(store: AlertStore) -> None:
    store.open(opening())
    claimed = claim_one(store)
    accepted = attempt(claimed, Settlement.ACCEPTED)

    assert store.settle(claimed, accepted)
    assert store.settle(claimed, accepted)

    (delivery,) = store.deliveries("a-1")
    assert delivery.attempts == (accepted,)
    assert len(lines(store, EntryKind.DELIVERY)) == 1


def test_a_send_may_be_given_up_with_its_reason(store: AlertStore) -> None:
    store.open(opening())
    claimed = claim_one(store)

    assert store.cancel_send(claimed, at=T0, reason="closed")
    assert not store.cancel_send(claimed, at=T0, reason="closed")

    (delivery,) = store.deliveries("a-1")
    assert (delivery.state, delivery.reason) == (SendState.CANCELLED, "closed")
    (line,) = lines(store, EntryKind.NOT_SENT)
    assert (line["person"], line["reason"], line["target"]) == ("wang", "closed", "resident")


def test_who_lost_the_lease_cannot_give_it_up(store: AlertStore) -> None:
    store.open(opening())
    slow = claim_one(store)
    claim_one(store, LEASE)

    assert not store.cancel_send(slow, at=T0, reason="closed")

    assert lines(store, EntryKind.NOT_SENT) == []


def test_when_people_were_last_asked_is_known_over_all_alerts_and_telling_them_is_not_asking(store: AlertStore) -> None:
    first, second = opening(), opening("a-2", of=concern("h-2"), now=T0 + 60 * MINUTE)
    store.open(first)
    store.open(second)
    store.apply(taken(second.alert, by="li", now=T0 + 120 * MINUTE))

    assert store.last_asked({"wang", "li", "nobody"}) == {"wang": T0 + 60 * MINUTE}
    assert store.last_asked(set()) == {}
