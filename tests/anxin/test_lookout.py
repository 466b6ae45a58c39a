"""The lookout's crash contract: a crash between any two steps repeats work that is known to be done, and skips none."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from core.alerts import Condition
from core.ports import StoreUnavailable
from core.readings import Kind, Reading, Semantics
from detectors.silence import Silence
from ingest.conventions.decoded import Decoded
from ingest.message import Message
from tests.anxin.post import GATEWAY, HOME, Post


@pytest.fixture
def post() -> Iterator[Post]:
    post = Post()
    yield post
    post.end()


# -- snapshots and events -------------------------------------------------------------------------------------------


def test_no_snapshot_is_saved_before_the_events_it_implies_are_applied(post: Post) -> None:
    post.desk.is_away = True
    post.move()
    post.press()

    saving = post.begin(post.lookout.save_snapshots)
    post.wait(minutes=5)
    assert not saving.done()
    assert post.snapshots.rows == {}

    post.desk.is_away = False
    post.wait(minutes=1)
    assert saving.done()
    assert post.kinds == ["sos"]
    assert ("watch", HOME) in post.snapshots.rows


def test_a_press_that_was_heard_and_not_written_down_is_raised_by_the_next_life(post: Post) -> None:
    post.move()
    post.save()
    post.desk.is_away = True
    post.press()
    post.crash()

    post.start()
    post.wait(seconds=1)

    assert post.kinds == ["sos"]


def test_a_press_whose_alert_is_written_raises_nothing_new_after_a_crash(post: Post) -> None:
    post.move()
    post.save()
    post.press()
    assert post.kinds == ["sos"]

    for _ in range(3):
        post.crash()
        post.start()
        post.wait(minutes=2)

    assert post.kinds == ["sos"]


def test_a_store_that_is_away_delays_and_loses_nothing(post: Post) -> None:
    post.desk.is_away = True
    post.press()
    post.hear(post.reading("smoke", Kind.SMOKE, value=True))
    post.wait(hours=1)
    assert post.kinds == []

    post.desk.is_away = False
    post.wait(seconds=15)

    assert post.kinds == ["sos", "smoke"]
    assert post.lookout.counts.refused == 0


def test_an_event_that_breaks_is_counted_and_does_not_stop_the_others(post: Post) -> None:
    post.desk.breaks_on = {"sos"}

    post.press()
    post.hear(post.reading("smoke", Kind.SMOKE, value=True))

    assert post.kinds == ["smoke"]
    assert post.lookout.counts.refused == 1


def test_snapshots_that_could_not_be_saved_are_saved_the_next_time(post: Post) -> None:
    post.move()
    post.snapshots.is_away = True
    with pytest.raises(StoreUnavailable, match="snapshots are away"):
        post.save()

    post.snapshots.is_away = False
    post.save()

    assert ("watch", HOME) in post.snapshots.rows
    assert post.snapshots.cover == post.readings[-1].received_at


# -- what a start reads again ---------------------------------------------------------------------------------------


def test_a_start_reads_again_from_what_the_snapshots_cover(post: Post) -> None:
    post.move()
    saved = post.move("living")
    post.save()
    post.wait(minutes=3)
    later = post.move()
    post.crash()

    post.start()

    assert post.asked_since == [saved.received_at]
    assert post.lookout.counts.replayed == 2  # what was received at that very instant, and what came later
    assert post.watch.statuses(dirty_only=False)[0][0].last_sign_at == later.at


def test_a_life_with_crashes_learns_what_one_without_them_learns() -> None:
    whole, broken = Post(), Post()
    try:
        for step in range(300):
            for post in (whole, broken):
                post.wait(minutes=10)
                post.move("bath" if step % 6 == 0 else "living")
            if step % 7 == 0:
                broken.save()
            if step % 11 == 0:
                broken.crash()
                broken.start()

        assert broken.watch._homes[HOME].snapshot() == whole.watch._homes[HOME].snapshot()
    finally:
        whole.end()
        broken.end()


def test_an_alarm_that_overtakes_does_not_move_what_is_covered(post: Post) -> None:
    moved = post.move()
    post.wait(minutes=1)
    post.press()

    post.save()

    assert post.snapshots.cover == moved.received_at


def test_a_clock_that_is_set_back_makes_a_start_read_more_and_never_less(post: Post) -> None:
    post.move()
    before = post.reading("living", Kind.MOTION, value=True, ago=3600)
    post.hear(before)

    post.save()

    assert post.snapshots.cover == before.received_at


def test_the_cover_waits_for_a_device_whose_readings_are_under_way(post: Post) -> None:
    """Its memory at the gate is not saved then: it must be read again from its last snapshot on."""
    _admit(post, "bath", number=1)
    first = post.move()
    post.save()
    post.wait(minutes=1)
    _admit(post, "bath", number=2)
    post.move()
    _admit(post, "bath", number=3, durable=False)

    post.save()

    assert post.snapshots.cover == first.received_at
    _settle(post, "bath")
    post.save()
    assert post.snapshots.cover == post.readings[-1].received_at


def test_what_was_written_down_in_another_way_is_learned_anew_from_the_readings(post: Post) -> None:
    post.move()
    post.wait(hours=2)
    seen = post.move("living")
    post.save()
    key = ("watch", HOME)
    post.snapshots.rows[key] = replace(post.snapshots.rows[key], version=99)
    post.crash()

    post.start()

    assert post.asked_since == [post.clock.now() - timedelta(days=35)]
    assert post.watch.statuses(dirty_only=False)[0][0].last_sign_at == seen.at


def test_a_gate_s_memory_written_down_in_another_way_does_not_stop_the_start(post: Post) -> None:
    _admit(post, "bath", number=1)
    post.move()
    post.save()
    key = ("gate", f"{GATEWAY}/bath")
    post.snapshots.rows[key] = replace(post.snapshots.rows[key], body={"v": 99})
    post.crash()

    post.start()

    assert post.gate.heard_at(f"{GATEWAY}/bath") == post.readings[-1].received_at


def test_a_first_start_learns_from_what_is_stored_and_does_not_answer_old_calls(post: Post) -> None:
    post.readings += [post.reading("sos", Kind.SOS, value=True), post.reading("smoke", Kind.SMOKE, value=True)]
    post.wait(days=2)
    post.readings.append(post.reading("sos", Kind.SOS, value=False))
    post.crash()

    post.start()
    post.wait(seconds=1)

    assert post.kinds == ["smoke"], "it was never called off, and nobody knows of it"


def test_a_start_while_the_readings_are_away_hears_on_and_reads_the_rest_later(post: Post) -> None:
    post.move()
    post.save()
    post.wait(minutes=1)
    post.desk.is_away = True
    post.press()
    post.wait(minutes=1)
    post.crash()

    post.readings_are_away = True
    post.start()
    before = post.snapshots.cover
    post.wait(minutes=1)
    heard = post.move("living")
    with pytest.raises(StoreUnavailable):
        post.save()
    assert post.kinds == []
    assert post.snapshots.cover == before, "what is not observed is not covered"

    post.readings_are_away = False
    post.save()
    assert post.kinds == ["sos"]
    assert post.watch.statuses(dirty_only=False)[0][0].last_sign_at == heard.at


# -- what stands in the stores only ---------------------------------------------------------------------------------


def test_a_ticket_that_was_opened_after_the_last_snapshot_is_closed_when_its_fault_is_over(post: Post) -> None:
    post.hear(_bridge(post, "online"))
    post.move()
    post.save()
    post.lookout.judge(allowed=True)
    post.hear(_bridge(post, "offline"))
    post.wait(minutes=3)
    assert post.tickets.open == {f"bridge_offline/{GATEWAY}"}
    post.readings.append(_bridge(post, "online"))
    post.readings.append(post.reading("bath", Kind.MOTION, value=True))
    post.crash()

    post.start()
    post.lookout.judge(allowed=True)
    post.wait(minutes=1)

    assert post.tickets.open == set()


def test_a_condition_that_began_after_the_last_snapshot_and_is_over_is_said_to_be_over(post: Post) -> None:
    post.move()
    post.save()
    post.hear(post.reading("smoke", Kind.SMOKE, value=True))
    post.wait(minutes=1)
    post.save()
    post.snapshots.rows.pop(("watch", HOME))  # the last one that was kept knows of no smoke
    post.crash()
    post.wait(minutes=1)
    post.readings.append(post.reading("smoke", Kind.SMOKE, value=False))

    post.start()
    post.lookout.judge(allowed=True)
    post.wait(minutes=1)

    [alert] = post.alerts.open_alerts()
    assert alert.condition is Condition.CLEARED


def test_a_broker_that_was_lost_when_we_died_is_found_again(post: Post) -> None:
    post.move()
    post.save()
    post.lookout.broker_lost()
    post.wait(seconds=1)
    assert post.tickets.open == {"broker_lost/broker"}
    post.crash()

    post.start()
    post.lookout.broker_back()
    post.wait(seconds=1)

    assert post.tickets.open == set()
    assert post.watch.statuses(dirty_only=False)[0][0].visibility.value != "blind"


# -- judging --------------------------------------------------------------------------------------------------------


def test_silence_is_not_judged_before_what_the_broker_kept_is_heard(post: Post) -> None:
    post.live(days=9)
    post.save()
    post.crash()
    post.wait(hours=20)

    post.start()
    post.wait(minutes=30)
    assert post.kinds == []
    for quarter in range(80, 0, -1):
        post.hear(_check_in(post, "bath", hours=quarter / 4), _check_in(post, "living", hours=quarter / 4 - 0.1))
    assert post.kinds == []
    post.lookout.judge(allowed=True)
    post.wait(seconds=1)

    assert post.kinds == ["silence"]


def test_a_life_that_went_on_while_we_were_away_raises_nothing(post: Post) -> None:
    post.live(days=9)
    post.save()
    post.crash()
    post.wait(hours=20)

    post.start()
    post.wait(minutes=30)
    for hour in range(20, 0, -1):
        post.hear(post.reading("living", Kind.MOTION, value=True, ago=hour * 3600))
        post.hear(_check_in(post, "bath", hours=hour - 0.5))
    post.lookout.judge(allowed=True)
    post.wait(seconds=1)

    assert post.kinds == []


def _check_in(post: Post, device: str, *, hours: float) -> Reading:
    return post.reading(device, Kind.BATTERY, 90.0, ago=hours * 3600)


def _bridge(post: Post, value: str) -> Reading:
    return replace(post.reading("bridge", Kind.AVAILABILITY, value), source="zigbee2mqtt")


def _admit(post: Post, device: str, *, number: int, durable: bool = True) -> None:
    """Let a message through the gate, and make it durable or not."""
    topic = f"gw/{GATEWAY}/native/v1/{device}/reading"
    message = Message(topic, b"%d" % number, post.clock.now(), 1, retain=False, dup=False, mid=number)
    fact = Decoded(device, Kind.MOTION, value=True, semantics=Semantics.EVENT)
    admitted = post.gate.admit(f"{GATEWAY}/{device}", [fact], message, source="native")
    if durable:
        post.gate.settle(one.reading for one in admitted)


def _settle(post: Post, device: str) -> None:
    post.gate.settle([post.reading(device, Kind.MOTION, value=True)])


def test_the_wait_for_events_ends_when_they_are_applied(post: Post) -> None:
    async def both() -> None:
        await asyncio.gather(post.lookout.save_snapshots(), post.lookout.save_snapshots())

    post.press()
    post.move()

    post.run(both())


@pytest.mark.troubled
def test_a_home_that_cannot_be_watched_still_raises_what_is_pressed_also_after_a_crash(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ValueError("out of sorts")

    post.move()
    post.save()
    monkeypatch.setattr(Silence, "observe", fails)
    post.move()
    post.press()
    told = dict(post.lookout.counts.troubles)
    post.crash()
    post.start()
    post.wait(minutes=5)

    assert told == {HOME: 2}
    assert post.lookout.counts.troubles[HOME] >= 1
    assert post.kinds == ["sos"]
