"""What every readings store promises: SQLite and InfluxDB alike, and what stands before a store that may be away."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.decisions import ClockDecision, Decision
from core.ports import ReadingsRefused, ReadingsStore, StoreUnavailable
from core.readings import Kind, Novelty, Reading, Replay, Semantics, TimeSource, Value
from storage.columns import from_microseconds
from storage.readings_sqlite import SqliteReadings
from storage.readings_waiting import WaitingReadings

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


class AwayForNow(SqliteReadings):
    """Takes nothing, and can be read: a server whose disk is full."""

    def append(self, readings: Sequence[Reading]) -> None:
        raise StoreUnavailable(f"away for now, with {len(readings)} readings to write")


@pytest.fixture(params=["sqlite", "before another", "waiting", pytest.param("influx", marks=pytest.mark.real)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ReadingsStore]:
    """Also a store before another one, and that one when everything has to wait."""
    readings: ReadingsStore
    match request.param:
        case "influx":
            yield request.getfixturevalue("influx_readings")
            return
        case "sqlite":
            readings = SqliteReadings(tmp_path / "readings.db")
        case "before another":
            readings = WaitingReadings(SqliteReadings(tmp_path / "far.db"), tmp_path / "near.db")
        case _:
            readings = WaitingReadings(AwayForNow(tmp_path / "far.db"), tmp_path / "near.db")
    yield readings
    readings.close()


def motion(second: float, *, device: str = "g-1/hall", received_after: float = 0.2, value: Value = True) -> Reading:
    at = NOON + timedelta(seconds=second)
    return Reading(device, Kind.MOTION, value, at, at + timedelta(seconds=received_after), source="zigbee2mqtt")


def exact(readings: list[Reading]) -> list[str]:
    """With the types of the values: True, 1 and 1.0 are not the same reading."""
    return [repr(reading) for reading in readings]


def test_what_was_appended_is_read_back_exactly(store: ReadingsStore) -> None:
    full = Reading(
        device="g-1/socket, the big=one",
        kind=Kind.POWER,
        value=12.5,
        at=NOON,
        received_at=NOON + timedelta(microseconds=1),
        channel="插座 2",
        unit="W",
        device_time=NOON - timedelta(seconds=3),
        time_source=TimeSource.UNTRUSTED,
        semantics=Semantics.MEASUREMENT,
        replay=Replay.HISTORY,
        novelty=Novelty.BASELINE,
        message_id='id "7" \\',
        source="native",
        decision=Decision.LATE,
        clock=ClockDecision.STEADY_LAG,
    )
    store.append([full])

    found = store.between([full.device], NOON, NOON + DAY)

    assert exact(found) == exact([full])


@pytest.mark.parametrize("value", [True, False, 1, 0, 1.0, 0.0, -2, 2**53 + 1, 1e300, "open", "", "1", "true", '"\\\n'])
def test_a_value_keeps_its_type(store: ReadingsStore, value: Value) -> None:
    store.append([motion(0, value=value)])

    (found,) = store.between(["g-1/hall"], NOON, NOON + DAY)

    assert (type(found.value), found.value) == (type(value), value)


def test_an_instant_in_another_zone_is_the_same_instant(store: ReadingsStore) -> None:
    shanghai = NOON.astimezone(timezone(timedelta(hours=8)))
    store.append([replace(motion(0), at=shanghai)])

    (found,) = store.between(["g-1/hall"], shanghai, shanghai + DAY)

    assert found.at == NOON
    assert found.at.tzinfo is UTC


def test_a_reading_that_comes_twice_is_kept_once(store: ReadingsStore) -> None:
    store.append([motion(0), motion(1), motion(0)])
    store.append([motion(1), motion(2)])

    found = store.between(["g-1/hall"], NOON, NOON + DAY)

    assert found == [motion(0), motion(1), motion(2)]


def test_no_channel_and_an_empty_channel_and_other_kinds_are_different_series(store: ReadingsStore) -> None:
    plain = motion(0)
    others = [replace(plain, channel=""), replace(plain, channel="a"), replace(plain, kind=Kind.OCCUPANCY)]
    store.append([plain, *others])
    store.append([plain, *others])

    found = store.between(["g-1/hall"], NOON, NOON + DAY)

    assert sorted(exact(found)) == sorted(exact([plain, *others]))


def test_between_is_half_open_oldest_first_and_only_of_these_devices(store: ReadingsStore) -> None:
    store.append([motion(60), motion(0), motion(30), motion(10, device="g-1/bath"), motion(20, device="g-2/hall")])

    found = store.between(["g-1/hall", "g-1/bath"], NOON, NOON + timedelta(seconds=60))

    assert found == [motion(0), motion(10, device="g-1/bath"), motion(30)]


def test_between_takes_the_oldest_up_to_the_limit(store: ReadingsStore) -> None:
    devices = [f"g-{n}/hall" for n in range(120)]
    store.append([motion(n, device=device) for n, device in enumerate(devices)])

    found = store.between(devices, NOON, NOON + DAY, limit=70)

    assert found == [motion(n, device=device) for n, device in enumerate(devices)][:70]


def test_nothing_is_found_in_no_time_and_of_no_device(store: ReadingsStore) -> None:
    store.append([motion(0)])

    assert store.between(["g-1/hall"], NOON, NOON) == []
    assert store.between([], NOON, NOON + DAY) == []
    assert store.between(["g-9/other"], NOON, NOON + DAY) == []


@pytest.mark.parametrize(
    "name", ['" or true or r.device == "', "${bucket}", "a\\", "a'); DROP TABLE x; --", "100%", "%"]
)
def test_a_name_is_a_name_whatever_it_says(store: ReadingsStore, name: str) -> None:
    store.append([motion(0), motion(1, device=name)])

    assert store.between([name], NOON, NOON + DAY) == [motion(1, device=name)]


def test_received_since_gives_everything_from_that_receipt_on_in_its_order(store: ReadingsStore) -> None:
    late = motion(-3 * 86_400, device="g-2/hall", received_after=3 * 86_400 + 12)  # was kept by its gateway for days
    store.append([motion(0), motion(10), late])
    store.append([motion(20), motion(5, device="g-1/bath", received_after=30)])

    found = list(store.received_since(motion(10).received_at))

    assert found == [motion(10), late, motion(20), motion(5, device="g-1/bath", received_after=30)]


def test_received_since_sees_many_requests_of_one_microsecond(store: ReadingsStore) -> None:
    received = NOON + DAY
    sent = [replace(motion(3_600 * hour), received_at=received) for hour in range(20)]
    for reading in sent:
        store.append([reading])

    found = list(store.received_since(received))

    assert sorted(r.at for r in found) == [r.at for r in sent]


def test_received_since_of_a_later_instant_is_empty(store: ReadingsStore) -> None:
    store.append([motion(0)])

    assert list(store.received_since(NOON + DAY)) == []


def test_readings_older_than_the_instant_are_forgotten(store: ReadingsStore) -> None:
    store.append([motion(0), motion(10), motion(20)])

    gone = store.forget_before(motion(10).at)

    assert gone in {1, -1}
    assert store.between(["g-1/hall"], NOON - DAY, NOON + DAY) == [motion(10), motion(20)]


@pytest.mark.parametrize(
    "bad",
    [
        motion(1, value=float("nan")),
        motion(1, value=float("inf")),
        motion(1, value=2**63),
        motion(1, value="\ud800"),
        motion(1, value="x" * 20_000),
        motion(1, device=""),
        motion(1, device="a\0b"),
        replace(motion(1), at=NOON.replace(tzinfo=None)),
    ],
    ids=["nan", "infinite", "too large", "not text", "too long", "no device", "zero byte", "no zone"],
)
def test_what_cannot_be_kept_is_named_and_the_others_are_written(store: ReadingsStore, bad: Reading) -> None:
    with pytest.raises(ReadingsRefused) as refusal:
        store.append([motion(0), bad, motion(2)])

    assert [reading for reading, _ in refusal.value.refused] == [bad]
    assert store.between(["g-1/hall"], NOON, NOON + DAY) == [motion(0), motion(2)]


def test_appending_nothing_is_nothing(store: ReadingsStore) -> None:
    store.append([])

    assert list(store.received_since(NOON - DAY)) == []


def test_a_store_that_serves_answers_the_ping(store: ReadingsStore) -> None:
    store.ping()


NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)
VALUES = st.one_of(
    st.booleans(),
    st.integers(-(2**63) + 1, 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30),
)
INSTANTS = st.integers(-2_200_000_000_000_000, 7_200_000_000_000_000).map(from_microseconds)
READINGS = st.builds(
    Reading,
    device=NAMES,
    kind=st.sampled_from(Kind),
    value=VALUES,
    at=INSTANTS,
    received_at=INSTANTS,
    channel=st.none() | NAMES,
    unit=st.none() | NAMES,
    device_time=st.none() | INSTANTS,
    time_source=st.sampled_from(TimeSource),
    semantics=st.sampled_from(Semantics),
    replay=st.sampled_from(Replay),
    novelty=st.sampled_from(Novelty),
    message_id=st.none() | NAMES,
    source=NAMES,
    decision=st.none() | st.sampled_from(Decision),
    clock=st.none() | st.sampled_from(ClockDecision),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(readings=st.lists(READINGS, min_size=1, max_size=8, unique_by=lambda r: (r.device, r.channel, r.kind, r.at)))
def test_any_readings_come_back_as_they_were(store: ReadingsStore, readings: list[Reading]) -> None:
    far = timedelta(days=40_000)
    store.forget_before(NOON + 2 * far)

    store.append(readings)

    found = store.between({r.device for r in readings}, NOON - 2 * far, NOON + 2 * far)
    assert sorted(exact(found)) == sorted(exact(readings))
