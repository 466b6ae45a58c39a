"""Photos of alerts, as rows: one transaction and one backup with the alert, whichever program of the service asks."""

from datetime import datetime

from sqlalchemy import delete, insert, select

from core.pictures import Media, Photo
from core.ports import StoreRefused
from storage.alert_tables import alerts, photos
from storage.database import Database


class SqlPhotos:
    """`core.pictures.PhotoStore` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, photo: Photo) -> None:
        row = {
            "id": photo.id,
            "alert": photo.alert,
            "at": photo.at,
            "by": photo.by,
            "media": photo.media.value,
            "body": photo.body,
        }
        with self._database.writing() as connection:
            if connection.scalar(select(alerts.c.id).where(alerts.c.id == photo.alert)) is None:
                raise StoreRefused(f"there is no alert {photo.alert!r}")
            connection.execute(insert(photos).values(row))

    def photo(self, id_: str) -> Photo | None:
        with self._database.reading() as connection:
            row = connection.execute(select(photos).where(photos.c.id == id_)).one_or_none()
            return None if row is None else Photo(row.id, row.alert, row.at, row.by, Media(row.media), row.body)

    def forget(self, id_: str) -> None:
        with self._database.writing() as connection:
            connection.execute(delete(photos).where(photos.c.id == id_))

    def forget_before(self, instant: datetime) -> int:
        with self._database.writing() as connection:
            return connection.execute(delete(photos).where(photos.c.at < instant)).rowcount
