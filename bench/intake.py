"""Intake: from the broker to durable, seen by the detectors and acknowledged; how fast, and is anything lost?

A town's messages come as fast as the broker takes them; then everything is counted, in the store and on the wire.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from anxin.stores import open_readings
from bench import stage, town
from bench.figures import Figure, Finding, NotRun
from simulator.community import Community

AIM = 8_000.0
SECTION = "intake"


@dataclass(frozen=True, slots=True)
class IntakeOptions:
    """`timeout`: seconds for everything to be acknowledged. `profile`: where to leave the event loop's profile."""

    homes: int = 1_000
    messages: int = 150_000
    timeout: float = 300.0
    profile: Path | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """One pair of broker and store."""

    broker: str
    store: str

    @property
    def missing(self) -> str | None:
        """What this machine lacks for it."""
        if self.broker == "Mosquitto" and not stage.has_mosquitto():
            return "Mosquitto is not installed"
        if self.store == "InfluxDB" and not stage.has_influxdb():
            return "influxd is not installed (name it in ANXIN_INFLUXD)"
        return None


SETTINGS = (Setting("Mosquitto", "SQLite"), Setting("Mosquitto", "InfluxDB"), Setting("embedded broker", "SQLite"))


@dataclass(frozen=True, slots=True)
class Load:
    """Messages in a file, of this community."""

    community: Community
    file: Path
    count: int


def run(options: IntakeOptions) -> Iterator[Finding]:
    with stage.folder() as where:
        community, file = town.build(options.homes), where / "load"
        load = Load(community, file, town.write(town.what_is_said(community, options.messages), file))
        for setting in SETTINGS[:1] if options.profile else SETTINGS:
            what = f"{setting.broker} → {setting.store}"
            if setting.missing is not None:
                yield NotRun(f"{SECTION}, {what}", setting.missing)
                continue
            here = where / what.replace(" ", "-")
            here.mkdir(mode=0o755)
            yield from _measured(setting, what, here, load, options)


def _measured(setting: Setting, what: str, here: Path, load: Load, options: IntakeOptions) -> Iterator[Finding]:
    began = datetime.now(UTC) - timedelta(seconds=1)
    with ExitStack() as stack:
        if setting.broker == "Mosquitto":
            port = stack.enter_context(stage.real_broker(here / "broker"))
        else:
            port = stack.enter_context(stage.embedded_broker())
        store = stack.enter_context(stage.influxdb(here / "influx")) if setting.store == "InfluxDB" else {}
        given = stage.environment(here / "var", port, **store)
        with stage.opened(given) as stores:
            town.enroll(load.community.inventory, stores)
        service = stack.enter_context(
            stage.served(given, started=time.time(), expect=load.count, profile=options.profile)
        )
        service.wait_for("connected", options.timeout)
        with stage.loading(load.file, port):
            done = service.wait_for("done", options.timeout)
        heard = service.events["heard"]
        end = service.stop()
        with open_readings(stage.settings_of(given)) as readings:
            stored = sum(1 for _ in readings.received_since(began))
    yield from _figures(what, load.count, stored, heard, done, end)


def _figures(
    what: str, sent: int, stored: int, heard: Mapping[str, Any], done: Mapping[str, Any], end: Mapping[str, Any]
) -> Iterator[Finding]:
    taken = done["readings"] - heard["readings"]
    seconds = done["at"] - heard["at"]
    busy = done["cpu"] - heard["cpu"]
    messages = done["acknowledged"] - heard["acknowledged"]
    lost = sent - end["acknowledged"] + end["readings"] - stored
    dropped = ", ".join(f"{count} {rule}" for rule, count in end["dropped"].items()) or "none"
    yield Figure(
        SECTION, f"{what}: readings", taken / seconds, "/s", at_least=AIM,
        note=f"{messages / seconds:,.0f} messages/s, durable, heard and acknowledged; "
        f"waited for a core {stage.share_waited(heard, done):.0%} of the time",
    )  # fmt: skip
    yield Figure(
        SECTION, f"{what}: with a core of its own", taken / busy, "/s",
        note=f"{busy / taken * 1e6:.0f} µs of CPU per reading; {busy / seconds:.2f} cores were used",
    )  # fmt: skip
    yield Figure(
        SECTION, f"{what}: lost", lost, f"of {end['readings']:,}", at_most=0,
        note=f"{sent:,} messages sent, {end['acknowledged']:,} acknowledged, {stored:,} readings found in the store; "
        f"dropped by the gate: {dropped}",
    )  # fmt: skip
