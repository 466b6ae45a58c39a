"""The gate on news: what is new, what is old, what was here before, and what must never be lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.decisions import ClockDecision, Decision
from core.readings import Kind, Novelty, Replay, Semantics
from ingest.conventions.decoded import DEFAULT_SEMANTICS, Decoded
from ingest.gate import Gate
from ingest.message import Message
from tests.ingest.conftest import NOON, Doorkeeper

MILLISECOND = timedelta(milliseconds=1)


def test_the_first_known_value_is_a_baseline_and_not_an_event(keeper: Doorkeeper) -> None:
    first = keeper.tell(Kind.DOOR, "open")
    again = keeper.tell(Kind.DOOR, "open")
    changed = keeper.tell(Kind.DOOR, "closed")

    assert (first.decision, first.reading.novelty, first.reading.happened) == (
        Decision.FIRST_KNOWN,
        Novelty.BASELINE,
        False,
    )
    assert (again.decision, again.reading.novelty) == (Decision.SAME_AGAIN, Novelty.REPEATED)
    assert (changed.decision, changed.reading.novelty, changed.reading.happened) == (
        Decision.CHANGED,
        Novelty.CHANGED,
        True,
    )


def test_a_first_value_that_the_device_dates_to_this_moment_did_happen(keeper: Doorkeeper) -> None:
    opened = keeper.tell(Kind.DOOR, "open", device_time=NOON + timedelta(seconds=1))
    other = Doorkeeper(gate=keeper.gate, device="g/other")
    closed = other.tell(Kind.DOOR, "closed", device_time=NOON + timedelta(seconds=1))

    assert (opened.decision, opened.reading.happened) == (Decision.JUST_HAPPENED, True)
    assert (closed.decision, closed.reading.happened) == (Decision.FIRST_KNOWN, False)


def test_a_momentary_event_counts_each_time(keeper: Doorkeeper) -> None:
    presses = [keeper.tell(Kind.BUTTON, "single") for _ in range(3)]

    assert all(one.reading.happened for one in presses)


def test_channels_and_kinds_are_known_apart(keeper: Doorkeeper) -> None:
    keeper.tell(Kind.DOOR, "open", channel="left")

    assert keeper.tell(Kind.DOOR, "open", channel="right").decision is Decision.FIRST_KNOWN
    assert keeper.tell(Kind.WATER, value=False).decision is Decision.FIRST_KNOWN


def test_what_the_broker_remembered_is_known_but_no_news(keeper: Doorkeeper) -> None:
    admitted = keeper.tell(Kind.AVAILABILITY, "online", retain=True)

    assert (admitted.decision, admitted.reading.replay) == (Decision.RETAINED, Replay.RETAINED)
    assert not admitted.reading.happened
    assert keeper.tell(Kind.AVAILABILITY, "offline").decision is Decision.CHANGED


def test_a_retained_message_no_newer_than_what_we_know_is_dropped(keeper: Doorkeeper) -> None:
    keeper.tell(Kind.DOOR, "closed", device_time=NOON)

    admitted = keeper.tell(Kind.DOOR, "open", device_time=NOON - timedelta(minutes=1), retain=True)

    assert admitted.decision is Decision.STALE
    assert admitted.decision.drops
    assert keeper.tell(Kind.DOOR, "closed").decision is Decision.SAME_AGAIN


def test_a_second_message_with_the_same_id_is_dropped_even_without_the_brokers_flag(keeper: Doorkeeper) -> None:
    keeper.tell(Kind.DOOR, "open", message_id="m1")
    keeper.tell(Kind.DOOR, "closed", message_id="m2")

    assert keeper.tell(Kind.DOOR, "open", message_id="m1").decision is Decision.DUPLICATE
    assert keeper.tell(Kind.DOOR, "open", message_id="m3").decision is Decision.CHANGED


def test_a_redelivery_of_what_we_had_is_dropped_also_when_the_state_moved_on(keeper: Doorkeeper) -> None:
    opened = Message("t", b"open", NOON, 1)
    keeper.tell(Kind.DOOR, "open", message=opened)
    keeper.tell(Kind.DOOR, "closed", message=Message("t", b"closed", NOON, 1))

    redelivered = replace(opened, dup=True, epoch=1, received_at=NOON + timedelta(seconds=5))
    again = keeper.tell(Kind.DOOR, "open", message=redelivered)

    assert again.decision is Decision.DUPLICATE


def test_of_four_alike_redelivered_of_which_we_had_three_one_is_new(keeper: Doorkeeper) -> None:
    motion = Message("t", b"motion", NOON)
    for _ in range(3):
        keeper.tell(Kind.MOTION, value=True, message=motion, semantics=Semantics.EVENT)

    def redelivered(epoch: int) -> list[bool]:
        again = replace(motion, dup=True, epoch=epoch)
        told = [keeper.tell(Kind.MOTION, value=True, message=again, semantics=Semantics.EVENT) for _ in range(4)]
        return [one.decision.drops for one in told]

    assert redelivered(epoch=1) == [True, True, True, False]
    assert redelivered(epoch=2) == [True] * 4, "by the next connection all four are known"


def test_a_message_flagged_as_redelivered_that_we_never_had_is_taken(keeper: Doorkeeper) -> None:
    keeper.tell(Kind.DOOR, "closed")

    assert keeper.tell(Kind.DOOR, "open", dup=True).decision is Decision.CHANGED


def test_events_redelivered_to_a_new_process_are_told_apart_by_their_ids_alone(keeper: Doorkeeper) -> None:
    motions = [keeper.tell(Kind.MOTION, value=True, dup=True, message_id=f"m{i}") for i in range(3)]
    presses = [
        keeper.tell(Kind.SOS, value=True, dup=True, message=Message("t", b"%d" % i, NOON, dup=True)) for i in range(3)
    ]

    assert not any(one.decision.drops for one in motions + presses)


def test_a_state_redelivered_unchanged_is_not_said_twice(keeper: Doorkeeper) -> None:
    restarted = Doorkeeper(gate=Gate())
    restarted.gate.remember(keeper.tell(Kind.DOOR, "open").reading)

    assert restarted.tell(Kind.DOOR, "open", after=5, dup=True).decision is Decision.DUPLICATE


def test_an_sos_redelivered_to_a_new_process_is_not_taken_for_last_weeks(keeper: Doorkeeper) -> None:
    last_week = keeper.tell(Kind.SOS, value=True).reading
    restarted = Doorkeeper(gate=Gate())
    restarted.gate.remember(last_week)

    admitted = restarted.tell(Kind.SOS, value=True, after=7 * 86_400, dup=True)

    assert not admitted.decision.drops
    assert admitted.reading.happened


def test_the_same_reading_said_twice_is_one(keeper: Doorkeeper) -> None:
    keeper.tell(Kind.POWER, 5, device_time=NOON)

    assert keeper.tell(Kind.POWER, 5, device_time=NOON).decision is Decision.DUPLICATE
    assert keeper.tell(Kind.POWER, 6, device_time=NOON).decision is Decision.CHANGED


def test_late_data_is_kept_as_history_and_never_overwrites_the_present(keeper: Doorkeeper) -> None:
    keeper.tell(Kind.DOOR, "closed", device_time=NOON)

    late = keeper.tell(Kind.DOOR, "open", device_time=NOON - timedelta(minutes=5))
    now = keeper.tell(Kind.DOOR, "closed", device_time=NOON + timedelta(seconds=2))

    assert (late.decision, late.reading.replay) == (Decision.LATE, Replay.HISTORY)
    assert late.reading.at == NOON - timedelta(minutes=5)
    assert now.decision is Decision.SAME_AGAIN


def test_a_late_burst_in_order_counts_as_it_would_have(keeper: Doorkeeper) -> None:
    keeper.tell(Kind.DOOR, "closed", device_time=NOON)

    burst = [
        keeper.tell(Kind.DOOR, state, after=3600 if i == 0 else 0.01, device_time=NOON + timedelta(minutes=i + 1))
        for i, state in enumerate(["open", "closed"])
    ]

    assert [one.reading.replay for one in burst] == [Replay.LIVE, Replay.LIVE]
    assert [one.reading.at for one in burst] == [NOON + timedelta(minutes=1), NOON + timedelta(minutes=2)]


def test_two_late_readings_of_one_instant_keep_times_of_their_own_and_a_third_the_same_is_dropped(
    keeper: Doorkeeper,
) -> None:
    keeper.tell(Kind.DOOR, "closed", device_time=NOON)
    instant = NOON - timedelta(minutes=5)

    first = keeper.tell(Kind.DOOR, "open", device_time=instant)
    repeated = keeper.tell(Kind.DOOR, "open", device_time=instant)
    second = keeper.tell(Kind.DOOR, "closed", device_time=instant)

    assert repeated.decision is Decision.DUPLICATE
    assert second.reading.at - first.reading.at == timedelta(microseconds=1)


@pytest.mark.parametrize("kind", [Kind.SOS, Kind.SMOKE, Kind.GAS, Kind.CO, Kind.WATER])
def test_an_alarm_that_comes_late_is_still_an_alarm(keeper: Doorkeeper, kind: Kind) -> None:
    keeper.tell(kind, value=False, device_time=NOON)

    late = keeper.tell(kind, value=True, after=60, device_time=NOON - timedelta(hours=3))
    said_history = keeper.tell(kind, value=True, after=60, replay_hint=Replay.HISTORY)
    ancient = keeper.tell(kind, value=True, after=60, device_time=NOON - timedelta(hours=30))

    assert (late.decision, late.reading.replay, late.reading.happened) == (Decision.LATE_ALARM, Replay.LIVE, True)
    assert late.reading.at > NOON
    assert said_history.decision is Decision.LATE_ALARM
    assert (ancient.decision, ancient.reading.replay) == (Decision.LATE, Replay.HISTORY)


def test_what_the_sender_calls_history_is_no_news(keeper: Doorkeeper) -> None:
    admitted = keeper.tell(Kind.DOOR, "open", replay_hint=Replay.HISTORY)

    assert (admitted.decision, admitted.reading.replay) == (Decision.SAID_HISTORY, Replay.HISTORY)
    assert keeper.tell(Kind.DOOR, "closed").decision is Decision.FIRST_KNOWN


def _restart(gate: Gate, at: Doorkeeper) -> None:
    at.last += timedelta(seconds=60)
    up = Decoded("bridge", Kind.AVAILABILITY, "online", DEFAULT_SEMANTICS[Kind.AVAILABILITY])
    gate.admit("g/bridge", [up], Message("t", b"online", at.last), source=at.source)


def test_a_bridge_that_repeats_its_memory_after_a_restart_says_nothing_new() -> None:
    keeper = Doorkeeper(source="zigbee2mqtt")
    keeper.tell(Kind.DOOR, "closed")
    _restart(keeper.gate, keeper)

    repeated = keeper.tell(Kind.DOOR, "closed", after=2)
    opened = keeper.tell(Kind.DOOR, "open", after=2)

    assert (repeated.decision, repeated.reading.replay) == (Decision.REPUBLISHED, Replay.CACHED)
    assert (opened.decision, opened.reading.happened) == (Decision.CHANGED, True)


def test_a_bridge_with_times_is_caught_repeating_at_any_hour() -> None:
    keeper = Doorkeeper(source="zigbee2mqtt")
    keeper.tell(Kind.DOOR, "closed", device_time=NOON)

    repeated = keeper.tell(Kind.DOOR, "closed", after=3600, device_time=NOON)

    assert repeated.decision is Decision.REPUBLISHED
    assert repeated.reading.at > NOON, "it must not overwrite the reading that it repeats"


def test_nobody_elses_gateway_is_taken_for_a_bridge_that_repeats() -> None:
    keeper = Doorkeeper(source="native")
    keeper.tell(Kind.MOTION, value=True)
    _restart(keeper.gate, keeper)

    assert keeper.tell(Kind.MOTION, value=True, after=2).decision is Decision.SAME_AGAIN


@pytest.mark.parametrize("kind", [Kind.SOS, Kind.SMOKE])
def test_an_alarm_never_heard_before_is_not_put_down_to_a_bridges_memory(kind: Kind) -> None:
    keeper = Doorkeeper(source="zigbee2mqtt")
    keeper.tell(Kind.BATTERY, 100)
    _restart(keeper.gate, keeper)

    admitted = keeper.tell(kind, value=True, after=2, replay_hint=Replay.CACHED)

    assert admitted.reading.replay is Replay.LIVE


def test_a_bounce_within_one_second_of_bridge_time_is_four_readings() -> None:
    keeper = Doorkeeper(source="zigbee2mqtt")

    bounce = [
        keeper.tell(Kind.DOOR, state, after=0.1, device_time=NOON) for state in ("open", "closed", "open", "closed")
    ]

    assert [one.reading.replay for one in bounce] == [Replay.LIVE] * 4
    assert len({one.reading.at for one in bounce}) == 4


def test_the_strength_of_a_radio_is_kept_when_it_changes_or_once_an_hour(keeper: Doorkeeper) -> None:
    first = keeper.tell(Kind.LINK, 60.0)
    same = [keeper.tell(Kind.LINK, value, after=600) for value in (60.0, 55.0, 70.0)]
    weaker = keeper.tell(Kind.LINK, 40.0)
    later = keeper.tell(Kind.LINK, 41.0, after=3601)

    assert first.decision is Decision.FIRST_KNOWN
    assert [one.decision for one in same] == [Decision.THINNED] * 3
    assert (weaker.decision, later.decision) == (Decision.CHANGED, Decision.CHANGED)


def test_a_reading_carries_the_rules_that_judged_it(keeper: Doorkeeper) -> None:
    told = [
        keeper.tell(Kind.DOOR, "open"),
        keeper.tell(Kind.DOOR, "closed", device_time=NOON.replace(year=1970)),
        keeper.tell(Kind.DOOR, "open", retain=True),
    ]

    assert [(one.reading.decision, one.reading.clock) for one in told] == [
        (Decision.FIRST_KNOWN, ClockDecision.ABSENT),
        (Decision.CHANGED, ClockDecision.FACTORY_DEFAULT),
        (Decision.RETAINED, ClockDecision.ABSENT),
    ]
