"""Replays in the background: every proposal is gone through, home by home, and goes on after a restart where it was.

Nothing here decides: when all homes are done it says REPLAYED, and waits for a person.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from alerts.workers import Runner
from anxin.budgets.book import BudgetBook
from anxin.budgets.past import Errand, alone
from anxin.budgets.worker import Run, WorkerDied
from api.feed import Change
from core.budget_replays import LOOKED_BACK, Arm, HomeReplay, Proposal, ProposalState, ReplayFailure, drawn
from core.budgets import budgets_of
from core.clock import Clock
from core.lessons import Taught
from core.ports import StoreUnavailable
from detectors.settings import WatchSettings

log = logging.getLogger(__name__)

LOOK_EVERY = 2.0
"""Real seconds between looks for proposals that were written elsewhere, and after a store was away."""
TRIES = 2


@dataclass
class Replays:
    """`most`: homes that are replayed for one proposal; of more, a seeded sample. `kept`: how far back readings go.

    `taught`: what endings have taught a home, were this its budget. `run_errand` does one errand, `rest` is called when
    there is nothing left to do.
    """

    book: BudgetBook
    settings: WatchSettings
    clock: Clock
    run_errand: Run
    most: int
    kept: timedelta
    taught: Callable[[str, float], Taught] = lambda _home, _budget: Taught({})
    announce: Callable[[Change], None] = lambda _: None
    rest: Callable[[], None] = lambda: None
    run_call: Runner = asyncio.to_thread
    _at: str = ""
    _aside: set[str] = field(default_factory=set)

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                try:
                    busy = await self.step()
                except StoreUnavailable as error:
                    log.warning("replays of budgets wait for their store: %s", error)
                    busy = False
                except Exception:
                    # Whatever is wrong with one, alerts go on, and so do the others.
                    log.exception("set aside until the next start", extra={"proposal": self._at})
                    self._aside.add(self._at)
                    busy = False
                if not busy:
                    await self.run_call(self.rest)
                    await asyncio.sleep(LOOK_EVERY)
        finally:
            self.rest()

    async def step(self) -> bool:
        """Replay the oldest proposal as far as one home goes; False if nothing waits."""
        proposal = await self.run_call(self._next)
        if proposal is None:
            return False
        done = {each.home for each in await self.run_call(lambda: self.book.replays(proposal.id))}
        home = next((home for home in proposal.homes if home not in done), None)
        if home is None:
            await self.run_call(lambda: self.book.store.finish(proposal.id))
        else:
            found = await self._replay(proposal, home)
            await self.run_call(lambda: self.book.store.record(proposal.id, found))
        self.announce(Change("budget", proposal.id))
        return True

    def _next(self) -> Proposal | None:
        """The oldest that waits; begun, if it was not, or if what holds there has changed since."""
        waiting = [each for each in self.book.proposals(open_only=True) if each.state is ProposalState.PROPOSED]
        waiting = [each for each in waiting if each.id not in self._aside]
        if not waiting:
            return None
        proposal = waiting[-1]
        self._at = proposal.id
        if proposal.basis != self.book.basis(proposal.place):
            self._begin(proposal)
        return self.book.proposal(proposal.id)

    def _begin(self, proposal: Proposal) -> None:
        concerned = self.book.concerned(proposal.place, proposal.value)
        now = self.clock.now()
        self.book.store.begin(
            proposal.id,
            homes=drawn(concerned, self.most, proposal.id),
            concerned=len(concerned),
            since=now - LOOKED_BACK,
            until=now,
            basis=self.book.basis(proposal.place),
        )

    async def _replay(self, proposal: Proposal, home: str) -> HomeReplay:
        errand = self._errand(proposal, home)
        if errand is None:
            return _failed(home, ReplayFailure.GONE)
        for _ in range(TRIES):
            try:
                return await self.run_errand(errand)
            except WorkerDied as error:
                log.warning("%s", error)
            except StoreUnavailable:
                raise
            except Exception:
                log.exception("a home could not be replayed", extra={"home": home, "proposal": proposal.id})
                break
        return _failed(home, ReplayFailure.BROKE)

    def _errand(self, proposal: Proposal, home: str) -> Errand | None:
        inventory = self.book.inventory()
        if home not in inventory.homes or proposal.since is None or proposal.until is None:
            return None
        now, setting = self.clock.now(), self.book.setting
        before, after = (
            budgets_of(inventory, versions, now, setting=setting)[home]
            for versions in (self.book.versions(), self.book.with_proposed(proposal.place, proposal.value, now))
        )
        return Errand(
            home,
            alone(inventory, home),
            self.settings,
            before,
            after,
            proposal.until - self.kept,
            proposal.since,
            proposal.until,
            {budget: self.taught(home, budget) for budget in (before, after)},
        )


def _failed(home: str, why: ReplayFailure) -> HomeReplay:
    nothing = Arm(0.0, None, 0, 0)
    return HomeReplay(home, 0.0, 0, 0, nothing, nothing, failed=why)
