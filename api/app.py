"""The interface put together: JSON below /api/v1, the pages, and what wraps them all."""

import logging
from importlib.resources import as_file, files
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.alerts import endpoints as alerts
from api.alerts import photos
from api.areas import endpoints as areas
from api.budgets import endpoints as budgets
from api.devices import endpoints as devices
from api.errors import MEDIA_TYPE, Code, Problem, ProblemDocument, problem_of
from api.events import endpoints as events
from api.family import endpoints as family
from api.figures import endpoints as figures
from api.health import endpoints as health
from api.homes import endpoints as homes
from api.lessons import endpoints as lessons
from api.looked import endpoints as looked
from api.looks import LookBook
from api.pages import (
    alert,
    contacts,
    desk,
    doors,
    duty,
    handover,
    inbox,
    install,
    knocks,
    login,
    notifications,
    one_tap,
    others,
    policies,
    routines,
    shifts,
    together,
    wishes,
)
from api.pages import budgets as budget_pages
from api.pages import figures as figure_pages
from api.pages import homes as home_pages
from api.pages.shell import FRAGMENT, shell
from api.phones import endpoints as phones
from api.protect import HEADERS, BodyLimit, SecurityHeaders
from api.providers import endpoints as providers
from api.services import Services
from api.session import endpoints as session
from api.throttle import Throttle
from api.tickets import endpoints as tickets
from core.ports import StoreRefused, StoreUnavailable

log = logging.getLogger(__name__)

JSON_PREFIX = "/api/v1"
_MACHINES = ("/api/", "/providers/", "/healthz", "/readyz", "/metrics", "/static/")
_INTERNAL = 500


class _LastingFiles(StaticFiles):
    """Static files are addressed by their contents, so they may be kept for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


class _Interface(FastAPI):
    """Describes, besides the bodies, the problem document to which every endpoint's answers refer."""

    def openapi(self) -> dict[str, Any]:
        description = super().openapi()
        schema = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas = description.setdefault("components", {}).setdefault("schemas", {})
        schemas.update(schema.pop("$defs", {}))
        schemas["ProblemDocument"] = schema
        return description


def create_app(services: Services) -> FastAPI:
    """The whole interface over these services."""
    app = _Interface(
        title="Anxin",
        version="1",
        summary="Watches over elders who live alone",
        description=(
            "Every answer is cut to the areas and homes of the login, and every look is logged. Errors are RFC 9457 "
            "problem documents. Log in at POST /api/v1/session and send the token as `Authorization: Bearer`."
        ),
        openapi_url=f"{JSON_PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
    )
    stand_on(app, services)
    _include(app)
    with as_file(files("api.pages").joinpath("static")) as folder:
        app.mount("/static", _LastingFiles(directory=folder), name="static")
    for error in (Problem, RequestValidationError, HTTPException, StoreUnavailable, StoreRefused, Exception):
        app.add_exception_handler(error, _answer)
    app.add_middleware(BodyLimit)
    app.add_middleware(SecurityHeaders, https=services.settings.secure_cookies)
    return app


def stand_on(app: FastAPI, services: Services) -> None:
    """The interface answers from these services, and knows nothing of whom it has served before."""
    speed = services.settings.speed
    app.state.services = services
    app.state.throttle = Throttle(speed)
    app.state.looks = LookBook(services.accounts, speed)


def _include(app: FastAPI) -> None:
    json = APIRouter(prefix=JSON_PREFIX)
    for resource in (
        session,
        alerts,
        homes,
        devices,
        tickets,
        areas,
        figures,
        budgets,
        lessons,
        phones,
        family,
        looked,
        events,
    ):
        json.include_router(resource.router)
    app.include_router(json)
    app.include_router(health.router)
    app.include_router(providers.router)
    for page in (
        login,
        notifications,
        one_tap,
        desk,
        duty,
        shifts,
        handover,
        policies,
        routines,
        alert,
        knocks,
        photos,
        together,
        wishes,
        contacts,
        home_pages,
        figure_pages,
        budget_pages,
        doors,
        inbox,
        install,
        others,
    ):
        app.include_router(page.router)


def _operation_id(route: APIRoute) -> str:
    """Stable: the endpoint's own name."""
    return route.name


def _answer(request: Request, error: Exception) -> Response:
    """Any error as a problem document, or as a page in words where a person is reading."""
    problem = problem_of(error)
    if problem.status > _INTERNAL:  # at 500 itself the server logs the whole trace
        log.warning("request failed", extra={"code": problem.code.value, "why": str(error)})
    if request.url.path.startswith(_MACHINES):
        document = problem.document(request.url.path)
        return JSONResponse(document, problem.status, headers=problem.headers, media_type=MEDIA_TYPE)
    if problem.code is Code.NOT_LOGGED_IN and FRAGMENT not in request.headers:
        return RedirectResponse(f"/login?next={quote(_back_to(request), safe='')}", 303)
    services: Services = request.app.state.services
    page = shell(request, services).page("error", status=problem.status, problem=problem)
    page.headers.update(problem.headers)
    page.headers.update(HEADERS)  # an answer to a mistake of ours is given outside the layer that adds them
    return page


def _back_to(request: Request) -> str:
    """Where to go after logging in: the page that was asked for; a form is not sent twice."""
    if request.method != "GET":
        return "/"
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
