"""Who is behind a target, for this home and at this instant: ties for residents, family, captains; the rota for duty.

A gap is not papered over here: an empty target is recorded by the move that meets it, and the next level is asked.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from alerts import kin
from core.alerts import Alert, EntryKind, Purpose, Recipient, Send, Transition
from core.duty import Post, Rota, on_duty, people_of
from core.family import Scope, Wish
from core.levels import Reach
from core.people import Bond, Directory, Person, Tie
from core.places import AreaKind, Home, Inventory
from core.policies import ROLES, Named, Policy, Target, Whom
from core.quiet import quietly

_BONDS = {Target.RESIDENT: Bond.RESIDENT, Target.FAMILY: Bond.FAMILY, Target.CAPTAIN: Bond.CAPTAIN}
_POSTS = {
    Target.GRID_WORKER: (Post.GRID_WORKER, AreaKind.GRID),
    Target.COMMUNITY_DESK: (Post.DESK, AreaKind.COMMUNITY),
    Target.STREET_DESK: (Post.DESK, AreaKind.STREET),
}


@dataclass(frozen=True, slots=True)
class _World:
    """Everything that reaching depends on, swapped as one, so that no answer mixes old and new."""

    inventory: Inventory = field(default_factory=Inventory)
    directory: Directory = field(default_factory=Directory)
    rota: Rota = ()
    by_home: Mapping[str, tuple[Tie, ...]] = field(default_factory=dict)
    by_area: Mapping[str, tuple[Tie, ...]] = field(default_factory=dict)
    responders: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DailyWord:
    """Somebody of the family who wishes to hear once a day how it stands, and may."""

    home: Home
    person: Person
    wish: Wish
    scope: Scope

    @property
    def key(self) -> tuple[str, str]:
        return self.home.id, self.person.id


LastAsked = Callable[[Collection[str]], Mapping[str, datetime]]


class Reacher:
    """Safe to ask from any thread, while `use` swaps what it knows.

    `last_asked` tells when people were last asked to act (`AlertStore.last_asked`), for policies that take turns.
    `beside`: people who are in no directory, such as the canary.
    """

    def __init__(
        self,
        inventory: Inventory | None = None,
        directory: Directory | None = None,
        rota: Rota = (),
        last_asked: LastAsked = lambda _people: {},
        beside: Iterable[Person] = (),
    ) -> None:
        self._world = _World()
        self._last_asked = last_asked
        self._asking: dict[str, datetime] = {}
        self._beside = {person.id: person for person in beside}
        self.use(inventory=inventory, directory=directory, rota=rota)

    def use(
        self,
        *,
        inventory: Inventory | None = None,
        directory: Directory | None = None,
        rota: Rota | None = None,
    ) -> None:
        """From now on know these; what is left out stays as it was."""
        before = self._world
        if directory is None:
            directory = before.directory
        directory = replace(directory, people={**self._beside, **directory.people})
        rota = before.rota if rota is None else tuple(rota)
        captains = (tie.person for tie in directory.ties if tie.bond is Bond.CAPTAIN)
        self._world = replace(
            before,
            inventory=before.inventory if inventory is None else inventory,
            directory=directory,
            rota=rota,
            by_home=_grouped(directory.ties, lambda tie: tie.home),
            by_area=_grouped(directory.ties, lambda tie: tie.area),
            responders=people_of(rota).union(captains),
            names={person.id: person.name for person in directory.people.values()},
        )

    @property
    def names(self) -> Mapping[str, str]:
        """Everybody's name by id."""
        return self._world.names

    def home(self, home: str, *, area: str = "") -> Home:
        """The home, an area in its place, or what can be said of one that is not in the inventory any more."""
        return self._world.inventory.place(home, area=area)

    def area_of(self, home: str) -> str:
        return self.home(home).area

    def reach(self, home: str, now: datetime, policy: Policy | None = None, *, area: str = "") -> Reach:
        """Every target of this home as people, as it stands at this instant, with those whom `policy` names.

        Family as each of them wishes and may hear; where the policy finds nobody else but the resident, as they may.
        `area` is where an alert was opened. Raises StoreUnavailable, where the policy takes turns.
        """
        world = self._world
        found = _behind(world, self.home(home, area=area), now, policy)
        family, families = found[Target.FAMILY], world.directory.families
        if family:
            found[Target.FAMILY] = kin.asked(family, families, home, now)
            if policy is not None and not _somebody(policy, found):
                found[Target.FAMILY] = kin.in_need(family, families, home)
        return self._with_turns(found) if policy is not None and policy.takes_turns else found

    def _with_turns(self, reach: Reach) -> Reach:
        before = self._last_asked({r.person for people in reach.values() for r in people})
        asking = self._asking
        never = datetime.min.replace(tzinfo=UTC)

        def asked_at(person: str) -> datetime | None:
            latest = max(before.get(person, never), asking.get(person, never))
            return None if latest == never else latest

        return {
            target: tuple(replace(r, asked_at=asked_at(r.person)) for r in people) for target, people in reach.items()
        }

    def quietly(self, move: Transition, before: Alert | None, now: datetime) -> Transition:
        """The move, held back in its policy's quiet hours, which are the home's own. `before`: None for a new alert."""
        zone = self.home(move.alert.home, area=move.alert.area).zone
        return quietly(move, told=() if before is None else before.told, zone=zone, now=now)

    def asking(self, sends: Iterable[Send]) -> None:
        """These are about to be written: whoever is asked has had their turn."""
        self._asking.update({send.person: send.created_at for send in sends if send.purpose is Purpose.ASK})

    def audience(self, alert: Alert, now: datetime, event: EntryKind | None = None) -> list[Recipient]:
        """Everybody who was asked so far and whoever holds it, each as what they are to this home now; and family who
        wish to hear of such an `event` (how it stands since this very move).

        A responder whose shift is over is still told; somebody who is bound to nothing any more is not, and neither is
        family who may not, or for now does not wish to.
        """
        world = self._world
        reach = _behind(world, self.home(alert.home, area=alert.area), now, alert.policy)
        here = {r.person: r for recipients in reversed(list(reach.values())) for r in recipients}
        holding = {alert.taken_by, alert.arrived_by}
        told: list[Recipient] = []
        for person in dict.fromkeys(p for p in (*alert.told, *holding) if p is not None):
            recipient = here.get(person)
            if recipient is None and (person in holding or person in world.responders):
                recipient = _recipient(world, person, Target.GRID_WORKER)
            if recipient is not None and (person in holding or self._may_hear(alert.home, recipient, now)):
                told.append(recipient)
        return [*told, *self._who_hears_of(event, alert, reach[Target.FAMILY], now)]

    def _may_hear(self, home: str, recipient: Recipient, now: datetime) -> bool:
        families = self._world.directory.families
        return recipient.target is not Target.FAMILY or kin.may_hear(families, home, recipient.person, now)

    def _who_hears_of(
        self, event: EntryKind | None, alert: Alert, family: Iterable[Recipient], now: datetime
    ) -> tuple[Recipient, ...]:
        """What the resident has answered alone is nobody else's."""
        if event is None or all(self.is_resident(alert.home, person) for person in alert.told):
            return ()
        others = [r for r in family if r.person not in {*alert.told, alert.taken_by, alert.arrived_by}]
        return kin.hear_of(event, alert, others, self._world.directory.families, now)

    def daily_words(self) -> list[DailyWord]:
        """Everybody of a family who has chosen an hour for the daily word, and whom the resident lets hear it."""
        world, found = self._world, []
        for (home, person), wish in sorted(world.directory.families.wishes.items()):
            is_kin = any(t.person == person and t.bond is Bond.FAMILY for t in world.by_home.get(home, ()))
            scope = self.scope(home, person)
            if wish.digest_at is None or not is_kin or scope is Scope.NOTHING:
                continue
            if home in world.inventory.homes and person in world.directory.people:
                found.append(DailyWord(world.inventory.homes[home], world.directory.people[person], wish, scope))
        return found

    def scope(self, home: str, person: str) -> Scope:
        """What the resident agrees that this member of the family hears."""
        return self._world.directory.families.scope(home, person)

    def responders_for(self, home: str, now: datetime, *, area: str = "") -> tuple[Recipient, ...]:
        """To whom an alert of this home may be handed over: captains, and everybody of the rotas of its areas.

        Whoever is on duty comes first, then the others by name.
        """
        world, place = self._world, self.home(home, area=area)
        found = {r.person: r for target in (Target.CAPTAIN, *_POSTS) for r in _people(world, place, target, now)}
        above = {a.id for a in world.inventory.lineage(place.area)}
        posts = {(post, kind): target for target, (post, kind) in _POSTS.items()}
        others: list[Recipient] = []
        for row in world.rota:
            if row.area not in above or row.post is None or row.person is None or row.person in found:
                continue
            target = posts.get((row.post, world.inventory.areas[row.area].kind))
            recipient = _recipient(world, row.person, target) if target is not None else None
            if recipient is not None:
                others.append(recipient)
        for recipient in sorted(others, key=lambda r: r.name):
            found.setdefault(recipient.person, recipient)
        return tuple(found.values())

    def is_resident(self, home: str, person: str) -> bool:
        ties = self._world.by_home.get(home, ())
        return any(tie.person == person and tie.bond is Bond.RESIDENT for tie in ties)


