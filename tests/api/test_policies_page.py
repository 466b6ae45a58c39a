"""Who is asked when: the dry run tells what a real alert does, and the form writes the next version or says why not."""

import itertools
from datetime import time, timedelta

import pytest

from api.policies.dry_run import dry_run
from api.services import Services
from core.alerts import EntryKind
from core.concerns import Concern, ConcernKind, Severity
from core.policies import DEFAULT_POLICIES, Quiet, Target
from tests.api import street
from tests.api.conftest import As
from tests.api.visitor import Visitor

PAGE = "/policies?severity=orange&kind=bathroom"
FIRST = {"severity": "orange", "kind": "bathroom", "home": street.FALLEN, "version": "1", "note": "夜里先找楼栋长"}
TIMES = {"arrive": "20", "report": "45", "snooze": "30"}
LEVELS = {"ask0": "captain", "wait0": "2", "ask1": "street_desk", "wait1": "7.5", "ways1": "push，console"}


def send(visitor: Visitor, do: str = "save", **fields: str) -> tuple[int, str, str]:
    answer = visitor.form("/policies", page=PAGE, **{**FIRST, **TIMES, "do": do, **fields})
    return answer.status_code, answer.headers.get("location", ""), answer.text


def test_a_dry_run_tells_what_a_real_alert_then_does(services: Services) -> None:
    at, desk = services.clock.now(), services.desk
    policy = services.policies.current().of(Severity.RED, ConcernKind.SMOKE)

    steps = dry_run(
        policy,
        home=services.inventory().homes[street.FALLEN],
        severity=Severity.RED,
        kind=ConcernKind.SMOKE,
        at=at,
        reach=lambda instant, of: desk.reacher.reach(street.FALLEN, instant, of),
    )

    raised = desk.raise_concern(Concern(street.FALLEN, ConcernKind.SMOKE, Severity.RED, "e", at, at, "smoke"))
    [entered] = [e for e in services.alerts.timeline(raised.alert.id) if e.kind is EntryKind.LEVEL_ENTERED]
    assert [called.person for called in steps[0].called] == entered.detail["people"]
    assert [step.level for step in steps] == [0, 1, 2, 3, 4, 5, 5]
    assert steps[-1].round == 1
    assert all(later.at == before.until for before, later in itertools.pairwise(steps))
    assert len(services.alerts.open_alerts(homes=[street.FALLEN])) == 2, "the dry run wrote nothing"


def test_the_desk_sees_whom_a_home_without_a_grid_worker_would_reach(visit_as: As) -> None:
    text = visit_as("admin").get(f"/policies?severity=red&home={street.PRESSED}").text

    assert "网格员：没有人可叫" in text
    assert "街道值班台 许宁" in text


def test_the_form_writes_a_version_of_its_own_for_one_kind(visit_as: As, services: Services) -> None:
    admin = visit_as("admin")

    status, location, _ = send(admin, **LEVELS)

    assert (status, location) == (303, f"{PAGE}&said=policy_changed")
    written = services.policies.current().of(Severity.ORANGE, ConcernKind.BATHROOM)
    assert [(level.targets, level.patience.total_seconds() / 60, level.ways) for level in written.levels] == [
        ((Target.CAPTAIN,), 2, ()),
        ((Target.STREET_DESK,), 7.5, ("push", "console")),
    ]
    assert (written.version, written.arrive_within, written.snooze_within) == (
        1,
        timedelta(minutes=20),
        timedelta(minutes=30),
    )
    assert services.policies.current().of(Severity.ORANGE, ConcernKind.SILENCE) == DEFAULT_POLICIES[Severity.ORANGE]
    assert "夜里先找楼栋长" in admin.get(PAGE).text


def test_a_new_alert_uses_it_and_an_open_one_keeps_what_it_has(visit_as: As, services: Services) -> None:
    before = services.alerts.open_alerts()
    send(visit_as("admin"), **LEVELS)
    at = services.clock.now()

    raised = services.desk.raise_concern(
        Concern(street.WELL, ConcernKind.BATHROOM, Severity.ORANGE, "e", at, at, "bathroom")
    )

    assert [e.detail["targets"] for e in services.alerts.timeline(raised.alert.id) if "targets" in e.detail] == [
        ["captain"]
    ]
    assert [services.alerts.get(alert.id) for alert in before] == before


def test_trying_writes_nothing_and_shows_who_would_be_called(visit_as: As, services: Services) -> None:
    named = {**LEVELS, "named0": "person:qian", "asking0": "round_robin"}

    status, _, text = send(visit_as("admin"), "try", **named)

    assert status == 200
    assert "试算，未保存" in text
    assert 'value="person:qian" selected' in text
    assert not services.policies.versions()


