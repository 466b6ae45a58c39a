"""Quiet hours, in virtual time: yellow waits for the morning and says so; whatever is more urgent never waits."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.alerts import EntryKind, TimerKind
from core.concerns import ConcernKind, Severity
from core.policies import DEFAULT_POLICIES, Policy, Quiet
from core.timeline import Standing, replay
from tests.alerts.story import Story
from tests.alerts.street import LI

NIGHT = Quiet(time(22), time(7))
MIDNIGHT = datetime(2026, 11, 24, 16, tzinfo=UTC)  # in Shanghai
MORNING = datetime(2026, 11, 24, 23, tzinfo=UTC)  # 07:00
INSTANTS = st.integers(0, 2 * 365 * 1440).map(lambda minutes: MIDNIGHT + timedelta(minutes=minutes))


@pytest.fixture
def night(story: Story) -> Story:
    """The street at midnight, where yellow waits."""
    story.policies[Severity.YELLOW] = replace(DEFAULT_POLICIES[Severity.YELLOW], quiet=NIGHT)
    story.fast_forward(seconds=(MIDNIGHT - story.clock.now()).total_seconds())
    return story


def test_a_yellow_alert_waits_for_the_morning_and_says_so(night: Story) -> None:
    alert = night.fall_in(severity=Severity.YELLOW)

    held = night.now(alert)
    timer = night.store.timer(alert.id)
    assert timer is not None
    assert (held.snoozed_until, timer.kind, timer.due_at) == (MORNING, TimerKind.SNOOZE, MORNING)
    assert night.phone("resident").messages == []
    [line] = night.lines(alert, EntryKind.HELD)
    assert line.detail == {"level": 0, "round": 0, "until": MORNING.isoformat()}
    assert replay(night.store.timeline(alert.id)) == Standing.of(held)

    night.fast_forward(seconds=(MORNING - night.clock.now()).total_seconds() + 1)
    night.phone("resident").expects("王秀英")
    assert night.now(alert).told == ("wang",)
    assert night.findings() == []


def test_one_that_climbs_into_the_night_waits_at_the_level_that_it_had_reached(story: Story) -> None:
    story.policies[Severity.YELLOW] = replace(DEFAULT_POLICIES[Severity.YELLOW], quiet=NIGHT)
    evening = datetime(2026, 11, 24, 13, 55, tzinfo=UTC)  # 21:55
    story.fast_forward(seconds=(evening - story.clock.now()).total_seconds())
    alert = story.fall_in(severity=Severity.YELLOW)

    story.fast_forward(minutes=11)

    assert (story.now(alert).level, story.now(alert).snoozed_until) == (1, MORNING)
    assert story.now(alert).told == ("wang",)
    story.fast_forward(seconds=(MORNING - story.clock.now()).total_seconds() + 1)
    story.phone("daughter").expects("王秀英")


def test_whoever_has_it_keeps_it_and_what_they_give_back_waits(night: Story) -> None:
    alert = night.fall_in(severity=Severity.YELLOW)
    night.takes("grid worker", alert)
    night.desk.release(alert.id, by=LI)

    assert night.now(alert).snoozed_until == MORNING
    assert night.phone("daughter").messages == []


@pytest.mark.parametrize("severity", [Severity.ORANGE, Severity.RED])
def test_what_is_more_urgent_never_waits(night: Story, severity: Severity) -> None:
    night.policies[severity] = replace(DEFAULT_POLICIES[severity], quiet=NIGHT)

    night.fall_in(severity=severity)

    night.phone("resident").expects("王秀英")


def test_what_grows_worse_at_night_is_asked_at_once(night: Story) -> None:
    night.fall_in(severity=Severity.YELLOW)

    night.raises(night.concern(severity=Severity.ORANGE))

    night.phone("resident").expects("王秀英")


def test_what_joins_at_night_waits_too_unless_it_is_more_urgent(night: Story) -> None:
    alert = night.fall_in(severity=Severity.YELLOW)
    night.raises(night.concern(kind=ConcernKind.DOOR_OPEN, severity=Severity.YELLOW))
    assert night.now(alert).snoozed_until == MORNING

    night.raises(night.concern(kind=ConcernKind.BATHROOM, severity=Severity.ORANGE))

    assert night.now(alert).snoozed_until is None
    night.phone("resident").expects("王秀英")


@given(INSTANTS, st.times(), st.times(), st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York"]))
def test_they_end_later_than_now_and_are_over_then(now: datetime, start: time, end: time, zone: str) -> None:
    start, end = start.replace(microsecond=0), end.replace(microsecond=0)
    if start == end:
        return
    quiet, there = Quiet(start, end), ZoneInfo(zone)

    until = quiet.until(now, there)

    if until is not None:
        assert now < until <= now + timedelta(hours=26)
        assert until.astimezone(there).time() >= end or until.astimezone(there).time() < start
    frozen = Policy("p", 1, DEFAULT_POLICIES[Severity.YELLOW].levels, quiet=quiet)
    assert Policy.from_json(frozen.to_json()) == frozen
