"""What every alert store promises about receipts: kept forward, told once, and a lost message goes on at once."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from core.alerts import EntryKind
from core.delivery import Claimed, SendState, Settlement
from core.ports import AlertStore
from core.receipts import Receipt, ReceiptState
from tests.contracts.cases import LEASE, MINUTE, T0, attempt, closed, opening, taken

WEBHOOK = "webhook"
"""The first way of everybody in `cases`; the second is the console."""
NEWS_AT = T0 + timedelta(seconds=20)


@pytest.fixture
def store(alert_store: AlertStore) -> AlertStore:
    return alert_store


def receipt(state: ReceiptState = ReceiptState.FAILED, *, after: float = 20, said: str = "30003") -> Receipt:
    return Receipt(state, T0 + timedelta(seconds=after), said)


def accepted(store: AlertStore, at: timedelta = timedelta(0)) -> Claimed:
    """The resident's message is taken by the provider, which calls it p-7."""
    (claimed,) = store.claim_sends(T0 + at, lease_until=T0 + at + LEASE)
    assert store.settle(claimed, attempt(claimed, Settlement.ACCEPTED, at=T0 + at))
    return claimed


def lines(store: AlertStore) -> list[dict[str, object]]:
    return [entry.detail for entry in store.timeline("a-1") if entry.kind is EntryKind.UNDELIVERED]


def state_of(store: AlertStore) -> SendState:
    return store.deliveries("a-1")[0].state


def test_a_receipt_finds_its_attempt_and_is_shown(store: AlertStore) -> None:
    store.open(opening())
    claimed = accepted(store)
    assert store.receipts("a-1") == {}

    assert store.receive(WEBHOOK, "p-7", receipt(ReceiptState.DELIVERED)) == "a-1"

    assert store.receipts("a-1") == {(claimed.send.id, 1): receipt(ReceiptState.DELIVERED)}
    assert lines(store) == []
    assert state_of(store) is SendState.ACCEPTED


@pytest.mark.parametrize(("channel", "reference"), [(WEBHOOK, "p-8"), ("console", "p-7"), (WEBHOOK, "")])
def test_a_receipt_of_nothing_that_we_sent_changes_nothing(store: AlertStore, channel: str, reference: str) -> None:
    store.open(opening())
    accepted(store)
    before = store.timeline("a-1"), store.deliveries("a-1")

    assert store.receive(channel, reference, receipt()) is None

    assert (store.timeline("a-1"), store.deliveries("a-1")) == before
    assert store.receipts("a-1") == {}


def test_a_later_receipt_never_moves_it_back_and_the_first_of_a_state_is_kept(store: AlertStore) -> None:
    store.open(opening())
    accepted(store)
    store.receive(WEBHOOK, "p-7", receipt(ReceiptState.DELIVERED))

    for state in (ReceiptState.SENT, ReceiptState.ACCEPTED, ReceiptState.FAILED, ReceiptState.DELIVERED):
        assert store.receive(WEBHOOK, "p-7", receipt(state, after=60)) == "a-1"

    [known] = store.receipts("a-1").values()
    assert known == receipt(ReceiptState.DELIVERED)
    assert (lines(store), state_of(store)) == ([], SendState.ACCEPTED)


def test_every_order_comes_to_the_same_state(store: AlertStore) -> None:
    for number, order in enumerate(permutations((ReceiptState.SENT, ReceiptState.DELIVERED, ReceiptState.READ))):
        for state in order:
            store.receive(WEBHOOK, f"order-{number}", receipt(state))
    store.open(opening())
    (claimed,) = store.claim_sends(T0, lease_until=T0 + LEASE)
    tried = attempt(claimed, Settlement.ACCEPTED)

    for number in range(6):
        store.settle(claimed, replace(tried, number=number + 1, provider_id=f"order-{number}"))

    assert {known.state for known in store.receipts("a-1").values()} == {ReceiptState.READ}


