"""A short drill of the service as it is, on both databases: nothing lost, nothing broken, and the same again."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from anxin.drill.options import DrillOptions
from anxin.drill.run import run_drill
from storage.alerts import SqlAlerts
from storage.database import Database
from tests.contracts.cases import opening
from tests.servers.databases import new_postgres_database
from tests.servers.postgres import Postgres

pytestmark = pytest.mark.long(50)

SHORT = DrillOptions(seed=3, days=0.35, homes=300, alerts_a_day=60.0, cuts_a_day=60.0, outages_a_day=4.0)
ANXIN = (sys.executable, "-m", "anxin")


def test_a_drill_loses_nothing_and_keeps_every_promise() -> None:
    result = run_drill(SHORT)

    assert result.told == []
    assert result.is_clean
    assert result.alerts >= 20
    assert result.sends > result.alerts
    assert result.faults > 50


@pytest.mark.real
def test_a_drill_on_postgresql_loses_nothing(postgres_server: Postgres) -> None:
    with new_postgres_database(postgres_server) as url:
        result = run_drill(replace(SHORT, database=url, processes=3, days=0.2))

    assert result.told == []
    assert result.alerts >= 8


def test_the_command_ends_with_one_line_and_is_the_same_again() -> None:
    command = [*ANXIN, "drill", "--seed", "9", "--days", "0.1", "--homes", "60", "--json"]

    first, second = (subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(2))

    assert first.stdout == second.stdout
    assert set(json.loads(first.stdout)) == {"alerts", "sends", "faults", "lost", "violations", "duplicates"}
    assert first.stderr == ""


@pytest.mark.real
def test_a_database_with_alerts_in_it_is_refused(postgres_server: Postgres) -> None:
    with new_postgres_database(postgres_server) as url:
        database = Database.open(url)
        database.migrate()
        assert SqlAlerts(database).open(opening()) is None
        database.close()
        command = [*ANXIN, "drill", "--days", "0.2", "--homes", "100", "--json", "--database", url]

        done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "must be empty" in done.stderr
