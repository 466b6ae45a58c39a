"""A store of budgets in memory, by hand, that keeps the contract exactly."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from core.budget_replays import HomeReplay, Proposal, ProposalState
from core.budgets import BudgetVersion
from core.ports import StoreRefused

_OPEN = (ProposalState.PROPOSED, ProposalState.REPLAYED)


class MemoryBudgets:
    """`core.budget_replays.BudgetStore` in memory."""

    def __init__(self) -> None:
        self._versions: list[BudgetVersion] = []
        self._proposals: dict[str, Proposal] = {}
        self._replays: dict[str, dict[str, HomeReplay]] = {}

    def versions(self) -> list[BudgetVersion]:
        return self._versions[::-1]

    def add(self, version: BudgetVersion) -> bool:
        if any((each.place, each.number) == (version.place, version.number) for each in self._versions):
            return False
        self._versions.append(version)
        return True

    def propose(self, proposal: Proposal) -> None:
        if proposal.id in self._proposals:
            raise StoreRefused(f"there is a proposal {proposal.id!r} already")
        self._proposals[proposal.id] = proposal

    def proposal(self, id_: str) -> Proposal | None:
        return self._proposals.get(id_)

    def proposals(self, *, open_only: bool = False, limit: int = 200) -> list[Proposal]:
        found = [each for each in self._proposals.values() if each.is_open or not open_only]
        return sorted(found, key=lambda each: (each.at, each.id), reverse=True)[:limit]

    def begin(
        self, id_: str, *, homes: Collection[str], concerned: int, since: datetime, until: datetime, basis: str
    ) -> bool:
        if not self._is(id_, ProposalState.PROPOSED):
            return False
        begun = tuple(sorted(homes)), concerned, since, until, basis
        old = self._proposals[id_]
        self._proposals[id_] = Proposal(old.id, old.place, old.value, old.at, old.by, old.note, old.state, *begun)
        self._replays[id_] = {}
        return True

    def record(self, id_: str, replay: HomeReplay) -> bool:
        if not self._is(id_, ProposalState.PROPOSED):
            return False
        self._replays.setdefault(id_, {})[replay.home] = replay
        return True

    def replays(self, id_: str) -> list[HomeReplay]:
        found = self._replays.get(id_, {})
        return [found[home] for home in sorted(found)]

    def finish(self, id_: str) -> bool:
        if not self._is(id_, ProposalState.PROPOSED):
            return False
        proposal = self._proposals[id_]
        if not proposal.basis or len(self._replays[id_]) < len(proposal.homes):
            return False
        self._proposals[id_] = replace(proposal, state=ProposalState.REPLAYED)
        return True

    def enact(self, id_: str, version: BudgetVersion) -> bool:
        if not self._is(id_, ProposalState.REPLAYED) or not self.add(version):
            return False
        self._decide(id_, ProposalState.IN_EFFECT, version.at, version.by)
        return True

    def withdraw(self, id_: str, *, at: datetime, by: str) -> bool:
        if not self._is(id_, *_OPEN):
            return False
        self._decide(id_, ProposalState.WITHDRAWN, at, by)
        return True

    def _decide(self, id_: str, state: ProposalState, at: datetime, by: str) -> None:
        self._proposals[id_] = replace(self._proposals[id_], state=state, decided_at=at, decided_by=by)

    def _is(self, id_: str, *states: ProposalState) -> bool:
        proposal = self._proposals.get(id_)
        return proposal is not None and proposal.state in states
