"""`anxin demo`: a simulated community, an embedded broker and stores, and the console on one local port.

History goes in first in bulk; from then on everything is live MQTT on a scaled clock.
"""

import asyncio
import contextlib
import logging
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from anxin.accounts import hash_password
from anxin.broker import EmbeddedBroker
from anxin.bygones import Bygones
from anxin.clock import ScaledClock
from anxin.enroll import roll_of, take
from anxin.history import feed_history
from anxin.intake import new_pipeline
from anxin.logs import start_logging
from anxin.neighbours import logins, neighbours
from anxin.service import Service, wire
from anxin.settings import Settings, SettingsRefused, load
from anxin.shutdown import told_to_stop
from anxin.stores import Stores, open_database, open_readings
from anxin.web import refuse_taken_port
from core.ports import ReadingsStore
from simulator.binding import bind
from simulator.community import Community, build_community
from simulator.publisher import BrokerAddress, play
from simulator.scenario import ScenarioError, What, shipped_scenario
from simulator.script import HomeScript, Script
from simulator.spells import SpellKind, spell_on
from simulator.timeline import messages, wills
from simulator.truth import Sort

log = logging.getLogger(__name__)

HISTORY_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """As given on the command line. `start` is the homes' local time of day."""

    homes: int
    speed: float
    port: int
    days: int
    seed: int
    start: str
    data: Path | None


@dataclass(frozen=True, slots=True)
class Scene:
    """What is played, and from when."""

    community: Community
    script: Script
    start: datetime
    seed: int

    @property
    def fallen(self) -> str:
        """The home in which somebody falls first: its family is the demonstration's family."""
        falls = [t for t in self.script.truths if t.sort is Sort.EMERGENCY and t.label == What.FALL.value]
        return min(falls, key=lambda t: t.start).home


def scene_of(options: DemoOptions) -> Scene:
    """Raises SettingsRefused when the time of day cannot be read."""
    try:
        of_day = time.fromisoformat(options.start)
    except ValueError:
        raise SettingsRefused(f"--start {options.start!r}: must be a time of day such as 09:30") from None
    community = build_community(options.homes, seed=options.seed)
    today = datetime.now(UTC).astimezone(community.zone).date()
    start = datetime.combine(today, of_day, community.zone).astimezone(UTC)
    try:
        script = bind(shipped_scenario("demo"), community, start=start, seed=options.seed)
    except ScenarioError as error:
        raise SettingsRefused(f"--homes {options.homes}: too few for the demonstration ({error})") from None
    return Scene(community, nobody_travels(script, community, today, options.seed), start, options.seed)


def nobody_travels(script: Script, community: Community, today: date, seed: int) -> Script:
    """Whoever would be on a journey as the demonstration begins is at home instead: an absence that nobody has told
    Anxin of would be the first alert, and not the one to look at.
    """
    homes = dict(script.homes)
    for household in community.households:
        home = household.home.id
        spells = {spell_on(today + timedelta(days=days), seed=seed, home=home) for days in (-1, 0, 1)}
        stays = tuple(replace(s, kind=SpellKind.USUAL) for s in spells if s is not None and s.kind is SpellKind.TRAVEL)
        if stays:
            homes[home] = script.of(home).joined(HomeScript(spells=stays))
    return Script(homes, script.truths)


async def run_demo(options: DemoOptions) -> None:
    """Everything, until interrupted."""
    start_logging("WARNING", as_json=False)
    scene = scene_of(options)
    refuse_taken_port("127.0.0.1", options.port)
    with ExitStack() as stack:
        folder = options.data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="anxin-demo-")))
        if options.data is not None and any(options.data.glob("*.db")):
            raise SettingsRefused(f"--data {options.data}: holds an earlier demo; name an empty folder")
        broker = stack.enter_context(EmbeddedBroker())
        settings = load(
            data_dir=folder, broker_url=broker.url, http_port=options.port, phones=True, log_level="WARNING"
        )
        stores = stack.enter_context(open_database(settings, migrate=True))
        readings = stack.enter_context(open_readings(settings))
        password = f"anxin-{secrets.randbelow(10**6):06d}"
        _enroll(scene, stores, password)
        service = await asyncio.to_thread(_with_history, scene, options, settings, stores, readings)
        await _live(scene, service, broker, password)


