"""What holds for every test: nothing reaches beyond this machine, nothing is left running.

What did not run is said aloud at the end.
"""

import asyncio
import ipaddress
import logging
import os
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

import anxin  # noqa: F401 - before numpy: it keeps matrices to one thread, as in the service

settings.register_profile("unhurried", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

NOT_RUN = "NOT RUN: "
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # the program is started a hundred times: compiled once is enough


def pytest_configure(config: pytest.Config) -> None:
    """The order of files is ours (below), not that of xdist, which starts those with many tests first."""
    config.option.loadscopereorder = False


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file that takes long (`pytest.mark.long(seconds)`) starts early, so that at the end nobody waits for one."""
    tests = Counter(item.path for item in items)
    seconds = {item.path: float(mark.args[0]) for item in items if (mark := item.get_closest_marker("long"))}
    items.sort(key=lambda item: (-seconds.get(item.path, 0.0), -tests[item.path], str(item.path)))


def _is_local(address: object) -> bool:
    if not isinstance(address, tuple):
        return True  # a unix socket
    host = str(address[0])
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(autouse=True)
def _only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that connects beyond the loopback fails, naming the address."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any, /) -> None:
        if not _is_local(address):
            pytest.fail(f"a test tried to reach {address!r}, beyond this machine")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _nothing_left_running() -> Iterator[None]:
    """A test that leaves a foreground thread or a pending task behind fails, naming it."""
    before = set(threading.enumerate())

    yield

    left = [t.name for t in threading.enumerate() if t not in before and t.is_alive() and not t.daemon]
    left = [name for name in left if not name.startswith(("asyncio_", "ThreadPoolExecutor", "AnyIO", "pytest_timeout"))]
    assert not left, f"threads left running: {left}"
    tasks = asyncio.tasks._all_tasks  # type: ignore[attr-defined]
    pending = [t for t in list(tasks) if not t.done() and t.get_loop().is_closed()]
    assert not pending, f"tasks left pending: {pending}"


class _Failures(logging.Handler):
    """Of watching a home: the service goes on with all others, a test does not."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and "could not be watched" in record.getMessage():
            self.told.append(f"{record.getMessage()}: {record.exc_info[1]!r}")


_FAILURES = _Failures()
logging.getLogger("anxin.lookout").addHandler(_FAILURES)


@pytest.fixture(autouse=True)
def _no_home_in_trouble(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test in whose service watching a home failed fails, unless it is about that (`pytest.mark.troubled`)."""
    before = len(_FAILURES.told)

    yield

    told = _FAILURES.told[before:]
    assert not told or request.node.get_closest_marker("troubled"), told


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what did not run, and why."""
    reasons: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if NOT_RUN in text:
            reason = text.split(NOT_RUN, 1)[1]
            reasons[reason] = reasons.get(reason, 0) + 1
    if not reasons:
        return
    terminalreporter.section("NOT RUN: part of the system was not tested here", sep="!", red=True, bold=True)
    for reason, count in sorted(reasons.items()):
        terminalreporter.line(f"{count:4d} tests did not run: {reason}", red=True, bold=True)
