"""The pages without a browser: what they tell, in both languages, and that they work as plain forms."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from alerts import wording
from api.services import Services
from core.alerts import Handling, Outcome
from core.concerns import Concern, ConcernKind, Severity
from core.people import Language
from core.states import HomeState
from tests.api import street
from tests.api.conftest import As
from tests.api.happenings import NOW
from tests.api.scene import HandClock
from tests.api.visitor import Visitor, csrf_on

STAFF_PAGES = (
    "/",
    "/?area=grid-1",
    "/alerts/a-10",
    "/alerts/a-15",
    "/alerts/a-16",
    "/alerts/a-17",
    "/homes",
    "/homes?area=grid-1&state=cannot_see",
    f"/homes/{street.FALLEN}",
    f"/homes/{street.BLIND}",
    f"/homes/{street.WELL}",
    "/figures",
    f"/door/{street.FALLEN}",
    "/figures?area=grid-1&month=2026-11",
    "/tickets",
    "/devices/unknown",
    "/phones",
)


def words(html: str) -> str:
    """The page's text, without its marks."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


@pytest.mark.parametrize("path", STAFF_PAGES)
def test_every_page_speaks_both_languages_and_leaves_no_place_unfilled(visit_as: As, path: str) -> None:
    desk = visit_as("desk")
    mark = "&" if "?" in path else "?"

    chinese, english = desk.get(f"{path}{mark}lang=zh"), desk.get(f"{path}{mark}lang=en")

    assert (chinese.status_code, english.status_code) == (200, 200)
    assert 'lang="zh-CN"' in chinese.text
    assert 'lang="en"' in english.text
    for page in (chinese.text, english.text):
        visible = words(page)
        assert not re.search(r"\{[a-z_]+\}", visible), visible
        assert "None" not in visible
        assert "<script>" not in page
        assert " style=" not in page
        assert " onclick=" not in page


def test_the_chosen_language_stays(visit_as: As) -> None:
    desk = visit_as("desk")
    assert "值班台" in desk.get("/").text

    desk.get("/?lang=en")

    assert "Open alerts" in desk.get("/").text
    assert 'href="/?lang=zh"' in desk.get("/").text


def test_a_language_that_does_not_exist_changes_nothing(visitor: Visitor) -> None:
    answer = visitor.get("/login?lang=xx")

    assert 'lang="zh-CN"' in answer.text
    assert "anxin_language" not in answer.headers.get("set-cookie", "")


# -- the desk -----------------------------------------------------------------------------------------------------


def test_the_desk_shows_the_most_urgent_unanswered_alert_first(visit_as: As) -> None:
    page = visit_as("desk").get("/").text

    assert re.findall(r'href="/alerts/(a-\d+)"', page) == ["a-17", "a-15", "a-16", "a-10"]


def test_the_desk_never_counts_a_home_it_cannot_see_as_well(visit_as: As) -> None:
    visible = words(visit_as("desk").get("/").text)

    assert "安好：8 / 12 户" in visible
    assert "失察的住户不计入安好" in visible
    assert "临园小区7号楼503" in visible
    assert "网关没有消息 · 自 09:00" in visible
    assert "其余 8 户安好" in visible


def test_the_desk_says_aloud_that_nobody_is_on_duty(visit_as: As) -> None:
    visible = words(visit_as("desk").get("/").text)

    assert "第一网格 · 网格员 网格员 李伟" in visible
    assert "第二网格 · 网格员 无人值守！" in visible


def test_the_desk_is_narrowed_to_one_area(visit_as: As) -> None:
    page = visit_as("desk").get("/?area=grid-2").text

    assert re.findall(r'href="/alerts/(a-\d+)"', page) == ["a-15"]
    assert "安好：3 / 4 户" in words(page)


def test_a_responder_sees_the_desk_of_their_own_grid(visit_as: As) -> None:
    page = visit_as("qian").get("/").text

    assert re.findall(r'href="/alerts/(a-\d+)"', page) == ["a-15"]
    assert "7号楼" not in page


