"""The budget of false alarms as people set it: versions for places of the area tree, and which of them holds where.

A home has the budget that is set nearest: its own, its building's, grid's, community's or street's, else the setting.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from core.concerns import ConcernKind
from core.places import Inventory, of_area

LEAST, MOST = 0.1, 5.0
"""What people may set, in false alarms a month for a home."""
LONGEST_NOTE = 300
BUDGETED: Final = frozenset({ConcernKind.SILENCE})
"""The concerns that a budget governs."""


class BudgetFlaw(StrEnum):
    """Why a budget cannot be proposed."""

    NO_NUMBER = "no_number"
    TOO_LOW = "too_low"  # waits so long that what is found is found too late
    TOO_HIGH = "too_high"  # people who are sent in vain so often stop going
    NO_REASON = "no_reason"
    NOTHING_CHANGES = "nothing_changes"  # no home would have another budget than now


@dataclass(frozen=True, slots=True)
class BudgetVersion:
    """What was set for a place. None is ever changed; the highest `number` of a place holds from `at` on.

    `place`: a home's id, or `of_area` of an area's. `value`: false alarms a month; None: as above it. `by` is a
    person's id. `proposal`: that which was replayed before; None where it only goes back to what had held.
    """

    place: str
    number: int
    value: float | None
    at: datetime
    by: str
    note: str = ""
    proposal: str | None = None

    def __post_init__(self) -> None:
        if self.number < 1:
            raise ValueError(f"version {self.number}: they are counted from 1")
        if self.value is not None and not LEAST <= self.value <= MOST:
            raise ValueError(f"a budget of {self.value} is not between {LEAST} and {MOST}")


@dataclass(frozen=True, slots=True)
class Budget:
    """What holds. `version`: by which it was set; None where it is the setting's."""

    value: float
    version: BudgetVersion | None = None

    @property
    def place(self) -> str | None:
        """Where it was set."""
        return None if self.version is None else self.version.place


def up_from(inventory: Inventory, place: str) -> Iterator[str]:
    """The place and those above it, the nearest first. A home or area that is not there is alone."""
    yield place
    area = inventory.area_meant(place)
    home = inventory.homes.get(place)
    above = inventory.lineage(home.area if home is not None else area.parent if area is not None else None)
    yield from (of_area(each.id) for each in above)


def latest(versions: Iterable[BudgetVersion], now: datetime) -> Mapping[str, BudgetVersion]:
    """By place, what was set last until now."""
    found: dict[str, BudgetVersion] = {}
    for each in versions:
        if each.at <= now and (each.place not in found or found[each.place].number < each.number):
            found[each.place] = each
    return found


def budget_of(
    inventory: Inventory, versions: Iterable[BudgetVersion], place: str, now: datetime, *, setting: float
) -> Budget:
    """What holds at a home or area: the nearest that is set, on the way up from it."""
    return nearest(inventory, latest(versions, now), place, setting=setting)


def nearest(inventory: Inventory, set_at: Mapping[str, BudgetVersion], place: str, *, setting: float) -> Budget:
    """The same, of what is set now by place."""
    for each in up_from(inventory, place):
        version = set_at.get(each)
        if version is not None and version.value is not None:
            return Budget(version.value, version)
    return Budget(setting)


def budgets_of(
    inventory: Inventory, versions: Iterable[BudgetVersion], now: datetime, *, setting: float
) -> dict[str, float]:
    """Of every home."""
    set_at = latest(versions, now)
    return {home: nearest(inventory, set_at, home, setting=setting).value for home in inventory.homes}


def homes_at(inventory: Inventory, place: str) -> list[str]:
    """The home itself, or all that lie in the area; by id."""
    area = inventory.area_meant(place)
    if area is not None:
        return sorted(home.id for home in inventory.homes_in(area.id))
    return [place] if place in inventory.homes else []


def next_number(versions: Iterable[BudgetVersion], place: str) -> int:
    return 1 + max((each.number for each in versions if each.place == place), default=0)


def stamp(inventory: Inventory, versions: Iterable[BudgetVersion], place: str, *, setting: float) -> str:
    """Changes whenever a home at this place might have another budget than before: what a replay was reckoned from."""
    here = set(homes_at(inventory, place))
    above = set(up_from(inventory, place))
    below = {each for home in here for each in up_from(inventory, home)}
    newest: dict[str, int] = {}
    for each in versions:
        if each.place in above | below:
            newest[each.place] = max(each.number, newest.get(each.place, 0))
    told = [f"setting={setting!r}", *(f"{where}={number}" for where, number in sorted(newest.items()))]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Back:
    """What a place may be set to again without a replay, for it held there before. `value` None: as above."""

    value: float | None


def back_of(inventory: Inventory, versions: Sequence[BudgetVersion], place: str) -> Back | None:
    """What held before the newest version of this place. None where there is none, or where it may not be gone back to
    unseen: "as above" is what it was only while nothing was set above since.
    """
    own = sorted((each for each in versions if each.place == place), key=lambda each: each.number)
    if not own:
        return None
    newest, value = own[-1], own[-2].value if len(own) > 1 else None
    above = set(up_from(inventory, place)) - {place}
    has_moved = any(each.place in above and each.at >= newest.at for each in versions)
    return None if value == newest.value or (value is None and has_moved) else Back(value)


def flaw_of(value: float | None, note: str) -> BudgetFlaw | None:
    """What is wrong with this as a proposal, as far as it can be told without the tree."""
    if value is not None and not value >= LEAST:  # also what is no number
        return BudgetFlaw.TOO_LOW
    if value is not None and value > MOST:
        return BudgetFlaw.TOO_HIGH
    return None if note.strip() else BudgetFlaw.NO_REASON
