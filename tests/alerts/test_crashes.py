"""The process dies between any two statements: no alert is lost, nobody stays unasked, what came twice says so."""

import contextlib
from collections.abc import Iterator
from typing import cast

import pytest

from alerts.channels.channel import OutgoingMessage
from core.alerts import Alert, EntryKind, Outcome, Refusal
from core.delivery import Permanent, SendState, Verdict
from core.ports import AlertStore
from core.timeline import Standing, replay
from tests.alerts.crashing import CrashingAlerts, PlugPulled
from tests.alerts.story import Story
from tests.fakes import MemoryAlerts

NEVER = 10**9


async def _is_off(message: OutgoingMessage) -> Verdict:
    del message
    return Permanent("phone is off")


def _a_street_with_troubles() -> Story:
    """The captain can be called and not texted, and nobody of the grid can be reached at all."""
    story = Story(MemoryAlerts())
    story.kill()
    story.phone("captain").answers(_is_off, by="sms")
    story.phone("grid worker").is_dead()
    return story


def _live(story: Story, crashing: CrashingAlerts) -> None:
    """A fall, a climb up to the desk, a hand-over, and the desk's work, until the plug is pulled."""
    story.phones.power = crashing.power
    story.start(cast("AlertStore", crashing))
    alert = story.desk.raise_concern(story.concern()).alert
    for _ in range(9 * 6):
        story.fast_forward(seconds=10)
        crashing.power()
    story.desk.acknowledge(alert.id, by="desk-c")
    story.desk.hand_over(alert.id, by="desk-c", to="chen")
    story.fast_forward(seconds=10)
    crashing.power()
    story.desk.release(alert.id, by="desk-c")
    story.fast_forward(seconds=10)
    crashing.power()
    story.desk.acknowledge(alert.id, by="desk-c")
    story.desk.arrive(alert.id, by="desk-c")
    story.fast_forward(seconds=10)
    crashing.power()


def _restart(story: Story) -> Alert:
    """A new process; the watch says its concern again, not knowing whether it was heard."""
    story.kill()
    story.phones.power = lambda: None
    story.start()
    return story.desk.raise_concern(story.concern()).alert


def _calls_of_the_store() -> list[str]:
    story = _a_street_with_troubles()
    counting = CrashingAlerts(story.store, crash_at=NEVER, after=False)
    _live(story, counting)
    story.end()
    return counting.called


@pytest.fixture(scope="module")
def called() -> list[str]:
    return _calls_of_the_store()


@pytest.fixture(scope="module")
def calls(called: list[str]) -> int:
    return len(called)


def _stories(calls: int, *, after: bool) -> Iterator[tuple[int, Story]]:
    for crash_at in range(1, calls + 1):
        story = _a_street_with_troubles()
        with contextlib.suppress(PlugPulled):
            _live(story, CrashingAlerts(story.store, crash_at=crash_at, after=after))
        yield crash_at, story
        story.end()


@pytest.mark.parametrize("after", [False, True], ids=["before it is written", "after it is written"])
def test_a_crash_at_any_call_of_the_store_loses_nothing(calls: int, *, after: bool) -> None:
    assert calls > 50

    for crash_at, story in _stories(calls, after=after):
        where = f"crash at call {crash_at}"

        alert = _restart(story)
        story.fast_forward(minutes=70)  # past every level, and past a report that never came

        assert story.store.open_alerts() == [story.now(alert)], where
        assert story.findings() == [], where
        _nobody_stays_unasked(story, alert, where)
        _what_came_twice_says_so(story, where)

        closed = story.closes("street desk", alert, Outcome.HELPED)
        assert not isinstance(closed, Refusal), where
        assert replay(story.store.timeline(alert.id)) == Standing.of(closed), where


def _nobody_stays_unasked(story: Story, alert: Alert, where: str, *, levels: int = 5) -> None:
    """Whoever a level names has the message, or the timeline says why not."""
    fates = {(d.send.fence, d.send.person): d for d in story.store.deliveries(alert.id)}
    entered = story.lines(alert, EntryKind.LEVEL_ENTERED)
    assert [e.detail["level"] for e in entered][:levels] == [*range(levels)], where
    for line in entered:
        for person in line.detail["people"]:
            fate = fates[line.fence, person]
            assert fate.state is not SendState.QUEUED, where
            if fate.state is SendState.ACCEPTED:
                assert person in {m.person for _, m in story.phones.received}, where
            else:
                assert fate.reason, where


def _what_came_twice_says_so(story: Story, where: str) -> None:
    seen: set[str] = set()
    for _, message in story.phones.received:
        says_so = message.repeat and message.title.startswith(("（重发）", "(repeat)"))
        assert message.key not in seen or says_so, where
        seen.add(message.key)


def test_a_provider_that_can_be_asked_gets_nothing_twice_whichever_note_is_lost(called: list[str]) -> None:
    notes = [number for number, name in enumerate(called, 1) if name == "settle"]
    assert len(notes) > 5

    for crash_at in notes:
        story = _a_street_with_troubles()
        with contextlib.suppress(PlugPulled):
            _live(story, CrashingAlerts(story.store, crash_at=crash_at, after=False))
        story.phones.finds = story.phones.knows

        alert = _restart(story)
        story.fast_forward(minutes=10)

        keys = [message.key for _, message in story.phones.received]
        assert len(keys) == len(set(keys)), f"crash at call {crash_at}"
        _nobody_stays_unasked(story, alert, f"crash at call {crash_at}", levels=3)
        story.end()


def test_a_crash_between_the_last_failure_and_the_climb_is_made_good_at_the_start() -> None:
    story = _a_street_with_troubles()
    story.start()
    alert = story.fall_in()
    story.fast_forward(minutes=6, seconds=59)
    story.kill()
    story.phone("grid worker").works()
    while (now := story.now(alert)).level < 3:
        _expire(story)
    _fail_what_is_owed(story)
    assert story.store.level_exhausted(alert.id, now.fence)

    story.start()
    story.fast_forward(seconds=1)

    assert story.now(alert).level == 4
    story.end()


def _expire(story: Story) -> None:
    story.loop.run_until_complete(story.clock.sleep_until(story.at(minutes=4)))
    for timer in story.store.due_timers(story.clock.now()):
        assert story.engine._fire(timer)


def _fail_what_is_owed(story: Story) -> None:
    for claimed in story.store.claim_sends(story.clock.now(), lease_until=story.at(seconds=30)):
        story.store.cancel_send(claimed, at=story.clock.now(), reason="failed")
