"""The budget of false alarms: what holds where and what it buys, the form to propose, and what a replay found."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from api.access import Action
from api.areas.overview import areas_of
from api.budgets.rights import may_change, place_for, place_to_change, proposal_for, proposal_to_decide
from api.budgets.view import budget_at, budgets, done_of, history, name_of, proposals, replayed
from api.depends import Looks, Ports, Requires
from api.pages.forms import UNPROCESSABLE, BudgetForm, Text, go_on
from api.pages.shell import shell
from api.services import Services
from api.sessions import Visit
from core.budget_replays import LOOKED_BACK, Effect, Judged, Proposal
from core.budgets import LEAST, LONGEST_NOTE, MOST, BudgetFlaw
from core.places import Home, of_area

router = APIRouter(include_in_schema=False)

PATH = "/budgets"
CONFLICT = 409
MOST_TOLD = 30
"""Proposals, versions, and differences of one kind that a page lists."""
_Sees = Annotated[Visit, Depends(Requires(Action.SEE_BUDGETS))]
Place = Annotated[str, Query(max_length=200)]
PlaceField = Annotated[str, Form(max_length=200)]


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed, to be typed better. `own`: a number of its own, or as above."""

    own: bool = True
    value: str = ""
    note: str = ""

    def number(self) -> float | BudgetFlaw | None:
        if not self.own:
            return None
        try:
            return float(self.value.strip().replace(",", "."))
        except ValueError:
            return BudgetFlaw.NO_NUMBER


@router.get(PATH)
def budgets_page(request: Request, visit: _Sees, ports: Ports, looks: Looks, place: Place = "") -> Response:
    if place:
        place_for(ports, visit.viewer, place)
    looks.note(visit.viewer, "budgets", place or "*", ports.clock.now())
    return _place_page(request, visit, ports, place)


def _place_page(
    request: Request,
    visit: Visit,
    ports: Services,
    place: str,
    *,
    draft: Draft | None = None,
    flaw: BudgetFlaw | None = None,
    refused: bool = False,
) -> Response:
    viewer, inventory = visit.viewer, ports.inventory()
    versions = history(ports, viewer, place=place)
    changeable = bool(place) and may_change(viewer, inventory, place)
    return shell(request, ports, visit, home=inventory.homes.get(place)).page(
        "budgets",
        status=CONFLICT if refused else UNPROCESSABLE if flaw else 200,
        place=place,
        place_kind=_kind(ports, place),
        budget=budget_at(ports, place) if place else None,
        view=budgets(ports, viewer, place=place),
        proposals=[(each, done_of(ports, each)) for each in proposals(ports, viewer, place=place)[:MOST_TOLD]],
        history=versions[:MOST_TOLD],
        back=ports.budgets.back(place) if changeable else None,
        may_change=changeable,
        changes_somewhere=any(may_change(viewer, inventory, of_area(area.id)) for area in areas_of(inventory, viewer)),
        draft=draft or Draft(),
        flaw=flaw,
        refused=refused,
        bounds=(LEAST, MOST),
        longest_note=LONGEST_NOTE,
        looked_back=LOOKED_BACK.days,
        name_of=lambda at: name_of(inventory, at),
    )


def _kind(ports: Services, place: str) -> str:
    area = ports.inventory().area_meant(place)
    return "" if area is None else area.kind.value


@router.post(PATH)
def propose(
    request: Request,
    visit: BudgetForm,
    ports: Ports,
    place: PlaceField,
    own: Text = "yes",
    value: Text = "",
    note: Text = "",
) -> Response:
    """To be replayed. Nothing takes effect by this."""
    place_to_change(ports, visit.viewer, place)
    draft = Draft(own == "yes", value, note)
    number = draft.number()
    found = number if isinstance(number, BudgetFlaw) else _proposed(ports, visit, place, number, note)
    if isinstance(found, BudgetFlaw):
        return _place_page(request, visit, ports, place, draft=draft, flaw=found)
    return go_on(f"{PATH}/{found.id}", said="budget_proposed")


def _proposed(ports: Services, visit: Visit, place: str, value: float | None, note: str) -> Proposal | BudgetFlaw:
    return ports.budgets.propose(place, value, by=visit.viewer.person, note=note)


@router.post(f"{PATH}/back")
def go_back(
    request: Request,
    visit: BudgetForm,
    ports: Ports,
    place: PlaceField,
    seen: Annotated[int, Form(ge=0)] = 0,
    note: Text = "",
) -> Response:
    """To what had held there before: no replay is needed."""
    place_to_change(ports, visit.viewer, place)
    if not ports.budgets.go_back(place, seen=seen, by=visit.viewer.person, note=note):
        return _place_page(request, visit, ports, place, refused=True)
    return go_on(PATH, place=place, said="budget_back")


@router.get(f"{PATH}/{{proposal_id}}")
def proposal_page(proposal_id: str, request: Request, visit: _Sees, ports: Ports, looks: Looks) -> Response:
    proposal = proposal_for(ports, visit.viewer, proposal_id)
    looks.note(visit.viewer, "budgets", proposal.place, ports.clock.now())
    return _proposal_page(request, visit, ports, proposal)


def _proposal_page(
    request: Request, visit: Visit, ports: Services, proposal: Proposal, *, refused: bool = False
) -> Response:
    inventory = ports.inventory()
    view = replayed(ports, visit.viewer, proposal)
    return shell(request, ports, visit, home=_some_home(ports, proposal)).page(
        "budget",
        status=CONFLICT if refused else 200,
        proposal=proposal,
        view=view,
        effects=_by_effect(view.differences),
        may_change=may_change(visit.viewer, inventory, proposal.place),
        refused=refused,
        looked_back=LOOKED_BACK.days,
        most_told=MOST_TOLD,
        name_of=lambda at: name_of(inventory, at),
    )


def _some_home(ports: Services, proposal: Proposal) -> Home | None:
    """In whose zone times are told."""
    homes = ports.inventory().homes
    return next((homes[home] for home in (proposal.place, *proposal.homes) if home in homes), None)


def _by_effect(found: Sequence[Judged]) -> list[tuple[Effect, list[Judged]]]:
    """In the order in which they stand."""
    return [(effect, list(group)) for effect, group in groupby(found, key=lambda each: each.effect)]


@router.post(f"{PATH}/{{proposal_id}}/effect")
def put_in_effect(proposal_id: str, request: Request, visit: BudgetForm, ports: Ports) -> Response:
    """One press, by a person, once the replay is finished."""
    proposal = proposal_to_decide(ports, visit.viewer, proposal_id)
    if not ports.budgets.enact(proposal.id, by=visit.viewer.person):
        return _proposal_page(request, visit, ports, proposal_for(ports, visit.viewer, proposal_id), refused=True)
    return go_on(f"{PATH}/{proposal.id}", said="budget_in_effect")


@router.post(f"{PATH}/{{proposal_id}}/withdraw")
def withdraw(proposal_id: str, request: Request, visit: BudgetForm, ports: Ports) -> Response:
    proposal = proposal_to_decide(ports, visit.viewer, proposal_id)
    if not ports.budgets.withdraw(proposal.id, by=visit.viewer.person):
        return _proposal_page(request, visit, ports, proposal_for(ports, visit.viewer, proposal_id), refused=True)
    return go_on(f"{PATH}/{proposal.id}", said="budget_withdrawn")
