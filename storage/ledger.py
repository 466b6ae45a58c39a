"""The ledger's figures, counted by the database: what comes back is one row for each key, never one for each alert."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Subquery, and_, case, func, or_, select

from core.alerts import EntryKind, Outcome
from core.ledger import ANSWERS, By, Response, Scope, ServiceLevel, ServiceLevels, Share, Speed, Tally
from storage.alert_tables import alerts, entries
from storage.database import Database
from storage.statements import among, seconds_between

_COLUMNS: dict[By, ColumnElement[str]] = {
    By.KIND: alerts.c.kind,
    By.SEVERITY: alerts.c.severity,
    By.AREA: alerts.c.area,
    By.HOME: alerts.c.home,
}
_MEDIAN, _SLOW = 50, 90


_UNTIMED = [Outcome.TEST.value, Outcome.OVER.value]
"""Nobody was owed an answer."""


class SqlLedger:
    """`core.ledger.Ledger` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tallies(self, scope: Scope, by: By) -> list[Tally]:
        became = select(alerts.c.predecessor).where(alerts.c.predecessor.is_not(None))
        counted = (
            select(_key(scope, by), alerts.c.outcome)
            .where(*self._within(scope), alerts.c.id.not_in(became))
            .subquery("counted")
        )
        wanted = (
            select(counted.c.key, counted.c.outcome, func.count().label("alerts"))
            .group_by(counted.c.key, counted.c.outcome)
            .order_by(counted.c.key, counted.c.outcome)
        )
        with self._database.reading() as connection:
            rows = connection.execute(wanted)
            return [Tally(row.key, Outcome(row.outcome) if row.outcome else None, row.alerts) for row in rows]

    def responses(self, scope: Scope, by: By, levels: ServiceLevels, *, now: datetime) -> list[Response]:
        ranked = _ranked(self._timed(scope, by))
        wanted = _summed(ranked, levels, now).group_by(ranked.c.key).order_by(ranked.c.key)
        with self._database.reading() as connection:
            return [_response(row, levels) for row in connection.execute(wanted).mappings()]

    def _within(self, scope: Scope) -> list[ColumnElement[bool]]:
        found = [alerts.c.opened_at >= scope.bounds[0], alerts.c.opened_at < scope.bounds[-1]]
        places = [(alerts.c.area, scope.areas), (alerts.c.home, scope.homes)]
        given = [among(column, ids, self._database.dialect) for column, ids in places if ids is not None]
        if given:
            found.append(or_(*given))
        if scope.severity is not None:
            found.append(alerts.c.severity == scope.severity.value)
        if scope.without:
            found.append(alerts.c.kind.not_in([kind.value for kind in sorted(scope.without)]))
        return found

    def _timed(self, scope: Scope, by: By) -> Subquery:
        """Each alert's key, and seconds to its first answer and to the first arrival."""
        told = and_(entries.c.alert == alerts.c.id, entries.c.kind.in_([kind.value for kind in ANSWERS]))
        arrived = case((entries.c.kind == EntryKind.ARRIVED.value, entries.c.at))
        first = (
            select(
                _key(scope, by),
                alerts.c.opened_at,
                alerts.c.closed_at,
                func.min(entries.c.at).label("answered_at"),
                func.min(arrived).label("arrived_at"),
            )
            .select_from(alerts.outerjoin(entries, told))
            .where(*self._within(scope), or_(alerts.c.outcome.is_(None), alerts.c.outcome.not_in(_UNTIMED)))
            .group_by(alerts.c.id)
            .subquery("first")
        )
        dialect = self._database.dialect
        return select(
            first.c.key,
            first.c.opened_at,
            first.c.closed_at,
            seconds_between(first.c.opened_at, first.c.answered_at, dialect).label("answered"),
            seconds_between(first.c.opened_at, first.c.arrived_at, dialect).label("on_site"),
        ).subquery("timed")


def _key(scope: Scope, by: By) -> ColumnElement[str]:
    if by is not By.MONTH:
        return _COLUMNS[by].label("key")
    ends = enumerate(scope.bounds[1:])
    return case(*((alerts.c.opened_at < end, str(number)) for number, end in ends)).label("key")


def _ranked(timed: FromClause) -> Subquery:
    """Each alert's place among those of its key, the fastest first, and how many were reached at all."""
    columns: list[ColumnElement[Any]] = [timed.c.key, timed.c.opened_at, timed.c.closed_at]
    for name in ("answered", "on_site"):
        seconds = timed.c[name]
        place = func.row_number().over(partition_by=timed.c.key, order_by=(seconds.is_(None), seconds))
        reached = func.count(seconds).over(partition_by=timed.c.key)
        columns += [seconds, place.label(f"{name}_place"), reached.label(f"{name}_reached")]
    return select(*columns).subquery("ranked")


def _summed(ranked: FromClause, levels: ServiceLevels, now: datetime) -> Select[Any]:
    columns: list[ColumnElement[Any]] = [ranked.c.key, func.count().label("alerts")]
    for name, promised in (("answered", levels.answered), ("on_site", levels.on_site)):
        seconds, reached = ranked.c[name], ranked.c[f"{name}_reached"]
        columns.append(func.max(reached).label(f"{name}_reached"))
        for percent in (_MEDIAN, _SLOW):
            at_rank = ranked.c[f"{name}_place"] == (reached * percent + 99) // 100
            columns.append(func.max(case((at_rank, seconds))).label(f"{name}_{percent}"))
        for number, level in enumerate(promised):
            overdue = and_(seconds.is_(None), ranked.c.closed_at.is_(None), ranked.c.opened_at <= now - level.within)
            judged = or_(seconds.is_not(None), overdue)
            columns.append(_how_many(seconds <= level.within.total_seconds()).label(f"{name}_within_{number}"))
            columns.append(_how_many(judged).label(f"{name}_of_{number}"))
    unvisited = and_(ranked.c.closed_at.is_not(None), ranked.c.on_site.is_(None))
    return select(*columns, _how_many(unvisited).label("unvisited"))


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _response(told: Mapping[Any, Any], levels: ServiceLevels) -> Response:
    return Response(
        told["key"],
        told["alerts"],
        _speed(told, "answered", levels.answered),
        _speed(told, "on_site", levels.on_site),
        told["unvisited"],
    )


def _speed(told: Mapping[Any, Any], name: str, promised: Sequence[ServiceLevel]) -> Speed:
    shares = (Share(told[f"{name}_within_{n}"], told[f"{name}_of_{n}"]) for n in range(len(promised)))
    return Speed(tuple(shares), told[f"{name}_reached"], told[f"{name}_{_MEDIAN}"], told[f"{name}_{_SLOW}"])
