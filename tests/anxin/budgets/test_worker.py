"""Replays in a process of their own, on real stores: killed in the middle, and gone on with after the restart."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from anxin.budgets.book import BudgetBook
from anxin.budgets.past import Errand, alone, replay
from anxin.budgets.replays import Replays
from anxin.budgets.worker import Worker
from anxin.settings import Settings, load
from anxin.stores import Stores, open_database, open_readings
from core.budget_replays import HomeReplay, Proposal, ProposalState
from core.places import of_area
from detectors.settings import WatchSettings
from tests.anxin.budgets.past import OTHER, life, next_door, two_homes
from tests.api.scene import HandClock
from tests.detectors.elder import HOME, at

DAYS = 3
UNTIL = at(DAYS, "00:00")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A folder with a database, and two homes' readings of three days."""
    settings = load(data_dir=tmp_path_factory.mktemp("budgets"))
    readings = life(DAYS, quiet_from=None)
    with open_readings(settings) as store:
        store.append([*readings, *next_door(readings)])
    with open_database(settings, migrate=True):
        return settings


@dataclass
class Life:
    """One life of the service's replays. `asked`: for which homes the worker was sent."""

    stores: Stores
    settings: Settings
    asked: list[str] = field(default_factory=list)
    asked_twice: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        clock = HandClock(UNTIL)
        self.book = BudgetBook(self.stores.budgets, two_homes, clock, 0.5)
        self.worker = Worker(self.settings)
        self.replays = Replays(
            self.book, WatchSettings(), clock, self._sent, most=50, kept=timedelta(days=400), rest=self.worker.stop
        )

    def _sent(self, errand: Errand) -> Awaitable[HomeReplay]:
        self.asked.append(errand.home)
        if len(self.asked) > 1:
            self.asked_twice.set()
        return self.worker.run(errand)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.replays.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110 - another process is waited for
        await asyncio.sleep(0.01)


async def killed_in_the_middle(life: Life) -> None:
    async with life.running():
        await life.asked_twice.wait()


async def to_the_end_though_its_process_is_killed(life: Life, proposal: Proposal) -> Proposal:
    def found() -> Proposal:
        now = life.book.proposal(proposal.id)
        assert now is not None
        return now

    async with life.running():
        await until(lambda: life.worker.pid is not None)
        os.kill(life.worker.pid or 0, signal.SIGKILL)
        await until(lambda: found().state is ProposalState.REPLAYED)
    return found()


def test_a_replay_that_was_killed_goes_on_with_the_homes_that_are_left(settings: Settings) -> None:
    with open_database(settings, migrate=False) as stores:
        first = Life(stores, settings)
        proposal = first.book.propose(of_area("grid"), 2.0, by="lin", note="why")
        assert isinstance(proposal, Proposal)
        asyncio.run(killed_in_the_middle(first))
        assert first.worker.pid is None, "its process ended with it"
    with open_database(settings, migrate=False) as stores:
        second = Life(stores, settings)

        done = asyncio.run(to_the_end_though_its_process_is_killed(second, proposal))

        assert first.asked == [HOME, OTHER]
        assert second.asked == [OTHER, OTHER], "the first process was killed"
        assert done.homes == (HOME, OTHER)
        with open_readings(settings) as readings:
            told = [errand_of(done, home) for home in done.homes]
            assert list(second.book.replays(done.id)) == [replay(readings, each) for each in told]


def errand_of(proposal: Proposal, home: str) -> Errand:
    assert proposal.since is not None
    assert proposal.until is not None
    inventory, earliest = alone(two_homes(), home), proposal.until - timedelta(days=400)
    return Errand(home, inventory, WatchSettings(), 0.5, 2.0, earliest, proposal.since, proposal.until)
