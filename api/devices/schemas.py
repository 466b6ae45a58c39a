"""Bodies of devices."""

from datetime import datetime
from typing import Any

from pydantic import Field

from api.schema import Body, example
from core.places import Role, Room
from core.walk import Walked

_DEVICE = {
    "id": "g-0012/bathroom_pir",
    "home": "building-7/0402",
    "room": "bathroom",
    "role": "room",
    "gateway": "g-0012",
    "label": "卫生间人体感应",
    "model": "RTCGQ11LM",
    "last_heard_at": "2026-11-24T01:02:00Z",
    "online": True,
    "battery": 83.0,
    "battery_due": "2027-09-03T00:00:00Z",
    "link": 61.0,
}


class DeviceBody(Body):
    model_config = example(**_DEVICE)

    id: str
    home: str
    room: Room
    role: Role
    gateway: str
    label: str
    model: str | None
    last_heard_at: datetime | None
    online: bool | None = Field(description="as its bridge says; null if it never said")
    battery: float | None = Field(description="percent")
    battery_due: datetime | None = Field(description="when it will have to be changed; null while that is not known")
    link: float | None = Field(description="how well its radio reaches us, in percent of the best")


class DevicePage(Body):
    """By id. `next` fetches the page after, null at the end."""

    model_config = example(items=[_DEVICE], next=None)

    items: list[DeviceBody]
    next: str | None


_UNKNOWN = {
    "device": "g-0012/kitchen_pir",
    "convention": "zigbee2mqtt",
    "messages": 12,
    "last_at": "2026-11-24T01:02:00Z",
    "said": {"motion": True, "battery": 88},
    "role": "room",
    "room": "kitchen",
}


class UnknownBody(Body):
    """A device that speaks and is bound to nobody. `role` and `room` are our guess."""

    model_config = example(**_UNKNOWN)

    device: str
    convention: str
    messages: int
    last_at: datetime
    said: dict[str, bool | int | float | str] = Field(description="the last value of each kind")
    role: Role | None
    room: Room | None


class UnknownPage(Body):
    """Who spoke last comes first."""

    model_config = example(items=[_UNKNOWN])

    items: list[UnknownBody]


class Binding(Body):
    """Where a device is and what it watches. One that is bound already is changed, or moves."""

    model_config = example(
        id="g-0012/kitchen_pir", home="building-7/0402", room="kitchen", role="room", label="厨房人体", model=None
    )

    id: str = Field(max_length=300, description="<gateway>/<its own name>")
    home: str = Field(max_length=200)
    room: Room
    role: Role
    label: str = Field("", max_length=100)
    model: str | None = Field(None, max_length=100)
    profile: dict[str, Any] | None = Field(
        None, description="what its payload cannot say (docs/profiles.md); left out, what is known stays"
    )


class StepBody(Body):
    """How far one device has come in a walk test. `said`: what it said since, in short, the newest first."""

    model_config = example(device="g-0012/bathroom_pir", walked="works", said=["motion True"])

    device: str
    walked: Walked
    said: list[str]


class WalkBody(Body):
    model_config = example(
        home="building-7/0402",
        since="2026-11-24T01:02:00Z",
        steps=[{"device": "g-0012/bathroom_pir", "walked": "works", "said": ["motion True"]}],
    )

    home: str
    since: datetime
    steps: list[StepBody]
