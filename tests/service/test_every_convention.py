"""Every convention through the running service: its real messages to a real broker, its readings in a real InfluxDB.

The homes' alerts follow: whoever calls for help is heard, whichever family the button is of.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from core.readings import ALARM_KINDS, Kind
from ingest.fixtures import Fixture, read
from ingest.route import OWN_TOPICS
from storage.influx import InfluxReadings
from tests.servers import influx
from tests.servers.influx import BUCKET, ORG, TOKEN, Influx
from tests.servers.mosquitto import Mosquitto
from tests.service.program import Program, Visitor, until

pytestmark = pytest.mark.real

FOLDER = Path(__file__).parents[2] / "docs" / "examples" / "messages"
BEGIN = datetime(2026, 11, 24, 8, 0, 5, tzinfo=UTC)
"""The examples' own time, so that what they call now is now."""
UNTOLD = {Kind.LIVENESS, Kind.TEMPERATURE, Kind.HUMIDITY, Kind.ILLUMINANCE}
WITHIN = 60.0


class Example:
    """One convention's messages, from a gateway of its own in a home of its own."""

    def __init__(self, path: Path) -> None:
        self.fixture: Fixture = read(path)
        self.expected: list[dict[str, Any]] = json.loads(path.read_text())["expected"]

    @property
    def name(self) -> str:
        return self.fixture.convention

    @property
    def gateway(self) -> str:
        return f"g-{self.name}"

    @property
    def wanted(self) -> set[tuple[str, str, str]]:
        return {(f"{self.gateway}/{one['device']}", one["kind"], _told(one["value"])) for one in self.expected}

    @property
    def alarms(self) -> set[str]:
        return {one["kind"] for one in self.expected if one["value"] is True and Kind(one["kind"]) in ALARM_KINDS}

    def roll(self) -> dict[str, list[dict[str, Any]]]:
        """The home, the gateway, and every device that is expected or that a profile must hang on."""
        names = dict.fromkeys([*(one["device"] for one in self.expected), "bridge", "OMG"])
        devices = [
            {
                "id": f"{self.gateway}/{name}",
                "home": f"h-{self.name}",
                "room": "other",
                "role": "bridge" if name == "bridge" else "other",
                "profile": dict(self.fixture.profile),
            }
            for name in names
        ]
        home = {"id": f"h-{self.name}", "area": "b", "address": self.name}
        return {"homes": [home], "gateways": [{"id": self.gateway, "home": home["id"]}], "devices": devices}

    def topic(self, native: str) -> str:
        return f"gw/{self.gateway}/{native}" if self.name in OWN_TOPICS else f"gw/{self.gateway}/{self.name}/{native}"


def _told(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


EXAMPLES = [Example(path) for path in sorted(FOLDER.glob("*.json"))]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Influx]:
    if influx.find() is None:
        pytest.skip("NOT RUN: no InfluxDB on this machine")
    with Influx(tmp_path / "influx") as server:
        yield server.set_up()


@pytest.fixture
def program(broker: Mosquitto, server: Influx, tmp_path: Path) -> Iterator[Program]:
    settings = {
        "ANXIN_READINGS": "influxdb",
        "ANXIN_INFLUX_URL": server.url,
        "ANXIN_INFLUX_TOKEN": TOKEN,
        "ANXIN_INFLUX_ORG": ORG,
        "ANXIN_INFLUX_BUCKET": BUCKET,
    }
    with Program(tmp_path / "anxin", broker.port, settings=settings) as program:
        rolls = [example.roll() for example in EXAMPLES]
        whole = {table: [row for roll in rolls for row in roll[table]] for table in ("homes", "gateways", "devices")}
        areas = [{"id": "b", "kind": "building", "name": "7号楼"}]
        (program.folder / "homes.json").write_text(json.dumps({"areas": areas, **whole}))
        program.run("enroll", str(program.folder / "homes.json"))
        program.start(f"{BEGIN.isoformat()}@{datetime.now(UTC).isoformat()}*1")
        program.wait_until_connected()
        yield program


def _publish(broker: Mosquitto) -> None:
    """Each gateway's messages in order."""
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    for example in EXAMPLES:
        for sent in example.fixture.messages:
            client.publish(example.topic(sent.topic), sent.payload, qos=1).wait_for_publish(WITHIN)
    client.disconnect()
    client.loop_stop()


def _kept(server: Influx) -> set[tuple[str, str, str]]:
    readings = InfluxReadings(url=server.url, token=TOKEN, org=ORG, bucket=BUCKET)
    devices = [device["id"] for example in EXAMPLES for device in example.roll()["devices"]]
    try:
        found = readings.between(devices, BEGIN - timedelta(days=2), BEGIN + timedelta(days=2))
    finally:
        readings.close()
    return {(one.device, one.kind.value, _told(one.value)) for one in found if one.kind not in UNTOLD}


def test_its_readings_are_in_influxdb_and_its_alarms_are_alerts(
    program: Program, broker: Mosquitto, server: Influx
) -> None:
    _publish(broker)
    wanted = set().union(*(example.wanted for example in EXAMPLES))
    until(lambda: _kept(server) >= wanted, within=WITHIN, what=lambda: f"kept: {wanted - _kept(server)} are missing")
    admin = Visitor(program.address, "admin").enter()
    alarms = {(f"h-{example.name}", kind) for example in EXAMPLES for kind in example.alarms}

    def raised() -> set[tuple[str, str]]:
        return {(alert["home"], part["kind"]) for alert in admin.alerts() for part in alert["parts"]}

    until(lambda: raised() >= alarms, within=WITHIN, what=lambda: f"alerts: {alarms - raised()} are missing")
    states = {home["id"]: home["state"] for home in admin.get("/homes?limit=100")["items"]}

    assert _kept(server) == wanted, "and nothing else"
    assert raised() == alarms
    assert {home for home, state in states.items() if state == "concern"} == {home for home, _ in alarms}
    assert "ERROR" not in program.log(longest=1_000_000)
    program.stop()
