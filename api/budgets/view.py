"""Budgets as a viewer sees them: the tree with what holds, whence it comes, what it buys and what it has cost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.access import Viewer
from api.areas.overview import areas_of, tree
from api.budgets.rights import sees_place
from api.services import Services
from core.budget_replays import LOOKED_BACK, HomeReplay, Judged, Proposal, ProposalState, Sum, is_false, judged, summed
from core.budgets import BUDGETED, Budget, BudgetVersion, homes_at, latest, nearest, up_from
from core.concerns import ConcernKind
from core.ledger import By, Scope
from core.places import AreaKind, Home, Inventory, of_area

MONTH = timedelta(days=30)
MOST_LISTED, MOST_RECKONED = 300, 8
_NOT_BUDGETED = frozenset(ConcernKind) - BUDGETED


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One area (`kind`) or home (None). `wait` (s): how long a fall is waited for there on average, over those of its
    `homes` of which something is known. `false`: so often somebody was sent for a silence that was nothing, in the time
    looked back; `allowed`: what the budgets of its homes allow in that time, or in the days that a newer home is known.
    """

    place: str
    name: str
    kind: AreaKind | None
    depth: int
    homes: int
    budget: Budget
    wait: float | None
    false: int
    allowed: float


@dataclass(frozen=True, slots=True)
class _OfHome:
    home: Home
    budget: Budget
    wait: float | None
    false: int
    days: int

    @property
    def allowed(self) -> float:
        return self.budget.value * (min(timedelta(days=self.days), LOOKED_BACK) / MONTH)


@dataclass(frozen=True, slots=True)
class Bought:
    """By budget (false alarms a month), how long (s) a fall would be waited for, on average over so many `homes`."""

    homes: int
    waits_s: Mapping[float, float]


@dataclass(frozen=True, slots=True)
class Budgets:
    """`areas`: the tree below what was asked for; `homes`: the homes in it, so many of `of`; `bought`: what budgets
    would buy there, where one place was asked for and something is known of its homes.
    """

    areas: tuple[PlaceRow, ...]
    homes: tuple[PlaceRow, ...]
    of: int
    bought: Bought | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """A proposal with what its replay has found until now; `differences` by what they mean, the worst first."""

    proposal: Proposal
    replays: tuple[HomeReplay, ...]
    sum: Sum
    differences: tuple[Judged, ...]
    is_stale: bool

    @property
    def done(self) -> int:
        return len(self.replays)

    @property
    def is_short(self) -> bool:
        """Were there fewer days of readings than were asked for?"""
        return self.sum.fewest_days < LOOKED_BACK.days - 1


def budgets(ports: Services, viewer: Viewer, *, place: str = "") -> Budgets:
    """Everything that the viewer sees, or what lies at this place of theirs."""
    inventory, now = ports.inventory(), ports.clock.now()
    set_at = latest(ports.budgets.versions(), now)
    setting = ports.budgets.setting
    here = frozenset(homes_at(inventory, place)) if place else None
    false, statuses = false_alarms(ports, viewer, now), ports.statuses.homes()
    known = [
        _OfHome(
            home,
            nearest(inventory, set_at, home.id, setting=setting),
            ports.mean_wait(home.id),
            false.get(home.id, 0),
            statuses[home.id].learned_days if home.id in statuses else 0,
        )
        for home in viewer.homes_of(inventory)
        if here is None or home.id in here
    ]
    below = _by_area(inventory, known)
    wanted = [a for a in areas_of(inventory, viewer) if not place or place in up_from(inventory, of_area(a.id))]
    areas = [
        _row(of_area(area.id), area.name, area.kind, depth, budget, below.get(area.id, ()))
        for area, depth in tree(wanted)
        for budget in [nearest(inventory, set_at, of_area(area.id), setting=setting)]
    ]
    homes = [_row(each.home.id, each.home.address, None, 0, each.budget, [each]) for each in known]
    bought = _bought(ports, [each.home.id for each in known if each.wait is not None]) if place else None
    return Budgets(tuple(areas), tuple(homes[:MOST_LISTED]), len(homes), bought)


