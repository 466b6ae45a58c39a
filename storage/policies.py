"""Versions of escalation policies. The table is only ever added to; a trigger holds that."""

from sqlalchemy import select

from core.concerns import ConcernKind, Severity
from core.policies import Policy
from core.policy_versions import PolicyVersion
from storage.alert_rows import AnyRow
from storage.database import Database
from storage.statements import insert_into
from storage.tables import policy_versions as table


class SqlPolicies:
    """`core.policy_versions.PolicyStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def versions(self) -> list[PolicyVersion]:
        with self._database.reading() as connection:
            return [_version_of(row) for row in connection.execute(select(table).order_by(table.c.seq.desc()))]

    def add(self, version: PolicyVersion) -> bool:
        values = {
            "severity": version.severity.value,
            "kind": _EVERY if version.kind is None else version.kind.value,
            "version": version.version,
            "policy": None if version.policy is None else version.policy.to_json(),
            "at": version.at,
            "by": version.by,
            "note": version.note,
        }
        with self._database.writing() as connection:
            written = connection.execute(
                insert_into(table, self._database.dialect)
                .values(values)
                .on_conflict_do_nothing()
                .returning(table.c.seq)
            ).first()
            return written is not None


_EVERY = ""
"""How the table writes that a version is for every kind: in a unique index, two NULLs are not the same."""


def _version_of(row: AnyRow) -> PolicyVersion:
    return PolicyVersion(
        Severity(row.severity),
        None if row.kind == _EVERY else ConcernKind(row.kind),
        row.version,
        None if row.policy is None else Policy.from_json(row.policy),
        row.at,
        row.by,
        row.note,
    )
