"""An installation that is brought up to date in the middle of an alert: it goes on where it was."""

from datetime import timedelta
from typing import Any

from alembic import command
from sqlalchemy import create_engine, insert

from core import passing
from core.alerts import Alert, Transition
from core.concerns import Severity
from core.policies import Policy
from storage.alert_rows import alert_values, timer_values
from storage.alert_tables import alerts, timers
from storage.alerts import SqlAlerts
from storage.database import Database, _migrations
from tests.contracts.cases import MINUTE, T0, concern, opening, taken

NEW_SINCE_0007 = ("handed_to", "accept_by", "snoozed_until", "joined")


def _as_0007_wrote_it(alert: Alert) -> dict[str, Any]:
    row = alert_values(alert)
    for column in NEW_SINCE_0007:
        del row[column]
    del row["policy"]["snooze_within_s"]
    return row


def _write_before(url: str, opened: Transition) -> None:
    """An open alert in a database of schema 0007."""
    assert opened.timer is not None
    engine = create_engine(url)
    with engine.connect() as connection, connection.begin():
        config = _migrations()
        config.attributes["connection"] = connection
        command.upgrade(config, "0007")
    with engine.connect() as connection, connection.begin():
        connection.execute(insert(alerts).values(_as_0007_wrote_it(opened.alert)))
        connection.execute(insert(timers).values(timer_values(opened.timer)))
    engine.dispose()


def test_an_alert_that_was_open_before_the_new_schema_goes_on(empty_url: str) -> None:
    opened = opening(of=concern(severity=Severity.ORANGE))
    _write_before(empty_url, opened)
    database = Database.open(empty_url)

    database.migrate()
    store = SqlAlerts(database)

    before = store.get(opened.alert.id)
    assert before is not None
    assert (before.handed_to, before.accept_by, before.snoozed_until) == (None, None, None)
    assert before.policy == Policy.from_json(opened.alert.policy.to_json())
    assert store.timer(before.id) == opened.timer
    assert store.apply(taken(before))
    held = store.get(before.id)
    assert held is not None
    put_off = passing.snooze(held, by="li", until=T0 + timedelta(hours=1), reason="", audience=(), now=T0 + 2 * MINUTE)
    assert isinstance(put_off, Transition)
    assert store.apply(put_off)
    database.close()
