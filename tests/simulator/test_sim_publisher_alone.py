"""The publisher without a broker: it waits, says why, and gives nothing up."""

import asyncio
from datetime import timedelta

import pytest

from simulator.publisher import BrokerAddress, Credentials, Progress, play
from tests.servers.mosquitto import free_port
from tests.simulator.playing import JumpingClock, some, until
from tests.simulator.street import MORNING


def test_without_a_broker_attempts_become_rarer_and_nothing_is_given_up() -> None:
    pauses: list[float] = []
    progress = Progress()

    async def story() -> None:
        enough = asyncio.Event()

        async def pause(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) >= 8:
                enough.set()
            await asyncio.sleep(0)

        address = BrokerAddress("127.0.0.1", free_port())
        playing = asyncio.create_task(
            play(some(10), broker=address, clock=JumpingClock(), progress=progress, pause=pause)
        )
        await enough.wait()
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)

    asyncio.run(story())

    assert pauses[:8] == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0]
    assert (progress.played, progress.sent, progress.waiting) == (10, 0, 10)
    assert "refused" in progress.last_error.lower()


def test_each_message_waits_for_its_instant() -> None:
    clock = JumpingClock()

    async def story() -> None:
        address = BrokerAddress("127.0.0.1", free_port())
        playing = asyncio.create_task(play(some(50), broker=address, clock=clock))
        await until(lambda: clock.sleeps == 50)
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)

    asyncio.run(story())

    assert clock.now() == MORNING + timedelta(seconds=49)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("mqtt://localhost", BrokerAddress("localhost")),
        ("mqtt://10.0.0.3:8883", BrokerAddress("10.0.0.3", 8883)),
        ("mqtt://me:p%40ss@box:1884", BrokerAddress("box", 1884, Credentials("me", "p@ss"))),
    ],
)
def test_a_broker_is_named_by_its_address(url: str, expected: BrokerAddress) -> None:
    assert BrokerAddress.parse(url) == expected


@pytest.mark.parametrize("url", ["localhost:1883", "http://localhost", "mqtt://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="not a broker like mqtt://host:1883"):
        BrokerAddress.parse(url)
