"""What is told over MQTT: fits its schema, tells family no more than their page, and stands on the broker."""

import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
from jsonschema import Draft202012Validator

from api.homes.sight import sights_of
from api.outward.outlet import Outlet, OutletAddress
from api.outward.teller import Teller
from api.outward.topics import STATUS, Topics, discovery, of_areas, of_home
from api.services import Services
from core.alerts import Outcome
from core.places import Inventory
from tests.api import street
from tests.servers import mosquitto
from tests.servers.mosquitto import Mosquitto

pytestmark = pytest.mark.timeout(60)

SCHEMA = Draft202012Validator(json.loads(files("api.outward").joinpath("outward.schema.json").read_text()))
FAMILY = f"anxin/v1/family/{street.FALLEN}"


def told(services: Services) -> dict[str, Any]:
    """Every topic of the scene, read."""
    sights = sights_of(services, list(street.INVENTORY.homes.values()))
    topics: dict[str, bytes] = dict(of_areas(street.INVENTORY, sights))
    for sight in sights:
        newest = services.alerts.page(homes=[sight.home.id], limit=1).alerts
        topics |= of_home(sight, newest[0] if newest else None)
    return {topic: json.loads(payload) for topic, payload in topics.items()}


def test_every_payload_fits_the_published_schema(services: Services) -> None:
    for topic, payload in told(services).items():
        assert SCHEMA.is_valid(payload), (topic, payload)


def test_a_home_is_told_in_full_to_those_who_answer_for_it(services: Services) -> None:
    fallen = told(services)[f"anxin/v1/home/{street.FALLEN}"]

    assert (fallen["state"], fallen["severity"]) == ("concern", "red")
    assert told(services)[f"anxin/v1/home/{street.BLIND}"]["state"] == "cannot_see"
    assert told(services)[f"anxin/v1/home/{street.WELL}"]["state"] == "well"


def test_family_is_told_no_more_than_its_page_says(services: Services) -> None:
    payloads = {topic: payload for topic, payload in told(services).items() if topic.startswith("anxin/v1/family/")}

    assert payloads[FAMILY] == {"v": 1, "home": street.FALLEN, "state": "being_checked"}
    assert {frozenset(payload) for payload in payloads.values()} == {frozenset({"v", "home", "state"})}
    assert payloads[f"anxin/v1/family/{street.BLIND}"]["state"] == "being_checked", "the reason is not told"


def test_an_area_counts_everything_below_it(services: Services) -> None:
    topics = told(services)
    whole, grids = topics["anxin/v1/area/street"], [topics[f"anxin/v1/area/grid-{n}"] for n in (1, 2)]

    assert sum(whole["homes"].values()) == len(street.HOMES)
    for severity, count in whole["open_alerts"].items():
        assert count == sum(grid["open_alerts"][severity] for grid in grids)


def test_home_assistant_is_told_of_a_lamp_for_the_family_and_of_each_state() -> None:
    announced = {topic: json.loads(payload) for topic, payload in discovery(street.INVENTORY, prefix="ha").items()}
    lamps = [one for one in announced.values() if one.get("device_class") == "problem"]

    assert len({one["unique_id"] for one in announced.values()}) == len(announced)
    assert len(lamps) == len(street.HOMES)
    assert all(one["availability_topic"] == STATUS for one in announced.values())
    assert all(topic.split("/")[2].replace("_", "").replace("-", "").isalnum() for topic in announced)


# -- on a real broker -------------------------------------------------------------------------------------------------


@pytest.fixture
def broker() -> Iterator[Mosquitto]:
    if mosquitto.find() is None:
        pytest.skip("NOT RUN: mosquitto is not installed")
    with tempfile.TemporaryDirectory() as folder, Mosquitto(Path(folder)) as running:
        yield running


class Lamp:
    """A subscriber that keeps what every topic says, as a lamp would."""

    def __init__(self, port: int) -> None:
        self.says: dict[str, str] = {}
        self._port = port

    async def run(self) -> None:
        async with aiomqtt.Client("127.0.0.1", self._port) as client:
            await client.subscribe("#", qos=1)
            async for message in client.messages:
                assert isinstance(message.payload, bytes)
                if message.payload:
                    self.says[str(message.topic)] = message.payload.decode()
                else:
                    self.says.pop(str(message.topic), None)

    def state(self, topic: str) -> str | None:
        return json.loads(self.says[topic])["state"] if topic in self.says else None


