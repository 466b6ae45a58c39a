"""What every alert store promises about alerts, timelines, timers and pages: SQLite and PostgreSQL alike."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core import merging, passing
from core.alerts import Alert, Condition, Entry, EntryKind, Handling, TimerKind, Transition
from core.concerns import ConcernKind, Severity
from core.policies import Target
from core.ports import AlertStore, StoreRefused
from core.timeline import Standing, replay
from storage.alerts import SqlAlerts
from storage.database import Database
from tests.contracts.cases import (
    LEASE,
    MINUTE,
    REACH,
    T0,
    arrived,
    climbed,
    closed,
    concern,
    opening,
    recipient,
    taken,
)


@pytest.fixture
def store(alert_store: AlertStore) -> AlertStore:
    return alert_store


@pytest.fixture
def durable(database: Database) -> AlertStore:
    """For what a store in memory has no need to promise."""
    return SqlAlerts(database)


def stored(store: AlertStore, alert: str = "a-1") -> Alert:
    found = store.get(alert)
    assert found is not None
    return found


def test_a_new_alert_is_written_with_timer_timeline_and_messages(store: AlertStore) -> None:
    transition = opening()

    assert store.open(transition) is None

    assert store.get("a-1") == transition.alert
    assert store.timer("a-1") == transition.timer
    assert store.timeline("a-1") == list(transition.entries)
    assert [delivery.send for delivery in store.deliveries("a-1")] == list(transition.sends)


def test_what_is_read_back_is_in_utc_whatever_zone_was_given(durable: AlertStore) -> None:
    durable.open(opening(now=T0.astimezone(ZoneInfo("Asia/Shanghai"))))

    assert stored(durable).opened_at == T0
    assert stored(durable).opened_at.tzinfo is UTC


def test_an_open_key_is_not_opened_twice(store: AlertStore) -> None:
    store.open(opening())

    standing = store.open(opening("a-2", of=concern(episode="another")))

    assert standing == stored(store)
    assert store.get("a-2") is None
    assert store.timeline("a-2") == []


def test_an_episode_is_not_raised_again_after_closing(store: AlertStore) -> None:
    first = opening()
    store.open(first)
    store.apply(closed(first.alert))

    standing = store.open(opening("a-2", now=T0 + 60 * MINUTE))

    assert standing == stored(store)
    assert standing.handling is Handling.CLOSED
    assert store.get("a-2") is None


def test_a_new_episode_after_closing_is_a_new_alert(store: AlertStore) -> None:
    first = opening()
    store.open(first)
    store.apply(closed(first.alert))

    assert store.open(opening("a-2", of=concern(episode="since 20:00"))) is None


def test_a_reopened_alert_has_its_predecessors_episode(store: AlertStore) -> None:
    first = opening()
    store.open(first)
    store.apply(closed(first.alert))

    reopened = opening("a-2", predecessor="a-1")
    assert store.open(reopened) is None
    assert stored(store, "a-2").predecessor == "a-1"
    store.apply(closed(reopened.alert))

    standing = store.open(opening("a-3"))
    assert standing is not None
    assert standing.id in {"a-1", "a-2"}


def test_an_alert_of_an_unknown_predecessor_is_refused(durable: AlertStore) -> None:
    with pytest.raises(StoreRefused):
        durable.open(opening(predecessor="a-0"))

    assert durable.get("a-1") is None


def test_an_id_is_never_given_twice(store: AlertStore) -> None:
    store.open(opening())

    with pytest.raises(StoreRefused, match="a-1"):
        store.open(opening("a-1", of=concern("h-2")))


def test_a_move_changes_alert_timer_and_timeline_together(store: AlertStore) -> None:
    first = opening()
    store.open(first)
    move = taken(first.alert)

    assert store.apply(move)

    assert stored(store) == move.alert
    assert store.timer("a-1") == move.timer
    assert move.timer is not None
    assert move.timer.kind is TimerKind.ARRIVE_BY
    assert replay(store.timeline("a-1")) == Standing.of(stored(store))


def test_the_second_of_two_moves_from_the_same_state_is_stale(store: AlertStore) -> None:
    first = opening()
    store.open(first)
    store.apply(taken(first.alert, by="li"))
    before = (stored(store), store.timeline("a-1"), store.deliveries("a-1"))

    assert not store.apply(taken(first.alert, by="zhao"))
    assert not store.apply(climbed(first.alert))

    assert (stored(store), store.timeline("a-1"), store.deliveries("a-1")) == before


def test_a_closed_alert_has_no_timer_and_never_moves_again(store: AlertStore) -> None:
    first = opening()
    store.open(first)
    done = closed(first.alert)
    store.apply(done)

    assert store.timer("a-1") is None
    assert not store.apply(arrived(replace(done.alert, handling=Handling.TRIGGERED)))
    assert not store.apply(closed(replace(done.alert, handling=Handling.TRIGGERED)))
    assert stored(store) == done.alert


def test_a_move_of_an_unknown_alert_is_stale(store: AlertStore) -> None:
    assert not store.apply(taken(opening().alert))


def test_nothing_of_a_broken_move_is_written(store: AlertStore) -> None:
    first = opening()
    store.open(first)
    without_timer = replace(climbed(first.alert), timer=None)

    with pytest.raises(StoreRefused):
        store.apply(without_timer)

    assert stored(store) == first.alert
    assert store.timeline("a-1") == list(first.entries)
    assert len(store.deliveries("a-1")) == len(first.sends)


def test_a_time_without_a_zone_is_refused(durable: AlertStore) -> None:
    with pytest.raises(StoreRefused, match="zone"):
        durable.open(opening(now=T0.replace(tzinfo=None)))


def test_the_sensors_condition_is_set_without_raising_the_fence(store: AlertStore) -> None:
    first = opening()
    store.open(first)
    line = Entry("a-1", T0, EntryKind.CONDITION_CLEARED, first.alert.fence, detail={"reason": "usual"})

    assert store.remark(line, condition=Condition.CLEARED)

    assert stored(store) == replace(first.alert, condition=Condition.CLEARED)
    assert store.timer("a-1") == first.timer


def test_a_move_made_before_the_condition_cleared_does_not_bring_it_back(store: AlertStore) -> None:
    first = opening()
    store.open(first)
    move = taken(first.alert)  # decided while the condition was active
    store.remark(Entry("a-1", T0, EntryKind.CONDITION_CLEARED, 1), condition=Condition.CLEARED)

    assert store.apply(move)

    assert stored(store).condition is Condition.CLEARED
    assert replay(store.timeline("a-1")) == Standing.of(stored(store))


def test_a_line_that_contradicts_its_condition_is_refused(store: AlertStore) -> None:
    store.open(opening())

    with pytest.raises(StoreRefused):
        store.remark(Entry("a-1", T0, EntryKind.NOTE, 1), condition=Condition.CLEARED)


def test_a_closed_alert_takes_no_remark_but_how_messages_went(store: AlertStore) -> None:
    first = opening()
    store.open(first)
    store.apply(closed(first.alert))
    before = store.timeline("a-1")
    delivery = Entry("a-1", T0, EntryKind.DELIVERY, 2, detail={"said": "ok"})

    assert not store.remark(Entry("a-1", T0, EntryKind.NOTE, 2, "li"))
    assert not store.remark(Entry("a-1", T0, EntryKind.CONDITION_CLEARED, 2), condition=Condition.CLEARED)
    assert not store.remark(delivery)

    assert store.timeline("a-1") == [*before, delivery]
    assert stored(store).condition is Condition.ACTIVE


def test_a_remark_on_an_unknown_alert_is_refused(store: AlertStore) -> None:
    with pytest.raises(StoreRefused, match="a-9"):
        store.remark(Entry("a-9", T0, EntryKind.NOTE, 1))


def test_the_timeline_keeps_the_order_of_writing_not_of_the_clock(store: AlertStore) -> None:
    store.open(opening())
    notes = [Entry("a-1", T0 - n * MINUTE, EntryKind.NOTE, 1, "li", {"text": str(n)}) for n in range(5)]
    for note in notes:
        store.remark(note)

    assert store.timeline("a-1")[-5:] == notes


def test_every_kind_and_severity_can_be_stored(store: AlertStore) -> None:
    said = [
        concern(kind=kind, severity=severity, home=f"h-{severity}") for kind in ConcernKind for severity in Severity
    ]
    transitions = [opening(f"a-{n}", of=each) for n, each in enumerate(said)]

    for transition in transitions:
        store.open(transition)

    assert [store.get(transition.alert.id) for transition in transitions] == [t.alert for t in transitions]


def test_the_earliest_and_the_latest_instants_are_kept_to_the_microsecond(store: AlertStore) -> None:
    early = datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    transition = opening(now=early)

    store.open(transition)

    assert store.get("a-1") == transition.alert
    assert store.due_timers(early + MINUTE) == [transition.timer]


def test_many_moves_in_one_transaction_are_as_each_by_itself(store: AlertStore) -> None:
    openings = [opening(f"m-{n}", of=concern(f"home-{n}")) for n in range(5)]
    for each in openings:
        assert store.open(each) is None
    moves = [taken(each.alert) for each in openings]
    assert store.apply(moves[1])  # somebody was faster with this one

    assert store.apply_all(moves) == [True, False, True, True, True]

    assert store.apply_all([]) == []
    for each, move in zip(openings, moves, strict=True):
        assert store.get(each.alert.id) == move.alert
        assert store.timer(each.alert.id) == move.timer
        assert replay(store.timeline(each.alert.id)) == Standing.of(move.alert)
    assert store.get_all(["m-0", "m-4", "never"]) == {"m-0": moves[0].alert, "m-4": moves[4].alert}


def test_many_moves_are_written_to_the_letter(store: AlertStore) -> None:
    """However a store writes many rows at once: quotes, other scripts, microseconds, and the order of the lines."""
    openings = [opening(f"m-{n}", of=concern(f"home'{n}\\\"安", episode=f"e{n}")) for n in range(40)]
    for each in openings:
        store.open(each)
    now = T0 + timedelta(microseconds=123_457)
    moves = [climbed(each.alert, now) for each in openings]

    assert store.apply_all(moves) == [True] * 40

    for each, move in zip(openings, moves, strict=True):
        id_ = each.alert.id
        assert store.get(id_) == move.alert
        assert store.timer(id_) == move.timer
        assert store.timeline(id_) == [*each.entries, *move.entries]
        assert [d.send for d in store.deliveries(id_)] == [*each.sends, *move.sends]
    claims = store.claim_sends(now, lease_until=now + LEASE, limit=200)
    assert {c.send for c in claims} == {send for move in (*openings, *moves) for send in move.sends}


def test_one_move_that_the_store_refuses_writes_none_of_them(store: AlertStore) -> None:
    first, second = opening("m-1", of=concern("home-1")), opening("m-2", of=concern("home-2"))
    store.open(first)
    store.open(second)

    with pytest.raises(StoreRefused):
        store.apply_all([taken(first.alert), replace(taken(second.alert), timer=None)])

    assert store.get("m-1") == first.alert
    assert store.get("m-2") == second.alert


def test_alerts_that_nobody_can_be_reached_for_are_found(store: AlertStore) -> None:
    for n in range(4):
        store.open(opening(f"m-{n}", of=concern(f"home-{n}")))
    for claimed in store.claim_sends(T0, lease_until=T0 + LEASE, limit=100):
        if claimed.send.alert in {"m-1", "m-2"}:
            store.cancel_send(claimed, at=T0, reason="failed")
    moved = store.get("m-2")
    assert moved is not None
    store.apply(taken(moved))  # nobody is asked any more

    assert store.exhausted() == ["m-1"]
    assert store.level_exhausted("m-1", 1)


def test_what_was_merged_in_is_kept_and_found_by_its_episode(store: AlertStore) -> None:
    first = opening("m-1")
    store.open(first)
    assert first.timer is not None
    other = concern(kind=ConcernKind.BATHROOM, severity=Severity.YELLOW, episode="in the morning")
    merged = merging.merge(
        first.alert, other, policy=first.alert.policy, reach=REACH, audience=[], timer=first.timer, now=T0 + MINUTE
    )
    assert isinstance(merged, Transition)

    assert store.apply(merged)

    kept = store.get("m-1")
    assert kept == merged.alert
    assert store.of_episode(other.key, "in the morning") == kept
    assert store.of_episode(first.alert.key, first.alert.episode) == kept
    assert store.of_episode(other.key, "at noon") is None
    store.apply(closed(merged.alert))
    again = opening("m-2", of=other)
    standing = store.open(again)
    assert standing is not None
    assert (standing.id, standing.is_open) == ("m-1", False)
    assert store.open(replace(again, alert=replace(again.alert, predecessor="m-1"))) is None


def test_what_is_held_is_taken_with_nobody_there_and_not_being_handed_over(store: AlertStore) -> None:
    moves = [opening(f"m-{n}", of=concern(f"home-{n}")) for n in range(4)]
    for move in moves:
        store.open(move)
    held = [taken(move.alert, now=T0 + n * MINUTE) for n, move in enumerate(moves[:3], 1)]
    for move in held:
        store.apply(move)
    store.apply(arrived(held[1].alert))
    assert held[2].timer is not None
    handed = passing.hand_over(
        held[2].alert, by="li", to=recipient("zhao", Target.GRID_WORKER), timer=held[2].timer, now=T0 + 4 * MINUTE
    )
    assert isinstance(handed, Transition)
    store.apply(handed)

    assert store.held() == [held[0].alert]
