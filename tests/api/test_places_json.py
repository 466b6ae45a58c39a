"""Homes, devices, tickets, areas, family, phones and looks over JSON."""

from dataclasses import replace

import pytest

from api.app import create_app
from api.looks import LASTS
from api.services import Services
from core.alerts import Outcome
from core.states import Visibility
from tests.api import street
from tests.api.conftest import As
from tests.api.scene import HandClock
from tests.api.visitor import Visitor


def test_a_home_is_in_exactly_one_of_three_states_and_blindness_is_never_calm(visit_as: As) -> None:
    homes = {home["id"]: home for home in visit_as("desk").get("/api/v1/homes?limit=500").json()["items"]}

    assert homes[street.FALLEN]["state"] == "concern"
    assert homes[street.BLIND]["state"] == "cannot_see"
    assert homes[street.BLIND]["visibility_reason"] == "gateway_silent"
    assert homes[street.PARTIAL]["state"] == "well"
    assert homes[street.WELL]["state"] == "well"
    assert len(homes) == 12


def test_a_home_that_was_never_heard_of_cannot_be_seen(visit_as: As, services: Services) -> None:
    services.statuses.save([replace(services.statuses.homes()[street.WELL], visibility=Visibility.BLIND)])

    assert visit_as("desk").get(f"/api/v1/homes/{street.WELL}").json()["state"] == "cannot_see"


def test_homes_are_listed_by_area_and_state_page_by_page(visit_as: As) -> None:
    li = visit_as("li")

    first = li.get("/api/v1/homes?limit=5").json()
    second = li.get(f"/api/v1/homes?limit=5&cursor={first['next']}").json()
    blind = li.get("/api/v1/homes?state=cannot_see").json()
    below = li.get("/api/v1/homes?area=building-5").json()

    listed = [home["id"] for home in first["items"] + second["items"]]
    assert listed == sorted(home.id for home in street.HOMES if home.area != "building-9")
    assert second["next"] is None
    assert [home["id"] for home in blind["items"]] == [street.BLIND]
    assert {home["area"] for home in below["items"]} == {"building-5"}


