"""Closing several alerts that had one cause: a power cut, a gateway that raved. Red ones are closed one by one."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from api.access import Action
from api.alerts.moves import close_together
from api.areas.overview import areas_of
from api.depends import Looks, Ports, Requires
from api.errors import Problem
from api.homes.sight import by_urgency, of_areas, sights
from api.pages.forms import ReopeningForm, go_on, ticked
from api.pages.shell import shell
from api.sessions import Visit
from core.alerts import Outcome, Refusal
from core.concerns import Severity

router = APIRouter(include_in_schema=False)

MOST = 200


@router.get("/together")
def together_page(
    request: Request, visit: Annotated[Visit, Depends(Requires(Action.REOPEN_ALERTS))], ports: Ports, looks: Looks
) -> Response:
    """The open alerts that may be closed together, those of one kind beside each other."""
    looks.note(visit.viewer, "desk", "*", ports.clock.now())
    found = [alert for sight in sights(ports, visit.viewer) for alert in sight.alerts]
    found += of_areas(ports, areas_of(ports.inventory(), visit.viewer))
    able = sorted((a for a in found if a.severity is not Severity.RED), key=lambda a: (a.kind, by_urgency(a)))
    red = len(found) - len(able)
    return shell(request, ports, visit).page("together", alerts=able[:MOST], red=red, place=ports.inventory().place)


@router.post("/together")
def close_them(
    visit: ReopeningForm,
    ports: Ports,
    outcome: Annotated[Outcome, Form()],
    chosen: Annotated[list[str] | None, Form(max_length=MOST)] = None,
    note: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """`chosen`: the fence and the alert, as the page showed them. One that moved meanwhile stays open and is shown."""
    seen = ticked(chosen)
    if not seen:
        return go_on("/together", said="none_chosen")
    try:
        done = close_together(ports, visit.viewer, seen, outcome=outcome, note=note)
    except Problem as problem:
        return go_on("/together", problem=problem.code.value)
    if any(isinstance(fate, Refusal) for fate in done.values()):
        return go_on("/together", said="closed_some")
    return go_on("/", said="closed_together")
