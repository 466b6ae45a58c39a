"""List homes, read one, and see what was sensed in it on a day."""

from dataclasses import asdict
from datetime import UTC, date
from typing import Annotated

from fastapi import APIRouter, Query

from api.access import Viewer
from api.depends import Looks, Ports, SeesHomes
from api.errors import Code, Problem, problems
from api.homes.activity import day_of
from api.homes.schemas import CompanyBody, DayBody, HomeBody, HomePage, RowBody
from api.homes.sight import Sight, sight_of, sights
from api.homes.unseen import unseen_by
from api.paging import page_after
from api.schema import Cursor, Limit
from api.services import Services
from core.places import Home
from core.states import HomeState

router = APIRouter(tags=["homes"])


def home_for(ports: Services, viewer: Viewer, home_id: str) -> Home:
    """The home, if this viewer may see it. Raises Problem NOT_FOUND whether it is hidden or not there."""
    home = ports.inventory().homes.get(home_id)
    if home is None or not viewer.sees(home):
        raise Problem(Code.NOT_FOUND)
    return home


@router.get("/homes", responses=problems(Code.REFUSED))
def list_homes(
    viewer: SeesHomes,
    ports: Ports,
    looks: Looks,
    area: Annotated[str | None, Query(max_length=200)] = None,
    state: HomeState | None = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> HomePage:
    """Homes that this login sees, by id; only below an area, or only in one state."""
    found = [s for s in sights(ports, viewer, area=area) if state is None or s.state is state]
    page, following = page_after(found, lambda s: s.home.id, cursor=cursor, limit=limit)
    looks.note(viewer, "homes", area or "*", ports.clock.now())
    return HomePage(items=[_body(sight) for sight in page], next=following)


@router.get("/homes/{home_id:path}", responses=problems(Code.NOT_FOUND))
def get_home(home_id: str, viewer: SeesHomes, ports: Ports, looks: Looks) -> HomeBody:
    """One home: its state, presence and last sign of life."""
    home = home_for(ports, viewer, home_id)
    looks.note(viewer, "home", home.id, ports.clock.now())
    return _body(sight_of(ports, home))


@router.get("/activity", responses=problems(Code.NOT_FOUND), tags=["homes"])
def get_activity(
    home: Annotated[str, Query(max_length=200)],
    viewer: SeesHomes,
    ports: Ports,
    looks: Looks,
    on: Annotated[date | None, Query(alias="date", description="local day; today when left out")] = None,
) -> DayBody:
    """In which rooms something was sensed on a local day, in slices of five minutes."""
    found = home_for(ports, viewer, home)
    looks.note(viewer, "activity", found.id, ports.clock.now())
    wanted = on or ports.clock.now().astimezone(found.zone).date()
    devices = ports.inventory().devices_of(found.id)
    unseen = unseen_by(ports.tickets, found.id, devices, now=ports.clock.now())
    day = day_of(ports.readings, found, devices, unseen, on=wanted)
    rows = [
        RowBody(room=row.room, front_door=row.front_door, slices=list(row.slices), unseen=list(row.unseen))
        for row in day.rows
    ]
    return DayBody(home=found.id, date=day.date, start=day.start.astimezone(UTC), complete=day.complete, rows=rows)


def _body(sight: Sight) -> HomeBody:
    home, status = sight.home, sight.status
    return HomeBody(
        id=home.id,
        area=home.area,
        address=home.address,
        resident=home.resident,
        state=sight.state,
        presence=status.presence,
        presence_since=status.presence_since,
        overdue_since=status.overdue_since,
        visibility=status.visibility,
        visibility_since=status.visibility_since,
        visibility_reason=status.visibility_reason,
        last_sign_at=status.last_sign_at,
        last_sign_room=status.last_sign_room,
        learned_days=status.learned_days,
        company=None if status.company is None else CompanyBody(**asdict(status.company)),
        open_alerts=[alert.id for alert in sight.cases],
    )
