"""`anxin engine` as real processes on one PostgreSQL: each message goes out once, and one goes on without the other."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.desk import Desk
from alerts.reach import Reacher
from anxin.sender_name import AlreadyRunning, sender_name
from anxin.settings import load
from anxin.stores import Stores, open_database
from core.alerts import Alert
from core.concerns import Concern, ConcernKind, Severity
from core.people import Directory, Person, Route
from core.policies import Policies
from tests.alerts.street import DIRECTORY, INVENTORY, ROTA
from tests.servers.databases import new_postgres_database, postgres_server
from tests.servers.postgres import Postgres
from tests.service.program import ANXIN, until

__all__ = ["postgres_server"]

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

PEOPLE = Directory(
    {id_: Person(id_, p.name, p.language, (Route("console", id_),)) for id_, p in DIRECTORY.people.items()},
    DIRECTORY.ties,
)


def environment(folder: Path, url: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANXIN_")}
    return {**kept, "ANXIN_DATA_DIR": str(folder), "ANXIN_DATABASE_URL": url, "ANXIN_PHONES": "true"}


@contextmanager
def engines(folder: Path, url: str, count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    with (folder / "engines.log").open("ab") as log:
        running = [
            subprocess.Popen([*ANXIN, "engine"], env=environment(folder, url), stdout=log, stderr=log)
            for _ in range(count)
        ]
        try:
            until(lambda: len(list(folder.glob("sender-*.lock"))) == count, within=60, what="every engine has a name")
            yield running
        finally:
            for process in running:
                process.kill()
                process.wait()


def furnish(stores: Stores) -> None:
    stores.inventory.save(
        areas=INVENTORY.areas.values(),
        homes=INVENTORY.homes.values(),
        people=PEOPLE.people.values(),
        ties=PEOPLE.ties,
        shifts=list(ROTA),
    )


def raise_one(stores: Stores, number: int) -> Alert:
    desk = Desk(
        stores.alerts,
        Reacher(INVENTORY, PEOPLE, ROTA),
        Policies,
        Now(),
        lambda: f"a{number}",
    )
    now, kind = datetime.now(UTC), list(ConcernKind)[number % len(ConcernKind)]
    return desk.raise_concern(Concern("building-7/0402", kind, Severity.RED, f"e{number}", now, now, "t")).alert


def tries_of(stores: Stores, alert: Alert) -> int:
    return sum(len(delivery.attempts) for delivery in stores.alerts.deliveries(alert.id))


class Now:
    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep_until(self, when: datetime) -> None:
        raise NotImplementedError


def test_two_engines_send_once_each_and_one_goes_on_alone(postgres_server: Postgres, tmp_path: Path) -> None:
    with new_postgres_database(postgres_server) as url:
        settings = load(data_dir=tmp_path / "test", database_url=url)
        with open_database(settings, migrate=True) as stores:
            furnish(stores)
            with engines(tmp_path, url, 2) as (first, second):
                raised = [raise_one(stores, n) for n in range(5)]
                until(lambda: len(stores.phones.inbox("wang")) == 5, within=60, what="five messages")
                until(lambda: all(tries_of(stores, a) for a in raised), within=60, what="how each went is written")
                assert [tries_of(stores, a) for a in raised] == [1] * 5

                first.kill()
                first.wait()
                raise_one(stores, 5)
                until(lambda: len(stores.phones.inbox("wang")) == 6, within=60, what="the sixth message")
                second.terminate()
                assert second.wait(30) == 0


def test_senders_of_one_folder_have_names_of_their_own_that_the_next_ones_take_over(tmp_path: Path) -> None:
    settings = load(data_dir=tmp_path, database_url="postgresql+psycopg://anxin@127.0.0.1/never-asked")
    with sender_name(settings) as first, sender_name(settings) as second:
        assert first != second
    with sender_name(settings) as again, sender_name(settings) as other:
        assert (again, other) == (first, second)
    (tmp_path / "sender-1.lock").write_text("spoilt by a hand")
    with sender_name(settings) as made:
        assert made not in {first, second}


def test_on_sqlite_it_is_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "anxin", "engine"],
        env=environment(tmp_path, f"sqlite:///{tmp_path / 'x.db'}"),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "PostgreSQL" in done.stderr


def test_a_second_service_on_one_sqlite_file_is_refused(tmp_path: Path) -> None:
    settings = load(data_dir=tmp_path)
    with sender_name(settings) as name:
        assert name is None
        with pytest.raises(AlreadyRunning, match="SQLite takes one"), sender_name(settings):
            pass
    with sender_name(settings):
        pass
