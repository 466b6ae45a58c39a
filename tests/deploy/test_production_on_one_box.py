"""`anxin serve` with the settings of docker-compose.yml, against real Mosquitto, InfluxDB and PostgreSQL.

A gateway with its own password reports a press of the SOS button; a grid worker's webhook hears of it, signed.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiomqtt
import httpx
import psycopg
import pytest
import yaml

from tests.servers import influx, mosquitto, postgres
from tests.servers.influx import Influx
from tests.servers.mosquitto import Mosquitto, free_port
from tests.servers.postgres import Postgres
from tests.servers.receiver import Receiver, receiving

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
missing = [
    name
    for name, found in (("Mosquitto", mosquitto.find()), ("InfluxDB", influx.find()), ("PostgreSQL", postgres.find()))
    if found is None
]
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(bool(missing), reason=f"NOT RUN: production on one box needs {', '.join(missing)}"),
]

INVENTORY = """
areas = [
  {id = "street", kind = "street", name = "清河坊街道"},
  {id = "community", kind = "community", name = "桂花园社区", parent = "street"},
  {id = "grid", kind = "grid", name = "第一网格", parent = "community"},
  {id = "b7", kind = "building", name = "7号楼", parent = "grid"},
]
homes = [{id = "h-0007", area = "b7", address = "7号楼2单元402", resident = "王秀英"}]
gateways = [{id = "g-0007", home = "h-0007"}]
devices = [
  {id = "g-0007/sos", home = "h-0007", room = "bedroom", role = "sos"},
  {id = "g-0007/hall", home = "h-0007", room = "corridor", role = "room"},
]
people = [{id = "li", name = "李敏", routes = [{channel = "webhook", address = "WEBHOOK"}]}]
ties = [{person = "li", bond = "captain", area = "b7"}]
shifts = [{id = "s1", area = "grid", post = "grid_worker", person = "li", start = "08:00", end = "08:00"}]
"""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as server:
        yield server


@pytest.fixture
def database(public: Path) -> Iterator[Postgres]:
    with Postgres(public / "postgres") as server:
        with psycopg.connect(host="127.0.0.1", port=server.port, user="anxin", dbname="postgres", autocommit=True) as c:
            c.execute("CREATE DATABASE anxin")
        yield server


@pytest.fixture
def readings(public: Path, deploy: Path) -> Iterator[Influx]:
    """Set up as the official image does from the compose file's environment."""
    wanted = _compose()["services"]["influxdb"]["environment"]
    with Influx(public / "influx") as server:
        owner = {
            "username": wanted["DOCKER_INFLUXDB_INIT_USERNAME"],
            "password": _secret(deploy, wanted["DOCKER_INFLUXDB_INIT_PASSWORD_FILE"]),
            "org": wanted["DOCKER_INFLUXDB_INIT_ORG"],
            "bucket": wanted["DOCKER_INFLUXDB_INIT_BUCKET"],
            "token": _secret(deploy, wanted["DOCKER_INFLUXDB_INIT_ADMIN_TOKEN_FILE"]),
        }
        httpx.post(f"{server.url}/api/v2/setup", json=owner, timeout=30).raise_for_status()
        yield server


def _compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


def _secret(deploy: Path, path: str) -> str:
    return (deploy / "secrets" / Path(path).name).read_text()


def environment(deploy: Path, data: Path, port: int, *, hosts: dict[str, str]) -> dict[str, str]:
    """The compose file's environment of `anxin`, with addresses on this machine."""
    given: dict[str, str] = dict(_compose()["services"]["anxin"]["environment"])
    own = {name: value for name, value in os.environ.items() if not name.startswith("ANXIN_")}
    for name, value in given.items():
        for there, here in hosts.items():
            value = value.replace(there, here)  # noqa: PLW2901 - one value, several hosts
        given[name] = value.replace("/run/secrets", str(deploy / "secrets"))
    return {
        **own,
        **given,
        "ANXIN_HTTP_HOST": "127.0.0.1",
        "ANXIN_HTTP_PORT": str(port),
        "ANXIN_DATA_DIR": str(data),
        "ANXIN_SECURE_COOKIES": "false",
    }


