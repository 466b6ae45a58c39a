"""The stores, opened from the settings: one database for everything transactional, one store for readings."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from anxin.settings import ReadingsKind, Settings
from core.ports import ReadingsStore
from storage.accounts import SqlAccounts
from storage.alerts import SqlAlerts
from storage.budgets import SqlBudgets
from storage.database import Database
from storage.doors import SqlDoors
from storage.families import SqlDigests, SqlFamilies
from storage.inbox import SqlInbox
from storage.inventory import SqlInventory
from storage.ledger import SqlLedger
from storage.lessons import SqlLessons
from storage.phones import SqlPhones
from storage.photos import SqlPhotos
from storage.policies import SqlPolicies
from storage.proofs import SqlProofs
from storage.push import SqlPush
from storage.readings_sqlite import SqliteReadings
from storage.readings_waiting import WaitingReadings
from storage.shift_edits import SqlShifts
from storage.snapshots import SqlSnapshots
from storage.statuses import SqlStatuses
from storage.tickets import SqlTickets


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything transactional, on one database."""

    database: Database
    inventory: SqlInventory
    policies: SqlPolicies
    snapshots: SqlSnapshots
    alerts: SqlAlerts
    tickets: SqlTickets
    statuses: SqlStatuses
    accounts: SqlAccounts
    phones: SqlPhones
    inbox: SqlInbox
    ledger: SqlLedger
    doors: SqlDoors
    photos: SqlPhotos
    families: SqlFamilies
    digests: SqlDigests
    proofs: SqlProofs
    shifts: SqlShifts
    push: SqlPush
    budgets: SqlBudgets
    lessons: SqlLessons


@contextmanager
def open_database(settings: Settings, *, migrate: bool) -> Iterator[Stores]:
    """Open the transactional stores. A schema that is not this program's is refused (WrongSchema)."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database.open(settings.database)
    try:
        if migrate:
            database.migrate()
        yield Stores(
            database,
            SqlInventory(database),
            SqlPolicies(database),
            SqlSnapshots(database),
            SqlAlerts(database),
            SqlTickets(database),
            SqlStatuses(database),
            SqlAccounts(database),
            SqlPhones(database),
            SqlInbox(database),
            SqlLedger(database),
            SqlDoors(database),
            SqlPhotos(database),
            SqlFamilies(database),
            SqlDigests(database),
            SqlProofs(database),
            SqlShifts(database),
            SqlPush(database),
            SqlBudgets(database),
            SqlLessons(database),
        )
    finally:
        database.close()


@contextmanager
def open_readings(settings: Settings) -> Iterator[ReadingsStore]:
    """Open the store of readings. InfluxDB may be away: its bucket is made and written to once it is there."""
    store: ReadingsStore
    match settings.readings:
        case ReadingsKind.SQLITE:
            settings.data_dir.mkdir(parents=True, exist_ok=True)
            store = SqliteReadings(settings.data_dir / "readings.db")
        case ReadingsKind.INFLUXDB:
            from storage.influx import InfluxReadings  # its client is four hundred modules: only where it is used

            token = settings.influx_token.get_secret_value() if settings.influx_token else ""
            influx = InfluxReadings(
                url=settings.influx_url, token=token, org=settings.influx_org, bucket=settings.influx_bucket
            )
            keep = timedelta(days=settings.retention_days)
            settings.data_dir.mkdir(parents=True, exist_ok=True)
            waiting = settings.waiting_file
            most = settings.waiting_most_mb * 1024**2
            store = WaitingReadings(influx, waiting, prepare=partial(influx.ensure_bucket, keep), most=most)
    try:
        yield store
    finally:
        store.close()
