"""The figures of one's own areas: on the page, as JSON and as a table for a spreadsheet."""

import csv
import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from api.figures.sheet import cell
from api.services import Services
from core.alerts import Alert, Outcome
from core.concerns import ConcernKind, Severity
from core.escalation import acknowledge, arrive, close
from core.ledger import ServiceLevel, ServiceLevels
from tests.api import street
from tests.api.conftest import As
from tests.api.happenings import ago, concern, moved, opened
from tests.api.test_pages import words

MONTH = "2026-11"


def ended(services: Services, number: int, home: str, outcome: Outcome, kind: ConcernKind = ConcernKind.SOS) -> Alert:
    """A red alert of some hours ago, answered in 40 s, reached in 10 min."""
    at = ago(hours=1 + number)
    alert = opened(services.alerts, f"f-{number}", concern(home, kind, Severity.RED, at=at))
    by = "qian" if home.startswith("building-9") else "li"
    alert = moved(services.alerts, acknowledge(alert, by=by, audience=(), now=at + timedelta(seconds=40)))
    alert = moved(services.alerts, arrive(alert, by=by, now=at + timedelta(minutes=10)))
    end = close(alert, by=by, outcome=outcome, note="", audience=(), now=at + timedelta(minutes=20))
    return moved(services.alerts, end)


def rows(body: dict[str, Any], table: str, split: str) -> dict[str, dict[str, Any]]:
    return {row["key"]: row for row in body[table] if row["split"] == split}


def test_a_desk_reads_how_right_the_alerts_were(visit_as: As, services: Services) -> None:
    for number, outcome in enumerate((Outcome.HELPED, Outcome.BY_MISTAKE, Outcome.DEVICE_FAULT, Outcome.TEST)):
        ended(services, number, street.WELL, outcome)

    body = visit_as("desk").get("/api/v1/figures").json()

    sos = rows(body, "precision", "kind")["sos"]
    assert (sos["real"], sos["nothing"], sos["technical"], sos["excluded"], sos["open"]) == (1, 1, 1, 1, 1)
    assert sos["share"] is None
    assert (round(sos["low"], 3), round(sos["high"], 3)) == (0.061, 0.792)
    assert rows(body, "precision", "all")[""]["open"] == 3
    assert rows(body, "precision", "month")[MONTH]["real"] == 1
    assert body["months"] == ["2025-12", *(f"2026-{n:02}" for n in range(1, 12))]


def test_buildings_are_added_up_to_their_grid(visit_as: As, services: Services) -> None:
    ended(services, 1, street.WELL, Outcome.HELPED)
    ended(services, 2, street.FALLEN, Outcome.HELPED)
    ended(services, 3, street.PRESSED, Outcome.HELPED, ConcernKind.GAS)

    body = visit_as("desk").get("/api/v1/figures").json()

    areas = rows(body, "precision", "area")
    assert {key: row["real"] for key, row in areas.items()} == {"grid-1": 2, "grid-2": 1}
    speed = rows(body, "responses", "area")["grid-1"]
    assert speed["answered"]["levels"][0]["within"] == 2
    assert speed["answered"]["median_s"] is None


def test_everybody_counts_what_is_theirs_and_nothing_else(visit_as: As, services: Services) -> None:
    ended(services, 1, street.WELL, Outcome.HELPED)
    ended(services, 2, street.PRESSED, Outcome.HELPED, ConcernKind.GAS)

    li, desk, qian = visit_as("li"), visit_as("desk"), visit_as("qian")

    def homes(who: Any, query: str = "") -> set[str]:
        return set(rows(who.get(f"/api/v1/figures{query}").json(), "precision", "home"))

    assert homes(qian) == {street.PRESSED}
    assert street.WELL in homes(li)
    assert street.PRESSED not in homes(li)
    assert homes(desk) == homes(li) | homes(qian)
    assert homes(desk, "?area=grid-2") == {street.PRESSED}


def test_speed_is_held_against_the_promises(visit_as: As, services: Services) -> None:
    for number in range(20):
        ended(services, number, street.HOMES[number % 8].id, Outcome.HELPED, ConcernKind.GAS)

    red = rows(visit_as("admin").get("/api/v1/figures").json(), "responses", "severity")["red"]

    assert (red["answered"]["median_s"], red["on_site"]["median_s"]) == (40, 600)
    within_60, within_180 = red["answered"]["levels"]
    assert (within_60["within"], within_60["of"], within_60["met"]) == (20, 22, False)
    assert (within_180["within"], within_180["of"], within_180["met"]) == (21, 21, True)


def test_one_month_is_that_month_on_the_viewers_clock(visit_as: As, services: Services) -> None:
    at = services.clock.now().replace(month=10, day=31, hour=16, minute=0)  # midnight of 1 November in Shanghai
    for number, hours in enumerate((-1, 0)):
        of = concern(street.WELL, ConcernKind.GAS, Severity.RED, at=at + timedelta(hours=hours))
        opened(services.alerts, f"f-{number}", replace(of, home=street.HOMES[number].id))

    def gas(month: str) -> int:
        found = rows(visit_as("admin").get(f"/api/v1/figures?month={month}").json(), "precision", "kind")
        return int(found.get("gas", {"open": 0})["open"])

    assert (gas("2026-10"), gas("2026-11"), gas("2026-12"), gas("")) == (1, 1, 0, 2)


