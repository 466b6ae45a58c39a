"""The homes: the area tree with its counts, and the list of homes by state; and the page of one home."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.access import Action, Viewer
from api.areas.overview import Branch, branches
from api.depends import Looks, Ports, Requires
from api.homes.activity import day_of
from api.homes.endpoints import home_for
from api.homes.sight import Sight, live_here, sight_of, sights
from api.homes.unseen import unseen_by
from api.pages.shell import shell
from api.pages.strip import Strip, strip_of
from api.services import Services
from api.sessions import Visit
from api.tickets.endpoints import tickets_for
from core.alerts import Alert
from core.faults import Ticket
from core.places import Device, Home
from core.ports import Look
from core.states import DeviceStatus, HomeState, Visibility

router = APIRouter(include_in_schema=False)

MOST_LISTED = 300
HISTORY = 20
LOOKS = 12
_ORDER = [HomeState.CONCERN, HomeState.CANNOT_SEE, HomeState.WELL]
_SeesHomes = Annotated[Visit, Depends(Requires(Action.SEE_HOMES))]


@dataclass(frozen=True, slots=True)
class HomesView:
    branches: tuple[Branch, ...]
    listed: tuple[Sight, ...]
    matching: int
    area: str | None
    state: HomeState | None


@dataclass(frozen=True, slots=True)
class HomeView:
    """`live_here`: how many people are registered as living there, if that is known."""

    sight: Sight
    places: tuple[str, ...]
    live_here: int
    strip: Strip
    devices: tuple[tuple[Device, DeviceStatus], ...]
    tickets: tuple[Ticket, ...]
    history: tuple[Alert, ...]
    looks: tuple[Look, ...] | None


@router.get("/homes")
def homes_page(
    request: Request,
    visit: _SeesHomes,
    ports: Ports,
    looks: Looks,
    area: Annotated[str, Query(max_length=200)] = "",
    state: Annotated[HomeState | str, Query(max_length=20)] = "",
) -> Response:
    looks.note(visit.viewer, "homes", area or "*", ports.clock.now())
    wanted = state if isinstance(state, HomeState) else None
    view = homes_view(ports, visit.viewer, area or None, wanted)
    return shell(request, ports, visit).page("homes", view=view)


def homes_view(ports: Services, viewer: Viewer, area: str | None, state: HomeState | None) -> HomesView:
    """The tree of everything the viewer sees; the list below one area and in one state."""
    inventory = ports.inventory()
    everything = sights(ports, viewer)
    found = [
        s
        for s in everything
        if (area is None or inventory.within(s.home.area, area)) and (state is None or s.state is state)
    ]
    found.sort(key=lambda s: (_ORDER.index(s.state), s.home.address, s.home.id))
    return HomesView(
        tuple(branches(inventory, viewer, everything)), tuple(found[:MOST_LISTED]), len(found), area, state
    )


@router.get("/homes/{home_id:path}")
def home_page(home_id: str, request: Request, visit: _SeesHomes, ports: Ports, looks: Looks) -> Response:
    home = home_for(ports, visit.viewer, home_id)
    looks.note(visit.viewer, "home", home.id, ports.clock.now())
    page = shell(request, ports, visit, home=home)
    return page.page("home", view=home_view(ports, visit.viewer, home), names=_logins(ports),
                     may_install=visit.viewer.may(Action.ENROLL_DEVICES))  # fmt: skip


def home_view(ports: Services, viewer: Viewer, home: Home) -> HomeView:
    """Everything that the page tells."""
    inventory, now = ports.inventory(), ports.clock.now()
    sight = sight_of(ports, home)
    devices = sorted(inventory.devices_of(home.id), key=lambda d: (d.room, d.role, d.id))
    statuses = ports.statuses.devices([device.id for device in devices])
    unseen = unseen_by(ports.tickets, home.id, devices, now=now)
    day = day_of(ports.readings, home, devices, unseen, on=now.astimezone(home.zone).date())
    return HomeView(
        sight=sight,
        places=tuple(area.name for area in reversed(list(inventory.lineage(home.area)))),
        live_here=live_here(ports)[home.id],
        strip=strip_of(day, now=now, blind_since=_blind_since(sight)),
        devices=tuple((d, statuses.get(d.id, DeviceStatus(d.id))) for d in devices),
        tickets=tuple(tickets_for(ports, viewer, home=home.id, open_only=True)),
        history=ports.alerts.page(homes=[home.id], limit=HISTORY).alerts,
        looks=tuple(ports.accounts.looks(home.id, limit=LOOKS)) if viewer.may(Action.SEE_LOOKS) else None,
    )


def _blind_since(sight: Sight) -> datetime | None:
    return sight.status.visibility_since if sight.status.visibility is Visibility.BLIND else None


def _logins(ports: Services) -> dict[str, str]:
    """The names behind logins, for the log of looks."""
    people = ports.directory().people
    return {a.login: people[a.person].name if a.person in people else a.login for a in ports.accounts.accounts()}


def is_overdue(status: DeviceStatus, now: datetime) -> bool:
    """Has it been unheard for so long that a reader should notice? For emphasis only: faults are judged elsewhere."""
    return status.last_heard_at is None or now - status.last_heard_at > timedelta(days=1)
