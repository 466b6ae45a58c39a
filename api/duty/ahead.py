"""The fortnight ahead in one area: who holds its post from when to when, what is not held, how hours are shared.

Also whom a change may name, and one person's own duty.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.access import Viewer
from api.areas.overview import POSTS, areas_of
from api.contacts.view import ENOUGH, unproved
from api.errors import Code, Problem
from api.services import Services
from core.duty import Change, Post, Rota, Shift, people_of
from core.people import Bond, Directory
from core.places import Area, Home, Inventory
from core.spells import Spell, hours, spells

DAYS = 14
UNBALANCED = 2.0
"""Somebody with so many times the hours of whoever has the fewest carries too much."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """`gaps` are the spells that nobody holds; `hours` by person, most first. `mute`: one way to be reached, or none;
    `unproved`: fewer than two ways by which they have answered.

    `own`: who has a shift here. `people`: whom a change may name.
    """

    area: Area
    post: Post
    held: tuple[Spell, ...]
    gaps: tuple[Spell, ...]
    hours: Mapping[str, float]
    unbalanced: bool
    mute: tuple[str, ...]
    unproved: tuple[str, ...]
    changes: tuple[Change, ...]
    own: tuple[str, ...]
    people: tuple[str, ...]


def watched_areas(ports: Services, viewer: Viewer) -> list[Area]:
    """The viewer's areas that have a post and homes, widest first."""
    inventory = ports.inventory()
    inhabited = {area.id for home in inventory.homes.values() for area in inventory.lineage(home.area)}
    order = list(POSTS)
    mine = [a for a in areas_of(inventory, viewer) if a.kind in POSTS and a.id in inhabited]
    return sorted(mine, key=lambda area: (order.index(area.kind), area.name))


def watched_area(ports: Services, viewer: Viewer, area: str) -> Area:
    """One of them. Raises Problem NOT_FOUND for one that is not the viewer's."""
    found = next((each for each in watched_areas(ports, viewer) if each.id == area), None)
    if found is None:
        raise Problem(Code.NOT_FOUND)
    return found


def ahead(ports: Services, area: Area, rota: Rota, *, now: datetime) -> Ahead:
    """What the page of an area tells."""
    post, until = POSTS[area.kind], now + timedelta(days=DAYS)
    zone = home_in(ports.inventory(), area).zone
    held = tuple(spells(rota, area=area.id, post=post, since=now, until=until, zone=zone))
    shared = dict(sorted(hours(held).items(), key=lambda pair: -pair[1]))
    routes = {p.id: len(p.routes) for p in ports.directory().people.values()}
    return Ahead(
        area,
        post,
        held,
        tuple(spell for spell in held if not spell.people),
        shared,
        len(shared) > 1 and max(shared.values()) > UNBALANCED * min(shared.values()),
        tuple(person for person in shared if routes.get(person, 0) < ENOUGH),
        unproved(ports, shared),
        tuple(
            c
            for c in rota
            if isinstance(c, Change) and c.area in {area.id, None} and c.end > now and _touches(c, rota, area)
        ),
        tuple(dict.fromkeys(row.person for row in rota if row.area == area.id and row.person is not None)),
        able(ports.directory(), rota),
    )


def _touches(change: Change, rota: Rota, area: Area) -> bool:
    """A change for all areas belongs to those in which its person has a shift."""
    return change.area == area.id or any(
        isinstance(row, Shift) and row.area == area.id and row.person == change.out for row in rota
    )


def able(directory: Directory, rota: Rota) -> tuple[str, ...]:
    """Who may be named in a change: everybody but residents and family who serve nowhere, by name."""
    private = {tie.person for tie in directory.ties if tie.bond in {Bond.RESIDENT, Bond.FAMILY}}
    serving = people_of(rota).union(tie.person for tie in directory.ties if tie.bond is Bond.CAPTAIN)
    known = [person for person in directory.people.values() if person.id in serving or person.id not in private]
    return tuple(person.id for person in sorted(known, key=lambda person: (person.name, person.id)))


def own_duty(
    inventory: Inventory, rota: Rota, person: str, *, since: datetime, until: datetime
) -> Iterator[tuple[Area, Spell]]:
    """When this person holds which area's post, the soonest first."""
    found: list[tuple[Area, Spell]] = []
    for area in _areas_with(inventory, rota, person):
        zone, post = home_in(inventory, area).zone, POSTS[area.kind]
        for spell in spells(rota, area=area.id, post=post, since=since, until=until, zone=zone):
            found += [(area, spell)] if person in spell.people else []
    yield from sorted(found, key=lambda pair: pair[1].start)


def _areas_with(inventory: Inventory, rota: Rota, person: str) -> Iterable[Area]:
    """Where they may ever hold: their own shifts and changes, and those of whom they cover."""
    covered = {row.out for row in rota if isinstance(row, Change) and row.person == person}
    wanted = {person, *covered}
    areas = {row.area for row in rota if row.area is not None and row.person in wanted}
    chained = any(isinstance(row, Change) and row.person in covered for row in rota)
    ids = {row.area for row in rota if row.area is not None} if chained else areas
    return [
        inventory.areas[id_] for id_ in sorted(ids) if id_ in inventory.areas and inventory.areas[id_].kind in POSTS
    ]


def home_in(inventory: Inventory, area: Area) -> Home:
    """Any home of the area: its zone is the area's."""
    for home in inventory.homes.values():
        if any(above.id == area.id for above in inventory.lineage(home.area)):
            return home
    return Home("", area.id, "")