@pytest.mark.parametrize("query", ["month=2026-13", "month=x", "month=1999-01", f"area={'x' * 201}"])
def test_what_is_no_month_or_area_is_refused(visit_as: As, query: str) -> None:
    assert visit_as("desk").get(f"/api/v1/figures?{query}").status_code == 422


def test_the_page_never_tells_a_bare_percentage_from_few_alerts(visit_as: As, services: Services) -> None:
    for number, outcome in enumerate((Outcome.HELPED, Outcome.HELPED, Outcome.BY_MISTAKE)):
        ended(services, number, street.WELL, outcome, ConcernKind.GAS)

    page = words(visit_as("desk").get("/figures?lang=en").text)

    assert "Gas alarm 2 of 3, likely 21–94 %" in page
    assert "too few to say" in page


def test_the_page_tells_a_percentage_with_its_interval_where_there_are_enough(visit_as: As, services: Services) -> None:
    for number in range(20):
        outcome = Outcome.HELPED if number < 15 else Outcome.BY_MISTAKE
        ended(services, number, street.HOMES[number % 8].id, outcome, ConcernKind.GAS)

    page = words(visit_as("admin").get(f"/figures?lang=en&month={MONTH}").text)

    assert "Gas alarm 75 % (likely 53–89 %)" in page
    assert "promised: 90 % · kept" in page


def test_a_street_may_promise_something_else(visit_as: As, services: Services, app: Any) -> None:
    ended(services, 1, street.WELL, Outcome.HELPED)
    levels = ServiceLevels((ServiceLevel(timedelta(seconds=30), 0.8),), ())
    app.state.services = replace(services, levels=levels)

    body = visit_as("desk").get("/api/v1/figures").json()

    assert (body["answered"], body["on_site"]) == ([{"within_s": 30, "share": 0.8}], [])
    assert "30 s" in visit_as("desk").get("/figures?lang=en").text


def test_a_table_for_a_spreadsheet_holds_the_same_figures(visit_as: As, services: Services) -> None:
    ended(services, 1, street.WELL, Outcome.HELPED, ConcernKind.GAS)

    answer = visit_as("desk").get("/figures/precision.csv?lang=en&month=2026-11")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="anxin-precision-2026-11.csv"'
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    [gas] = [line for line in lines if line["id"] == "gas"]
    assert (gas["by"], gas["name"], gas["real need"], gas["precision"]) == ("kind", "Gas alarm", "1", "")
    assert (gas["95 % from"], gas["95 % to"]) == ("0.2065", "1")


def test_response_times_can_be_downloaded_too(visit_as: As, services: Services) -> None:
    ended(services, 1, street.WELL, Outcome.HELPED, ConcernKind.GAS)

    answer = visit_as("li").get("/figures/response.csv?lang=en")

    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    red = next(line for line in lines if line["id"] == "red")
    assert (red["alerts"], red["answered: median, s"], red["at the door: within 1800 s"]) == ("2", "40", "1")


@pytest.mark.parametrize("text", ["=1+1", "+49", "-2", "@SUM(A1)", "\tx", "\r=x", " =HYPERLINK(1)", "＝1", "\n@x"])
def test_no_name_becomes_a_formula(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(("value", "told"), [(-3, "-3"), (0.25, "0.25"), (1.0, "1"), (None, ""), ("7号楼", "7号楼")])
def test_numbers_and_names_stay_as_they_are(value: float | str | None, told: str) -> None:
    assert cell(value) == told


def test_looking_at_figures_is_logged(visit_as: As, services: Services) -> None:
    visit_as("desk").get("/figures?area=grid-1")

    assert [look.what for look in services.accounts.looks("grid-1")] == ["figures"]


# -- below the floor ------------------------------------------------------------------------------------------------


def test_a_kind_that_is_hardly_ever_about_somebody_in_need_says_so_itself(visit_as: As, services: Services) -> None:
    for number in range(37):
        raised = concern(street.WELL, ConcernKind.APPLIANCE_ON, Severity.ORANGE, at=ago(hours=2 + number))
        alert = opened(services.alerts, f"f-{number}", replace(raised, place=None))
        outcome = Outcome.DEVICE_FAULT if number else Outcome.WELL_AT_HOME
        moved(services.alerts, close(alert, by="li", outcome=outcome, note="", audience=(), now=ago(hours=1 + number)))
    ended(services, 100, street.WELL, Outcome.BY_MISTAKE)
    desk = visit_as("desk")

    body = desk.get("/api/v1/figures").json()
    below = {key for key, row in rows(body, "precision", "kind").items() if row["below_floor"]}
    assert (below, body["floor"]) == ({"appliance_on"}, 0.1)
    page = desk.get("/figures?lang=en").text
    assert "Below the floor of 10 %" in page
    assert "0 of 37 about somebody in need" in page
    assert "Of 37 alerts of this kind in the past year only 0" in desk.get("/alerts/f-3?lang=en").text
    assert 'id="doubted"' not in desk.get("/alerts/f-100").text, "one case proves nothing"


def test_where_the_floor_is_kept_nothing_is_said(visit_as: As) -> None:
    assert 'id="below-floor"' not in visit_as("desk").get("/figures").text
