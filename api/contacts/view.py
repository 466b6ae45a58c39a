"""Who is counted on in a viewer's areas, and each of their ways: proved when, or not at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from api.access import Viewer
from api.errors import Code, Problem
from api.services import Services
from core.duty import people_of
from core.people import Bond, Person, Route
from core.proving import PROVED_FOR, Trial, Way

ENOUGH = 2
"""Ways that should be proved: one may fail."""
_HIDDEN_FROM = 6


@dataclass(frozen=True, slots=True)
class WayView:
    """`number`: its place in the person's ladder. `proved_at` is None where nobody has answered by it lately."""

    number: int
    route: Route
    shown: str
    proved_at: datetime | None
    trial: Trial | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    person: Person
    ways: tuple[WayView, ...]

    @property
    def proved(self) -> int:
        return sum(way.proved_at is not None for way in self.ways)

    @property
    def is_safe(self) -> bool:
        return self.proved >= ENOUGH


def responders(ports: Services, viewer: Viewer) -> list[Contact]:
    """Everybody of the rotas of the viewer's areas and the captains there, those with the fewest proved ways first."""
    proved = _proved(ports)
    people = ports.directory().people
    found = [_contact(ports, people[id_], proved) for id_ in _counted_on(ports, viewer) if id_ in people]
    return sorted(found, key=lambda contact: (contact.proved, contact.person.name, contact.person.id))


def contact_for(ports: Services, viewer: Viewer, person: str) -> Contact:
    """Somebody whom this viewer counts on: a responder of their areas, or family or a resident of a home of theirs.

    Raises Problem NOT_FOUND for anybody else.
    """
    directory, homes = ports.directory(), ports.inventory().homes
    own = {t.person for t in directory.ties if (home := homes.get(t.home or "")) is not None and viewer.sees(home)}
    if person not in directory.people or person not in own | set(_counted_on(ports, viewer)):
        raise Problem(Code.NOT_FOUND)
    return _contact(ports, directory.people[person], _proved(ports))


def unproved(ports: Services, people: Iterable[str]) -> tuple[str, ...]:
    """Those of these people who have fewer than two proved ways."""
    proved, known = _proved(ports), ports.directory().people
    return tuple(
        id_
        for id_ in people
        if sum((id_, r.channel, r.address) in proved for r in (known[id_].routes if id_ in known else ())) < ENOUGH
    )


def _counted_on(ports: Services, viewer: Viewer) -> frozenset[str]:
    directory, inventory, rota = ports.directory(), ports.inventory(), ports.duty.rota()
    mine = {area for area in inventory.areas if viewer.sees_everything or area in viewer.areas}
    captains = {t.person for t in directory.ties if t.bond is Bond.CAPTAIN and (t.area in mine)}
    return people_of(row for row in rota if row.area in mine) | captains


def _proved(ports: Services) -> Mapping[Way, datetime]:
    return ports.proving.store.proved(ports.clock.now() - PROVED_FOR)


def _contact(ports: Services, person: Person, proved: Mapping[Way, datetime]) -> Contact:
    trials = {(trial.channel, trial.address): trial for trial in ports.proving.store.latest(person.id)}
    return Contact(
        person,
        tuple(
            WayView(
                number,
                route,
                _shown(route.address),
                proved.get((person.id, route.channel, route.address)),
                trials.get((route.channel, route.address)),
            )
            for number, route in enumerate(person.routes)
        ),
    )


def _shown(address: str) -> str:
    """Enough to tell it from another, and not the whole of it on a screen that others see."""
    return address if len(address) < _HIDDEN_FROM else f"{address[:3]}…{address[-3:]}"
