"""The homes of one family member, each as far as its resident agrees that they see it."""

from dataclasses import dataclass
from datetime import datetime

from api.access import Viewer
from api.family.answers import Question, questions
from api.homes.sight import Sight, sights
from api.services import Services
from core.concerns import ConcernKind
from core.family import Scope
from core.people import Bond
from core.places import Home, Room
from core.reassurance import FamilyState, family_state


@dataclass(frozen=True, slots=True)
class FamilyHome:
    """`questions`: what this very person was asked, and may answer. `why` and `last_sign` (when, where) only as far as
    the resident agrees. `kin`: is this person one of the family, with wishes of their own?
    """

    home: Home
    state: FamilyState
    as_of: datetime
    questions: tuple[Question, ...] = ()
    why: ConcernKind | None = None
    last_sign: tuple[datetime, Room | None] | None = None
    kin: bool = False


def family_homes(ports: Services, viewer: Viewer) -> list[FamilyHome]:
    """The homes of this family member, as they stand now."""
    directory, found = ports.directory(), sights(ports, viewer)
    ties = {t.home for t in directory.ties if t.person == viewer.person and t.bond is Bond.FAMILY}
    scopes = {sight.home.id: directory.families.scope(sight.home.id, viewer.person) for sight in found}
    return [
        _seen(ports, viewer, sight, scopes[sight.home.id], kin=sight.home.id in ties)
        for sight in found
        if scopes[sight.home.id] is not Scope.NOTHING
    ]


def _seen(ports: Services, viewer: Viewer, sight: Sight, scope: Scope, *, kin: bool) -> FamilyHome:
    status = sight.status
    return FamilyHome(
        sight.home,
        _state(ports, sight),
        ports.clock.now(),
        questions(sight.alerts, viewer.person),
        why=sight.alerts[0].kind if sight.alerts and scope.holds(Scope.REASON) else None,
        last_sign=(status.last_sign_at, status.last_sign_room)
        if status.last_sign_at is not None and scope.holds(Scope.DAY)
        else None,
        kin=kin,
    )


def _state(ports: Services, sight: Sight) -> FamilyState:
    newest = ports.alerts.page(homes=[sight.home.id], limit=1).alerts
    return family_state(sight.state, newest[0] if newest else None, sight.status.last_sign_at)
