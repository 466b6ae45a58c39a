"""Who is behind a target, for this home and at this instant: ties for residents, family, captains; the rota for duty.

A gap is not papered over here: an empty target is recorded by the move that meets it, and the next level is asked.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from alerts import kin
from alerts.behind import POSTS, PeopleOf, World, everybody, people_of_target, recipient_of
from core.alerts import Alert, EntryKind, Purpose, Recipient, Send, Transition
from core.duty import Rota, people_of
from core.family import Scope, Wish
from core.levels import Reach
from core.people import Bond, Directory, Person, Tie
from core.places import Home, Inventory
from core.policies import Policy, Target
from core.quiet import quietly


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
        self._world = World()
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
        found = PeopleOf(self._world, self.home(home, area=area), now, policy)
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
        reach = everybody(world, self.home(alert.home, area=alert.area), now, alert.policy)
        here = {r.person: r for recipients in reversed(list(reach.values())) for r in recipients}
        holding = {alert.taken_by, alert.arrived_by}
        told: list[Recipient] = []
        for person in dict.fromkeys(p for p in (*alert.told, *holding) if p is not None):
            recipient = here.get(person)
            if recipient is None and (person in holding or person in world.responders):
                recipient = recipient_of(world, person, Target.GRID_WORKER)
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
        found = {
            r.person: r for target in (Target.CAPTAIN, *POSTS) for r in people_of_target(world, place, target, now)
        }
        above = {a.id for a in world.inventory.lineage(place.area)}
        posts = {(post, kind): target for target, (post, kind) in POSTS.items()}
        others: list[Recipient] = []
        for row in world.rota:
            if row.area not in above or row.post is None or row.person is None or row.person in found:
                continue
            target = posts.get((row.post, world.inventory.areas[row.area].kind))
            recipient = recipient_of(world, row.person, target) if target is not None else None
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
