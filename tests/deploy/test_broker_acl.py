"""`anxin broker-acl`, and what a real Mosquitto makes of its files: a gateway cannot write for another home."""

import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from typer.testing import CliRunner

from anxin.broker_acl import acl, hashed, replace_file, with_passwords
from anxin.cli import app
from anxin.settings import load
from anxin.stores import open_database
from core.places import Area, AreaKind, Gateway, Home
from tests.servers import mosquitto
from tests.servers.mosquitto import Mosquitto

PATIENCE = 10.0


def test_each_gateway_has_its_own_prefix_and_nobody_else_has_any() -> None:
    text = acl(["g-2", "g-1"], service="anxin")

    assert "user g-1\ntopic readwrite gw/g-1/#\n\nuser g-2\ntopic readwrite gw/g-2/#\n" in text
    assert "pattern" not in text


def test_a_new_gateway_gets_a_password_once_and_one_that_is_gone_loses_it() -> None:
    first, fresh = with_passwords(f"anxin:{hashed('x')}\n", ["g-1", "g-2"], keep=["anxin"])
    again, none = with_passwords(first, ["g-1", "g-2"], keep=["anxin"])
    less, _ = with_passwords(first, ["g-2"], keep=["anxin"])

    assert [one.gateway for one in fresh] == ["g-1", "g-2"]
    assert (again, none) == (first, [])
    assert [line.split(":")[0] for line in less.splitlines()] == ["anxin", "g-2"]
    assert all(one.password not in first for one in fresh), "only hashes are kept"


def test_a_file_keeps_its_mode_and_is_left_alone_when_nothing_changes(tmp_path: Path) -> None:
    file = tmp_path / "passwords"
    file.write_text("a")
    file.chmod(0o600)

    assert replace_file(file, "b")
    assert not replace_file(file, "b")

    assert (file.read_text(), file.stat().st_mode & 0o777) == ("b", 0o600)
    assert list(tmp_path.iterdir()) == [file]


