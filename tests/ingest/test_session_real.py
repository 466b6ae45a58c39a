"""The session against a genuine Mosquitto: what is not acknowledged comes again, what is does not."""

import asyncio
import gc
import shutil
import subprocess
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random

import aiomqtt
import pytest

from ingest.message import Message
from ingest.session import Session
from ingest.settings import BrokerSettings, Protocol, TlsSettings
from tests.ingest.conftest import HandClock
from tests.servers.mosquitto import Mosquitto, open_configuration

pytestmark = pytest.mark.real

BOTH = pytest.mark.parametrize("protocol", [Protocol.V5, Protocol.V311])


async def eventually(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - the other end is another process
            await asyncio.sleep(0.01)


@asynccontextmanager
async def session_with(broker: Mosquitto, protocol: Protocol = Protocol.V5, **more: object) -> AsyncIterator[Session]:
    settings = BrokerSettings(port=broker.port, client_id="intake", protocol=protocol, backoff_first=0.05, **more)  # type: ignore[arg-type]
    session = Session(settings, clock=HandClock(), jitter=Random(1))
    task = asyncio.create_task(session.run(), name="session")
    try:
        await eventually(lambda: session.health().connected)
        yield session
    finally:
        session.close()
        await task


async def publish(
    broker: Mosquitto, *payloads: int, topic: str = "gw/g/native/v1/d/reading", retain: bool = False
) -> None:
    async with aiomqtt.Client("127.0.0.1", broker.port) as client:
        for payload in payloads:
            await client.publish(topic, str(payload), qos=1, retain=retain)


async def take(session: Session, count: int) -> list[Message]:
    taken: list[Message] = []
    async with asyncio.timeout(20):
        while len(taken) < count:
            taken += await session.batch()
    return taken


def numbers(messages: list[Message]) -> list[int]:
    return [int(one.payload) for one in messages]


@BOTH
def test_nothing_is_acknowledged_until_we_say_so(broker: Mosquitto, protocol: Protocol) -> None:
    async def story() -> None:
        async with session_with(broker, protocol) as first:
            await publish(broker, 1, 2, 3)
            assert numbers(await take(first, 3)) == [1, 2, 3]

        async with session_with(broker, protocol) as second:
            again = await take(second, 3)

        assert numbers(again) == [1, 2, 3]
        assert all(one.dup for one in again)

    asyncio.run(story())


@BOTH
def test_what_was_acknowledged_does_not_come_again(broker: Mosquitto, protocol: Protocol) -> None:
    async def story() -> None:
        async with session_with(broker, protocol) as first:
            await publish(broker, 1, 2, 3)
            taken = await take(first, 3)
            assert first.acknowledge(taken[:2]) == 2
            await asyncio.sleep(0.1)  # the broker reads what was sent before we hang up

        async with session_with(broker, protocol) as second:
            await publish(broker, 4)

            assert numbers(await take(second, 2)) == [3, 4]

    asyncio.run(story())


@BOTH
def test_the_broker_keeps_what_comes_while_we_are_away(broker: Mosquitto, protocol: Protocol) -> None:
    async def story() -> None:
        async with session_with(broker, protocol):
            pass
        await publish(broker, *range(50))

        async with session_with(broker, protocol) as back:
            assert numbers(await take(back, 50)) == list(range(50))

    asyncio.run(story())


@BOTH
def test_the_broker_holds_back_what_we_do_not_acknowledge(broker: Mosquitto, protocol: Protocol) -> None:
    broker.stop()
    broker.configuration = open_configuration(broker.port, broker.folder / "data", inflight=10)
    broker.start()

    async def story() -> None:
        async with session_with(broker, protocol, receive_maximum=10) as session:
            await publish(broker, *range(40))
            await asyncio.sleep(0.3)
            assert session.health().received == 10

            session.acknowledge(await take(session, 10))
            await eventually(lambda: session.health().received >= 20)

    asyncio.run(story())


def test_a_flood_beyond_our_own_bound_is_left_with_the_broker_and_arrives_whole(broker: Mosquitto) -> None:
    async def story() -> None:
        async with session_with(broker, max_waiting=20) as session:
            await publish(broker, *range(300))
            await eventually(lambda: session.health().pauses == 1)
            assert session.health().waiting <= 20

            taken: list[Message] = []
            while len(taken) < 300:
                some = await session.batch(10)
                session.acknowledge(some)
                taken += some

            assert numbers(taken) == list(range(300))
            assert session.health().connections == 1

    asyncio.run(story())


def test_a_broker_restart_is_survived_and_old_acknowledgements_are_not_sent(broker: Mosquitto) -> None:
    async def story() -> None:
        async with session_with(broker) as session:
            await publish(broker, 1, 2)
            old = await take(session, 2)

            await asyncio.to_thread(broker.stop)
            await eventually(lambda: not session.health().connected)
            await asyncio.to_thread(broker.start)
            await eventually(lambda: session.health().connected)

            assert session.acknowledge(old) == 0
            again = await take(session, 2)
            assert numbers(again) == [1, 2]
            assert session.acknowledge(again) == 2
            health = session.health()
            assert (health.connections, health.orphaned) == (2, 2)
            assert health.last_error is not None

    asyncio.run(story())


def test_retained_messages_are_marked_as_the_brokers_memory(broker: Mosquitto) -> None:
    async def story() -> None:
        await publish(broker, 1, topic="gw/g/zigbee2mqtt/d/availability", retain=True)
        async with session_with(broker) as session:
            (remembered,) = await take(session, 1)
            await publish(broker, 2, topic="gw/g/zigbee2mqtt/d/availability", retain=True)
            (live,) = await take(session, 1)

        assert (remembered.retain, live.retain) == (True, False)

    asyncio.run(story())


def test_a_login_that_the_broker_refuses_is_named(broker: Mosquitto) -> None:
    broker.stop()
    broker.configuration = f"listener {broker.port} 127.0.0.1\nallow_anonymous false\n"
    broker.start()

    async def story() -> None:
        settings = BrokerSettings(port=broker.port, username="intake", password="wrong", backoff_first=0.05)
        session = Session(settings, clock=HandClock(), jitter=Random(1))
        task = asyncio.create_task(session.run(), name="session")
        await eventually(lambda: session.health().last_error is not None)
        session.close()
        await task

        assert "Not authorized" in str(session.health().last_error)
        assert session.health().protocol == "5", "a wrong password is no reason to speak an older version"

    asyncio.run(story())


def test_tls_is_spoken_and_a_stranger_is_not_trusted(broker: Mosquitto) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("NOT RUN: openssl is not installed")
    broker.stop()
    key, certificate = broker.folder / "key.pem", broker.folder / "cert.pem"
    made = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"]
    made += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(made, check=True, capture_output=True)
    key.chmod(0o644)
    broker.configuration = (
        open_configuration(broker.port, broker.folder / "data") + f"certfile {certificate}\nkeyfile {key}\n"
    )
    broker.start()

    async def story() -> None:
        async with session_with(broker, tls=TlsSettings(ca_file=certificate)) as session:
            context = TlsSettings(ca_file=certificate).context()
            async with aiomqtt.Client("127.0.0.1", broker.port, tls_context=context) as client:
                for number in range(500):
                    await client.publish("gw/g/x/y", str(number), qos=1)
            assert numbers(await take(session, 500)) == list(range(500))

        settings = BrokerSettings(port=broker.port, tls=TlsSettings(), backoff_first=0.05)
        stranger = Session(settings, clock=HandClock(), jitter=Random(1))
        task = asyncio.create_task(stranger.run(), name="session")
        await eventually(lambda: stranger.health().last_error is not None)
        stranger.close()
        await task
        assert "certificate verify failed" in str(stranger.health().last_error)

    asyncio.run(story())
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", ResourceWarning
        )  # paho leaves the socket of a failed handshake to the collector
        gc.collect()
