"""Playing to a genuine broker: in order, nothing lost when it restarts, and a dead gateway is a dead connection."""

import asyncio
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import aiomqtt
import pytest

from simulator.community import build_community
from simulator.kits import Convention
from simulator.message import Message
from simulator.publisher import BrokerAddress, Credentials, Progress, play
from simulator.timeline import messages, wills
from tests.servers import mosquitto
from tests.servers.mosquitto import Mosquitto, free_port
from tests.simulator.playing import JumpingClock, some, until
from tests.simulator.street import MORNING, SEED, one_home, script_of

STREET = build_community(24, seed=SEED)
needs_mosquitto = pytest.mark.skipif(mosquitto.find() is None, reason="NOT RUN: Mosquitto is not installed")


@pytest.fixture
def broker() -> Iterator[Mosquitto]:
    with tempfile.TemporaryDirectory(prefix="anxin-sim-") as folder, Mosquitto(Path(folder)) as server:
        yield server


def ear(port: int, *, keeps: bool = True) -> aiomqtt.Client:
    return aiomqtt.Client("127.0.0.1", port, identifier="ear", clean_session=not keeps)


async def listen_from_now_on(port: int) -> None:
    """Leave a session behind: the broker keeps everything for us from here on."""
    async with ear(port) as client:
        await client.subscribe("gw/#", qos=1)


async def heard(
    port: int, count: int = 0, *, different: bool = True, last: bytes | None = None
) -> list[aiomqtt.Message]:
    """What the broker kept for us, until so many (different) messages have come, or the last."""
    found: list[aiomqtt.Message] = []
    seen: set[tuple[str, bytes]] = set()
    async with asyncio.timeout(30), ear(port) as client:
        async for message in client.messages:
            found.append(message)
            seen.add((str(message.topic), bytes(message.payload)))
            if message.payload == last or (last is None and len(seen if different else found) >= count):
                break
    return found


@needs_mosquitto
@pytest.mark.real
def test_everything_arrives_once_and_in_order(broker: Mosquitto) -> None:
    async def story() -> tuple[Progress, list[aiomqtt.Message]]:
        await listen_from_now_on(broker.port)
        done = await play(some(1500), broker=BrokerAddress("127.0.0.1", broker.port), clock=JumpingClock())
        return done, await heard(broker.port, 1500)

    done, found = asyncio.run(story())

    assert [m.payload for m in found] == [str(n).encode() for n in range(1500)]
    assert all(m.qos == 1 for m in found)
    assert (done.played, done.sent, done.resent, done.connects, done.waiting) == (1500, 1500, 0, 1, 0)


@needs_mosquitto
@pytest.mark.real
@pytest.mark.parametrize("per_gateway", [False, True])
def test_a_broker_that_restarts_in_the_middle_loses_nothing(broker: Mosquitto, per_gateway: bool) -> None:  # noqa: FBT001
    progress = Progress()

    async def stop_after(sent: int) -> None:
        await until(lambda: progress.sent >= sent)
        broker.stop()

    async def story() -> tuple[Progress, list[aiomqtt.Message]]:
        await listen_from_now_on(broker.port)
        clock = JumpingClock(
            {
                400: lambda: stop_after(350),
                900: broker.start,
                1100: lambda: stop_after(1050),
                1200: broker.start,
            }
        )
        address = BrokerAddress("127.0.0.1", broker.port)
        done = await play(some(2000), broker=address, clock=clock, per_gateway=per_gateway, progress=progress)
        return done, await heard(broker.port, 2000)

    done, found = asyncio.run(story())

    assert done.sent == done.played == 2000
    assert done.connects >= 3
    for gateway in range(3):
        mine = [int(bytes(m.payload)) for m in found if str(m.topic).split("/")[1] == f"g-{gateway}"]
        assert sorted(set(mine)) == list(range(gateway, 2000, 3))
        assert list(dict.fromkeys(mine)) == sorted(set(mine)), "oldest first"


@needs_mosquitto
@pytest.mark.real
def test_a_full_waiting_room_holds_the_playing_back_and_drops_nothing(broker: Mosquitto) -> None:
    progress = Progress()

    async def wake_later() -> None:
        await asyncio.sleep(0.3)
        broker.start()

    async def story() -> list[aiomqtt.Message]:
        await listen_from_now_on(broker.port)
        broker.stop()
        waking = asyncio.create_task(wake_later())
        address = BrokerAddress("127.0.0.1", broker.port)
        await play(some(600), broker=address, clock=JumpingClock(), buffer=20, progress=progress)
        await waking
        return await heard(broker.port, 600)

    found = asyncio.run(story())

    assert [m.payload for m in found] == [str(n).encode() for n in range(600)]
    assert progress.connects == 1
    assert "refused" in progress.last_error.lower()


