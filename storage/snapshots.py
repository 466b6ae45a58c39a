"""What streaming parts have learned, kept for the next start."""

from collections.abc import Iterable, Iterator

from sqlalchemy import select

from core.ports import Snapshot
from storage.database import Database
from storage.tables import snapshots as table
from storage.upserts import Upserts

_PAGE = 500


class SqlSnapshots:
    """`core.ports.SnapshotStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, snapshots: Iterable[Snapshot]) -> None:
        rows = [
            {"owner": s.owner, "key": s.key, "version": s.version, "as_of": s.as_of, "body": dict(s.body)}
            for s in snapshots
        ]
        if not rows:
            return
        upserts = Upserts(self._database, table, ("owner", "key"), rows)
        with self._database.writing() as connection:
            upserts.write(connection)

    def load(self, owner: str) -> Iterator[Snapshot]:
        """In the order of their keys. Read page by page: many homes' snapshots are never in memory at once."""
        after = ""
        first = True
        while True:
            wanted = select(table).where(table.c.owner == owner).order_by(table.c.key).limit(_PAGE)
            if not first:
                wanted = wanted.where(table.c.key > after)
            with self._database.reading() as connection:
                page = [
                    Snapshot(row.owner, row.key, row.version, row.as_of, row.body) for row in connection.execute(wanted)
                ]
            yield from page
            if len(page) < _PAGE:
                return
            first, after = False, page[-1].key
