"""The code at the door: printed, scanned by whoever comes, renewed; and where a phone says that it is."""

from typing import Any

import pytest

from api.pages.one_tap import TAP_COOKIE
from api.services import Services
from core.alerts import Entry, EntryKind, Handling
from core.arrival import DoorCode
from tests.api import street
from tests.api.conftest import As
from tests.api.test_one_tap import RED, path_of
from tests.api.visitor import ORIGIN, Visitor, csrf_on

CODE = "the-code-at-the-door-of-7-402"
WHERE = {"latitude": "31.23041", "longitude": "121.4737", "accuracy": "18.4"}
TOLD = {"latitude": 31.23041, "longitude": 121.4737, "accuracy_m": 18.4}


@pytest.fixture(autouse=True)
def hung(services: Services) -> None:
    services.doors.renew(DoorCode(street.FALLEN, CODE, services.clock.now(), "mei"))


def scan(visitor: Visitor, alert: str = RED, *, code: str = CODE, fence: int = 2, **fields: str) -> str:
    """Scan, and press the button on the page; where the browser is sent."""
    page = visitor.get(f"/at/{code}")
    assert page.status_code == 200
    csrf = csrf_on(page.text) if 'action="/logout"' in page.text else ""
    data = {"csrf": csrf, "alert": alert, "fence": str(fence), **fields}
    return str(visitor.post(f"/at/{code}", data=data, headers={"Origin": ORIGIN}).headers.get("location", ""))


def lines(services: Services, kind: EntryKind, alert: str = RED) -> list[Entry]:
    return [entry for entry in services.alerts.timeline(alert) if entry.kind is kind]


def test_a_responder_who_scans_is_there_with_proof(visit_as: As, services: Services) -> None:
    li = visit_as("li")

    went = scan(li)

    assert went == f"/alerts/{RED}?said=arrived_proved"
    [arrived] = lines(services, EntryKind.ARRIVED)
    assert (arrived.actor, arrived.detail["evidence"]) == ("li", "qr")
    assert "location" not in arrived.detail
    assert "已扫门口码" in li.get(f"/alerts/{RED}").text


def test_looking_at_the_page_of_a_code_moves_nothing(visit_as: As, services: Services) -> None:
    visit_as("li").get(f"/at/{CODE}")

    alert = services.alerts.get(RED)
    assert alert is not None
    assert (alert.handling, alert.fence) == (Handling.TRIGGERED, 2)


def test_the_holder_of_a_link_scans_without_a_login(visitor: Visitor, services: Services) -> None:
    visitor.get(path_of(services, RED, "fang"))

    went = scan(visitor)

    assert went == f"{path_of(services, RED, 'fang')}?said=arrived_proved"
    assert ("link of fang", "door") in {(look.login, look.what) for look in services.accounts.looks(street.FALLEN)}
    [arrived] = lines(services, EntryKind.ARRIVED)
    assert (arrived.actor, arrived.detail["evidence"]) == ("fang", "qr")


def test_the_cookie_of_a_link_goes_to_doors_only_and_no_script_reads_it(visitor: Visitor, services: Services) -> None:
    cookie = visitor.get(path_of(services, RED, "fang")).headers["set-cookie"]

    assert cookie.startswith(f"{TAP_COOKIE}=")
    assert "Path=/at/" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


def test_a_resident_does_not_arrive_at_their_own_door(visitor: Visitor, services: Services) -> None:
    visitor.get(path_of(services, RED, street.resident(street.FALLEN)))

    assert "这里现在没有告警" in visitor.get(f"/at/{CODE}").text
    answer = visitor.post(f"/at/{CODE}", data={"alert": RED, "fence": "2"}, headers={"Origin": ORIGIN})
    assert answer.status_code == 404
    assert lines(services, EntryKind.ARRIVED) == []


def test_a_link_proves_nothing_at_another_door(visitor: Visitor, services: Services) -> None:
    services.doors.renew(DoorCode(street.STOVE, "elsewhere", services.clock.now(), "mei"))
    visitor.get(path_of(services, RED, "fang"))

    assert visitor.get("/at/elsewhere").status_code == 404


def test_a_stranger_who_scans_learns_nothing_of_the_home(visitor: Visitor) -> None:
    page = visitor.get(f"/at/{CODE}")

    assert page.status_code == 200
    home = street.INVENTORY.homes[street.FALLEN]
    assert home.address not in page.text
    assert str(home.resident) not in page.text
    assert "/login?next=/at/" in page.text
    answer = visitor.post(f"/at/{CODE}", data={"alert": RED, "fence": "2"})
    assert answer.headers["location"].startswith("/login?")


@pytest.mark.parametrize("login", ["qian", "fang", "mei"])
def test_whoever_is_not_a_responder_here_cannot_arrive(visit_as: As, services: Services, login: str) -> None:
    other = visit_as(login)
    page = other.get(f"/at/{CODE}")

    data = {"csrf": csrf_on(page.text) if page.status_code == 200 else "", "alert": RED, "fence": "2"}
    other.post(f"/at/{CODE}", data=data, headers={"Origin": ORIGIN})

    assert page.status_code == (404 if login == "qian" else 200)
    assert lines(services, EntryKind.ARRIVED) == []


