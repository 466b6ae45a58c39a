"""The auditor sees each broken promise, and is silent when none is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

import pytest

from alerts.auditor import Auditor, Broken
from core.alerts import Alert, Entry, EntryKind, Timer
from core.delivery import Delivery
from core.ports import AlertStore, StoreUnavailable
from tests.alerts.story import Story


class Damaged:
    """A store whose answers are bent, as if rows had been lost."""

    def __init__(self, store: AlertStore, **bent: Callable[..., object]) -> None:
        self._store = store
        self._bent = bent

    def __getattr__(self, name: str) -> object:
        return self._bent.get(name) or getattr(self._store, name)


def broken(store: object, now: datetime) -> list[Broken]:
    return [finding.broken for finding in Auditor(cast("AlertStore", store)).findings(now)]


def test_an_alert_in_good_hands_is_no_finding_at_any_moment(story: Story) -> None:
    alert = story.fall_in()
    for _ in range(40):
        story.fast_forward(minutes=1)
        assert story.findings() == []

    story.takes("street desk", alert)
    story.arrives("street desk", alert)

    assert story.findings() == []


def test_a_lost_timer_is_found(story: Story) -> None:
    story.fall_in()
    damaged = Damaged(story.store, timer=lambda _alert: None)

    assert broken(damaged, story.clock.now()) == [Broken.NO_TIMER]


def test_a_timer_that_would_do_nothing_is_found(story: Story) -> None:
    alert = story.fall_in()
    timer = story.store.timer(alert.id)
    assert timer is not None
    stale: Timer = replace(timer, fence=timer.fence - 1)
    damaged = Damaged(story.store, timer=lambda _alert: stale)

    assert broken(damaged, story.clock.now()) == [Broken.STALE_TIMER]


def test_an_engine_that_stands_still_is_found(story: Story) -> None:
    story.fall_in()
    story.kill()

    assert broken(story.store, story.at(minutes=1, seconds=30)) == []
    assert broken(story.store, story.at(minutes=2, seconds=30)) == [Broken.TIMER_OVERDUE]


def test_a_message_that_nobody_sends_is_found(story: Story) -> None:
    story.kill()
    story.desk.raise_concern(story.concern())

    assert Broken.SEND_STUCK in broken(story.store, story.at(minutes=4))


def test_a_level_that_sent_nothing_and_said_nothing_is_found(story: Story) -> None:
    alert = story.fall_in()
    story.fast_forward(minutes=2)
    kept: list[Delivery] = [d for d in story.store.deliveries(alert.id) if d.send.person != "jun"]
    damaged = Damaged(story.store, deliveries=lambda _alert: kept)

    [finding] = Auditor(cast("AlertStore", damaged)).findings(story.clock.now())

    assert finding.broken is Broken.LEVEL_UNEXPLAINED
    assert finding.detail == "level 1: nothing sent to jun"


def test_a_timeline_that_tells_another_story_is_found(story: Story) -> None:
    alert = story.fall_in()
    story.takes("daughter", alert)
    lines: list[Entry] = [e for e in story.store.timeline(alert.id) if e.kind is not EntryKind.ACKNOWLEDGED]
    damaged = Damaged(story.store, timeline=lambda _alert: lines)

    assert broken(damaged, story.clock.now()) == [Broken.REPLAY_DIFFERS]


def test_an_alert_that_moves_while_it_is_looked_at_is_read_again(story: Story) -> None:
    alert = story.fall_in()
    takers = ["li"]

    def timer(alert_id: str) -> Timer | None:
        found = story.store.timer(alert_id)
        while takers:
            story.desk.acknowledge(alert.id, by=takers.pop())
        return found

    assert broken(Damaged(story.store, timer=timer), story.clock.now()) == []
    assert story.now(alert).taken_by == "li"


def test_a_store_that_is_away_is_itself_a_finding(story: Story) -> None:
    def away() -> list[Alert]:
        raise StoreUnavailable("connection refused")

    assert broken(Damaged(story.store, open_alerts=away), story.clock.now()) == [Broken.STORE_AWAY]


@pytest.mark.parametrize("minutes", [40])
def test_a_message_tried_in_vain_for_ever_is_found(story: Story, minutes: int) -> None:
    story.kill()
    story.desk.raise_concern(story.concern())
    now = story.at(minutes=minutes)
    story.store.claim_sends(now, lease_until=now + timedelta(seconds=30))

    assert Broken.SEND_STUCK in broken(story.store, now)
