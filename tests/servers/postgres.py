"""A genuine PostgreSQL for tests: on a free loopback port, never as root, stopped and started at will."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import psycopg

from tests.servers.mosquitto import free_port

_DEADLINE = 60.0
_UNPRIVILEGED = ("postgres", "nobody")
USER = "anxin"


def find() -> Path | None:
    """The folder of the newest server's programs, if there is one."""
    on_path = shutil.which("postgres")
    if on_path is not None and shutil.which("initdb") is not None:
        return Path(on_path).resolve().parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parts[-3]))
    return installed[-1].parent if installed else None


@dataclass
class Postgres:
    """Its data lies below `folder`, which everybody must be able to reach. Anybody on this machine may log in."""

    folder: Path
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres") -> str:
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{database}"

    def start(self) -> Self:
        binaries = find()
        assert binaries is not None, "PostgreSQL is not installed"
        data = self.folder / "data"
        if not data.exists():
            self._initialise(binaries, data)
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",  # the machine does not lose power in a test; processes are killed
            "max_connections": 200,
        }
        options = [f"-c{name}={value}" for name, value in settings.items()]
        command = _unprivileged([str(binaries / "postgres"), "-D", str(data), *options])
        self._run(command)
        self._wait(command)
        return self

    def _run(self, command: Sequence[str]) -> None:
        with (self.folder / "postgres.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)

    def _initialise(self, binaries: Path, data: Path) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if (name := _other_user()) is not None:
            shutil.chown(self.folder, name)
        command = [str(binaries / "initdb"), "-D", str(data), "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(_unprivileged(command), check=True, capture_output=True, cwd=self.folder)

    def stop(self, *, kill: bool = False) -> None:
        """SIGINT asks for a fast shutdown: open connections are closed."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGKILL if kill else signal.SIGINT)
        self._process.wait(_DEADLINE)
        self._process = None

    def _wait(self, command: Sequence[str]) -> None:
        """Until it answers. What a killed server's children still hold makes it refuse to start, for a moment."""
        deadline = time.monotonic() + _DEADLINE
        while time.monotonic() < deadline:
            assert self._process is not None
            if self._process.poll() is not None:
                time.sleep(0.2)
                self._run(command)
            try:
                psycopg.connect(host="127.0.0.1", port=self.port, user=USER, dbname="postgres").close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("postgres did not start:\n" + (self.folder / "postgres.log").read_text()[-2000:])

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def _other_user() -> str | None:
    """Whom to become when we are root, whom the server refuses."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in _UNPRIVILEGED if name in known)


def _unprivileged(command: Sequence[str]) -> list[str]:
    """setpriv replaces itself by the command, so that signals reach the server."""
    name = _other_user()
    if name is None:
        return list(command)
    return ["setpriv", f"--reuid={name}", f"--regid={pwd.getpwnam(name).pw_gid}", "--clear-groups", *command]