def test_what_did_not_arrive_goes_on_the_next_way_at_once(store: AlertStore) -> None:
    store.open(opening())
    first = accepted(store)

    assert store.receive(WEBHOOK, "p-7", receipt()) == "a-1"

    [line] = lines(store)
    assert (line["person"], line["channel"], line["said"], line["then"]) == ("wang", WEBHOOK, "30003", "next_way")
    (second,) = store.claim_sends(NEWS_AT, lease_until=NEWS_AT + LEASE)
    assert (second.send, second.rung, second.attempt, second.repeat) == (first.send, 1, 2, False)


def test_a_failure_said_again_is_told_and_acted_on_once(store: AlertStore) -> None:
    store.open(opening())
    accepted(store)
    store.receive(WEBHOOK, "p-7", receipt())
    (second,) = store.claim_sends(NEWS_AT, lease_until=NEWS_AT + LEASE)
    store.settle(second, attempt(second, Settlement.ACCEPTED, at=NEWS_AT))

    assert store.receive(WEBHOOK, "p-7", receipt(after=90)) == "a-1"

    assert len(lines(store)) == 1
    assert state_of(store) is SendState.ACCEPTED


def test_when_the_last_way_did_not_arrive_the_message_has_failed(store: AlertStore) -> None:
    alert = opening().alert
    store.open(opening())
    accepted(store)
    store.receive(WEBHOOK, "p-7", receipt())
    (second,) = store.claim_sends(NEWS_AT, lease_until=NEWS_AT + LEASE)
    store.settle(second, attempt(second, Settlement.ACCEPTED, at=NEWS_AT))
    assert not store.level_exhausted("a-1", alert.fence)

    store.receive("console", "p-7", receipt(said="no-answer"))

    assert [line["then"] for line in lines(store)] == ["next_way", "no_way"]
    assert (state_of(store), store.deliveries("a-1")[0].reason) == (SendState.FAILED, "no-answer")
    assert store.level_exhausted("a-1", alert.fence)
    assert store.exhausted() == ["a-1"]


def test_a_failure_that_came_before_its_attempt_was_written_counts_all_the_same(store: AlertStore) -> None:
    store.open(opening())
    assert store.receive(WEBHOOK, "p-7", receipt()) is None

    accepted(store)

    assert [line["then"] for line in lines(store)] == ["next_way"]
    assert state_of(store) is SendState.QUEUED


def test_a_failure_told_after_it_was_taken_is_written_and_nobody_is_called(store: AlertStore) -> None:
    alert = opening().alert
    store.open(opening())
    accepted(store)
    store.apply(taken(alert))

    store.receive(WEBHOOK, "p-7", receipt(after=90))

    assert [line["then"] for line in lines(store)] == ["nothing"]
    assert state_of(store) is SendState.ACCEPTED


def test_a_failure_told_after_closing_is_written_too(store: AlertStore) -> None:
    alert = opening().alert
    store.open(opening())
    accepted(store)
    store.apply(closed(alert))

    assert store.receive(WEBHOOK, "p-7", receipt(after=900)) == "a-1"

    assert [line["then"] for line in lines(store)] == ["nothing"]


def test_a_failure_of_an_earlier_try_leaves_the_later_one_alone(store: AlertStore) -> None:
    store.open(opening())
    late = store.claim_sends(T0, lease_until=T0 + LEASE)[0]
    (second,) = store.claim_sends(T0 + LEASE, lease_until=T0 + 2 * LEASE)
    store.settle(late, attempt(late, Settlement.ACCEPTED))
    newer = attempt(second, Settlement.ACCEPTED, at=T0 + LEASE)
    store.settle(second, replace(newer, provider_id="p-8"))

    store.receive(WEBHOOK, "p-7", receipt(after=90))

    assert [line["then"] for line in lines(store)] == ["nothing"]
    assert state_of(store) is SendState.ACCEPTED


def test_a_lost_message_is_due_when_the_news_came(store: AlertStore) -> None:
    store.open(opening())
    accepted(store)

    store.receive(WEBHOOK, "p-7", receipt())

    assert store.next_due() == NEWS_AT
    assert store.claim_sends(T0 + MINUTE, lease_until=T0 + 2 * MINUTE)
