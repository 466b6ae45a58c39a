"""The last known status of homes and devices."""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from core.places import Room
from core.states import Company, DeviceStatus, HomeStatus, Presence, Visibility
from storage.database import Database
from storage.statements import among
from storage.tables import device_statuses, home_statuses
from storage.upserts import Upserts


class SqlStatuses:
    """`core.ports.StatusStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, homes: Iterable[HomeStatus] = (), devices: Iterable[DeviceStatus] = ()) -> None:
        """Each replaces what was known before, in one transaction."""
        home_rows = [_home_values(status) for status in homes]
        device_rows = [_device_values(status) for status in devices]
        if not home_rows and not device_rows:
            return
        of_homes = Upserts(self._database, home_statuses, ("home",), home_rows)
        of_devices = Upserts(self._database, device_statuses, ("device",), device_rows)
        with self._database.writing() as connection:
            of_homes.write(connection)
            of_devices.write(connection)

    def homes(self, ids: Collection[str] | None = None) -> dict[str, HomeStatus]:
        wanted = select(home_statuses).order_by(home_statuses.c.home)
        if ids is not None:
            wanted = wanted.where(among(home_statuses.c.home, ids, self._database.dialect))
        return {row.home: _home_of(row) for row in self._rows(wanted)}

    def devices(self, ids: Collection[str] | None = None) -> dict[str, DeviceStatus]:
        wanted = select(device_statuses).order_by(device_statuses.c.device)
        if ids is not None:
            wanted = wanted.where(among(device_statuses.c.device, ids, self._database.dialect))
        return {row.device: _device_of(row) for row in self._rows(wanted)}

    def batteries_due(self, until: datetime, *, limit: int = 1000) -> list[DeviceStatus]:
        due = device_statuses.c.battery_due
        wanted = select(device_statuses).where(due <= until).order_by(due, device_statuses.c.device).limit(limit)
        return [_device_of(row) for row in self._rows(wanted)]

    def _rows(self, wanted: Select[Any]) -> list[Any]:
        with self._database.reading() as connection:
            return list(connection.execute(wanted))


def _home_values(status: HomeStatus) -> dict[str, Any]:
    return {
        "home": status.home,
        "presence": status.presence.value,
        "presence_since": status.presence_since,
        "visibility": status.visibility.value,
        "visibility_since": status.visibility_since,
        "visibility_reason": status.visibility_reason,
        "last_sign_at": status.last_sign_at,
        "last_sign_room": status.last_sign_room.value if status.last_sign_room else None,
        "last_sign_device": status.last_sign_device,
        "learned_days": status.learned_days,
        "company": None if status.company is None else _company_values(status.company),
        "overdue_since": status.overdue_since,
    }


def _company_values(company: Company) -> dict[str, Any]:
    return asdict(company) | {"since": company.since.isoformat()}


def _home_of(row: Any) -> HomeStatus:
    return HomeStatus(
        row.home,
        Presence(row.presence),
        row.presence_since,
        Visibility(row.visibility),
        row.visibility_since,
        row.visibility_reason,
        row.last_sign_at,
        Room(row.last_sign_room) if row.last_sign_room else None,
        row.last_sign_device,
        row.learned_days,
        None if row.company is None else _company_of(row.company),
        row.overdue_since,
    )


def _company_of(kept: dict[str, Any]) -> Company:
    return Company(**kept | {"since": datetime.fromisoformat(kept["since"])})


def _device_of(row: Any) -> DeviceStatus:
    return DeviceStatus(
        row.device, row.last_heard_at, row.online, row.battery, row.value, row.kind, row.battery_due, row.link
    )


def _device_values(status: DeviceStatus) -> dict[str, Any]:
    return {
        "device": status.device,
        "last_heard_at": status.last_heard_at,
        "online": status.online,
        "battery": status.battery,
        "value": status.value,
        "kind": status.kind,
        "battery_due": status.battery_due,
        "link": status.link,
    }
