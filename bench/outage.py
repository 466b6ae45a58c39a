"""InfluxDB away for an hour and back: how fast what waited goes in, whether all of it does, and who waits meanwhile.

The service runs and a town talks. InfluxDB stops; an hour's readings are laid into the file where they wait, beside
those that go on coming; buttons are pressed. Then InfluxDB is back, and buttons are pressed while the file is emptied.
"""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from anxin.stores import open_readings
from bench import stage, town
from bench.figures import Figure, Finding, NotRun
from bench.sos import AIM_MS, READINGS_PER_MESSAGE, Provider, buttons_of, press, providing, quantile, wait
from core.places import Role
from core.readings import UNITS, Kind, Reading, Value
from simulator.community import Community
from storage.readings_sqlite import SqliteReadings
from tests.servers import influx

SECTION = "outage"
DRAIN_AIM = 20_000.0
LIVE = 500.0
_AT_ONCE = 5_000
_LOOK_EVERY = 0.1
_SAID: Sequence[tuple[Kind, Value]] = ((Kind.MOTION, True), (Kind.DOOR, "open"), (Kind.BATTERY, 88.0))


@dataclass(frozen=True, slots=True)
class OutageOptions:
    """`waiting`: readings laid into the file, an hour at 500/s. `presses`: in each of the two phases, `every` seconds.

    `timeout`: seconds for all of it to go in.
    """

    homes: int = 1_000
    waiting: int = 1_800_000
    presses: int = 100
    every: float = 0.2
    rate: float = LIVE
    settling: float = 5.0
    timeout: float = 600.0


def run(options: OutageOptions) -> Iterator[Finding]:
    if not stage.has_mosquitto() or not stage.has_influxdb():
        yield NotRun(SECTION, "it needs Mosquitto and influxd (named in ANXIN_INFLUXD)")
        return
    community = town.build(options.homes)
    with ExitStack() as stack:
        where = stack.enter_context(stage.folder())
        provider, address = stack.enter_context(providing())
        port = stack.enter_context(stage.real_broker(where / "broker"))
        server = stack.enter_context(influx.Influx(where / "influx")).set_up()
        given = stage.environment(where / "var", port, **stage.reaching(server))
        with stage.opened(given) as stores:
            town.enroll(community.inventory, stores, webhook=address)
        yield from _story(options, community, stack, where, provider, port, server, given)


def _story(
    options: OutageOptions,
    community: Community,
    stack: ExitStack,
    where: Path,
    provider: Provider,
    port: int,
    server: influx.Influx,
    given: stage.Environment,
) -> Iterator[Finding]:
    began = datetime.now(UTC) - timedelta(seconds=1)
    rate = options.rate / READINGS_PER_MESSAGE
    first, second = _halves(buttons_of(community), options.presses)
    talk = int(rate * (2 * options.presses * options.every + options.timeout))
    town.write(town.what_is_said(community, talk), where / "load")
    service = stack.enter_context(stage.served(given, started=time.time()))
    service.wait_for("connected", 60)
    playing = stack.enter_context(stage.loading(where / "load", port, rate=rate))
    time.sleep(options.settling)
    server.stop()
    laid = _lay(given, community, options.waiting)
    away = press(first, port, every=options.every)
    wait(provider, away, timeout=30)
    server.start()
    back, waited = time.monotonic(), _ask(given, "SELECT count(*) FROM readings")
    draining = press(second, port, every=options.every)
    seconds = _until_empty(given, since=back, timeout=options.timeout)
    wait(provider, draining, timeout=30)
    playing.terminate()
    playing.wait(30)
    time.sleep(options.settling)
    end = service.stop()
    with open_readings(stage.settings_of(given)) as readings:
        stored = sum(1 for _ in readings.received_since(began - timedelta(hours=2)))
    yield from _calls("while InfluxDB is away", provider, away)
    yield from _calls("while what waited goes in", provider, draining)
    yield Figure(
        SECTION, "what waited goes in", waited / seconds, "readings/s", at_least=DRAIN_AIM,
        note=f"{waited:,} readings in {seconds:.0f} s, with {options.rate:,.0f} readings/s coming in beside them",
    )  # fmt: skip
    yield Figure(
        SECTION, "lost or twice", abs(laid + end["readings"] - stored), f"of {laid + end['readings']:,}", at_most=0,
        note=f"{laid:,} laid into the file, {end['readings']:,} came live, {stored:,} found in InfluxDB",
    )  # fmt: skip


def _halves(
    buttons: Sequence[tuple[str, str]], presses: int
) -> tuple[Sequence[tuple[str, str]], Sequence[tuple[str, str]]]:
    share = min(presses, len(buttons) // 2)
    return buttons[:share], buttons[share : 2 * share]


def _lay(given: stage.Environment, community: Community, count: int) -> int:
    """An hour's readings, oldest first, into the file where the service keeps what waits."""
    devices = [d.id for h in community.households for d in h.devices if d.role is not Role.SOS]
    now = datetime.now(UTC)
    step = timedelta(hours=1) / max(count, 1)
    with closing(SqliteReadings(stage.settings_of(given).waiting_file)) as file:
        for start in range(0, count, _AT_ONCE):
            numbers = range(start, min(start + _AT_ONCE, count))
            file.append([_reading(devices, n, now - timedelta(hours=1) + n * step) for n in numbers])
    return count


def _reading(devices: Sequence[str], number: int, at: datetime) -> Reading:
    kind, value = _SAID[number % len(_SAID)]
    return Reading(devices[number % len(devices)], kind, value, at, at, unit=UNITS.get(kind), message_id=f"{number}")


def _ask(given: stage.Environment, question: str) -> int:
    file = stage.settings_of(given).waiting_file
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)) as connection:
        (answer,) = connection.execute(question).fetchone()
    return int(answer)


def _until_empty(given: stage.Environment, *, since: float, timeout: float) -> float:
    """Seconds until nothing waits. Raises Stuck."""
    while time.monotonic() - since < timeout:
        if not _ask(given, "SELECT EXISTS (SELECT 1 FROM readings)"):
            return time.monotonic() - since
        time.sleep(_LOOK_EVERY)
    raise stage.Stuck(f"readings still wait after {timeout:g} s")


def _calls(when: str, provider: Provider, pressed: dict[str, float]) -> Iterator[Finding]:
    took = sorted(1000 * (provider.accepted[who] - at) for who, at in pressed.items() if who in provider.accepted)
    yield Figure(SECTION, f"calls {when}", len(took), f"of {len(pressed)}", at_least=len(pressed))
    if took:
        yield Figure(
            SECTION, f"button to channel {when}, 99 % within", quantile(took, 0.99), "ms", at_most=AIM_MS,
            note=f"half within {quantile(took, 0.5):.0f} ms, slowest {took[-1]:.0f} ms",
        )  # fmt: skip
