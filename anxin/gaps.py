"""Where nobody would answer: gaps in the rotas ahead, people without a route, homes without anybody."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.duty import Post, Rota, people_of
from core.people import Bond, Directory
from core.places import Area, AreaKind, Inventory
from core.spells import spells

_POSTS = {
    AreaKind.GRID: Post.GRID_WORKER,
    AreaKind.COMMUNITY: Post.DESK,
    AreaKind.STREET: Post.DESK,
}


@dataclass(frozen=True, slots=True)
class Gap:
    """Nobody holds this area's post from `start` until before `end`."""

    area: Area
    post: Post
    start: datetime
    end: datetime


def duty_gaps(
    inventory: Inventory, rota: Rota, *, since: datetime, days: float = 14, timezone: str = "Asia/Shanghai"
) -> Iterator[Gap]:
    """Find unheld posts of areas that have homes, in the days ahead."""
    zone = ZoneInfo(timezone)
    inhabited = {area.id for home in inventory.homes.values() for area in inventory.lineage(home.area)}
    for area in inventory.areas.values():
        post = _POSTS.get(area.kind)
        if post is None or area.id not in inhabited:
            continue
        until = since + timedelta(days=days)
        for spell in spells(rota, area=area.id, post=post, since=since, until=until, zone=zone):
            if not spell.people:
                yield Gap(area, post, spell.start, spell.end)


def unreachable_people(directory: Directory, rota: Rota) -> list[str]:
    """Ids of people whom somebody counts on, and who have no route at all."""
    needed = {tie.person for tie in directory.ties} | people_of(rota)
    return sorted(p for p in needed if p not in directory.people or not directory.people[p].routes)


def homes_without_family(inventory: Inventory, directory: Directory) -> list[str]:
    """Homes for which nobody is named as family: their alerts go straight on to the neighbourhood."""
    with_family = {tie.home for tie in directory.ties if tie.bond is Bond.FAMILY}
    return sorted(home for home in inventory.homes if home not in with_family)
