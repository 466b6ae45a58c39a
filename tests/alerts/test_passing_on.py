"""Giving back, handing over and putting off, in virtual time: who is asked then, and that nobody is forgotten."""

from datetime import timedelta

import pytest

from core.alerts import Alert, EntryKind, Handling, Outcome, Refusal, TimerKind
from core.concerns import Severity
from core.delivery import SendState
from tests.alerts.story import Story
from tests.alerts.street import CHEN, DESK, DIRECTORY, LI, MIN, ROTA, ZHAO


def asked_at_the_grid_worker(story: Story, severity: Severity = Severity.RED) -> Alert:
    alert = story.fall_in(severity=severity)
    story.fast_forward(minutes=7 if severity is Severity.RED else 13)
    story.phone("grid worker").expects("7号楼402")
    return alert


def done(answer: Alert | Refusal) -> Alert:
    assert not isinstance(answer, Refusal), answer
    return answer


def test_a_worker_who_cannot_go_gives_it_back_and_the_next_is_asked_at_once(story: Story) -> None:
    alert = asked_at_the_grid_worker(story)
    story.takes("grid worker", alert)

    done(story.desk.release(alert.id, by=LI, reason="车坏了"))

    story.phone("community desk").expects("7号楼402", within=timedelta(seconds=1))
    assert len(story.phone("grid worker").messages) == 1
    [line] = story.lines(alert, EntryKind.RELEASED)
    assert line.detail == {"from": LI, "reason": "车坏了"}
    assert story.now(alert).taken_by is None
    assert story.findings() == []


def test_colleagues_of_the_same_level_are_asked_before_the_next_one(story: Story) -> None:
    alert = story.fall_in()
    story.fast_forward(minutes=1)
    story.takes("daughter", alert)

    done(story.desk.release(alert.id, by=MIN))
    story.fast_forward(seconds=1)

    assert story.now(alert).level == 1
    assert story.lines(alert, EntryKind.LEVEL_ENTERED)[-1].detail["people"] == ["jun"]


def test_where_there_is_nobody_else_the_one_who_gave_it_back_is_asked(story: Story) -> None:
    story.reacher.use(rota=[s for s in ROTA if s.person == LI])
    alert = asked_at_the_grid_worker(story)
    story.takes("grid worker", alert)

    done(story.desk.release(alert.id, by=LI))
    story.fast_forward(seconds=1)

    assert len(story.phone("grid worker").messages) == 2
    assert story.now(alert).level == 3


def test_what_nobody_holds_cannot_be_given_back(story: Story) -> None:
    alert = story.fall_in()

    assert story.desk.release(alert.id, by=LI) is Refusal.ALREADY_THERE


def test_a_hand_over_stays_with_its_holder_until_it_is_taken(story: Story) -> None:
    alert = asked_at_the_grid_worker(story)
    story.takes("grid worker", alert)

    handed = done(story.desk.hand_over(alert.id, by=LI, to=ZHAO))
    story.phone("night worker").expects("李强把这条告警转交给您", within=timedelta(seconds=1))
    assert (handed.taken_by, handed.handed_to) == (LI, ZHAO)
    taken = done(story.takes("night worker", alert))

    assert (taken.taken_by, taken.handed_to, taken.accept_by) == (ZHAO, None, None)
    story.phone("grid worker").expects("赵磊已接手")
    timer = story.store.timer(alert.id)
    assert timer is not None
    assert timer.kind is TimerKind.ARRIVE_BY


def test_a_hand_over_that_nobody_takes_climbs(story: Story) -> None:
    alert = asked_at_the_grid_worker(story)
    story.takes("grid worker", alert)
    done(story.desk.hand_over(alert.id, by=LI, to=ZHAO))

    story.fast_forward(minutes=4, seconds=50)
    story.phone("community desk").expects_nothing()
    story.phone("community desk").expects("7号楼402", within=timedelta(seconds=11))

    [line] = story.lines(alert, EntryKind.HAND_OVER_UNANSWERED)
    assert line.detail["who"] == ZHAO
    assert story.now(alert).handed_to is None


