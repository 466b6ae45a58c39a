"""Housekeeping: what has to happen now and then. APScheduler ticks it; it owns no alert's future.

A tick that fails says so and comes again; two ticks of one kind never overlap.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from alerts.auditor import Auditor
from anxin.alerting import Alerting
from anxin.clock import ScaledClock
from anxin.gatherings import Gatherings
from anxin.health import Checkup
from anxin.heartbeat import Heartbeat
from anxin.intake_faults import IntakeFaults
from anxin.lookout import Lookout
from anxin.outages import Outages
from anxin.roster import Roster
from anxin.runtime import set_aside, sweep
from anxin.settings import Settings
from anxin.stores import Stores
from api.feed import Change
from core.ports import ReadingsStore, StoreUnavailable
from ingest.pipeline import Pipeline
from storage.readings_waiting import WaitingReadings

log = logging.getLogger(__name__)

STATUSES_EVERY, ROSTER_EVERY, INBOX_EVERY, FAULTS_EVERY, WAITING_EVERY, AUDIT_EVERY, HEARTBEAT_EVERY = (
    1,
    3,
    3,
    5,
    1,
    60,
    60,
)
OUTAGES_EVERY = 15
SESSIONS_EVERY, RETENTION_EVERY, COLLECTOR_EVERY, SWEEP_EVERY = 3600, 6 * 3600, 10, 24 * 3600
"""Real seconds."""


@dataclass(frozen=True, slots=True)
class Housekeeping:
    """The ticks, each a short coroutine."""

    settings: Settings
    clock: ScaledClock
    stores: Stores
    readings: ReadingsStore
    lookout: Lookout
    roster: Roster
    auditor: Auditor
    pipeline: Pipeline
    faults: IntakeFaults
    announce: Callable[[Change], None]
    outages: Outages
    gatherings: Gatherings
    heartbeat: Heartbeat | None = None

    def scheduler(self) -> AsyncIOScheduler:
        """A scheduler with every tick, not started."""
        scheduler = AsyncIOScheduler(timezone="UTC")
        now = datetime.now(UTC)
        for name, every, tick in (
            ("statuses", STATUSES_EVERY, self.lookout.save_statuses),
            ("snapshots", self.settings.snapshot_every, self.lookout.save_snapshots),
            ("roster", ROSTER_EVERY, self.take_roster),
            ("intake faults", FAULTS_EVERY, self.look_for_faults),
            ("inbox", INBOX_EVERY, self.keep_inbox),
            ("audit", AUDIT_EVERY, self.audit),
            ("outages", OUTAGES_EVERY, self.look_for_outages),
            ("heartbeat", HEARTBEAT_EVERY, self.beat),
            ("sessions", SESSIONS_EVERY, self.forget_sessions),
            ("retention", RETENTION_EVERY, self.forget_readings),
            ("waiting readings", WAITING_EVERY, self.carry_readings),
            ("collector", COLLECTOR_EVERY, self.set_aside),
            ("collector's sweep", SWEEP_EVERY, self.sweep),
        ):
            # Snapshots at once: what a first start has read for minutes need not be read again.
            first = now if name == "snapshots" else now + timedelta(seconds=every)
            scheduler.add_job(
                _surely,
                "interval",
                seconds=every,
                args=(name, tick),
                id=name,
                max_instances=1,
                coalesce=True,
                next_run_time=first,
            )
        return scheduler

    async def take_roster(self) -> None:
        """Take what was enrolled since."""
        await self.roster.refresh()

    async def keep_inbox(self) -> None:
        """What unknown devices said since, for whoever binds them."""
        news = self.pipeline.take_unknown_news()
        if news:
            await asyncio.to_thread(self.stores.inbox.hear, news)

    async def look_for_faults(self) -> None:
        """Tickets about intake itself."""
        for change in await asyncio.to_thread(self.faults.look):
            self.announce(change)

    async def look_for_outages(self) -> None:
        """Buildings that went dark, or are too cold or too hot."""
        await asyncio.to_thread(self.outages.look)
        await asyncio.to_thread(self.gatherings.look)

    async def audit(self) -> None:
        """Look from outside at what the engine should have done."""
        for finding in await asyncio.to_thread(self.auditor.findings, self.clock.now()):
            log.error("audit finding", extra={"finding": str(finding)})

    async def beat(self) -> None:
        """Tell whoever watches us from outside that all is well."""
        if self.heartbeat is not None:
            await asyncio.to_thread(self.heartbeat.beat)

    async def forget_sessions(self) -> None:
        await asyncio.to_thread(self.stores.accounts.forget_sessions_before, self.clock.now())

    async def forget_readings(self) -> None:
        horizon = self.clock.now() - timedelta(days=self.settings.retention_days)
        await asyncio.to_thread(self.readings.forget_before, horizon)
        await asyncio.to_thread(self.stores.photos.forget_before, horizon)

    async def set_aside(self) -> None:
        set_aside()

    async def sweep(self) -> None:
        sweep()

    async def carry_readings(self) -> None:
        """What waited in a file while its store was away, in parts, until nothing waits."""
        while isinstance(self.readings, WaitingReadings) and self.readings.is_behind:
            await asyncio.to_thread(self.readings.carry_on)


async def _surely(name: str, tick: Callable[[], Awaitable[None]]) -> None:
    try:
        await tick()
    except StoreUnavailable as error:
        log.warning("housekeeping waits for its store", extra={"tick": name, "why": str(error)})
    except asyncio.CancelledError:  # by the scheduler's end, and by nobody else: it would log that as a failure
        log.debug("housekeeping ended in the middle of a tick", extra={"tick": name})
    except Exception:
        log.exception("housekeeping failed", extra={"tick": name})


def new_housekeeping(
    settings: Settings,
    clock: ScaledClock,
    stores: Stores,
    readings: ReadingsStore,
    roster: Roster,
    lookout: Lookout,
    alerting: Alerting,
    pipeline: Pipeline,
    checkup: Checkup,
    announce: Callable[[Change], None],
) -> Housekeeping:
    """Over a service's parts."""
    return Housekeeping(
        settings,
        clock,
        stores,
        readings,
        lookout,
        roster,
        alerting.auditor,
        pipeline,
        IntakeFaults(pipeline, readings, roster, stores.tickets, clock, lambda: uuid4().hex),
        announce,
        Outages(stores.tickets, alerting.desk, lambda: roster.inventory, clock),
        Gatherings(alerting.desk, lambda: roster.inventory, clock),
        _heartbeat(settings, checkup, alerting, clock),
    )


def _heartbeat(settings: Settings, checkup: Checkup, alerting: Alerting, clock: ScaledClock) -> Heartbeat | None:
    if settings.heartbeat_url is None:
        return None
    return Heartbeat(settings.heartbeat_url.get_secret_value(), checkup.report, alerting.auditor, clock)
