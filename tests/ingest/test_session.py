"""The session against brokers that are away, mute or unwilling: scripted sockets, no server needed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import paho.mqtt.client as paho
import pytest

from ingest.session import Session, _AcknowledgingClient
from ingest.settings import BrokerSettings, Protocol
from tests.ingest.conftest import HandClock

CONNACK_311 = b"\x20\x02\x00\x00"
CONNACK_5 = b"\x20\x03\x00\x00\x00"
WRONG_VERSION = b"\x20\x02\x00\x01"
NOT_AUTHORISED_5 = b"\x20\x03\x00\x87\x00"
Answer = Callable[[bytes], bytes | None]
"""What a scripted broker says to a CONNECT of this protocol level; None hangs up."""


class Script:
    """A broker of a few lines: answers CONNECT as told, grants (or not) each SUBSCRIBE, then sends what it is given."""

    def __init__(self, answer: Answer, *, granted: int = 1, then: bytes = b"") -> None:
        self.answer, self.granted, self.then = answer, granted, then
        self.levels: list[int] = []
        self.received = b""
        self.serving: set[asyncio.Task[None]] = set()
        self.writer: asyncio.StreamWriter | None = None

    def say(self, *packets: bytes) -> None:
        """To the present connection."""
        assert self.writer is not None
        self.writer.write(b"".join(packets))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.serving.add(task)
        self.writer = writer
        try:
            await self._talk(reader, writer)
        finally:
            writer.close()
            await asyncio.gather(writer.wait_closed(), return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connect = await _packet(reader)
        level = connect[8]
        self.levels.append(level)
        said = self.answer(connect[8:9])
        if said is not None:
            writer.write(said)
            await self._after(reader, writer, level)

    async def _after(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, level: int) -> None:
        while packet := await _packet(reader):
            self.received += packet
            if packet[0] == 0x82:
                mid = packet[2:4]
                properties = b"\x00" if level == 5 else b""
                body = mid + properties + bytes([self.granted])
                writer.write(bytes([0x90, len(body)]) + body + self.then)
            if packet[0] == 0xE0:
                return


async def _packet(reader: asyncio.StreamReader) -> bytes:
    """One whole packet of less than 128 bytes; empty at the end."""
    try:
        head = await reader.readexactly(2)
        return head + await reader.readexactly(head[1])
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


@asynccontextmanager
async def served(script: Script) -> AsyncIterator[int]:
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
        await asyncio.gather(*script.serving, return_exceptions=True)


@asynccontextmanager
async def running(
    port: int, *, protocol: Protocol = Protocol.AUTO, sleep: Callable[[float], Coroutine[Any, Any, None]] | None = None
) -> AsyncIterator[Session]:
    settings = BrokerSettings(port=port, protocol=protocol, timeout=0.5)
    session = Session(settings, clock=HandClock(), jitter=Random(1), sleep=sleep or _at_once)
    task = asyncio.create_task(session.run(), name="session")
    try:
        yield session
    finally:
        session.close()
        await task


async def _at_once(seconds: float) -> None:
    del seconds
    await asyncio.sleep(0)


async def eventually(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - the other end is a socket
            await asyncio.sleep(0.002)


def publish(
    mid: int, topic: bytes = b"gw/g/x/y", payload: bytes = b"{}", *, dup: bool = False, retain: bool = False
) -> bytes:
    """A QoS 1 PUBLISH of MQTT 3.1.1."""
    body = len(topic).to_bytes(2) + topic + mid.to_bytes(2) + payload
    return bytes([0x32 | (0x08 if dup else 0) | (0x01 if retain else 0), len(body)]) + body


def test_the_private_surface_is_what_the_decision_record_says() -> None:
    async def story() -> None:
        client = _AcknowledgingClient(deliver=lambda _: None, hostname="127.0.0.1")
        assert isinstance(client._client, paho.Client)
        assert client._client._manual_ack
        assert callable(paho.Client._handle_publish)
        assert client._client._in_packet.keys() >= {"command", "packet"}

    asyncio.run(story())


def test_mqtt_5_is_spoken_where_the_broker_knows_it() -> None:
    async def story() -> None:
        script = Script(lambda _: CONNACK_5)
        async with served(script) as port, running(port) as session:
            await eventually(lambda: session.health().connected)

            assert session.health().protocol == "5"
            assert script.levels == [5]

    asyncio.run(story())


@pytest.mark.parametrize("refusal", [WRONG_VERSION, None], ids=["with a reason", "by hanging up"])
def test_a_broker_that_refuses_mqtt_5_is_spoken_to_in_3_1_1(refusal: bytes | None) -> None:
    async def story() -> None:
        script = Script(lambda level: refusal if level == b"\x05" else CONNACK_311)
        async with served(script) as port, running(port) as session:
            await eventually(lambda: session.health().connected)

            assert session.health().protocol == "3.1.1"
            assert script.levels == [5, 4]

    asyncio.run(story())


def test_a_broker_that_ignores_mqtt_5_is_spoken_to_in_3_1_1() -> None:
    async def story() -> None:
        script = Script(lambda level: b"" if level == b"\x05" else CONNACK_311)
        async with served(script) as port, running(port) as session:
            await eventually(lambda: session.health().connected)

            assert script.levels == [5, 4]

    asyncio.run(story())


def test_a_refused_login_is_reported_with_the_brokers_own_reason() -> None:
    async def story() -> None:
        script = Script(lambda _: NOT_AUTHORISED_5)
        async with served(script) as port, running(port) as session:
            await eventually(lambda: session.health().last_error is not None)

            assert "Not authorized" in str(session.health().last_error)
            assert not session.health().connected

    asyncio.run(story())


@pytest.mark.parametrize("granted", [0x80, 0x00], ids=["refused", "QoS 0 only"])
def test_a_subscription_that_is_not_granted_is_a_visible_error(granted: int) -> None:
    async def story() -> None:
        script = Script(lambda _: CONNACK_311, granted=granted)
        async with served(script) as port, running(port, protocol=Protocol.V311) as session:
            await eventually(lambda: session.health().last_error is not None)

            assert "SubscriptionRefused: 'gw/#' at QoS 1" in str(session.health().last_error)
            assert session.health().connections == 0

    asyncio.run(story())


def test_waits_between_attempts_grow_to_a_cap_and_vary() -> None:
    waits: list[float] = []

    async def noted(seconds: float) -> None:
        waits.append(seconds)
        await asyncio.sleep(0)

    async def story() -> None:
        async with served(Script(lambda _: b"")) as port:
            pass
        async with running(port, sleep=noted):
            await eventually(lambda: len(waits) >= 10)

    asyncio.run(story())

    longest = [min(30.0, 0.5 * 2**i) for i in range(10)]
    assert all(most / 2 <= wait <= most for wait, most in zip(waits, longest, strict=False))
    assert len(set(waits)) > 5


def test_messages_are_handed_out_as_delivered_and_acknowledged_only_on_our_word() -> None:
    async def story() -> None:
        script = Script(lambda _: CONNACK_311, then=publish(7, dup=True) + publish(8, retain=True))
        async with served(script) as port, running(port, protocol=Protocol.V311) as session:
            first, second = [*await session.batch(1), *await session.batch(5)]
            assert (first.mid, first.dup, first.retain, first.qos) == (7, True, False, 1)
            assert (second.mid, second.dup, second.retain) == (8, False, True)
            assert b"\x40\x02" not in script.received

            assert session.acknowledge([first, second]) == 2
            await eventually(lambda: b"\x40\x02\x00\x07\x40\x02\x00\x08" in script.received)

    asyncio.run(story())


def test_an_acknowledgement_of_an_older_connection_is_never_sent_on_a_newer_one() -> None:
    async def story() -> None:
        script = Script(lambda _: CONNACK_311, then=publish(7) + publish(8) + b"\x00\x00")  # the last is no MQTT
        async with served(script) as port, running(port, protocol=Protocol.V311) as session:
            (old,) = await session.batch(1)
            await eventually(lambda: session.health().connections >= 2)
            script.then = b""
            await eventually(lambda: session.health().connected)

            assert session.acknowledge([old]) == 0
            assert session.health().orphaned == 1
            assert b"\x40\x02\x00\x07" not in script.received

    asyncio.run(story())


def test_a_topic_that_is_no_text_is_handed_on_to_be_counted() -> None:
    async def story() -> None:
        script = Script(lambda _: CONNACK_311, then=publish(7, topic=b"gw/\xff\xfe"))
        async with served(script) as port, running(port, protocol=Protocol.V311) as session:
            (message,) = await session.batch()

            assert (message.topic, message.mid) == ("", 7)

    asyncio.run(story())


def test_a_flood_is_left_with_the_broker_until_there_is_room() -> None:
    async def story() -> None:
        script = Script(lambda _: CONNACK_311)
        async with served(script) as port:
            settings = BrokerSettings(port=port, protocol=Protocol.V311, max_waiting=10, timeout=0.5)
            session = Session(settings, clock=HandClock(), jitter=Random(1))
            task = asyncio.create_task(session.run(), name="session")
            await eventually(lambda: session.health().connected)

            script.say(*(publish(mid) for mid in range(1, 101)))
            await eventually(lambda: session.health().waiting == 10)
            await asyncio.sleep(0.05)
            assert (session.health().waiting, session.health().pauses) == (10, 1)

            taken = await session.batch(5)
            await eventually(lambda: session.health().pauses == 2)
            while len(taken) < 100:
                taken += await session.batch(7)
                await asyncio.sleep(0)
            assert [one.mid for one in taken] == list(range(1, 101))
            session.close()
            await task

    asyncio.run(story())


def test_finished_it_hands_out_nothing_more_and_still_acknowledges() -> None:
    async def story() -> None:
        script = Script(lambda _: CONNACK_311, then=publish(7) + publish(8))
        async with served(script) as port, running(port, protocol=Protocol.V311) as session:
            taken = await session.batch(1)
            session.finish()

            assert await session.batch() == []
            assert session.acknowledge(taken) == 1
            await eventually(lambda: b"\x40\x02\x00\x07" in script.received)
            assert b"\x40\x02\x00\x08" not in script.received

    asyncio.run(story())


def test_the_password_is_in_no_description_of_the_settings() -> None:
    assert "hunter2" not in repr(BrokerSettings(password="hunter2"))
