"""One cause, many alerts: closed together, each by its own fence, red ones never."""

import re

import pytest

from api.services import Services
from core.alerts import Alert, EntryKind, Outcome
from core.concerns import ConcernKind, Severity
from tests.api.conftest import As
from tests.api.happenings import NOW, concern, opened

NOTE = "5号楼停电，已逐户电话确认"
HOMES = ("building-5/0101", "building-5/0302", "building-9/0101")


@pytest.fixture
def dark(services: Services) -> list[Alert]:
    """A power cut: three orange alerts, one of them in another grid."""
    return [
        opened(services.alerts, f"a-4{n}", concern(home, ConcernKind.WATER, Severity.ORANGE, at=NOW))
        for n, home in enumerate(HOMES)
    ]


def now(services: Services, alert: str) -> Alert:
    found = services.alerts.get(alert)
    assert found is not None
    return found


def test_those_that_are_ticked_are_closed_with_one_outcome_and_note(
    visit_as: As, services: Services, dark: list[Alert]
) -> None:
    desk = visit_as("desk")
    assert 'href="/together"' in desk.get("/").text
    offered = re.findall(r'name="chosen" value="(\d+:[^"]+)"', desk.get("/together").text)
    assert "2:a-17" not in offered
    assert {f"{a.fence}:{a.id}" for a in dark} <= set(offered)

    answer = desk.form(
        "/together", page="/together", chosen=["1:a-40", "1:a-41"], outcome="device_fault", note=f" {NOTE} "
    )

    assert answer.headers["location"] == "/?said=closed_together"
    assert "所选告警已全部关闭。" in desk.get(answer.headers["location"]).text
    for alert in ("a-40", "a-41"):
        closed = now(services, alert)
        assert (closed.outcome, closed.note, closed.closed_by) == (Outcome.DEVICE_FAULT, NOTE, "desk")
        [line] = [e for e in services.alerts.timeline(alert) if e.kind is EntryKind.CLOSED]
        assert line.detail["together"] == 2
        assert "2条一并关闭" in desk.get(f"/alerts/{alert}").text
    assert now(services, "a-42").is_open


@pytest.mark.usefixtures("dark")
def test_one_that_moved_meanwhile_stays_open_and_the_others_are_closed(visit_as: As, services: Services) -> None:
    desk = visit_as("desk")
    services.desk.acknowledge("a-41", by="li")

    answer = desk.form("/together", page="/together", chosen=["1:a-40", "1:a-41"], outcome="device_fault", note=NOTE)

    assert answer.headers["location"] == "/together?said=closed_some"
    assert not now(services, "a-40").is_open
    assert now(services, "a-41").is_open


@pytest.mark.usefixtures("dark")
def test_red_hidden_and_unknown_ones_are_told_apart_over_json(visit_as: As, services: Services) -> None:
    red = now(services, "a-17")
    seen = [("a-40", 1), ("a-17", red.fence), ("a-10", 9), ("gone", 1)]

    answer = visit_as("desk").post(
        "/api/v1/alerts/close",
        json={"alerts": [{"alert": a, "fence": f} for a, f in seen], "outcome": "device_fault", "note": NOTE},
    )

    assert answer.status_code == 200, answer.text
    assert {each["alert"]: each["refused"] for each in answer.json()} == {
        "a-40": None,
        "a-17": "red_one_by_one",
        "a-10": "closed",
        "gone": "unknown",
    }
    assert now(services, "a-17") == red


@pytest.mark.usefixtures("dark")
@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"outcome": "test", "note": NOTE}, "said=none_chosen"),
        ({"outcome": "test", "note": NOTE, "chosen": "x:a-40"}, "said=none_chosen"),
        ({"outcome": "test", "note": NOTE, "chosen": f"{'9' * 250}:a-40"}, "said=none_chosen"),
        ({"outcome": "test", "note": "  ", "chosen": "1:a-40"}, "problem=invalid"),
    ],
)
def test_nothing_ticked_or_no_cause_closes_nothing(
    visit_as: As, services: Services, fields: dict[str, str], told: str
) -> None:
    answer = visit_as("desk").form("/together", page="/together", **fields)

    assert answer.headers["location"] == f"/together?{told}"
    assert now(services, "a-40").is_open


def test_an_empty_list_says_so(visit_as: As, services: Services) -> None:
    services.desk.close("a-16", by="li", outcome=Outcome.TEST)

    page = visit_as("desk").get("/together").text

    assert "没有可以一并关闭的告警。" in page
    assert not any(e.kind is EntryKind.CLOSED for e in services.alerts.timeline("a-17"))
