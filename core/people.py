"""People: residents, family, responders and desks, how each is reached, and what each may see."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.family import NO_FAMILIES, Families


class Language(StrEnum):
    CHINESE = "zh"
    ENGLISH = "en"


class AccessRole(StrEnum):
    """What a login may do. Admin sees all; desk, responder and installer their areas; family their homes."""

    ADMIN = "admin"
    DESK = "desk"
    RESPONDER = "responder"
    FAMILY = "family"
    INSTALLER = "installer"


@dataclass(frozen=True, slots=True)
class Route:
    """One way to reach a person: a channel kind ("console", "webhook", …) and the address it understands."""

    channel: str
    address: str


@dataclass(frozen=True, slots=True)
class Person:
    """`routes` is the ladder, best first."""

    id: str
    name: str
    language: Language = Language.CHINESE
    routes: tuple[Route, ...] = ()


class Bond(StrEnum):
    """Why a person belongs to a home, whoever is on duty."""

    RESIDENT = "resident"
    FAMILY = "family"
    CAPTAIN = "captain"  # building captain


@dataclass(frozen=True, slots=True)
class Tie:
    """A person's bond to a home (resident, family by rank) or to an area (captain of a building).

    Exactly one of `home` and `area` is set. Lower `rank` is asked first.
    """

    person: str
    bond: Bond
    home: str | None = None
    area: str | None = None
    rank: int = 1


@dataclass(frozen=True, slots=True)
class Account:
    """A login. `areas` and `homes` bound what it may see; an admin needs neither."""

    login: str
    person: str
    role: AccessRole
    password_hash: str
    areas: tuple[str, ...] = ()
    homes: tuple[str, ...] = ()
    active: bool = True


@dataclass(frozen=True)
class Directory:
    """Everybody, as one immutable index."""

    people: Mapping[str, Person] = field(default_factory=dict)
    ties: tuple[Tie, ...] = ()
    families: Families = NO_FAMILIES
