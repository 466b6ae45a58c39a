"""What every section stands on: real servers on free loopback ports, and the service in a process of its own.

The servers' starters are those of the tests.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from anxin.broker import EmbeddedBroker
from anxin.settings import Settings, load
from anxin.stores import Stores, open_database
from tests.servers import influx, mosquitto

ROOT = Path(__file__).parents[1]
SECRET = "whsec_c2lnbmVkIGZvciB0aGUgYmVuY2htYXJr"  # noqa: S105 - signs messages to ourselves
_GOODBYE = 120.0

Environment = dict[str, str]


class Stuck(Exception):
    """The service did not say what was waited for in time, or ended before."""


@contextmanager
def folder() -> Iterator[Path]:
    """A new folder that the servers' own users may enter."""
    with tempfile.TemporaryDirectory(prefix="anxin-bench-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def real_broker(where: Path) -> Iterator[int]:
    """Mosquitto with the limits of deploy/mosquitto/mosquitto.conf and without its passwords; gives its port."""
    port, data = mosquitto.free_port(), where / "data"
    configuration = (
        f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location {data}/\n"
        "autosave_interval 10\nmax_queued_messages 2000000\nmax_queued_bytes 1073741824\n"
        "max_inflight_messages 2000\nmax_packet_size 262144\nlog_type error\n"
    )
    where.mkdir(parents=True, exist_ok=True)
    with mosquitto.Mosquitto(where, port, configuration):
        yield port


@contextmanager
def embedded_broker() -> Iterator[int]:
    with EmbeddedBroker() as broker:
        yield broker.port


@contextmanager
def influxdb(where: Path) -> Iterator[Environment]:
    """A real InfluxDB; gives the settings that reach it."""
    with influx.Influx(where) as server:
        yield reaching(server.set_up())


def reaching(server: influx.Influx) -> Environment:
    """The settings that reach it."""
    return {
        "ANXIN_READINGS": "influxdb",
        "ANXIN_INFLUX_URL": server.url,
        "ANXIN_INFLUX_TOKEN": influx.TOKEN,
        "ANXIN_INFLUX_ORG": influx.ORG,
        "ANXIN_INFLUX_BUCKET": influx.BUCKET,
    }


def has_mosquitto() -> bool:
    return mosquitto.find() is not None


def has_influxdb() -> bool:
    return influx.find() is not None


def environment(data: Path, port: int, **more: str) -> Environment:
    """The service's settings as an operator would give them, and nothing from our own environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANXIN_")}
    return kept | {
        "ANXIN_DATA_DIR": str(data),
        "ANXIN_BROKER_URL": f"mqtt://127.0.0.1:{port}",
        "ANXIN_HTTP_PORT": "0",
        "ANXIN_ADMIN_PASSWORD": "only-for-this-run",
        "ANXIN_WEBHOOK_SECRET": SECRET,
        "ANXIN_LOG_LEVEL": "ERROR",
        "ANXIN_LOG_JSON": "false",
        **more,
    }


def settings_of(given: Environment) -> Settings:
    """The same settings in this process."""
    names = {name.removeprefix("ANXIN_").lower(): value for name, value in given.items() if name.startswith("ANXIN_")}
    return load(**names)


@contextmanager
def opened(given: Environment) -> Iterator[Stores]:
    with open_database(settings_of(given), migrate=True) as stores:
        yield stores


@dataclass
class Served:
    """The service under measurement. `events` holds what its probe said, by name."""

    process: "subprocess.Popen[str]"
    started: float
    events: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    _lines: "SimpleQueue[str]" = field(default_factory=SimpleQueue)

    def listen(self) -> None:
        """Until the process closes its output: in a thread, so that its pipe never fills."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put("")

    def wait_for(self, event: str, timeout: float) -> Mapping[str, Any]:
        """The probe's words for the event. Raises Stuck."""
        while event not in self.events:
            try:
                line = self._lines.get(timeout=timeout)
            except Empty:
                raise Stuck(f"the service did not say {event!r} within {timeout:g} s") from None
            if not line:
                raise Stuck(f"the service ended with code {self.process.wait()} before it said {event!r}")
            said = json.loads(line)
            self.events[said["event"]] = said
        return self.events[event]

    def stop(self) -> Mapping[str, Any]:
        """Ask it to end as an operator would; what it counted until then."""
        self.process.send_signal(signal.SIGTERM)
        self.wait_for("stopped", _GOODBYE)
        self.process.wait(_GOODBYE)
        return self.events["stopping"]


@contextmanager
def served(given: Environment, *, started: float, expect: int = 0, profile: Path | None = None) -> Iterator[Served]:
    """The service in a process of its own, killed if the block leaves it running."""
    command = [sys.executable, "-m", "bench.served", "--expect", str(expect)]
    if profile is not None:
        command += ["--profile", str(profile)]
    process = subprocess.Popen(command, cwd=ROOT, env=given, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
    service = Served(process, started)
    listener = threading.Thread(target=service.listen, name="probe listener", daemon=True)
    listener.start()
    try:
        yield service
    finally:
        _end(process)
        listener.join()


@contextmanager
def loading(file: Path, port: int, *, rate: float | None = None) -> Iterator["subprocess.Popen[str]"]:
    """The load in a process of its own. Its one line of output is what it played."""
    command = [sys.executable, "-m", "bench.load", str(file), "--port", str(port)]
    if rate is not None:
        command += ["--rate", f"{rate:g}"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
    try:
        yield process
    finally:
        _end(process)


def _end(process: "subprocess.Popen[str]") -> None:
    if process.poll() is None:
        process.kill()
    with process:
        process.wait()


def share_waited(before: Mapping[str, Any], after: Mapping[str, Any]) -> float:
    """Which part of the time between two events the service was kept from its core by other programs."""
    waited = float(after["kept_waiting"]) - float(before["kept_waiting"])
    return waited / (float(after["at"]) - float(before["at"]))
