"""What endings have taught a home, on its routine's page and as JSON: seen by all who see the home, stopped by few."""

from dataclasses import replace

import pytest

from api.services import Services
from core.alerts import Outcome
from core.concerns import ConcernKind, Severity
from core.escalation import close
from core.people import AccessRole, Account
from tests.api import street
from tests.api.conftest import As
from tests.api.happenings import ago, concern, moved, opened
from tests.api.visitor import Visitor

ROOT = "/api/v1/lessons"
HOME = street.WELL
PAGE = f"/routine?home={HOME}"


@pytest.fixture
def manager(services: Services, visit_as: As) -> Visitor:
    """The street's own desk: who answers for all of it."""
    services.accounts.save_account(Account("xu", "street-desk", AccessRole.DESK, "", areas=("street",)))
    return visit_as("xu")


@pytest.fixture(autouse=True)
def _visited_in_vain(services: Services) -> None:
    """Three times for a silence in the past month, besides the door of last night."""
    for number in range(3):
        raised = concern(HOME, ConcernKind.SILENCE, Severity.ORANGE, at=ago(days=20 - number))
        alert = opened(services.alerts, f"b-{number}", replace(raised, place=None))
        ended = close(alert, by="li", outcome=Outcome.WELL_AT_HOME, note="", audience=(), now=ago(days=19 - number))
        moved(services.alerts, ended)


def of(told: dict[str, object], kind: str) -> dict[str, object]:
    items = told["items"]
    assert isinstance(items, list)
    found: dict[str, object] = next(each for each in items if each["kind"] == kind)
    return found


def test_the_page_says_what_was_taught_by_which_endings(visit_as: As) -> None:
    li = visit_as("li")
    for language, says in (
        ("zh", ["结案教会了什么", "误报预算按每月", "白跑 3 次", "等 1.25 倍的时间"]),
        ("en", ["What endings have taught", "Goes by", "3 in vain, 0 with", "Waits 1.25 times as long"]),
    ):
        page = li.get(f"{PAGE}&lang={language}").text
        assert [each for each in says if each not in page] == []
    assert 'href="/alerts/b-2"' in page
    assert "<form" not in page.split('id="lessons"')[1].split("</section>")[0], "a grid worker changes nothing"


def test_fewer_in_vain_than_allowed_are_spent_on_being_sooner(visit_as: As) -> None:
    li = visit_as("li")

    assert "Goes by 0.94 false alarms" in li.get(f"/routine?home={street.FALLEN}&lang=en").text
    assert "No ending yet" in li.get(f"/routine?home={street.STOVE}&lang=en").text, "nothing is known of it"


def test_the_manager_stops_it_begins_anew_and_goes_on(services: Services, manager: Visitor) -> None:
    def press(choice: str, seen: int) -> tuple[int, str]:
        fields = {"home": HOME, "kind": "silence", "choice": choice, "seen": str(seen), "note": "儿子住回来了"}
        answer = manager.form("/routine/lessons", page=PAGE, **fields)
        return answer.status_code, answer.headers.get("location", answer.text)

    status, led_to = press("stop", 0)
    assert (status, led_to.endswith("said=lesson_chosen")) == (303, True)
    page = manager.get(f"{PAGE}&lang=en").text
    assert "Stopped learning, waits as usual" in page
    assert "otherwise: Goes by" in page.replace("</b>", "").replace("\n", " ")
    assert "儿子住回来了" in page

    status, told = press("anew", 0)
    assert status == 409
    assert "这中间已经有人改过" in told or "somebody has changed it meanwhile" in told
    assert press("learn", 1)[0] == 303
    assert press("anew", 2)[0] == 303
    silence = next(each for each in services.lessons.of_home(HOME) if each.kind is ConcernKind.SILENCE)
    assert (silence.in_vain, silence.chosen and silence.chosen.by) == (0, "street-desk")


def test_what_is_never_taught_cannot_be_stopped(manager: Visitor) -> None:
    wrong = manager.form("/routine/lessons", page=PAGE, home=HOME, kind="smoke", choice="stop", seen="0")
    refused = manager.send("POST", ROOT, json={"home": HOME, "kind": "smoke", "choice": "stop", "seen": 0})

    assert wrong.status_code == 409
    assert (refused.status_code, refused.json()["code"]) == (400, "refused")


def test_programs_get_the_numbers_and_may_choose(visit_as: As, manager: Visitor) -> None:
    told = visit_as("li").get(f"{ROOT}?home={HOME}").json()

    assert told["learns"] is True
    silence = of(told, "silence")
    assert (silence["in_vain"], silence["real"], silence["chosen"]) == (3, 0, None)
    assert silence["factor"] == silence["would_be"]
    assert isinstance(silence["factor"], float)
    assert 1.0 < silence["factor"] <= 2.5
    assert of(told, "night_out")["endings"] == []

    chosen = manager.send("POST", ROOT, json={"home": HOME, "kind": "silence", "choice": "stop", "seen": 0})
    assert chosen.status_code == 200
    assert of(chosen.json(), "silence")["factor"] == 1.0
    again = manager.send("POST", ROOT, json={"home": HOME, "kind": "silence", "choice": "learn", "seen": 0})
    assert (again.status_code, again.json()["code"]) == (409, "stale")


def test_looking_is_written_down(services: Services, visit_as: As) -> None:
    visit_as("li").get(f"{ROOT}?home={HOME}")

    assert [(look.login, look.what) for look in services.accounts.looks(HOME)] == [("li", "lessons")]
