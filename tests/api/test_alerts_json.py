"""Alerts over JSON: lists cut to the viewer, one alert's story, and the moves with their fences."""

import pytest

from api.services import Services
from core.alerts import EntryKind, Handling, Outcome
from tests.api import street
from tests.api.conftest import As
from tests.api.visitor import Visitor


def ids(visitor: Visitor, query: str = "") -> list[str]:
    answer = visitor.get(f"/api/v1/alerts{query}")
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


def test_each_sees_the_alerts_of_their_areas_newest_first(visit_as: As) -> None:
    assert ids(visit_as("admin")) == ["a-17", "a-16", "a-15", "a-10"]
    assert ids(visit_as("desk")) == ["a-17", "a-16", "a-15", "a-10"]
    assert ids(visit_as("li")) == ["a-17", "a-16", "a-10"]
    assert ids(visit_as("qian")) == ["a-15"]


def test_a_list_is_narrowed_by_area_home_and_openness(visit_as: As) -> None:
    desk = visit_as("desk")

    assert ids(desk, "?area=grid-1") == ["a-17", "a-16", "a-10"]
    assert ids(desk, "?area=building-9") == ["a-15"]
    assert ids(desk, f"?home={street.WELL}") == ["a-10"]
    assert ids(desk, "?open_only=true") == ["a-17", "a-16", "a-15"]
    assert ids(desk, "?area=building-5&open_only=true") == ["a-16"]


def test_pages_follow_each_other_without_gap_or_repeat(visit_as: As) -> None:
    desk = visit_as("desk")
    seen: list[str] = []
    path = "/api/v1/alerts?limit=1"

    while True:
        page = desk.get(path).json()
        seen.extend(item["id"] for item in page["items"])
        if page["next"] is None:
            break
        path = f"/api/v1/alerts?limit=1&cursor={page['next']}"

    assert seen == ["a-17", "a-16", "a-15", "a-10"]


def test_a_made_up_cursor_is_refused(visit_as: As) -> None:
    answer = visit_as("desk").get("/api/v1/alerts?cursor=made-up")

    assert (answer.status_code, answer.json()["code"]) == (400, "refused")


def test_the_story_tells_who_was_told_and_what_the_provider_said(visit_as: As) -> None:
    story = visit_as("desk").get("/api/v1/alerts/a-17").json()

    assert story["alert"]["severity"] == "red"
    assert story["alert"]["place"] == "bathroom"
    assert {fact["name"] for fact in story["alert"]["facts"]} >= {"silent_for", "usual_longest"}
    assert story["timer"] == {"kind": "level", "due_at": "2026-11-24T01:43:00Z"}
    assert story["levels"][1] == ["family"]
    assert [(d["name"], d["state"], d["attempts"][0]["said"]) for d in story["deliveries"]] == [
        ("王秀英", "accepted", "shown on the phone"),
        ("王芳", "accepted", "shown on the phone"),
    ]
    assert [line["kind"] for line in story["timeline"]][:2] == ["opened", "level_entered"]


def test_an_alert_is_taken_reached_and_closed_by_the_person_behind_the_login(visit_as: As, services: Services) -> None:
    desk = visit_as("desk")

    taken = desk.post("/api/v1/alerts/a-17/acknowledge", json={"fence": 2}).json()
    there = desk.post("/api/v1/alerts/a-17/arrive", json={"fence": taken["fence"]}).json()
    closed = desk.post(
        "/api/v1/alerts/a-17/close",
        json={"fence": there["fence"], "outcome": "helped", "note": "扶起。", "access": "forced"},
    ).json()

    assert (taken["handling"], there["handling"], closed["handling"]) == ("acknowledged", "on_site", "closed")
    alert = services.alerts.get("a-17")
    assert alert is not None
    assert (alert.handling, alert.outcome, alert.closed_by, alert.note) == (
        Handling.CLOSED,
        Outcome.HELPED,
        "desk",
        "扶起。",
    )
    assert [e.detail["access"] for e in services.alerts.timeline("a-17") if e.kind is EntryKind.CLOSED] == ["forced"]


def test_a_stale_button_moves_nothing_and_says_so(visit_as: As, services: Services) -> None:
    li, desk = visit_as("li"), visit_as("desk")
    assert li.post("/api/v1/alerts/a-17/acknowledge", json={"fence": 2}).status_code == 200

    late = desk.post("/api/v1/alerts/a-17/acknowledge", json={"fence": 2})

    assert (late.status_code, late.json()["code"]) == (409, "stale")
    assert late.headers["content-type"] == "application/problem+json"
    alert = services.alerts.get("a-17")
    assert alert is not None
    assert alert.taken_by == "li"


@pytest.mark.parametrize(
    ("move", "body", "code"),
    [
        ("acknowledge", {"fence": 9}, "closed"),
        ("close", {"fence": 9, "outcome": "helped"}, "closed"),
        ("notes", {"text": "later"}, "closed"),
    ],
)
def test_a_closed_alert_never_changes(visit_as: As, move: str, body: dict[str, object], code: str) -> None:
    answer = visit_as("desk").post(f"/api/v1/alerts/a-10/{move}", json=body)

    assert (answer.status_code, answer.json()["code"]) == (409, code)


def test_a_note_is_a_line_and_moves_nothing(visit_as: As, services: Services) -> None:
    answer = visit_as("desk").post("/api/v1/alerts/a-17/notes", json={"text": "电话无人接听。"})

    assert answer.status_code == 201
    assert answer.json()["fence"] == 2
    line = services.alerts.timeline("a-17")[-1]
    assert (line.kind, line.actor, line.detail["text"]) == (EntryKind.NOTE, "desk", "电话无人接听。")


def test_reopening_makes_a_new_alert_that_knows_the_old_one(visit_as: As) -> None:
    answer = visit_as("desk").post("/api/v1/alerts/a-10/reopen")

    assert answer.status_code == 201
    assert answer.json()["predecessor"] == "a-10"
    assert answer.json()["handling"] == "triggered"


@pytest.mark.parametrize(
    "body",
    [{}, {"fence": -1}, {"fence": "x"}, {"fence": 1, "outcome": "fine"}, {"fence": 1, "outcome": "helped", "by": "me"}],
    ids=str,
)
def test_a_wrong_body_is_named_field_by_field_without_its_values(visit_as: As, body: dict[str, object]) -> None:
    answer = visit_as("desk").post("/api/v1/alerts/a-17/close", json=body)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert all(set(error) == {"where", "what"} for error in answer.json()["errors"])
