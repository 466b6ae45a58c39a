"""Pace: a contract's rate is kept, and red finds room when others have used theirs."""

import asyncio
from dataclasses import dataclass, field, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.channels.channel import OutgoingMessage, Unaskable
from alerts.channels.pace import Paced
from anxin.drill.virtual import VirtualClock, VirtualLoop
from core.concerns import Severity
from core.delivery import Accepted, RateLimited, Verdict
from tests.alerts.test_providers import MESSAGE

YELLOW, RED = replace(MESSAGE, severity=Severity.YELLOW), replace(MESSAGE, severity=Severity.RED)


@dataclass
class Counting(Unaskable):
    kind: str = "sms"
    at: list[float] = field(default_factory=list)

    async def deliver(self, message: OutgoingMessage) -> Verdict:
        self.at.append(asyncio.get_running_loop().time())
        return Accepted(message.key)


def played(
    messages: list[tuple[float, OutgoingMessage]], *, per_second: float, burst: int
) -> tuple[list[Verdict], list[float]]:
    """What came of messages at these seconds, and when the provider saw them."""
    loop = VirtualLoop()
    counting = Counting()
    paced = Paced(counting, VirtualClock(loop), per_second, burst, 0.3)

    async def one(at: float, message: OutgoingMessage) -> Verdict:
        await asyncio.sleep(at)
        return await paced.deliver(message)

    async def all_of_them() -> list[Verdict]:
        return await asyncio.gather(*(one(at, message) for at, message in messages))

    try:
        return loop.run_until_complete(all_of_them()), counting.at
    finally:
        loop.close()


def test_a_burst_goes_at_once_and_the_rest_is_told_when_to_come() -> None:
    verdicts, at = played([(0, YELLOW)] * 20, per_second=1, burst=10)

    assert len([when for when in at if when == 0]) == 7  # three are kept for red
    assert len(at) == 9  # two waited here for a second each
    assert len([v for v in verdicts if isinstance(v, RateLimited)]) == 11


def test_red_goes_at_once_when_the_others_have_used_theirs() -> None:
    verdicts, at = played([*[(0.0, YELLOW)] * 20, *[(0.5, RED)] * 1], per_second=1, burst=10)

    assert isinstance(verdicts[-1], Accepted)
    assert at.count(0.5) == 1


@given(
    st.lists(st.tuples(st.floats(0, 30), st.sampled_from([YELLOW, RED])), max_size=60),
    st.floats(0.3, 20),
    st.integers(1, 20),
)
@settings(max_examples=60, deadline=None)
def test_a_provider_never_sees_more_than_the_contract_allows(
    messages: list[tuple[float, OutgoingMessage]], per_second: float, burst: int
) -> None:
    verdicts, at = played(messages, per_second=per_second, burst=burst)

    assert len(at) == len([v for v in verdicts if isinstance(v, Accepted)])
    for first, start in enumerate(sorted(at)):
        for last, end in enumerate(sorted(at)[first:], first):
            assert last - first + 1 <= burst + (end - start) * per_second + 1 + 1e-6
