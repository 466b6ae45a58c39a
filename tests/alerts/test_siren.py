"""A siren through a genuine Mosquitto: on while somebody is asked, off afterwards, never believed on when it is not."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import aiomqtt
import pytest

from alerts.channels.registry import parse
from core.alerts import Purpose
from core.delivery import Accepted, Permanent, Temporary, Verdict
from tests.alerts.test_providers import MESSAGE, Still
from tests.servers import mosquitto
from tests.servers.mosquitto import Mosquitto, free_port, open_configuration

pytestmark = pytest.mark.real
LAMP = replace(MESSAGE, address="lamp-desk")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    if mosquitto.find() is None:
        pytest.skip("NOT RUN: no Mosquitto on this machine")
    with Mosquitto(tmp_path / "broker") as server:
        yield server


async def say(port: int, *messages: object, more: str = "") -> list[Verdict]:
    text = f'[siren]\nprovider="mqtt_siren"\nbroker="mqtt://127.0.0.1:{port}"\ntimeout=3\n{more}'
    channel = parse(text, Still())["siren"]
    return [await channel.deliver(message) for message in messages]  # type: ignore[arg-type]


def test_it_goes_on_when_somebody_is_asked_and_off_when_it_is_in_good_hands(broker: Mosquitto) -> None:
    async def story() -> tuple[list[Verdict], list[tuple[str, str]]]:
        async with aiomqtt.Client("127.0.0.1", broker.port) as lamp:
            await lamp.subscribe("zigbee2mqtt/+/set", qos=1)
            verdicts = await say(broker.port, LAMP, replace(LAMP, purpose=Purpose.INFORM))
            heard: list[tuple[str, str]] = []
            async for message in lamp.messages:
                assert isinstance(message.payload, bytes)
                heard.append((str(message.topic), json.loads(message.payload)["warning"]["mode"]))
                if len(heard) == 2:
                    break
            return verdicts, heard

    verdicts, heard = asyncio.run(story())

    assert all(isinstance(verdict, Accepted) for verdict in verdicts)
    assert heard == [("zigbee2mqtt/lamp-desk/set", "emergency"), ("zigbee2mqtt/lamp-desk/set", "stop")]


def test_a_siren_that_nobody_listens_for_is_not_believed_on(broker: Mosquitto) -> None:
    [verdict] = asyncio.run(say(broker.port, LAMP))

    assert isinstance(verdict, Permanent)
    assert "nobody listens" in verdict.reason


def test_a_broker_that_does_not_allow_the_topic_is_not_believed(broker: Mosquitto) -> None:
    broker.stop()
    acl = broker.folder / "acl"
    acl.write_text("topic read zigbee2mqtt/#\n")
    acl.chmod(0o644)
    broker.configuration = open_configuration(broker.port, broker.folder / "data") + f"acl_file {acl}\n"
    broker.start()

    [verdict] = asyncio.run(say(broker.port, LAMP))

    assert isinstance(verdict, Permanent)
    assert "Not authorized" in verdict.reason


def test_a_wrong_password_is_said(broker: Mosquitto) -> None:
    broker.stop()
    configuration = open_configuration(broker.port, broker.folder / "data")
    broker.configuration = configuration.replace("allow_anonymous true", "allow_anonymous false")
    broker.start()

    [verdict] = asyncio.run(say(broker.port, LAMP, more='username="anxin"\npassword="wrong"'))

    assert isinstance(verdict, Permanent)
    assert "Not authorized" in verdict.reason or "Bad user name" in verdict.reason


def test_a_broker_that_is_away_is_a_passing_trouble() -> None:
    [verdict] = asyncio.run(say(free_port(), LAMP))

    assert isinstance(verdict, Temporary)


@pytest.mark.parametrize("address", ["", "a/#", "+", "x" * 201])
def test_what_is_no_device_is_refused(address: str) -> None:
    [verdict] = asyncio.run(say(1, replace(LAMP, address=address)))

    assert isinstance(verdict, Permanent)