def address(broker: Mosquitto) -> OutletAddress:
    return OutletAddress("127.0.0.1", broker.port, "anxin-outward")


async def eventually(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - a broker offers no event
            await asyncio.sleep(0.01)


def on_air(broker: Mosquitto, services: Services, story: Callable[[Lamp, Outlet], Awaitable[None]]) -> Lamp:
    """Run outlet, teller and lamp around a story."""
    lamp = Lamp(broker.port)

    async def run() -> None:
        outlet = Outlet(address(broker), sleep=lambda _: asyncio.sleep(0.05))
        teller = Teller(services, outlet)
        tasks = [asyncio.create_task(one, name="outward") for one in (outlet.run(), teller.run())]
        listening = asyncio.create_task(lamp.run(), name="lamp")
        try:
            await eventually(lambda: FAMILY in lamp.says)
            await story(lamp, outlet)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if not listening.done():
                await eventually(lambda: lamp.says.get(STATUS) == "offline" or listening.done())
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    asyncio.run(run())
    return lamp


@pytest.mark.real
def test_a_lamp_turns_red_and_goes_out_with_the_alert(broker: Mosquitto, services: Services) -> None:
    seen: list[str | None] = []

    async def story(lamp: Lamp, outlet: Outlet) -> None:
        (alert,) = (a for a in services.alerts.open_alerts() if a.home == street.FALLEN)
        topic = f"anxin/v1/alert/{alert.id}"
        await eventually(lambda: topic in lamp.says)
        seen.append(lamp.state(FAMILY))
        for act in (
            lambda: services.desk.acknowledge(alert.id, by="li"),
            lambda: services.desk.close(alert.id, by="li", outcome=Outcome.HELPED, note="扶起来了"),
        ):
            await asyncio.to_thread(act)
        await eventually(lambda: lamp.state(FAMILY) == "well")
        await eventually(lambda: topic not in lamp.says)
        await eventually(lambda: outlet.behind == 0)

    lamp = on_air(broker, services, story)

    assert seen == ["being_checked"]
    assert lamp.says[STATUS] == "offline", "who stops says so"


@pytest.mark.real
def test_a_broker_that_forgot_everything_is_told_again(broker: Mosquitto, services: Services) -> None:
    async def story(lamp: Lamp, outlet: Outlet) -> None:
        await eventually(lambda: outlet.behind == 0)
        before = dict(lamp.says)
        await asyncio.to_thread(broker.stop, kill=True)
        await asyncio.to_thread((broker.folder / "data" / "mosquitto.db").unlink, missing_ok=True)
        await asyncio.to_thread(broker.start)
        again = Lamp(broker.port)
        listening = asyncio.create_task(again.run(), name="lamp again")
        try:
            await eventually(lambda: again.says == before)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    on_air(broker, services, story)


@pytest.mark.real
def test_what_left_the_inventory_is_taken_away(broker: Mosquitto, services: Services) -> None:
    """A retained topic of a home that is gone would keep a lamp lit for ever."""

    async def story() -> None:
        outlet = Outlet(address(broker))
        running = asyncio.create_task(outlet.run(), name="outlet")
        whole: Topics = discovery(street.INVENTORY, prefix="ha")
        outlet.show(whole)
        await eventually(lambda: outlet.behind == 0)
        outlet.show(discovery(Inventory(), prefix="ha"), instead_of=whole)
        await eventually(lambda: outlet.behind == 0)
        lamp = Lamp(broker.port)
        listening = asyncio.create_task(lamp.run(), name="lamp")
        await eventually(lambda: STATUS in lamp.says)
        for task in (running, listening):
            task.cancel()
        await asyncio.gather(running, listening, return_exceptions=True)
        assert set(lamp.says) == {STATUS}

    assert services.clock.now() is not None
    asyncio.run(story())
