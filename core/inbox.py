"""The inbox of unknown devices: what speaks behind a gateway and is bound to no home yet, and our best guess at it.

A guess is only ever an offer to the installer who binds the device; nothing is judged by it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol, TypeVar

from core.places import Role, Room
from core.readings import Kind, Value

_T = TypeVar("_T")
_NO_LETTERS = re.compile(r"[^a-z]+")

MESSAGES_KEPT = 5
SHOWN = 400
"""Characters of a payload that are kept."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One message as it came; a payload that is no text is kept as hexadecimal digits."""

    at: datetime
    topic: str
    payload: str


@dataclass(frozen=True, slots=True)
class UnknownDevice:
    """`device` is what its platform-wide id would be. `said` is the newest value of each kind, `messages` the newest
    messages, oldest first. `count` counts messages.
    """

    device: str
    convention: str
    count: int
    first_at: datetime
    last_at: datetime
    said: Mapping[Kind, Value] = field(default_factory=dict)
    messages: tuple[Heard, ...] = ()

    @property
    def gateway(self) -> str:
        return self.device.partition("/")[0]

    @property
    def name(self) -> str:
        """Its own name behind its gateway."""
        return self.device.partition("/")[2]

    def and_then(self, later: "UnknownDevice") -> "UnknownDevice":
        """What is known of it after `later` was heard too."""
        return replace(
            later,
            count=self.count + later.count,
            first_at=min(self.first_at, later.first_at),
            last_at=max(self.last_at, later.last_at),
            said={**self.said, **later.said},
            messages=(*self.messages, *later.messages)[-MESSAGES_KEPT:],
        )


@dataclass(frozen=True, slots=True)
class Guess:
    """What it may be and where: None where nothing speaks for anything."""

    role: Role | None
    room: Room | None


_ROOMS: tuple[tuple[Room, tuple[str, ...]], ...] = (
    (Room.BATHROOM, ("bath", "toilet", "shower", "wc", "卫生间", "浴室", "厕所", "洗手间")),
    (Room.KITCHEN, ("kitchen", "stove", "kettle", "fridge", "microwave", "厨房", "灶", "水壶", "冰箱", "微波炉")),
    (Room.BEDROOM, ("bedroom", "bed", "卧室", "床")),
    (Room.LIVING, ("living", "sofa", "tv", "television", "客厅", "沙发", "电视")),
    (Room.ENTRANCE, ("entrance", "front", "frontdoor", "入户", "大门", "门口", "玄关", "房门")),
    (Room.CORRIDOR, ("corridor", "hall", "hallway", "走廊", "过道")),
    (Room.BALCONY, ("balcony", "阳台")),
    (Room.OFFICE, ("office", "study", "书房")),
    (Room.STORAGE, ("storage", "储藏")),
)
_CONTACTS: tuple[tuple[Role, tuple[str, ...]], ...] = (
    (Role.FRIDGE, ("fridge", "refrigerator", "冰箱")),
    (Role.CUPBOARD, ("cupboard", "drawer", "cabinet", "medicine", "柜", "抽屉", "药")),
    (Role.WINDOW, ("window", "窗")),
    (Role.ROOM_DOOR, ("bedroom", "bathroom", "kitchen", "卧室", "卫生间", "厨房")),
)
_PLUGS: tuple[tuple[Role, tuple[str, ...]], ...] = (
    (Role.AUTOMATIC, (
        "fridge", "refrigerator", "freezer", "boiler", "heater", "heating", "radiator", "rice", "dispenser",
        "dehumidifier", "blanket", "冰箱", "冰柜", "热水器", "空调", "暖", "油汀", "电饭", "饭煲", "压力锅",
        "饮水机", "除湿", "电热毯",
    )),
    (Role.KETTLE, ("kettle", "水壶", "热水壶")),
    (Role.TOASTER, ("toaster", "面包机", "多士炉")),
    (Role.IRON, ("iron", "熨斗")),
    (Role.MICROWAVE, ("microwave", "微波炉")),
    (Role.STOVE, ("stove", "cooker", "cooking", "oven", "灶", "电磁炉")),
    (Role.TELEVISION, ("tv", "television", "电视")),
    (Role.LIGHT, ("lamp", "light", "灯")),
    (Role.MAIN_METER, ("meter", "main", "电表", "总表")),
)  # fmt: skip
"""The first that fits. What keeps itself warm or cool switches itself, however it is called besides."""
_PRESENCE: tuple[tuple[Role, tuple[str, ...]], ...] = (
    (Role.BED, ("bed", "mattress", "床")),
    (Role.SEAT, ("seat", "chair", "sofa", "沙发", "椅")),
)
_BUTTONS: tuple[tuple[Role, tuple[str, ...]], ...] = ((Role.SOS, ("sos", "help", "panic", "求助", "呼叫", "报警")),)
_SAFETY: Mapping[Kind, Role] = {
    Kind.SOS: Role.SOS, Kind.SMOKE: Role.SMOKE, Kind.GAS: Role.GAS, Kind.CO: Role.CO,
    Kind.CO_PPM: Role.CO, Kind.WATER: Role.WATER,
}  # fmt: skip


def guess(device: UnknownDevice) -> Guess:
    """The role by what it says first and by its name second, the room by its name alone."""
    name = device.name.lower()
    return Guess(_role(device.said, name), next(_named(_ROOMS, name), None))


def _role(said: Mapping[Kind, Value], name: str) -> Role | None:
    if name == "bridge":
        return Role.BRIDGE
    for kind, role in _SAFETY.items():
        if kind in said:
            return role
    if Kind.DOOR in said:
        return next(_named(_CONTACTS, name), Role.FRONT_DOOR)
    if Kind.OCCUPANCY in said:
        return next(_named(_PRESENCE, name), Role.ROOM)
    if Kind.MOTION in said:
        return Role.ROOM
    if Kind.POWER in said or Kind.ENERGY in said:
        return next(_named(_PLUGS, name), Role.APPLIANCE)
    if Kind.BUTTON in said:
        return next(_named(_BUTTONS, name), Role.OTHER)
    if Kind.TEMPERATURE in said:
        return Role.CLIMATE
    return Role.OTHER if said.keys() - {Kind.LIVENESS, Kind.AVAILABILITY} else None


def _named(table: tuple[tuple[_T, tuple[str, ...]], ...], name: str) -> Iterator[_T]:
    """What the name speaks for: Latin words as beginnings of words, Chinese ones anywhere."""
    words = _NO_LETTERS.split(name)
    for meaning, signs in table:
        if any(sign in name if not sign.isascii() else any(w.startswith(sign) for w in words) for sign in signs):
            yield meaning


class InboxStore(Protocol):
    """Devices that speak and are bound to no home."""

    def hear(self, devices: Iterable[UnknownDevice], *, most: int = 1000) -> None:
        """Add what was heard to what is known of each; only the `most` that spoke last are kept."""
        ...

    def unknown(self, *, limit: int = 200) -> list[UnknownDevice]:
        """Who spoke last comes first."""
        ...

    def forget(self, devices: Iterable[str]) -> None: ...
