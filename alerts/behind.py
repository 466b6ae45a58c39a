"""Behind a target: the people whom it means for one home at one instant, looked up when they are asked for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from alerts import kin
from core.alerts import Recipient
from core.duty import Post, Rota, on_duty
from core.people import Bond, Directory, Tie
from core.places import AreaKind, Home, Inventory
from core.policies import ROLES, Named, Policy, Target, Whom

BONDS = {Target.RESIDENT: Bond.RESIDENT, Target.FAMILY: Bond.FAMILY, Target.CAPTAIN: Bond.CAPTAIN}
POSTS = {
    Target.GRID_WORKER: (Post.GRID_WORKER, AreaKind.GRID),
    Target.COMMUNITY_DESK: (Post.DESK, AreaKind.COMMUNITY),
    Target.STREET_DESK: (Post.DESK, AreaKind.STREET),
}


@dataclass(frozen=True, slots=True)
class World:
    """Everything that reaching depends on, swapped as one, so that no answer mixes old and new."""

    inventory: Inventory = field(default_factory=Inventory)
    directory: Directory = field(default_factory=Directory)
    rota: Rota = ()
    by_home: Mapping[str, tuple[Tie, ...]] = field(default_factory=dict)
    by_area: Mapping[str, tuple[Tie, ...]] = field(default_factory=dict)
    responders: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)


class PeopleOf(Mapping[Whom, tuple[Recipient, ...]]):
    """Whom a level may ask: family as they wish and may hear. Each target is looked up when it is asked for, because a
    level needs one of them, and after an outage there are many levels to enter.
    """

    def __init__(self, world: World, home: Home, now: datetime, policy: Policy | None) -> None:
        self._world, self._home, self._now, self._policy = world, home, now, policy
        self._targets: tuple[Whom, ...] = (*ROLES, *(policy.named if policy is not None else ()))
        self._found: dict[Whom, tuple[Recipient, ...]] = {}

    def __iter__(self) -> Iterator[Whom]:
        return iter(self._targets)

    def __len__(self) -> int:
        return len(self._targets)

    def __getitem__(self, target: Whom) -> tuple[Recipient, ...]:
        if target not in self._found:
            if target not in self._targets:
                raise KeyError(target)
            self._found[target] = self._family() if target is Target.FAMILY else self._of(target)
        return self._found[target]

    def _of(self, target: Whom) -> tuple[Recipient, ...]:
        if isinstance(target, Named):
            return _who_is_named(self._world, self._home, target)
        return people_of_target(self._world, self._home, target, self._now)

    def _family(self) -> tuple[Recipient, ...]:
        family, families = self._of(Target.FAMILY), self._world.directory.families
        wished = kin.asked(family, families, self._home.id, self._now)
        if self._policy is None or any(r.ladder and not r.spared for r in wished) or self._somebody_else():
            return wished
        return kin.in_need(family, families, self._home.id)

    def _somebody_else(self) -> bool:
        """Does any level find somebody whom it may ask, other than the resident and family?"""
        assert self._policy is not None
        targets = {target for rung in self._policy.levels for target in rung.targets}
        others = targets - {Target.RESIDENT, Target.FAMILY}
        return any(r.ladder for target in others for r in self[target])


def everybody(world: World, home: Home, now: datetime, policy: Policy | None) -> dict[Whom, tuple[Recipient, ...]]:
    """Of every target, whatever family wishes."""
    found: dict[Whom, tuple[Recipient, ...]] = {role: people_of_target(world, home, role, now) for role in ROLES}
    for named in policy.named if policy is not None else ():
        found[named] = _who_is_named(world, home, named)
    return found


def people_of_target(world: World, home: Home, target: Target, now: datetime) -> tuple[Recipient, ...]:
    """Everybody who is this target here and now, known people only, the first asked first."""
    persons = _tied(world, home, BONDS[target]) if target in BONDS else _on_duty(world, home, target, now)
    away = _distance(world, home, target)
    found = (recipient_of(world, person, target, away) for person in dict.fromkeys(persons))
    return tuple(recipient for recipient in found if recipient is not None)


def _who_is_named(world: World, home: Home, named: Named) -> tuple[Recipient, ...]:
    """As near as the smallest area around the home that they ever answer for; nobody is farther than one without."""
    areas = [area.id for area in world.inventory.lineage(home.area)]
    serves = {row.area for row in world.rota if row.person == named.person}
    serves |= {tie.area for tie in world.directory.ties if tie.person == named.person}
    away = next((n for n, area in enumerate(areas) if area in serves), len(areas))
    recipient = recipient_of(world, named.person, named.target, away)
    return () if recipient is None else (recipient,)


def _distance(world: World, home: Home, target: Target) -> int:
    """How many areas up from the home's own such people answer for."""
    if target not in POSTS:
        return 0
    _, kind = POSTS[target]
    return next((n for n, area in enumerate(world.inventory.lineage(home.area)) if area.kind is kind), 0)


def _tied(world: World, home: Home, bond: Bond) -> Iterator[str]:
    for tie in world.by_home.get(home.id, ()):
        if tie.bond is bond:
            yield tie.person
    if bond is Bond.CAPTAIN:
        for tie in world.by_area.get(_building(world, home), ()):
            if tie.bond is bond:
                yield tie.person


def _building(world: World, home: Home) -> str:
    """The home's building, or the area itself where a home hangs on a grid directly."""
    areas = world.inventory.lineage(home.area)
    return next((area.id for area in areas if area.kind is AreaKind.BUILDING), home.area)


def _on_duty(world: World, home: Home, target: Target, now: datetime) -> tuple[str, ...]:
    post, kind = POSTS[target]
    area = next((area for area in world.inventory.lineage(home.area) if area.kind is kind), None)
    if area is None:
        return ()
    return on_duty(world.rota, area=area.id, post=post, instant=now, zone=home.zone)


def recipient_of(world: World, person: str, target: Target, distance: int = 0) -> Recipient | None:
    """None for somebody whom nobody has enrolled."""
    known = world.directory.people.get(person)
    if known is None:
        return None
    return Recipient(known.id, known.name, target, known.language, known.routes, distance)
