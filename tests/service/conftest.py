"""What the stories of the whole program share: brokers and recordings."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import mosquitto
from tests.servers.mosquitto import Mosquitto
from tests.service.scene import Learned, learn


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    if mosquitto.find() is None:
        pytest.skip("NOT RUN: no Mosquitto on this machine")
    with Mosquitto(tmp_path / "broker") as server:
        yield server


@pytest.fixture
def other_broker(tmp_path: Path) -> Iterator[Mosquitto]:
    if mosquitto.find() is None:
        pytest.skip("NOT RUN: no Mosquitto on this machine")
    with Mosquitto(tmp_path / "other-broker") as server:
        yield server


@pytest.fixture(scope="session")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Learned:
    """The street with a week behind it: told and learned once, for every story that begins there."""
    if mosquitto.find() is None:
        pytest.skip("NOT RUN: no Mosquitto on this machine")
    return learn(tmp_path_factory.mktemp("learned"))


@pytest.fixture(scope="session")
def recordings() -> Path:
    """The folder of recorded homes."""
    given = os.environ.get("ANXIN_RECORDINGS")
    if not given or not (Path(given) / "homes").is_dir():
        pytest.skip("NOT RUN: no recordings of real homes here (ANXIN_RECORDINGS)")
    return Path(given) / "homes"
