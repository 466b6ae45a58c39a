"""The demonstration's phones: messages as they were delivered."""

from sqlalchemy import select

from core.phones import PhoneMessage
from storage.database import Database
from storage.statements import insert_into
from storage.tables import phone_messages as table


class SqlPhones:
    """`core.ports.PhoneStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def deliver(self, message: PhoneMessage) -> bool:
        values = {
            "id": message.id,
            "person": message.person,
            "at": message.at,
            "title": message.title,
            "body": message.body,
            "alert": message.alert,
            "purpose": message.purpose,
            "repeat": message.repeat,
        }
        with self._database.writing() as connection:
            written = connection.execute(
                insert_into(table, self._database.dialect)
                .values(values)
                .on_conflict_do_nothing(index_elements=["id"])
                .returning(table.c.id)
            ).first()
            return written is not None

    def inbox(self, person: str | None = None, *, limit: int = 100) -> list[PhoneMessage]:
        """Newest first."""
        wanted = select(table).order_by(table.c.seq.desc()).limit(limit)
        if person is not None:
            wanted = wanted.where(table.c.person == person)
        with self._database.reading() as connection:
            return [
                PhoneMessage(row.id, row.person, row.at, row.title, row.body, row.alert, row.purpose, repeat=row.repeat)
                for row in connection.execute(wanted)
            ]
