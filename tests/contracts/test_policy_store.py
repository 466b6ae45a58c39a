"""What the store of policies promises: SQLite and PostgreSQL alike."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from core.concerns import ConcernKind, Severity
from core.policies import DEFAULT_POLICIES, Asking, Level, Named, Policies, Policy, Target
from core.policy_versions import PolicyStore, PolicyVersion, in_force, next_version
from core.ports import StoreRefused
from storage.database import Database
from storage.policies import SqlPolicies

NOW = datetime(2026, 5, 1, 3, 14, 15, 926535, tzinfo=UTC)
ASKED = (Target.GRID_WORKER, Named(Target.CONTRACT, "guards"))


def version(number: int, kind: ConcernKind | None = None, *, withdrawn: bool = False) -> PolicyVersion:
    levels = (Level(ASKED, timedelta(minutes=2), Asking.NEAREST, ("voice",)),)
    policy = None if withdrawn else Policy("red", number, levels)
    return PolicyVersion(Severity.RED, kind, number, policy, NOW, "zhou", "夜里先打电话")


def test_versions_come_back_as_they_were_the_newest_first(database: Database) -> None:
    store: PolicyStore = SqlPolicies(database)
    written = [version(2), version(1, ConcernKind.SMOKE), version(2, ConcernKind.SMOKE, withdrawn=True)]

    assert [store.add(each) for each in written] == [True] * 3

    assert store.versions() == written[::-1]


def test_of_two_who_write_the_same_version_one_is_told(database: Database) -> None:
    store: PolicyStore = SqlPolicies(database)
    store.add(version(2))

    assert not store.add(replace(version(2), by="wu"))

    assert [each.by for each in store.versions()] == ["zhou"]


def test_a_version_is_neither_changed_nor_taken_away(database: Database) -> None:
    assert SqlPolicies(database).add(version(2))

    for statement in ("UPDATE policy_versions SET note = ''", "DELETE FROM policy_versions"):
        with pytest.raises(StoreRefused, match="never changes"), database.writing() as connection:
            connection.execute(text(statement))


def test_the_highest_version_holds_and_a_withdrawn_one_leaves_what_held_without_it() -> None:
    base = Policies()
    smoke = Severity.RED, ConcernKind.SMOKE
    versions = [version(3), version(1, ConcernKind.SMOKE), version(2)]

    policies = in_force(base, versions)
    assert policies.of(*smoke) == version(1).policy
    assert policies.of(Severity.RED, ConcernKind.SOS) == version(3).policy
    assert next_version(base, versions, *smoke) == 2

    back = in_force(base, [*versions, version(2, ConcernKind.SMOKE, withdrawn=True), version(4, withdrawn=True)])
    assert back.of(*smoke) == DEFAULT_POLICIES[Severity.RED]
    assert next_version(base, [], Severity.RED, None) == 2
