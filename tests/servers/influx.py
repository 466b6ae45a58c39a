"""A genuine InfluxDB 2 for tests: on a free loopback port, set up with an owner, stopped and started at will."""

import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import httpx

from tests.servers.mosquitto import free_port

_DEADLINE = 30.0
TOKEN = "a-token-for-tests-only"
ORG = "anxin"
BUCKET = "readings"


def find() -> str | None:
    """The path of the server, if there is one: ANXIN_INFLUXD, else on the PATH."""
    named = os.environ.get("ANXIN_INFLUXD")
    return named if named and Path(named).is_file() else shutil.which("influxd")


@dataclass
class Influx:
    """Its data lies below `folder` and survives a restart."""

    folder: Path
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Self:
        binary = find()
        assert binary is not None, "influxd is not installed"
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [
            binary,
            f"--http-bind-address=127.0.0.1:{self.port}",
            f"--bolt-path={self.folder / 'influxd.bolt'}",
            f"--sqlite-path={self.folder / 'influxd.sqlite'}",
            f"--engine-path={self.folder / 'engine'}",
            "--reporting-disabled",
            "--log-level=error",
        ]
        with (self.folder / "influxd.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        self._wait()
        return self

    def set_up(self) -> Self:
        """The first start: an owner, the organisation, a bucket, a token that may do everything."""
        owner = {"username": "owner", "password": "only-for-tests", "org": ORG, "bucket": BUCKET, "token": TOKEN}
        httpx.post(f"{self.url}/api/v2/setup", json=owner, timeout=_DEADLINE).raise_for_status()
        return self

    def stop(self, *, kill: bool = False) -> None:
        if self._process is None:
            return
        self._process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
        self._process.wait(_DEADLINE)
        self._process = None

    def _wait(self) -> None:
        deadline = time.monotonic() + _DEADLINE
        while time.monotonic() < deadline:
            assert self._process is not None
            if self._process.poll() is not None:
                break
            try:
                if httpx.get(f"{self.url}/health", timeout=1.0).status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError("influxd did not start:\n" + (self.folder / "influxd.log").read_text()[-2000:])

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
