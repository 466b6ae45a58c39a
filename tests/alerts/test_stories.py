"""From a fall to a person who closes the alert, in virtual time: who hears what, when, and what happens if not."""

from datetime import timedelta
from itertools import pairwise

import pytest

from core.alerts import EntryKind, Handling, Outcome, Refusal
from core.concerns import Severity
from core.delivery import SendState
from core.timeline import Standing, replay
from tests.alerts.story import Story
from tests.alerts.street import DIRECTORY, HOME, INVENTORY, LI, ROTA, ZHAO


def test_a_fall_climbs_from_the_resident_to_the_grid_worker_who_closes_it(story: Story) -> None:
    alert = story.fall_in(HOME)
    story.phone("resident").expects("您还好吗")
    story.phone("daughter").expects_nothing()

    story.phone("daughter").expects("请联系王秀英", within=timedelta(minutes=1))
    story.phone("captain").expects("7号楼402", within=timedelta(minutes=3))
    message = story.phone("grid worker").expects("红色", within=timedelta(minutes=3))
    assert "5小时12分" in message.body

    story.takes("grid worker", alert)
    story.phone("captain").expects("李强已接手")
    story.phone("daughter").expects("已有人去看望王秀英")
    story.fast_forward(minutes=10)
    story.arrives("grid worker", alert)
    closed = story.closes("grid worker", alert, Outcome.HELPED)

    assert not isinstance(closed, Refusal)
    assert closed.outcome is Outcome.HELPED
    story.phone("community desk").expects_nothing()
    story.phone("captain").expects("已关闭")
    assert replay(story.store.timeline(alert.id)) == Standing.of(closed)
    assert story.store.timer(alert.id) is None
    assert story.findings() == []


def test_everybody_of_a_level_is_asked_in_the_order_of_rank(story: Story) -> None:
    alert = story.fall_in()

    story.fast_forward(minutes=1)

    family = story.lines(alert, EntryKind.LEVEL_ENTERED)[-1]
    assert family.detail["people"] == ["min", "jun"]
    assert "Please check on 王秀英" in story.phone("son").titles


def test_an_unreachable_worker_does_not_stop_the_alert(story: Story) -> None:
    story.phone("grid worker").is_dead()
    alert = story.fall_in()
    story.fast_forward(minutes=7)

    story.phone("community desk").expects("7号楼402", within=timedelta(seconds=10))

    assert story.lines(alert, EntryKind.UNREACHABLE)
    assert story.now(alert).level == 4
    story.phone("grid worker").expects_nothing()


def test_one_reachable_person_of_a_level_is_enough_to_wait(story: Story) -> None:
    story.phone("daughter").is_dead()
    alert = story.fall_in()

    story.fast_forward(minutes=1, seconds=30)

    assert story.now(alert).level == 1
    assert not story.lines(alert, EntryKind.UNREACHABLE)


def test_an_empty_rota_is_said_and_the_desk_is_asked_at_once(story: Story) -> None:
    story.reacher.use(rota=[s for s in ROTA if s.person not in (LI, ZHAO)])
    alert = story.fall_in()

    story.fast_forward(minutes=7, seconds=1)

    story.phone("community desk").expects("7号楼402")
    [gap] = story.lines(alert, EntryKind.NO_RECIPIENT)
    assert gap.detail == {"level": 3, "targets": ["grid_worker"]}


def test_the_last_level_is_asked_again_until_somebody_answers(story: Story) -> None:
    alert = story.fall_in()
    story.fast_forward(minutes=17)
    assert len(story.phone("street desk").messages) == 1

    story.fast_forward(minutes=60)

    assert len(story.phone("street desk").messages) == 13
    story.phone("street desk").expects("第13次呼叫")
    story.takes("street desk", alert)
    story.fast_forward(minutes=15)
    assert len(story.phone("street desk").messages) == 13


def test_taken_and_nobody_there_in_time_asks_the_next_level(story: Story) -> None:
    alert = story.fall_in()
    story.fast_forward(minutes=7)
    story.takes("grid worker", alert)

    story.fast_forward(minutes=19)
    story.phone("community desk").expects_nothing()
    story.phone("community desk").expects("7号楼402", within=timedelta(minutes=1))

    [overdue] = story.lines(alert, EntryKind.ARRIVE_OVERDUE)
    assert overdue.detail["who"] == LI
    assert story.now(alert).taken_by is None


def test_there_and_no_word_since_asks_the_next_level_for_the_workers_sake(story: Story) -> None:
    alert = story.fall_in()
    story.fast_forward(minutes=7)
    story.arrives("grid worker", alert)

    story.phone("community desk").expects("7号楼402", within=timedelta(minutes=60))

    assert [e.detail["who"] for e in story.lines(alert, EntryKind.REPORT_OVERDUE)] == [LI]


def test_a_shift_change_while_the_alert_is_open_asks_whoever_is_on_duty_then(story: Story) -> None:
    story.fast_forward(minutes=10 * 60 + 55)  # 19:55
    alert = story.fall_in()

    story.fast_forward(minutes=7)  # the grid worker's level fires at 20:02

    story.phone("night worker").expects("7号楼402")
    story.phone("grid worker").expects_nothing()
    assert story.now(alert).level == 3


