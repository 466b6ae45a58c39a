"""Lessons: the endings of alerts, and what people chose about learning from them."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, select

from core.alerts import Outcome
from core.concerns import ConcernKind
from core.lessons import Choice, ChoiceVersion, Ending, Episode, answered_by
from storage.alert_rows import AnyRow, parts_of
from storage.alert_tables import alerts
from storage.database import Database
from storage.lesson_tables import lesson_choices as choices
from storage.statements import insert_into

_A_TRY = ConcernKind.CANARY.value


class SqlLessons:
    """`core.lessons.LessonStore` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def endings(self, since: datetime, *, home: str | None = None) -> list[Ending]:
        row = alerts.c
        wanted = (
            select(
                row.id,
                row.home,
                row.kind,
                row.episode,
                row.joined,
                row.outcome,
                row.closed_at,
                row.told,
                row.closed_by,
                row.arrived_by,
            )
            .where(row.closed_at >= since, row.kind != _A_TRY)
            .order_by(row.closed_at, row.id)
        )
        if home is not None:
            wanted = wanted.where(row.home == home)
        with self._database.reading() as connection:
            rows: list[AnyRow] = list(connection.execute(wanted))
            reopened = set(_reopened(connection))
        return [_ending_of(row) for row in rows if row.id not in reopened]

    def choices(self, *, home: str | None = None) -> list[ChoiceVersion]:
        wanted = select(choices).order_by(choices.c.seq.desc())
        if home is not None:
            wanted = wanted.where(choices.c.home == home)
        with self._database.reading() as connection:
            return [_choice_of(row) for row in connection.execute(wanted)]

    def choose(self, version: ChoiceVersion) -> bool:
        values = {
            "home": version.home,
            "kind": version.kind.value,
            "number": version.number,
            "choice": version.choice.value,
            "at": version.at,
            "by": version.by,
            "note": version.note,
        }
        statement = insert_into(choices, self._database.dialect).values(values).on_conflict_do_nothing()
        with self._database.writing() as connection:
            return connection.execute(statement.returning(choices.c.seq)).first() is not None


def _reopened(connection: Connection) -> Iterator[str]:
    wanted = select(alerts.c.predecessor).where(alerts.c.predecessor.is_not(None))
    return iter(connection.execute(wanted).scalars())


def _ending_of(row: AnyRow) -> Ending:
    by = answered_by(row.told, closed_by=row.closed_by, arrived_by=row.arrived_by)
    return Ending(row.id, row.home, _parts(row), Outcome(row.outcome), row.closed_at, by)


def _parts(row: AnyRow) -> tuple[Episode, ...]:
    joined = tuple((part.kind, part.episode) for part in parts_of(row.joined))
    return joined or ((ConcernKind(row.kind), row.episode),)


def _choice_of(row: AnyRow) -> ChoiceVersion:
    return ChoiceVersion(row.home, ConcernKind(row.kind), row.number, Choice(row.choice), row.at, row.by, row.note)
