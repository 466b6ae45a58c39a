"""`anxin doctor`: what is not right, in plain words, and what to do about it.

It looks from outside, with the service's own settings; it changes nothing and may run beside the service.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import SystemRandom

from alerts.auditor import Auditor
from alerts.channels.registry import ChannelsRefused
from alerts.channels.registry import load as load_channels
from alerts.policies import PoliciesRefused, refuse_unknown_ways
from alerts.policies import load as load_policies
from anxin.clock import ScaledClock, parse_epoch, system_clock
from anxin.gaps import duty_gaps, homes_without_family, unreachable_people
from anxin.intake import broker_settings
from anxin.settings import EMBEDDED, Settings
from anxin.stores import Stores, open_database, open_readings
from core.ports import StoreRefused, StoreUnavailable
from ingest.session import Session
from storage.database import WrongSchema

BROKER_PATIENCE = 8.0
EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """`bad`: somebody should act."""

    subject: str
    said: str
    bad: bool = False

    @property
    def line(self) -> str:
        return f"{'✗' if self.bad else '✓'} {self.subject}: {self.said}"


async def examine(settings: Settings) -> list[Finding]:
    """Everything that can be asked, worst not first but in the order of a reading's way."""
    clock = parse_epoch(settings.clock) if settings.clock else system_clock()
    findings = [_clock(settings, clock), await _broker(settings, clock)]
    findings += await asyncio.to_thread(lambda: [*_readings(settings), *_database(settings, clock)])
    return findings


def _clock(settings: Settings, clock: ScaledClock) -> Finding:
    if settings.clock:
        return Finding(
            "clock", f"runs on a drill's clock ({clock.now():%Y-%m-%d %H:%M} UTC, {clock.speed:g}×)", bad=True
        )
    if clock.now() < EARLIEST:
        return Finding(
            "clock", f"says {clock.now():%Y-%m-%d %H:%M} UTC, which is past: set up time synchronisation", bad=True
        )
    return Finding("clock", f"{clock.now():%Y-%m-%d %H:%M} UTC")


async def _broker(settings: Settings, clock: ScaledClock) -> Finding:
    """Connect as the service would, under a name of its own, so that the service's session is left alone."""
    if settings.broker_url == EMBEDDED:
        return Finding("broker", "embedded: for demonstrations only, it keeps nothing when it ends", bad=True)
    number = SystemRandom().randrange(10**9)
    wanted = replace(broker_settings(settings), client_id=f"anxin-doctor-{number}")
    session = Session(wanted, clock=clock, jitter=SystemRandom())
    running = asyncio.create_task(session.run(), name="doctor's session")
    try:
        async with asyncio.timeout(BROKER_PATIENCE):
            while not session.health().connected:  # noqa: ASYNC110 - a look from outside
                await asyncio.sleep(0.1)
    except TimeoutError:
        why = session.health().last_error or "no answer"
        return Finding("broker", f"{settings.broker_url}: {why}. Check address, user name, password and ACL", bad=True)
    finally:
        session.close()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    return Finding("broker", f"{settings.broker_url} lets us in and lets us read gw/#")


def _readings(settings: Settings) -> Iterator[Finding]:
    try:
        with open_readings(settings) as readings:
            readings.ping()
            yield Finding("readings", f"{settings.readings.value} answers")
    except (StoreUnavailable, StoreRefused) as error:
        yield Finding("readings", f"{settings.readings.value} does not serve: {error}", bad=True)


def _database(settings: Settings, clock: ScaledClock) -> Iterator[Finding]:
    with ExitStack() as stack:
        try:
            stores = stack.enter_context(open_database(settings, migrate=False))
            stores.database.ping()
            current = stores.database.schema_is_current()
        except (StoreUnavailable, StoreRefused, WrongSchema) as error:
            yield Finding("database", f"does not serve: {error}", bad=True)
            return
        if not current:
            yield Finding("database", "its schema is older than this program: run anxin migrate", bad=True)
            return
        yield Finding("database", "answers, and its schema is this version's")
        yield from _people(settings, stores, clock)
        yield from _cases(stores, clock)


def _people(settings: Settings, stores: Stores, clock: ScaledClock) -> Iterator[Finding]:
    inventory, directory, rota = stores.inventory.inventory(), stores.inventory.directory(), stores.inventory.rota()
    yield Finding(
        "inventory", f"{len(inventory.homes)} homes, {len(inventory.devices)} devices", bad=not inventory.homes
    )
    empty = [home for home in inventory.homes if not inventory.devices_of(home)]
    if empty:
        yield Finding("inventory", f"homes without a device: {_some(empty)}", bad=True)
    gaps = list(duty_gaps(inventory, rota, since=clock.now()))
    for gap in gaps[:SHOWN]:
        until = f"{gap.start:%Y-%m-%d %H:%M}–{gap.end:%m-%d %H:%M} UTC"
        yield Finding("duty", f"nobody holds {gap.post.value} of {gap.area.name} ({gap.area.id}) {until}", bad=True)
    if not gaps:
        yield Finding("duty", "every grid and desk is held for the next 14 days")
    elif len(gaps) > SHOWN:
        yield Finding("duty", f"and {len(gaps) - SHOWN} more gaps within 14 days", bad=True)
    mute = unreachable_people(directory, rota)
    if mute:
        yield Finding("people", f"counted on, and no way to reach them: {_some(mute)}", bad=True)
    alone = homes_without_family(inventory, directory)
    if alone:
        yield Finding("people", f"{len(alone)} homes have no family: their alerts go on to the neighbourhood at once")
    yield from _channels(settings, {r.channel for p in directory.people.values() for r in p.routes})
    try:
        policies = load_policies(settings.policies_file)
        with suppress(ChannelsRefused):  # said above
            refuse_unknown_ways(policies, _set_up(settings), settings.policies_file)
        yield Finding("policies", str(settings.policies_file or "the defaults"))
    except PoliciesRefused as error:
        yield Finding("policies", str(error), bad=True)


def _set_up(settings: Settings) -> set[str]:
    """The channels that a service with these settings has. Raises ChannelsRefused."""
    file = settings.channels_file
    given = set(load_channels(file, system_clock(), settings.public_url)) if file else set()
    own = {"webhook": settings.webhook_secret is not None, "console": settings.phones}
    return given | {name for name, is_there in own.items() if is_there}


def _channels(settings: Settings, used: set[str]) -> Iterator[Finding]:
    try:
        given = _set_up(settings)
    except ChannelsRefused as error:
        yield Finding("channels", str(error), bad=True)
        return
    if "webhook" in used and settings.webhook_secret is None:
        yield Finding("channels", "people are reached by webhook, but ANXIN_WEBHOOK_SECRET_FILE is not set", bad=True)
    if "console" in used and not settings.phones:
        yield Finding(
            "channels", "people are reached by the demonstration's phones (console): nobody is really told", bad=True
        )
    unknown = used - {"webhook", "console"} - given
    if unknown:
        yield Finding(
            "channels", f"people are reached by channels that do not exist: {_some(sorted(unknown))}", bad=True
        )
    if used and not unknown:
        yield Finding("channels", f"in use: {', '.join(sorted(used))}")


def _cases(stores: Stores, clock: ScaledClock) -> Iterator[Finding]:
    findings = Auditor(stores.alerts).findings(clock.now())
    for finding in findings:
        yield Finding("alerts", str(finding), bad=True)
    if not findings:
        yield Finding(
            "alerts", f"{len(stores.alerts.open_alerts())} open, each with an armed timer and every level told"
        )
    tickets = stores.tickets.tickets()
    yield Finding("tickets", f"{len(tickets)} device tickets open")


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
