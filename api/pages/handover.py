"""The end of a shift: the next duty reads what is open and what ended, and takes over what it ticks."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from api.access import Action
from api.depends import Looks, Ports, Requires
from api.duty.ahead import home_in, watched_areas
from api.duty.summary import pass_on, summary
from api.errors import Code, Problem
from api.pages.forms import HandlingForm, Text, go_on, ticked
from api.pages.shell import shell
from api.sessions import Visit

router = APIRouter(include_in_schema=False)

PATH = "/handover"
MOST = 200


@router.get(PATH)
def handover_page(
    request: Request,
    visit: Annotated[Visit, Depends(Requires(Action.HANDLE_ALERTS))],
    ports: Ports,
    looks: Looks,
    area: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    looks.note(visit.viewer, "desk", "*", ports.clock.now())
    areas = watched_areas(ports, visit.viewer)
    chosen = next((each for each in areas if each.id == area), None) if area else next(iter(areas), None)
    if area and chosen is None:
        raise Problem(Code.NOT_FOUND)
    page = shell(request, ports, visit, home=home_in(ports.inventory(), chosen) if chosen else None)
    view = summary(ports, visit.viewer, chosen) if chosen else None
    return page.page("handover", areas=areas, view=view, place=ports.inventory().place, me=visit.viewer.person)


@router.post(PATH)
def hand_on(
    visit: HandlingForm,
    ports: Ports,
    area: Text,
    chosen: Annotated[list[str] | None, Form(max_length=MOST)] = None,
    to: Text = "",
) -> Response:
    """`chosen`: the fence and the alert, as the page showed them. Without `to` they are taken by whoever sends this."""
    seen, back = ticked(chosen), f"{PATH}?area={area}"
    if not seen:
        return go_on(f"{back}&said=none_chosen")
    left = pass_on(ports, visit.viewer, seen, to=to or None)
    if left:
        return go_on(f"{back}&said=moved_some")
    return go_on(f"{back}&said={'handed_over' if to else 'taken_over'}")
