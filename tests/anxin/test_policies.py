"""What the console writes holds at once where it was written, and in another process as soon as it looks."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from anxin.policies import PolicyBook
from anxin.roster import Roster
from anxin.settings import load
from anxin.stores import Stores, open_database
from core.concerns import ConcernKind, Severity
from core.policies import DEFAULT_POLICIES, Level, Policies, Policy, Target
from core.policy_versions import PolicyVersion

NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)
NIGHT = Policy("orange", 2, (Level((Target.GRID_WORKER,), timedelta(minutes=2)),))


def book(stores: Stores) -> tuple[PolicyBook, Roster]:
    """As a process of its own keeps them."""
    roster, policies = (
        Roster(stores.inventory, stores.snapshots, stores.families, stores.push),
        PolicyBook(stores, Policies()),
    )
    roster.readers.append(policies.load)
    roster.load()
    return policies, roster


def orange(policies: PolicyBook) -> Policy:
    return policies.current().of(Severity.ORANGE, ConcernKind.SILENCE)


def test_another_process_takes_what_was_written(tmp_path: Path) -> None:
    with open_database(load(data_dir=tmp_path), migrate=True) as stores:
        here, _ = book(stores)
        there, their_roster = book(stores)

        assert here.add(PolicyVersion(Severity.ORANGE, None, 2, NIGHT, NOW, "li"))
        assert not here.add(PolicyVersion(Severity.ORANGE, None, 2, NIGHT, NOW, "li"))

        assert (orange(here), orange(there)) == (NIGHT, DEFAULT_POLICIES[Severity.ORANGE])
        asyncio.run(their_roster.refresh())
        assert orange(there) == NIGHT


def test_after_a_restart_it_still_holds(tmp_path: Path) -> None:
    with open_database(load(data_dir=tmp_path), migrate=True) as stores:
        book(stores)[0].add(PolicyVersion(Severity.ORANGE, None, 2, NIGHT, NOW, "li"))
    with open_database(load(data_dir=tmp_path), migrate=False) as stores:
        assert orange(book(stores)[0]) == NIGHT