def _grouped(ties: Iterable[Tie], place: Callable[[Tie], str | None]) -> Mapping[str, tuple[Tie, ...]]:
    grouped: dict[str, list[Tie]] = {}
    for tie in ties:
        where = place(tie)
        if where is not None:
            grouped.setdefault(where, []).append(tie)
    return {where: tuple(sorted(found, key=lambda tie: (tie.rank, tie.person))) for where, found in grouped.items()}


def _somebody(policy: Policy, found: Reach) -> bool:
    """Does any level find somebody whom it may ask, other than the resident?"""
    targets = {target for rung in policy.levels for target in rung.targets} - {Target.RESIDENT}
    return any(r.ladder and not r.spared for target in targets for r in found.get(target, ()))


def _behind(world: _World, home: Home, now: datetime, policy: Policy | None) -> dict[Whom, tuple[Recipient, ...]]:
    found: dict[Whom, tuple[Recipient, ...]] = {role: _people(world, home, role, now) for role in ROLES}
    for named in policy.named if policy is not None else ():
        found[named] = _named(world, home, named)
    return found


def _people(world: _World, home: Home, target: Target, now: datetime) -> tuple[Recipient, ...]:
    persons = _tied(world, home, _BONDS[target]) if target in _BONDS else _on_duty(world, home, target, now)
    away = _distance(world, home, target)
    found = (_recipient(world, person, target, away) for person in dict.fromkeys(persons))
    return tuple(recipient for recipient in found if recipient is not None)


