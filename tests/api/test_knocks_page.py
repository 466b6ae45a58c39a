"""A building that went dark, on the console: one alert, with the doors to knock at, most at risk first."""

from api.services import Services
from core.alerts import Alert, EntryKind
from core.concerns import Concern, ConcernKind, Fact, Severity
from core.places import of_area
from core.states import HomeStatus, Presence, Visibility
from tests.api import street
from tests.api.conftest import As

HOMES = ("building-7/0102", "building-7/0301", "building-7/0402", "building-7/0503")


def outage(services: Services) -> Alert:
    """All of building 7 is dark; one is out, one is at home, and one has an alert of its own."""
    at = services.clock.now()
    presence = dict(zip(HOMES, (Presence.OUT, Presence.HOME, Presence.UNKNOWN, Presence.UNKNOWN), strict=True))
    services.statuses.save(HomeStatus(h, presence[h], at, Visibility.BLIND, at) for h in HOMES)
    facts = (Fact("dark_homes", 4.0, "count"), Fact("homes", 4.0, "count"))
    home = of_area("building-7")
    return services.desk.raise_concern(
        Concern(home, ConcernKind.OUTAGE, Severity.ORANGE, "since", at, at, "outages", facts)
    ).alert


def doors(text: str) -> list[str]:
    listed = text.partition('id="doors"')[2].partition("</ol>")[0]
    return sorted(("402", "301", "503", "102"), key=lambda number: listed.index(f"7号楼{number}"))


def test_the_desk_shows_one_alert_for_the_building_and_the_list_of_doors(visit_as: As, services: Services) -> None:
    alert = outage(services)
    li = visit_as("li")

    desk, page = li.get("/").text, li.get(f"/alerts/{alert.id}").text

    assert "整栋多户同时失联" in desk
    assert f'href="/alerts/{alert.id}"' in desk
    assert "4户同时失联" in page
    assert doors(page) == ["402", "301", "503", "102"]
    assert f'href="/alerts/{alert.id}"' in li.get("/handover?area=grid-1").text


def test_what_was_found_is_written_down_and_the_door_goes_to_the_end(visit_as: As, services: Services) -> None:
    alert = outage(services)
    li, page = visit_as("li"), f"/alerts/{alert.id}"

    sent = li.form(f"{page}/knock", page=page, home="building-7/0301", found="well")

    assert sent.headers["location"] == f"{page}?said=noted"
    text = li.get(page).text
    assert doors(text) == ["402", "503", "102", "301"]
    assert "网格员 李伟到了临园小区7号楼301：见到本人，平安" in text
    [note] = [e for e in services.alerts.timeline(alert.id) if e.kind is EntryKind.NOTE]
    assert note.detail["home"] == "building-7/0301"


def test_a_door_elsewhere_or_unseen_is_refused(visit_as: As, services: Services) -> None:
    alert = outage(services)
    page = f"/alerts/{alert.id}"

    elsewhere = visit_as("li").form(f"{page}/knock", page=page, home=street.PRESSED, found="well")
    theirs = visit_as("qian").get(page)

    assert elsewhere.headers["location"] == f"{page}?problem=not_found"
    assert theirs.status_code == 404
    assert not [e for e in services.alerts.timeline(alert.id) if e.kind is EntryKind.NOTE]


def test_a_cold_building_lists_its_cold_homes_with_how_cold_it_is(visit_as: As, services: Services) -> None:
    at = services.clock.now()
    home, facts = of_area("building-7"), (Fact("cold_homes", 3.0, "count"),)
    alert = services.desk.raise_concern(
        Concern(home, ConcernKind.MANY_COLD, Severity.ORANGE, "since", at, at, "gatherings", facts)
    ).alert
    for number, (severity, degrees) in {1: (Severity.YELLOW, 14.2), 3: (Severity.ORANGE, 10.6)}.items():
        said = (Fact("temperature", degrees, "°C"), Fact("device", "g/t", "device"))
        cold = Concern(HOMES[number], ConcernKind.TOO_COLD, severity, f"e{number}", at, at, "temperature", said)
        services.desk.raise_concern(cold)

    page = visit_as("li").get(f"/alerts/{alert.id}").text
    listed = page.partition('id="doors"')[2].partition("</ol>")[0]

    assert "整栋多户屋里太冷" in visit_as("li").get("/").text
    assert listed.index("7号楼503") < listed.index("7号楼301")
    assert "屋里10.6℃" in listed
    assert "g/t" not in listed
    assert "7号楼102" not in listed
    assert "列入名单：临园小区7号楼301，屋里太冷（黄色）" in page


def test_a_home_on_the_list_is_not_counted_as_well_and_its_page_leads_to_the_buildings_alert(
    visit_as: As, services: Services
) -> None:
    at, home = services.clock.now(), HOMES[1]
    whole = Concern(of_area("building-7"), ConcernKind.MANY_COLD, Severity.ORANGE, "since", at, at, "gatherings")
    before = visit_as("li").get(f"/api/v1/homes/{home}").json()["state"]
    alert = services.desk.raise_concern(whole).alert
    services.desk.raise_concern(Concern(home, ConcernKind.TOO_COLD, Severity.YELLOW, "e", at, at, "temperature"))

    listed = visit_as("li").get(f"/api/v1/homes/{home}").json()

    assert before == "well"
    assert (listed["state"], listed["open_alerts"]) == ("concern", [alert.id])
    assert f'href="/alerts/{alert.id}"' in visit_as("li").get(f"/homes/{home}").text

    services.desk.clear_concern(home, ConcernKind.TOO_COLD, "e", "usual")
    assert visit_as("li").get(f"/api/v1/homes/{home}").json()["state"] == "well"