def test_what_is_wrong_is_said_at_its_level_and_nothing_typed_is_lost(visit_as: As, services: Services) -> None:
    admin = visit_as("admin")
    for wrong, said in (
        ({"wait0": "soon"}, "第1级: 要填分钟数"),
        ({"wait1": "1441"}, "第2级: 要填分钟数"),
        ({"wait0": "nan"}, "第1级: 要填分钟数"),
        ({"ask1": ""}, "第2级: 没有选人"),
        ({"ask1": "mayor"}, "第2级: 里有不能呼叫的人"),
        ({"named1": "family:li"}, "第2级: 里有不能呼叫的人"),
        ({"asking0": "loudest"}, "第1级: 里有不能呼叫的人"),
        ({"ask1": "family"}, "第2级: 是最后一级"),
        ({"report": "0"}, "到达、回报和暂缓的分钟数"),
        ({"ways1": "push, pigeon"}, "第2级: 写了没有设好的方式。现有：console, push。"),
    ):
        status, _, text = send(admin, **{**LEVELS, **wrong})
        assert status == 422, wrong
        assert said in text, wrong
        assert 'value="夜里先找楼栋长"' in text
    assert send(admin)[0] == 422, "no level at all"
    assert not services.policies.versions()


def test_of_two_who_change_it_at_once_the_second_is_told(visit_as: As, services: Services) -> None:
    admin = visit_as("admin")
    send(admin, **LEVELS)

    status, _, text = send(admin, **{**LEVELS, "wait0": "9"})

    assert status == 422
    assert 'id="stale"' in text
    assert 'value="9"' in text, "what was typed is still there"
    assert len(services.policies.versions()) == 1


@pytest.mark.parametrize("at", ["0001-01-01T00:00", "9999-12-31T23:59", "0001-01-01T00:00%2B08:00"])
def test_a_dry_run_is_of_a_time_that_clocks_know(visit_as: As, at: str) -> None:
    assert visit_as("admin").get(f"/policies?severity=red&at={at}").status_code == 422


@pytest.mark.parametrize("wait", ["0.1", "1e-9", "0", "-3", "nan", "inf"])
def test_nobody_is_asked_every_few_seconds(visit_as: As, services: Services, wait: str) -> None:
    status, _, _ = send(visit_as("admin"), **{**LEVELS, "wait0": wait})

    assert status == 422
    assert list(services.policies.versions()) == []


def test_the_last_level_is_said_to_repeat(visit_as: As) -> None:
    text = visit_as("admin").get("/policies?severity=red").text

    assert "再叫这一级" in text


def test_what_was_written_is_withdrawn_and_its_history_stays(visit_as: As, services: Services) -> None:
    admin = visit_as("admin")
    send(admin, **LEVELS)

    _, location, _ = send(admin, "withdraw", version="2")

    assert location.endswith("said=policy_changed")
    policies = services.policies.current()
    assert policies.of(Severity.ORANGE, ConcernKind.BATHROOM) == DEFAULT_POLICIES[Severity.ORANGE]
    assert "已撤回" in admin.get(PAGE).text


def test_a_desk_sees_policies_and_changes_none(visit_as: As, services: Services) -> None:
    desk = visit_as("desk")

    assert 'id="changing"' not in desk.get(PAGE).text
    assert send(desk, **LEVELS)[0] == 403
    assert not services.policies.versions()


def test_a_home_that_is_not_theirs_or_a_strange_question_is_refused(visit_as: As) -> None:
    desk = visit_as("desk")

    assert desk.get("/policies?home=nowhere").status_code == 404
    assert desk.get("/policies?severity=purple").status_code in {400, 422}
    assert desk.get("/policies?at=soon").status_code in {400, 422}


def test_quiet_hours_are_seen_in_the_dry_run_and_only_yellow_has_them(visit_as: As, services: Services) -> None:
    admin, yellow = visit_as("admin"), {**LEVELS, "severity": "yellow", "kind": "", "version": "2", "home": ""}
    assert send(admin, **{**yellow, "quiet": "22:00-7"})[0] == 422

    assert send(admin, **{**yellow, "quiet": "22:00-07:00"})[0] == 303

    policy = services.policies.current().by_severity[Severity.YELLOW]
    assert policy.quiet == Quiet(time(22), time(7))
    text = admin.get("/policies?severity=yellow&at=2026-11-24T23:30").text
    assert "安静时段" in text
    assert "11月25日07:00" in text
    assert send(admin, **{**LEVELS, "quiet": "22:00-07:00"})[0] == 303
    assert services.policies.current().of(Severity.ORANGE, ConcernKind.BATHROOM).quiet is None
