"""What every page has around it: language, clock, menu, messages. And the one way in which a page is rendered."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from api.access import Action, Viewer
from api.areas.overview import first_home
from api.errors import Code
from api.i18n.catalogue import Catalogue, catalogue
from api.pages.words import Words
from api.services import Services
from api.sessions import Visit
from core.people import Language
from core.places import Home

LANGUAGE_COOKIE = "anxin_language"
FRAGMENT = "x-fragment"
_YEAR = int(timedelta(days=365).total_seconds())

_templates = Environment(
    loader=PackageLoader("api.pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Tab:
    """An entry of the main menu."""

    key: str
    path: str
    here: bool


@dataclass(frozen=True, slots=True)
class Shell:
    """One request's surroundings. `visit` is None before logging in."""

    request: Request
    ports: Services
    visit: Visit | None
    words: Words

    @property
    def viewer(self) -> Viewer:
        assert self.visit is not None, "this page is only for those who are logged in"
        return self.visit.viewer

    @property
    def t(self) -> Catalogue:
        return self.words.t

    @property
    def now(self) -> datetime:
        return self.words.now

    def page(self, template: str, *, status: int = 200, csrf: str | None = None, **view: Any) -> HTMLResponse:
        """Render a page whole, or only its middle when the page's own script asks for that."""
        fragment = FRAGMENT in self.request.headers
        text = _templates.get_template(f"{'_' if fragment else ''}{template}.html").render(
            **view,
            t=self.t,
            w=self.words,
            shell=self,
            csrf=csrf if csrf is not None else (self.visit.csrf if self.visit else ""),
            asset=asset,
        )
        response = HTMLResponse(text, status)
        if chosen := self.request.query_params.get("lang"):
            self._remember(response, chosen)
        return response

    def _remember(self, response: HTMLResponse, chosen: str) -> None:
        if chosen in set(Language):
            secure = self.ports.settings.secure_cookies
            response.set_cookie(LANGUAGE_COOKIE, chosen, max_age=_YEAR, httponly=True, samesite="lax", secure=secure)

    def tabs(self) -> list[Tab]:
        """The main menu of this viewer."""
        if self.visit is None:
            return []
        wanted = [
            ("desk", "/", Action.SEE_ALERTS),
            ("homes", "/homes", Action.SEE_HOMES),
            ("duty", "/duty", Action.SEE_ALERTS),
            ("tickets", "/tickets", Action.SEE_TICKETS),
            ("install", "/install", Action.ENROLL_DEVICES),
            ("figures", "/figures", Action.SEE_ALERTS),
            ("phones", "/phones", Action.SEE_PHONES),
            ("family", "/family", Action.SEE_FAMILY),
        ]
        here = self.request.url.path
        return [
            Tab(key, path, _is_here(key, path, here))
            for key, path, action in wanted
            if self.viewer.may(action) and (key != "phones" or self.ports.phones is not None)
        ]

    def name(self) -> str:
        """Who is logged in, as people say it."""
        person = self.ports.directory().people.get(self.viewer.person)
        return self.viewer.login if person is None else person.name

    def other_language(self) -> tuple[str, str]:
        """The other language, and this very page in it."""
        other = Language.ENGLISH if self.words.language is Language.CHINESE else Language.CHINESE
        path = self.request.url.path if self.request.method == "GET" else "/"
        kept = [(k, v) for k, v in self.request.query_params.multi_items() if k not in {"lang", "said", "problem"}]
        return other.value, f"{path}?{urlencode([*kept, ('lang', other.value)])}"

    def said(self) -> tuple[str, str] | None:
        """What the last button did, ("said" or "problem", sentence); from the catalogue, never free text."""
        said, problem = self.request.query_params.get("said"), self.request.query_params.get("problem")
        if problem in set(Code):
            return "problem", self.t(f"problem.{problem}")
        return ("said", self.t(f"said.{said}")) if f"said.{said}" in self.t else None


def shell(
    request: Request,
    ports: Services,
    visit: Visit | None = None,
    *,
    home: Home | None = None,
    language: Language | None = None,
) -> Shell:
    """The surroundings of a page; times are told in the zone of `home`, or of the viewer's first home.

    `language` is the reader's own, where they have not chosen another and are not logged in.
    """
    language = _language(request, ports, visit, language)
    zone_home = home or (first_home(ports, visit.viewer) if visit else None) or Home("", "", "")
    names = ports.desk.reacher.names
    words = Words(language, zone_home.zone, zone_home.timezone, ports.clock.now(), catalogue(language), names)
    return Shell(request, ports, visit, words)


def _language(request: Request, ports: Services, visit: Visit | None, own: Language | None) -> Language:
    """Asked for just now, chosen before, the person's own, the house's: the first that is known."""
    for chosen in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if chosen in set(Language):
            return Language(chosen)
    person = ports.directory().people.get(visit.viewer.person) if visit else None
    return (own or ports.settings.language) if person is None else person.language


def _is_here(key: str, path: str, here: str) -> bool:
    if key == "desk":
        return here in {"/", "/together"} or here.startswith("/alerts/")
    if key == "install":
        return here.startswith(("/install", "/devices/", "/labels/", "/door/", "/d/"))
    if key == "figures":
        return here.startswith((path, "/budgets"))
    if key == "duty":
        return here.startswith((path, "/policies", "/handover"))
    return here.startswith(path)


@cache
def asset(name: str) -> str:
    """The address of a static file, changing with its contents so that it may be cached for ever."""
    body = files("api.pages").joinpath("static", name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(body).hexdigest()[:12]}"
