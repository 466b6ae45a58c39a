"""Several things at once in one home, in virtual time: one alert, the severest wins, and red has its own escalation."""

from datetime import timedelta

import pytest

from alerts.concerns import RaisedAs
from core.alerts import Alert, Condition, EntryKind, Handling, Outcome, Refusal, TimerKind
from core.concerns import ConcernKind, Severity
from core.timeline import Standing, replay
from tests.alerts.story import Story
from tests.alerts.street import HOME, LI, MIN

DOOR, BATHROOM, SOS = ConcernKind.DOOR_OPEN, ConcernKind.BATHROOM, ConcernKind.SOS


def happens(story: Story, kind: ConcernKind, severity: Severity, episode: str = "e") -> tuple[Alert, RaisedAs]:
    raised = story.raises(story.concern(kind=kind, severity=severity, episode=episode))
    return story.now(raised.alert), raised.what


def opened(story: Story, kind: ConcernKind = DOOR, severity: Severity = Severity.ORANGE) -> Alert:
    alert, what = happens(story, kind, severity)
    assert what is RaisedAs.OPENED
    return alert


def test_what_is_not_more_urgent_joins_and_calls_nobody_again(story: Story) -> None:
    first = opened(story)
    asked = len(story.phone("resident").messages)
    timer = story.store.timer(first.id)

    merged, what = happens(story, BATHROOM, Severity.ORANGE)

    assert (merged.id, what, merged.kind) == (first.id, RaisedAs.MERGED, DOOR)
    assert [part.kind for part in merged.parts] == [DOOR, BATHROOM]
    assert merged.fence == first.fence + 1
    assert len(story.phone("resident").messages) == asked
    armed = story.store.timer(first.id)
    assert timer is not None
    assert armed is not None
    assert (armed.kind, armed.due_at) == (timer.kind, timer.due_at)
    assert len(story.store.open_alerts()) == 1
    story.fast_forward(minutes=13)
    story.phone("grid worker").expects("同时还有：在卫生间停留过久")
    assert replay(story.store.timeline(first.id)) == Standing.of(story.now(first))
    assert story.findings() == []


def test_nobody_closes_it_without_having_seen_what_joined(story: Story) -> None:
    first = opened(story)
    happens(story, BATHROOM, Severity.YELLOW)

    assert story.closes("daughter", first, seen_fence=first.fence) is Refusal.STALE


def test_a_severer_one_gives_it_its_kind_and_asks_those_who_were_reached(story: Story) -> None:
    first = opened(story, severity=Severity.YELLOW)
    story.fast_forward(minutes=11)
    story.phone("daughter").expects("王秀英")

    merged, what = happens(story, BATHROOM, Severity.ORANGE)

    assert (merged.id, what) == (first.id, RaisedAs.MERGED)
    assert (merged.kind, merged.severity, merged.policy.name) == (BATHROOM, Severity.ORANGE, "orange")
    assert (merged.level, merged.key, merged.episode) == (1, first.key, first.episode)
    assert replay(story.store.timeline(first.id)) == Standing.of(story.now(first))


def test_red_begins_at_the_first_level_even_where_others_were_asked_before(story: Story) -> None:
    first = opened(story)
    story.fast_forward(minutes=9)
    assert story.now(first).level == 2

    merged, _ = happens(story, SOS, Severity.RED)

    assert (merged.id, merged.level, merged.severity) == (first.id, 0, Severity.RED)
    story.phone("resident").expects("收到您的求助了")


@pytest.mark.parametrize("state", ["held", "red"])
def test_red_has_an_alert_of_its_own_where_one_is_held_or_red(story: Story, state: str) -> None:
    first = opened(story, severity=Severity.RED if state == "red" else Severity.ORANGE)
    if state == "held":
        story.takes("daughter", first)

    own, what = happens(story, SOS, Severity.RED)

    assert (what, own.id != first.id) == (RaisedAs.OPENED, True)
    assert story.now(first).taken_by == (MIN if state == "held" else None)
    joined, what = happens(story, BATHROOM, Severity.YELLOW)
    assert (joined.severity, what) == (Severity.RED, RaisedAs.MERGED)


def test_whoever_holds_it_hears_what_joined_and_owes_what_they_owed(story: Story) -> None:
    first = opened(story)
    story.fast_forward(minutes=13)
    story.takes("grid worker", first)
    due = story.store.timer(first.id)

    merged, _ = happens(story, BATHROOM, Severity.ORANGE)

    story.phone("grid worker").expects("又有：在卫生间停留过久", within=timedelta(seconds=1))
    armed = story.store.timer(first.id)
    assert due is not None
    assert armed is not None
    assert (armed.kind, armed.due_at, armed.fence) == (TimerKind.ARRIVE_BY, due.due_at, merged.fence)
    assert (merged.handling, merged.taken_by) == (Handling.ACKNOWLEDGED, LI)


