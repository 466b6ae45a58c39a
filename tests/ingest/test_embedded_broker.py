"""The embedded broker: what it can be trusted with, and what it cannot (docs/adr/0003-embedded-broker.md)."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from random import Random

import aiomqtt
import pytest

from anxin.broker import MAX_IN_FLIGHT, EmbeddedBroker
from ingest.message import Message
from ingest.session import Session
from ingest.settings import BrokerSettings
from tests.ingest.conftest import HandClock


@pytest.fixture
def embedded() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker() as broker:
        yield broker


async def eventually(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the other end is another process
            await asyncio.sleep(0.01)


@asynccontextmanager
async def session_with(broker: EmbeddedBroker) -> AsyncIterator[Session]:
    settings = BrokerSettings(port=broker.port, client_id="intake", backoff_first=0.05)
    session = Session(settings, clock=HandClock(), jitter=Random(1))
    task = asyncio.create_task(session.run(), name="session")
    try:
        await eventually(lambda: session.health().connected)
        yield session
    finally:
        session.close()
        await task


async def publish(broker: EmbeddedBroker, *payloads: int) -> None:
    async with aiomqtt.Client("127.0.0.1", broker.port) as client:
        for payload in payloads:
            await client.publish("gw/g/x/y", str(payload), qos=1)


async def take(session: Session, count: int) -> list[Message]:
    taken: list[Message] = []
    async with asyncio.timeout(20):
        while len(taken) < count:
            taken += await session.batch()
    return taken


def numbers(messages: list[Message]) -> list[int]:
    return [int(one.payload) for one in messages]


def test_it_listens_on_this_machine_only_and_lets_go_of_its_port() -> None:
    broker = EmbeddedBroker()
    broker.start()
    port = broker.port

    assert broker.is_running
    assert broker.url == f"mqtt://127.0.0.1:{port}"
    assert not _open("127.0.0.2", port)

    broker.stop()
    broker.stop()
    assert not _open("127.0.0.1", port)


def _open(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=0.5).close()
    except OSError:
        return False
    return True


def test_a_taken_port_is_an_error_at_the_start(embedded: EmbeddedBroker) -> None:
    with pytest.raises(OSError, match=str(embedded.port)):
        EmbeddedBroker(embedded.port).start()


def test_it_speaks_3_1_1_and_our_session_finds_that_out(embedded: EmbeddedBroker) -> None:
    async def story() -> None:
        async with session_with(embedded) as session:
            assert session.health().protocol == "3.1.1"

    asyncio.run(story())


def test_it_keeps_qos_1_for_an_absent_session(embedded: EmbeddedBroker) -> None:
    async def story() -> None:
        async with session_with(embedded):
            pass
        await publish(embedded, *range(20))

        async with session_with(embedded) as back:
            assert numbers(await take(back, 20)) == list(range(20))

    asyncio.run(story())


def test_it_delivers_again_what_was_not_acknowledged(embedded: EmbeddedBroker) -> None:
    async def story() -> None:
        async with session_with(embedded) as first:
            await publish(embedded, *range(10))
            taken = await take(first, 10)
            first.acknowledge(taken[:4])
            await asyncio.sleep(0.2)

        async with session_with(embedded) as second:
            await publish(embedded, 10)
            again = await take(second, 7)

        assert numbers(again) == list(range(4, 11))

    asyncio.run(story())


def test_it_holds_back_beyond_its_bound_in_flight(embedded: EmbeddedBroker) -> None:
    async def story() -> None:
        async with session_with(embedded) as session:
            await publish(embedded, *range(MAX_IN_FLIGHT + 200))
            await asyncio.sleep(0.5)
            first = session.health().received
            assert first <= MAX_IN_FLIGHT

            taken: list[Message] = []
            while len(taken) < MAX_IN_FLIGHT + 200:
                some = await session.batch(100)
                session.acknowledge(some)
                taken += some
            assert numbers(taken) == list(range(MAX_IN_FLIGHT + 200))

    asyncio.run(story())


def test_nothing_it_holds_survives_its_own_end() -> None:
    async def story() -> None:
        with EmbeddedBroker() as broker:
            async with session_with(broker):
                pass
            await publish(broker, 1)
        with EmbeddedBroker(broker.port) as again:
            async with session_with(again) as session:
                await publish(again, 2)
                assert numbers(await take(session, 1)) == [2], "1 is gone: this is why it is not for production"

    asyncio.run(story())
