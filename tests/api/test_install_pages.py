"""The installer's pages: walk test, change, removal, labels, a device's readings; and what an installer never sees."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from api.services import Services
from core.decisions import ClockDecision, Decision
from core.places import Role, Room
from core.readings import Kind, Reading, Value
from tests.api import street
from tests.api.conftest import As
from tests.api.happenings import NOW
from tests.api.scene import Onboarding
from tests.api.visitor import Visitor

HOME = street.FALLEN
PAGE = f"/install/{HOME}"
GATEWAY = street.gateway_of(HOME)
DOOR, KITCHEN, SOS = (f"{GATEWAY}/{name}" for name in ("front_door", "kitchen_pir", "sos"))
SOON = timedelta(seconds=4)


def onboarding(services: Services) -> Onboarding:
    assert isinstance(services.onboarding, Onboarding)
    return services.onboarding


def says(services: Services, device: str, kind: Kind, value: Value, at: datetime = NOW + SOON) -> None:
    services.readings.append(
        [Reading(device, kind, value, at, at, decision=Decision.CHANGED, clock=ClockDecision.ABSENT)]
    )


def walking(visitor: Visitor) -> str:
    """Follow the button that starts a walk test."""
    found = re.search(r'href="([^"]*\?walk=[^"]+)"', visitor.get(f"{PAGE}?lang=en").text)
    assert found is not None
    return found[1]


def test_a_walk_test_shows_each_sensor_as_it_is_heard(visit_as: As, services: Services) -> None:
    installer = visit_as("mei")
    walk = walking(installer)

    before = installer.get(walk).text
    says(services, DOOR, Kind.DOOR, "open", NOW)
    says(services, KITCHEN, Kind.BATTERY, 90.0, NOW)
    after = installer.get(walk).text

    assert "0 of 6 work" in before
    assert "1 of 6 work" in after
    assert "door open" in after
    assert "Lives, nothing sensed yet" in after
    assert after.count("Not heard yet") == 4


def test_what_was_said_before_the_walk_does_not_count(visit_as: As, services: Services) -> None:
    says(services, DOOR, Kind.DOOR, "open", NOW - timedelta(seconds=1))
    installer = visit_as("mei")

    assert "0 of 6 work" in installer.get(walking(installer)).text


@pytest.mark.parametrize("since", ["yesterday", "2026-11-24T01:40:00", "", "9999-12-31T23:59:59Z"])
def test_a_walk_that_began_at_no_time_breaks_nothing(visit_as: As, since: str) -> None:
    assert visit_as("mei").get(PAGE, params={"walk": since}).status_code in {200, 422}


def test_a_device_is_given_another_room_and_keeps_its_home_and_profile(visit_as: As, services: Services) -> None:
    form = {"device": KITCHEN, "room": "balcony", "role": "window", "label": " 阳台 ", "model": "MCCGQ11LM"}

    answer = visit_as("mei").form("/devices/change", page=PAGE, **form)

    (bound,) = onboarding(services).bound
    assert answer.status_code == 303
    assert (bound.id, bound.home, bound.room, bound.role, bound.label, bound.model) == (
        KITCHEN,
        HOME,
        Room.BALCONY,
        Role.WINDOW,
        "阳台",
        "MCCGQ11LM",
    )


def test_a_device_is_removed_only_by_whoever_is_sure_and_is_listed_as_removed(visit_as: As, services: Services) -> None:
    installer = visit_as("mei")

    unsure = installer.form("/devices/remove", page=PAGE, device=KITCHEN)
    sure = installer.form("/devices/remove", page=PAGE, device=KITCHEN, sure="yes")

    assert (unsure.status_code, sure.status_code) == (422, 303)
    assert onboarding(services).taken_away == [KITCHEN]
    assert "Removed from this home" in installer.get(f"{PAGE}?lang=en").text


def test_a_mistake_is_told_and_changes_nothing(visit_as: As, services: Services) -> None:
    onboarding(services).mistakes = ["id: must have a gateway"]

    answers = [
        visit_as("mei").form("/devices/change", page=PAGE, device=DOOR, room="kitchen", role="room"),
        visit_as("mei").form("/devices/remove", page=PAGE, device=DOOR, sure="yes"),
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert all("id: must have a gateway" in answer.text for answer in answers)


@pytest.mark.parametrize("path", ["/devices/change", "/devices/remove"])
def test_a_device_of_another_area_is_not_there(visit_as: As, services: Services, path: str) -> None:
    theirs = f"{street.gateway_of(street.PRESSED)}/sos"

    answer = visit_as("mei").form(path, page=PAGE, device=theirs, room="kitchen", role="room", sure="yes")

    assert answer.status_code == 404
    assert not onboarding(services).bound
    assert not onboarding(services).taken_away


@pytest.mark.parametrize("path", [f"/install/{street.PRESSED}", f"/labels/{street.PRESSED}", "/d/g-9-0202/sos"])
def test_a_home_of_another_area_is_not_there(visit_as: As, path: str) -> None:
    assert visit_as("mei").get(path).status_code == 404


def test_an_installer_begins_at_the_homes_and_sees_no_alert_and_nobody_s_name(visit_as: As) -> None:
    installer = visit_as("mei")

    start = installer.get("/")
    pages = "".join(installer.get(path).text for path in ("/install", PAGE, f"/labels/{HOME}", f"/d/{DOOR}"))

    assert start.headers["location"] == "/install"
    assert "王秀英" not in pages
    assert "门禁密码" not in pages
    assert {installer.get(path).status_code for path in ("/homes", f"/homes/{HOME}", "/alerts/a-16")} == {403}


def test_a_label_s_code_leads_to_its_device_and_tells_no_name(visit_as: As) -> None:
    page = visit_as("mei").get(f"/labels/{HOME}").text

    assert page.count('class="qr"') == 6
    assert "style=" not in page, "the content security policy forbids it"
    assert "王秀英" not in page


def test_a_device_s_page_shows_each_reading_with_the_rules_that_judged_it(visit_as: As, services: Services) -> None:
    says(services, DOOR, Kind.DOOR, "open")
    says(services, DOOR, Kind.TAMPER, value=True, at=NOW - timedelta(hours=25))

    page = visit_as("mei").get(f"/d/{DOOR}?lang=en").text

    assert "door open" in page
    assert "another value than before" in page
    assert "no time was sent: time of receipt" in page
    assert "tamper" not in page, "older than a day"


def test_a_ticket_leads_an_installer_to_the_home_s_devices_and_a_desk_to_the_home(visit_as: As) -> None:
    assert f'href="/install/{street.BLIND}"' in visit_as("mei").get("/tickets").text
    assert f'href="/homes/{street.BLIND}"' in visit_as("desk").get("/tickets").text


def test_homes_are_found_by_address(visit_as: As) -> None:
    page = visit_as("mei").get("/install", params={"q": "7号楼402"}).text

    assert street.INVENTORY.homes[HOME].address in page
    assert street.INVENTORY.homes[street.WELL].address not in page


def test_a_building_is_checked_and_then_taken_in_by_an_administrator(visit_as: As, services: Services) -> None:
    def send(what: str, content: bytes) -> int:
        admin = visit_as("admin")
        token = re.search(r'name="csrf" value="([0-9a-f]{64})"', admin.get("/devices/unknown").text)
        assert token is not None
        answer = admin.post(
            "/devices/import",
            data={"csrf": token[1], "what": what},
            files={"file": ("building.csv", content, "text/csv")},
            headers={"Origin": "http://anxin.test"},
        )
        return answer.status_code

    assert send("check", "home\n户".encode()) == 200
    assert send("take", "户号\n".encode("gb18030")) == 303
    onboarding(services).mistakes = ["line 3: role must be given"]
    assert send("take", b"home\n") == 422
    assert [(text.splitlines()[0], dry) for text, dry in onboarding(services).imported] == [
        ("home", True),
        ("户号", False),
        ("home", False),
    ]


def test_batteries_that_end_soon_are_listed_for_whoever_mends(visit_as: As) -> None:
    page = visit_as("admin").get("/tickets?lang=en").text

    assert "Batteries to change in the next 30 days" in page
    assert "change by 2026-12-06, now at 9%" in page


# -- the same as JSON -------------------------------------------------------------------------------------------------


def test_programs_bind_test_and_remove_too(visit_as: As, services: Services) -> None:
    installer = visit_as("mei")
    body = {"id": f"{GATEWAY}/kitchen_pir_2", "home": HOME, "room": "kitchen", "role": "room", "profile": {"a": 1}}

    unknown = installer.get("/api/v1/devices/unknown").json()["items"]
    bound = installer.post("/api/v1/devices", json=body)
    says(services, DOOR, Kind.DOOR, "open", NOW)
    walked = installer.get("/api/v1/devices/walk", params={"home": HOME, "since": NOW.isoformat()}).json()
    removed = installer.send("DELETE", f"/api/v1/devices/{SOS}")

    assert [(one["device"], one["role"], one["room"]) for one in unknown] == [(body["id"], "room", "kitchen")]
    assert (bound.status_code, bound.json()["id"]) == (201, body["id"])
    assert {step["device"]: step["walked"] for step in walked["steps"]}[DOOR] == "works"
    assert removed.status_code == 204
    assert onboarding(services).taken_away == [SOS]
    assert onboarding(services).bound[0].profile == {"a": 1}


def test_a_program_that_leaves_the_profile_out_does_not_turn_a_door_round(
    visit_as: As, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    turned = {"contact": {"kind": "door", "on": "closed", "off": "open"}}
    monkeypatch.setitem(
        street.INVENTORY.devices,
        DOOR,
        replace(street.INVENTORY.devices[DOOR], profile=turned),
    )
    body = {"id": DOOR, "home": HOME, "room": "entrance", "role": "front_door", "label": "入户门"}

    visit_as("mei").post("/api/v1/devices", json=body)
    visit_as("mei").post("/api/v1/devices", json=body | {"profile": {}})

    assert [device.profile for device in onboarding(services).bound] == [turned, {}]


def test_a_program_is_told_its_mistake(visit_as: As, services: Services) -> None:
    onboarding(services).mistakes = ["home 'x' is not in the inventory"]
    body = {"id": DOOR, "home": HOME, "room": "kitchen", "role": "room"}

    answer = visit_as("mei").post("/api/v1/devices", json=body)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert "not in the inventory" in answer.json()["detail"]
