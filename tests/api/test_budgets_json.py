"""Budgets for programs: the same as on the pages, with numbers that can be reckoned with."""

from api.services import Services
from tests.api import street
from tests.api.budgets import BEING_REPLAYED, GRID, OTHER_GRID, REPLAYED
from tests.api.conftest import As

ROOT = "/api/v1/budgets"


def test_what_holds_and_whence_it_comes(visit_as: As) -> None:
    told = visit_as("admin").get(f"{ROOT}?place={GRID}").json()

    assert [(area["place"], area["budget"], area["set_at"]) for area in told["areas"]] == [
        (GRID, 0.8, "area:community"),
        ("area:building-5", 0.8, "area:community"),
        ("area:building-7", 0.8, "area:community"),
    ]
    own = next(home for home in told["homes"] if home["place"] == street.WELL)
    assert (own["budget"], own["set_at"], own["allowed"], own["kind"]) == (1.5, street.WELL, 1.4, None)
    assert told["of"] == 8
    assert told["bought"] == {"homes": 1, "waits_s": {"0.25": 14000.0, "0.5": 11400.0, "1.0": 9300.0, "2.0": 7700.0}}
    assert visit_as("admin").get(ROOT).json()["bought"] is None
    assert told["versions"] == []


def test_a_proposal_goes_its_way(services: Services, visit_as: As) -> None:
    admin = visit_as("admin")

    made = admin.send("POST", f"{ROOT}/proposals", json={"place": GRID, "value": None, "note": "why"})
    assert made.status_code == 400
    assert "No home there" in made.json()["detail"]
    made = admin.send("POST", f"{ROOT}/proposals", json={"place": OTHER_GRID, "value": 1.0, "note": "why"})
    assert (made.status_code, made.json()["state"], made.json()["done"]) == (201, "proposed", 0)
    early = admin.send("POST", f"{ROOT}/proposals/{made.json()['id']}/effect")
    assert (early.status_code, early.json()["code"]) == (409, "stale")

    done = admin.send("POST", f"{ROOT}/proposals/{REPLAYED}/effect").json()
    assert (done["state"], done["done"], done["stale"]) == ("in_effect", 7, False)
    assert services.budgets.versions()[0].value == 0.3
    gone = admin.send("POST", f"{ROOT}/proposals/{BEING_REPLAYED}/withdraw").json()
    assert gone["state"] == "withdrawn"

    back = admin.send("POST", f"{ROOT}/back", json={"place": GRID, "seen": 1, "note": "too late"}).json()
    assert (back["number"], back["value"], back["proposal"], back["note"]) == (2, None, None, "too late")
    assert admin.send("POST", f"{ROOT}/back", json={"place": GRID, "seen": 1}).status_code == 409


def test_what_a_replay_found(visit_as: As) -> None:
    told = visit_as("li").get(f"{ROOT}/proposals/{REPLAYED}").json()

    assert told["proposal"]["state"] == "replayed"
    assert len(told["replays"]) == 7
    later, fewer = told["differences"]
    assert (later["effect"], later["home"], later["alert"]) == ("later", street.STOVE, None)
    assert (fewer["effect"], fewer["home"], fewer["alert"], fewer["outcome"]) == ("fewer", street.FALLEN, "a-17", None)


def test_the_list_holds_what_is_ones_own(visit_as: As) -> None:
    def ids(login: str, query: str = "") -> list[str]:
        return [each["id"] for each in visit_as(login).get(f"{ROOT}/proposals{query}").json()["items"]]

    assert ids("li") == [REPLAYED, "earlier00004"]
    assert ids("qian") == [BEING_REPLAYED]
    assert ids("desk", "?open_only=true") == [BEING_REPLAYED, REPLAYED]


def test_looking_is_written_down(services: Services, visit_as: As) -> None:
    visit_as("li").get(f"{ROOT}/proposals/{REPLAYED}")

    assert [(look.login, look.what) for look in services.accounts.looks(GRID)] == [("li", "budgets")]
