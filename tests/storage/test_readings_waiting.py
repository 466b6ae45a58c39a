"""Readings whose store is away: durable at once, read as if they were there, and carried over in order."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.ports import ReadingsRefused, StoreUnavailable
from core.readings import Kind, Reading
from storage.readings_sqlite import SqliteReadings
from storage.readings_waiting import WaitingReadings

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


class Far(SqliteReadings):
    """A store that can be away, and that says in which order it was written to."""

    is_away = False
    refuses: frozenset[str] = frozenset()

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.written: list[float] = []

    def append(self, readings: Sequence[Reading]) -> None:
        self._there()
        wrong = [(r, "never") for r in readings if r.device in self.refuses]
        super().append([r for r in readings if r.device not in self.refuses])
        self.written += [(r.received_at - NOON).total_seconds() for r in readings]
        if wrong:
            raise ReadingsRefused(wrong)

    def received_since(self, instant: datetime) -> Iterator[Reading]:
        self._there()
        return super().received_since(instant)

    def _there(self) -> None:
        if self.is_away:
            raise StoreUnavailable("no route to host")


@pytest.fixture
def far(tmp_path: Path) -> Far:
    return Far(tmp_path / "far.db")


@pytest.fixture
def store(far: Far, tmp_path: Path) -> Iterator[WaitingReadings]:
    store = WaitingReadings(far, tmp_path / "near.db")
    yield store
    store.close()


def reading(second: float, *, device: str = "g/hall", received: float | None = None) -> Reading:
    at = NOON + timedelta(seconds=second)
    got = at if received is None else NOON + timedelta(seconds=received)
    return Reading(device, Kind.MOTION, value=True, at=at, received_at=got)


def seconds(readings: Sequence[Reading]) -> list[float]:
    return [(r.at - NOON).total_seconds() for r in readings]


def test_what_comes_while_the_store_is_away_is_durable_all_the_same(far: Far, tmp_path: Path) -> None:
    store = WaitingReadings(far, tmp_path / "near.db")
    far.is_away = True
    store.append([reading(1)])
    store.close()

    again = WaitingReadings(far := Far(tmp_path / "far.db"), tmp_path / "near.db")

    assert again.is_behind
    assert again.carry_on() == 1
    assert seconds(list(far.received_since(NOON))) == [1]
    again.close()


def test_it_goes_in_later_in_order_and_what_is_new_waits_behind_it(store: WaitingReadings, far: Far) -> None:
    store.append([reading(0)])
    far.is_away = True
    store.append([reading(1), reading(2)])
    far.is_away = False
    store.append([reading(3)])
    assert far.written == [0]

    assert store.carry_on() == 3

    assert far.written == [0, 1, 2, 3]
    assert not store.is_behind
    store.append([reading(4)])
    assert far.written[-1] == 4


def test_nothing_is_lost_when_the_store_goes_away_again_on_the_way(store: WaitingReadings, far: Far) -> None:
    far.is_away = True
    store.append([reading(1)])

    with pytest.raises(StoreUnavailable):
        store.carry_on()

    assert store.is_behind
    far.is_away = False
    assert store.carry_on() == 1


def test_what_was_carried_over_twice_is_there_once(store: WaitingReadings, far: Far) -> None:
    """The process died after the far store had it and before it was taken out of the file."""
    far.is_away = True
    store.append([reading(1)])
    far.is_away = False
    far.append([reading(1)])
    assert seconds(store.between(["g/hall"], NOON, NOON + timedelta(hours=1))) == [1]
    assert seconds(list(store.received_since(NOON))) == [1]

    store.carry_on()

    assert seconds(list(far.received_since(NOON))) == [1]


def test_both_stores_are_read_as_one(store: WaitingReadings, far: Far) -> None:
    store.append([reading(0), reading(2)])
    far.is_away = True
    store.append([reading(1, received=3), reading(4)])
    far.is_away = False

    assert seconds(store.between(["g/hall"], NOON, NOON + timedelta(hours=1))) == [0, 1, 2, 4]
    assert seconds(store.between(["g/hall"], NOON, NOON + timedelta(hours=1), limit=2)) == [0, 1]
    assert seconds(list(store.received_since(NOON + timedelta(seconds=1)))) == [2, 1, 4]


def test_a_start_that_needs_only_what_waits_does_not_need_the_store(store: WaitingReadings, far: Far) -> None:
    store.append([reading(0)])
    far.is_away = True
    store.append([reading(1), reading(2)])

    assert seconds(list(store.received_since(NOON + timedelta(seconds=1.5)))) == [2]

    given: list[Reading] = []
    with pytest.raises(StoreUnavailable):
        given.extend(store.received_since(NOON))
    assert seconds(given) == [1, 2], "what can be read is given first"


def test_what_the_store_will_never_take_does_not_hold_up_the_rest(store: WaitingReadings, far: Far) -> None:
    far.is_away = True
    store.append([reading(1), reading(2, device="g/odd"), reading(3)])
    far.is_away = False
    far.refuses = frozenset({"g/odd"})

    assert store.carry_on() == 3

    assert seconds(list(far.received_since(NOON))) == [1, 3]
    assert not store.is_behind


def test_a_store_is_prepared_once_and_only_when_it_is_there(far: Far, tmp_path: Path) -> None:
    prepared: list[bool] = []

    def prepare() -> None:
        prepared.append(not far.is_away)
        if far.is_away:
            raise StoreUnavailable("no route to host")

    far.is_away = True
    store = WaitingReadings(far, tmp_path / "near.db", prepare=prepare)
    store.append([reading(1)])
    far.is_away = False
    store.carry_on()
    store.append([reading(2)])

    assert prepared == [False, True]
    assert far.written == [1, 2]
    store.close()


def test_much_is_carried_a_part_at_a_time(store: WaitingReadings, far: Far, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.readings_waiting._A_STEP", 2)
    monkeypatch.setattr("storage.readings_waiting._A_PART", 6)
    far.is_away = True
    store.append([reading(second) for second in range(8)])
    far.is_away = False

    assert (store.carry_on(), store.carry_on()) == (6, 2)

    assert far.written == sorted(far.written)
