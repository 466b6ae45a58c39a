"""InfluxDB is away, and somebody presses the button: whoever must hear of it, does, and no reading is lost.

The broker lets few messages be under way here, so that readings which are held back would soon hold back all others.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paho.mqtt.publish as mqtt
import pytest

from anxin.memory import COVER
from anxin.settings import load
from anxin.stores import open_database
from core.readings import Kind
from storage.influx import InfluxReadings
from tests.servers import influx, mosquitto
from tests.servers.influx import BUCKET, ORG, TOKEN, Influx
from tests.servers.mosquitto import Mosquitto, free_port, open_configuration
from tests.service.numbers import DEVICES, GATEWAY, HOME
from tests.service.program import Program, Visitor, until

pytestmark = [pytest.mark.real, pytest.mark.kill, pytest.mark.long(22)]

UNDER_WAY = 20
WITHIN = 30.0


@pytest.fixture
def narrow_broker(tmp_path: Path) -> Iterator[Mosquitto]:
    if mosquitto.find() is None:
        pytest.skip("NOT RUN: no Mosquitto on this machine")
    folder, port = tmp_path / "broker", free_port()
    with Mosquitto(folder, port, open_configuration(port, folder / "data", inflight=UNDER_WAY)) as server:
        yield server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Influx]:
    if influx.find() is None:
        pytest.skip("NOT RUN: no InfluxDB on this machine")
    with Influx(tmp_path / "influx") as server:
        yield server.set_up()


@pytest.fixture
def program(narrow_broker: Mosquitto, server: Influx, tmp_path: Path) -> Iterator[Program]:
    settings = {
        "ANXIN_READINGS": "influxdb",
        "ANXIN_INFLUX_URL": server.url,
        "ANXIN_INFLUX_TOKEN": TOKEN,
        "ANXIN_INFLUX_ORG": ORG,
        "ANXIN_INFLUX_BUCKET": BUCKET,
        "ANXIN_SNAPSHOT_EVERY": "1",
    }
    with Program(tmp_path / "anxin", narrow_broker.port, settings=settings) as program:
        (program.folder / "home.json").write_text(_roll())
        program.run("enroll", str(program.folder / "home.json"))
        program.start()
        program.wait_until_connected()
        yield program


def _roll() -> str:
    areas = [{"id": "b", "kind": "building", "name": "7号楼"}]
    counting = [{"id": f"{GATEWAY}/{d}", "home": HOME, "room": "other", "role": "other"} for d in DEVICES]
    button = {"id": f"{GATEWAY}/sos", "home": HOME, "room": "bedroom", "role": "sos"}
    homes = [{"id": HOME, "area": "b", "address": "402"}]
    gateways = [{"id": GATEWAY, "home": HOME}]
    return json.dumps({"areas": areas, "homes": homes, "gateways": gateways, "devices": [*counting, button]})


def test_a_call_for_help_is_heard_while_the_readings_store_is_away(
    program: Program, narrow_broker: Mosquitto, server: Influx
) -> None:
    admin = Visitor(program.address, "admin").enter()
    _say(narrow_broker, range(100))
    until(lambda: _kept(server) == 100, within=WITHIN, what="a hundred numbers in InfluxDB")
    until(lambda: _has_snapshots(program), within=WITHIN, what="a snapshot of what was learned")

    server.stop(kill=True)
    _say(narrow_broker, range(100, 100 + 10 * UNDER_WAY))
    _press(narrow_broker)
    [first] = until(lambda: admin.alerts() or None, within=WITHIN, what=lambda: f"the call is heard\n{program.log()}")
    program.kill()
    program.start()
    program.wait_until_connected()
    admin.act(first["id"], "acknowledge")
    admin.act(first["id"], "close", outcome="test")
    _say(narrow_broker, range(300, 400))
    _press(narrow_broker, later=timedelta(minutes=1.5))
    until(lambda: len(admin.alerts()) == 2, within=WITHIN, what=lambda: f"so is the next\n{program.log()}")
    server.start()

    until(lambda: _kept(server) == 400, within=WITHIN, what=lambda: f"all in InfluxDB: {_kept(server)}")
    program.stop()


def _has_snapshots(program: Program) -> bool:
    with open_database(load(data_dir=program.data), migrate=False) as stores:
        return any(stores.snapshots.load(COVER))


def _say(broker: Mosquitto, numbers: range) -> None:
    at = datetime.now(UTC).isoformat()
    mqtt.multiple(
        [
            (
                f"gw/{GATEWAY}/native/v1/{DEVICES[n % len(DEVICES)]}/reading",
                json.dumps({"v": 1, "id": f"{n}", "at": at, "readings": [{"kind": "energy", "value": float(n)}]}),
                1,
                False,
            )
            for n in numbers
        ],
        hostname="127.0.0.1",
        port=broker.port,
    )


def _press(broker: Mosquitto, *, later: timedelta = timedelta(0)) -> None:
    """`later`: by the button's own clock, so that it is another call."""
    at = (datetime.now(UTC) + later).isoformat()
    pressed = json.dumps({"v": 1, "at": at, "readings": [{"kind": "sos", "value": True}]})
    mqtt.single(f"gw/{GATEWAY}/native/v1/sos/reading", pressed, qos=1, hostname="127.0.0.1", port=broker.port)


def _kept(server: Influx) -> int:
    """How many different numbers InfluxDB has."""
    readings = InfluxReadings(url=server.url, token=TOKEN, org=ORG, bucket=BUCKET)
    try:
        now = datetime.now(UTC)
        devices = [f"{GATEWAY}/{device}" for device in DEVICES]
        found = readings.between(devices, now - timedelta(hours=1), now + timedelta(hours=1))
    finally:
        readings.close()
    return len({r.value for r in found if r.kind is Kind.ENERGY})
