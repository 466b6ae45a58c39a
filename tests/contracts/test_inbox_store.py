"""What every inbox of unknown devices promises: what was heard adds up, within bounds, until the device is bound."""

from datetime import UTC, datetime, timedelta

import pytest

from core.inbox import MESSAGES_KEPT, Heard, InboxStore, UnknownDevice
from core.readings import Kind, Value
from storage.database import Database
from storage.inbox import SqlInbox

NOON = datetime(2026, 5, 1, 12, 0, 0, 250, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def store(database: Database) -> InboxStore:
    return SqlInbox(database)


def heard(name: str, *, after: int = 0, payload: str = '{"contact":false}', **said: Value) -> UnknownDevice:
    at = NOON + after * SECOND
    message = Heard(at, f"gw/g-1/zigbee2mqtt/{name}", payload)
    return UnknownDevice(f"g-1/{name}", "zigbee2mqtt", 1, at, at, {Kind(k): v for k, v in said.items()}, (message,))


def test_what_was_heard_comes_back_who_spoke_last_first(store: InboxStore) -> None:
    door, hall = heard("door", door="open", battery=87.5), heard("hall", after=3, motion=True)

    store.hear([door, hall])

    assert store.unknown() == [hall, door]
    assert store.unknown(limit=1) == [hall]


def test_what_is_heard_later_adds_to_it(store: InboxStore) -> None:
    store.hear([heard("door", door="open")])

    for after in range(1, 8):
        store.hear([heard("door", after=after, payload=str(after), battery=after)])

    (device,) = store.unknown()
    assert (device.count, device.first_at, device.last_at) == (8, NOON, NOON + 7 * SECOND)
    assert device.said == {Kind.DOOR: "open", Kind.BATTERY: 7}
    assert [one.payload for one in device.messages] == ["3", "4", "5", "6", "7"]
    assert len(device.messages) == MESSAGES_KEPT


def test_only_those_that_spoke_last_are_kept(store: InboxStore) -> None:
    store.hear([heard(f"d{n}", after=n) for n in range(10)], most=4)
    store.hear([heard("d0", after=20)], most=4)

    assert [one.name for one in store.unknown()] == ["d0", "d9", "d8", "d7"]


def test_a_bound_device_is_forgotten(store: InboxStore) -> None:
    store.hear([heard("door"), heard("hall", after=1)])

    store.forget(["g-1/door", "g-9/never"])

    assert [one.name for one in store.unknown()] == ["hall"]


def test_whatever_a_hostile_payload_holds_can_be_kept(store: InboxStore) -> None:
    store.hear([heard("a\0b", payload="\0\ud800 ok")])

    (device,) = store.unknown()
    assert device.name == "a\N{REPLACEMENT CHARACTER}b"
    assert "ok" in device.messages[0].payload