def test_the_pages_own_script_gets_the_middle_alone(visit_as: As) -> None:
    middle = visit_as("desk").get("/", headers={"X-Fragment": "1"}).text

    assert "a-17" in middle
    assert "<html" not in middle
    assert "<nav" not in middle


# -- one alert ----------------------------------------------------------------------------------------------------


def test_an_alert_tells_why_what_next_who_was_told_and_what_happened(visit_as: As) -> None:
    visible = words(visit_as("desk").get("/alerts/a-17").text)

    assert "已有52分钟没有动静" in visible
    assert "以往从这个时段开始、平安结束的最长21分钟没有动静" in visible
    assert "正在询问：家属（王芳）。" in visible
    assert "若 09:43 前无人接手，接着询问：楼栋长（楼栋长 高丽）。" in visible
    assert "2分钟后" in visible
    assert "shown on the phone" in visible
    assert "门禁密码 2580" in visible
    assert "告警开启" in visible


def test_the_next_person_is_the_one_on_duty_now(visit_as: As, services: Services) -> None:
    from core.escalation import expire
    from tests.api.happenings import REACHER

    alert = services.alerts.get("a-17")
    assert alert is not None
    climbed = expire(alert, reach=REACHER.reach(alert.home, NOW), now=NOW)
    assert not isinstance(climbed, str)
    assert services.alerts.apply(climbed)

    visible = words(visit_as("desk").get("/alerts/a-17?lang=en").text)

    assert "next to be asked: grid worker (网格员 李伟)" in visible


def test_a_taken_alert_tells_when_its_taker_must_be_there(visit_as: As) -> None:
    visible = words(visit_as("desk").get("/alerts/a-16").text)

    assert "网格员 李伟 已接手，应在 10:00 前到场；否则继续升级。" in visible


def test_an_alert_is_taken_reached_and_closed_by_plain_forms(visit_as: As, services: Services) -> None:
    desk = visit_as("desk")

    def press(button: str, **fields: str) -> str:
        page = desk.get("/alerts/a-17").text
        fence = re.search(r'name="fence" value="(\d+)"', page)
        assert fence is not None
        answer = desk.form(f"/alerts/a-17/{button}", page="/alerts/a-17", fence=fence[1], **fields)
        assert answer.status_code == 303
        return words(desk.get(answer.headers["location"]).text)

    assert "您已接手。请尽快前往。" in press("take")
    assert "已记下您到场。" in press("arrive")
    ended = press("close", outcome="hospital", note="已送社区医院。", access="forced")

    assert "告警已关闭。" in ended
    assert "已送医" in ended
    assert "已送社区医院。" in ended
    assert "破门进入" in ended
    alert = services.alerts.get("a-17")
    assert alert is not None
    assert (alert.handling, alert.outcome, alert.closed_by) == (Handling.CLOSED, Outcome.HOSPITAL, "desk")


def test_a_stale_button_gets_a_clear_message_and_the_fresh_page(visit_as: As) -> None:
    li, desk = visit_as("li"), visit_as("desk")
    li.form("/alerts/a-17/take", page="/alerts/a-17", fence="2")

    late = desk.form("/alerts/a-17/take", page="/alerts/a-17", fence="2")

    assert (late.status_code, late.headers["location"]) == (303, "/alerts/a-17?problem=stale")
    fresh = words(desk.get(late.headers["location"]).text)
    assert "别人先动了一步。下面是最新情况，请看过再决定。" in fresh
    assert "网格员 李伟 已接手" in fresh
    assert "由我接手" in fresh


def test_a_note_is_shown_as_it_was_written_and_runs_nothing(visit_as: As) -> None:
    desk = visit_as("desk")

    desk.form("/alerts/a-17/note", page="/alerts/a-17", text="<script>alert(1)</script>电话无人接听")

    page = desk.get("/alerts/a-17").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;电话无人接听" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize("text", ["", "   "])
