"""The homes of one family member as they may see them; the reason is not told."""

from dataclasses import dataclass
from datetime import datetime

from api.access import Viewer
from api.family.answers import Question, questions
from api.homes.sight import Sight, sights
from api.services import Services
from core.places import Home
from core.reassurance import FamilyState, family_state


@dataclass(frozen=True, slots=True)
class FamilyHome:
    """`questions`: what this very person was asked, and may answer."""

    home: Home
    state: FamilyState
    as_of: datetime
    questions: tuple[Question, ...] = ()


def family_homes(ports: Services, viewer: Viewer) -> list[FamilyHome]:
    """The homes of this family member, as they stand now."""
    now = ports.clock.now()
    return [
        FamilyHome(sight.home, _state(ports, sight), now, questions(sight.alerts, viewer.person))
        for sight in sights(ports, viewer)
    ]


def _state(ports: Services, sight: Sight) -> FamilyState:
    newest = ports.alerts.page(homes=[sight.home.id], limit=1).alerts
    return family_state(sight.state, newest[0] if newest else None, sight.status.last_sign_at)
