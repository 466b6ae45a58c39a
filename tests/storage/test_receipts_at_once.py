"""Word that a message is lost and our own note that it was accepted cross each other: that is acted on exactly once."""

from dataclasses import replace

from core.alerts import EntryKind
from core.delivery import SendState, Settlement
from core.receipts import Receipt, ReceiptState
from storage.alerts import SqlAlerts
from storage.database import Database
from tests.contracts.cases import LEASE, T0, attempt, concern, opening
from tests.storage.test_database import at_once

ROUNDS = 25


def test_a_receipt_that_crosses_its_own_attempt_is_acted_on_once(database: Database) -> None:
    store = SqlAlerts(database)
    for number in range(ROUNDS):
        alert, reference = f"a-{number}", f"p-{number}"
        store.open(opening(alert, of=concern(f"h-{number}")))
        (claimed,) = store.claim_sends(T0, lease_until=T0 + LEASE)
        accepted = replace(attempt(claimed, Settlement.ACCEPTED), provider_id=reference)
        lost = Receipt(ReceiptState.FAILED, T0, "30003")
        calls = (
            lambda claimed=claimed, accepted=accepted: store.settle(claimed, accepted),
            lambda reference=reference, lost=lost: store.receive("webhook", reference, lost),
        )

        at_once(lambda n, calls=calls: calls[n](), threads=2)  # type: ignore[misc]

        assert store.deliveries(alert)[0].state is SendState.QUEUED
        assert [e.detail["then"] for e in store.timeline(alert) if e.kind is EntryKind.UNDELIVERED] == ["next_way"]
        (again,) = store.claim_sends(T0, lease_until=T0 + LEASE)
        store.settle(again, attempt(again, Settlement.FAILED))