def test_an_empty_note_is_not_written(visit_as: As, services: Services, text: str) -> None:
    desk = visit_as("desk")
    before = len(services.alerts.timeline("a-17"))

    answer = desk.form("/alerts/a-17/note", page="/alerts/a-17", text=text)

    assert (answer.status_code, answer.headers["location"]) == (303, "/alerts/a-17?problem=invalid")
    assert len(services.alerts.timeline("a-17")) == before


def test_a_closed_alert_offers_reopening_to_the_desk_only(visit_as: As) -> None:
    assert 'action="/alerts/a-10/reopen"' in visit_as("desk").get("/alerts/a-10").text
    assert 'action="/alerts/a-10/reopen"' not in visit_as("li").get("/alerts/a-10").text

    desk = visit_as("desk")
    answer = desk.form("/alerts/a-10/reopen", page="/alerts/a-10")

    assert re.fullmatch(r"/alerts/a-1\d\d\?said=reopened", answer.headers["location"])
    assert 'href="/alerts/a-10"' in desk.get(answer.headers["location"]).text


def test_a_message_in_the_address_is_one_of_ours_or_none(visit_as: As) -> None:
    page = visit_as("desk").get("/alerts/a-17?said=<b>hello</b>&problem=made-up").text

    assert "hello" not in words(page)
    assert 'class="banner' not in page.replace('class="banner lost"', "")


# -- states have three ways of being told -------------------------------------------------------------------------


@pytest.mark.parametrize("state", HomeState)
def test_a_state_is_told_by_word_and_shape_as_well_as_colour(visit_as: As, state: HomeState) -> None:
    page = visit_as("desk").get(f"/homes?state={state}").text

    row = re.search(r'<ul class="rows">(.*)</ul>', page, flags=re.DOTALL)
    assert row is not None
    assert f'<svg class="shape {state}"' in row[1]
    assert {"well": "安好", "concern": "有告警", "cannot_see": "失察"}[state] in words(row[1])


def test_severities_have_different_shapes(visit_as: As) -> None:
    page = visit_as("desk").get("/").text

    drawn = {s: re.search(rf'<svg class="shape {s}".*?</svg>', page) for s in (Severity.RED, Severity.ORANGE)}
    paths = [found[0].split('d="')[1].split('"')[0] for found in drawn.values() if found]
    assert len(set(paths)) == 2


def test_times_are_the_homes_own(visit_as: As, clock: HandClock) -> None:
    clock.instant = NOW + timedelta(days=1)

    page = words(visit_as("desk").get("/alerts/a-17").text)

    assert "11月24日09:39 发出" in page
    assert "已超时" in page


def test_the_wording_of_alerts_is_the_alerts_own(visit_as: As, services: Services) -> None:
    alert = services.alerts.get("a-17")
    assert alert is not None

    title = wording.concern_title(alert, Language.ENGLISH)

    assert title in words(visit_as("desk").get("/alerts/a-17?lang=en").text)


def test_forms_of_one_page_share_one_token(visit_as: As) -> None:
    page = visit_as("desk").get("/alerts/a-17").text

    assert set(re.findall(r'name="csrf" value="([^"]+)"', page)) == {csrf_on(page)}


def test_an_alert_for_two_things_says_both(visit_as: As, services: Services) -> None:
    at = services.clock.now()
    door = Concern(street.WELL, ConcernKind.DOOR_OPEN, Severity.ORANGE, "e", at, at, "door")
    alert = services.desk.raise_concern(door).alert
    services.desk.raise_concern(replace(door, kind=ConcernKind.BATHROOM))

    admin = visit_as("admin")

    assert "同时还有：在卫生间停留过久" in admin.get(f"/alerts/{alert.id}").text
    assert "同时还有：在卫生间停留过久" in admin.get("/").text
    told = admin.get(f"/api/v1/alerts/{alert.id}").json()["alert"]
    assert [part["kind"] for part in told["parts"]] == ["door_open", "bathroom"]
