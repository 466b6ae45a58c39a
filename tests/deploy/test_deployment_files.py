"""The files of `deploy/` are the ones that real servers run here: only their image paths are mapped to this machine."""

import asyncio
import json
import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import aiomqtt
import pytest
import yaml

from anxin import settings
from tests.servers import mosquitto
from tests.servers.mosquitto import Mosquitto

ROOT = Path(__file__).parents[2]
needs_mosquitto = pytest.mark.skipif(mosquitto.find() is None, reason="NOT RUN: Mosquitto is not installed")


def test_first_start_makes_every_secret_that_compose_names_and_keeps_it(deploy: Path) -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    files = [deploy / Path(secret["file"]).relative_to("deploy") for secret in compose["secrets"].values()]
    before = {f: f.read_text() for f in files}

    subprocess.run(["bash", str(deploy / "first-start")], check=True, capture_output=True)

    assert all(len(text) >= 32 for text in before.values())
    assert {f: f.read_text() for f in files} == before
    assert stat.S_IMODE((deploy / "secrets").stat().st_mode) == 0o700


def test_compose_gives_anxin_only_settings_that_exist(
    deploy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    environment = compose["services"]["anxin"]["environment"]
    for name in [n for n in os.environ if n.startswith("ANXIN_")]:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value.replace("/run/secrets", str(deploy / "secrets")))

    loaded = settings.load(data_dir=tmp_path)

    known = {f"ANXIN_{field.upper()}" for field in settings.Settings.model_fields}
    assert {name.removesuffix("_FILE") for name in environment} <= known
    assert loaded.broker_password is not None
    assert loaded.broker_password.get_secret_value() == (deploy / "secrets" / "broker_password").read_text()
    assert (deploy / "secrets" / "postgres_password").read_text() in loaded.database


def test_compose_mounts_files_that_exist() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    mounts = [v.split(":")[0] for s in compose["services"].values() for v in s.get("volumes", ()) if v.startswith("./")]

    tracked = [ROOT / m for m in mounts if "secrets" not in m]

    assert tracked
    assert all(path.is_file() for path in tracked)


@pytest.mark.real
@needs_mosquitto
def test_a_gateway_can_write_below_its_own_prefix_only(
    deploy: Path, broker: Mosquitto, gateway_password: Callable[[str], str]
) -> None:
    password = gateway_password("g-0007")
    anxin_password = (deploy / "secrets" / "broker_password").read_text()

    async def story(port: int) -> list[str]:
        heard: list[str] = []
        async with (
            aiomqtt.Client("127.0.0.1", port, username="anxin", password=anxin_password) as anxin,
            aiomqtt.Client("127.0.0.1", port, username="g-0007", password=password) as gateway,
        ):
            await anxin.subscribe("gw/#", qos=1)
            await gateway.publish("gw/g-0008/native/v1/door/reading", json.dumps({"v": 1}), qos=1)
            await gateway.publish("gw/g-0007/native/v1/door/reading", json.dumps({"v": 1}), qos=1)
            async for message in anxin.messages:
                heard.append(message.topic.value)
                break
        return heard

    with broker as server:
        heard = asyncio.run(story(server.port))

    assert heard == ["gw/g-0007/native/v1/door/reading"]


@pytest.mark.real
@needs_mosquitto
@pytest.mark.parametrize(("user", "password"), [(None, None), ("g-0007", "wrong"), ("nobody", "x")])
def test_the_broker_lets_nobody_in_without_a_password(
    broker: Mosquitto, gateway_password: Callable[[str], str], user: str | None, password: str | None
) -> None:
    gateway_password("g-0007")

    async def try_it(port: int) -> None:
        async with aiomqtt.Client("127.0.0.1", port, username=user, password=password):
            pass

    with broker as server, pytest.raises(aiomqtt.MqttError):
        asyncio.run(try_it(server.port))
