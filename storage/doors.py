"""The codes at the doors: one per home, none twice."""

from sqlalchemy import select

from core.arrival import DoorCode
from core.ports import StoreRefused
from storage.database import Database
from storage.statements import upsert
from storage.tables import doors


class SqlDoors:
    """`core.arrival.DoorStore` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def renew(self, door: DoorCode) -> None:
        row = {"home": door.home, "code": door.code, "made_at": door.made_at, "made_by": door.made_by}
        with self._database.writing() as connection:
            other = select(doors.c.home).where(doors.c.code == door.code, doors.c.home != door.home)
            if connection.scalar(other) is not None:
                raise StoreRefused("this code hangs at another door: make another one")
            connection.execute(upsert(doors, ["home"], self._database.dialect).values(row))

    def door(self, home: str) -> DoorCode | None:
        with self._database.reading() as connection:
            row = connection.execute(select(doors).where(doors.c.home == home)).one_or_none()
            return None if row is None else DoorCode(row.home, row.code, row.made_at, row.made_by)

    def home_of(self, code: str) -> str | None:
        with self._database.reading() as connection:
            return connection.scalar(select(doors.c.home).where(doors.c.code == code))
