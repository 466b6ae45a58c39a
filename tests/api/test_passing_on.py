"""Giving back, handing over and putting off, on the page and over JSON: who may, and what they are told."""

import pytest

from api.services import Services
from core.alerts import Alert
from core.concerns import ConcernKind, Severity
from tests.api import street
from tests.api.conftest import As
from tests.api.happenings import NOW, concern, opened

ALERT = "a-30"


@pytest.fixture
def water(services: Services) -> Alert:
    """An orange alert in grid 1, where Li is on duty."""
    return opened(services.alerts, ALERT, concern(street.WELL, ConcernKind.WATER, Severity.ORANGE, at=NOW))


def held_by(services: Services, person: str) -> int:
    """The fence after this person took it."""
    taken = services.desk.acknowledge(ALERT, by=person)
    assert isinstance(taken, Alert)
    return taken.fence


def now(services: Services) -> Alert:
    alert = services.alerts.get(ALERT)
    assert alert is not None
    return alert


@pytest.mark.usefixtures("water")
def test_a_worker_gives_back_what_they_hold_and_the_desk_what_anybody_holds(visit_as: As, services: Services) -> None:
    li, desk = visit_as("li"), visit_as("desk")
    fence = held_by(services, "li")
    mine = li.post(f"/api/v1/alerts/{ALERT}/release", json={"fence": fence, "reason": "车坏了"})
    fence = held_by(services, "captain-5")

    not_mine = li.post(f"/api/v1/alerts/{ALERT}/release", json={"fence": fence})
    by_desk = desk.post(f"/api/v1/alerts/{ALERT}/release", json={"fence": fence})

    assert (mine.status_code, mine.json()["taken_by"]) == (200, None)
    assert (not_mine.status_code, not_mine.json()["code"]) == (403, "forbidden")
    assert (by_desk.status_code, by_desk.json()["handling"]) == (200, "triggered")


def test_it_is_handed_to_one_of_the_responders_that_are_named(visit_as: As, water: Alert) -> None:
    desk = visit_as("desk")

    able = desk.get(f"/api/v1/alerts/{ALERT}/responders").json()
    handed = desk.post(f"/api/v1/alerts/{ALERT}/hand-over", json={"fence": water.fence, "to": "captain-5"})
    stranger = desk.post(f"/api/v1/alerts/{ALERT}/hand-over", json={"fence": handed.json()["fence"], "to": "fang"})

    assert [each["person"] for each in able] == ["captain-5", "li", "desk", "street-desk"]
    assert handed.status_code == 200, handed.text
    assert (handed.json()["taken_by"], handed.json()["handed_to"]) == ("desk", "captain-5")
    assert (stranger.status_code, stranger.json()["code"]) == (409, "cannot_be_asked")


@pytest.mark.usefixtures("water")
def test_only_what_is_not_red_is_put_off_and_only_so_long(visit_as: As, services: Services) -> None:
    desk = visit_as("desk")

    def put_off(alert: str, fence: int, minutes: int) -> tuple[int, str]:
        answer = desk.post(f"/api/v1/alerts/{alert}/snooze", json={"fence": fence, "minutes": minutes})
        return answer.status_code, answer.json().get("code", "")

    red = services.alerts.get("a-17")
    assert red is not None
    assert put_off("a-17", red.fence, 15) == (409, "red_never_waits")
    assert put_off(ALERT, now(services).fence, 600) == (409, "snoozed_enough")
    assert put_off(ALERT, now(services).fence, 0) == (422, "invalid")
    assert put_off(ALERT, now(services).fence, 60) == (200, "")
    services.desk.arrive(ALERT, by="li")
    assert put_off(ALERT, now(services).fence, 15) == (409, "somebody_is_there")


def test_the_page_offers_what_may_be_done_and_does_it(visit_as: As, services: Services, water: Alert) -> None:
    desk, page = visit_as("desk"), f"/alerts/{ALERT}"
    before = desk.get(page).text
    assert 'id="release"' not in before
    assert '<option value="120">2小时</option>' in before
    assert '<option value="240">' not in before

    sent = desk.form(f"{page}/hand-over", page=page, fence=str(water.fence), to="li")
    handed = desk.get(page).text
    assert sent.headers["location"] == f"{page}?said=handed_over"
    assert "社区值班台 方晴 转交给 网格员 李伟" in handed
    assert "已转交。" in desk.get(sent.headers["location"]).text
    assert 'id="release"' in handed

    desk.form(f"{page}/release", page=page, fence=str(now(services).fence), reason="李伟说去不了")
    assert "退回告警（原由社区值班台 方晴接手）：李伟说去不了" in desk.get(page).text

    desk.form(f"{page}/snooze", page=page, fence=str(now(services).fence), minutes="30", reason="电话里说没事")
    assert now(services).snoozed_until is not None
    assert "已暂缓到" in desk.get(page).text
    assert "已暂缓" in desk.get("/").text


def test_whoever_is_asked_takes_it_over_on_the_page_even_from_who_is_on_site(
    visit_as: As, services: Services, water: Alert
) -> None:
    services.desk.arrive(water.id, by="captain-5")
    page = f"/alerts/{ALERT}"
    assert 'id="take"' not in visit_as("li").get(page).text
    services.desk.hand_over(ALERT, by="captain-5", to="li")

    li = visit_as("li")
    assert 'id="take"' in li.get(page).text
    li.form(f"{page}/take", page=page, fence=str(now(services).fence))

    assert (now(services).taken_by, now(services).arrived_by) == ("li", None)


def test_a_red_alert_offers_no_putting_off(visit_as: As) -> None:
    shown = visit_as("desk").get("/alerts/a-17").text

    assert 'id="snooze"' not in shown
    assert 'id="hand-over"' in shown


def test_who_does_not_hold_it_is_not_offered_to_pass_it_on(visit_as: As, services: Services, water: Alert) -> None:
    held_by(services, "captain-5")
    page = f"/alerts/{water.id}"

    shown = visit_as("li").get(page).text
    tried = visit_as("li").form(f"{page}/release", page=page, fence=str(now(services).fence))

    assert 'id="release"' not in shown
    assert 'id="hand-over"' not in shown
    assert tried.headers["location"] == f"{page}?problem=forbidden"
    assert now(services).taken_by == "captain-5"
