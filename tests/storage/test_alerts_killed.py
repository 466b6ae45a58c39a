"""A program that is killed in the middle of anything leaves whole moves behind, and what it answered stays true."""

import os
import signal
import subprocess
import sys

import pytest

from core.timeline import Standing, replay
from storage.alerts import SqlAlerts
from storage.database import Database

MOVING = """
import sys
from core.delivery import Settlement
from storage.alerts import SqlAlerts
from storage.database import Database
from tests.contracts.cases import LEASE, T0, arrived, attempt, closed, concern, opening, taken

store = SqlAlerts(Database.open(sys.argv[1]))
for number in range(1_000_000):
    first = opening(f"{sys.argv[2]}/{number}", of=concern(f"{sys.argv[2]}/{number % 3}", episode=str(number)))
    if store.open(first) is not None:
        continue
    print("open", first.alert.id, flush=True)
    for claimed in store.claim_sends(T0, lease_until=T0 + LEASE):
        store.settle(claimed, attempt(claimed, Settlement.ACCEPTED))
    move = taken(first.alert)
    store.apply(move)
    move = arrived(move.alert)
    store.apply(move)
    store.apply(closed(move.alert))
    print("closed", first.alert.id, flush=True)
"""


@pytest.mark.kill
def test_a_kill_leaves_whole_moves_and_keeps_what_was_answered(migrated_url: str) -> None:
    said: set[tuple[str, ...]] = set()
    for turn in range(int(os.environ.get("ANXIN_KILLS", "4"))):
        command = [sys.executable, "-c", MOVING, migrated_url, f"turn-{turn}"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for count, line in enumerate(process.stdout):
                said.add(tuple(line.split()))
                if count == 6 + turn % 7:
                    process.send_signal(signal.SIGKILL)

    database = Database.open(migrated_url)
    store = SqlAlerts(database)
    stored = {alert.id: alert for alert in store.page(limit=10_000).alerts}
    assert said
    assert {alert for word, alert in said if word == "open"} <= set(stored)
    assert all(not stored[alert].is_open for word, alert in said if word == "closed")
    for alert in stored.values():
        assert replay(store.timeline(alert.id)) == Standing.of(alert)
        assert (store.timer(alert.id) is not None) == alert.is_open
    database.close()
