"""The gate on clocks: which device times are believed, and what a reading's own time is."""

from datetime import UTC, datetime, timedelta

import pytest

from core.decisions import ClockDecision, Decision
from core.readings import Kind, Replay, TimeSource
from ingest.gate import Gate
from tests.ingest.conftest import NOON, Doorkeeper

LATER = NOON + timedelta(seconds=1)


def told_at(keeper: Doorkeeper, device_time: datetime) -> ClockDecision:
    return keeper.tell(Kind.DOOR, "open", device_time=device_time, time_source=TimeSource.DEVICE).clock


def test_a_time_just_before_receipt_is_the_readings_time(keeper: Doorkeeper) -> None:
    claimed = LATER - timedelta(milliseconds=300)

    admitted = keeper.tell(Kind.DOOR, "open", device_time=claimed, time_source=TimeSource.DEVICE)

    assert admitted.clock is ClockDecision.TRUSTED
    assert (admitted.reading.at, admitted.reading.device_time) == (claimed, claimed)
    assert admitted.reading.time_source is TimeSource.DEVICE


def test_a_clock_a_little_ahead_is_believed_but_nothing_happens_in_the_future(keeper: Doorkeeper) -> None:
    claimed = LATER + timedelta(seconds=90)

    admitted = keeper.tell(Kind.DOOR, "open", device_time=claimed)

    assert admitted.clock is ClockDecision.TRUSTED
    assert admitted.reading.at == LATER
    assert admitted.reading.device_time == claimed


@pytest.mark.parametrize(
    ("claimed", "rule"),
    [
        (LATER + timedelta(minutes=3), ClockDecision.AHEAD),
        (LATER + timedelta(hours=8), ClockDecision.AHEAD),
        (datetime(1970, 1, 1, 0, 33, tzinfo=UTC), ClockDecision.FACTORY_DEFAULT),
        (datetime(2000, 1, 3, tzinfo=UTC), ClockDecision.FACTORY_DEFAULT),
        (LATER - timedelta(days=46), ClockDecision.TOO_OLD),
    ],
)
def test_an_impossible_time_is_not_believed(keeper: Doorkeeper, claimed: datetime, rule: ClockDecision) -> None:
    admitted = keeper.tell(Kind.DOOR, "open", device_time=claimed, time_source=TimeSource.DEVICE)

    assert admitted.clock is rule
    assert admitted.reading.at == LATER
    assert (admitted.reading.device_time, admitted.reading.time_source) == (None, TimeSource.UNTRUSTED)


def test_without_a_time_receipt_is_taken(keeper: Doorkeeper) -> None:
    admitted = keeper.tell(Kind.DOOR, "open")

    assert (admitted.clock, admitted.reading.at) == (ClockDecision.ABSENT, LATER)
    assert admitted.reading.time_source is TimeSource.NONE


def test_an_unreadable_time_is_untrusted(keeper: Doorkeeper) -> None:
    admitted = keeper.tell(Kind.DOOR, "open", time_source=TimeSource.UNTRUSTED)

    assert admitted.clock is ClockDecision.UNREADABLE
    assert admitted.reading.time_source is TimeSource.UNTRUSTED


def test_a_recording_of_2003_is_judged_by_the_clock_of_2003() -> None:
    keeper = Doorkeeper(last=datetime(2003, 3, 27, 11, tzinfo=UTC))

    assert told_at(keeper, datetime(2003, 3, 27, 11, tzinfo=UTC)) is ClockDecision.TRUSTED


def test_a_wrong_time_zone_is_noticed_after_minutes_and_a_burst_is_not_mistaken_for_it() -> None:
    wrong_zone, burst = Doorkeeper(gate=Gate()), Doorkeeper(gate=Gate(), device="g/other")
    behind = timedelta(hours=8)

    zone = [
        wrong_zone.tell(
            Kind.MOTION, value=True, after=200, device_time=wrong_zone.last + timedelta(seconds=200) - behind
        )
        for _ in range(4)
    ]
    buffered = [
        burst.tell(Kind.MOTION, value=True, after=0.1, device_time=NOON - behind + timedelta(seconds=200 * i))
        for i in range(4)
    ]

    assert [one.clock for one in zone][-2:] == [ClockDecision.STEADY_LAG] * 2
    assert zone[-1].reading.at == wrong_zone.last
    assert [one.clock for one in buffered] == [ClockDecision.TRUSTED] * 4


def test_a_clock_that_was_mended_is_believed_again() -> None:
    keeper = Doorkeeper()
    for _ in range(4):
        keeper.tell(Kind.MOTION, value=True, after=200, device_time=keeper.last + timedelta(seconds=200, hours=-8))

    mended = keeper.tell(Kind.MOTION, value=True, after=200, device_time=keeper.last + timedelta(seconds=199))

    assert mended.clock is ClockDecision.TRUSTED
    assert mended.reading.replay is Replay.LIVE


def test_readings_of_the_same_instant_get_times_of_their_own(keeper: Doorkeeper) -> None:
    told = [keeper.tell(Kind.DOOR, state, after=0) for state in ("open", "closed", "open", "closed")]

    ats = [one.reading.at for one in told]
    assert ats == sorted(set(ats))
    assert max(ats) - min(ats) == timedelta(microseconds=3)
    assert all(one.decision is not Decision.DUPLICATE for one in told)


def test_our_own_clock_set_back_does_not_turn_the_present_into_history(keeper: Doorkeeper) -> None:
    keeper.tell(Kind.DOOR, "open")

    admitted = keeper.tell(Kind.DOOR, "closed", after=-3600)

    assert admitted.decision is Decision.CHANGED
    assert admitted.reading.at == keeper.last
