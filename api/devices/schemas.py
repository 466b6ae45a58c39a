"""Bodies of devices."""

from datetime import datetime

from pydantic import Field

from api.schema import Body, example
from core.places import Role, Room

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


class DevicePage(Body):
    """By id. `next` fetches the page after, null at the end."""

    model_config = example(items=[_DEVICE], next=None)

    items: list[DeviceBody]
    next: str | None