@contextmanager
def anxin(command: list[str], env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as out:
        process = subprocess.Popen([sys.executable, "-m", "anxin", *command], env=env, stdout=out, stderr=out)
    try:
        yield process
    finally:
        process.terminate()
        assert process.wait(30) == 0, log.read_text()[-3000:]


def _eventually(look: Callable[[], bool], what: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if look():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"never: {what}\n{log.read_text()[-3000:]}")


def _press(port: int, password: str) -> None:
    async def press() -> None:
        async with aiomqtt.Client("127.0.0.1", port, username="g-0007", password=password) as gateway:
            await gateway.publish("gw/g-0007/zigbee2mqtt/hall", json.dumps({"occupancy": False, "battery": 97}), qos=1)
            await gateway.publish("gw/g-0007/zigbee2mqtt/sos", json.dumps({"action": "emergency"}), qos=1)

    asyncio.run(press())


def _is_signed(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()
    return f"v1,{wanted}" in headers["webhook-signature"].split()


def test_an_sos_reaches_the_grid_worker_and_is_kept(
    deploy: Path,
    public: Path,
    broker: Mosquitto,
    database: Postgres,
    readings: Influx,
    receiver: Receiver,
    gateway_password: Callable[[str], str],
) -> None:
    password, port, log = gateway_password("g-0007"), free_port(), public / "anxin.log"
    hosts = {
        "mosquitto:1883": f"127.0.0.1:{broker.port}",
        "postgres:5432": f"127.0.0.1:{database.port}",
        "http://influxdb:8086": readings.url,
    }
    env = environment(deploy, public / "data", port, hosts=hosts)
    inventory = public / "inventory.toml"
    inventory.write_text(INVENTORY.replace("WEBHOOK", receiver.url))
    console = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10)

    with broker, anxin(["serve"], env, log), console:
        _eventually(lambda: console.get("/readyz").status_code == httpx.codes.OK, "ready", log)
        enrolled = subprocess.run(
            [sys.executable, "-m", "anxin", "enroll", str(inventory)],
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert enrolled.returncode == 0, enrolled.stderr
        login = {"login": "admin", "password": _secret(deploy, "admin_password")}
        token = console.post("/api/v1/session", json=login).json()["token"]
        console.headers["authorization"] = f"Bearer {token}"
        _eventually(lambda: bool(console.get("/api/v1/homes").json()["items"]), "the home is known", log)
        _press(broker.port, password)
        _eventually(lambda: bool(receiver.received), "the grid worker is told", log)
        _eventually(lambda: _told(console), "the alert says what the provider said", log)
        alerts = console.get("/api/v1/alerts").json()["items"]

    headers, body = receiver.received[0].headers, receiver.received[0].body
    assert _is_signed(headers, body, _secret(deploy, "webhook_secret"))
    assert not _is_signed(headers, body + b" ", _secret(deploy, "webhook_secret"))
    assert [(a["kind"], a["severity"], a["home"]) for a in alerts] == [("sos", "red", "h-0007")]
    assert _stored(readings, deploy) >= {"sos", "battery", "motion"}


def _told(console: httpx.Client) -> bool:
    """The first alert's deliveries include one that the provider accepted."""
    alert = console.get("/api/v1/alerts").json()["items"][0]["id"]
    found = console.get(f"/api/v1/alerts/{alert}").json()
    return any(delivery["state"] == "accepted" for delivery in found["deliveries"])


def _stored(readings: Influx, deploy: Path) -> set[str]:
    """The kinds of readings in InfluxDB."""
    query = 'import "influxdata/influxdb/schema" schema.tagValues(bucket: "readings", tag: "kind")'
    answer = httpx.post(
        f"{readings.url}/api/v2/query?org=anxin",
        content=query,
        headers={
            "authorization": f"Token {_secret(deploy, 'influx_token')}",
            "content-type": "application/vnd.flux",
            "accept": "application/csv",
        },
    )
    return {line.split(",")[-1] for line in answer.raise_for_status().text.replace("\r", "").split("\n") if line}