def _enroll(scene: Scene, stores: Stores, password: str) -> None:
    inventory = scene.community.inventory
    people = neighbours(inventory, seed=scene.seed)
    accounts = logins(inventory, home=scene.fallen, password_hash=hash_password(password))
    roll = roll_of(inventory).model_copy(
        update={"people": people.people, "ties": people.ties, "shifts": people.shifts, "accounts": accounts}
    )
    take(roll, stores.inventory, stores.accounts)


def _with_history(
    scene: Scene, options: DemoOptions, settings: Settings, stores: Stores, readings: ReadingsStore
) -> Service:
    """Wire the service on a clock that starts when the history ends."""
    since = scene.start - timedelta(days=options.days)
    started = datetime.now(UTC)
    service = wire(settings, ScaledClock(scene.start, started, options.speed), stores, readings)
    bygones = Bygones()
    pipeline = new_pipeline(
        service.roster.inventory,
        gate=service.lookout.memory.gate,
        store=readings,
        listener=lambda readings: bygones.note(service.watch.observe(readings)),
        clock=service.clock,
        batch=HISTORY_BATCH,
    )
    played = messages(scene.community, since=since, until=scene.start, seed=scene.seed, script=scene.script)
    sys.stderr.write(f"{options.days} days of {options.homes} homes are learned from first; the address follows\n")
    sys.stderr.flush()
    count = feed_history(played, since=since, until=scene.start, feed=pipeline.feed)
    sys.stderr.write(f"{options.days} days of {options.homes} homes: {count:,} readings learned from\n")
    service.clock.restart()
    service.lookout.take_up(bygones.remaining(scene.start), covered=scene.start)
    return service


async def _live(scene: Scene, service: Service, broker: EmbeddedBroker, password: str) -> None:
    stream = messages(scene.community, since=scene.start, seed=scene.seed, script=scene.script)
    address = BrokerAddress.parse(broker.url)
    last_words = wills(scene.community, seed=scene.seed)
    async with service.running() as web:
        simulation = asyncio.create_task(
            play(stream, broker=address, clock=service.clock, per_gateway=True, wills=last_words), name="simulation"
        )
        sys.stdout.write(_welcome(f"http://127.0.0.1:{web.port}", password, service.clock, scene))
        sys.stdout.flush()
        try:
            await _either_ends(simulation)
        finally:
            simulation.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await simulation


async def _either_ends(simulation: "asyncio.Task[object]") -> None:
    """Until interrupted, or until the simulation breaks."""
    stop = asyncio.create_task(told_to_stop(), name="stop")
    await asyncio.wait({stop, simulation}, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if simulation.done():
        simulation.result()


def _welcome(address: str, password: str, clock: ScaledClock, scene: Scene) -> str:
    lines = list(_tell(address, password, clock, scene))
    return "\n".join(["", *lines, ""]) + "\n"


def _tell(address: str, password: str, clock: ScaledClock, scene: Scene) -> Iterator[str]:
    yield f"  Anxin 安心    {address}"
    yield f"  password      {password}"
    yield "  logins        desk    值班台: the feed of the community"
    yield "                grid    网格员: the grid worker for that fall"
    yield f"                family  家属: family of {scene.fallen}"
    yield "                installer  安装员: devices, walk test, labels"
    yield "                admin   管理员: everything"
    local = clock.start.astimezone(scene.community.zone)
    yield f"  the clock     starts at {local:%H:%M} and runs {clock.speed:g}× as fast as yours"
    yield "  soon          somebody falls in a bathroom, a gateway dies, somebody goes out: three different outcomes"
    yield "  stop          Ctrl-C"
