"""The end of a shift, in virtual time: what was taken and not reached does not go home with it."""

from datetime import UTC, datetime, timedelta

from core.alerts import Alert, EntryKind, Handling
from core.duty import Change
from tests.alerts.story import Story
from tests.alerts.street import CHEN, DESK, LI, ROTA, ZHAO

EVENING = datetime(2026, 11, 24, 12, tzinfo=UTC)  # 20:00 in Shanghai, when the night worker takes over


def taken_before_the_shift_ends(story: Story, minutes: float = 3) -> Alert:
    """Li takes it so long before the end of his shift."""
    story.fast_forward(seconds=(EVENING - timedelta(minutes=minutes + 7) - story.clock.now()).total_seconds())
    alert = story.fall_in()
    story.fast_forward(minutes=7)
    taken = story.takes("grid worker", alert)
    assert isinstance(taken, Alert)
    return taken


def test_what_is_held_at_the_end_of_a_shift_is_asked_of_the_next(story: Story) -> None:
    alert = taken_before_the_shift_ends(story)

    story.fast_forward(minutes=4.1)

    story.phone("night worker").expects("李强把这条告警转交给您")
    held = story.now(alert)
    assert (held.taken_by, held.handed_to) == (LI, ZHAO)
    [line] = story.lines(alert, EntryKind.HANDED_OVER)
    assert (line.actor, line.detail["from"], line.detail["reason"]) == ("system", LI, "shift_over")
    story.takes("night worker", alert)
    story.phone("grid worker").expects("赵磊已接手")
    assert story.findings() == []


def test_nobody_takes_it_and_the_desk_is_asked(story: Story) -> None:
    alert = taken_before_the_shift_ends(story)

    story.fast_forward(minutes=4 + 5.1)

    assert story.lines(alert, EntryKind.HAND_OVER_UNANSWERED)
    story.phone("community desk").expects("7号楼402")
    assert story.now(alert).taken_by is None


def test_the_holder_may_still_arrive_and_then_it_is_theirs(story: Story) -> None:
    alert = taken_before_the_shift_ends(story)
    story.fast_forward(minutes=4.1)

    story.arrives("grid worker", alert)

    there = story.now(alert)
    assert (there.handling, there.arrived_by, there.handed_to) == (Handling.ON_SITE, LI, None)


def test_whoever_is_on_site_is_not_sent_home(story: Story) -> None:
    alert = taken_before_the_shift_ends(story)
    story.arrives("grid worker", alert)

    story.fast_forward(minutes=10)

    assert not story.lines(alert, EntryKind.HANDED_OVER)


def test_where_nobody_follows_the_desk_is_asked_to_take_it(story: Story) -> None:
    story.reacher.use(rota=[shift for shift in ROTA if shift.person != ZHAO])
    alert = taken_before_the_shift_ends(story)

    story.fast_forward(minutes=4.1)

    assert story.now(alert).handed_to == DESK


def test_a_captain_has_no_shift_that_could_end(story: Story) -> None:
    story.fast_forward(seconds=(EVENING - timedelta(minutes=8) - story.clock.now()).total_seconds())
    alert = story.fall_in()
    story.fast_forward(minutes=5)
    story.takes("captain", alert)

    story.fast_forward(minutes=10)

    assert story.now(alert).taken_by == CHEN
    assert not story.lines(alert, EntryKind.HANDED_OVER)


def test_whoever_stays_longer_keeps_it(story: Story) -> None:
    longer = Change("c", EVENING, EVENING + timedelta(hours=2), out=ZHAO, person=LI)
    story.reacher.use(rota=[*ROTA, longer])
    alert = taken_before_the_shift_ends(story)

    story.fast_forward(minutes=10)

    assert story.now(alert).taken_by == LI
    assert not story.lines(alert, EntryKind.HANDED_OVER)


def test_a_shift_that_ended_while_nothing_ran_is_seen_at_the_start(story: Story) -> None:
    alert = taken_before_the_shift_ends(story)
    story.kill()
    story.fast_forward(minutes=10)

    story.start()
    story.fast_forward(seconds=1)

    assert story.now(alert).handed_to == ZHAO
