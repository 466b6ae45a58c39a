"""The pages of one home, of family and of the demonstration's phones, without a browser."""

import re

from api.services import Services
from core.concerns import ConcernKind, Severity
from tests.api import street
from tests.api.conftest import As
from tests.api.happenings import NOW, concern
from tests.api.test_pages import words

# -- one home -----------------------------------------------------------------------------------------------------


def test_a_home_tells_its_state_its_last_sign_and_its_day(visit_as: As) -> None:
    page = visit_as("desk").get(f"/homes/{street.FALLEN}").text
    visible = words(page)

    assert "临河街道 › 临园社区 › 第一网格 › 7号楼" in visible
    assert "最后动静 08:49 卫生间 52分钟前" in visible
    assert "在家 自 11月23日22:41" in visible
    assert "已了解 28 天的作息" in visible
    assert "卫生间：今天 3 个五分钟内有动静，最后一次 08:45" in page


def test_a_blind_home_says_since_when_and_that_it_is_not_calm(visit_as: As) -> None:
    page = visit_as("desk").get(f"/homes/{street.BLIND}").text

    assert "不等于平安" in page
    assert "自 09:00 起看不到" in page
    assert 'class="blind"' in page
    assert "离线" in page


def test_who_looked_is_for_the_desk_and_not_for_responders(visit_as: As) -> None:
    visit_as("li").get(f"/homes/{street.FALLEN}")

    assert "网格员 李伟 · 住户页" in words(visit_as("desk").get(f"/homes/{street.FALLEN}").text)
    assert "谁看过" not in visit_as("li").get(f"/homes/{street.FALLEN}").text


# -- family and phones --------------------------------------------------------------------------------------------


def test_the_family_page_says_well_or_being_checked_and_no_more(visit_as: As) -> None:
    fang = visit_as("fang")
    assert fang.get("/").headers["location"] == "/family"

    visible = words(fang.get("/family").text)

    assert "李桂兰 一切安好" in visible
    assert "王秀英 正在确认" in visible
    secrets = ("红色", "卫生间", "动静", "失察", "7号楼", "a-17", "网关", "告警")
    assert not [word for word in secrets if word in visible]


def test_family_that_was_not_asked_sees_no_difference_between_an_alert_and_blindness(
    visit_as: As, services: Services
) -> None:
    from dataclasses import replace

    from core.states import Visibility

    blind = replace(services.statuses.homes()[street.WELL], visibility=Visibility.BLIND)
    services.statuses.save([blind])
    fragment = {"X-Fragment": "1"}
    unseen = visit_as("fang").get("/family", headers=fragment).text
    services.statuses.save([replace(blind, visibility=Visibility.VISIBLE)])
    concern_ = concern(street.WELL, ConcernKind.SOS, Severity.RED, at=NOW)

    services.desk.raise_concern(concern_)

    assert csrf_free(visit_as("fang").get("/family", headers=fragment).text) == csrf_free(unseen)


def csrf_free(page: str) -> str:
    return re.sub(r'name="csrf" value="[0-9a-f]+"', "", page)


def test_family_answers_on_its_page(visit_as: As) -> None:
    fang = visit_as("fang")
    assert "我们给您发了消息，请您帮忙看看。" in words(fang.get("/family").text)

    answer = fang.form("/family/answer", page="/family", alert="a-17", fence="2", answer="take")

    assert answer.headers["location"] == "/family?said=answered"
    assert "谢谢您。到了请告诉我们。 我已到" in words(fang.get("/family").text)
    late = fang.form("/family/answer", page="/family", alert="a-17", fence="2", answer="take")
    assert late.headers["location"] == "/family?problem=stale"


def test_the_resident_presses_i_am_fine_on_the_phone(visit_as: As, services: Services) -> None:
    desk = visit_as("desk")

    orange = desk.form("/phones/fine", page="/phones", alert="a-16")
    red = desk.form("/phones/fine", page="/phones", alert="a-17")

    assert orange.headers["location"] == "/phones?said=fine"
    assert red.headers["location"] == "/phones?problem=red_needs_a_person"
    closed, still_open = services.alerts.get("a-16"), services.alerts.get("a-17")
    assert closed is not None
    assert still_open is not None
    assert (closed.is_open, still_open.is_open) == (False, True)


def test_a_responders_message_leads_to_the_alert(visit_as: As, services: Services) -> None:
    from core.phones import PhoneMessage

    assert services.phones is not None
    services.phones.deliver(PhoneMessage("m-1", "li", NOW, "请去看看", "7号楼402", "a-17", "ask"))
    services.phones.deliver(PhoneMessage("m-2", "fang", NOW, "请看看她", "请打电话", "a-17", "ask"))

    page = visit_as("desk").get("/phones").text

    phones = dict(re.findall(r'<section class="phone" aria-label="([^"]+)">(.*?)</section>', page, flags=re.DOTALL))
    assert 'href="/alerts/a-17"' in phones["网格员 李伟"]
    assert 'href="/alerts/a-17"' not in phones["王芳"]
    assert "我很好" in phones["王秀英"]
