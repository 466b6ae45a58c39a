"""The form of a weekly shift: look first at what a change would do, then save it; every change keeps its author."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from api.access import Action
from api.areas.overview import POSTS
from api.contacts.view import unproved
from api.depends import Ports, Requires
from api.duty.ahead import able, home_in, watched_area
from api.duty.weekly import Effect, ShiftFlaw, Typed, effect, shift_from, typed_of
from api.errors import Code, Problem
from api.pages.forms import UNPROCESSABLE, DutyForm, Text, go_on
from api.pages.shell import shell
from api.services import Services
from api.sessions import Visit
from core.duty import Post, Rota, Shift
from core.places import Area
from core.ports import StoreRefused
from core.shift_edits import ShiftEdit, stamp

router = APIRouter(include_in_schema=False)

PATH = "/duty/shifts"


class Do(StrEnum):
    """The buttons of the form."""

    LOOK = "look"
    SAVE = "save"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Here:
    """The area whose shifts are changed, as its rota stands now."""

    area: Area
    post: Post
    rota: Rota
    able: tuple[str, ...]

    @property
    def shifts(self) -> list[Shift]:
        return [row for row in self.rota if isinstance(row, Shift) and row.area == self.area.id]

    def shift(self, id_: str) -> Shift | None:
        return next((shift for shift in self.shifts if shift.id == id_), None)

    def with_(self, before: Shift | None, after: Shift | None) -> Rota:
        rest = tuple(row for row in self.rota if before is None or row.id != before.id)
        return rest if after is None else (*rest, after)


def _here(ports: Services, visit: Visit, area: str) -> Here:
    """Raises Problem NOT_FOUND for an area that is not the viewer's."""
    found, rota = watched_area(ports, visit.viewer, area), ports.duty.rota()
    return Here(found, POSTS[found.kind], rota, able(ports.directory(), rota))


@dataclass(frozen=True, slots=True)
class Told:
    """What the form says: `wrong` with what was typed, or the `effect` of it; `asks`: its gaps must be ticked."""

    typed: Typed
    wrong: ShiftFlaw | None = None
    effect: Effect | None = None
    asks: bool = False
    stale: bool = False


@router.get(PATH)
def shift_page(
    request: Request,
    visit: Annotated[Visit, Depends(Requires(Action.CHANGE_DUTY))],
    ports: Ports,
    area: Annotated[str, Query(max_length=200)],
    shift: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    here = _here(ports, visit, area)
    found = here.shift(shift)
    if shift and found is None:
        raise Problem(Code.NOT_FOUND)
    return _page(request, visit, ports, here, Told(Typed() if found is None else typed_of(found)))


def _page(request: Request, visit: Visit, ports: Services, here: Here, told: Told) -> Response:
    people = ports.directory().people
    refused = told.wrong is not None or told.asks or told.stale
    return shell(request, ports, visit, home=home_in(ports.inventory(), here.area)).page(
        "shift",
        status=UNPROCESSABLE if refused else 200,
        area=here.area,
        post=here.post,
        told=told,
        seen=stamp(here.shifts),
        people=[people[person] for person in here.able],
        names={person.id: person.name for person in people.values()},
        unproved=unproved(ports, [told.typed.person]) if told.typed.person in people else (),
    )


@router.post(PATH)
def change_shift(
    request: Request,
    visit: DutyForm,
    ports: Ports,
    area: Text,
    do: Annotated[Do, Form()],
    seen: Text,
    shift: Text = "",
    person: Text = "",
    start: Text = "",
    end: Text = "",
    rank: Text = "1",
    weekdays: Annotated[list[Annotated[int, Form(ge=0, le=6)]] | None, Form(max_length=7)] = None,
    gaps_known: Text = "",
) -> Response:
    here = _here(ports, visit, area)
    typed = Typed(shift, person, start, end, tuple(sorted(set(weekdays or ()))), rank)
    before = here.shift(shift)
    if do is Do.REMOVE and not shift:
        return _page(request, visit, ports, here, Told(typed))
    if (shift and before is None) or stamp(here.shifts) != seen:
        return _page(request, visit, ports, here, Told(replace(typed, shift=shift if before else ""), stale=True))
    after = None if do is Do.REMOVE else _made(here, typed, before)
    if isinstance(after, ShiftFlaw):
        return _page(request, visit, ports, here, Told(typed, wrong=after))
    would = _effect(ports, here, before, after)
    if do is Do.LOOK:
        return _page(request, visit, ports, here, Told(typed, effect=would))
    if would.opens and not gaps_known:
        return _page(request, visit, ports, here, Told(typed, effect=would, asks=True))
    edit = ShiftEdit(here.area.id, ports.clock.now(), visit.viewer.person, before, after)
    try:
        saved = ports.duty.edit_shift(edit, seen=seen)
    except StoreRefused:
        return _page(request, visit, ports, here, Told(typed, wrong=ShiftFlaw.PERSON))
    if not saved:
        return _page(request, visit, ports, _here(ports, visit, area), Told(typed, stale=True))
    return go_on("/duty", area=here.area.id, said="duty_changed")


def _made(here: Here, typed: Typed, before: Shift | None) -> Shift | ShiftFlaw:
    others = [shift for shift in here.shifts if before is None or shift.id != before.id]
    id_ = uuid4().hex[:12] if before is None else before.id
    return shift_from(typed, id_=id_, area=here.area.id, post=here.post, able=here.able, others=others)


def _effect(ports: Services, here: Here, before: Shift | None, after: Shift | None) -> Effect:
    zone = home_in(ports.inventory(), here.area).zone
    return effect(
        here.rota,
        here.with_(before, after),
        area=here.area.id,
        post=here.post,
        now=ports.clock.now(),
        zone=zone,
    )
