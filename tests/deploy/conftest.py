"""A copy of `deploy/` with its secrets made, and the broker that its own configuration file describes."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.servers.mosquitto import Mosquitto, free_port

ROOT = Path(__file__).parents[2]


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that the servers' own users may enter (pytest's are private)."""
    with tempfile.TemporaryDirectory(prefix="anxin-deploy-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of deploy/ on which first-start has been run once."""
    folder = tmp_path_factory.mktemp("prepared") / "deploy"
    shutil.copytree(ROOT / "deploy", folder, ignore=shutil.ignore_patterns("secrets"))
    subprocess.run(["bash", str(folder / "first-start")], check=True, capture_output=True)
    return folder


@pytest.fixture
def deploy(public: Path, prepared: Path) -> Path:
    """A folder like that of an operator who has run first-start."""
    return shutil.copytree(prepared, public / "deploy")


@pytest.fixture
def gateway_password(deploy: Path) -> Callable[[str], str]:
    """Give a gateway its password, as an operator would, before the broker starts."""

    def give(gateway: str) -> str:
        command = ["bash", str(deploy / "first-start"), "gateway", gateway]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        found = re.search(r"password\s+(\S+)", said)
        assert found is not None, said
        return found[1]

    return give


@pytest.fixture
def broker(deploy: Path, public: Path) -> Mosquitto:
    """Mosquitto with our own configuration file, not started; only the image's paths and the port are mapped."""
    folder = public / "broker"
    server = Mosquitto(folder)
    server.tls_port = free_port()
    (folder / "data").mkdir(parents=True)
    folder.chmod(0o755)
    (deploy / "secrets").chmod(0o755)
    text = (deploy / "mosquitto" / "mosquitto.conf").read_text()
    for image, here in {
        "listener 1883": f"listener {server.port} 127.0.0.1",
        "listener 8883": f"listener {server.tls_port} 127.0.0.1",
        "/mosquitto/config/tls/server.crt": str(deploy / "secrets" / "tls" / "server.crt"),
        "/mosquitto/config/tls/server.key": str(deploy / "secrets" / "tls" / "server.key"),
        "/mosquitto/config/passwords": str(deploy / "secrets" / "mosquitto_passwords"),
        "/mosquitto/config/acl": str(deploy / "mosquitto" / "acl"),
        "/mosquitto/data/": f"{folder / 'data'}/",
    }.items():
        assert image in text
        text = text.replace(image, here)
    server.configuration = text
    return server
