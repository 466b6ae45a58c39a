"""Where nobody would answer: gaps in the rotas ahead, people without a route, homes without anybody."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.duty import Post, Rota, on_duty, people_of
from core.people import Bond, Directory
from core.places import Area, AreaKind, Inventory

STEP = timedelta(minutes=15)
_POSTS = {
    AreaKind.GRID: Post.GRID_WORKER,
    AreaKind.COMMUNITY: Post.DESK,
    AreaKind.STREET: Post.DESK,
}


@dataclass(frozen=True, slots=True)
class Gap:
    """Nobody holds this area's post from `start` until `end` (to a quarter of an hour)."""

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
        rows = [row for row in rota if row.area in {area.id, None}]
        opened: datetime | None = None
        steps = int(timedelta(days=days) / STEP)
        for number in range(steps + 1):
            instant = since + number * STEP
            held = on_duty(rows, area=area.id, post=post, instant=instant, zone=zone)
            if held or number == steps:
                if opened is not None:
                    yield Gap(area, post, opened, instant)
                opened = None
            elif opened is None:
                opened = instant


def unreachable_people(directory: Directory, rota: Rota) -> list[str]:
    """Ids of people whom somebody counts on, and who have no route at all."""
    needed = {tie.person for tie in directory.ties} | people_of(rota)
    return sorted(p for p in needed if p not in directory.people or not directory.people[p].routes)


def homes_without_family(inventory: Inventory, directory: Directory) -> list[str]:
    """Homes for which nobody is named as family: their alerts go straight on to the neighbourhood."""
    with_family = {tie.home for tie in directory.ties if tie.bond is Bond.FAMILY}
    return sorted(home for home in inventory.homes if home not in with_family)
