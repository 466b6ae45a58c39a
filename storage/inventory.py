"""Places, devices, people, ties and rotas in the transactional database."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from sys import intern
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Table, delete, select, update

from core.duty import Change, Post, Rota, Shift
from core.people import Bond, Directory, Language, Person, Tie
from core.places import Area, AreaKind, Device, Gateway, Home, Inventory, Role, Room
from storage.alert_rows import routes_of, routes_to_json
from storage.database import Database
from storage.statements import among, upsert
from storage.tables import areas as area_table
from storage.tables import devices as device_table
from storage.tables import duty_changes as change_table
from storage.tables import gateways as gateway_table
from storage.tables import homes as home_table
from storage.tables import people as people_table
from storage.tables import shifts as shift_table
from storage.tables import ties as tie_table

_NO_PROFILE: Mapping[str, object] = MappingProxyType({})


class SqlInventory:
    """`core.ports.InventoryStore`. A tie is known by person, bond and place: saving it again changes its rank."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(
        self,
        *,
        areas: Iterable[Area] = (),
        homes: Iterable[Home] = (),
        gateways: Iterable[Gateway] = (),
        devices: Iterable[Device] = (),
        people: Iterable[Person] = (),
        ties: Iterable[Tie] = (),
        shifts: Iterable[Shift] = (),
        changes: Iterable[Change] = (),
    ) -> None:
        """All or nothing. Raises StoreRefused when something refers to what is not there."""
        tie_rows = [_tie_values(tie) for tie in ties]
        with self._database.writing() as connection:
            self._put(connection, area_table, [_area_values(area) for area in areas])
            self._put(connection, home_table, [_home_values(home) for home in homes])
            self._put(connection, gateway_table, [_gateway_values(gateway) for gateway in gateways])
            self._put(connection, device_table, [_device_values(device) for device in devices])
            self._put(connection, people_table, [_person_values(person) for person in people])
            self._put(connection, shift_table, [shift_values(shift) for shift in shifts])
            self._put(connection, change_table, [_change_values(change) for change in changes])
            for place in ("home", "area"):
                rows = [row for row in tie_rows if row[place] is not None]
                self._put(connection, tie_table, rows, keys=("person", "bond", place), where=f"{place} IS NOT NULL")
            self._put(connection, tie_table, [r for r in tie_rows if r["home"] is None and r["area"] is None])

    def _put(
        self,
        connection: Connection,
        table: Table,
        rows: list[dict[str, Any]],
        *,
        keys: tuple[str, ...] = ("id",),
        where: str | None = None,
    ) -> None:
        if rows:
            connection.execute(upsert(table, keys, self._database.dialect, where=where), rows)

    def remove_devices(self, devices: Iterable[str], *, at: datetime) -> tuple[str, ...]:
        there = among(device_table.c.id, set(devices), self._database.dialect), device_table.c.removed_at.is_(None)
        removal = update(device_table).where(*there).values(removed_at=at).returning(device_table.c.id)
        with self._database.writing() as connection:
            return tuple(sorted(row.id for row in connection.execute(removal)))

    def removed_devices(self) -> tuple[tuple[Device, datetime], ...]:
        order = device_table.c.removed_at.desc(), device_table.c.id
        wanted = select(device_table).where(device_table.c.removed_at.is_not(None)).order_by(*order)
        with self._database.reading() as connection:
            return tuple((_device_of(row), row.removed_at) for row in connection.execute(wanted))

    def inventory(self) -> Inventory:
        with self._database.reading() as connection:
            return Inventory.of(
                areas=[
                    Area(row.id, AreaKind(row.kind), row.name, row.parent)
                    for row in connection.execute(select(area_table).order_by(area_table.c.id))
                ],
                homes=[
                    Home(intern(row.id), row.area, row.address, intern(row.timezone), row.resident, row.door_note)
                    for row in connection.execute(select(home_table).order_by(home_table.c.id))
                ],
                gateways=[
                    Gateway(intern(row.id), None if row.home is None else intern(row.home), row.label)
                    for row in connection.execute(select(gateway_table).order_by(gateway_table.c.id))
                ],
                devices=[
                    _device_of(row)
                    for row in connection.execute(
                        select(device_table).where(device_table.c.removed_at.is_(None)).order_by(device_table.c.id)
                    )
                ],
            )

    def directory(self) -> Directory:
        order = (tie_table.c.home, tie_table.c.area, tie_table.c.bond, tie_table.c.rank, tie_table.c.person)
        with self._database.reading() as connection:
            people = [
                Person(row.id, row.name, Language(row.language), routes_of(row.routes))
                for row in connection.execute(select(people_table).order_by(people_table.c.id))
            ]
            ties = tuple(
                Tie(row.person, Bond(row.bond), row.home, row.area, row.rank)
                for row in connection.execute(select(tie_table).order_by(*order))
            )
        return Directory({person.id: person for person in people}, ties)

    def rota(self) -> Rota:
        with self._database.reading() as connection:
            shifts = [shift_of(row) for row in connection.execute(select(shift_table).order_by(shift_table.c.id))]
            order = change_table.c.start, change_table.c.id
            changes = [_change_of(row) for row in connection.execute(select(change_table).order_by(*order))]
        return (*shifts, *changes)

    def remove_changes(self, changes: Iterable[str]) -> tuple[str, ...]:
        wanted = delete(change_table).where(change_table.c.id.in_(list(changes))).returning(change_table.c.id)
        with self._database.writing() as connection:
            return tuple(sorted(connection.scalars(wanted)))