def test_what_was_put_off_is_asked_when_something_joins(story: Story) -> None:
    first = opened(story)
    story.desk.snooze(first.id, by=LI, until=story.at(hours=1))

    merged, _ = happens(story, BATHROOM, Severity.YELLOW)

    assert merged.snoozed_until is None
    story.phone("resident").expects("王秀英您好", within=timedelta(seconds=1))


def test_a_level_that_cannot_be_reached_is_still_left_at_once_after_something_joined(story: Story) -> None:
    story.phone("resident").hangs()
    first = opened(story, severity=Severity.YELLOW)
    happens(story, BATHROOM, Severity.YELLOW)

    story.fast_forward(minutes=9)

    assert story.now(first).level == 1
    assert story.lines(first, EntryKind.UNREACHABLE)


def test_it_is_over_when_everything_in_it_is(story: Story) -> None:
    first = opened(story)
    happens(story, BATHROOM, Severity.ORANGE)
    story.fast_forward(minutes=4)  # others than the resident are asked

    story.desk.clear_concern(HOME, DOOR, "e", "closed")
    assert story.now(first).condition is Condition.ACTIVE
    assert story.desk.clear_concern(HOME, DOOR, "e", "closed") is None
    story.desk.clear_concern(HOME, BATHROOM, "e", "moved")
    assert story.now(first).condition is Condition.CLEARED

    _, what = happens(story, DOOR, Severity.ORANGE)
    assert what is RaisedAs.RETURNED
    assert story.now(first).condition is Condition.ACTIVE
    story.desk.clear_concern(HOME, DOOR, "e", "closed")
    assert story.now(first).condition is Condition.CLEARED


def test_a_part_that_was_over_and_is_said_again_is_news(story: Story) -> None:
    first = opened(story)
    happens(story, BATHROOM, Severity.ORANGE)
    story.desk.clear_concern(HOME, BATHROOM, "e", "moved")

    assert happens(story, BATHROOM, Severity.ORANGE)[1] is RaisedAs.EVIDENCE
    assert happens(story, BATHROOM, Severity.ORANGE)[1] is RaisedAs.KNOWN

    story.desk.clear_concern(HOME, DOOR, "e", "closed")
    assert story.now(first).condition is Condition.ACTIVE


def test_what_joined_and_was_closed_with_it_raises_nothing_when_said_again(story: Story) -> None:
    first = opened(story)
    happens(story, BATHROOM, Severity.ORANGE, "in the morning")
    story.closes("daughter", first, Outcome.WELL_AT_HOME)

    assert happens(story, BATHROOM, Severity.ORANGE, "in the morning") == (story.now(first), RaisedAs.KNOWN)
    assert happens(story, BATHROOM, Severity.ORANGE, "at noon")[1] is RaisedAs.OPENED


def test_a_part_that_grows_worse_leads_from_then_on(story: Story) -> None:
    first = opened(story)
    happens(story, BATHROOM, Severity.YELLOW)

    worse, what = happens(story, BATHROOM, Severity.RED)

    assert (worse.id, what, worse.kind) == (first.id, RaisedAs.WORSENED, BATHROOM)
    assert [part.severity for part in worse.parts] == [Severity.ORANGE, Severity.RED]


def test_another_home_has_its_own(story: Story) -> None:
    opened(story)

    elsewhere = story.raises(story.concern("building-7/0501", kind=BATHROOM, severity=Severity.ORANGE))

    assert elsewhere.what is RaisedAs.OPENED


def test_a_restart_finds_what_joined(story: Story) -> None:
    first = opened(story)
    happens(story, BATHROOM, Severity.ORANGE)
    story.kill()
    story.start()

    assert happens(story, BATHROOM, Severity.ORANGE) == (story.now(first), RaisedAs.KNOWN)


def test_what_is_reopened_is_for_everything_that_it_was_for(story: Story) -> None:
    first = opened(story)
    happens(story, BATHROOM, Severity.ORANGE, "in the morning")
    story.closes("daughter", first)

    again = story.desk.reopen(first.id, by=LI)

    assert isinstance(again, Alert)
    assert [part.kind for part in again.parts] == [DOOR, BATHROOM]
    assert replay(story.store.timeline(again.id)) == Standing.of(again)
    assert happens(story, BATHROOM, Severity.ORANGE, "in the morning")[1] is RaisedAs.EVIDENCE
    assert len(story.store.open_alerts()) == 1
    story.closes("daughter", again)
    assert happens(story, BATHROOM, Severity.ORANGE, "in the morning")[0].id == again.id
