"""A genuine Mosquitto for tests: on a free loopback port, with a given configuration, stopped and killed at will."""

import itertools
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

_DEADLINE = 10.0


def find() -> str | None:
    """The path of the server, if there is one."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


def _ports() -> Iterator[int]:
    """Each once, from a range of this process's own: below those that the system hands out, so that nobody takes one
    between our look and the server's start, neither a connection nor a test in another process.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = 10_000 + worker % _WORKERS * _PORTS_EACH
    return itertools.cycle(random.sample(range(first, first + _PORTS_EACH), _PORTS_EACH))


_WORKERS, _PORTS_EACH = 10, 2_000
_unused = _ports()


def free_port() -> int:
    while True:
        port = next(_unused)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def open_configuration(port: int, data: Path, *, inflight: int = 1000) -> str:
    """Anonymous, persistent, for tests that are not about access."""
    # Started by root it would become another user, who may not write where pytest keeps its folders.
    user = "user root\n" if os.geteuid() == 0 else ""
    return (
        f"{user}listener {port} 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location {data}/\n"
        f"autosave_interval 1\nautosave_on_changes false\nmax_queued_messages 0\nmax_inflight_messages {inflight}\n"
    )


@dataclass
class Mosquitto:
    """`configuration` is written to a file below `folder`; the data survives a restart."""

    folder: Path
    port: int = field(default_factory=free_port)
    configuration: str | None = None
    tls_port: int | None = None
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        binary = find()
        assert binary is not None, "mosquitto is not installed"
        data = self.folder / "data"
        data.mkdir(parents=True, exist_ok=True)
        data.chmod(0o777)
        self.folder.chmod(0o755)
        conf = self.folder / "mosquitto.conf"
        conf.write_text(self.configuration or open_configuration(self.port, data))
        conf.chmod(0o644)
        with (self.folder / "mosquitto.log").open("ab") as log:
            self._process = subprocess.Popen([binary, "-c", str(conf)], stdout=log, stderr=log)
        self._wait()
        return self

    def _wait(self) -> None:
        deadline = time.monotonic() + _DEADLINE
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=0.2).close()
            except OSError:
                assert self._process is not None
                if self._process.poll() is not None:
                    break
            else:
                return
        raise AssertionError("mosquitto did not start:\n" + (self.folder / "mosquitto.log").read_text()[-2000:])

    def stop(self, *, kill: bool = False) -> None:
        """Stop it, or kill it the hard way. One that has just started may not hear the first word: it is told again."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
        try:
            self._process.wait(_DEADLINE / 2)
        except subprocess.TimeoutExpired:
            self._process.terminate()
            self._process.wait(_DEADLINE)
        self._process = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