def test_a_hand_over_to_a_dead_phone_climbs_at_once(story: Story) -> None:
    alert = asked_at_the_grid_worker(story)
    story.takes("grid worker", alert)
    story.phone("night worker").is_dead()

    done(story.desk.hand_over(alert.id, by=LI, to=ZHAO))

    story.phone("community desk").expects("7号楼402", within=timedelta(seconds=10))


def test_a_hand_over_never_makes_an_arrival_due_later(story: Story) -> None:
    alert = asked_at_the_grid_worker(story)
    story.takes("grid worker", alert)
    story.fast_forward(minutes=18)

    handed = done(story.desk.hand_over(alert.id, by=LI, to=ZHAO))

    timer = story.store.timer(alert.id)
    assert timer is not None
    assert timer.due_at == handed.accept_by
    assert timer.due_at <= story.at(minutes=2)


def test_the_desk_sends_a_named_worker_and_answers_for_it_meanwhile(story: Story) -> None:
    alert = story.fall_in()

    sent = done(story.desk.hand_over(alert.id, by=DESK, to=CHEN))
    story.fast_forward(seconds=1)

    assert (sent.handling, sent.taken_by, sent.handed_to) == (Handling.ACKNOWLEDGED, DESK, CHEN)
    story.phone("captain").expects("梧桐社区值班台把这条告警转交给您")
    story.fast_forward(minutes=2, seconds=50)
    assert not story.lines(alert, EntryKind.HAND_OVER_UNANSWERED)
    story.fast_forward(seconds=11)
    assert story.lines(alert, EntryKind.HAND_OVER_UNANSWERED)
    story.phone("daughter").expects("请联系王秀英")


def test_who_is_on_site_may_hand_over_to_the_next_shift(story: Story) -> None:
    alert = asked_at_the_grid_worker(story)
    story.arrives("grid worker", alert)
    assert story.takes("night worker", alert) is Refusal.ALREADY_THERE

    done(story.desk.hand_over(alert.id, by=LI, to=ZHAO))
    taken = done(story.takes("night worker", alert))

    assert (taken.handling, taken.taken_by, taken.arrived_by) == (Handling.ACKNOWLEDGED, ZHAO, None)


def test_it_is_handed_only_to_responders_who_can_be_reached(story: Story) -> None:
    people = {**DIRECTORY.people, ZHAO: type(DIRECTORY.people[ZHAO])(ZHAO, "赵磊")}
    story.reacher.use(directory=type(DIRECTORY)(people, DIRECTORY.ties))
    alert = story.fall_in()

    for nobody in (ZHAO, MIN, "stranger"):
        assert story.desk.hand_over(alert.id, by=LI, to=nobody) is Refusal.CANNOT_BE_ASKED

    assert story.now(alert).taken_by is None


def test_a_hand_over_survives_a_crash_before_its_message_went(story: Story) -> None:
    alert = asked_at_the_grid_worker(story)
    story.takes("grid worker", alert)
    story.kill()
    story.desk.hand_over(alert.id, by=LI, to=ZHAO)
    story.start()

    story.phone("night worker").expects("转交给您", within=timedelta(seconds=1))


def test_growing_worse_does_not_withdraw_the_message_of_a_hand_over(story: Story) -> None:
    alert = asked_at_the_grid_worker(story, Severity.ORANGE)
    story.takes("grid worker", alert)
    story.kill()
    story.desk.hand_over(alert.id, by=LI, to=ZHAO)
    story.desk.raise_concern(story.concern())
    story.start()

    story.phone("night worker").expects("转交给您", within=timedelta(seconds=1))
    assert story.now(alert).severity is Severity.RED


def test_put_off_asks_nobody_and_then_asks_the_same_level_again(story: Story) -> None:
    alert = asked_at_the_grid_worker(story, Severity.ORANGE)

    put_off = done(story.desk.snooze(alert.id, by=LI, until=story.at(minutes=30), reason="刚起床"))
    story.phone("captain").expects("暂缓到", within=timedelta(seconds=1))
    before = len(story.phones.received)
    story.fast_forward(minutes=29)
    assert len(story.phones.received) == before
    story.fast_forward(minutes=1, seconds=1)

    assert put_off.snoozed_until is not None
    assert len([t for t in story.phone("grid worker").titles if "橙色" in t]) == 2
    assert story.now(alert).snoozed_until is None
    assert story.lines(alert, EntryKind.SNOOZE_ENDED)
    assert story.findings() == []


