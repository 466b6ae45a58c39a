"""The transactional database as a whole: schema, versions, errors in the ports' words, many threads at once."""

import re
import sqlite3
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, text

from core.alerts import Alert
from core.ports import StoreUnavailable
from storage.alerts import SqlAlerts
from storage.budget_tables import budget_versions
from storage.database import Database, WrongSchema
from tests.contracts.cases import LEASE, T0, concern, opening, taken
from tests.servers.databases import new_postgres_database
from tests.servers.postgres import Postgres

THREADS = 8


def at_once(work: Callable[[int], object], threads: int = THREADS) -> list[object]:
    """Run the work in many threads that start together."""
    gate = Barrier(threads)

    def run(number: int) -> object:
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


def test_a_database_without_schema_is_not_current_and_is_refused(empty_url: str) -> None:
    database = Database.open(empty_url)

    assert not database.schema_is_current()
    with pytest.raises(WrongSchema, match="migrate"):
        SqlAlerts(database).get("a-1")
    database.close()


def test_migrating_makes_it_current_and_may_be_said_again(empty_url: str) -> None:
    database = Database.open(empty_url)

    database.migrate()
    database.migrate()

    assert database.schema_is_current()
    assert SqlAlerts(database).get("a-1") is None
    database.close()


def test_many_programs_may_migrate_at_once(empty_url: str) -> None:
    databases = [Database.open(empty_url, patience=30) for _ in range(4)]

    at_once(lambda n: databases[n].migrate(), threads=4)

    assert all(database.schema_is_current() for database in databases)
    for database in databases:
        database.close()


def test_the_migrated_schema_is_that_of_the_tables(database: Database) -> None:
    with database.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), budget_versions.metadata)

    assert differences == []


def test_the_constraints_of_the_migrated_schema_are_those_of_the_tables(migrated_sqlite: Path, tmp_path: Path) -> None:
    """What the comparison does not see: checks, deferred references, partial indexes."""
    engine = create_engine(f"sqlite:///{tmp_path / 'tables.db'}")
    budget_versions.metadata.create_all(engine)
    engine.dispose()

    def schema(path: Path) -> dict[str, list[str]]:
        connection = sqlite3.connect(path)
        rows = connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND type <> 'trigger'")
        said = {name: sorted(re.findall(r"[^\s(),]+", sql)) for name, sql in rows}
        connection.close()
        return said

    migrated = schema(migrated_sqlite)
    del migrated["alembic_version"]
    assert migrated == schema(tmp_path / "tables.db")


def test_an_old_program_refuses_a_newer_schema(database: Database, migrated_url: str) -> None:
    with database.writing() as connection:
        ours = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    old = Database.open(migrated_url)

    for use in (old.migrate, old.schema_is_current, lambda: SqlAlerts(old).get("a-1")):
        with pytest.raises(WrongSchema, match="9999"):
            use()

    old.close()
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :ours"), {"ours": ours})


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://root@localhost/x"])
def test_a_database_that_we_cannot_keep_promises_on_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="sqlite:///path"):
        Database.open(url)


def test_one_of_many_raises_the_alert_and_the_others_get_that_one(database: Database) -> None:
    store = SqlAlerts(database)

    answers = at_once(lambda n: store.open(opening(f"a-{n}", of=concern(episode=f"e-{n % 2}"))))

    (raised,) = store.open_alerts()
    assert answers.count(None) == 1
    assert {answer.id for answer in answers if isinstance(answer, Alert)} == {raised.id}


def test_one_of_many_takes_the_alert(database: Database) -> None:
    store = SqlAlerts(database)
    first = opening()
    store.open(first)

    answers = at_once(lambda n: store.apply(taken(first.alert, by=f"p-{n}")))

    assert sorted(map(bool, answers)) == [False] * (THREADS - 1) + [True]
    assert len(store.timeline("a-1")) == len(first.entries) + 2  # taken, and the resident's message withdrawn


