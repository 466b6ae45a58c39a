"""The gate's memory: a restart forgets nothing, and never knows more than the store."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.decisions import Decision
from core.readings import Kind, Reading, Replay
from ingest.conventions.decoded import DEFAULT_SEMANTICS, Decoded
from ingest.gate import Gate
from ingest.memory import FEW
from ingest.message import Message
from tests.ingest.conftest import NOON, Doorkeeper


def restarted(gate: Gate) -> Gate:
    fresh = Gate()
    fresh.restore(json.loads(json.dumps(gate.snapshot())))
    return fresh


def test_a_snapshot_brings_everything_back(keeper: Doorkeeper) -> None:
    told = [
        keeper.tell(Kind.DOOR, "open", message_id="m1", channel="left"),
        keeper.tell(Kind.POWER, 7.5, device_time=NOON),
        keeper.tell(Kind.SOS, value=True),
    ]
    keeper.gate.settle(one.reading for one in told)

    fresh = Doorkeeper(gate=restarted(keeper.gate), last=keeper.last)

    assert fresh.tell(Kind.DOOR, "open", message_id="m1", channel="left").decision is Decision.DUPLICATE
    assert fresh.tell(Kind.POWER, 7.5, device_time=NOON).decision is Decision.DUPLICATE
    assert fresh.tell(Kind.DOOR, "closed", channel="left").decision is Decision.CHANGED
    assert restarted(keeper.gate).snapshot() == keeper.gate.snapshot()


def test_a_snapshot_never_knows_what_is_not_durable_yet(keeper: Doorkeeper) -> None:
    admitted = keeper.tell(Kind.DOOR, "open", message_id="m1")

    assert keeper.gate.snapshot() == {}
    assert dict(keeper.gate.changed()) == {"g/door": None}

    keeper.gate.settle([admitted.reading])
    assert set(keeper.gate.snapshot()) == {"g/door"}


def test_only_what_changed_is_saved_again(keeper: Doorkeeper) -> None:
    keeper.gate.settle([keeper.tell(Kind.DOOR, "open").reading])

    assert dict(keeper.gate.changed()) == keeper.gate.snapshot()
    assert dict(keeper.gate.changed()) == {}

    keeper.gate.settle([keeper.tell(Kind.DOOR, "closed").reading])
    assert dict(keeper.gate.changed()) == keeper.gate.snapshot()


def test_a_device_that_speaks_while_changes_are_collected_is_not_passed_over(keeper: Doorkeeper) -> None:
    keeper.gate.settle([keeper.tell(Kind.DOOR, "open").reading])
    other = Doorkeeper(gate=keeper.gate, device="g/window", last=keeper.last)
    keeper.gate.settle([other.tell(Kind.DOOR, "open").reading])

    collected = keeper.gate.changed()
    first = next(collected)
    keeper.gate.settle([keeper.tell(Kind.DOOR, "closed").reading])
    rest = list(collected)

    assert [device for device, _ in (first, *rest)] == ["g/door", "g/window"]
    assert [device for device, _ in keeper.gate.changed()] == ["g/door"]


def test_stored_readings_after_the_snapshot_are_taken_up(keeper: Doorkeeper) -> None:
    keeper.gate.settle([keeper.tell(Kind.DOOR, "open", message_id="m1").reading])
    fresh = Doorkeeper(gate=restarted(keeper.gate), last=keeper.last)
    stored = keeper.tell(Kind.DOOR, "closed", message_id="m2").reading

    fresh.gate.remember(stored)

    fresh.last = keeper.last
    assert fresh.tell(Kind.DOOR, "closed", message_id="m2").decision is Decision.DUPLICATE
    assert fresh.tell(Kind.DOOR, "open", message_id="m3").decision is Decision.CHANGED
    assert fresh.gate.heard_at("g/door") == keeper.last + timedelta(seconds=2)


def test_replayed_history_does_not_become_the_present(keeper: Doorkeeper) -> None:
    keeper.gate.remember(Reading("g/door", Kind.DOOR, "open", NOON, NOON, replay=Replay.HISTORY))

    assert keeper.tell(Kind.DOOR, "open").decision is Decision.FIRST_KNOWN


def test_a_layout_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="version 99"):
        Gate().restore({"g/door": {"v": 99}})


def test_the_memory_of_a_device_is_small_even_while_it_never_stops(keeper: Doorkeeper) -> None:
    for i in range(500):
        for kind, value in ((Kind.MOTION, True), (Kind.BATTERY, i % 100), (Kind.TEMPERATURE, i / 10)):
            keeper.gate.settle([keeper.tell(kind, value, message_id=f"{kind}{i}").reading])

    assert len(json.dumps(keeper.gate.snapshot())) < 2048


_TOLD = st.tuples(
    st.sampled_from([(Kind.DOOR, "open"), (Kind.DOOR, "closed"), (Kind.SOS, True), (Kind.POWER, 5.0)]),
    st.one_of(st.none(), st.integers(-30, 1)),  # device time, minutes from receipt
    st.booleans(),  # retained
    st.booleans(),  # flagged as redelivered
    st.integers(0, 90),  # seconds since the message before
)


@given(st.lists(st.tuples(_TOLD, st.integers(0, 2)), max_size=20))
def test_a_device_that_was_quiet_for_a_while_is_remembered_to_the_letter(told: list[tuple]) -> None:  # type: ignore[type-arg]
    awake, quiet, now = Gate(), Gate(), NOON

    for number, (((kind, value), minutes, retain, dup, after), snapshots) in enumerate(told):
        now += timedelta(seconds=after)
        time = None if minutes is None else now + timedelta(minutes=minutes)
        named = f"m{number // 2}" if value is True else None
        fact = Decoded("d", kind, value, DEFAULT_SEMANTICS[kind], device_time=time, message_id=named)
        message = Message("t", f"{kind}{value}{time}".encode(), now, 1, retain, dup, epoch=number // 3)
        answers = [gate.admit("g/d", [fact], message, source="zigbee2mqtt") for gate in (awake, quiet)]
        for gate in (awake, quiet):
            gate.settle([one.reading for one in answers[0]])
        for _ in range(snapshots):  # at the second in a row it has been quiet
            list(quiet.changed())

        assert answers[0] == answers[1]
        assert quiet.snapshot() == awake.snapshot()
    assert len(quiet) == len(awake)


@given(st.lists(_TOLD, max_size=30))
def test_whatever_arrives_no_two_kept_live_readings_of_one_thing_share_a_time(told: list[tuple]) -> None:  # type: ignore[type-arg]
    gate, now, seen = Gate(), NOON, set()

    for (kind, value), minutes, retain, dup, after in told:
        now += timedelta(seconds=after)
        time = None if minutes is None else now + timedelta(minutes=minutes)
        fact = Decoded("d", kind, value, DEFAULT_SEMANTICS[kind], device_time=time)
        message = Message("t", f"{kind}{value}{time}".encode(), now, 1, retain, dup)
        (admitted,) = gate.admit("g/d", [fact], message, source="zigbee2mqtt")

        reading = admitted.reading
        assert reading.at <= now + timedelta(milliseconds=1)
        if not admitted.decision.drops and reading.replay is not Replay.HISTORY:
            assert (reading.kind, reading.at) not in seen
            seen.add((reading.kind, reading.at))


@pytest.mark.parametrize("told", [9, 60])
def test_all_that_was_stored_and_not_acknowledged_is_known_when_it_comes_again(keeper: Doorkeeper, told: int) -> None:
    """The same reading by its id alone, as a meter says it: no time, and a new value each time."""
    before = [keeper.tell(Kind.ENERGY, float(n), after=0.02, message_id=f"m{n}") for n in range(told)]
    fresh = Doorkeeper(last=keeper.last)
    for one in before:
        fresh.gate.remember(one.reading)

    again = [fresh.tell(Kind.ENERGY, float(n), after=0.02, message_id=f"m{n}") for n in range(told)]

    assert {one.decision for one in again} == {Decision.DUPLICATE}


def test_a_device_that_has_been_quiet_keeps_what_it_said_last_only(keeper: Doorkeeper) -> None:
    keeper.gate.settle([keeper.tell(Kind.ENERGY, float(n), message_id=f"m{n}").reading for n in range(60)])
    for _ in range(2):
        list(keeper.gate.changed())

    assert keeper.tell(Kind.ENERGY, 59.0, message_id="m59").decision is Decision.DUPLICATE
    assert len(keeper.gate.snapshot()["g/door"]["ids"]) == FEW
