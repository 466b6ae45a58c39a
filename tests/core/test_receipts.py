"""What providers say later only moves forward: in any order and however often it comes."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.alerts import Alert, EntryKind, Handling, Purpose, Send
from core.concerns import ConcernKind, Severity
from core.delivery import SendState
from core.people import Language, Route
from core.policies import DEFAULT_POLICIES, Target
from core.receipts import Onwards, Receipt, ReceiptState, advanced, furthest, onwards

NOW = datetime(2026, 11, 27, 1, tzinfo=UTC)
RECEIPTS = st.builds(
    Receipt,
    st.sampled_from(ReceiptState),
    st.integers(0, 600).map(lambda seconds: NOW + timedelta(seconds=seconds)),
    st.sampled_from(["", "30003", "DELIVERED"]),
)


@given(st.lists(RECEIPTS), RECEIPTS)
def test_news_never_moves_a_message_back(before: list[Receipt], news: Receipt) -> None:
    known = furthest(before)

    after = advanced(known, news)

    assert known is None or after.state.rank >= known.state.rank
    assert after.state.rank >= news.state.rank


@given(st.lists(RECEIPTS, min_size=1), st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_come_to_the_same_state(receipts: list[Receipt], chance: object) -> None:
    shuffled = [*receipts, *receipts]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    first, again = furthest(receipts), furthest(shuffled)

    assert first is not None
    assert again is not None
    assert again.state is first.state


def test_every_order_of_a_whole_life_ends_where_the_life_ended() -> None:
    life = [Receipt(state, NOW) for state in ReceiptState]

    assert {furthest(order).state for order in permutations(life)} == {ReceiptState.ANSWERED}  # type: ignore[union-attr]


def test_proof_that_it_arrived_counts_more_than_word_that_it_did_not() -> None:
    failed, delivered = Receipt(ReceiptState.FAILED, NOW), Receipt(ReceiptState.DELIVERED, NOW)

    assert furthest([failed, delivered]) == furthest([delivered, failed]) == delivered


def send(purpose: Purpose = Purpose.ASK, ways: int = 2) -> Send:
    ladder = tuple(Route(f"way-{n}", "1") for n in range(ways))
    return Send("a.1.li", "a", 1, 0, 0, "li", "Li", Target.GRID_WORKER, purpose, EntryKind.LEVEL_ENTERED,
                Language.CHINESE, ladder, NOW)  # fmt: skip


def alert(handling: Handling = Handling.TRIGGERED) -> Alert:
    policy = DEFAULT_POLICIES[Severity.RED]
    return Alert("a", "h/sos", "e", "h", "g", ConcernKind.SOS, Severity.RED, policy, NOW, NOW, handling=handling)


@pytest.mark.parametrize(
    ("rung", "ways", "then"), [(0, 2, Onwards.NEXT_WAY), (1, 2, Onwards.NO_WAY), (0, 1, Onwards.NO_WAY)]
)
def test_what_did_not_arrive_goes_on_the_next_way_while_there_is_one(rung: int, ways: int, then: Onwards) -> None:
    assert onwards(send(ways=ways), alert(), state=SendState.ACCEPTED, rung=rung) is then


@pytest.mark.parametrize("handling", [Handling.ACKNOWLEDGED, Handling.ON_SITE, Handling.CLOSED])
def test_nothing_goes_on_for_what_is_taken_or_closed(handling: Handling) -> None:
    assert onwards(send(), alert(handling), state=SendState.ACCEPTED, rung=0) is Onwards.NOTHING


@pytest.mark.parametrize("state", [SendState.QUEUED, SendState.FAILED, SendState.CANCELLED])
def test_nothing_goes_on_twice(state: SendState) -> None:
    assert onwards(send(), alert(), state=state, rung=0) is Onwards.NOTHING


def test_word_of_how_it_stands_is_not_chased() -> None:
    assert onwards(send(Purpose.INFORM), alert(), state=SendState.ACCEPTED, rung=0) is Onwards.NOTHING