def test_many_senders_never_hold_the_same_message(database: Database) -> None:
    store = SqlAlerts(database)
    for n in range(40):
        store.open(opening(f"a-{n}", of=concern(f"h-{n}")))

    def claim_all(_: int) -> list[str]:
        mine: list[str] = []
        while claimed := store.claim_sends(T0, lease_until=T0 + LEASE, limit=3):
            mine += [c.send.id for c in claimed]
        return mine

    claims = [send for mine in at_once(claim_all) for send in mine]  # type: ignore[attr-defined]

    assert len(claims) >= 35  # PostgreSQL may end a sender's round while others hold the rest
    rest = [c.send.id for c in store.claim_sends(T0, lease_until=T0 + LEASE, limit=40)]
    assert sorted(claims + rest) == sorted(f"a-{n}.1.wang" for n in range(40))


def test_a_reader_sees_one_moment_while_others_write(database: Database) -> None:
    store = SqlAlerts(database)
    first = opening()
    store.open(first)

    with database.reading() as connection:
        before = connection.execute(text("SELECT count(*) FROM entries")).scalar_one()
        store.apply(taken(first.alert))
        after = connection.execute(text("SELECT count(*) FROM entries")).scalar_one()

    assert before == after


def test_nothing_is_written_when_the_block_raises(database: Database) -> None:
    class Crash(Exception):
        pass

    def crash_halfway() -> None:
        with database.writing() as connection:
            connection.execute(text("INSERT INTO areas (id, kind, name) VALUES ('a', 'grid', 'x')"))
            raise Crash

    with pytest.raises(Crash):
        crash_halfway()

    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM areas")).scalar_one() == 0


def test_sqlite_is_durable_and_has_readers_and_writer_side_by_side(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'anxin.db'}")
    database.migrate()

    with database.writing() as connection:
        pragmas = ("journal_mode", "synchronous", "foreign_keys")
        said = [connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() for pragma in pragmas]

    assert said == ["wal", 2, 1]
    database.close()


def test_a_file_that_another_program_holds_is_unavailable_and_then_not(tmp_path: Path) -> None:
    path = tmp_path / "anxin.db"
    database = Database.open(f"sqlite:///{path}", patience=0.05)
    database.migrate()
    store = SqlAlerts(database)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreUnavailable, match="locked"):
        store.open(opening())
    assert store.get("a-1") is None  # readers are not held up

    other.execute("ROLLBACK")
    other.close()
    assert store.open(opening()) is None
    database.close()


def test_a_file_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'no such folder' / 'anxin.db'}")

    with pytest.raises(StoreUnavailable):
        database.ping()
    database.close()


@pytest.mark.real
def test_a_server_that_goes_away_is_unavailable_and_back_when_it_is_back(postgres_server: Postgres) -> None:
    """A server of its own, so that others' connections live; the shared one says that PostgreSQL is installed."""
    assert postgres_server.port
    with tempfile.TemporaryDirectory(prefix="anxin-postgres-") as folder:
        Path(folder).chmod(0o755)
        server = Postgres(Path(folder) / "server").start()
        with new_postgres_database(server) as url:
            database = Database.open(url)
            database.migrate()
            store = SqlAlerts(database)
            store.open(opening())

            server.stop(kill=True)
            with pytest.raises(StoreUnavailable):
                store.open(opening("a-2", of=concern("h-2")))
            with pytest.raises(StoreUnavailable):
                database.ping()

            server.start()
            database.ping()
            assert [a.id for a in store.open_alerts()] == ["a-1"]
            database.close()
        server.stop()


def test_a_database_that_does_not_answer_is_unavailable() -> None:
    database = Database.open("postgresql+psycopg://anxin:secret@127.0.0.1:9/anxin")

    with pytest.raises(StoreUnavailable) as failure:
        database.ping()

    assert "secret" not in str(failure.value)
    database.close()
