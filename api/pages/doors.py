"""The code at the door: its sheet to print, and the page where scanning it leads, to say "I am here" with proof.

Looking changes nothing here either. Who scans is known by their login, or by the one-tap link that they opened before.
"""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request, Response

from api.access import Action, Viewer
from api.alerts.moves import arrive
from api.depends import Looks, Ports, Requires
from api.errors import Code, Problem, refused
from api.homes.endpoints import home_for
from api.pages.forms import EnrollingForm, Text, WhereSent, go_on
from api.pages.install import qr_code
from api.pages.one_tap import TAP_COOKIE, TapView, tap_view
from api.pages.shell import shell
from api.services import Services
from api.sessions import Visit, require_form_token, require_own_origin, visit_of
from core.alerts import Alert, Refusal
from core.arrival import DoorCode, Evidence, Location, Proof
from core.places import Home
from core.policies import Target
from core.ports import Look

router = APIRouter(include_in_schema=False)

_SAID_ALOUD = {Code.NOT_FOUND, Code.NOT_LOGGED_IN, Code.FOREIGN_PAGE}
"""Problems that no page at this door could tell."""


@dataclass(frozen=True, slots=True)
class AtDoor:
    """`home` is None where the reader may not know whose door it is. `person` is who would be there."""

    code: str
    home: Home | None
    person: str
    alerts: tuple[Alert, ...]


@router.get("/door/{home_id:path}")
def door_sheet(
    home_id: str,
    request: Request,
    visit: Annotated[Visit, Depends(Requires(Action.ENROLL_DEVICES))],
    ports: Ports,
    looks: Looks,
) -> Response:
    """To print and hang up: no name and no health data, for anybody may read it."""
    home = home_for(ports, visit.viewer, home_id)
    looks.note(visit.viewer, "door", home.id, ports.clock.now())
    door = ports.doors.door(home.id)
    base = ports.links.base.rstrip("/") if ports.links is not None else str(request.base_url).rstrip("/")
    code = None if door is None else qr_code(f"{base}/at/{door.code}")
    return shell(request, ports, visit, home=home).page("door", home=home, door=door, code=code)


@router.post("/doors/renew")
def renew(visit: EnrollingForm, ports: Ports, home: Text) -> Response:
    """A new code; the one that hangs there is worthless from now on."""
    place = home_for(ports, visit.viewer, home)
    ports.doors.renew(DoorCode(place.id, ports.token(), ports.clock.now(), visit.viewer.login))
    return go_on(f"/door/{quote(place.id)}", said="door_renewed")


@router.get("/at/{code}")
def at_the_door(code: str, request: Request, ports: Ports, looks: Looks) -> Response:
    """Raises Problem NOT_FOUND for a code that hangs nowhere, or at a door that is none of the reader's."""
    visit, tap, language = visit_of(request, ports), _tap(request, ports), None
    home = _home_of(ports, code)
    if visit is not None and visit.viewer.may(Action.HANDLE_ALERTS):
        view = AtDoor(code, home, visit.viewer.person, _alerts(ports, visit.viewer, home))
        looks.note(visit.viewer, "door", home.id, ports.clock.now())
    elif tap is not None:
        view, language = AtDoor(code, home, tap.person.id, _alerts_of(tap, home)), tap.person.language
        ports.accounts.record_look(Look(ports.clock.now(), f"link of {tap.person.id}", "door", home.id))
    else:
        return _stranger(request, ports, visit, code)
    page = shell(request, ports, visit, home=home, language=language)
    return page.page("at", view=view)


@router.post("/at/{code}")
def here_with_proof(
    code: str,
    request: Request,
    ports: Ports,
    alert: Annotated[str, Form(max_length=200)],
    fence: Annotated[int, Form(ge=0)],
    location: WhereSent,
    csrf: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    visit, said = visit_of(request, ports), "arrived_proved"
    try:
        if visit is not None and visit.viewer.may(Action.HANDLE_ALERTS):
            require_form_token(csrf, visit.token)
            arrive(ports, visit.viewer, alert, fence=fence, door=code, location=location)
            return go_on(f"/alerts/{alert}", said=said)
        require_own_origin(request)
        tap = _arrived(ports, _tap(request, ports), code, alert, fence=fence, location=location)
    except Problem as problem:
        if problem.code in _SAID_ALOUD:
            raise
        return go_on(f"/at/{quote(code)}", problem=problem.code.value)
    return go_on(f"/a/{tap.code}", said=said)


def _arrived(
    ports: Services, tap: TapView | None, code: str, alert: str, *, fence: int, location: Location | None
) -> TapView:
    """By the holder of a link. Raises Problem when there is none, at another door, and when nothing moved."""
    if tap is None:
        raise Problem(Code.NOT_LOGGED_IN)
    if alert not in {each.id for each in _alerts_of(tap, _home_of(ports, code))}:
        raise Problem(Code.NOT_FOUND)
    moved = ports.desk.arrive(alert, by=tap.person.id, evidence=Evidence(Proof.QR, location), seen_fence=fence)
    if isinstance(moved, Refusal):
        raise refused(moved)
    return tap


def _home_of(ports: Services, code: str) -> Home:
    home = ports.inventory().homes.get(ports.doors.home_of(code) or "")
    if home is None:
        raise Problem(Code.NOT_FOUND)
    return home


def _alerts(ports: Services, viewer: Viewer, home: Home) -> tuple[Alert, ...]:
    """Those open here that this viewer may see. Raises Problem NOT_FOUND at somebody else's door."""
    found = tuple(alert for alert in ports.alerts.open_alerts(homes=[home.id]) if viewer.sees_alert(alert))
    if not found and not viewer.sees(home):
        raise Problem(Code.NOT_FOUND)
    return found


def _tap(request: Request, ports: Services) -> TapView | None:
    """The link that this browser opened last, while it still leads somewhere."""
    code = request.cookies.get(TAP_COOKIE)
    if code is None:
        return None
    try:
        return tap_view(ports, code)
    except Problem:
        return None


def _alerts_of(tap: TapView, home: Home) -> tuple[Alert, ...]:
    """The link's own alert, at its own door; residents do not arrive. Raises Problem NOT_FOUND at another door."""
    if tap.alert.home != home.id:
        raise Problem(Code.NOT_FOUND)
    return (tap.alert,) if tap.alert.is_open and tap.role is not Target.RESIDENT else ()


def _stranger(request: Request, ports: Services, visit: Visit | None, code: str) -> Response:
    """Anybody may scan what hangs in a stairwell: they learn nothing of the home."""
    return shell(request, ports, visit).page("at", view=AtDoor(code, None, "", ()))
