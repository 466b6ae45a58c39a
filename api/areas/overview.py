"""The area tree as a viewer sees it, with counts of homes by state and who is on duty now."""

from collections.abc import Iterator
from dataclasses import dataclass

from api.access import Viewer
from api.homes.sight import Count, Sight
from api.services import Services
from core.duty import Post, on_duty
from core.places import Area, AreaKind, Home, Inventory

POSTS = {AreaKind.STREET: Post.DESK, AreaKind.COMMUNITY: Post.DESK, AreaKind.GRID: Post.GRID_WORKER}
"""Which post answers for an area of each kind; a building has its captain instead."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Who holds an area's post now. No `people` is a gap, and is said aloud."""

    area: Area
    post: Post
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """An area at its depth in the tree, with its homes counted by state."""

    area: Area
    depth: int
    count: Count


def areas_of(inventory: Inventory, viewer: Viewer) -> list[Area]:
    """Areas that the viewer sees whole."""
    return [a for a in inventory.areas.values() if viewer.sees_everything or a.id in viewer.areas]


def branches(inventory: Inventory, viewer: Viewer, sights: list[Sight]) -> list[Branch]:
    """The viewer's areas, each parent before its children, by name."""
    below: dict[str, list[Sight]] = {}
    for sight in sights:
        for area in inventory.lineage(sight.home.area):
            below.setdefault(area.id, []).append(sight)
    return [Branch(area, depth, Count.of(below.get(area.id, ()))) for area, depth in tree(areas_of(inventory, viewer))]


def tree(areas: list[Area]) -> Iterator[tuple[Area, int]]:
    """Depth first, with depths; whatever has no parent among these is a root."""
    ids = {area.id for area in areas}
    children: dict[str | None, list[Area]] = {}
    for area in sorted(areas, key=lambda a: (a.name, a.id), reverse=True):
        children.setdefault(area.parent if area.parent in ids else None, []).append(area)
    stack = [(area, 0) for area in children.get(None, ())]
    while stack:
        area, depth = stack.pop()
        yield area, depth
        stack.extend((child, depth + 1) for child in children.get(area.id, ()))


def watches(ports: Services, viewer: Viewer) -> list[Watch]:
    """Who is on duty now for the viewer's homes: in each area with a post at or above them, widest first."""
    inventory, rota, now = ports.inventory(), ports.rota(), ports.clock.now()
    over: dict[str, tuple[Area, Home]] = {}
    for home in viewer.homes_of(inventory):
        over.update({area.id: (area, home) for area in inventory.lineage(home.area) if area.kind in POSTS})
    order = list(AreaKind)
    ranked = sorted(over.values(), key=lambda pair: (order.index(pair[0].kind), pair[0].name))
    return [
        Watch(area, POSTS[area.kind], on_duty(rota, area=area.id, post=POSTS[area.kind], instant=now, zone=home.zone))
        for area, home in ranked
    ]


def first_home(ports: Services, viewer: Viewer) -> Home | None:
    """Whose zone a page without a home of its own tells times in."""
    return next(iter(viewer.homes_of(ports.inventory())), None)
