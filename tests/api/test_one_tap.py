"""The page behind a link in a message: no login, no effect by looking, one person and one alert."""

import pytest

from alerts import wording
from alerts.links import Links
from api.services import Services
from core.alerts import Alert, Handling, Outcome
from core.concerns import ConcernKind, Severity
from core.outcomes import BY_PEOPLE
from core.people import Language
from tests.api import street
from tests.api.conftest import As
from tests.api.happenings import NOW, concern, opened
from tests.api.visitor import Visitor

RED = "a-17"


def path_of(services: Services, alert: str, person: str) -> str:
    assert isinstance(services.links, Links)
    return f"/a/{services.links.code(alert, person)}"


def now(services: Services, alert: str = RED) -> Alert:
    found = services.alerts.get(alert)
    assert found is not None
    return found


def tap(visitor: Visitor, services: Services, person: str, what: str, *, alert: str = RED, **more: str) -> str:
    """Press a button as it stands on the page now; where the browser is sent."""
    fence = str(now(services, alert).fence)
    answer = visitor.post(path_of(services, alert, person), data={"tap": what, "fence": fence, **more})
    assert answer.status_code == 303, answer.text[:300]
    return answer.headers["location"]


def test_looking_changes_nothing_and_is_logged(visitor: Visitor, services: Services) -> None:
    before = now(services)

    page = visitor.get(path_of(services, RED, "fang"))

    assert page.status_code == 200
    assert 'id="take"' in page.text
    assert now(services) == before
    assert services.alerts.timeline(RED)[-1].kind != "acknowledged"
    look = services.accounts.looks(street.FALLEN)[0]
    assert (look.login, look.what) == ("link of fang", f"alert {RED}")


def test_family_reads_no_more_than_their_message_says(visitor: Visitor, services: Services) -> None:
    text = visitor.get(path_of(services, RED, "fang")).text

    assert "卫生间" not in text
    assert "小时" not in text


def test_family_takes_it_comes_and_says_how_it_was(visitor: Visitor, services: Services) -> None:
    assert tap(visitor, services, "fang", "take").endswith("?said=taken")
    assert now(services).taken_by == "fang"
    assert tap(visitor, services, "fang", "arrive").endswith("?said=arrived")
    page = visitor.get(path_of(services, RED, "fang")).text
    assert 'value="well_at_home"' in page
    assert 'value="deceased"' not in page

    assert tap(visitor, services, "fang", "close", outcome="well_at_home").endswith("?said=closed")

    assert (now(services).outcome, now(services).closed_by) == (Outcome.WELL_AT_HOME, "fang")
    assert "这件事已经结束" in visitor.get(path_of(services, RED, "fang")).text


def test_family_cannot_close_with_what_is_not_theirs_to_say(visitor: Visitor, services: Services) -> None:
    tap(visitor, services, "fang", "take")
    tap(visitor, services, "fang", "arrive")

    assert tap(visitor, services, "fang", "close", outcome="deceased").endswith("?problem=invalid")
    assert now(services).is_open


def test_who_cannot_go_gives_it_back(visitor: Visitor, services: Services) -> None:
    tap(visitor, services, "fang", "take")

    assert tap(visitor, services, "fang", "cannot").endswith("?said=released")
    assert now(services).handling is Handling.TRIGGERED


def test_the_resident_is_fine_and_somebody_comes_all_the_same(visitor: Visitor, services: Services) -> None:
    page = visitor.get(path_of(services, RED, street.resident(street.FALLEN))).text
    assert 'id="fine"' in page
    assert "也会有人来看" in page

    tap(visitor, services, street.resident(street.FALLEN), "fine")

    assert now(services).is_open
    assert services.alerts.timeline(RED)[-1].kind == "resident_fine"


def test_an_old_page_does_nothing_and_says_so(visitor: Visitor, services: Services) -> None:
    where = path_of(services, RED, "fang")
    services.desk.acknowledge(RED, by="li")
    services.desk.release(RED, by="li")

    answer = visitor.post(where, data={"tap": "take", "fence": "2"})

    assert answer.headers["location"] == f"{where}?problem=stale"
    assert now(services).taken_by is None
    assert "别人先动了一步" in visitor.get(f"{where}?problem=stale").text


def test_somebody_elses_alert_is_in_good_hands(visitor: Visitor, services: Services) -> None:
    services.desk.acknowledge(RED, by="li")

    assert "已有人在处理" in visitor.get(path_of(services, RED, "fang")).text
    assert tap(visitor, services, "fang", "arrive").endswith("?problem=stale")


def test_a_worker_reads_where_and_why_and_closes_with_any_outcome(visitor: Visitor, services: Services) -> None:
    opened(services.alerts, "a-31", concern(street.WELL, ConcernKind.WATER, Severity.ORANGE, at=NOW))
    services.desk.hand_over("a-31", by="desk", to="li")
    page = visitor.get(path_of(services, "a-31", "li")).text
    assert street.INVENTORY.homes[street.WELL].address in page

    tap(visitor, services, "li", "take", alert="a-31")
    tap(visitor, services, "li", "arrive", alert="a-31")
    tap(visitor, services, "li", "close", alert="a-31", outcome="device_fault", note="漏水探头坏了", access="key")

    closed = now(services, "a-31")
    assert (closed.outcome, closed.note) == (Outcome.DEVICE_FAULT, "漏水探头坏了")
    assert services.alerts.timeline("a-31")[-1].detail["access"] == "key"


def test_whoever_chooses_an_outcome_reads_what_it_means(visitor: Visitor, services: Services) -> None:
    opened(services.alerts, "a-31", concern(street.WELL, ConcernKind.WATER, Severity.ORANGE, at=NOW))
    services.desk.hand_over("a-31", by="desk", to="li")
    services.desk.acknowledge("a-31", by="li")
    services.desk.arrive("a-31", by="li")

    page = visitor.get(path_of(services, "a-31", "li")).text

    assert 'value="over"' not in page
    for outcome in BY_PEOPLE:
        assert f'value="{outcome}"' in page
        assert wording.outcome_means(outcome, Language.CHINESE) in page


@pytest.mark.parametrize("person", ["qian", "desk", "nobody"])
def test_who_was_not_asked_has_no_link(visitor: Visitor, services: Services, person: str) -> None:
    assert visitor.get(path_of(services, RED, person)).status_code == 404


@pytest.mark.parametrize("path", ["/a/aaaaaaaaaaaa", "/a/x", "/a/%00"])
def test_a_guess_is_not_found(visitor: Visitor, path: str) -> None:
    assert visitor.get(path).status_code == 404
    assert visitor.post(path, data={"tap": "take", "fence": "1"}).status_code == 404


def test_a_link_opens_nothing_else(visitor: Visitor, services: Services) -> None:
    visitor.get(path_of(services, RED, "fang"))

    assert visitor.get("/").status_code == 303
    assert visitor.get(f"/api/v1/alerts/{RED}").status_code == 401


def test_who_is_logged_in_sees_the_page_as_the_one_it_was_sent_to(visit_as: As, services: Services) -> None:
    assert "发给：" in visit_as("desk").get(path_of(services, RED, "fang")).text
