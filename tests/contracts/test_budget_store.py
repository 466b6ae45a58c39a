"""What the store of budgets promises: in memory, SQLite and PostgreSQL alike."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from core.budget_replays import Arm, BudgetStore, Difference, HomeReplay, Proposal, ProposalState, ReplayFailure
from core.budgets import BudgetVersion
from core.concerns import ConcernKind
from core.ports import StoreRefused
from storage.budgets import SqlBudgets
from storage.database import Database
from tests.budgets_fake import MemoryBudgets
from tests.contracts.cases import MINUTE, T0

DAY = timedelta(days=1)
PROPOSAL = Proposal("p-1", "area:grid-1", 1.0, T0, "lin", "白跑不多，想早一点发现")
SINGLE = BudgetVersion("h-1", 1, 0.3, T0, "lin", "常常外出")
QUIET = Difference(
    ConcernKind.SILENCE,
    "since 09:02",
    T0 - DAY,
    before=None,
    after=T0,
    sent_after=True,
    ended=T0 + MINUTE,
)
FOUND = HomeReplay("h-1", 59.8, 40, 21_004, Arm(0.5, 9360.0, 1, 1), Arm(1.0, 7560.0, 2, 2), (QUIET,))


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def store(request: pytest.FixtureRequest) -> Iterator[BudgetStore]:
    if request.param == "memory":
        yield MemoryBudgets()
        return
    opened = Database.open(request.getfixturevalue(f"{request.param}_url"))
    yield SqlBudgets(opened)
    opened.close()


def begun(store: BudgetStore, *homes: str, proposal: Proposal = PROPOSAL) -> bool:
    return store.begin(proposal.id, homes=homes, concerned=812, since=T0 - 60 * DAY, until=T0, basis="b-1")


def replayed(store: BudgetStore, proposal: Proposal = PROPOSAL) -> Proposal:
    store.propose(proposal)
    assert begun(store, "h-1", proposal=proposal)
    assert store.record(proposal.id, FOUND)
    assert store.finish(proposal.id)
    found = store.proposal(proposal.id)
    assert found is not None
    return found


def test_versions_come_back_as_they_were_the_newest_first(store: BudgetStore) -> None:
    written = [SINGLE, replace(SINGLE, number=2, value=None), replace(SINGLE, place="area:street", value=5.0)]

    assert [store.add(each) for each in written] == [True] * 3

    assert store.versions() == written[::-1]


def test_of_two_who_write_the_same_version_one_is_told(store: BudgetStore) -> None:
    store.add(SINGLE)

    assert not store.add(replace(SINGLE, value=2.0))

    assert store.versions() == [SINGLE]


def test_a_proposal_is_replayed_home_by_home_and_what_was_found_comes_back(store: BudgetStore) -> None:
    store.propose(PROPOSAL)

    assert begun(store, "h-2", "h-1")
    assert not store.finish("p-1"), "two homes are missing"
    assert store.record("p-1", replace(FOUND, home="h-2", failed=ReplayFailure.BROKE, differences=()))
    assert not store.finish("p-1"), "one home is missing"
    assert store.record("p-1", replace(FOUND, days=1.0))
    assert store.record("p-1", FOUND), "again, after a restart"
    assert store.finish("p-1")

    assert store.replays("p-1") == [FOUND, replace(FOUND, home="h-2", failed=ReplayFailure.BROKE, differences=())]
    state = ProposalState.REPLAYED
    assert store.proposal("p-1") == replace(
        PROPOSAL, state=state, homes=("h-1", "h-2"), concerned=812, since=T0 - 60 * DAY, until=T0, basis="b-1"
    )
    assert not store.finish("p-1")
    assert not store.record("p-1", FOUND)
    assert not begun(store, "h-1")


def test_what_has_not_begun_is_not_finished(store: BudgetStore) -> None:
    store.propose(PROPOSAL)

    assert not store.finish("p-1")
    assert not store.finish("p-2")
    assert store.proposal("p-2") is None


def test_a_replay_that_begins_anew_forgets_what_it_had(store: BudgetStore) -> None:
    store.propose(PROPOSAL)
    begun(store, "h-1")
    store.record("p-1", FOUND)

    assert begun(store, "h-1")

    assert store.replays("p-1") == []


def test_only_what_was_replayed_is_put_in_effect_and_once(store: BudgetStore) -> None:
    version = BudgetVersion("area:grid-1", 1, 1.0, T0 + DAY, "lin", PROPOSAL.note, "p-1")
    store.propose(PROPOSAL)
    assert not store.enact("p-1", version)
    begun(store, "h-1")
    store.record("p-1", FOUND)
    store.finish("p-1")

    assert store.enact("p-1", version)
    assert not store.enact("p-1", replace(version, number=2))

    assert store.versions() == [version]
    found = store.proposal("p-1")
    assert found is not None
    assert (found.state, found.decided_by, found.decided_at) == (ProposalState.IN_EFFECT, "lin", T0 + DAY)
    assert not store.withdraw("p-1", at=T0, by="wu")


def test_where_its_number_was_taken_nothing_is_put_in_effect(store: BudgetStore) -> None:
    before = replayed(store)
    taken = BudgetVersion("area:grid-1", 1, 2.0, T0, "wu")
    store.add(taken)

    assert not store.enact("p-1", BudgetVersion("area:grid-1", 1, 1.0, T0, "lin", "", "p-1"))

    assert store.versions() == [taken]
    assert store.proposal("p-1") == before


def test_it_may_be_withdrawn_until_it_is_in_effect(store: BudgetStore) -> None:
    store.propose(PROPOSAL)
    replayed(store, replace(PROPOSAL, id="p-2", at=T0 + MINUTE))

    assert store.withdraw("p-1", at=T0 + DAY, by="wu")
    assert store.withdraw("p-2", at=T0 + DAY, by="wu")

    assert not store.withdraw("p-1", at=T0 + DAY, by="wu")
    assert not begun(store, "h-1")
    assert [each.state for each in store.proposals()] == [ProposalState.WITHDRAWN] * 2


def test_open_proposals_are_told_apart_the_newest_first(store: BudgetStore) -> None:
    for number in range(4):
        store.propose(replace(PROPOSAL, id=f"p-{number}", at=T0 + number * MINUTE))
    store.withdraw("p-2", at=T0 + DAY, by="wu")

    assert [each.id for each in store.proposals(open_only=True)] == ["p-3", "p-1", "p-0"]
    assert [each.id for each in store.proposals(limit=2)] == ["p-3", "p-2"]
    with pytest.raises(StoreRefused):
        store.propose(replace(PROPOSAL, id="p-3"))


def test_neither_a_version_nor_what_was_decided_is_changed_or_taken_away(database: Database) -> None:
    store = SqlBudgets(database)
    store.add(SINGLE)
    store.propose(PROPOSAL)
    store.withdraw("p-1", at=T0, by="wu")

    for statement in (
        "UPDATE budget_versions SET value = 1",
        "DELETE FROM budget_versions",
        "UPDATE budget_proposals SET state = 'replayed', decided_at = NULL",
        "DELETE FROM budget_proposals",
    ):
        with pytest.raises(StoreRefused, match="never changes"), database.writing() as connection:
            connection.execute(text(statement))
