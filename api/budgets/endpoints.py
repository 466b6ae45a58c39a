"""Budgets as JSON: what holds, proposing, what the replay found, putting in effect, withdrawing, going back."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.access import Viewer
from api.budgets.rights import place_for, place_to_change, proposal_for, proposal_to_decide
from api.budgets.schemas import (
    BoughtBody,
    BudgetList,
    GoingBack,
    NewProposal,
    PlaceBudgetBody,
    ProposalBody,
    ProposalList,
    ReplayBody,
    VersionBody,
)
from api.budgets.view import budgets, done_of, history, proposals, replayed
from api.depends import ChangesBudgets, Looks, Ports, SeesBudgets
from api.errors import Code, Problem, problems
from api.services import Services
from core.budget_replays import Proposal
from core.budgets import BudgetFlaw

router = APIRouter(prefix="/budgets", tags=["budgets"])

WHY = {
    BudgetFlaw.NO_NUMBER: "The budget must be a number.",
    BudgetFlaw.TOO_LOW: "At least 0.1 a month: below that a fall is found so late that finding it helps little.",
    BudgetFlaw.TOO_HIGH: "At most 5 a month: whoever is sent in vain more often than weekly stops going.",
    BudgetFlaw.NO_REASON: "Say why.",
    BudgetFlaw.NOTHING_CHANGES: "No home there would have another budget than now.",
}


@router.get("", responses=problems(Code.NOT_FOUND))
def list_budgets(
    viewer: SeesBudgets,
    ports: Ports,
    looks: Looks,
    place: Annotated[str, Query(max_length=200, description="only there: a home's id, or area: and an area's")] = "",
) -> BudgetList:
    """What every area and home that this login sees may cost, whence it comes, what it buys and what it has cost."""
    if place:
        place_for(ports, viewer, place)
    looks.note(viewer, "budgets", place or "*", ports.clock.now())
    found = budgets(ports, viewer, place=place)
    return BudgetList(
        areas=[PlaceBudgetBody.of(row) for row in found.areas],
        homes=[PlaceBudgetBody.of(row) for row in found.homes],
        of=found.of,
        bought=None if found.bought is None else BoughtBody.model_validate(found.bought, from_attributes=True),
        versions=[VersionBody.of(each) for each in history(ports, viewer, place=place)],
    )


@router.get("/proposals", responses=problems())
def list_budget_proposals(viewer: SeesBudgets, ports: Ports, *, open_only: bool = False) -> ProposalList:
    """What was proposed for places that this login sees, the newest first."""
    return ProposalList(items=[_body(ports, each) for each in proposals(ports, viewer, open_only=open_only)])


@router.post("/proposals", status_code=201, responses=problems(Code.NOT_FOUND, Code.REFUSED))
def propose_budget(body: NewProposal, viewer: ChangesBudgets, ports: Ports) -> ProposalBody:
    """It is replayed on the past 60 days in the background, and takes effect only when somebody says so."""
    place_to_change(ports, viewer, body.place)
    proposal = ports.budgets.propose(body.place, body.value, by=viewer.person, note=body.note)
    if isinstance(proposal, BudgetFlaw):
        raise Problem(Code.REFUSED, WHY[proposal])
    return _body(ports, proposal)


@router.get("/proposals/{proposal_id}", responses=problems(Code.NOT_FOUND))
def get_budget_proposal(proposal_id: str, viewer: SeesBudgets, ports: Ports, looks: Looks) -> ReplayBody:
    """How far its replay is, and what it has found."""
    proposal = proposal_for(ports, viewer, proposal_id)
    looks.note(viewer, "budgets", proposal.place, ports.clock.now())
    return ReplayBody.of(replayed(ports, viewer, proposal))


@router.post("/proposals/{proposal_id}/effect", responses=problems(Code.NOT_FOUND, Code.STALE))
def put_budget_in_effect(proposal_id: str, viewer: ChangesBudgets, ports: Ports) -> ProposalBody:
    """Only once its replay is finished, and while what it rests on still holds."""
    proposal = proposal_to_decide(ports, viewer, proposal_id)
    if not ports.budgets.enact(proposal.id, by=viewer.person):
        raise Problem(Code.STALE, "Its replay is not finished, it was decided, or what holds there has changed since.")
    return _again(ports, viewer, proposal_id)


@router.post("/proposals/{proposal_id}/withdraw", responses=problems(Code.NOT_FOUND, Code.STALE))
def withdraw_budget_proposal(proposal_id: str, viewer: ChangesBudgets, ports: Ports) -> ProposalBody:
    """It never takes effect, and its replay ends."""
    proposal = proposal_to_decide(ports, viewer, proposal_id)
    if not ports.budgets.withdraw(proposal.id, by=viewer.person):
        raise Problem(Code.STALE, "It was decided already.")
    return _again(ports, viewer, proposal_id)


@router.post("/back", responses=problems(Code.NOT_FOUND, Code.STALE))
def go_back_to_earlier_budget(body: GoingBack, viewer: ChangesBudgets, ports: Ports) -> VersionBody:
    """What had held there before holds again, as a new version. It needs no replay."""
    place_to_change(ports, viewer, body.place)
    if not ports.budgets.go_back(body.place, seen=body.seen, by=viewer.person, note=body.note):
        raise Problem(Code.STALE, "That is not the newest version, or what held before cannot be had without a replay.")
    return VersionBody.of(history(ports, viewer, place=body.place)[0])


def _again(ports: Services, viewer: Viewer, id_: str) -> ProposalBody:
    return _body(ports, proposal_for(ports, viewer, id_))


def _body(ports: Services, proposal: Proposal) -> ProposalBody:
    done = done_of(ports, proposal)
    return ProposalBody.of(proposal, done=done, stale=ports.budgets.is_stale(proposal))
