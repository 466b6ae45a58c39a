"""The story of a knob: proposed, replayed on the past, put in effect by a person, and judged by without a restart."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from alerts.workers import inline
from anxin.budgets.book import BudgetBook
from anxin.budgets.past import Errand, replay
from anxin.budgets.replays import Replays
from anxin.budgets.worker import WorkerDied
from anxin.walking import Walk
from core.alerts import Alert, Outcome
from core.budget_replays import Effect, HomeReplay, Judged, Proposal, ProposalState, ReplayFailure, Sum, judged, summed
from core.budgets import Back, BudgetFlaw, BudgetVersion
from core.concerns import Concern
from core.family import NO_FAMILIES
from core.places import of_area
from core.ports import StoreUnavailable
from core.readings import Reading
from detectors.events import ConcernRaised
from detectors.settings import WatchSettings
from detectors.watch import Watch
from tests.anxin.budgets.past import FELL, QUIET, life, still
from tests.anxin.post import Post
from tests.api.scene import Memory
from tests.budgets_fake import MemoryBudgets
from tests.detectors import elder
from tests.detectors.elder import HOME, at, check_ins, day_of_life, devices_of

GRID = of_area("grid")
AGAIN = at(21, "12:30")
"""Two days later something like it happens."""


class Office:
    """A lookout's post, and the book of budgets beside it. `past` holds the readings that were stored."""

    def __init__(self) -> None:
        self.post = Post(inventory=elder.inventory(), morning=at(0, "00:00"))
        self.post.lookout.judge(allowed=True)
        self.store = MemoryBudgets()
        self.troubles: list[Exception] = []
        self.book = self._book()

    def _book(self) -> BudgetBook:
        return BudgetBook(self.store, elder.inventory, self.post.clock, 0.5, self._taken)

    def _taken(self) -> None:
        """As the roster does within seconds, when something has been written."""
        self.post.lookout.use(elder.inventory(), NO_FAMILIES, self.book.by_home(elder.inventory()))

    def learn(self, readings: list[Reading]) -> None:
        """What was heard while nothing might be judged yet, at once."""
        self.post.lookout.judge(allowed=False)
        self.post.wait(seconds=(readings[-1].received_at - self.post.clock.now()).total_seconds())
        self.post.hear(*readings)
        self.post.lookout.judge(allowed=True)

    def live(self, readings: list[Reading]) -> None:
        for reading in readings:
            self.post.wait(seconds=max(0.0, (reading.received_at - self.post.clock.now()).total_seconds()))
            self.post.hear(reading)

    async def _run(self, errand: Errand) -> HomeReplay:
        if self.troubles:
            raise self.troubles.pop(0)
        return replay(Memory(self.post.readings), errand)

    def replays(self) -> Replays:
        kept, clock = timedelta(days=400), self.post.clock
        return Replays(self.book, WatchSettings(), clock, self._run, most=50, kept=kept, run_call=inline)

    def replay(self, proposal: Proposal) -> Proposal:
        replays = self.replays()
        while self.post.run(replays.step()):
            pass
        found = self.book.proposal(proposal.id)
        assert found is not None
        return found

    def propose(self, place: str, value: float | None) -> Proposal:
        found = self.book.propose(place, value, by="lin", note="白跑太多")
        assert isinstance(found, Proposal), found
        return found

    def silences(self) -> list[Alert]:
        return [alert for alert in self.post.alerts.page(limit=50).alerts if alert.kind.value == "silence"]


@pytest.fixture
def office() -> Iterator[Office]:
    office = Office()
    yield office
    office.post.end()


def a_day(*, quiet_from: datetime) -> list[Reading]:
    moves = still(day_of_life(21), quiet_from, quiet_from + timedelta(hours=2, minutes=30))
    return sorted([*moves, *spoken(21)], key=lambda reading: reading.received_at)


def check_in_and_move(*, day: int) -> list[Reading]:
    return sorted([*day_of_life(day), *spoken(day)], key=lambda reading: reading.received_at)


def spoken(day: int) -> Iterator[Reading]:
    return check_ins((device.id for device in devices_of()), at(day, "00:00"), at(day + 1, "00:00"))


