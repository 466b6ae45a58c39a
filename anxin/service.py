"""The service: everything that runs while Anxin serves, wired, started and stopped in the right order.

Start: stores, the engine, what was learned, what was stored since, then the broker and the console. Stop: the reverse.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from fastapi import FastAPI

from alerts.digests import Digests
from alerts.sender import Sender
from anxin.accounts import ensure_admin
from anxin.alerting import Alerting, new_alerting
from anxin.budgets.book import BudgetBook
from anxin.budgets.replays import Replays
from anxin.budgets.wiring import judging_of, new_book, new_replays
from anxin.clock import ScaledClock, parse_epoch, system_clock
from anxin.console import console_services
from anxin.health import Checkup
from anxin.housekeeping import Housekeeping, new_housekeeping
from anxin.intake import Attention, new_pipeline, new_session
from anxin.lessons.teaching import Teaching
from anxin.lessons.wiring import new_lessons
from anxin.logs import start_logging
from anxin.lookout import Lookout
from anxin.memory import Memory
from anxin.metrics import Gauges
from anxin.outward import Outward, new_outward
from anxin.roster import Roster
from anxin.runtime import filling, take_short_turns
from anxin.sender_name import sender_name
from anxin.settings import Settings
from anxin.shutdown import told_to_stop
from anxin.stores import Stores, open_database, open_readings
from anxin.web import WebServer, refuse_taken_port, web_server
from api.app import create_app
from api.feed import Change, LiveFeed
from core.ports import ReadingsStore
from detectors.watch import Watch
from ingest.gate import Gate
from ingest.pipeline import Pipeline
from ingest.session import Session

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Service:
    """Everything wired, nothing started."""

    settings: Settings
    clock: ScaledClock
    stores: Stores
    readings: ReadingsStore
    roster: Roster
    feed: LiveFeed
    watch: Watch
    alerting: Alerting
    lookout: Lookout
    digests: Digests
    pipeline: Pipeline
    session: Session
    attention: Attention
    housekeeping: Housekeeping
    app: FastAPI
    outward: Outward | None
    replays: Replays
    teaching: Teaching

    @asynccontextmanager
    async def running(self) -> AsyncIterator[WebServer]:
        """Run until the block ends; then take in what was received, save what was learned, and disconnect."""
        take_short_turns()
        web = web_server(
            self.app,
            host=self.settings.http_host,
            port=self.settings.http_port,
            trusted_proxies=self.settings.trusted_proxies,
        )
        ticks = self.housekeeping.scheduler()
        async with asyncio.TaskGroup() as group:
            # Alerts do not wait until what was learned is read again.
            background = [
                group.create_task(self.alerting.engine.run(), name="engine"),
                group.create_task(self.alerting.relief.run(), name="relief"),
                group.create_task(self.alerting.canary.run(), name="canary"),
            ]
            with filling():
                learn = timedelta(days=self.settings.learn_days)
                await asyncio.to_thread(self.lookout.recover, self.readings.received_since, learn=learn)
            background += [
                group.create_task(self.lookout.run(), name="lookout"),
                group.create_task(self.attention.run(), name="attention"),
                group.create_task(self.digests.run(), name="digests"),
                group.create_task(self.replays.run(), name="replays"),
                group.create_task(self.teaching.run(), name="teaching"),
            ]
            if self.outward is not None:
                background.append(group.create_task(self.outward.run(), name="outward"))
            intake = [
                group.create_task(self.session.run(), name="session"),
                group.create_task(self.pipeline.run(self.session), name="pipeline"),
            ]
            console = group.create_task(_serve(web), name="console")
            await web.wait_until_listening()
            ticks.start()
            try:
                yield web
            finally:
                ticks.shutdown(wait=False)
                self.feed.close()
                web.should_exit = True
                self.pipeline.stop()
                await asyncio.gather(*intake, console, return_exceptions=True)
                await self._farewell()
                for task in background:
                    task.cancel()
        await self.alerting.aclose()

    async def _farewell(self) -> None:
        """Save what was learned, so that the next start need not read it again."""
        try:
            await self.lookout.save_statuses()
            await self.lookout.save_snapshots()
        except Exception:
            log.exception("what was learned since the last snapshot will be read again at the next start")


async def _serve(web: WebServer) -> None:
    try:
        await web.serve()
    except SystemExit as error:  # uvicorn's way to say that the port is taken
        raise OSError(f"the console cannot listen on {web.config.host}:{web.config.port}") from error
    if not web.should_exit:
        raise OSError("the console stopped by itself")


def wire(
    settings: Settings, clock: ScaledClock, stores: Stores, readings: ReadingsStore, *, sender: str | None = None
) -> Service:
    """Join everything. Reads the inventory; starts nothing. `sender`: its name, where others may send beside it."""
    roster = Roster(stores.inventory, stores.snapshots, stores.families, stores.push)
    with filling():
        roster.load()
    feed = LiveFeed(uuid4().hex[:12])
    budgets = new_book(settings, clock, stores, roster)
    expected = roster.directory.families.expected
    watch = Watch(roster.inventory, judging_of(settings), expected, budgets.by_home(roster.inventory))
    alerting = new_alerting(settings, clock, stores, roster, announce=feed.announce, name=sender)
    gate = Gate()
    lookout = _lookout(watch, gate, stores, alerting, clock, feed)
    lessons, teaching = new_lessons(settings, clock, stores, roster, budgets, lookout, alerting.reacher)
    pipeline = new_pipeline(
        roster.inventory, gate=gate, store=readings, listener=lookout.hear, clock=clock, batch=settings.batch_size
    )
    session = new_session(settings, clock)
    roster.changed.append(lambda now: _take(now, pipeline, lookout, alerting, feed, budgets))
    troubles = alerting.engine.sender.breaker.troubles
    checkup = Checkup(
        session, pipeline, lookout, stores.database, readings, stores.alerts, clock, troubles, alerting.canary
    )
    gauges = _gauges(session, pipeline, readings, lookout, stores, feed, alerting.engine.sender, clock)
    services = console_services(
        settings, clock, stores, readings, roster, feed, alerting, checkup, gauges, watch, budgets, lessons
    )
    return Service(
        settings,
        clock,
        stores,
        readings,
        roster,
        feed,
        watch,
        alerting,
        lookout,
        _digests(stores, alerting, lookout, clock),
        pipeline,
        session,
        Attention(session, pipeline, lookout),
        new_housekeeping(
            settings, clock, stores, readings, roster, lookout, alerting, pipeline, checkup, feed.announce
        ),
        create_app(services),
        new_outward(settings, services),
        new_replays(settings, clock, budgets, lessons, feed.announce),
        teaching,
    )


def _digests(stores: Stores, alerting: Alerting, lookout: Lookout, clock: ScaledClock) -> Digests:
    """Here and in no other process: only whoever watches knows that what it knows is of now."""
    return Digests(
        stores.digests,
        stores.alerts,
        stores.statuses,
        alerting.reacher,
        alerting.channels,
        clock,
        alerting.threads,
        may_tell=lambda: lookout.judging,
        lease=timedelta(seconds=120 * clock.speed),
    )


def _gauges(
    session: Session,
    pipeline: Pipeline,
    readings: ReadingsStore,
    lookout: Lookout,
    stores: Stores,
    feed: LiveFeed,
    sender: Sender,
    clock: ScaledClock,
) -> Gauges:
    """What is counted for whoever looks from outside."""
    return Gauges(
        session=session,
        pipeline=pipeline,
        readings=readings,
        lookout=lookout,
        alerts=stores.alerts,
        statuses=stores.statuses,
        tickets=stores.tickets,
        feed=feed,
        sender=sender,
        clock=clock,
        started_at=clock.now(),
    )


def _lookout(
    watch: Watch, gate: Gate, stores: Stores, alerting: Alerting, clock: ScaledClock, feed: LiveFeed
) -> Lookout:
    """Between the watch and the desk."""
    return Lookout(
        watch=watch,
        memory=Memory(watch, gate, stores.snapshots),
        desk=alerting.desk,
        tickets=stores.tickets,
        statuses=stores.statuses,
        clock=clock,
        announce=feed.announce,
        new_id=lambda: uuid4().hex,
    )


def _take(
    roster: Roster, pipeline: Pipeline, lookout: Lookout, alerting: Alerting, feed: LiveFeed, budgets: BudgetBook
) -> None:
    pipeline.inventory = roster.inventory
    lookout.use(roster.inventory, roster.directory.families, budgets.by_home(roster.inventory))
    alerting.use(roster)
    feed.announce(Change("inventory", "*"))


async def serve(settings: Settings) -> None:
    """Run the service until SIGTERM or SIGINT."""
    start_logging(settings.log_level, as_json=settings.log_json)
    clock = parse_epoch(settings.clock) if settings.clock else system_clock()
    if settings.clock:
        log.warning("running on a drill's clock, not on real time", extra={"clock": clock.epoch})
    refuse_taken_port(settings.http_host, settings.http_port)
    with ExitStack() as stack:
        sender = stack.enter_context(sender_name(settings))
        stores = stack.enter_context(open_database(settings, migrate=True))
        readings = stack.enter_context(open_readings(settings))
        made_up = ensure_admin(stores, settings)
        if made_up is not None:
            log.warning(
                "no ANXIN_ADMIN_PASSWORD was given: the login 'admin' has this password, said once: %s", made_up
            )
        service = wire(settings, clock, stores, readings, sender=sender)
        async with service.running() as web:
            log.info("serving", extra={"port": web.port, "homes": len(service.roster.inventory.homes)})
            await told_to_stop()
            log.info("stopping")
