"""The login page, and leaving."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response

from api.access import Action, Viewer
from api.depends import Ports, Tries
from api.errors import Code, Problem
from api.pages.forms import LeavingForm, go_on, local_path
from api.pages.shell import shell
from api.services import Services
from api.sessions import (
    cookie_name,
    csrf_token,
    log_in,
    require_form_token,
    require_own_origin,
    token_hash,
)

router = APIRouter(include_in_schema=False)

VISIT_COOKIE = "anxin_visit"
_HOUR = 3600


@router.get("/login")
def login_page(
    request: Request, ports: Ports, following: Annotated[str, Query(alias="next", max_length=500)] = "/"
) -> Response:
    return _page(request, ports, following=following)


def _page(
    request: Request, ports: Services, *, following: str, login: str = "", problem: Problem | None = None
) -> Response:
    """The form, tied to this browser by a cookie of its own, so that no other site can log somebody in."""
    secret = request.cookies.get(VISIT_COOKIE) or ports.token()
    response = shell(request, ports).page(
        "login",
        status=200 if problem is None else problem.status,
        csrf=csrf_token(secret),
        following=local_path(following),
        login=login,
        problem=problem,
    )
    response.set_cookie(
        VISIT_COOKIE, secret, max_age=_HOUR, httponly=True, samesite="lax", secure=ports.settings.secure_cookies
    )
    return response


@router.post("/login")
def enter(
    request: Request,
    ports: Ports,
    tries: Tries,
    login: Annotated[str, Form(max_length=100)],
    password: Annotated[str, Form(max_length=200)],
    csrf: Annotated[str, Form(max_length=200)],
    following: Annotated[str, Form(alias="next", max_length=500)] = "/",
) -> Response:
    require_own_origin(request)
    require_form_token(csrf, request.cookies.get(VISIT_COOKIE))
    address = request.client.host if request.client else ""
    try:
        token, _ = log_in(ports, tries, login=login.strip(), password=password, address=address)
    except Problem as problem:
        if problem.code not in {Code.WRONG_LOGIN, Code.TOO_MANY_TRIES}:
            raise
        return _page(request, ports, following=following, login=login, problem=problem)
    response = go_on(local_path(following))
    settings = ports.settings
    response.set_cookie(
        cookie_name(ports),
        token,
        max_age=int(settings.session_hours * _HOUR),
        httponly=True,
        samesite="lax",
        secure=settings.secure_cookies,
    )
    return response


@router.post("/logout")
def leave(visit: LeavingForm, ports: Ports) -> Response:
    ports.accounts.end_session(token_hash(visit.token))
    response = go_on("/login")
    response.delete_cookie(cookie_name(ports), secure=ports.settings.secure_cookies, httponly=True, samesite="lax")
    return response


def start_of(viewer: Viewer) -> str:
    """Where somebody who is logged in begins."""
    if viewer.may(Action.SEE_ALERTS):
        return "/"
    return "/install" if viewer.may(Action.ENROLL_DEVICES) else "/family"
