"""A heartbeat goes out while all is well, and stays away for every reason that would keep people from being called."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.auditor import Auditor
from anxin.heartbeat import Heartbeat
from api.services import HealthReport, PartHealth
from core.ports import StoreUnavailable
from tests.alerts.story import Story
from tests.fakes import MemoryAlerts
from tests.servers.mosquitto import free_port
from tests.servers.receiver import Answer, Receiver, receiving

WELL = HealthReport((PartHealth("database", ok=True),))


@pytest.fixture
def far() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def story() -> Iterator[Story]:
    story = Story(MemoryAlerts())
    yield story
    story.end()


@pytest.fixture
def heart(far: Receiver, story: Story) -> Heartbeat:
    return Heartbeat(f"{far.root}/ping/1", lambda: WELL, Auditor(story.store), story.clock)


def test_it_beats_while_all_is_well(heart: Heartbeat, far: Receiver, story: Story) -> None:
    story.fall_in()

    assert heart.beat()
    assert [received.path for received in far.received] == ["/ping/1"]


def test_it_stays_away_while_something_is_not_ready(heart: Heartbeat, far: Receiver) -> None:
    ill = HealthReport((PartHealth("alerts", ok=False, reason="a due timer has waited"),))

    assert not replace(heart, health=lambda: ill).beat()
    assert far.received == []


def test_it_stays_away_while_the_engine_is_stuck(heart: Heartbeat, far: Receiver, story: Story) -> None:
    story.fall_in()
    story.kill()
    story.loop.run_until_complete(story.clock.sleep_until(story.clock.now() + timedelta(minutes=10)))

    assert not heart.beat()
    assert far.received == []


def test_it_stays_away_while_the_store_is_away(heart: Heartbeat, far: Receiver, story: Story) -> None:
    def away() -> None:
        raise StoreUnavailable("gone")

    story.store.open_alerts = lambda **_: away()  # type: ignore[method-assign,assignment]

    assert not heart.beat()
    assert far.received == []


def test_whoever_does_not_hear_it_is_no_reason_to_fail(heart: Heartbeat, far: Receiver) -> None:
    far.answer = Answer(500, b"")
    assert not heart.beat()
    assert not replace(heart, url=f"http://127.0.0.1:{free_port()}/x").beat()
