"""An alert that is over before anybody was sent, in virtual time: nobody is called out to somebody who is well."""

import pytest

from core.alerts import Alert, Condition, EntryKind, Outcome
from core.concerns import ConcernKind, Severity
from core.timeline import Standing, replay
from tests.alerts.story import Story
from tests.alerts.street import HOME

KIND = ConcernKind.SILENCE


def silent(story: Story, severity: Severity = Severity.ORANGE, kind: ConcernKind = KIND, episode: str = "e") -> Alert:
    return story.raises(story.concern(kind=kind, severity=severity, episode=episode)).alert


def moves_again(story: Story, kind: ConcernKind = KIND, episode: str = "e") -> Alert | None:
    moved = story.desk.clear_concern(HOME, kind, episode, "usual")
    story.fast_forward(minutes=60)
    return moved


def test_life_before_anybody_else_was_asked_ends_it(story: Story) -> None:
    alert = silent(story)
    story.fast_forward(minutes=2)

    moved = moves_again(story)

    assert moved is not None
    over = story.now(alert)
    assert (over.is_open, over.outcome, over.closed_by, over.condition) == (
        False, Outcome.OVER, "system", Condition.CLEARED,
    )  # fmt: skip
    for who in ("daughter", "captain", "grid worker", "community desk"):
        story.phone(who).expects_nothing()
    story.phone("resident").expects("这次呼叫已处理完")
    assert replay(story.store.timeline(alert.id)) == Standing.of(over)
    assert story.findings() == []


def test_once_family_was_asked_it_stays_with_the_people(story: Story) -> None:
    alert = silent(story)
    story.fast_forward(minutes=4)

    moves_again(story)

    assert story.now(alert).is_open
    story.phone("grid worker").expects("7号楼402")


@pytest.mark.parametrize(
    ("severity", "kind"),
    [
        (Severity.RED, ConcernKind.SILENCE),
        (Severity.ORANGE, ConcernKind.SOS),
        (Severity.ORANGE, ConcernKind.WATER),
        (Severity.ORANGE, ConcernKind.DECLINE),
    ],
)
def test_red_and_what_only_a_person_may_judge_stay(story: Story, severity: Severity, kind: ConcernKind) -> None:
    alert = silent(story, severity, kind)

    moves_again(story, kind)

    assert story.now(alert).is_open


def test_that_somebody_may_have_gone_out_is_no_sign_of_life(story: Story) -> None:
    alert = silent(story)

    story.desk.clear_concern(HOME, KIND, "e", "out")

    over = story.now(alert)
    assert (over.is_open, over.condition) == (True, Condition.CLEARED)
    story.fast_forward(minutes=4)
    story.phone("daughter").expects("请联系王秀英")


def test_a_part_that_goes_on_keeps_it_open(story: Story) -> None:
    alert = silent(story)
    silent(story, kind=ConcernKind.DOOR_OPEN, episode="door")

    story.desk.clear_concern(HOME, KIND, "e", "usual")
    assert story.now(alert).is_open

    story.desk.clear_concern(HOME, ConcernKind.DOOR_OPEN, "door", "closed")
    assert story.now(alert).outcome is Outcome.OVER


def test_whoever_has_taken_it_keeps_it(story: Story) -> None:
    alert = silent(story)
    story.takes("grid worker", alert)

    moves_again(story)

    assert story.now(alert).is_open
    assert story.lines(alert, EntryKind.CONDITION_CLEARED)


def test_the_same_episode_that_comes_back_is_looked_at(story: Story) -> None:
    first = silent(story)
    story.desk.clear_concern(HOME, KIND, "e", "usual")

    again = silent(story)

    assert (again.id != first.id, again.predecessor, again.is_open) == (True, first.id, True)
    story.fast_forward(minutes=3.1)
    story.phone("daughter").expects("请联系王秀英")


def test_a_yellow_one_held_over_night_and_over_by_morning_calls_nobody(story: Story) -> None:
    alert = silent(story, Severity.YELLOW)
    story.fast_forward(minutes=9)

    moves_again(story)

    assert story.now(alert).outcome is Outcome.OVER
    story.phone("daughter").expects_nothing()


def test_who_lives_there_reads_no_more_than_before(story: Story) -> None:
    """A resident who cannot be reached has not been asked: somebody else has, at once."""
    story.phone("resident").is_dead()
    alert = silent(story)
    story.fast_forward(seconds=30)

    moves_again(story)

    assert story.now(alert).is_open
