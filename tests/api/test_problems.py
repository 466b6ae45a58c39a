"""What goes wrong is told as a problem document to programs and in words to people, and never leaks."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from starlette.exceptions import HTTPException

from api.app import create_app
from api.errors import REFUSALS, TABLE, Code, problem_of
from api.protect import LARGEST_BODY
from api.services import PartHealth, Services
from api.sessions import cookie_name
from core.alerts import Refusal
from core.ports import StoreRefused, StoreUnavailable
from tests.api.conftest import As
from tests.api.scene import Health
from tests.api.visitor import Visitor


class Broken:
    """A port whose every call fails in the same way."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def fail(*_: object, **__: object) -> None:
            raise self.error

        return fail


def desk_over(services: Services, visit_as: As, runner: asyncio.Runner) -> Visitor:
    """Somebody at the desk of another app that shares the same sessions."""
    visitor = Visitor(create_app(services), runner)
    visitor.client.cookies.set(cookie_name(services), visit_as("desk").client.cookies[cookie_name(services)])
    return visitor


def test_every_code_and_every_refusal_has_its_row() -> None:
    assert set(TABLE) == set(Code)
    assert set(REFUSALS) == set(Refusal)


def test_a_problem_document_has_what_the_standard_asks(visitor: Visitor) -> None:
    answer = visitor.get("/api/v1/alerts")

    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:anxin:problem:not_logged_in",
        "title": "Not logged in",
        "status": 401,
        "detail": "Log in, or send a session token that has not expired.",
        "instance": "/api/v1/alerts",
        "code": "not_logged_in",
    }


def test_an_unknown_path_is_a_problem_to_programs_and_a_page_to_people(visitor: Visitor) -> None:
    program, person = visitor.get("/api/v1/nothing"), visitor.get("/nothing?lang=en")

    assert (program.status_code, program.json()["code"]) == (404, "not_found")
    assert person.status_code == 404
    assert "Not found, or not among what you may see." in person.text


def test_a_wrong_method_is_told(visitor: Visitor) -> None:
    answer = visitor.send("PUT", "/api/v1/session")

    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


def test_a_store_that_is_away_is_a_temporary_problem(services: Services, visit_as: As, runner: asyncio.Runner) -> None:
    away = replace(services, alerts=Broken(StoreUnavailable("disk on fire at /secret/path")))
    desk = desk_over(away, visit_as, runner)

    program, person = desk.get("/api/v1/alerts"), desk.get("/")

    assert (program.status_code, program.json()["code"]) == (503, "unavailable")
    assert program.headers["retry-after"] == "5"
    assert person.status_code == 503
    assert "暂时连不上存储" in person.text
    assert "secret" not in program.text + person.text


def test_a_store_that_is_away_while_somebody_logs_in_is_told_too(services: Services, runner: asyncio.Runner) -> None:
    away = replace(services, accounts=Broken(StoreUnavailable("away")))
    visitor = Visitor(create_app(away), runner)

    assert visitor.log_in("desk").status_code == 503


def test_nothing_is_shown_that_cannot_be_logged(services: Services, visit_as: As, runner: asyncio.Runner) -> None:
    class Mute:
        """The real accounts, except that looks cannot be written."""

        def __getattr__(self, name: str) -> Any:
            if name == "record_look":
                raise StoreUnavailable("full")
            return getattr(services.accounts, name)

    desk = desk_over(replace(services, accounts=Mute()), visit_as, runner)

    for path in ("/alerts/a-17", "/api/v1/alerts/a-17"):
        answer = desk.get(path)
        assert answer.status_code == 503
        assert "王秀英" not in answer.text


def test_a_mistake_of_ours_says_nothing_of_its_inside(services: Services, visit_as: As, runner: asyncio.Runner) -> None:
    desk = desk_over(replace(services, alerts=Broken(KeyError("secret"))), visit_as, runner)

    program, person = desk.get("/api/v1/alerts"), desk.get("/")

    assert (program.status_code, program.json()["code"]) == (500, "internal")
    assert person.status_code == 500
    assert "secret" not in program.text + person.text
    assert "default-src 'none'" in person.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (StoreRefused("no such area"), Code.REFUSED),
        (HTTPException(418), Code.REFUSED),
        (HTTPException(502), Code.INTERNAL),
        (ValueError("x"), Code.INTERNAL),
    ],
    ids=str,
)
def test_every_error_finds_its_row(error: Exception, code: Code) -> None:
    assert problem_of(error).code is code


# -- what wraps every request -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/login", "/healthz", "/static/live.js", "/nothing", "/api/v1/alerts"])
def test_every_answer_carries_the_security_headers(visitor: Visitor, path: str) -> None:
    headers = visitor.get(path).headers

    assert "script-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"


def test_only_static_files_may_be_kept_by_a_cache(visitor: Visitor, visit_as: As) -> None:
    assert "immutable" in visitor.get("/static/anxin.css").headers["cache-control"]
    assert visit_as("desk").get("/").headers["cache-control"] == "no-store"
    assert visitor.get("/api/v1/session").headers["cache-control"] == "no-store"


def test_static_files_are_all_there_is_below_static(visitor: Visitor) -> None:
    assert visitor.get("/static/..%2fshell.py").status_code == 404
    assert visitor.get("/static/").status_code == 404


def test_a_body_beyond_the_bound_is_refused_announced_or_not(visit_as: As) -> None:
    desk = visit_as("desk")
    body = b'{"text": "' + b"x" * LARGEST_BODY + b'"}'

    async def in_pieces() -> Any:
        for start in range(0, len(body), 10_000):
            yield body[start : start + 10_000]

    announced = desk.post("/api/v1/alerts/a-17/notes", content=body, headers={"Content-Type": "application/json"})
    unannounced = desk.post(
        "/api/v1/alerts/a-17/notes", content=in_pieces(), headers={"Content-Type": "application/json"}
    )

    assert (announced.status_code, unannounced.status_code) == (413, 413)
    assert announced.json()["code"] == unannounced.json()["code"] == "too_large"


# -- health -------------------------------------------------------------------------------------------------------


def test_up_ready_and_figures_need_no_login_and_name_nobody(visitor: Visitor) -> None:
    assert visitor.get("/healthz").json() == {"status": "up"}
    assert visitor.get("/readyz").json() == {"ready": True, "parts": [{"name": "broker", "ok": True, "reason": ""}]}
    figures = visitor.get("/metrics")
    assert figures.text == "anxin_homes 12\n"
    assert figures.headers["content-type"].startswith("text/plain; version=0.0.4")


def test_not_ready_says_what_is_wrong(visitor: Visitor, health: Health) -> None:
    health.parts = (PartHealth("broker", ok=False, reason="not connected"), PartHealth("database", ok=True))

    answer = visitor.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["parts"][0] == {"name": "broker", "ok": False, "reason": "not connected"}
    assert visitor.get("/healthz").status_code == 200