def _area_values(area: Area) -> dict[str, Any]:
    return {"id": area.id, "kind": area.kind.value, "name": area.name, "parent": area.parent}


def _home_values(home: Home) -> dict[str, Any]:
    return {
        "id": home.id,
        "area": home.area,
        "address": home.address,
        "timezone": home.timezone,
        "resident": home.resident,
        "door_note": home.door_note,
    }


def _gateway_values(gateway: Gateway) -> dict[str, Any]:
    return {"id": gateway.id, "home": gateway.home, "label": gateway.label}


def _device_values(device: Device) -> dict[str, Any]:
    return {
        "id": device.id,
        "home": device.home,
        "room": device.room.value,
        "role": device.role.value,
        "gateway": device.gateway,
        "label": device.label,
        "model": device.model,
        "profile": dict(device.profile),
        "removed_at": None,
    }


def _device_of(row: Any) -> Device:
    """Most of a device's words are other devices' words too: they are kept once, for there are many devices."""
    return Device(
        intern(row.id),
        intern(row.home),
        Room(row.room),
        Role(row.role),
        intern(row.gateway),
        intern(row.label),
        None if row.model is None else intern(row.model),
        row.profile or _NO_PROFILE,
    )


def _person_values(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "name": person.name,
        "language": person.language.value,
        "routes": routes_to_json(person.routes),
    }


def _tie_values(tie: Tie) -> dict[str, Any]:
    return {"person": tie.person, "bond": tie.bond.value, "home": tie.home, "area": tie.area, "rank": tie.rank}


def shift_values(shift: Shift) -> dict[str, Any]:
    """The row of a shift."""
    return {
        "id": shift.id,
        "area": shift.area,
        "post": shift.post.value,
        "person": shift.person,
        "start": shift.start,
        "end": shift.end,
        "weekdays": "".join(str(day) for day in sorted(shift.weekdays)),
        "rank": shift.rank,
    }


def shift_of(row: Any) -> Shift:
    """Back from its row."""
    days = frozenset(int(day) for day in row.weekdays)
    return Shift(row.id, row.area, Post(row.post), row.person, row.start, row.end, days, row.rank)


def _change_values(change: Change) -> dict[str, Any]:
    return {
        "id": change.id,
        "start": change.start,
        "end": change.end,
        "out": change.out,
        "person": change.person,
        "area": change.area,
        "post": change.post.value if change.post else None,
        "alone": change.alone,
        "note": change.note,
    }


def _change_of(row: Any) -> Change:
    post = Post(row.post) if row.post else None
    return Change(row.id, row.start, row.end, row.out, row.person, row.area, post, row.alone, row.note)
