"""Every channel keeps one contract: the words arrive whole, doubles can be told, nothing is raised, waiting can end.

And asked whether it has a message, its yes is about that very message.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

import pytest

from alerts.channels import Channel, ConsoleChannel, OutgoingMessage, WebhookChannel
from alerts.workers import inline
from anxin.clock import system_clock
from core.alerts import Purpose
from core.concerns import Severity
from core.delivery import Accepted, CannotSay, Finding, HasIt, HasNot, Temporary, Verdict
from core.people import Language
from core.phones import PhoneMessage
from core.policies import Target
from core.ports import StoreUnavailable
from tests.fakes import MemoryPhones
from tests.servers.receiver import Answer, Receiver, receiving
from tests.servers.remembering import Hook

T = TypeVar("T")

MESSAGE = OutgoingMessage(
    key="a1.3.li.0",
    alert="a1",
    person="li",
    target=Target.GRID_WORKER,
    address="",
    title="【红色】7号楼402 王秀英：长时间没有动静",
    body="已有5小时12分没有动静。“请”打开告警页\n",
    language=Language.CHINESE,
    severity=Severity.RED,
    purpose=Purpose.ASK,
    at=datetime(2026, 11, 24, 1, tzinfo=UTC),
)


class FarSide(Protocol):
    """The other end of a channel."""

    @property
    def address(self) -> str: ...
    def channel(self) -> Channel: ...
    def goes_away(self) -> None: ...
    def never_answers(self) -> None: ...
    def shows(self) -> list[tuple[str, str, str, bool]]:
        """Each different message that arrived: key, title, body, repeat."""
        ...

    def knows(self) -> None:
        """From now on it can be asked what it has."""
        ...


class Phones(MemoryPhones):
    def __init__(self) -> None:
        super().__init__()
        self.is_away = False

    def deliver(self, message: PhoneMessage) -> bool:
        if self.is_away:
            raise StoreUnavailable("locked")
        return super().deliver(message)

    def inbox(self, person: str | None = None, *, limit: int = 100) -> list[PhoneMessage]:
        if self.is_away:
            raise StoreUnavailable("locked")
        return super().inbox(person, limit=limit)


@dataclass
class ConsoleSide:
    phones: Phones
    address: str = "li"
    hangs: bool = False

    def channel(self) -> Channel:
        return ConsoleChannel(self.phones, self._run)

    async def _run(self, call: Callable[[], T], /) -> T:
        if self.hangs:
            await asyncio.Event().wait()
        return await inline(call)

    def goes_away(self) -> None:
        self.phones.is_away = True

    def never_answers(self) -> None:
        self.hangs = True

    def shows(self) -> list[tuple[str, str, str, bool]]:
        return [(m.id, m.title, m.body, m.repeat) for m in reversed(self.phones.inbox("li"))]

    def knows(self) -> None:
        """It always does."""


@dataclass
class WebhookSide:
    receiver: Receiver

    def knows(self) -> None:
        self.receiver.replies = Hook()

    @property
    def address(self) -> str:
        return self.receiver.url

    def channel(self) -> Channel:
        return WebhookChannel(secret="s3cret", clock=system_clock(), timeout=30)

    def goes_away(self) -> None:
        self.receiver.replies, self.receiver.answer = _nothing, Answer(hang_up=True)

    def never_answers(self) -> None:
        self.receiver.replies, self.receiver.answer = _nothing, Answer(hold=True)

    def shows(self) -> list[tuple[str, str, str, bool]]:
        found: dict[str, tuple[str, str, str, bool]] = {}
        for received in self.receiver.received:
            told = json.loads(received.body)
            found.setdefault(told["id"], (told["id"], told["title"], told["body"], told["repeat"]))
        return list(found.values())


def _nothing(_received: object) -> None:
    """It has forgotten everything."""


@contextmanager
def _sides(kind: str) -> Iterator[FarSide]:
    if kind == "console":
        yield ConsoleSide(Phones())
        return
    with receiving() as receiver:
        yield WebhookSide(receiver)


@pytest.fixture(params=["console", "webhook"])
def far(request: pytest.FixtureRequest) -> Iterator[FarSide]:
    with _sides(request.param) as side:
        yield side


def talk(far: FarSide, say: Callable[[Channel], Coroutine[Any, Any, T]]) -> T:
    async def talking() -> T:
        channel = far.channel()
        try:
            return await say(channel)
        finally:
            if isinstance(channel, WebhookChannel):
                await channel.aclose()

    return asyncio.run(talking())


def deliver(far: FarSide, *messages: OutgoingMessage) -> list[Verdict]:
    async def say(channel: Channel) -> list[Verdict]:
        return [await channel.deliver(replace(message, address=far.address)) for message in messages]

    return talk(far, say)


def find(far: FarSide, message: OutgoingMessage) -> Finding:
    since = MESSAGE.at - timedelta(seconds=5)
    return talk(far, lambda channel: channel.find(replace(message, address=far.address), since))


def test_a_channel_has_the_kind_of_its_routes(far: FarSide) -> None:
    assert far.channel().kind in {"console", "webhook"}


def test_what_is_accepted_has_arrived_word_for_word(far: FarSide) -> None:
    [verdict] = deliver(far, MESSAGE)

    assert isinstance(verdict, Accepted)
    assert verdict.provider_id
    assert far.shows() == [(MESSAGE.key, MESSAGE.title, MESSAGE.body, False)]


def test_the_same_key_twice_is_accepted_twice_and_can_be_shown_once(far: FarSide) -> None:
    verdicts = deliver(far, MESSAGE, replace(MESSAGE, attempt=2, repeat=True))

    assert all(isinstance(verdict, Accepted) for verdict in verdicts)
    assert len(far.shows()) == 1


def test_a_repeat_whose_first_try_never_arrived_is_shown_as_one(far: FarSide) -> None:
    deliver(far, replace(MESSAGE, attempt=2, repeat=True))

    assert far.shows() == [(MESSAGE.key, MESSAGE.title, MESSAGE.body, True)]


def test_a_far_side_that_is_away_is_a_passing_trouble(far: FarSide) -> None:
    far.goes_away()

    [verdict] = deliver(far, MESSAGE)

    assert isinstance(verdict, Temporary)
    assert verdict.reason


def test_waiting_for_one_that_never_answers_can_be_ended(far: FarSide) -> None:
    far.never_answers()

    async def say(channel: Channel) -> str:
        waiting = asyncio.create_task(channel.deliver(replace(MESSAGE, address=far.address)))
        await asyncio.sleep(0)
        waiting.cancel()
        [ended] = await asyncio.gather(waiting, return_exceptions=True)
        return type(ended).__name__

    assert talk(far, say) == "CancelledError"


def test_many_messages_at_once_do_not_mix(far: FarSide) -> None:
    messages = [replace(MESSAGE, key=f"a1.3.li.{n}", title=f"{n}", address=far.address) for n in range(20)]

    async def say(channel: Channel) -> list[Verdict]:
        return await asyncio.gather(*(channel.deliver(message) for message in messages))

    assert all(isinstance(verdict, Accepted) for verdict in talk(far, say))
    assert sorted(int(title) for _, title, _, _ in far.shows()) == list(range(20))


def test_what_has_arrived_is_found_and_nothing_else_is(far: FarSide) -> None:
    far.knows()
    deliver(far, MESSAGE)

    assert isinstance(find(far, replace(MESSAGE, attempt=2, repeat=True)), HasIt)
    assert isinstance(find(far, replace(MESSAGE, key="a1.3.li.1")), HasNot)


def test_a_far_side_that_is_away_cannot_say(far: FarSide) -> None:
    far.knows()
    deliver(far, MESSAGE)
    far.goes_away()

    assert isinstance(find(far, MESSAGE), CannotSay)


def test_waiting_for_word_of_a_message_can_be_ended(far: FarSide) -> None:
    far.never_answers()

    async def say(channel: Channel) -> str:
        asking = asyncio.create_task(channel.find(replace(MESSAGE, address=far.address), MESSAGE.at))
        await asyncio.sleep(0)
        asking.cancel()
        [ended] = await asyncio.gather(asking, return_exceptions=True)
        return type(ended).__name__

    assert talk(far, say) == "CancelledError"
