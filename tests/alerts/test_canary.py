"""The canary goes the whole way and says when it cannot; nobody else ever sees it."""

from datetime import timedelta

from alerts.canary import Canary, canary_person
from alerts.workers import inline
from core.alerts import EntryKind, Outcome
from core.concerns import ConcernKind, Severity
from core.delivery import SendState
from core.people import Route
from core.policies import CANARY
from core.ports import StoreUnavailable
from tests.alerts.story import Story
from tests.alerts.street import CALLED


def canary(story: Story) -> Canary:
    return Canary(story.desk, story.clock, inline, every=timedelta(minutes=5))


def flies(story: Story, bird: Canary) -> str:
    return story.loop.run_until_complete(bird.fly())


def test_it_is_raised_delivered_and_closed_and_all_is_well(story: Story) -> None:
    bird = canary(story)

    assert flies(story, bird) == ""

    alert = next(each for each in story.announced if each.home == CANARY)
    assert (alert.kind, alert.severity) == (ConcernKind.CANARY, Severity.YELLOW)
    kept = story.now(alert)
    assert (kept.is_open, kept.outcome, kept.closed_by) == (False, Outcome.TEST, CANARY)
    [delivery] = story.store.deliveries(alert.id)
    assert (delivery.send.person, delivery.state) == (CANARY, SendState.ACCEPTED)
    assert bird.arrived_at is not None


def test_nobody_sees_it_and_nobody_else_is_called(story: Story) -> None:
    flies(story, canary(story))

    assert story.store.page().alerts == ()
    assert all(story.phone(who).messages == [] for who in CALLED)


def test_a_dead_engine_is_said_and_the_next_flight_lands_what_is_left(story: Story) -> None:
    bird = canary(story)
    story.kill()

    assert "reached no provider within 0:01:00" in flies(story, bird)
    assert story.store.open_alerts() == []

    story.start()
    bird.desk = story.desk
    assert flies(story, bird) == ""


def test_what_an_earlier_life_left_in_the_air_is_landed(story: Story) -> None:
    story.desk.raise_concern(
        story.concern(CANARY, kind=ConcernKind.CANARY, severity=Severity.YELLOW, episode="before the crash")
    )

    assert flies(story, canary(story)) == ""
    assert story.store.open_alerts() == []


def test_a_store_that_is_away_is_trouble_until_it_is_back(story: Story) -> None:
    bird = canary(story)
    task = story.loop.create_task(bird.run())
    story.fast_forward(minutes=1)
    assert bird.trouble == ""

    real, bird.desk = bird.desk, _Away()  # type: ignore[assignment]
    story.fast_forward(minutes=5)
    assert "away" in bird.trouble
    bird.desk = real
    story.fast_forward(minutes=6)

    assert bird.trouble == ""
    task.cancel()


class _Away:
    class store:  # noqa: N801 - stands in for an attribute
        @staticmethod
        def open_alerts(*, homes: list[str]) -> None:
            del homes
            raise StoreUnavailable("the disk is gone")


def test_it_can_go_over_a_real_route() -> None:
    assert canary_person(Route("sms", "138")).routes == (Route("sms", "138"),)


def test_a_real_alert_beside_it_is_untouched(story: Story) -> None:
    fall = story.fall_in()

    flies(story, canary(story))

    assert [alert.id for alert in story.store.open_alerts()] == [fall.id]
    assert not story.lines(fall, EntryKind.MERGED)
