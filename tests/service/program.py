"""The real program as an operator runs it: its commands, `anxin serve` as a process, and its console over HTTP."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx

from tests.servers.mosquitto import free_port

ROOT = Path(__file__).parents[2]
PASSWORD = "correct horse battery staple"
START_WITHIN = 120.0
STOP_WITHIN = 30.0
ANXIN = (sys.executable, "-m", "anxin")

T = TypeVar("T")


def until(found: Callable[[], T | None], *, within: float, what: Callable[[], str] | str) -> T:
    """Ask again and again until there is an answer; fails with `what` was waited for."""
    deadline = time.monotonic() + within
    while True:
        answer = found()
        if answer is not None and answer is not False:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within:g} s: {what if isinstance(what, str) else what()}")
        time.sleep(0.05)


@dataclass
class Program:
    """One installation in `folder`, on the broker at `broker`. `settings` are further ANXIN_ variables."""

    folder: Path
    broker: int
    clock: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    http_port: int = field(default_factory=free_port)
    starts: int = 0
    _serving: subprocess.Popen[bytes] | None = None
    _simulating: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ANXIN_")}
        return kept | {
            "ANXIN_DATA_DIR": str(self.data),
            "ANXIN_BROKER_URL": f"mqtt://127.0.0.1:{self.broker}",
            "ANXIN_PHONES": "true",
            "ANXIN_ADMIN_PASSWORD": PASSWORD,
            "ANXIN_HTTP_PORT": str(self.http_port),
            "ANXIN_LANGUAGE": "en",
            "ANXIN_LOG_JSON": "false",
            **({"ANXIN_CLOCK": self.clock} if self.clock else {}),
            **self.settings,
        }

    def run(self, *command: str, said: str = "") -> str:
        """A command to its end; what it printed."""
        done = subprocess.run(
            [*ANXIN, *command],
            cwd=ROOT,
            env=self.environment,
            input=said,
            text=True,
            capture_output=True,
            timeout=START_WITHIN,
            check=False,
        )
        assert done.returncode == 0, f"anxin {' '.join(command)}: {done.stdout}{done.stderr}"
        return done.stdout

    # -- anxin serve ----------------------------------------------------------------------------------------------

    def start(self, clock: str | None = None) -> Self:
        """On this clock, from now on."""
        self.clock = clock or self.clock
        self.starts += 1
        self._serving = self._spawn("serve")
        return self

    def kill(self) -> None:
        """kill -9, whatever it is doing."""
        assert self._serving is not None
        self._serving.kill()
        self._serving.wait(STOP_WITHIN)

    def stop(self) -> None:
        """As an operator stops it; it must end by itself and well."""
        if self._serving is not None and self._serving.poll() is None:
            self._serving.terminate()
            assert self._serving.wait(STOP_WITHIN) == 0, self.log()

    def wait_until_connected(self) -> None:
        until(self._is_connected, within=START_WITHIN, what=lambda: "connected:\n" + self.log())

    def _is_connected(self) -> bool:
        assert self._serving is not None
        assert self._serving.poll() is None, "the service ended by itself:\n" + self.log()
        try:
            parts = httpx.get(f"{self.address}/readyz", timeout=5).json()["parts"]
        except httpx.TransportError:
            return False
        return all(part["ok"] for part in parts if part["name"] == "broker")

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    def log(self, *, longest: int = 4000) -> str:
        return (self.folder / "serve.log").read_text(errors="replace")[-longest:]

    # -- anxin simulate -------------------------------------------------------------------------------------------

    def simulate(self, *options: str) -> None:
        """Play until `end`."""
        broker = f"mqtt://127.0.0.1:{self.broker}"
        self._simulating.append(self._spawn("simulate", "--broker", broker, "--clock", self.clock, *options))

    def still_simulating(self) -> bool:
        return all(one.poll() is None for one in self._simulating)

    def _spawn(self, command: str, *options: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{command}.log").open("ab") as log:
            return subprocess.Popen([*ANXIN, command, *options], cwd=ROOT, env=self.environment, stdout=log, stderr=log)

    def end(self) -> None:
        """Whatever still runs, ends now."""
        for process in (*self._simulating, *([self._serving] if self._serving else [])):
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                process.wait(STOP_WITHIN)

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


@dataclass
class Visitor:
    """Somebody with a login, at the console's JSON interface. While the service is away, they try again."""

    address: str
    login: str
    password: str = PASSWORD
    patience: float = 20.0
    _token: str | None = None

    def get(self, path: str) -> Any:
        answer = self._ask("GET", path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        return self._ask("POST", path, body)

    def enter(self) -> Self:
        answer = self._send("POST", "/session", {"login": self.login, "password": self.password})
        assert answer.status_code == 201, answer.text
        self._token = str(answer.json()["token"])
        return self

    def alerts(self, *, open_only: bool = False) -> list[dict[str, Any]]:
        """Newest first, the first page."""
        return list(self.get(f"/alerts?limit=100&open_only={str(open_only).lower()}")["items"])

    def act(self, alert: str, move: str, **said: str) -> dict[str, Any]:
        """Press a button, with the fence as it is now; once more if somebody moved the alert meanwhile."""
        for _ in range(10):
            now = self.get(f"/alerts/{alert}")["alert"]
            answer = self.post(f"/alerts/{alert}/{move}", {"fence": now["fence"], **said})
            if answer.status_code != httpx.codes.CONFLICT:
                break
        assert answer.status_code == 200, f"{move}: {answer.status_code} {answer.text}"
        return dict(answer.json())

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        if self._token is None:
            self.enter()
        return self._send(method, path, body)

    def _send(self, method: str, path: str, body: dict[str, Any] | None) -> httpx.Response:
        headers = {} if self._token is None else {"Authorization": f"Bearer {self._token}"}

        def answered() -> httpx.Response | None:
            try:
                return httpx.request(method, f"{self.address}/api/v1{path}", json=body, headers=headers, timeout=20)
            except httpx.TransportError:
                return None

        return until(answered, within=self.patience, what=f"an answer to {method} {path}")
