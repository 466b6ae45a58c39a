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


def a_quarter_of_an_hour_behind(gate: Gate) -> None:
    """Two devices of the gateway say something, seven minutes apart."""
    for number, at in enumerate((0, 420)):
        keeper = Doorkeeper(gate=gate, device=f"g/motion{number}", last=NOON + timedelta(seconds=at))
        keeper.tell(Kind.MOTION, value=True, after=0, device_time=keeper.last - timedelta(minutes=15))


def test_where_the_whole_gateway_is_behind_no_device_loses_its_first_news() -> None:
    gate = Gate()
    door = Doorkeeper(gate=gate, device="g/door", last=NOON - timedelta(minutes=5))
    door.tell(Kind.DOOR, "closed", device_time=door.last)
    a_quarter_of_an_hour_behind(gate)

    opened = door.tell(Kind.DOOR, "open", after=1500, device_time=door.last + timedelta(seconds=1500, minutes=-15))

    assert opened.clock is ClockDecision.STEADY_LAG
    assert (opened.decision, opened.reading.at) == (Decision.CHANGED, door.last)


def test_what_a_gateway_was_behind_is_known_after_a_restart() -> None:
    before, gate = Gate(), Gate()
    a_quarter_of_an_hour_behind(before)
    gate.restore(before.snapshot())

    other = Doorkeeper(gate=gate, device="g/other", last=NOON + timedelta(minutes=10))

    assert told_at(other, other.last + timedelta(seconds=1, minutes=-15)) is ClockDecision.STEADY_LAG


@pytest.mark.parametrize("device", ["other/door", "g/door"])
def test_a_late_message_is_believed_where_its_gateway_is_not_behind(device: str) -> None:
    gate = Gate()
    a_quarter_of_an_hour_behind(gate)
    right = Doorkeeper(gate=gate, device="g/right", last=NOON + timedelta(minutes=8))
    right.tell(Kind.MOTION, value=True, device_time=right.last)

    late = Doorkeeper(gate=gate, device=device, last=NOON + timedelta(minutes=10))

    assert told_at(late, late.last - timedelta(minutes=15)) is ClockDecision.TRUSTED


def test_a_queue_that_is_worked_off_is_not_taken_for_a_wrong_clock() -> None:
    gate = Gate()
    for number, (at, lag) in enumerate(((0, 1200), (360, 1230))):
        keeper = Doorkeeper(gate=gate, device=f"g/motion{number}", last=NOON + timedelta(seconds=at))
        keeper.tell(Kind.MOTION, value=True, after=0, device_time=keeper.last - timedelta(seconds=lag))
    door = Doorkeeper(gate=gate, device="g/door", last=NOON + timedelta(minutes=8))

    opened = door.tell(Kind.DOOR, "open", device_time=door.last - timedelta(seconds=1205))
    closed = door.tell(Kind.DOOR, "closed", after=30, device_time=door.last - timedelta(seconds=1050))

    assert [one.clock for one in (opened, closed)] == [ClockDecision.TRUSTED] * 2
    assert closed.decision is Decision.CHANGED


def test_a_clock_that_was_never_set_says_nothing_of_its_gateways(keeper: Doorkeeper) -> None:
    a_quarter_of_an_hour_behind(keeper.gate)
    unset = Doorkeeper(gate=keeper.gate, device="g/unset", last=NOON + timedelta(minutes=8))
    unset.tell(Kind.MOTION, value=True, device_time=datetime(1970, 1, 2, tzinfo=UTC))

    keeper.last = NOON + timedelta(minutes=10)

    assert told_at(keeper, keeper.last + timedelta(seconds=1, minutes=-15)) is ClockDecision.STEADY_LAG


def test_a_whole_gateways_buffer_is_not_taken_for_a_wrong_clock() -> None:
    gate, back = Gate(), NOON + timedelta(hours=1)
    keepers = [Doorkeeper(gate=gate, device=f"g/motion{number}", last=back) for number in range(6)]

    told = [
        keeper.tell(Kind.MOTION, value=True, after=number, device_time=NOON + timedelta(minutes=8 * number))
        for number, keeper in enumerate(keepers)
    ]

    assert [one.clock for one in told] == [ClockDecision.TRUSTED] * 6
    assert [one.reading.at for one in told] == [NOON + timedelta(minutes=8 * number) for number in range(6)]


def test_a_check_in_that_repeats_what_is_known_shows_that_the_clock_was_set_back(keeper: Doorkeeper) -> None:
    keeper.source = "zigbee2mqtt"
    keeper.tell(Kind.DOOR, "closed", device_time=keeper.last)
    for _ in range(2):
        keeper.tell(Kind.DOOR, "closed", after=3000, device_time=keeper.last + timedelta(seconds=3000, hours=-1))

    opened = keeper.tell(Kind.DOOR, "open", after=60, device_time=keeper.last + timedelta(seconds=60, hours=-1))

    assert (opened.clock, opened.decision) == (ClockDecision.STEADY_LAG, Decision.CHANGED)


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
