"""The book of budgets: what holds where, what is proposed, and the one way in which a proposal takes effect."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from core.budget_replays import BudgetStore, HomeReplay, Proposal, ProposalState
from core.budgets import (
    Back,
    BudgetFlaw,
    BudgetVersion,
    back_of,
    budgets_of,
    flaw_of,
    homes_at,
    next_number,
    stamp,
)
from core.clock import Clock
from core.places import Inventory


@dataclass
class BudgetBook:
    """`api.services.BudgetBook` over the store. `setting` holds where nothing is set; `written` is called whenever
    something has taken effect. Blocking, but for `by_home`, which goes by what `load` has read.
    """

    store: BudgetStore
    inventory: Callable[[], Inventory]
    clock: Clock
    setting: float
    written: Callable[[], None] = lambda: None
    _known: tuple[BudgetVersion, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.load()

    def load(self) -> None:
        """Read what was set. Called whenever the roster is read anew."""
        self._known = tuple(self.store.versions())

    def by_home(self, inventory: Inventory) -> Mapping[str, float]:
        """What every home may cost."""
        return budgets_of(inventory, self._known, self.clock.now(), setting=self.setting)

    # -- to look at -----------------------------------------------------------------------------------------------

    def versions(self) -> Sequence[BudgetVersion]:
        return self.store.versions()

    def proposals(self, *, open_only: bool = False) -> Sequence[Proposal]:
        return self.store.proposals(open_only=open_only)

    def proposal(self, id_: str) -> Proposal | None:
        return self.store.proposal(id_)

    def replays(self, id_: str) -> Sequence[HomeReplay]:
        return self.store.replays(id_)

    def basis(self, place: str) -> str:
        return stamp(self.inventory(), self.store.versions(), place, setting=self.setting)

    def with_proposed(self, place: str, value: float | None, now: datetime) -> Sequence[BudgetVersion]:
        """All versions, as if this had been set just now."""
        versions = self.store.versions()
        return [*versions, BudgetVersion(place, next_number(versions, place), value, now, "")]

    def concerned(self, place: str, value: float | None) -> list[str]:
        """Homes that would have another budget, were this in effect."""
        inventory, now = self.inventory(), self.clock.now()
        before = budgets_of(inventory, self.store.versions(), now, setting=self.setting)
        after = budgets_of(inventory, self.with_proposed(place, value, now), now, setting=self.setting)
        return [home for home in homes_at(inventory, place) if before[home] != after[home]]

    # -- to change ------------------------------------------------------------------------------------------------

    def propose(self, place: str, value: float | None, *, by: str, note: str) -> Proposal | BudgetFlaw:
        """It will be replayed; nothing else happens."""
        flaw = flaw_of(value, note)
        if flaw is None and not self.concerned(place, value):
            flaw = BudgetFlaw.NOTHING_CHANGES
        if flaw is not None:
            return flaw
        proposal = Proposal(uuid4().hex[:12], place, value, self.clock.now(), by, note.strip())
        self.store.propose(proposal)
        return proposal

    def is_stale(self, proposal: Proposal) -> bool:
        """Has what holds there changed since it was replayed?"""
        return proposal.state is ProposalState.REPLAYED and proposal.basis != self.basis(proposal.place)

    def enact(self, id_: str, *, by: str) -> bool:
        """Put in effect what was replayed. False where it was not, was decided, or rests on what holds no more."""
        proposal = self.store.proposal(id_)
        if proposal is None or proposal.state is not ProposalState.REPLAYED or self.is_stale(proposal):
            return False
        place = proposal.place
        number, now = next_number(self.store.versions(), place), self.clock.now()
        version = BudgetVersion(place, number, proposal.value, now, by, proposal.note, proposal.id)
        return self._took_effect(taken=self.store.enact(id_, version))

    def withdraw(self, id_: str, *, by: str) -> bool:
        return self.store.withdraw(id_, at=self.clock.now(), by=by)

    def back(self, place: str) -> Back | None:
        return back_of(self.inventory(), self.store.versions(), place)

    def go_back(self, place: str, *, seen: int, by: str, note: str) -> bool:
        """To what held before version `seen` of this place. False where that is not the newest any more, or where one
        may not go back without a replay.
        """
        versions = self.store.versions()
        back, number = back_of(self.inventory(), versions, place), next_number(versions, place)
        if back is None or number != seen + 1:
            return False
        version = BudgetVersion(place, number, back.value, self.clock.now(), by, note.strip())
        return self._took_effect(taken=self.store.add(version))

    def _took_effect(self, *, taken: bool) -> bool:
        if taken:
            self.load()
            self.written()
        return taken
