"""Kits: which devices a home got, by which bridge they speak, and how two of the same model differ."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from random import Random
from typing import TypeAlias

from core.places import Device, Role, Room
from core.readings import Kind
from simulator.chance import chance


class Convention(StrEnum):
    ZIGBEE2MQTT = "zigbee2mqtt"
    TASMOTA = "tasmota"
    NATIVE = "native"


class Sort(StrEnum):
    """What a sensor is made to do."""

    MOTION = "motion"
    CONTACT = "contact"
    BUTTON = "button"
    PLUG = "plug"
    ALARM = "alarm"
    CLIMATE = "climate"
    VIBRATION = "vibration"
    OCCUPANCY = "occupancy"


CHECK_INS = {Sort.MOTION: 3600, Sort.CONTACT: 5400, Sort.BUTTON: 4 * 3600, Sort.PLUG: 2 * 3600, Sort.ALARM: 4 * 3600,
             Sort.CLIMATE: 3600, Sort.VIBRATION: 3600, Sort.OCCUPANCY: 3600}  # fmt: skip
"""Seconds between two reports without news, by the habits of common models."""
Profile: TypeAlias = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Sensor:
    """One device as it was built: `name` is its native id.

    `cool_down` s after a trigger a motion sensor sees nothing; `check_in` s between reports without news;
    `phase` s shifts them; `number` names its own small deviations; `wired` to the mains.
    """

    name: str
    sort: Sort
    kind: Kind
    role: Role
    room: Room
    label: str
    model: str
    check_in: float
    phase: float
    cool_down: float
    number: int
    wired: bool = False
    profile: Profile = field(default_factory=dict)

    def battery(self, at: float) -> float | None:
        """Percent left at an epoch second; someone changes it at 40. None on the mains."""
        if self.wired:
            return None
        worn = at / 86400 * (0.05 + 0.1 * (self.number % 97) / 97) + self.number % 60
        return 100 - int(worn % 60)


@dataclass(frozen=True, slots=True)
class Part:
    """A line of a kit list."""

    name: str
    sort: Sort
    kind: Kind
    role: Role
    room: Room
    label: str
    model: str

    def built(self, *, seed: int, gateway: str) -> Sensor:
        rng = chance(seed, gateway, self.name)
        check_in = CHECK_INS[self.sort] * rng.uniform(0.9, 1.1)
        return Sensor(
            name=self.name,
            sort=self.sort,
            kind=self.kind,
            role=self.role,
            room=self.room,
            label=self.label,
            model=self.model,
            check_in=check_in,
            phase=rng.uniform(0, check_in),
            cool_down=rng.uniform(60, 120),
            number=rng.randrange(1 << 30),
            wired=self.sort is Sort.PLUG,
        )


def _eye(room: Room, label: str) -> Part:
    return Part(f"{room.value}_pir", Sort.MOTION, Kind.MOTION, Role.ROOM, room, f"{label}人体感应", "RTCGQ11LM")


def _plug(role: Role, room: Room, label: str) -> Part:
    return Part(f"{role.value}_plug", Sort.PLUG, Kind.POWER, role, room, f"{label}插座", "NLP")


def _climate(room: Room, label: str) -> Part:
    name = f"{room.value}_climate"
    return Part(name, Sort.CLIMATE, Kind.TEMPERATURE, Role.CLIMATE, room, f"{label}温湿度", "WSDCGQ11LM")


BATHROOM = _eye(Room.BATHROOM, "卫生间")
BEDROOM = _eye(Room.BEDROOM, "卧室")
LIVING = _eye(Room.LIVING, "客厅")
KITCHEN = _eye(Room.KITCHEN, "厨房")
CORRIDOR = _eye(Room.CORRIDOR, "过道")
DOOR = Part("front_door", Sort.CONTACT, Kind.DOOR, Role.FRONT_DOOR, Room.ENTRANCE, "入户门", "MCCGQ11LM")
SOS = Part("sos", Sort.BUTTON, Kind.SOS, Role.SOS, Room.BEDROOM, "紧急按钮", "TS0215A_sos")
SMOKE = Part("smoke", Sort.ALARM, Kind.SMOKE, Role.SMOKE, Room.KITCHEN, "烟感", "JTYJ-GD-01LM/BW")
GAS = Part("gas", Sort.ALARM, Kind.GAS, Role.GAS, Room.KITCHEN, "燃气报警器", "JT-BZ-01AQ/A")
CO = Part("co", Sort.ALARM, Kind.CO, Role.CO, Room.KITCHEN, "一氧化碳报警器", "HS1CA-E")
WATER = Part("water", Sort.ALARM, Kind.WATER, Role.WATER, Room.BATHROOM, "水浸", "SJCGQ11LM")
KETTLE = _plug(Role.KETTLE, Room.KITCHEN, "电水壶")
TELEVISION = _plug(Role.TELEVISION, Room.LIVING, "电视")
STOVE = _plug(Role.STOVE, Room.KITCHEN, "电磁炉")

BEDROOM_CLIMATE = _climate(Room.BEDROOM, "卧室")
LIVING_CLIMATE = _climate(Room.LIVING, "客厅")

FULL = (BATHROOM, BEDROOM, LIVING, KITCHEN, DOOR, SOS, SMOKE)
THIN = (LIVING, DOOR, SOS)
SWITCHED_SOS: Profile = {"Switch1": {"kind": "sos", "on": True, "off": False}}


@dataclass(frozen=True, slots=True)
class Kit:
    """Everything installed in one home."""

    convention: Convention
    sensors: tuple[Sensor, ...]

    def sensor_in(self, room: Room) -> Sensor | None:
        return next((s for s in self.sensors if s.sort is Sort.MOTION and s.room is room), None)

    def sensor_for(self, role: Role) -> Sensor | None:
        return next((s for s in self.sensors if s.role is role), None)


def draw_kit(*, seed: int, gateway: str) -> Kit:
    """Most homes have a full Zigbee2MQTT kit, some Tasmota, some our own gateway, a few a thin installation."""
    rng = chance(seed, gateway, "kit")
    convention = rng.choices(tuple(Convention), weights=(70, 15, 15))[0]
    parts = _parts(rng, convention)
    if convention is Convention.TASMOTA:
        return Kit(convention, tuple(_on_tasmota(part, seed=seed, gateway=gateway) for part in parts))
    return Kit(convention, tuple(part.built(seed=seed, gateway=gateway) for part in parts))


def _parts(rng: Random, convention: Convention) -> list[Part]:
    if rng.random() < 0.12:  # noqa: PLR2004 (what an early tender bought)
        return list(THIN)
    parts = list(FULL)
    odds = ((CORRIDOR, 0.4), (KETTLE, 0.55), (TELEVISION, 0.55), (STOVE, 0.6), (GAS, 0.3), (WATER, 0.25), (CO, 0.35),
            (BEDROOM_CLIMATE, 0.75), (LIVING_CLIMATE, 0.45))  # fmt: skip
    parts += [part for part, odd in odds if rng.random() < odd]
    if convention is Convention.TASMOTA:
        parts = [part for part in parts if part.sort is not Sort.ALARM]
    return parts


def _on_tasmota(part: Part, *, seed: int, gateway: str) -> Sensor:
    """Plugs and the wired button speak for themselves; Zigbee parts through the gateway, by short address."""
    built = part.built(seed=seed, gateway=gateway)
    if part.sort is Sort.PLUG:
        return built
    if part.sort is Sort.BUTTON:
        return replace(built, wired=True, profile=SWITCHED_SOS)
    address = chance(seed, gateway, part.name, "address").randrange(0x1000, 0xFFF0)
    return replace(built, name=f"bridge/0x{address:04X}")


def as_device(sensor: Sensor, *, home: str, gateway: str) -> Device:
    return Device(
        id=f"{gateway}/{sensor.name}",
        home=home,
        room=sensor.room,
        role=sensor.role,
        gateway=gateway,
        label=sensor.label,
        model=sensor.model,
        profile={key: dict(value) for key, value in sensor.profile.items()},
    )
