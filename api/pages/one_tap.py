"""The page behind a one-tap link: what it is about, and the next answers of the one to whom it was sent.

Looking changes nothing: phones and mail programs open links by themselves. Only a button acts, with the fence it saw.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from alerts import wording
from alerts.taps import Tap, taps_of
from alerts.wording import Text as Words
from api.alerts.photos import add_photo
from api.depends import Ports
from api.errors import Code, Problem, refused
from api.pages.forms import AccessField, PhotoSent, WhereSent, go_on
from api.pages.shell import shell
from api.services import Services
from core.alerts import Alert, Outcome, Refusal, Send
from core.arrival import Evidence, Location
from core.outcomes import BY_PEOPLE, Access
from core.people import Language, Person
from core.policies import Target
from core.ports import Look

router = APIRouter(include_in_schema=False)

_RECENT = 100
"""How many of the newest alerts a link is looked for in, beside all that are open."""


@dataclass(frozen=True, slots=True)
class TapView:
    """`words` are those of the message, as it stands now. `taps`: what this person can do next."""

    code: str
    alert: Alert
    person: Person
    words: Words
    role: Target
    taps: tuple[Tap, ...]
    outcomes: tuple[Outcome, ...]


TAP_COOKIE = "anxin_tap"
_REMEMBERED = int(timedelta(hours=12).total_seconds())


def remember_tap(response: Response, ports: Services, code: str) -> None:
    """For the code at the door: whoever opened a link and then scans it is known by the link. Sent there only."""
    response.set_cookie(
        TAP_COOKIE,
        code,
        max_age=_REMEMBERED,
        path="/at/",
        httponly=True,
        samesite="lax",
        secure=ports.settings.secure_cookies,
    )


@router.get("/a/{code}")
def one_tap_page(code: str, request: Request, ports: Ports) -> Response:
    view = tap_view(ports, code)
    now = ports.clock.now()
    ports.accounts.record_look(Look(now, f"link of {view.person.id}", f"alert {view.alert.id}", view.alert.home))
    page = shell(request, ports, home=ports.inventory().homes.get(view.alert.home), language=view.person.language)
    if page.words.language is not view.person.language:
        view = tap_view(ports, code, language=page.words.language)
    response = page.page("one_tap", view=view)
    remember_tap(response, ports, code)
    return response


@router.post("/a/{code}")
def one_tap(
    code: str,
    ports: Ports,
    tap: Annotated[Tap, Form()],
    fence: Annotated[int, Form(ge=0)],
    location: WhereSent,
    photo: PhotoSent = b"",
    outcome: Annotated[Outcome | None, Form()] = None,
    note: Annotated[str, Form(max_length=2000)] = "",
    access: AccessField = None,
) -> Response:
    view = tap_view(ports, code)
    try:
        given = Given(tap, fence, outcome, note.strip(), access, location)
        if photo and tap is Tap.CLOSE and tap in view.taps and outcome in view.outcomes:
            add_photo(ports, view.alert, view.person.id, photo, fence=fence)
        answered = _answer(ports, view, given)
    except Problem as problem:
        return go_on(f"/a/{code}", problem=problem.code.value)
    if isinstance(answered, Refusal):
        return go_on(f"/a/{code}", problem=refused(answered).code.value)
    said = {Tap.FINE: "fine", Tap.TAKE: "taken", Tap.ARRIVE: "arrived", Tap.CANNOT: "released", Tap.CLOSE: "closed"}
    return go_on(f"/a/{code}", said=said[tap])


def tap_view(ports: Services, code: str, *, language: Language | None = None) -> TapView:
    """In the person's own language unless they chose another.

    Raises Problem NOT_FOUND where no such link was ever sent, or where it has grown old.
    """
    known = ports.alerts.open_alerts() + list(ports.alerts.page(limit=_RECENT).alerts)
    found = ports.links.find(code, known) if ports.links is not None else None
    person = ports.directory().people.get(found[1]) if found else None
    if found is None or person is None:
        raise Problem(Code.NOT_FOUND)
    alert = found[0]
    send = _latest(ports, alert, person.id)
    home = ports.desk.reacher.home(alert.home, area=alert.area)
    reacher = ports.desk.reacher
    scope = reacher.scope(alert.home, person.id)
    words = wording.message(send, alert, home, language or person.language, names=reacher.names, scope=scope)
    role = send.target
    outcomes = (Outcome.WELL_AT_HOME, Outcome.HELPED) if role is Target.FAMILY else BY_PEOPLE
    return TapView(code, alert, person, words, role, taps_of(alert, person.id, role), outcomes)


def _latest(ports: Services, alert: Alert, person: str) -> Send:
    """The last message to this person. Raises Problem NOT_FOUND where there is none."""
    sends = [delivery.send for delivery in ports.alerts.deliveries(alert.id) if delivery.send.person == person]
    if not sends:
        raise Problem(Code.NOT_FOUND)
    return sends[-1]


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it was sent."""

    tap: Tap
    fence: int
    outcome: Outcome | None
    note: str
    access: Access | None
    location: Location | None


def _answer(ports: Services, view: TapView, given: Given) -> Alert | Refusal:
    """Raises Problem when this is not one of the next answers any more."""
    alert, by, desk, fence = view.alert, view.person.id, ports.desk, given.fence
    if given.tap not in view.taps:
        raise Problem(Code.STALE if alert.is_open else Code.CLOSED)
    match given.tap:
        case Tap.FINE:
            return desk.resident_fine(alert.id, by=by, seen_fence=fence)
        case Tap.TAKE:
            return desk.acknowledge(alert.id, by=by, seen_fence=fence)
        case Tap.ARRIVE:
            return desk.arrive(alert.id, by=by, evidence=Evidence(location=given.location), seen_fence=fence)
        case Tap.CANNOT:
            return desk.release(alert.id, by=by, reason=given.note, seen_fence=fence)
        case Tap.CLOSE:
            outcome = given.outcome
            if outcome not in view.outcomes:
                raise Problem(Code.INVALID)
            return desk.close(alert.id, by=by, outcome=outcome, note=given.note, access=given.access, seen_fence=fence)
