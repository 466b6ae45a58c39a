"""The page of ways: a test is sent and answered, the code is read out, and looking proves nothing."""

import re

from api.services import Services
from core.duty import Shift
from core.proving import ProofHow, Trial
from tests.api import street
from tests.api.conftest import As
from tests.api.happenings import NOW
from tests.api.visitor import ORIGIN, Visitor

TEST = {"person": "li", "number": "0", "channel": "console"}


def send(visitor: Visitor, path: str, page: str = "/contacts", **fields: str) -> str:
    answer = visitor.form(path, page=page, **fields)
    assert answer.status_code == 303, answer.text[:300]
    return answer.headers["location"]


def latest(services: Services, person: str = "li") -> Trial:
    [trial] = services.proving.store.latest(person)
    return trial


def test_everybody_who_is_counted_on_is_listed_and_nobody_is_proved_at_first(visit_as: As, services: Services) -> None:
    text = visit_as("admin").get("/contacts").text

    serving = {row.person for row in services.duty.rota() if isinstance(row, Shift)}
    for person in serving:
        assert street.DIRECTORY.people[person].name in text
    assert "王芳" not in text, "family is on the page of its home"
    assert "未验证" in text
    assert re.search(r"\d+人中有0人", text)


def test_a_test_goes_to_the_phone_and_its_button_proves_the_way(
    visit_as: As, visitor: Visitor, services: Services
) -> None:
    desk = visit_as("desk")

    assert send(desk, "/contacts/test", **TEST) == "/contacts?said=test_sent"

    trial = latest(services)
    assert services.phones is not None
    assert services.phones.inbox("li")[0].title == "【安心】测试：请回应"
    assert "还没有回应" in desk.get("/contacts").text
    page = visitor.get(f"/t/{trial.id}")
    assert "收到了" in page.text
    assert latest(services).answered_at is None, "looking proves nothing"

    pressed = visitor.post(f"/t/{trial.id}", headers={"Origin": ORIGIN})

    assert pressed.headers["location"] == f"/t/{trial.id}?said=way_proved"
    assert latest(services).how is ProofHow.LINK
    assert "09:41回应过" in desk.get("/contacts").text
    assert "谢谢" in visitor.get(f"/t/{trial.id}").text


def test_the_code_is_checked(visit_as: As, services: Services) -> None:
    desk = visit_as("desk")
    send(desk, "/contacts/test", **TEST)
    code = latest(services).code

    wrong = send(desk, "/contacts/code", person="li", code=f"{(int(code) + 1) % 10_000:04d}")
    right = send(desk, "/contacts/code", person="li", code=f" {code[:2]} {code[2:]} ")

    assert (wrong, right) == ("/contacts?problem=wrong_code", "/contacts?said=way_proved")
    assert latest(services).how is ProofHow.CODE


def test_a_ladder_that_changed_meanwhile_sends_nothing(visit_as: As, services: Services) -> None:
    desk = visit_as("desk")

    assert send(desk, "/contacts/test", **{**TEST, "channel": "sms"}) == "/contacts?problem=stale"
    assert send(desk, "/contacts/test", **{**TEST, "number": "7"}) == "/contacts?problem=stale"
    assert services.proving.store.latest("li") == []


def test_family_is_tried_on_a_page_of_its_own(visit_as: As, services: Services) -> None:
    desk = visit_as("desk")
    page = "/contacts?person=fang"
    assert "王芳" in desk.get(page).text

    went = send(desk, "/contacts/test", page, person="fang", number="0", channel="console", one="fang")

    assert went == "/contacts?person=fang&said=test_sent"
    assert latest(services, "fang").accepted


def test_nobody_of_elsewhere_is_reached(visit_as: As, services: Services) -> None:
    desk = visit_as("desk")

    for person in ("nobody", "mei"):
        answer = desk.form("/contacts/test", page="/contacts", person=person, number="0", channel="console")
        assert answer.status_code == 404
        assert services.proving.store.latest(person) == []


def test_an_old_or_unknown_link_is_not_there(visitor: Visitor, services: Services) -> None:
    old = Trial("old", "li", "console", "li", NOW.replace(day=20), "wu", "1234", accepted=True)
    services.proving.store.save(old)

    for id_ in ("old", "unknown"):
        assert visitor.get(f"/t/{id_}").status_code == 404
        assert visitor.post(f"/t/{id_}", headers={"Origin": ORIGIN}).status_code == 404


def test_the_rota_says_who_is_not_proved(visit_as: As) -> None:
    assert "验证过的联系方式不足两种" in visit_as("desk").get("/duty?area=grid-1").text
