"""Family as they wish and may hear, in virtual time: who is asked, who is told, and that no alert waits for it."""

from datetime import timedelta

import pytest

from core.alerts import EntryKind, Outcome
from core.family import Families, Hears, Scope, Wish
from core.people import Directory
from core.policies import Level, Policy, Target
from tests.alerts.story import Story
from tests.alerts.street import DIRECTORY, HOME, INVENTORY, MIN, SON


def wish_for(story: Story, *wishes: Wish, **scopes: Scope) -> None:
    families = Families(
        {(w.home, w.person): w for w in wishes}, {(HOME, person): scope for person, scope in scopes.items()}
    )
    story.reacher.use(directory=Directory(DIRECTORY.people, DIRECTORY.ties, families))


def reasons(story: Story, alert_id: str) -> dict[str, str]:
    lines = (e for e in story.store.timeline(alert_id) if e.kind is EntryKind.NOT_SENT)
    return {str(e.detail["person"]): str(e.detail["reason"]) for e in lines}


def test_one_takes_responsibility_and_the_others_are_told(story: Story) -> None:
    wish_for(story, Wish(HOME, MIN, responsible=True))

    alert = story.fall_in()
    story.fast_forward(minutes=1.1)

    story.phone("daughter").expects("请联系王秀英")
    story.phone("son").expects("need do nothing now")
    [entered] = [e for e in story.lines(alert, EntryKind.LEVEL_ENTERED) if e.detail["targets"] == ["family"]]
    assert (entered.detail["people"], entered.detail["beside"]) == ([MIN], [SON])
    story.takes("daughter", alert)
    story.phone("son").expects("on the way")
    story.arrives("daughter", alert)
    story.closes("daughter", alert, Outcome.WELL_AT_HOME)
    story.phone("son").expects("all well")
    assert story.findings() == []


def test_where_the_one_cannot_go_the_others_are_asked(story: Story) -> None:
    wish_for(story, Wish(HOME, MIN, responsible=True))
    alert = story.fall_in()
    story.fast_forward(minutes=1.1)
    story.takes("daughter", alert)

    story.desk.release(alert.id, by=MIN)
    story.fast_forward(seconds=1)

    story.phone("son").expects("Please check on")


def test_the_one_who_does_not_answer_holds_nobody_up(story: Story) -> None:
    wish_for(story, Wish(HOME, MIN, responsible=True))
    story.phone("daughter").is_dead()
    story.fall_in()

    story.fast_forward(minutes=1.3)

    story.phone("captain").expects("7号楼402")


@pytest.mark.parametrize("hears", [Hears.WHEN_TAKEN, Hears.AT_OUTCOME, Hears.DAILY])
def test_who_wishes_to_hear_later_is_not_asked_and_the_next_are_at_once(story: Story, hears: Hears) -> None:
    wish_for(story, Wish(HOME, MIN, hears), Wish(HOME, SON, hears))
    alert = story.fall_in()

    story.fast_forward(minutes=1.1)

    story.phone("daughter").expects_nothing()
    story.phone("captain").expects("7号楼402")
    assert reasons(story, alert.id) == {MIN: "later", SON: "later"}
    story.takes("captain", alert)
    assert bool(story.phone("daughter").messages) is (hears is Hears.WHEN_TAKEN)
    story.arrives("captain", alert)
    story.closes("captain", alert, Outcome.WELL_AT_HOME)
    assert ("王秀英一切都好" in story.phone("daughter").titles) is (hears is not Hears.DAILY)
    assert story.findings() == []


def test_what_the_resident_answers_alone_is_nobody_elses(story: Story) -> None:
    wish_for(story, Wish(HOME, MIN, Hears.AT_OUTCOME))
    alert = story.raises(story.concern(severity=story.concern().severity.ORANGE)).alert

    story.says_fine(alert)

    assert not story.now(alert).is_open
    story.phone("daughter").expects_nothing()


def test_a_pause_ends_by_itself(story: Story) -> None:
    wish_for(story, Wish(HOME, MIN, paused_until=story.at(minutes=30)), Wish(HOME, SON, Hears.DAILY))
    first = story.fall_in()
    story.fast_forward(minutes=1.1)
    assert reasons(story, first.id) == {MIN: "paused", SON: "later"}
    story.takes("captain", first)
    story.closes("captain", first)
    story.phone("daughter").expects_nothing()

    story.fast_forward(minutes=30)
    story.raises(story.concern(episode="another"))
    story.fast_forward(minutes=1.1)

    story.phone("daughter").expects("请联系王秀英")


def test_without_consent_nothing_is_heard_even_of_what_one_was_asked_before(story: Story) -> None:
    alert = story.fall_in()
    story.fast_forward(minutes=1.1)
    before = len(story.phone("daughter").messages)

    wish_for(story, **{MIN: Scope.NOTHING})
    story.takes("son", alert)
    story.arrives("son", alert)
    story.closes("son", alert)

    assert len(story.phone("daughter").messages) == before == 1


def test_why_is_told_where_the_resident_agrees(story: Story) -> None:
    wish_for(story, **{MIN: Scope.REASON})
    alert = story.fall_in()
    story.fast_forward(minutes=1.1)

    assert "长时间没有动静" in story.phone("daughter").expects("请联系王秀英").body
    assert "sign of life" not in story.phone("son").expects("Please check on").body
    story.takes("captain", alert)
    story.arrives("captain", alert)
    story.closes("captain", alert, Outcome.AWAY)
    story.phone("daughter").expects("不在家")
    assert "not at home" not in story.phone("son").expects("No emergency found").body


def test_where_nobody_else_can_be_asked_family_is_whatever_they_wish(story: Story) -> None:
    """A policy that asks family only, in a street without a rota: a wish does not leave an alert to nobody."""
    policy = Policy(
        "alone",
        1,
        (
            Level((Target.RESIDENT,), timedelta(minutes=1)),
            Level((Target.GRID_WORKER, Target.FAMILY), timedelta(minutes=2)),
        ),
    )
    story.policies[story.concern().severity] = policy
    wish_for(story, Wish(HOME, MIN, Hears.DAILY), Wish(HOME, SON, paused_until=story.at(minutes=99)))
    story.reacher.use(inventory=INVENTORY, rota=())

    story.fall_in()
    story.fast_forward(minutes=1.1)

    story.phone("daughter").expects("请联系王秀英")
    story.phone("son").expects("Please check on")