def test_a_snooze_is_kept_through_a_restart(story: Story) -> None:
    alert = asked_at_the_grid_worker(story, Severity.ORANGE)
    done(story.desk.snooze(alert.id, by=LI, until=story.at(minutes=30)))
    story.kill()
    story.start()
    story.fast_forward(minutes=29)
    assert story.now(alert).snoozed_until is not None

    story.fast_forward(minutes=2)

    assert story.now(alert).snoozed_until is None


def test_red_is_never_put_off_and_what_is_put_off_wakes_when_it_turns_red(story: Story) -> None:
    red = story.fall_in("building-7/0501")
    assert story.desk.snooze(red.id, by=LI, until=story.at(minutes=5)) is Refusal.RED_NEVER_WAITS
    orange = asked_at_the_grid_worker(story, Severity.ORANGE)
    done(story.desk.snooze(orange.id, by=LI, until=story.at(minutes=30)))

    story.raises(story.concern(severity=Severity.RED))
    story.fast_forward(seconds=1)

    assert story.now(orange).snoozed_until is None
    assert any("红色" in t and "402" in t for t in story.phone("grid worker").titles)


@pytest.mark.parametrize("minutes", [-1, 0, 121])
def test_it_is_put_off_within_bounds_counted_from_the_opening(story: Story, minutes: int) -> None:
    alert = story.fall_in(severity=Severity.ORANGE)
    until = alert.opened_at + timedelta(minutes=minutes)

    assert story.desk.snooze(alert.id, by=LI, until=until) is Refusal.SNOOZED_ENOUGH


def test_putting_it_off_again_and_again_ends_at_the_same_bound(story: Story) -> None:
    alert = story.fall_in(severity=Severity.ORANGE)
    done(story.desk.snooze(alert.id, by=LI, until=alert.opened_at + timedelta(minutes=110)))
    done(story.desk.snooze(alert.id, by=LI, until=alert.opened_at + timedelta(minutes=120)))

    story.fast_forward(minutes=120)

    assert story.desk.snooze(alert.id, by=LI, until=story.at(minutes=5)) is Refusal.SNOOZED_ENOUGH


def test_nothing_is_put_off_while_somebody_is_there(story: Story) -> None:
    alert = story.fall_in(severity=Severity.ORANGE)
    story.arrives("captain", alert)

    assert story.desk.snooze(alert.id, by=CHEN, until=story.at(minutes=5)) is Refusal.SOMEBODY_IS_THERE


def test_a_stale_page_passes_nothing_on(story: Story) -> None:
    alert = story.fall_in(severity=Severity.ORANGE)
    story.takes("grid worker", alert)
    old = alert.fence

    assert story.desk.release(alert.id, by=LI, seen_fence=old) is Refusal.STALE
    assert story.desk.hand_over(alert.id, by=LI, to=ZHAO, seen_fence=old) is Refusal.STALE
    assert story.desk.snooze(alert.id, by=LI, until=story.at(minutes=5), seen_fence=old) is Refusal.STALE


def test_what_was_put_off_or_handed_over_can_be_closed(story: Story) -> None:
    put_off = story.fall_in(severity=Severity.ORANGE)
    done(story.desk.snooze(put_off.id, by=LI, until=story.at(minutes=30)))
    handed = story.fall_in("building-7/0501")
    done(story.desk.hand_over(handed.id, by=LI, to=ZHAO))

    for alert in (put_off, handed):
        closed = done(story.closes("grid worker", alert, Outcome.HELPED))
        assert (closed.snoozed_until, closed.handed_to, closed.accept_by) == (None, None, None)
        assert all(d.state is not SendState.QUEUED for d in story.store.deliveries(alert.id))