def test_somebody_who_was_asked_hears_the_end_after_their_shift(story: Story) -> None:
    story.fast_forward(minutes=10 * 60 + 50)  # 19:50
    alert = story.fall_in()
    story.fast_forward(minutes=8)
    story.phone("grid worker").expects("7号楼402")

    story.fast_forward(minutes=5)
    story.closes("community desk", alert, Outcome.WELL_AT_HOME)

    story.phone("grid worker").expects("已关闭，在家，平安")


def test_the_resident_who_is_fine_closes_an_orange_alert_and_never_a_red_one(story: Story) -> None:
    orange = story.fall_in(severity=Severity.ORANGE)
    ended = story.says_fine(orange)
    red = story.fall_in("building-7/0501")

    noted = story.says_fine(red)

    assert not isinstance(ended, Refusal)
    assert ended.outcome is Outcome.WELL_AT_HOME
    assert not isinstance(noted, Refusal)
    assert noted.is_open
    assert story.lines(red, EntryKind.RESIDENT_FINE)


def test_the_resident_cannot_close_a_red_alert_by_another_door(story: Story) -> None:
    alert = story.fall_in()

    assert story.closes("resident", alert, Outcome.WELL_AT_HOME) is Refusal.RED_NEEDS_A_PERSON
    assert story.now(alert).is_open


def test_a_stale_button_does_nothing_and_says_so(story: Story) -> None:
    alert = story.fall_in()
    story.fast_forward(minutes=1)
    before = story.now(alert)

    assert story.takes("grid worker", alert, seen_fence=alert.fence) is Refusal.STALE

    assert story.now(alert) == before


def test_pressing_twice_says_that_it_is_so_already(story: Story) -> None:
    alert = story.fall_in()
    story.takes("grid worker", alert, seen_fence=alert.fence)

    assert story.takes("grid worker", alert, seen_fence=alert.fence) is Refusal.ALREADY_THERE


def test_a_message_still_owed_is_not_sent_once_somebody_has_it(story: Story) -> None:
    alert = story.fall_in()
    story.kill()
    story.desk.acknowledge(alert.id, by=LI)
    story.start()

    story.fast_forward(minutes=1)

    assert story.phone("daughter").messages == [] or "已有人" in story.phone("daughter").titles[0]
    assert all(d.state is not SendState.QUEUED for d in story.store.deliveries(alert.id))


def test_a_person_without_a_way_to_be_reached_is_written_down(story: Story) -> None:
    people = {**DIRECTORY.people, "min": type(DIRECTORY.people["min"])("min", "王敏")}
    story.reacher.use(directory=type(DIRECTORY)(people, DIRECTORY.ties))
    alert = story.fall_in()

    story.fast_forward(minutes=2)

    [line] = [e for e in story.lines(alert, EntryKind.NOT_SENT) if e.detail["person"] == "min"]
    assert line.detail["reason"] == "no_route"
    story.phone("son").expects("Please check on")


def test_nobody_at_all_is_a_finding_and_whoever_comes_back_is_asked(story: Story) -> None:
    story.reacher.use(directory=type(DIRECTORY)({}, ()))
    alert = story.fall_in()
    assert any(f.startswith("nobody_to_ask") for f in story.findings())

    story.reacher.use(directory=DIRECTORY)
    story.fast_forward(minutes=5)

    story.phone("street desk").expects("7号楼402")
    assert story.findings() == []
    assert story.now(alert).round == 1


def test_when_every_desk_is_empty_family_is_asked_again_and_again(story: Story) -> None:
    story.reacher.use(rota=(), inventory=INVENTORY)
    story.reacher.use(directory=type(DIRECTORY)(DIRECTORY.people, DIRECTORY.ties[:3]))
    story.fall_in()

    story.fast_forward(minutes=4 + 30)

    assert len(story.phone("daughter").messages) == 1 + 7


def test_each_level_is_entered_no_earlier_and_hardly_later_than_it_is_due(story: Story) -> None:
    alert = story.fall_in()
    story.fast_forward(minutes=30)

    entered = [e.at for e in story.lines(alert, EntryKind.LEVEL_ENTERED)]
    spans = [(b - a).total_seconds() / 60 for a, b in pairwise(entered)]

    assert spans == pytest.approx([1, 3, 3, 5, 5, 5, 5], abs=0.001)


def test_a_reopened_alert_is_new_and_linked(story: Story) -> None:
    alert = story.fall_in()
    story.closes("community desk", alert, Outcome.WELL_AT_HOME)

    again = story.desk.reopen(alert.id, by="desk-c")
    story.fast_forward(seconds=1)

    assert not isinstance(again, Refusal)
    assert (again.predecessor, again.handling) == (alert.id, Handling.TRIGGERED)
    assert len(story.phone("resident").messages) == 3
    assert story.desk.reopen(alert.id, by="desk-c") is Refusal.ALREADY_THERE
    assert story.desk.reopen("nothing", by="desk-c") is Refusal.UNKNOWN
