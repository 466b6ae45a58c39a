"""Whose budgets one sees, and who may change them: an administrator, and the desk of the street that a place is in."""

from api.access import Action, Viewer
from api.errors import Code, Problem
from api.services import Services
from core.budget_replays import Proposal
from core.budgets import up_from
from core.places import AreaKind, Inventory


def sees_place(viewer: Viewer, inventory: Inventory, place: str) -> bool:
    return any(True for _ in viewer.own((place,), inventory))


def may_change(viewer: Viewer, inventory: Inventory, place: str) -> bool:
    """The manager of a street is whoever has the desk's login for the whole of it."""
    if not viewer.may(Action.CHANGE_BUDGETS) or not sees_place(viewer, inventory, place):
        return False
    if viewer.sees_everything:
        return True
    above = (inventory.area_meant(each) for each in up_from(inventory, place))
    return any(each.kind is AreaKind.STREET and each.id in viewer.areas for each in above if each is not None)


def place_for(ports: Services, viewer: Viewer, place: str) -> str:
    """Raises Problem NOT_FOUND for what is not there, or not the viewer's."""
    if not sees_place(viewer, ports.inventory(), place):
        raise Problem(Code.NOT_FOUND)
    return place


def place_to_change(ports: Services, viewer: Viewer, place: str) -> str:
    """Raises Problem NOT_FOUND, or FORBIDDEN for whom it is not to change."""
    place_for(ports, viewer, place)
    if not may_change(viewer, ports.inventory(), place):
        raise Problem(Code.FORBIDDEN)
    return place


def proposal_for(ports: Services, viewer: Viewer, id_: str) -> Proposal:
    """Raises Problem NOT_FOUND."""
    proposal = ports.budgets.proposal(id_)
    if proposal is None or not sees_place(viewer, ports.inventory(), proposal.place):
        raise Problem(Code.NOT_FOUND)
    return proposal


def proposal_to_decide(ports: Services, viewer: Viewer, id_: str) -> Proposal:
    """Raises Problem NOT_FOUND, or FORBIDDEN for whom it is not to decide."""
    proposal = proposal_for(ports, viewer, id_)
    place_to_change(ports, viewer, proposal.place)
    return proposal
