"""How much memory a home takes in the running service, and how long a start with a whole town takes.

Every home has been learned from for weeks: snapshots are restored, as after any restart.
"""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench import stage, town
from bench.figures import Figure, Finding, NotRun
from bench.learned import Learned, learn
from bench.load import Wire

MEMORY, COLD_START = "memory", "cold-start"
AIM_KB, AIM_SECONDS = 20.0, 10.0
_LARGER = 4
_STEPS = {"opened": "stores open", "wired": "town read", "serving": "learned restored"}


@dataclass(frozen=True, slots=True)
class MemoryOptions:
    """Towns of `homes` and of four times as many. `messages` are taken in after the start of each, so that what the
    service needs however many homes there are is in both: a home's share is the difference.
    """

    homes: int = 1_000
    days: int = 28
    messages: int = 60_000
    timeout: float = 300.0


@dataclass(frozen=True, slots=True)
class ColdStartOptions:
    homes: int = 10_000
    days: int = 28
    timeout: float = 300.0
    profile: Path | None = None


def memory(options: MemoryOptions) -> Iterator[Finding]:
    if not stage.has_mosquitto():
        yield NotRun(MEMORY, "Mosquitto is not installed")
        return
    small, large = options.homes, _LARGER * options.homes
    one, other = (_resident(homes, options) for homes in (small, large))
    restored, lived = ((after - before) / (large - small) for before, after in zip(one, other, strict=True))
    empty = (one[1] - small * lived) / 1000
    rest = f"{restored:.1f} kB just after the start; the service without homes takes {empty:.0f} MB"
    yield Figure(MEMORY, f"per home, {small:,} → {large:,}", lived, "kB", at_most=AIM_KB, note=rest)
    yield Figure(MEMORY, "per 1,000 homes", lived, "MB")


def _resident(homes: int, options: MemoryOptions) -> tuple[float, float]:
    """Resident kB of the service with so many homes, when connected and after the load."""
    learned = learn(homes, days=options.days, until=datetime.now(UTC))
    with ExitStack() as stack:
        where = stack.enter_context(stage.folder())
        port = stack.enter_context(stage.real_broker(where / "broker"))
        given = stage.environment(where / "var", port)
        _prepare(given, learned)
        count = town.write(learned.what_is_said(options.messages), where / "load")
        service = stack.enter_context(stage.served(given, started=time.time(), expect=count))
        before = service.wait_for("connected", options.timeout)
        stack.enter_context(stage.loading(where / "load", port))
        after = service.wait_for("done", options.timeout)
        service.stop()
    return float(before["rss_kb"]), float(after["rss_kb"])


def cold_start(options: ColdStartOptions) -> Iterator[Finding]:
    if not stage.has_mosquitto():
        yield NotRun(COLD_START, "Mosquitto is not installed")
        return
    learned = learn(options.homes, days=options.days, until=datetime.now(UTC))
    with ExitStack() as stack:
        where = stack.enter_context(stage.folder())
        port = stack.enter_context(stage.real_broker(where / "broker"))
        given = stage.environment(where / "var", port)
        _prepare(given, learned)
        with stage.served(given, started=time.time()) as service:  # makes the session that then holds a message
            service.wait_for("connected", options.timeout)
            service.stop()
        _say_one(learned, port)
        service = stack.enter_context(stage.served(given, started=time.time(), profile=options.profile))
        first = service.wait_for("first", options.timeout)
        parts = {says: service.events[name]["at"] for name, says in _STEPS.items()}
        began = service.started
        service.stop()
    steps = " → ".join(f"{name} {at - began:.1f}" for name, at in parts.items())
    yield Figure(
        COLD_START, f"{options.homes:,} homes: to the first message acknowledged", first["at"] - began, "s",
        at_most=AIM_SECONDS, note=f"{steps}; {first['cpu']:.1f} s of CPU; {len(learned.inventory.devices):,} devices",
    )  # fmt: skip
    yield Figure(COLD_START, "resident then", first["rss_kb"] / 1000, "MB")


def _prepare(given: stage.Environment, learned: Learned) -> None:
    with stage.opened(given) as stores:
        town.enroll(learned.inventory, stores)
        learned.save(stores)


def _say_one(learned: Learned, port: int) -> None:
    """While the service is away: the broker keeps it."""
    gateway = learned.likenesses[-1].gateway.id
    wire = Wire("127.0.0.1", port, name="anxin-one", window=1)
    wire.publish([(f"gw/{gateway}/zigbee2mqtt/bridge/state", json.dumps({"state": "online"}).encode())])
    wire.finish()