def test_a_form_from_another_page_is_refused(visit_as: As, visitor: Visitor, services: Services) -> None:
    li = visit_as("li")
    data = {"alert": RED, "fence": "2"}
    assert li.post(f"/at/{CODE}", data=data, headers={"Origin": ORIGIN}).status_code == 403
    visitor.get(path_of(services, RED, "fang"))

    assert visitor.post(f"/at/{CODE}", data=data, headers={"Origin": "https://evil.example"}).status_code == 403
    assert lines(services, EntryKind.ARRIVED) == []


def test_the_code_of_one_door_proves_nothing_about_another_alert(visit_as: As, services: Services) -> None:
    went = scan(visit_as("li"), "a-16")

    assert went == f"/at/{CODE}?problem=invalid"
    assert lines(services, EntryKind.ARRIVED, "a-16") == []


def test_who_had_said_so_on_the_stairs_proves_it_at_the_door(visit_as: As, services: Services) -> None:
    services.desk.arrive(RED, by="li")
    li = visit_as("li")
    assert "确认我在门口" in li.get(f"/at/{CODE}").text

    went = scan(li, fence=3)

    assert went == f"/alerts/{RED}?said=arrived_proved"
    [proved] = lines(services, EntryKind.AT_DOOR)
    assert (proved.actor, proved.detail) == ("li", {"evidence": "qr"})
    assert "证明已在门口（已扫门口码）" in li.get(f"/alerts/{RED}").text


def test_somebody_else_was_quicker(visit_as: As, services: Services) -> None:
    services.desk.acknowledge(RED, by="captain-7")

    assert scan(visit_as("li"), fence=2) == f"/at/{CODE}?problem=stale"


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (WHERE, TOLD),
        ({}, None),
        ({**WHERE, "latitude": ""}, None),
        ({**WHERE, "latitude": "91"}, None),
        ({**WHERE, "longitude": "nan"}, None),
        ({**WHERE, "accuracy": "-1"}, None),
    ],
)
def test_a_phones_place_is_kept_if_it_is_one_and_never_needed(
    visit_as: As, services: Services, sent: dict[str, str], told: dict[str, float] | None
) -> None:
    visit_as("li").form(f"/alerts/{RED}/arrive", page=f"/alerts/{RED}", fence="2", **sent)

    [arrived] = lines(services, EntryKind.ARRIVED)
    assert arrived.detail.get("location") == told


def test_a_link_may_tell_the_place_too(visitor: Visitor, services: Services) -> None:
    services.desk.acknowledge(RED, by="fang")
    where = path_of(services, RED, "fang")

    visitor.post(where, data={"tap": "arrive", "fence": "3", **WHERE})

    [arrived] = lines(services, EntryKind.ARRIVED)
    assert (arrived.actor, arrived.detail["location"]) == ("fang", TOLD)
    assert "evidence" not in arrived.detail


def test_a_program_says_both(visit_as: As, services: Services) -> None:
    body: dict[str, Any] = {"fence": 2, "door": CODE, "location": TOLD}

    answer = visit_as("li").post(f"/api/v1/alerts/{RED}/arrive", json=body)

    assert answer.status_code == 200
    [arrived] = lines(services, EntryKind.ARRIVED)
    assert (arrived.detail["evidence"], arrived.detail["location"]) == ("qr", TOLD)


@pytest.mark.parametrize(
    "wrong", [{"door": "not-this-one"}, {"location": {**TOLD, "latitude": 91}}, {"location": {"latitude": 1.0}}]
)
def test_a_programs_wrong_evidence_is_refused(visit_as: As, services: Services, wrong: dict[str, Any]) -> None:
    answer = visit_as("li").post(f"/api/v1/alerts/{RED}/arrive", json={"fence": 2, **wrong})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert lines(services, EntryKind.ARRIVED) == []


def test_the_sheet_is_printed_without_the_residents_name(visit_as: As) -> None:
    page = visit_as("mei").get(f"/door/{street.FALLEN}").text

    home = street.INVENTORY.homes[street.FALLEN]
    assert "<svg" in page[page.index("at-door") :]
    assert home.address in page
    assert str(home.resident) not in page


def test_a_new_code_makes_the_old_one_worthless(visit_as: As, services: Services) -> None:
    mei, li = visit_as("mei"), visit_as("li")

    mei.form("/doors/renew", page=f"/door/{street.FALLEN}", home=street.FALLEN)

    door = services.doors.door(street.FALLEN)
    assert door is not None
    assert door.code != CODE
    assert len(door.code) >= 40
    assert door.made_by == "mei"
    assert li.get(f"/at/{CODE}").status_code == 404
    assert scan(li, code=door.code) == f"/alerts/{RED}?said=arrived_proved"


def test_a_home_without_a_code_is_given_one_by_pressing_a_button(visit_as: As, services: Services) -> None:
    mei = visit_as("mei")
    assert "还没有门口码" in mei.get(f"/door/{street.WELL}").text
    assert services.doors.door(street.WELL) is None

    mei.form("/doors/renew", page=f"/door/{street.WELL}", home=street.WELL)

    assert services.doors.door(street.WELL) is not None


def test_a_door_beyond_ones_areas_is_not_there(visit_as: As, services: Services) -> None:
    mei = visit_as("mei")

    assert mei.get(f"/door/{street.PRESSED}").status_code == 404
    mei.form("/doors/renew", page=f"/door/{street.WELL}", home=street.PRESSED)
    assert services.doors.door(street.PRESSED) is None
