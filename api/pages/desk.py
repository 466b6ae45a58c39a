"""The desk's page: open alerts first, then homes that cannot be seen, then how many are calm."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.access import Action, Viewer
from api.areas.overview import Watch, areas_of, tree, watches
from api.depends import Looks, Ports, Requires
from api.errors import Code, Problem
from api.homes.sight import Count, Sight, by_urgency, of_areas, sights
from api.pages.forms import go_on
from api.pages.login import start_of
from api.pages.shell import shell
from api.services import Services
from api.sessions import visit_of
from core.alerts import Alert, Timer
from core.concerns import Severity
from core.places import Area, Home
from core.states import HomeState, Visibility

router = APIRouter(include_in_schema=False)

MOST_CARDS = 60
RECENT = 6


@dataclass(frozen=True, slots=True)
class Card:
    """One open alert on the desk."""

    alert: Alert
    home: Home
    timer: Timer | None


@dataclass(frozen=True, slots=True)
class DeskView:
    count: Count
    cards: tuple[Card, ...]
    more: int
    unseen: tuple[Sight, ...]
    partial: int
    recent: tuple[Card, ...]
    watches: tuple[Watch, ...]
    areas: tuple[tuple[Area, int], ...]
    area: str | None
    together: bool


@router.get("/")
def desk_page(
    request: Request, ports: Ports, looks: Looks, area: Annotated[str | None, Query(max_length=200)] = None
) -> Response:
    """Family is sent to its own page; nobody to the login."""
    visit = visit_of(request, ports)
    if visit is not None and not visit.viewer.may(Action.SEE_ALERTS):
        return go_on(start_of(visit.viewer))
    visit = Requires(Action.SEE_ALERTS)(request)
    looks.note(visit.viewer, "desk", area or "*", ports.clock.now())
    page = shell(request, ports, visit)
    return page.page("desk", view=desk_view(ports, visit.viewer, area or None), people=ports.directory().people)


def desk_view(ports: Services, viewer: Viewer, area: str | None) -> DeskView:
    """Everything on the desk, of all that the viewer sees or below one area."""
    inventory = ports.inventory()
    seen = sights(ports, viewer, area=area)
    areas = areas_of(inventory, viewer)
    whole = of_areas(ports, [a for a in areas if area is None or inventory.within(a.id, area)])
    open_alerts = sorted([*(alert for sight in seen for alert in sight.alerts), *whole], key=by_urgency)
    if area is not None and area not in {a.id for a in areas}:
        raise Problem(Code.NOT_FOUND)
    return DeskView(
        count=Count.of(seen),
        cards=tuple(_card(ports, alert) for alert in open_alerts[:MOST_CARDS]),
        more=max(0, len(open_alerts) - MOST_CARDS),
        unseen=tuple(s for s in seen if s.status.visibility is Visibility.BLIND and s.state is HomeState.CANNOT_SEE),
        partial=sum(s.status.visibility is Visibility.PARTIAL for s in seen),
        recent=tuple(_recent(ports, viewer, area)),
        watches=tuple(watches(ports, viewer)),
        areas=tuple(tree(areas)),
        area=area,
        together=viewer.may(Action.REOPEN_ALERTS) and _several(open_alerts),
    )


def _several(alerts: list[Alert]) -> bool:
    """Is there anything to close together?"""
    return sum(alert.severity is not Severity.RED for alert in alerts) > 1


def _card(ports: Services, alert: Alert) -> Card:
    return Card(alert, ports.inventory().place(alert.home), ports.alerts.timer(alert.id))


def _recent(ports: Services, viewer: Viewer, area: str | None) -> list[Card]:
    """The alerts that were closed among the newest."""
    inventory = ports.inventory()
    areas: frozenset[str] | None = None if viewer.sees_everything else viewer.areas
    homes: frozenset[str] | None = None if viewer.sees_everything else viewer.homes
    if area is not None:
        areas, homes = frozenset(a for a in inventory.areas if inventory.within(a, area)), None
    page = ports.alerts.page(areas=areas, homes=homes, limit=MOST_CARDS)
    closed = [alert for alert in page.alerts if not alert.is_open]
    return [Card(alert, inventory.place(alert.home), None) for alert in closed[:RECENT]]
