"""kill -9 of the engine, and of PostgreSQL, in the middle of anything: nothing is lost, what comes twice says so.

The providers can be asked, over HTTP, by the real webhook channel.
ANXIN_KILLS sets how often (6 by default); `python -m tests.drill.kills` is the same on its own.
"""

import logging
import os

import pytest

from tests.drill.killing import database_of, kill_again_and_again, scratch

pytestmark = [pytest.mark.real, pytest.mark.kill, pytest.mark.timeout(36_000)]

KILLS = int(os.environ.get("ANXIN_KILLS", "6"))


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_killed_engines_lose_nothing(database: str) -> None:
    with scratch() as folder, database_of(database, folder) as (url, server):
        killed = kill_again_and_again(url, folder, kills=KILLS, server=server, server_kills=1 + KILLS // 50)

    logging.getLogger(__name__).warning("%s: %s", database, killed.line)
    assert killed.told == []
    assert killed.alerts > KILLS / 2
    assert killed.sends > killed.alerts
