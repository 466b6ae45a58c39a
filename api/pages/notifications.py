"""Notifications in the browser: each turns them on for themselves, and tries them; and the worker that shows them."""

import json
from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from alerts.pushing import PushRefused
from api.access import Action
from api.depends import Ports, Requires
from api.errors import Code, Problem
from api.pages.forms import FollowForm, go_on
from api.pages.shell import shell
from api.sessions import Visit
from core.ports import StoreRefused

router = APIRouter(include_in_schema=False)

PATH = "/notifications"
Endpoint = Annotated[str, Form(max_length=1000)]
Key = Annotated[str, Form(max_length=200)]


@router.get(PATH)
def notifications_page(
    request: Request, visit: Annotated[Visit, Depends(Requires(Action.FOLLOW))], ports: Ports
) -> Response:
    pushing = ports.pushing
    return shell(request, ports, visit).page(
        "notifications",
        key=pushing.channel.public_key if pushing is not None else "",
        browsers=pushing.store.browsers(visit.viewer.person) if pushing is not None else (),
    )


@router.post(f"{PATH}/on")
def turn_on(visit: FollowForm, ports: Ports, endpoint: Endpoint, p256dh: Key, auth: Key, label: Key = "") -> Response:
    if ports.pushing is None:
        raise Problem(Code.NOT_FOUND)
    try:
        ports.pushing.turn_on(visit.viewer.person, endpoint=endpoint, p256dh=p256dh, auth=auth, label=label)
    except (PushRefused, StoreRefused):
        return go_on(PATH, problem=Code.NO_BROWSER.value)
    ports.changed()
    return go_on(PATH, said="push_on")


@router.post(f"{PATH}/off")
def turn_off(visit: FollowForm, ports: Ports, endpoint: Endpoint) -> Response:
    if ports.pushing is None or not ports.pushing.turn_off(visit.viewer.person, endpoint):
        return go_on(PATH, problem=Code.STALE.value)
    ports.changed()
    return go_on(PATH, said="push_off")


@router.post(f"{PATH}/test")
async def try_it(visit: FollowForm, ports: Ports) -> Response:
    """A test as any other, that proves the way when its button is pressed."""
    person = ports.directory().people.get(visit.viewer.person)
    kind = ports.pushing.channel.kind if ports.pushing is not None else None
    way = next((route for route in person.routes if route.channel == kind), None) if person is not None else None
    if person is None or way is None:
        return go_on(PATH, problem=Code.STALE.value)
    trial = await ports.proving.test(person, way, by=person.id)
    return go_on(PATH, said="test_sent") if trial.accepted else go_on(PATH, problem=Code.NOT_ACCEPTED.value)


@router.get("/sw.js")
def worker() -> Response:
    """Its place decides for which pages it speaks: for all of them, so it stands at the top."""
    body = files("api.pages").joinpath("static", "worker.js").read_bytes()
    return Response(body, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@router.get("/manifest.webmanifest")
def manifest(request: Request, ports: Ports) -> Response:
    """What an iPhone wants to know before it shows notifications of a page on its home screen."""
    name = shell(request, ports).t("app.name")
    icons = [{"src": "/static/icon.svg", "sizes": "any", "type": "image/svg+xml"}]
    told = {"name": name, "short_name": name, "start_url": "/", "display": "standalone", "icons": icons}
    return Manifest(told)


class Manifest(Response):
    """JSON under its own type."""

    media_type = "application/manifest+json"

    def render(self, content: object) -> bytes:
        return json.dumps(content, ensure_ascii=False).encode()
