"""The OpenAPI description: stable names, an example on every body, and every problem documented."""

from typing import Any

import jsonschema
import pytest
from fastapi import FastAPI

from api.alerts import schemas as alert_bodies
from api.schema import Body
from tests.api.visitor import Visitor

OPERATIONS = {
    "create_session",
    "get_session",
    "end_session",
    "list_alerts",
    "get_alert",
    "acknowledge_alert",
    "arrive_at_alert",
    "close_alert",
    "release_alert",
    "close_together_alerts",
    "list_responders",
    "hand_over_alert",
    "snooze_alert",
    "add_note",
    "reopen_alert",
    "list_homes",
    "get_home",
    "get_activity",
    "list_devices",
    "list_unknown_devices",
    "bind_device",
    "remove_device",
    "walk_test",
    "list_tickets",
    "list_areas",
    "get_figures",
    "list_lessons",
    "choose_lessons",
    "list_budgets",
    "list_budget_proposals",
    "propose_budget",
    "get_budget_proposal",
    "put_budget_in_effect",
    "withdraw_budget_proposal",
    "go_back_to_earlier_budget",
    "list_phone_messages",
    "resident_is_fine",
    "list_family_homes",
    "answer_as_family",
    "list_looks",
    "follow_events",
    "is_up",
    "is_ready",
    "get_metrics",
}


@pytest.fixture
def description(app: FastAPI) -> dict[str, Any]:
    return app.openapi()


def operations(description: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        operation["operationId"]: operation
        for methods in description["paths"].values()
        for operation in methods.values()
    }


def test_operation_ids_never_change_by_accident(description: dict[str, Any]) -> None:
    assert set(operations(description)) == OPERATIONS


def test_the_pages_are_not_part_of_the_description(description: dict[str, Any]) -> None:
    assert all(p.startswith("/api/v1/") or p in {"/healthz", "/readyz", "/metrics"} for p in description["paths"])


def test_every_operation_documents_its_problems(description: dict[str, Any]) -> None:
    for name, operation in operations(description).items():
        if name in {"is_up", "is_ready", "get_metrics"}:
            continue
        for status in ("401", "503"):
            assert "application/problem+json" in operation["responses"][status]["content"], name
        assert operation["description"], name


def bodies(kind: type[Body] = Body) -> list[type[Body]]:
    return [found for child in kind.__subclasses__() for found in (child, *bodies(child))]


@pytest.mark.parametrize("body", bodies(), ids=lambda body: body.__name__)
def test_every_body_has_an_example_that_is_true_to_it(body: type[Body]) -> None:
    schema = body.model_json_schema(mode="serialization")

    examples = schema["examples"]

    assert examples
    for example in examples:
        body.model_validate(example)
        jsonschema.validate(example, schema)


def test_the_problem_document_is_described_and_true(description: dict[str, Any], visitor: Visitor) -> None:
    schemas = description["components"]["schemas"]
    problem = visitor.get("/api/v1/alerts").json()

    jsonschema.validate(problem, {"$ref": "#/components/schemas/ProblemDocument", "components": {"schemas": schemas}})
    for example in schemas["ProblemDocument"]["examples"]:
        jsonschema.validate(
            example, {"$ref": "#/components/schemas/ProblemDocument", "components": {"schemas": schemas}}
        )


def test_the_description_can_be_fetched_and_needs_nothing_from_elsewhere(visitor: Visitor) -> None:
    answer = visitor.get("/api/v1/openapi.json")

    assert answer.status_code == 200
    assert visitor.get("/docs").status_code == 404
    assert alert_bodies.AlertStory.__name__ in answer.text