def _bought(ports: Services, homes: Sequence[str]) -> Bought | None:
    """Of a few of them, evenly from all: each takes some milliseconds to reckon."""
    some = homes[:: max(1, -(-len(homes) // MOST_RECKONED))]
    shown = [routine for home in some if (routine := ports.routines(home)) is not None]
    if not shown:
        return None
    common = set[float].intersection(*(set(routine.buys) for routine in shown))
    waits = {each: sum(routine.buys[each] for routine in shown) / len(shown) for each in sorted(common)}
    return Bought(len(shown), waits)


def _by_area(inventory: Inventory, known: Iterable[_OfHome]) -> dict[str, list[_OfHome]]:
    """Under each area, the homes in it and in all below it."""
    found: dict[str, list[_OfHome]] = {}
    for each in known:
        for area in inventory.lineage(each.home.area):
            found.setdefault(area.id, []).append(each)
    return found


def _row(
    place: str, name: str, kind: AreaKind | None, depth: int, budget: Budget, below: Sequence[_OfHome]
) -> PlaceRow:
    waits = [each.wait for each in below if each.wait is not None]
    return PlaceRow(
        place,
        name,
        kind,
        depth,
        len(below),
        budget,
        sum(waits) / len(waits) if waits else None,
        sum(each.false for each in below),
        sum(each.allowed for each in below),
    )


def false_alarms(ports: Services, viewer: Viewer, now: datetime) -> Mapping[str, int]:
    """By home: how often somebody was sent for a silence that was nothing, in the time looked back."""
    areas, homes = (None, None) if viewer.sees_everything else (viewer.areas, viewer.homes)
    scope = Scope((now - LOOKED_BACK, now + timedelta(seconds=1)), areas, homes, without=_NOT_BUDGETED)
    found: dict[str, int] = {}
    for tally in ports.ledger.tallies(scope, By.HOME):
        if tally.outcome is not None and is_false(tally.outcome):
            found[tally.key] = found.get(tally.key, 0) + tally.count
    return found


def budget_at(ports: Services, place: str) -> Budget:
    """What holds at a home or area now."""
    set_at = latest(ports.budgets.versions(), ports.clock.now())
    return nearest(ports.inventory(), set_at, place, setting=ports.budgets.setting)


def name_of(inventory: Inventory, place: str) -> str:
    """As people say it."""
    return inventory.place(place).address


def history(ports: Services, viewer: Viewer, *, place: str = "") -> list[BudgetVersion]:
    """What was set, the newest first: all that the viewer sees, or at this place."""
    inventory = ports.inventory()
    return [
        each
        for each in ports.budgets.versions()
        if (each.place == place if place else sees_place(viewer, inventory, each.place))
    ]


def proposals(ports: Services, viewer: Viewer, *, place: str = "", open_only: bool = False) -> list[Proposal]:
    """The newest first: all that the viewer sees, or at this place."""
    inventory = ports.inventory()
    return [
        each
        for each in ports.budgets.proposals(open_only=open_only)
        if sees_place(viewer, inventory, each.place) and place in {"", each.place}
    ]


def done_of(ports: Services, proposal: Proposal) -> int:
    """Of how many homes something was found until now."""
    whole = proposal.state in {ProposalState.REPLAYED, ProposalState.IN_EFFECT}
    return len(proposal.homes) if whole else len(ports.budgets.replays(proposal.id))


def replayed(ports: Services, viewer: Viewer, proposal: Proposal) -> Replayed:
    """With the real alerts about each difference."""
    homes = ports.inventory().homes
    replays = [r for r in ports.budgets.replays(proposal.id) if r.home not in homes or viewer.sees(homes[r.home])]
    found = [
        judged(each.home, difference, ports.alerts.of_episode(f"{each.home}/{difference.kind}", difference.episode))
        for each in replays
        for difference in each.differences
    ]
    found.sort(key=lambda each: (_WORST.index(each.effect.value), each.difference.since))
    return Replayed(proposal, tuple(replays), summed(replays), tuple(found), ports.budgets.is_stale(proposal))


_WORST = ("missed", "later", "more", "sooner", "spared", "cut_short", "fewer")
"""The order in which differences are told."""
