"""Bodies of homes."""

from datetime import date, datetime

from pydantic import Field

from api.schema import Body, example
from core.places import Room
from core.states import HomeState, Presence, Visibility

_HOME = {
    "id": "building-7/0402",
    "area": "building-7",
    "address": "临园小区7号楼402",
    "resident": "王秀英",
    "state": "concern",
    "presence": "home",
    "presence_since": "2026-11-24T00:10:00Z",
    "overdue_since": None,
    "visibility": "visible",
    "visibility_since": "2026-11-01T04:00:00Z",
    "visibility_reason": "",
    "last_sign_at": "2026-11-24T01:02:00Z",
    "last_sign_room": "bathroom",
    "learned_days": 28,
    "company": None,
    "open_alerts": ["a-17"],
}


class CompanyBody(Body):
    """Why somebody else is believed to be there."""

    model_config = example(since="2026-11-24T06:05:00Z", moves=62, usual_moves=25.1, crossings=7, usual_crossings=0.6)

    since: datetime
    moves: int = Field(description="movements seen in rooms since then")
    usual_moves: float = Field(description="how many are usual of the resident alone in such hours")
    crossings: int = Field(description="how often two rooms moved within 20 s")
    usual_crossings: float = Field(description="how often is usual")


class HomeBody(Body):
    """A home is in exactly one of three states. `cannot_see` never means quiet."""

    model_config = example(**_HOME)

    id: str
    area: str
    address: str
    resident: str | None
    state: HomeState
    presence: Presence
    presence_since: datetime | None
    overdue_since: datetime | None = Field(
        description="since when they are out for unusually long; null where they are not"
    )
    visibility: Visibility
    visibility_since: datetime | None
    visibility_reason: str = Field(
        description="why we cannot see (all of) it: the cause of the device ticket, or empty"
    )
    last_sign_at: datetime | None
    last_sign_room: Room | None
    learned_days: int = Field(description="days whose routine is known")
    company: CompanyBody | None = Field(
        description="somebody else is probably there too: what is sensed may be theirs; null where nobody is noticed"
    )
    open_alerts: list[str] = Field(description="ids, most urgent first")


class HomePage(Body):
    """By id. `next` fetches the page after, null at the end."""

    model_config = example(items=[_HOME], next=None)

    items: list[HomeBody]
    next: str | None


class RowBody(Body):
    model_config = example(room="bathroom", front_door=False, slices=[0, 0, 2, 1], unseen=[[0, 2]])

    room: Room
    front_door: bool
    slices: list[int] = Field(description="288 counts, one per five minutes of the local day")
    unseen: list[tuple[int, int]] = Field(
        description="slices in which none of its devices could be seen, each run as its first and how many: no sign "
        "there is no silence"
    )


class DayBody(Body):
    """What was sensed on one local day."""

    model_config = example(
        home="building-7/0402",
        date="2026-11-24",
        start="2026-11-23T16:00:00Z",
        complete=True,
        rows=[{"room": "bathroom", "front_door": False, "slices": [0, 0, 2, 1], "unseen": [[0, 2]]}],
    )

    home: str
    date: date
    start: datetime
    complete: bool
    rows: list[RowBody]
