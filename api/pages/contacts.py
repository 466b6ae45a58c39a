"""The ways to people, tried and proved: a test by one way, its link, and the code that somebody reads out.

Looking at a test's page proves nothing: phones open links by themselves. Only its button does.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from api.access import Action
from api.contacts.view import contact_for, responders
from api.depends import Looks, Ports, Requires
from api.errors import Code, Problem
from api.pages.forms import DutyForm, Text, go_on
from api.pages.shell import shell
from api.services import Services
from api.sessions import Visit
from core.ports import Look
from core.proving import ProofHow, Trial

router = APIRouter(include_in_schema=False)

PATH = "/contacts"
_Changes = Annotated[Visit, Depends(Requires(Action.CHANGE_DUTY))]


@router.get(PATH)
def contacts_page(
    request: Request,
    visit: _Changes,
    ports: Ports,
    looks: Looks,
    person: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Everybody who is counted on; or one person, who may also be family."""
    looks.note(visit.viewer, "contacts", person or "*", ports.clock.now())
    found = [contact_for(ports, visit.viewer, person)] if person else responders(ports, visit.viewer)
    return shell(request, ports, visit).page(
        "contacts", contacts=found, one=person, safe=sum(contact.is_safe for contact in found), now=ports.clock.now()
    )


@router.post(f"{PATH}/test")
async def try_way(
    visit: DutyForm,
    ports: Ports,
    person: Text,
    number: Annotated[int, Form(ge=0, le=50)],
    channel: Text,
    one: Text = "",
) -> Response:
    """Send one test. `channel` is what the page showed at this place of the ladder: it may have changed since."""
    contact = contact_for(ports, visit.viewer, person)
    way = next((way for way in contact.ways if way.number == number and way.route.channel == channel), None)
    if way is None:
        return _back(one, problem=Code.STALE.value)
    trial = await ports.proving.test(contact.person, way.route, by=visit.viewer.person)
    return _back(one, said="test_sent") if trial.accepted else _back(one, problem=Code.NOT_ACCEPTED.value)


@router.post(f"{PATH}/code")
def code_read_out(visit: DutyForm, ports: Ports, person: Text, code: Text, one: Text = "") -> Response:
    contact = contact_for(ports, visit.viewer, person)
    if not ports.proving.read_out(contact.person.id, code):
        return _back(one, problem=Code.WRONG_CODE.value)
    return _back(one, said="way_proved")


def _back(one: str, **said: str) -> Response:
    return go_on(PATH, **({"person": one} if one else {}), **said)


@router.get("/t/{trial_id}")
def trial_page(trial_id: str, request: Request, ports: Ports) -> Response:
    trial = _trial(ports, trial_id)
    person = ports.directory().people.get(trial.person)
    if person is None:
        raise Problem(Code.NOT_FOUND)
    ports.accounts.record_look(Look(ports.clock.now(), f"link of {person.id}", "test", person.id))
    return shell(request, ports, language=person.language).page("trial", trial=trial, person=person)


@router.post("/t/{trial_id}")
def trial_answered(trial_id: str, ports: Ports) -> Response:
    trial = _trial(ports, trial_id)
    ports.proving.answered(trial.id, ProofHow.LINK)
    return go_on(f"/t/{trial.id}", said="way_proved")


def _trial(ports: Services, id_: str) -> Trial:
    """Raises Problem NOT_FOUND for one that was never sent, or has grown old."""
    trial = ports.proving.open_trial(id_)
    if trial is None:
        raise Problem(Code.NOT_FOUND)
    return trial
