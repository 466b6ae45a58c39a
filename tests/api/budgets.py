"""Budgets of the tests' street: the community's, one home's, a proposal that was replayed and one that is being so."""

from datetime import timedelta

from core.budget_replays import LOOKED_BACK, Arm, BudgetStore, Difference, HomeReplay, Proposal
from core.budgets import BudgetVersion, homes_at, stamp
from core.concerns import ConcernKind
from tests.api import street
from tests.api.happenings import NOW, ago

SETTING = 0.5
REPLAYED, BEING_REPLAYED = "replayed0001", "waiting00002"
COMMUNITY, GRID, OTHER_GRID = "area:community", "area:grid-1", "area:grid-2"
HOUR = timedelta(hours=1)


def happenings_of_budgets(store: BudgetStore) -> None:
    _in_effect(store, Proposal("earlier00003", COMMUNITY, 0.8, ago(days=41), "admin", "试行两个月"))
    _in_effect(store, Proposal("earlier00004", street.WELL, 1.5, ago(days=21), "admin", "去年摔过一次"))
    proposed = Proposal(REPLAYED, GRID, 0.3, ago(hours=5), "admin", "网格员白跑太多")
    store.propose(proposed)
    homes = [home for home in homes_at(street.INVENTORY, GRID) if home != street.WELL]
    _begin(store, proposed, homes)
    for number, home in enumerate(homes):
        store.record(REPLAYED, replay_of(home, number))
    store.finish(REPLAYED)
    waiting = Proposal(BEING_REPLAYED, OTHER_GRID, 2.0, ago(hours=1), "admin", "二网格少人手，早一点知道")
    store.propose(waiting)
    homes = homes_at(street.INVENTORY, OTHER_GRID)
    _begin(store, waiting, homes)
    store.record(BEING_REPLAYED, replay_of(homes[0], 3))


def _in_effect(store: BudgetStore, proposal: Proposal) -> None:
    store.propose(proposal)
    _begin(store, proposal, [])
    store.finish(proposal.id)
    told = (proposal.at + timedelta(days=1), proposal.by, proposal.note, proposal.id)
    store.enact(proposal.id, BudgetVersion(proposal.place, 1, proposal.value, *told))


def _begin(store: BudgetStore, proposal: Proposal, homes: list[str]) -> None:
    basis = stamp(street.INVENTORY, store.versions(), proposal.place, setting=SETTING)
    store.begin(proposal.id, homes=homes, concerned=len(homes), since=NOW - LOOKED_BACK, until=NOW, basis=basis)


def replay_of(home: str, number: int) -> HomeReplay:
    before = Arm(0.8, 9360.0 + 60 * number, 2, 1)
    after = Arm(0.3, 11_520.0 + 60 * number, 1, 0)
    return HomeReplay(home, 21.0 if number == 1 else 60.0, 34, 21_004, before, after, differences_at(home))


def differences_at(home: str) -> tuple[Difference, ...]:
    """Of two homes: one silence that is really open, and one that would have been noticed later."""
    quiet = ago(days=9, hours=3)
    if home == street.FALLEN:
        since = ago(minutes=52)
        open_one = Difference(
            ConcernKind.SILENCE, since.isoformat(), since, ago(minutes=2), None, sent_before=True, anyway=NOW + HOUR
        )
        return (open_one,)
    if home != street.STOVE:
        return ()
    return (
        Difference(
            ConcernKind.SILENCE,
            quiet.isoformat(),
            quiet,
            quiet + HOUR,
            quiet + 2 * HOUR,
            sent_before=True,
            sent_after=False,
            ended=quiet + 2 * HOUR + timedelta(minutes=2),
        ),
    )
