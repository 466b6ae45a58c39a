"""What the stores of snapshots, tickets, statuses, accounts and phones promise: SQLite and PostgreSQL alike."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.concerns import Fact
from core.faults import Fault, FaultCause
from core.people import AccessRole, Account
from core.phones import PhoneMessage, PhoneStore
from core.places import Room
from core.ports import AccountStore, Look, Session, Snapshot, SnapshotStore, StatusStore, StoreRefused, TicketStore
from core.states import Company, DeviceStatus, HomeStatus, Presence, Visibility
from storage.accounts import SqlAccounts
from storage.database import Database
from storage.phones import SqlPhones
from storage.snapshots import SqlSnapshots
from storage.statuses import SqlStatuses
from storage.tickets import SqlTickets

NOW = datetime(2026, 5, 1, 3, 14, 15, 926535, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_snapshots_come_back_as_they_were_by_owner(database: Database) -> None:
    store: SnapshotStore = SqlSnapshots(database)
    body = {"gaps": [1, 2.5, None, True, "浴室"], "deep": {"": {"x": 1e-300}}, "slots_of_a_day": 1 << 143 | 1}
    mine = [Snapshot("watch", f"h-{n:04d}", 3, NOW, body) for n in range(1_203)]
    store.save([*mine, Snapshot("gate", "h-0001", 1, NOW, {})])

    assert list(store.load("watch")) == mine
    assert [s.owner for s in store.load("gate")] == ["gate"]
    assert list(store.load("nobody")) == []


def test_a_snapshot_saved_again_replaces_the_earlier(database: Database) -> None:
    store: SnapshotStore = SqlSnapshots(database)
    store.save([Snapshot("watch", "", 1, NOW, {"a": 1}), Snapshot("watch", "h-1", 1, NOW, {"a": 1})])

    store.save(iter([Snapshot("watch", "", 2, NOW + HOUR, {"b": 2})]))

    assert [(s.key, s.version, s.as_of, s.body) for s in store.load("watch")] == [
        ("", 2, NOW + HOUR, {"b": 2}),
        ("h-1", 1, NOW, {"a": 1}),
    ]


def test_a_snapshot_that_is_not_json_is_refused_and_none_of_its_company_is_written(database: Database) -> None:
    store: SnapshotStore = SqlSnapshots(database)

    with pytest.raises(StoreRefused):
        store.save([Snapshot("watch", "h-1", 1, NOW, {}), Snapshot("watch", "h-2", 1, NOW, {"a": float("nan")})])
    with pytest.raises(StoreRefused):
        store.save([Snapshot("watch", "h-2", 1, NOW, {"a": object()})])

    assert list(store.load("watch")) == []


def fault(subject: str = "g-1", *, homes: tuple[str, ...] = ("h-1", "h-2"), at: datetime = NOW) -> Fault:
    return Fault(FaultCause.GATEWAY_SILENT, subject, at - HOUR, at, homes, (Fact("silent_for", 3600.0, "s"),))


def test_a_fault_has_one_open_ticket(database: Database) -> None:
    store: TicketStore = SqlTickets(database)

    first = store.open_ticket(fault(), ticket_id="t-1")

    assert store.open_ticket(fault(), ticket_id="t-2") is None
    assert store.tickets() == [first]


def test_a_ticket_is_closed_once_and_may_be_followed_by_another(database: Database) -> None:
    store: TicketStore = SqlTickets(database)
    store.open_ticket(fault(), ticket_id="t-1")

    closed = store.close_ticket(fault().key, at=NOW + HOUR)

    assert closed is not None
    assert (closed.id, closed.closed_at, closed.facts) == ("t-1", NOW + HOUR, fault().facts)
    assert store.close_ticket(fault().key, at=NOW + 2 * HOUR) is None
    assert store.tickets() == []
    assert store.open_ticket(fault(), ticket_id="t-2") is not None


def test_tickets_are_newest_first_and_of_the_homes_asked_for(database: Database) -> None:
    store: TicketStore = SqlTickets(database)
    for n in range(4):
        store.open_ticket(fault(f"g-{n}", homes=(f"h-{n}", f"h-{n + 1}"), at=NOW + n * HOUR), ticket_id=f"t-{n}")
    store.close_ticket(fault("g-1").key, at=NOW + 9 * HOUR)

    assert [t.id for t in store.tickets()] == ["t-3", "t-2", "t-0"]
    assert [t.id for t in store.tickets(open_only=False, limit=3)] == ["t-3", "t-2", "t-1"]
    assert [t.id for t in store.tickets(homes={"h-1"}, open_only=False)] == ["t-1", "t-0"]
    assert store.tickets(homes=[]) == []


def test_a_ticket_id_is_never_given_twice(database: Database) -> None:
    store: TicketStore = SqlTickets(database)
    store.open_ticket(fault(), ticket_id="t-1")

    with pytest.raises(StoreRefused):
        store.open_ticket(fault("g-9"), ticket_id="t-1")


def test_the_last_status_of_homes_and_devices_is_kept(database: Database) -> None:
    store: StatusStore = SqlStatuses(database)
    seen = HomeStatus("h-1", Presence.HOME, NOW, Visibility.PARTIAL, NOW, "device_silent", NOW, Room.KITCHEN, "g/1", 12)
    seen = replace(seen, company=Company(NOW - HOUR, 40, 17.5, 6, 0.4), overdue_since=NOW - HOUR)
    door = DeviceStatus("g-1/door", NOW, online=False, battery=12.5, value="open", kind="door",
                        battery_due=NOW + HOUR, link=47.5)  # fmt: skip
    store.save([HomeStatus("h-1"), HomeStatus("h-2")], [DeviceStatus("g-1/door"), DeviceStatus("g-1/pir")])

    store.save(iter([seen]), iter([door]))

    assert store.homes() == {"h-1": seen, "h-2": HomeStatus("h-2")}
    assert store.homes({"h-1", "h-9"}) == {"h-1": seen}
    assert store.homes([]) == {}
    assert store.devices() == {"g-1/door": door, "g-1/pir": DeviceStatus("g-1/pir")}
    assert store.batteries_due(NOW + 2 * HOUR) == [door]
    assert store.batteries_due(NOW) == []
    assert store.devices(["g-1/pir"]) == {"g-1/pir": DeviceStatus("g-1/pir")}


ACCOUNT = Account("li", "p-2", AccessRole.RESPONDER, "$argon2id$…", areas=("g", "s"), homes=("h-1",))


def test_an_account_comes_back_as_it_was_and_can_be_changed(database: Database) -> None:
    store: AccountStore = SqlAccounts(database)
    store.save_account(ACCOUNT)
    desk = Account("desk", "p-3", AccessRole.DESK, "x", active=False)
    store.save_account(Account("desk", "p-3", AccessRole.DESK, "old"))
    store.save_account(desk)

    assert store.account("li") == ACCOUNT
    assert store.account("nobody") is None
    assert store.accounts() == [desk, ACCOUNT]


def test_a_session_lives_until_it_is_ended_or_forgotten(database: Database) -> None:
    store: AccountStore = SqlAccounts(database)
    store.save_account(ACCOUNT)
    sessions = [Session(f"hash-{n}", "li", NOW, NOW + n * HOUR) for n in range(3)]
    for session in sessions:
        store.save_session(session)

    assert store.session("hash-1") == sessions[1]
    store.end_session("hash-1")
    assert store.session("hash-1") is None
    assert store.forget_sessions_before(NOW + HOUR) == 1
    assert store.session("hash-0") is None
    assert store.session("hash-2") == sessions[2]


def test_a_session_of_nobody_is_refused(database: Database) -> None:
    with pytest.raises(StoreRefused):
        SqlAccounts(database).save_session(Session("hash", "nobody", NOW, NOW + HOUR))


def test_looks_are_kept_newest_first_by_what_was_looked_at(database: Database) -> None:
    store: AccountStore = SqlAccounts(database)
    looks = [Look(NOW, "li", "home", "h-1"), Look(NOW, "desk", "home", "h-1"), Look(NOW, "li", "alert", "a-1")]
    for look in looks:
        store.record_look(look)

    assert store.looks("h-1") == [looks[1], looks[0]]
    assert store.looks("h-1", limit=1) == [looks[1]]


def test_a_phone_shows_each_message_once_newest_first(database: Database) -> None:
    store: PhoneStore = SqlPhones(database)
    first = PhoneMessage("m-1", "p-1", NOW, "您还好吗？", "请按一下", "a-1", "ask")
    again = PhoneMessage("m-2", "p-1", NOW, "重发", "", None, "inform", repeat=True)
    other = PhoneMessage("m-3", "p-2", NOW, "x", "y", None, "ask")

    assert [store.deliver(message) for message in (first, again, first, other)] == [True, True, False, True]

    assert store.inbox("p-1") == [again, first]
    assert store.inbox(limit=2) == [other, again]
