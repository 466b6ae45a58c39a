"""`anxin engine`: climbs and sends beside other processes on one PostgreSQL, and does nothing else.

Whichever process is there first moves an alert; when one dies, the others go on without it.
"""

import asyncio
import logging

from alerts.engine_settings import EngineSettings
from anxin.alerting import new_alerting
from anxin.clock import parse_epoch, system_clock
from anxin.housekeeping import ROSTER_EVERY
from anxin.logs import start_logging
from anxin.roster import Roster
from anxin.runtime import take_short_turns
from anxin.sender_name import sender_name
from anxin.settings import Settings, SettingsRefused
from anxin.shutdown import told_to_stop
from anxin.stores import open_database
from core.ports import StoreUnavailable

log = logging.getLogger(__name__)

POLL = 0.5
"""Real seconds between looks: nobody wakes this process when another one writes."""


async def run_engine(settings: Settings) -> None:
    """Until SIGTERM or SIGINT. Raises SettingsRefused on SQLite, which takes one process only."""
    if not settings.database.startswith("postgresql"):
        raise SettingsRefused(
            "`anxin engine` works beside `anxin serve` on PostgreSQL (ANXIN_DATABASE_URL = postgresql+psycopg://…); "
            "SQLite takes one process, and `anxin serve` has an engine of its own"
        )
    start_logging(settings.log_level, as_json=settings.log_json)
    take_short_turns()
    clock = parse_epoch(settings.clock) if settings.clock else system_clock()
    with sender_name(settings) as name, open_database(settings, migrate=True) as stores:
        roster = Roster(stores.inventory, stores.snapshots, stores.families, stores.push)
        roster.load()
        alerting = new_alerting(
            settings, clock, stores, roster, announce=lambda _change: None, name=name, pace=EngineSettings(poll=POLL)
        )
        roster.changed.append(alerting.use)
        async with asyncio.TaskGroup() as group:
            parts = [
                group.create_task(alerting.engine.run(), name="engine"),
                group.create_task(alerting.relief.run(), name="relief"),
                group.create_task(_take_roster(roster), name="roster"),
            ]
            log.info("engine at work", extra={"sender": name, "homes": len(roster.inventory.homes)})
            await told_to_stop()
            log.info("stopping")
            for part in parts:
                part.cancel()
        await alerting.aclose()


async def _take_roster(roster: Roster) -> None:
    """People and rotas as they are now: an old rota would call the wrong person."""
    while True:
        await asyncio.sleep(ROSTER_EVERY)
        try:
            await roster.refresh()
        except StoreUnavailable as error:
            log.warning("the roster waits for its store", extra={"why": str(error)})