def told(office: Office, proposal: Proposal) -> tuple[list[Judged], Sum]:
    replays = office.book.replays(proposal.id)
    found = [
        judged(r.home, d, office.post.alerts.of_episode(f"{r.home}/{d.kind}", d.episode))
        for r in replays
        for d in r.differences
    ]
    return found, summed(replays)


def test_a_false_alarm_would_have_been_spared_and_the_live_watch_waits_longer_from_then_on(office: Office) -> None:
    past, taken_at = life(), FELL + QUIET - timedelta(minutes=5)
    office.learn([each for each in past if each.received_at < at(19, "00:00")])
    office.live([each for each in past if at(19, "00:00") <= each.received_at < taken_at])
    (false,) = office.silences()
    office.post.desk.acknowledge(false.id, by="li")
    office.live([each for each in past if each.received_at >= taken_at])
    office.post.desk.close(false.id, by="li", outcome=Outcome.WELL_AT_HOME)

    proposal = office.propose(GRID, 0.1)
    assert not office.book.enact(proposal.id, by="lin"), "nothing takes effect that was not replayed"
    proposal = office.replay(proposal)

    assert proposal.state is ProposalState.REPLAYED
    (spared,), total = told(office, proposal)
    assert (spared.effect, spared.alert, spared.outcome) == (Effect.SPARED, false.id, Outcome.WELL_AT_HOME)
    assert spared.difference.since == FELL
    assert (total.homes, total.sent_before, total.sent_after) == (1, 1, 0)
    assert round(total.most_days) == 21, "there were no more"
    assert total.wait_before is not None
    assert total.wait_after is not None
    assert total.wait_before < total.wait_after
    assert office.book.by_home(elder.inventory()) == {HOME: 0.5}, "a replay changes nothing"

    as_it_was = copied(office)
    assert office.book.enact(proposal.id, by="lin")
    later = a_day(quiet_from=AGAIN)
    office.live(later)

    assert [concern.since for concern in said(as_it_was, later)] == [AGAIN]
    assert office.silences() == [office.post.alerts.get(false.id)], "a quiet as unusual calls nobody any more"

    assert office.book.go_back(GRID, seen=1, by="lin", note="")
    office.live(check_in_and_move(day=22))
    routine = office.post.watch.routine(HOME)
    assert routine is not None
    assert routine.budget == 0.5


def copied(office: Office) -> Walk:
    """A watch that knows the same, and is not told of other budgets."""
    walk = Walk(office.post.watch)
    walk.now = office.post.clock.now()
    return walk.go_on(Watch(elder.inventory()))


def said(walk: Walk, readings: list[Reading]) -> list[Concern]:
    found = [event for _, event in walk.through(readings)]
    return [event.concern for event in found if isinstance(event, ConcernRaised)]


# -- what may be proposed, and what may take effect ----------------------------------------------------------------


@pytest.fixture
def empty(office: Office) -> Office:
    """No past at all."""
    return office


