"""The inbox of unknown devices: one row each, bounded, so that a hostile gateway cannot fill the database."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, delete, select

from core.inbox import Heard, UnknownDevice
from core.readings import Kind
from storage.columns import from_microseconds, to_microseconds
from storage.database import Database
from storage.statements import among, upsert
from storage.tables import unknown_devices as table


class SqlInbox:
    """`core.inbox.InboxStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def hear(self, devices: Iterable[UnknownDevice], *, most: int = 1000) -> None:
        news = {(name := _storable(one.device)): replace(one, device=name) for one in devices}
        if not news:
            return
        with self._database.writing() as connection:
            known = {row.device: _device_of(row) for row in connection.execute(self._of(news))}
            rows = [_values(known[name].and_then(one) if name in known else one) for name, one in news.items()]
            connection.execute(upsert(table, ("device",), self._database.dialect), rows)
            self._keep(connection, most)

    def _of(self, names: Iterable[str]) -> Any:
        return select(table).where(among(table.c.device, set(names), self._database.dialect))

    def _keep(self, connection: Connection, most: int) -> None:
        newest = select(table.c.device).order_by(table.c.last_at.desc(), table.c.device).limit(most)
        connection.execute(delete(table).where(table.c.device.not_in(newest)))

    def unknown(self, *, limit: int = 200) -> list[UnknownDevice]:
        wanted = select(table).order_by(table.c.last_at.desc(), table.c.device).limit(limit)
        with self._database.reading() as connection:
            return [_device_of(row) for row in connection.execute(wanted)]

    def forget(self, devices: Iterable[str]) -> None:
        names = {_storable(name) for name in devices}
        if names:
            with self._database.writing() as connection:
                connection.execute(delete(table).where(among(table.c.device, names, self._database.dialect)))


def _values(device: UnknownDevice) -> dict[str, Any]:
    return {
        "device": device.device,
        "convention": device.convention,
        "count": device.count,
        "first_at": device.first_at,
        "last_at": device.last_at,
        "said": {kind.value: value for kind, value in device.said.items()},
        "messages": [[to_microseconds(m.at), _storable(m.topic), _storable(m.payload)] for m in device.messages],
    }


def _storable(text: str) -> str:
    """PostgreSQL takes no NUL, and no lone half of a character."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


def _device_of(row: Any) -> UnknownDevice:
    return UnknownDevice(
        row.device,
        row.convention,
        row.count,
        row.first_at,
        row.last_at,
        {Kind(kind): value for kind, value in row.said.items()},
        tuple(Heard(from_microseconds(at), topic, payload) for at, topic, payload in row.messages),
    )
