"""Our session at the broker is kept under a name that no gateway can guess, and that a restart finds again."""

import threading
import time
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from anxin.intake import broker_settings, client_id
from anxin.settings import load
from tests.servers import mosquitto
from tests.servers.mosquitto import Mosquitto


def test_it_is_made_once_and_only_we_may_read_it(tmp_path: Path) -> None:
    first, again = client_id(load(data_dir=tmp_path)), client_id(load(data_dir=tmp_path))
    elsewhere = client_id(load(data_dir=tmp_path / "other"))

    assert first == again
    assert first != elsewhere
    assert len(first) == 22
    assert (tmp_path / "broker-client-id").stat().st_mode & 0o777 == 0o600


def test_one_that_was_chosen_counts(tmp_path: Path) -> None:
    assert client_id(load(data_dir=tmp_path, broker_client_id="street-7")) == "street-7"
    assert not (tmp_path / "broker-client-id").exists()


def test_two_programs_that_start_at_once_agree(tmp_path: Path) -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(client_id(load(data_dir=tmp_path)))) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(found)) == 1
    assert found[0].startswith("anxin-")


@pytest.mark.real
@pytest.mark.skipif(mosquitto.find() is None, reason="NOT RUN: Mosquitto is not installed")
def test_a_gateway_that_calls_itself_anxin_takes_nothing_from_us(tmp_path: Path) -> None:
    with Mosquitto(tmp_path / "broker") as broker:
        ours = broker_settings(load(data_dir=tmp_path, broker_url=f"mqtt://127.0.0.1:{broker.port}"))
        lost = threading.Event()
        us, gateway = (paho.Client(CallbackAPIVersion.VERSION2, client_id=name) for name in (ours.client_id, "anxin"))
        us.on_disconnect = lambda *_: lost.set()

        us.connect("127.0.0.1", broker.port)
        us.loop_start()
        until = time.monotonic() + 10
        while not us.is_connected() and time.monotonic() < until:
            time.sleep(0.01)
        gateway.connect("127.0.0.1", broker.port)
        gateway.loop_start()
        while not gateway.is_connected() and time.monotonic() < until:
            time.sleep(0.01)

        assert not lost.wait(0.5)
        assert us.is_connected()
        for client in (gateway, us):
            client.disconnect()
            client.loop_stop()
