"""The figures of what a viewer may see, for the page, the tables to download and the JSON interface alike."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from api.access import Viewer
from api.areas.overview import first_home
from api.errors import Code, Problem
from api.services import Services
from core.concerns import ConcernKind, Severity
from core.ledger import By, Precision, Response, Scope, ServiceLevels, precisions
from core.places import AreaKind, Home, Inventory

_YEAR = timedelta(days=365)
MONTHS = 12
"""So many months up to the present one, where no single one is asked for."""


class Split(StrEnum):
    """What the tables are split by, in their order."""

    ALL = "all"
    KIND = "kind"
    SEVERITY = "severity"
    AREA = "area"
    HOME = "home"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Judged:
    """One row of precision. `key`: a kind's or an area's code, a home's id, a month as 2026-11; "" for all."""

    split: Split
    key: str
    precision: Precision


@dataclass(frozen=True, slots=True)
class Timed:
    """One row of response times, keyed as `Judged`. All but those split by severity are of red alerts only."""

    split: Split
    key: str
    response: Response


@dataclass(frozen=True, slots=True)
class Figures:
    """`months` are the first days of those counted; `area` and `month` what was asked for, "" for all. `floor`: what
    share of a kind's alerts must be about somebody in need.
    """

    area: str
    month: str
    months: tuple[date, ...]
    levels: ServiceLevels
    floor: float
    precision: tuple[Judged, ...]
    responses: tuple[Timed, ...]

    def judged(self, split: Split) -> list[Judged]:
        return [row for row in self.precision if row.split == split]

    def timed(self, split: Split) -> list[Timed]:
        return [row for row in self.responses if row.split == split]

    @property
    def below(self) -> list[Judged]:
        """Kinds that are surely below the floor."""
        return [row for row in self.judged(Split.KIND) if row.precision.is_below(self.floor)]

    @property
    def whole(self) -> Precision:
        return next((row.precision for row in self.judged(Split.ALL)), Precision())


def figures(ports: Services, viewer: Viewer, *, area: str, month: str) -> Figures:
    """Counted by the store, in months of the viewer's own zone. Raises Problem NOT_FOUND for an area beyond theirs."""
    inventory, now, zone = ports.inventory(), ports.clock.now(), zone_of(ports, viewer)
    months = _months(month, now.astimezone(zone).date())
    areas, homes = _places(inventory, viewer, area)
    scope = Scope(tuple(_begin(day, zone) for day in (*months, _later(months[-1], 1))), areas, homes)
    return Figures(
        area,
        month,
        tuple(months),
        ports.levels,
        ports.precision_floor,
        tuple(_precision(ports, scope, months, inventory)),
        tuple(_responses(ports, scope, months, inventory, now)),
    )


def doubted(ports: Services, kind: ConcernKind) -> Precision | None:
    """How right alerts of this kind were everywhere in the past year, if that is surely below the floor."""
    now, others = ports.clock.now(), frozenset(ConcernKind) - {kind}
    scope = Scope((now - _YEAR, now + timedelta(seconds=1)), without=others)
    found = precisions(ports.ledger.tallies(scope, By.KIND)).get(kind.value)
    return found if found is not None and found.is_below(ports.precision_floor) else None


def latest_months(today: date) -> list[date]:
    """The first days of the last so many months, the oldest first; the present one is the last."""
    return [_later(today.replace(day=1), back) for back in range(1 - MONTHS, 1)]


def zone_of(ports: Services, viewer: Viewer) -> tzinfo:
    """That of the viewer's first home, as on the pages."""
    return (first_home(ports, viewer) or Home("", "", "")).zone


def _places(inventory: Inventory, viewer: Viewer, area: str) -> tuple[frozenset[str] | None, frozenset[str] | None]:
    if area:
        below = frozenset(id_ for id_ in inventory.areas if inventory.within(id_, area))
        wanted = below if viewer.sees_everything else below & viewer.areas
        if not wanted:
            raise Problem(Code.NOT_FOUND)
        return wanted, None
    return (None, None) if viewer.sees_everything else (viewer.areas, viewer.homes)


def _months(month: str, today: date) -> list[date]:
    return [date.fromisoformat(f"{month}-01")] if month else latest_months(today)


def _later(first: date, by: int) -> date:
    count = first.year * 12 + first.month - 1 + by
    return date(count // 12, count % 12 + 1, 1)


def _begin(day: date, zone: tzinfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _grid_of(inventory: Inventory, area: str) -> str:
    """The grid in which an area lies; itself where it lies in none."""
    return next((each.id for each in inventory.lineage(area) if each.kind is AreaKind.GRID), area)


def _precision(ports: Services, scope: Scope, months: list[date], inventory: Inventory) -> Iterable[Judged]:
    def found(by: By) -> Mapping[str, Precision]:
        return precisions(ports.ledger.tallies(scope, by))

    by_month = found(By.MONTH)
    yield Judged(Split.ALL, "", _together(by_month.values()))
    yield from (Judged(Split.KIND, key, each) for key, each in found(By.KIND).items())
    grids: dict[str, Precision] = {}
    for area, each in found(By.AREA).items():
        grid = _grid_of(inventory, area)
        grids[grid] = grids.get(grid, Precision()).plus(each)
    yield from (Judged(Split.AREA, key, each) for key, each in grids.items())
    for number, day in enumerate(months):
        yield Judged(Split.MONTH, f"{day:%Y-%m}", by_month.get(str(number), Precision()))
    homes = sorted(found(By.HOME).items(), key=lambda item: (-_in_vain(item[1]), item[0]))
    yield from (Judged(Split.HOME, key, each) for key, each in homes)


def _together(parts: Iterable[Precision]) -> Precision:
    whole = Precision()
    for each in parts:
        whole = whole.plus(each)
    return whole


def _in_vain(precision: Precision) -> int:
    """How often people were sent for nothing: the homes to look at first."""
    return precision.nothing + precision.technical


def _responses(
    ports: Services, scope: Scope, months: list[date], inventory: Inventory, now: datetime
) -> Iterable[Timed]:
    def found(within: Scope, by: By) -> list[Response]:
        return ports.ledger.responses(within, by, ports.levels, now=now)

    red = replace(scope, severity=Severity.RED)
    ranked = {each.key: each for each in found(scope, By.SEVERITY)}
    yield from (Timed(Split.SEVERITY, level, ranked[level]) for level in Severity if level in ranked)
    grids: dict[str, Response] = {}
    for each in found(red, By.AREA):
        grid = _grid_of(inventory, each.key)
        grids[grid] = _both(grids[grid], each) if grid in grids else replace(each, key=grid)
    yield from (Timed(Split.AREA, key, each) for key, each in grids.items())
    for each in sorted(found(red, By.MONTH), key=lambda each: int(each.key)):
        yield Timed(Split.MONTH, f"{months[int(each.key)]:%Y-%m}", each)


def _both(one: Response, other: Response) -> Response:
    return Response(
        one.key,
        one.alerts + other.alerts,
        one.answered.plus(other.answered),
        one.on_site.plus(other.on_site),
        one.unvisited + other.unvisited,
    )
