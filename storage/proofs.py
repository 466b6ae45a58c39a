"""Tests of the ways to people and their answers, as rows."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, insert, select, update

from core.proving import ProofHow, Trial, Way
from storage.alert_rows import AnyRow
from storage.database import Database
from storage.tables import route_trials as table


class SqlProofs:
    """`core.proving.ProofStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, trial: Trial) -> None:
        values = {
            "id": trial.id,
            "person": trial.person,
            "channel": trial.channel,
            "address": trial.address,
            "at": trial.at,
            "by": trial.by,
            "code": trial.code,
            "accepted": trial.accepted,
            "said": trial.said,
            "answered_at": trial.answered_at,
            "how": None if trial.how is None else trial.how.value,
        }
        with self._database.writing() as connection:
            connection.execute(insert(table).values(values))

    def trial(self, id_: str) -> Trial | None:
        with self._database.reading() as connection:
            row = connection.execute(select(table).where(table.c.id == id_)).one_or_none()
            return None if row is None else _trial_of(row)

    def answer(self, id_: str, *, at: datetime, how: ProofHow) -> bool:
        here = table.c.id == id_, table.c.answered_at.is_(None)
        with self._database.writing() as connection:
            done = connection.execute(update(table).where(*here).values(answered_at=at, how=how.value))
            return done.rowcount > 0

    def latest(self, person: str) -> list[Trial]:
        order = table.c.at.desc(), table.c.id
        with self._database.reading() as connection:
            rows = connection.execute(select(table).where(table.c.person == person).order_by(*order))
            newest: dict[tuple[str, str], Trial] = {}
            for row in rows:
                newest.setdefault((row.channel, row.address), _trial_of(row))
        return list(newest.values())

    def proved(self, since: datetime) -> Mapping[Way, datetime]:
        ways = table.c.person, table.c.channel, table.c.address
        wanted = select(*ways, func.max(table.c.answered_at).label("at")).where(table.c.answered_at >= since)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.group_by(*ways))
            return {(row.person, row.channel, row.address): row.at for row in rows}


def _trial_of(row: AnyRow) -> Trial:
    return Trial(
        row.id,
        row.person,
        row.channel,
        row.address,
        row.at,
        row.by,
        row.code,
        row.accepted,
        row.said,
        row.answered_at,
        None if row.how is None else ProofHow(row.how),
    )