def test_the_activity_of_a_day_is_counted_in_local_slices(visit_as: As) -> None:
    day = visit_as("desk").get(f"/api/v1/activity?home={street.FALLEN}").json()

    assert (day["date"], day["start"]) == ("2026-11-24", "2026-11-23T16:00:00Z")
    rows = {(row["room"], row["front_door"]): row["slices"] for row in day["rows"]}
    assert all(len(slices) == 288 for slices in rows.values())
    bathroom = rows["bathroom", False]
    assert bathroom[(8 * 60 + 45) // 5] == 2
    assert sum(bathroom) == 4
    assert sum(rows["entrance", True]) == 2
    assert not any(rows["bathroom", False][(8 * 60 + 55) // 5 :])


def test_yesterday_is_empty_when_nothing_was_heard(visit_as: As) -> None:
    day = visit_as("desk").get(f"/api/v1/activity?home={street.FALLEN}&date=2026-11-20").json()

    assert not any(any(row["slices"]) for row in day["rows"])


def test_devices_tell_when_they_were_heard_and_how_full_they_are(visit_as: As) -> None:
    found = visit_as("desk").get(f"/api/v1/devices?home={street.PARTIAL}").json()["items"]

    batteries = {device["id"].split("/")[1]: device["battery"] for device in found}
    assert batteries["living_pir"] == 9.0
    assert batteries["front_door"] == 87.0
    assert all(device["last_heard_at"] == "2026-11-24T01:35:00Z" for device in found)


def test_device_tickets_name_one_cause_and_only_homes_of_the_viewer(visit_as: As) -> None:
    li, qian = visit_as("li"), visit_as("qian")

    found = li.get("/api/v1/tickets").json()["items"]
    mended = li.get("/api/v1/tickets?open_only=false").json()["items"]

    assert [(t["cause"], t["homes"]) for t in found] == [
        ("gateway_silent", [street.BLIND]),
        ("battery_low", [street.PARTIAL]),
    ]
    assert [t["id"] for t in mended] == ["t-1", "t-2", "t-0"]
    assert qian.get("/api/v1/tickets").json()["items"] == []


def test_areas_are_counted_and_a_duty_gap_is_an_empty_list(visit_as: As) -> None:
    areas = {area["id"]: area for area in visit_as("desk").get("/api/v1/areas").json()["items"]}

    assert areas["community"]["count"] == {"well": 8, "concern": 3, "cannot_see": 1, "homes": 12}
    assert areas["grid-1"]["on_duty"] == ["li"]
    assert (areas["grid-2"]["post"], areas["grid-2"]["on_duty"]) == ("grid_worker", [])
    assert areas["building-7"]["post"] is None
    assert list(areas) == ["community", "grid-1", "building-5", "building-7", "grid-2", "building-9"]
    assert "street" not in areas


# -- family -------------------------------------------------------------------------------------------------------


def family_states(visitor: Visitor) -> dict[str, str]:
    return {seen["home"]: seen["state"] for seen in visitor.get("/api/v1/family/homes").json()["items"]}


def test_family_hears_well_or_being_checked_and_nothing_more(visit_as: As) -> None:
    fang = visit_as("fang")

    answer = fang.get("/api/v1/family/homes").json()

    assert family_states(fang) == {street.FALLEN: "being_checked", street.WELL: "well"}
    assert all(set(item) == {"home", "resident", "state", "as_of", "questions"} for item in answer["items"])
    assert {item["home"]: item["questions"] for item in answer["items"]} == {
        street.FALLEN: [{"alert": "a-17", "fence": 2, "answers": ["take"]}],
        street.WELL: [],
    }


def test_family_never_hears_well_of_a_home_that_cannot_be_seen(visit_as: As, services: Services) -> None:
    services.statuses.save([replace(services.statuses.homes()[street.WELL], visibility=Visibility.BLIND)])

    assert family_states(visit_as("fang"))[street.WELL] == "being_checked"


def ask_fang(fang: Visitor, answer: str, *, fence: int, alert: str = "a-17") -> tuple[int, str]:
    told = fang.post("/api/v1/family/answers", json={"alert": alert, "fence": fence, "answer": answer})
    return told.status_code, told.json()["code"] if told.content else ""


def test_family_that_was_asked_takes_it_goes_there_and_says_how_it_was(visit_as: As, services: Services) -> None:
    fang = visit_as("fang")

    assert ask_fang(fang, "take", fence=2) == (204, "")
    assert ask_fang(fang, "arrive", fence=3) == (204, "")
    assert ask_fang(fang, "helped", fence=4) == (204, "")

    alert = services.alerts.get("a-17")
    assert alert is not None
    assert (alert.closed_by, alert.outcome) == ("fang", Outcome.HELPED)
    assert family_states(fang)[street.FALLEN] == "well"


def test_family_that_cannot_go_after_all_gives_it_back(visit_as: As, services: Services) -> None:
    fang = visit_as("fang")
    assert ask_fang(fang, "cannot", fence=2) == (409, "stale")
    assert ask_fang(fang, "take", fence=2) == (204, "")
    assert "我去不了了" in fang.get("/family").text

    assert ask_fang(fang, "cannot", fence=3) == (204, "")

    alert = services.alerts.get("a-17")
    assert alert is not None
    assert (alert.taken_by, alert.level) == (None, 2)
    services.desk.acknowledge("a-17", by="li")
    assert ask_fang(fang, "cannot", fence=5) == (409, "stale")


def test_family_answers_only_what_it_was_asked_and_only_in_order(visit_as: As, services: Services) -> None:
    fang = visit_as("fang")

    assert ask_fang(fang, "well", fence=2) == (409, "stale")
    assert ask_fang(fang, "take", fence=1) == (409, "stale")
    assert ask_fang(fang, "take", fence=1, alert="a-10") == (404, "not_found")
    assert ask_fang(fang, "take", fence=1, alert="a-16") == (404, "not_found")
    services.desk.acknowledge("a-17", by="li")
    assert ask_fang(fang, "take", fence=3) == (409, "stale")
    services.desk.close("a-17", by="li", outcome=Outcome.TEST)
    assert ask_fang(fang, "take", fence=4) == (409, "closed")


# -- phones -------------------------------------------------------------------------------------------------------


def test_phones_show_messages_about_what_the_viewer_sees(visit_as: As) -> None:
    admin = visit_as("admin").get("/api/v1/phones/messages").json()["items"]
    qian = visit_as("qian").get("/api/v1/phones/messages").json()["items"]

    assert {m["alert"] for m in admin} == {"a-10", "a-15", "a-16", "a-17"}
    assert {m["alert"] for m in qian} == {"a-15"}
    assert [m["at"] for m in admin] == sorted((m["at"] for m in admin), reverse=True)


def test_i_am_fine_closes_an_orange_alert_in_the_residents_name(visit_as: As) -> None:
    closed = visit_as("desk").post("/api/v1/phones/fine", json={"alert": "a-16"}).json()

    assert (closed["handling"], closed["outcome"]) == ("closed", "well_at_home")
    assert closed["closed_by"] == street.resident(street.STOVE)


def test_i_am_fine_never_closes_a_red_alert(visit_as: As, services: Services) -> None:
    answer = visit_as("desk").post("/api/v1/phones/fine", json={"alert": "a-17"})

    assert answer.json()["handling"] == "triggered"
    assert services.alerts.timeline("a-17")[-1].kind.value == "resident_fine"


def test_outside_a_demonstration_there_are_no_phones(services: Services, visit_as: As) -> None:
    import asyncio

    from api.sessions import cookie_name

    token = visit_as("desk").client.cookies[cookie_name(services)]
    with asyncio.Runner() as runner:
        desk = Visitor(create_app(replace(services, phones=None)), runner)
        desk.client.cookies.set(cookie_name(services), token)

        assert desk.get("/api/v1/phones/messages").status_code == 404
        assert desk.post("/api/v1/phones/fine", json={"alert": "a-17"}).status_code == 404
        assert desk.get("/phones").status_code == 404
        assert "/phones" not in desk.get("/").text


# -- looks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "what"),
    [
        (f"/api/v1/homes/{street.FALLEN}", "home"),
        (f"/homes/{street.FALLEN}", "home"),
        ("/api/v1/alerts/a-17", "alert a-17"),
        ("/alerts/a-17", "alert a-17"),
        (f"/api/v1/activity?home={street.FALLEN}", "activity"),
        (f"/api/v1/devices?home={street.FALLEN}", "devices"),
        (f"/api/v1/tickets?home={street.FALLEN}", "tickets"),
        (f"/api/v1/alerts?home={street.FALLEN}", "alerts"),
        (f"/api/v1/looks?home={street.FALLEN}", "looks"),
    ],
)
def test_every_look_at_a_home_is_logged(visit_as: As, services: Services, path: str, what: str) -> None:
    assert visit_as("desk").get(path).status_code == 200

    assert [(look.login, look.what) for look in services.accounts.looks(street.FALLEN)] == [("desk", what)]


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/", "desk"),
        ("/homes", "homes"),
        ("/tickets", "tickets"),
        ("/phones", "phones"),
        ("/api/v1/homes", "homes"),
        ("/api/v1/alerts", "alerts"),
        ("/api/v1/areas", "areas"),
        ("/api/v1/devices", "devices"),
        ("/api/v1/tickets", "tickets"),
        ("/api/v1/phones/messages", "phones"),
    ],
)
def test_every_look_at_a_list_is_logged(visit_as: As, services: Services, path: str, what: str) -> None:
    assert visit_as("desk").get(path).status_code == 200

    assert [(look.login, look.what) for look in services.accounts.looks("*")] == [("desk", what)]


@pytest.mark.parametrize("path", ["/family", "/api/v1/family/homes"])
def test_family_looks_are_logged_per_home(visit_as: As, services: Services, path: str) -> None:
    visit_as("fang").get(path)

    assert [(look.login, look.what) for look in services.accounts.looks(street.WELL)] == [("fang", "family")]


def test_a_page_that_refreshes_itself_is_one_look_that_lasts(
    visit_as: As, services: Services, clock: HandClock
) -> None:
    desk = visit_as("desk")
    for _ in range(3):
        desk.get("/alerts/a-17", headers={"X-Fragment": "1"})
    assert len(services.accounts.looks(street.FALLEN)) == 1

    clock.instant += LASTS
    desk.get("/alerts/a-17", headers={"X-Fragment": "1"})

    assert len(services.accounts.looks(street.FALLEN)) == 2


def test_what_one_may_not_see_is_not_a_look(visit_as: As, services: Services) -> None:
    visit_as("qian").get(f"/homes/{street.FALLEN}")

    assert services.accounts.looks(street.FALLEN) == []
