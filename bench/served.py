"""The service as `anxin serve` runs it, in a process of its own, with a probe beside it: `python -m bench.served`.

Settings come from the environment as always. Each line of its output is one JSON document; SIGTERM ends it.
"""

import argparse
import asyncio
import cProfile
import json
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anxin.accounts import ensure_admin
from anxin.clock import system_clock
from anxin.logs import start_logging
from anxin.service import Service, wire
from anxin.settings import load
from anxin.shutdown import told_to_stop
from anxin.stores import open_database, open_readings

LOOK_EVERY = 0.02
"""Seconds between looks of the probe."""


@dataclass
class Probe:
    """Looks at the service from inside its own event loop, cheaply."""

    service: Service
    expect: int
    worst_lag: float = 0.0
    worst_turn: float = 0.0
    _said: set[str] = field(default_factory=set)

    async def run(self) -> None:
        """Say once each: connected, heard (a message came), first (one was acknowledged), done (`expect` were)."""
        while True:
            before = time.monotonic()
            await asyncio.sleep(LOOK_EVERY)
            self.worst_turn = max(self.worst_turn, time.monotonic() - before - LOOK_EVERY)
            health = self.service.session.health()
            self.worst_lag = max(self.worst_lag, self.service.pipeline.report().lag)
            for name, true in (
                ("connected", health.connected),
                ("heard", health.received > 0),
                ("first", health.acknowledged > 0),
                ("done", 0 < self.expect <= health.acknowledged),
            ):
                if true and name not in self._said:
                    self._said.add(name)
                    say(name, **self.seen())

    def seen(self) -> dict[str, Any]:
        health, report = self.service.session.health(), self.service.pipeline.report()
        return {
            "received": health.received,
            "acknowledged": health.acknowledged,
            "messages": report.messages,
            "readings": report.readings,
            "dropped": {str(rule): count for rule, count in report.dropped.items() if count},
            "malformed": sum(report.malformed.values()),
            "unknown": len(report.unknown_devices),
            "staged": report.staged,
            "pauses": health.pauses,
            "worst_lag": self.worst_lag,
            "worst_turn": self.worst_turn,
            "applied": self.service.lookout.counts.applied,
            "refused": self.service.lookout.counts.refused,
            "replayed": self.service.lookout.counts.replayed,
        }


def say(event: str, **facts: Any) -> None:
    """One line: the event, the wall clock, what this process has used so far, and facts."""
    line = {
        "event": event,
        "at": time.time(),
        "cpu": time.process_time(),
        "kept_waiting": kept_waiting(),
        "rss_kb": resident_kb(),
        **facts,
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def resident_kb() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


def kept_waiting() -> float:
    """Seconds that our event loop's thread was ready to run and had no core: what other programs cost us."""
    return int(Path("/proc/self/schedstat").read_text(encoding="ascii").split()[1]) / 1e9


@contextmanager
def profiled(file: Path | None) -> Iterator[None]:
    """Profile the event loop's thread into the file, if one is named."""
    if file is None:
        yield
        return
    profile = cProfile.Profile()
    profile.enable()
    try:
        yield
    finally:
        profile.disable()
        profile.dump_stats(file)


async def run(expect: int, profile: Path | None) -> None:
    settings = load()
    start_logging(settings.log_level, as_json=settings.log_json)
    with ExitStack() as stack:
        stores = stack.enter_context(open_database(settings, migrate=True))
        readings = stack.enter_context(open_readings(settings))
        ensure_admin(stores, settings)
        say("opened")
        service = wire(settings, system_clock(), stores, readings)
        say("wired", homes=len(service.roster.inventory.homes))
        async with service.running():
            say("serving")
            probe = Probe(service, expect)
            watching = asyncio.create_task(probe.run(), name="probe")
            with profiled(profile):
                await told_to_stop()
            watching.cancel()
            say("stopping", **probe.seen())
    say("stopped")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--expect", type=int, default=0, help="say when so many messages are acknowledged")
    parser.add_argument("--profile", type=Path)
    arguments = parser.parse_args()
    asyncio.run(run(arguments.expect, arguments.profile))


if __name__ == "__main__":
    main()
