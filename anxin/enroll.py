"""Inventory files: areas, homes, devices, people and rotas as one TOML or JSON document, read and written.

What an installer or a subdistrict office hands over; `anxin enroll FILE` takes it whole or not at all.
"""

import json
import tomllib
from collections.abc import Collection
from datetime import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from core.duty import EVERY_DAY, Post, Shift
from core.people import AccessRole, Account, Bond, Language, Person, Route, Tie
from core.places import Area, AreaKind, Device, Gateway, Home, Inventory, Role, Room
from core.ports import AccountStore, InventoryStore


class EnrollRefused(Exception):
    """The file cannot be taken; nothing was written. The message has one line per mistake."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AreaRow(_Strict):
    id: str = Field(pattern=r"^[\w.-]{1,64}$")
    kind: AreaKind
    name: str
    parent: str | None = None


class HomeRow(_Strict):
    id: str = Field(pattern=r"^[\w.-]{1,64}$")
    area: str
    address: str
    timezone: str = "Asia/Shanghai"
    resident: str | None = None
    door_note: str | None = None

    @field_validator("timezone")
    @classmethod
    def _is_known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{name!r} is no IANA time zone; one is Asia/Shanghai") from None
        return name


class GatewayRow(_Strict):
    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    home: str | None = None
    label: str = ""


class DeviceRow(_Strict):
    id: str = Field(pattern=r"^[^/+#]+/[^+#]+$", description="<gateway>/<native id>")
    home: str
    room: Room
    role: Role
    label: str = ""
    model: str | None = None
    profile: dict[str, Any] = Field(default_factory=dict)


class RouteRow(_Strict):
    channel: str
    address: str


class PersonRow(_Strict):
    id: str
    name: str
    language: Language = Language.CHINESE
    routes: list[RouteRow] = Field(default_factory=list)


class TieRow(_Strict):
    person: str
    bond: Bond
    home: str | None = None
    area: str | None = None
    rank: int = 1


class ShiftRow(_Strict):
    id: str
    area: str
    post: Post
    person: str
    start: time
    end: time
    weekdays: list[int] = Field(default_factory=lambda: sorted(EVERY_DAY))
    rank: int = 1


class AccountRow(_Strict):
    login: str = Field(pattern=r"^[\w.@-]{1,64}$")
    person: str
    role: AccessRole
    password_hash: str
    areas: list[str] = Field(default_factory=list)
    homes: list[str] = Field(default_factory=list)


class Roll(_Strict):
    """The whole document."""

    areas: list[AreaRow] = Field(default_factory=list)
    homes: list[HomeRow] = Field(default_factory=list)
    gateways: list[GatewayRow] = Field(default_factory=list)
    devices: list[DeviceRow] = Field(default_factory=list)
    people: list[PersonRow] = Field(default_factory=list)
    ties: list[TieRow] = Field(default_factory=list)
    shifts: list[ShiftRow] = Field(default_factory=list)
    accounts: list[AccountRow] = Field(default_factory=list)


def read(path: Path) -> Roll:
    """Read a `.toml` or `.json` inventory. Raises EnrollRefused."""
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
        return Roll.model_validate(data)
    except OSError as error:
        raise EnrollRefused(f"{path}: {error.strerror}") from error
    except ValidationError as error:
        rows = [f"{path}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise EnrollRefused("\n".join(rows)) from error
    except ValueError as error:
        raise EnrollRefused(f"{path}: is neither TOML nor JSON: {error}") from error


def write(roll: Roll, path: Path) -> None:
    """Write a roll as JSON, readable again by `read`."""
    path.write_text(roll.model_dump_json(indent=1, exclude_defaults=True), encoding="utf-8")


def take(
    roll: Roll, inventory: InventoryStore, accounts: AccountStore, *, edited: Collection[str] = ()
) -> tuple[str, ...]:
    """Put the whole roll into the stores, but for shifts that were `edited` in the console: those stay as they are, and
    are named. Raises StoreRefused when a reference is wrong.
    """
    inventory.save(
        areas=[Area(a.id, a.kind, a.name, a.parent) for a in roll.areas],
        homes=[Home(**h.model_dump()) for h in roll.homes],
        gateways=[Gateway(g.id, g.home, g.label) for g in roll.gateways],
        devices=[Device(gateway=d.id.split("/", 1)[0], **d.model_dump()) for d in roll.devices],
        people=[
            Person(p.id, p.name, p.language, tuple(Route(r.channel, r.address) for r in p.routes)) for p in roll.people
        ],
        ties=[Tie(**t.model_dump()) for t in roll.ties],
        shifts=[shift for shift in shifts_of(roll) if shift.id not in edited],
    )
    for row in roll.accounts:
        accounts.save_account(
            Account(row.login, row.person, row.role, row.password_hash, tuple(row.areas), tuple(row.homes))
        )
    return tuple(sorted(shift.id for shift in roll.shifts if shift.id in edited))


def shifts_of(roll: Roll) -> list[Shift]:
    """The weekly shifts of a file."""
    return [Shift(s.id, s.area, s.post, s.person, s.start, s.end, frozenset(s.weekdays), s.rank) for s in roll.shifts]


def roll_of(inventory: Inventory) -> Roll:
    """The places and devices of an inventory as a document; people are added by whoever knows them."""
    return Roll(
        areas=[AreaRow(id=a.id, kind=a.kind, name=a.name, parent=a.parent) for a in inventory.areas.values()],
        homes=[
            HomeRow(
                id=h.id,
                area=h.area,
                address=h.address,
                timezone=h.timezone,
                resident=h.resident,
                door_note=h.door_note,
            )
            for h in inventory.homes.values()
        ],
        gateways=[GatewayRow(id=g.id, home=g.home, label=g.label) for g in inventory.gateways.values()],
        devices=[
            DeviceRow(
                id=d.id,
                home=d.home,
                room=d.room,
                role=d.role,
                label=d.label,
                model=d.model,
                profile=dict(d.profile),
            )
            for d in inventory.devices.values()
        ],
    )