def _named(world: _World, home: Home, named: Named) -> tuple[Recipient, ...]:
    """As near as the smallest area around the home that they ever answer for; nobody is farther than one without."""
    areas = [area.id for area in world.inventory.lineage(home.area)]
    serves = {row.area for row in world.rota if row.person == named.person}
    serves |= {tie.area for tie in world.directory.ties if tie.person == named.person}
    away = next((n for n, area in enumerate(areas) if area in serves), len(areas))
    recipient = _recipient(world, named.person, named.target, away)
    return () if recipient is None else (recipient,)


def _distance(world: _World, home: Home, target: Target) -> int:
    """How many areas up from the home's own such people answer for."""
    if target not in _POSTS:
        return 0
    _, kind = _POSTS[target]
    return next((n for n, area in enumerate(world.inventory.lineage(home.area)) if area.kind is kind), 0)


def _tied(world: _World, home: Home, bond: Bond) -> Iterator[str]:
    for tie in world.by_home.get(home.id, ()):
        if tie.bond is bond:
            yield tie.person
    if bond is Bond.CAPTAIN:
        for tie in world.by_area.get(_building(world, home), ()):
            if tie.bond is bond:
                yield tie.person


def _building(world: _World, home: Home) -> str:
    """The home's building, or the area itself where a home hangs on a grid directly."""
    areas = world.inventory.lineage(home.area)
    return next((area.id for area in areas if area.kind is AreaKind.BUILDING), home.area)


def _on_duty(world: _World, home: Home, target: Target, now: datetime) -> tuple[str, ...]:
    post, kind = _POSTS[target]
    area = next((area for area in world.inventory.lineage(home.area) if area.kind is kind), None)
    if area is None:
        return ()
    return on_duty(world.rota, area=area.id, post=post, instant=now, zone=home.zone)


def _recipient(world: _World, person: str, target: Target, distance: int = 0) -> Recipient | None:
    known = world.directory.people.get(person)
    if known is None:
        return None
    return Recipient(known.id, known.name, target, known.language, known.routes, distance)
