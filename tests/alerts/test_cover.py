"""Changes of the rota where they matter: who is called when an alert has climbed to them."""

from datetime import timedelta

from core.alerts import EntryKind
from core.duty import Change, Post
from tests.alerts.story import Story
from tests.alerts.street import LI, ROTA, ZHAO


def test_who_covers_is_asked_and_who_is_out_is_not(story: Story) -> None:
    now = story.clock.now()
    cover = Change("c", now, now + timedelta(hours=3), out=LI, person=ZHAO, area="grid-3", post=Post.GRID_WORKER)
    story.reacher.use(rota=(*ROTA, cover))
    alert = story.fall_in()

    story.fast_forward(minutes=8)

    story.phone("night worker").expects("请打开告警页")
    story.phone("grid worker").expects_nothing()
    assert story.now(alert).level == 3


def test_leave_that_nobody_covers_is_a_gap_and_the_desk_is_asked_at_once(story: Story) -> None:
    now = story.clock.now()
    story.reacher.use(rota=(*ROTA, Change("c", now, now + timedelta(hours=3), out=LI)))
    alert = story.fall_in()

    story.fast_forward(minutes=7, seconds=5)

    assert story.now(alert).level == 4
    assert story.lines(alert, EntryKind.NO_RECIPIENT)[-1].detail == {"level": 3, "targets": ["grid_worker"]}
    story.phone("community desk").expects("请打开告警页")


def test_who_covers_may_be_handed_an_alert(story: Story) -> None:
    now = story.clock.now()
    more = Change("c", now, now + timedelta(hours=3), person="chen", area="grid-3", post=Post.GRID_WORKER)
    story.reacher.use(rota=(*ROTA, more))

    able = story.reacher.responders_for("building-7/0402", now)

    assert {"chen", LI, ZHAO} <= {recipient.person for recipient in able}