@pytest.mark.parametrize(
    ("place", "value", "note", "flaw"),
    [
        (HOME, 0.05, "why", BudgetFlaw.TOO_LOW),
        (HOME, 7.0, "why", BudgetFlaw.TOO_HIGH),
        (HOME, 1.0, " ", BudgetFlaw.NO_REASON),
        (HOME, 0.5, "why", BudgetFlaw.NOTHING_CHANGES),
        (GRID, None, "why", BudgetFlaw.NOTHING_CHANGES),
        ("h-9", 1.0, "why", BudgetFlaw.NOTHING_CHANGES),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(
    empty: Office, place: str, value: float | None, note: str, flaw: BudgetFlaw
) -> None:
    assert empty.book.propose(place, value, by="lin", note=note) is flaw
    assert empty.book.proposals() == []


def test_a_home_with_a_budget_of_its_own_is_not_concerned_by_what_is_set_above(empty: Office) -> None:
    first = empty.replay(empty.propose(HOME, 1.0))
    assert empty.book.enact(first.id, by="lin")

    assert empty.book.propose(GRID, 2.0, by="lin", note="why") is BudgetFlaw.NOTHING_CHANGES


def test_what_was_replayed_on_other_grounds_must_be_proposed_anew(empty: Office) -> None:
    one, other = empty.propose(GRID, 1.0), empty.propose(HOME, 2.0)
    one, other = empty.replay(one), empty.replay(other)

    assert empty.book.enact(one.id, by="lin")

    assert empty.book.is_stale(other)
    assert not empty.book.enact(other.id, by="lin")
    assert empty.book.withdraw(other.id, by="lin")
    assert [version.value for version in empty.book.versions()] == [1.0]


def test_what_holds_may_change_during_a_replay_which_then_begins_anew(empty: Office) -> None:
    proposal = empty.propose(HOME, 2.0)
    empty.store.begin(
        proposal.id, homes=[HOME], concerned=1, since=at(0, "00:00"), until=at(1, "00:00"), basis="of yesterday"
    )

    found = empty.replay(proposal)

    assert found.state is ProposalState.REPLAYED
    assert found.basis == empty.book.basis(HOME)
    assert found.until == empty.post.clock.now()


def test_going_back_is_a_new_version_and_only_from_the_newest(empty: Office) -> None:
    first = empty.replay(empty.propose(HOME, 1.0))
    assert empty.book.back(HOME) is None
    empty.book.enact(first.id, by="lin")

    assert empty.book.back(HOME) == Back(None)
    assert not empty.book.go_back(HOME, seen=2, by="wu", note="")
    assert empty.book.go_back(HOME, seen=1, by="wu", note="")
    assert not empty.book.go_back(HOME, seen=1, by="wu", note=""), "a page that is out of date does nothing"

    now = empty.post.clock.now()
    assert empty.book.versions()[0] == BudgetVersion(HOME, 2, None, now, "wu")
    assert empty.book.by_home(elder.inventory()) == {HOME: 0.5}


def test_of_many_homes_a_seeded_sample_is_replayed_and_those_that_are_gone_are_named(empty: Office) -> None:
    proposal = empty.propose(HOME, 2.0)
    empty.store.begin(
        proposal.id,
        homes=[HOME, "h-9"],
        concerned=812,
        since=at(0, "00:00"),
        until=at(1, "00:00"),
        basis=empty.book.basis(HOME),
    )

    empty.replay(proposal)

    assert [(each.home, each.failed) for each in empty.book.replays(proposal.id)] == [(HOME, None), ("h-9", "gone")]


def test_one_that_was_withdrawn_is_not_gone_on_with(empty: Office) -> None:
    proposal = empty.propose(HOME, 2.0)
    assert empty.book.withdraw(proposal.id, by="lin")

    assert empty.replay(proposal).state is ProposalState.WITHDRAWN
    assert empty.book.replays(proposal.id) == []


@pytest.mark.parametrize(
    ("troubles", "failed"),
    [
        ([WorkerDied("killed")], None),
        ([WorkerDied("killed"), WorkerDied("killed again")], ReplayFailure.BROKE),
        ([RuntimeError("a bug")], ReplayFailure.BROKE),
    ],
    ids=["killed once", "killed twice", "a bug"],
)
def test_one_home_that_breaks_does_not_hold_up_the_others(
    empty: Office, troubles: list[Exception], failed: ReplayFailure | None
) -> None:
    empty.troubles = troubles

    proposal = empty.replay(empty.propose(HOME, 2.0))

    assert proposal.state is ProposalState.REPLAYED
    assert [each.failed for each in empty.book.replays(proposal.id)] == [failed]


def test_while_the_readings_are_away_it_waits(empty: Office) -> None:
    empty.troubles = [StoreUnavailable("the readings file")]
    proposal = empty.propose(HOME, 2.0)

    with pytest.raises(StoreUnavailable):
        empty.replay(proposal)

    assert empty.replay(proposal).state is ProposalState.REPLAYED


def test_a_proposal_that_cannot_be_replayed_at_all_stops_neither_the_service_nor_the_next(empty: Office) -> None:
    odd, sound = empty.propose(HOME, 2.0), empty.propose(HOME, 3.0)
    known = empty.store.proposal

    def proposal(id_: str) -> Proposal | None:
        if id_ == odd.id:
            raise ZeroDivisionError("a bug")
        return known(id_)

    empty.store.proposal = proposal  # type: ignore[method-assign]
    replays = empty.replays()

    running = empty.post.begin(replays.run)
    empty.post.wait(minutes=1)

    assert not running.done()
    found = known(sound.id)
    assert found is not None
    assert found.state is ProposalState.REPLAYED
