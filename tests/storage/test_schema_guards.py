"""The invariants hold in the database itself: whoever writes past the program is refused, on both databases."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, event, exc, text

from core.delivery import Settlement
from core.ports import AlertStore
from core.receipts import Receipt, ReceiptState
from storage.alerts import SqlAlerts
from storage.database import Database
from tests.contracts.cases import LEASE, T0, attempt, closed, concern, opening


@pytest.fixture
def two_alerts(database: Database) -> AlertStore:
    """One open alert `open`, one closed `closed`, one attempt, one receipt."""
    alerts = SqlAlerts(database)
    alerts.open(opening("open"))
    done = opening("closed", of=concern("h-2", episode="e-2"))
    alerts.open(done)
    for claimed in alerts.claim_sends(T0, lease_until=T0 + LEASE):
        alerts.settle(claimed, attempt(claimed, Settlement.RETRY), retry_at=T0 + timedelta(hours=1))
    alerts.apply(closed(done.alert))
    alerts.receive("webhook", "p-7", Receipt(ReceiptState.SENT, T0))
    return alerts


@pytest.fixture
def by_hand(migrated_url: str, two_alerts: AlertStore) -> Iterator[Connection]:
    """A connection of somebody who knows SQL and not the program. SQLite needs to be told to look at references."""
    assert two_alerts.get("open") is not None
    engine = create_engine(migrated_url)
    if engine.dialect.name == "sqlite":

        def look_at_references(connection: Any, _record: object) -> None:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA recursive_triggers = ON")

        event.listen(engine, "connect", look_at_references)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def refused(connection: Connection, *statements: str) -> str:
    """Run them as one transaction, expecting the database to refuse; what it said."""
    with pytest.raises(exc.IntegrityError) as refusal:
        _run(connection, *statements)
    return str(refusal.value.orig)


def _run(connection: Connection, *statements: str) -> None:
    with connection.begin():
        for statement in statements:
            assert connection.execute(text(statement)).rowcount != 0, f"touched no row: {statement}"


COPY = (
    "INSERT INTO alerts SELECT '{id}', {key}, {episode}, home, area, kind, severity, policy, opened_at, since, facts,"
    " place, handling, condition, level, round, fence, taken_by, taken_at, arrived_by, arrived_at, closed_by,"
    " closed_at, outcome, note, told, {predecessor}, '{id}', handed_to, accept_by,"
    " snoozed_until, joined FROM alerts WHERE id = 'open'"
)
CHANGE = "UPDATE {table} SET {change} WHERE {key} = '{value}'"
ARM = "INSERT INTO timers SELECT '{id}', fence, kind, due_at FROM timers WHERE alert = 'open'"


def copy(alert: str, key: str = "key", episode: str = "episode", predecessor: str = "NULL") -> str:
    return COPY.format(id=alert, key=key, episode=episode, predecessor=predecessor)


def changing(alert: str, change: str) -> str:
    return CHANGE.format(table="alerts", change=change, key="id", value=alert)


def test_a_whole_copy_under_another_key_is_accepted(by_hand: Connection) -> None:
    with by_hand.begin():
        by_hand.execute(text(copy("copy", key="'other'")))
        by_hand.execute(text(ARM.format(id="copy")))

    assert by_hand.execute(text("SELECT count(*) FROM timers")).scalar_one() == 2


def test_one_open_alert_per_key(by_hand: Connection) -> None:
    refused(by_hand, copy("copy", episode="'other'"), ARM.format(id="copy"))


def test_an_episode_is_raised_once_even_after_closing(by_hand: Connection) -> None:
    refused(by_hand, copy("copy", key="'h-2/silence'", episode="'e-2'"), ARM.format(id="copy"))


def test_only_a_reopened_alert_may_have_the_episode_again(by_hand: Connection) -> None:
    with by_hand.begin():
        by_hand.execute(text(copy("copy", key="'h-2/silence'", episode="'e-2'", predecessor="'closed'")))
        by_hand.execute(text(ARM.format(id="copy")))

    assert by_hand.execute(text("SELECT predecessor FROM alerts WHERE id = 'copy'")).scalar_one() == "closed"


@pytest.mark.parametrize("missing", ["outcome", "closed_by", "closed_at"])
def test_closing_needs_an_outcome_a_closer_and_a_time(by_hand: Connection, missing: str) -> None:
    given = {"outcome": "'helped'", "closed_by": "'li'", "closed_at": "opened_at", missing: "NULL"}
    assignments = ", ".join(f"{column} = {value}" for column, value in given.items())

    refused(
        by_hand,
        changing("open", f"handling = 'closed', timer = NULL, {assignments}"),
        "DELETE FROM timers WHERE alert = 'open'",
    )


@pytest.mark.parametrize("column", ["outcome = 'helped'", "closed_by = 'li'", "closed_at = opened_at"])
def test_an_open_alert_has_no_outcome(by_hand: Connection, column: str) -> None:
    refused(by_hand, changing("open", column))


@pytest.mark.parametrize("change", ["note = 'x'", "outcome = 'test'", "condition = 'cleared'", "fence = fence + 1"])
def test_a_closed_alert_never_changes(by_hand: Connection, change: str) -> None:
    assert "never changes" in refused(by_hand, changing("closed", change))


@pytest.mark.parametrize(
    "change",
    [
        "snoozed_until = opened_at",
        "severity = 'orange', handling = 'acknowledged', snoozed_until = opened_at",
        "handed_to = 'li'",
        "accept_by = opened_at",
        "handed_to = 'li', accept_by = opened_at",
    ],
    ids=["red", "held", "without a time", "to nobody", "by nobody"],
)
def test_red_or_held_is_never_put_off_and_only_a_holder_hands_over(by_hand: Connection, change: str) -> None:
    refused(by_hand, changing("open", change))


@pytest.mark.parametrize(
    "change",
    [
        "severity = 'orange', snoozed_until = opened_at",
        "handling = 'acknowledged', handed_to = 'li', accept_by = opened_at",
    ],
)
def test_the_others_may_be(by_hand: Connection, change: str) -> None:
    with by_hand.begin():
        by_hand.execute(text(changing("open", change)))

    assert by_hand.execute(text("SELECT count(*) FROM alerts WHERE id = 'open'")).scalar_one() == 1


def test_a_closed_alert_is_not_opened_again(by_hand: Connection) -> None:
    reopened = "handling = 'triggered', outcome = NULL, closed_by = NULL, closed_at = NULL, timer = id"

    refused(by_hand, changing("closed", reopened))


@pytest.mark.parametrize(
    "statement", ["DELETE FROM alerts WHERE id = 'open'", "DELETE FROM alerts WHERE id = 'closed'"]
)
def test_no_alert_is_deleted(by_hand: Connection, statement: str) -> None:
    assert "never deleted" in refused(by_hand, statement)


def test_no_alert_is_renamed(by_hand: Connection) -> None:
    refused(by_hand, "UPDATE alerts SET id = 'other' WHERE id = 'open'")


def test_no_alert_is_replaced(by_hand: Connection) -> None:
    replacing = "INSERT OR REPLACE" if by_hand.dialect.name == "sqlite" else "INSERT"

    refused(by_hand, copy("closed", key="'other'", episode="'other'").replace("INSERT", replacing))


def test_an_open_alert_keeps_its_timer(by_hand: Connection) -> None:
    refused(by_hand, "DELETE FROM timers WHERE alert = 'open'")


def test_an_open_alert_cannot_disown_its_timer(by_hand: Connection) -> None:
    refused(by_hand, "UPDATE alerts SET timer = NULL WHERE id = 'open'")


def test_an_alert_is_not_opened_without_a_timer(by_hand: Connection) -> None:
    refused(by_hand, copy("copy", key="'other'"))


def test_an_alert_cannot_borrow_anothers_timer(by_hand: Connection) -> None:
    refused(by_hand, "UPDATE alerts SET timer = 'closed' WHERE id = 'open'")


def test_a_closed_alert_has_no_timer(by_hand: Connection) -> None:
    refused(by_hand, ARM.format(id="closed"))


def test_a_timer_belongs_to_an_alert(by_hand: Connection) -> None:
    refused(by_hand, ARM.format(id="nobody"))


def test_an_alert_has_one_timer(by_hand: Connection) -> None:
    refused(by_hand, ARM.format(id="open").replace("fence,", "fence + 1,"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE timers SET fence = fence + 1 WHERE alert = 'open'",
        "UPDATE alerts SET fence = fence + 1 WHERE id = 'open'",
    ],
)
def test_the_armed_timer_is_never_stale(by_hand: Connection, statement: str) -> None:
    refused(by_hand, statement)


@pytest.mark.parametrize("table", ["entries", "attempts", "receipts"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET at = at", "DELETE FROM {}"])
def test_timeline_and_attempts_are_only_added_to(by_hand: Connection, table: str, verb: str) -> None:
    refused(by_hand, verb.format(table))


@pytest.mark.parametrize("table", ["alerts", "entries", "attempts"])
def test_nothing_is_emptied_at_a_stroke(by_hand: Connection, table: str) -> None:
    emptying = "DELETE FROM {}" if by_hand.dialect.name == "sqlite" else "TRUNCATE {} CASCADE"

    refused(by_hand, emptying.format(table))


@pytest.mark.parametrize(
    "change",
    [
        "handling = 'forgotten'",
        "condition = 'unknown'",
        "severity = 'green'",
        "fence = 0",
        "level = -1",
    ],
)
def test_a_word_that_we_do_not_know_is_refused(by_hand: Connection, change: str) -> None:
    refused(by_hand, changing("open", change))


@pytest.mark.parametrize(
    "change",
    [
        "state = 'lost'",
        "next_attempt_at = NULL",
        "state = 'accepted'",
        "state = 'accepted', next_attempt_at = NULL, lease = 'x'",
    ],
)
def test_a_message_is_queued_with_a_time_or_over(by_hand: Connection, change: str) -> None:
    refused(by_hand, CHANGE.format(table="sends", change=change, key="alert", value="open"))


def test_a_message_and_a_line_belong_to_an_alert(by_hand: Connection) -> None:
    refused(by_hand, "UPDATE sends SET alert = 'nobody' WHERE alert = 'open'")
    refused(
        by_hand,
        "INSERT INTO entries (alert, at, kind, fence, actor, detail)"
        " SELECT 'nobody', at, kind, fence, actor, detail FROM entries LIMIT 1",
    )