@needs_mosquitto
@pytest.mark.real
def test_a_dead_gateway_is_a_dead_connection_and_the_broker_says_its_will(broker: Mosquitto) -> None:
    home = one_home(STREET, Convention.ZIGBEE2MQTT)
    gateway = home.replace("h-", "g-")
    toml = f'[[event]]\nwhat = "gateway_down"\nhome = "{home}"\nafter = "PT3M"\nduration = "PT20M"'
    stream = messages(
        STREET,
        since=MORNING,
        until=MORNING + timedelta(minutes=40),
        seed=SEED,
        script=script_of(STREET, toml),
    )

    async def story() -> tuple[Progress, list[aiomqtt.Message]]:
        await listen_from_now_on(broker.port)
        done = await play(
            (m for m in stream if m.gateway == gateway),
            broker=BrokerAddress("127.0.0.1", broker.port),
            clock=JumpingClock(),
            per_gateway=True,
            wills=wills(STREET, seed=SEED),
        )
        return done, await heard(broker.port, done.sent + 1, different=False)

    done, found = asyncio.run(story())

    states = [bytes(m.payload) for m in found if str(m.topic).endswith("bridge/state")]
    assert states == [b'{"state":"online"}', b'{"state":"offline"}', b'{"state":"online"}']
    assert (done.dropped_lines, done.connects) == (1, 2)
    assert done.sent == done.played


@needs_mosquitto
@pytest.mark.real
def test_over_one_connection_the_will_is_said_like_any_other_message(broker: Mosquitto) -> None:
    offline = Message(MORNING, "gw/g-1/zigbee2mqtt/bridge/state", b'{"state":"offline"}', retain=True, will=True)

    async def story() -> tuple[Progress, list[aiomqtt.Message]]:
        await listen_from_now_on(broker.port)
        done = await play([offline], broker=BrokerAddress("127.0.0.1", broker.port), clock=JumpingClock())
        return done, await heard(broker.port, 1)

    done, found = asyncio.run(story())

    assert (done.sent, done.dropped_lines) == (1, 0)
    assert [m.payload for m in found] == [offline.payload]


@needs_mosquitto
@pytest.mark.real
def test_after_a_broken_line_a_gateway_says_again_that_it_is_there(broker: Mosquitto) -> None:
    birth = Message(MORNING, "gw/g-1/zigbee2mqtt/bridge/state", b'{"state":"online"}', retain=True)
    will = Message(MORNING, birth.topic, b'{"state":"offline"}', retain=True, will=True)
    news = [Message(MORNING + timedelta(seconds=n), "gw/g-1/zigbee2mqtt/pir", str(n).encode()) for n in range(300)]

    progress = Progress()

    async def restart() -> None:
        await until(lambda: progress.sent >= 50)
        broker.stop()
        broker.start()

    async def story() -> list[bytes]:
        await listen_from_now_on(broker.port)
        await play(
            [birth, *news],
            broker=BrokerAddress("127.0.0.1", broker.port),
            clock=JumpingClock({100: restart}),
            per_gateway=True,
            wills={"g-1": will},
            progress=progress,
        )
        return [bytes(m.payload) for m in await heard(broker.port, last=b"299")]

    found = asyncio.run(story())

    states = [payload for payload in found if payload.startswith(b"{")]
    assert len(states) >= 2
    assert states[-1] == birth.payload, "whatever the broker said meanwhile, the last word is the gateway's"
    assert {message.payload for message in news} <= set(found)


@needs_mosquitto
@pytest.mark.real
def test_each_gateway_speaks_with_its_own_credentials() -> None:
    with tempfile.TemporaryDirectory(prefix="anxin-sim-") as name:
        folder, port = Path(name), free_port()
        folder.chmod(0o755)
        for number in range(3):
            command = ["mosquitto_passwd", "-b", *(["-c"] if not number else []), str(folder / "passwords")]
            subprocess.run([*command, f"g-{number}", f"secret {number}"], check=True, capture_output=True)
        (folder / "acl").write_text("pattern readwrite gw/%u/#\n")
        for file in ("passwords", "acl"):
            (folder / file).chmod(0o644)
        conf = f"listener {port} 127.0.0.1\npassword_file {folder}/passwords\nacl_file {folder}/acl\n"
        own = {f"g-{number}": Credentials(f"g-{number}", f"secret {number}") for number in range(3)}

        with Mosquitto(folder, port, conf):
            done = asyncio.run(
                play(
                    some(90),
                    broker=BrokerAddress("127.0.0.1", port),
                    clock=JumpingClock(),
                    per_gateway=True,
                    credentials=own,
                )
            )

    assert (done.sent, done.connects, done.last_error) == (90, 3, "")