@pytest.fixture
def street(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with two gateways enrolled."""
    monkeypatch.setenv("ANXIN_DATA_DIR", str(tmp_path / "data"))
    with open_database(load(), migrate=True) as stores:
        stores.inventory.save(
            areas=[Area("a", AreaKind.GRID, "网格")],
            homes=[Home("h-1", "a", "1"), Home("h-2", "a", "2")],
            gateways=[Gateway("g-1", "h-1"), Gateway("g-2", "h-2")],
        )
    return tmp_path


def written(folder: Path, *more: str) -> dict[str, str]:
    """Run the command; the new passwords."""
    files = ("--acl", str(folder / "acl"), "--passwords", str(folder / "passwords"))
    said = CliRunner().invoke(app, ["broker-acl", *files, *more])
    assert said.exit_code == 0, said.output
    return dict(line.split("  ") for line in said.stdout.splitlines() if "  " in line)


@pytest.fixture
def broker(street: Path) -> Iterator[Mosquitto]:
    if mosquitto.find() is None:
        pytest.skip("NOT RUN: Mosquitto is not installed")
    server = Mosquitto(street / "broker")
    files = f"password_file {street / 'passwords'}\nacl_file {street / 'acl'}\n"
    server.configuration = f"user root\nlistener {server.port} 127.0.0.1\nallow_anonymous false\n{files}"
    yield server
    server.stop()


class Listener:
    """What the service would hear."""

    def __init__(self, port: int, password: str, *, user: str = "anxin", topic: str = "gw/#") -> None:
        self.heard: list[str] = []
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.username_pw_set(user, password)
        self._client.on_message = lambda _c, _u, message: self.heard.append(message.topic)
        self._client.connect("127.0.0.1", port)
        subscribed = threading.Event()
        self._client.on_subscribe = lambda *_: subscribed.set()
        self._client.subscribe(topic, qos=1)
        self._client.loop_start()
        assert subscribed.wait(PATIENCE)

    def wait_for(self, topic: str) -> None:
        until = time.monotonic() + PATIENCE
        while topic not in self.heard:
            assert time.monotonic() < until, self.heard
            time.sleep(0.01)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def publish(port: int, user: str, password: str, *topics: str) -> bool:
    """Say something on each topic; False when the broker does not let this user in."""
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set(user, password)
    refused: list[bool] = []
    client.on_connect = lambda _c, _u, _f, code, _p: refused.append(bool(code.is_failure))
    client.connect("127.0.0.1", port)
    client.loop_start()
    until = time.monotonic() + PATIENCE
    while not refused and time.monotonic() < until:
        time.sleep(0.01)
    if not refused[0]:
        for topic in topics:
            client.publish(topic, "{}", qos=1).wait_for_publish(PATIENCE)
    client.disconnect()
    client.loop_stop()
    return not refused[0]


@pytest.mark.real
def test_a_gateway_cannot_write_for_another_home(street: Path, broker: Mosquitto) -> None:
    (street / "passwords").write_text(f"anxin:{hashed('our own password')}\n")
    passwords = written(street)
    with broker:
        service = Listener(broker.port, "our own password")
        ours = "gw/g-1/native/v1/door/reading"
        foreign = ("gw/g-2/native/v1/door/reading", "gw", "gw/g-10/x", "anxin/alert", "gw/g-1/../g-2/x")

        assert publish(broker.port, "g-1", passwords["g-1"], *foreign, ours)
        assert not publish(broker.port, "g-1", passwords["g-2"], ours)
        assert not publish(broker.port, "g-9", "guessed", ours)
        service.wait_for(ours)
        service.close()

    assert set(service.heard) == {ours, "gw/g-1/../g-2/x"}, "what looks like a way out is only a name below its prefix"


@pytest.mark.real
def test_a_gateway_that_is_enrolled_later_gets_in_without_a_restart(street: Path, broker: Mosquitto) -> None:
    (street / "passwords").write_text(f"anxin:{hashed('our own password')}\n")
    written(street)
    with broker:
        service = Listener(broker.port, "our own password")
        with open_database(load(), migrate=False) as stores:
            stores.inventory.save(gateways=[Gateway("g-3", "h-2")])

        passwords = written(street)
        assert broker._process is not None
        broker._process.send_signal(signal.SIGHUP)
        topic = "gw/g-3/native/v1/door/reading"
        until = time.monotonic() + PATIENCE
        while not publish(broker.port, "g-3", passwords["g-3"], topic):
            assert time.monotonic() < until
        service.wait_for(topic)
        service.close()

    assert set(passwords) == {"g-3"}, "the others keep theirs"


@pytest.mark.usefixtures("street")
@pytest.mark.parametrize(
    ("option", "said"),
    [
        (("--family", "lamp=h-9"), "no home 'h-9'"),
        (("--board", "desk=nowhere"), "no area 'nowhere'"),
        (("--family", "la mp=h-1"), "NAME=WHAT"),
        (("--family", "lamp"), "NAME=WHAT"),
        (("--family", "g-1=h-1"), "a name of its own"),
        (("--family", "anxin=h-1"), "a name of its own"),
    ],
)
def test_a_reader_of_nothing_or_with_a_taken_name_is_refused(option: tuple[str, str], said: str) -> None:
    refused = CliRunner().invoke(app, ["broker-acl", *option])

    assert said in str(refused.exception)


@pytest.mark.real
def test_a_lamp_hears_its_own_home_and_nothing_else(street: Path, broker: Mosquitto) -> None:
    (street / "passwords").write_text(f"anxin:{hashed('our own password')}\n")
    passwords = written(street, "--family", "lamp=h-1")
    told = [f"anxin/v1/{what}" for what in ("family/h-1", "family/h-2", "home/h-1", "alert/a-1", "status")]
    with broker:
        lamp = Listener(broker.port, passwords["lamp"], user="lamp", topic="anxin/#")
        for topic in told:
            assert publish(broker.port, "anxin", "our own password", topic)
        assert publish(broker.port, "lamp", passwords["lamp"], "anxin/v1/family/h-1", "gw/g-1/native/v1/x/reading")
        lamp.wait_for("anxin/v1/status")
        lamp.close()

    assert lamp.heard == ["anxin/v1/family/h-1", "anxin/v1/status"]
