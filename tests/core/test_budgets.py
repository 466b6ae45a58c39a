"""The nearest budget holds: on any tree, in whatever order it was set."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.budgets import (
    LEAST,
    MOST,
    Back,
    Budget,
    BudgetFlaw,
    BudgetVersion,
    back_of,
    budget_of,
    budgets_of,
    flaw_of,
    homes_at,
    next_number,
    stamp,
    up_from,
)
from core.places import Area, AreaKind, Home, Inventory, of_area

T0 = datetime(2026, 5, 1, tzinfo=UTC)
SETTING = 0.5
KINDS = list(AreaKind)


@dataclass(frozen=True)
class Town:
    """Areas number 0 to n-1, each below an earlier one or none; each home in one of them."""

    parents: tuple[int | None, ...]
    homes: tuple[int, ...]

    @property
    def inventory(self) -> Inventory:
        areas = [
            Area(f"a{n}", KINDS[n % len(KINDS)], f"a{n}", None if parent is None else f"a{parent}")
            for n, parent in enumerate(self.parents)
        ]
        return Inventory.of(areas, [Home(f"h{n}", f"a{area}", f"h{n}") for n, area in enumerate(self.homes)])

    @property
    def places(self) -> list[str]:
        return [of_area(f"a{n}") for n in range(len(self.parents))] + [f"h{n}" for n in range(len(self.homes))]


@st.composite
def towns(draw: st.DrawFn) -> Town:
    count = draw(st.integers(1, 8))
    parents = [None if n == 0 else draw(st.one_of(st.none(), st.integers(0, n - 1))) for n in range(count)]
    homes = draw(st.lists(st.integers(0, count - 1), min_size=1, max_size=6))
    return Town(tuple(parents), tuple(homes))


@st.composite
def histories(draw: st.DrawFn) -> tuple[Town, list[BudgetVersion]]:
    town = draw(towns())
    values = st.one_of(st.none(), st.sampled_from([0.1, 0.3, 1.0, 2.0, 5.0]))
    steps = draw(st.lists(st.tuples(st.sampled_from(town.places), values), max_size=12))
    versions: list[BudgetVersion] = []
    for n, (place, value) in enumerate(steps):
        versions.append(BudgetVersion(place, next_number(versions, place), value, T0 + timedelta(hours=n), "lin"))
    return town, versions


def walked_down(town: Town, versions: Sequence[BudgetVersion], home: int, now: datetime) -> float:
    """The same by hand: from the top of the tree down, whatever was set last there replaces what came from above."""
    path, area = [f"h{home}"], town.homes[home]
    climbing: int | None = area
    while climbing is not None:
        path.append(of_area(f"a{climbing}"))
        climbing = town.parents[climbing]
    value = SETTING
    for place in reversed(path):
        said = [each for each in versions if each.place == place and each.at <= now]
        if said and said[-1].value is not None:
            value = said[-1].value
    return value


@given(histories(), st.integers(-1, 13), st.randoms())
def test_the_nearest_that_was_set_until_then_holds_in_whatever_order_versions_are_told(
    history: tuple[Town, list[BudgetVersion]], hour: int, random: Random
) -> None:
    town, versions = history
    now = T0 + timedelta(hours=hour)
    told = list(versions)
    random.shuffle(told)

    found = budgets_of(town.inventory, told, now, setting=SETTING)

    assert found == {f"h{n}": walked_down(town, versions, n, now) for n in range(len(town.homes))}


@given(histories())
def test_where_it_comes_from_is_the_home_or_above_it_and_says_that_number(
    history: tuple[Town, list[BudgetVersion]],
) -> None:
    town, versions = history
    inventory, now = town.inventory, T0 + timedelta(days=9)

    for home in inventory.homes:
        budget = budget_of(inventory, versions, home, now, setting=SETTING)
        if budget.version is None:
            assert budget == Budget(SETTING)
            continue
        assert budget.version.place in up_from(inventory, home)
        assert budget.version.value == budget.value
        way = list(up_from(inventory, home))
        newest = {each.place: each.value for each in versions}
        assert all(newest.get(nearer) is None for nearer in way[: way.index(budget.version.place)])


@given(histories(), st.data())
def test_as_above_is_as_if_nothing_had_been_set_there(
    history: tuple[Town, list[BudgetVersion]], data: st.DataObject
) -> None:
    town, versions = history
    place, now = data.draw(st.sampled_from(town.places)), T0 + timedelta(days=9)
    cleared = [*versions, BudgetVersion(place, next_number(versions, place), None, now, "lin")]

    without = [each for each in versions if each.place != place]

    assert budgets_of(town.inventory, cleared, now, setting=SETTING) == budgets_of(
        town.inventory, without, now, setting=SETTING
    )


@given(histories(), st.data())
def test_the_stamp_of_a_place_changes_with_whatever_can_change_a_home_there(
    history: tuple[Town, list[BudgetVersion]], data: st.DataObject
) -> None:
    town, versions = history
    inventory, now = town.inventory, T0 + timedelta(days=9)
    place, changed = (data.draw(st.sampled_from(town.places)) for _ in range(2))
    more = [*versions, BudgetVersion(changed, next_number(versions, changed), 4.0, now, "lin")]

    def at(told: Sequence[BudgetVersion]) -> tuple[dict[str, float], str]:
        budgets = budgets_of(inventory, told, now, setting=SETTING)
        return {h: budgets[h] for h in homes_at(inventory, place)}, stamp(inventory, told, place, setting=SETTING)

    (before, before_stamp), (after, after_stamp) = at(versions), at(more)

    assert before == after or before_stamp != after_stamp


@given(histories(), st.data())
def test_going_back_gives_every_home_what_it_had(
    history: tuple[Town, list[BudgetVersion]], data: st.DataObject
) -> None:
    town, versions = history
    inventory = town.inventory
    place = data.draw(st.sampled_from(town.places))
    before = budgets_of(inventory, versions, T0 + timedelta(days=8), setting=SETTING)
    changed = [
        *versions,
        BudgetVersion(place, next_number(versions, place), 3.0, T0 + timedelta(days=8, hours=1), "lin"),
    ]

    back = back_of(inventory, changed, place)

    if back is None:
        latest = [each.value for each in versions if each.place == place]
        assert latest[-1:] == [3.0]
        return
    done = [*changed, BudgetVersion(place, next_number(changed, place), back.value, T0 + timedelta(days=9), "lin")]
    assert budgets_of(inventory, done, T0 + timedelta(days=9), setting=SETTING) == before


TOWN = Town((None, 0), (1,))


def test_as_above_is_not_gone_back_to_once_something_was_set_above() -> None:
    grid, street = of_area("a1"), of_area("a0")
    versions = [BudgetVersion(grid, 1, 2.0, T0, "lin")]
    assert back_of(TOWN.inventory, versions, grid) == Back(None)

    versions.append(BudgetVersion(street, 1, 0.2, T0 + timedelta(hours=1), "lin"))

    assert back_of(TOWN.inventory, versions, grid) is None
    assert back_of(TOWN.inventory, versions, street) == Back(None)
    assert back_of(TOWN.inventory, versions, "h0") is None


def test_the_setting_is_part_of_what_a_replay_rests_on() -> None:
    assert stamp(TOWN.inventory, [], "h0", setting=0.5) != stamp(TOWN.inventory, [], "h0", setting=0.6)


@pytest.mark.parametrize(
    ("value", "note", "flaw"),
    [
        (LEAST, "why", None),
        (MOST, "why", None),
        (None, "why", None),
        (0.09, "why", BudgetFlaw.TOO_LOW),
        (float("nan"), "why", BudgetFlaw.TOO_LOW),
        (5.01, "why", BudgetFlaw.TOO_HIGH),
        (float("inf"), "why", BudgetFlaw.TOO_HIGH),
        (1.0, "  ", BudgetFlaw.NO_REASON),
    ],
)
def test_what_people_may_set_is_bounded_and_needs_a_reason(
    value: float | None, note: str, flaw: BudgetFlaw | None
) -> None:
    assert flaw_of(value, note) is flaw


def test_a_version_beyond_the_bounds_cannot_be_made() -> None:
    sound = BudgetVersion("h0", 1, 1.0, T0, "lin")

    for wrong in ({"value": 0.05}, {"value": 6.0}, {"number": 0}):
        with pytest.raises(ValueError, match=r"counted|between"):
            replace(sound, **wrong)


def test_a_place_that_is_not_there_has_no_homes() -> None:
    assert homes_at(TOWN.inventory, of_area("a1")) == ["h0"]
    assert homes_at(TOWN.inventory, "h0") == ["h0"]
    assert homes_at(TOWN.inventory, "h9") == homes_at(TOWN.inventory, of_area("a9")) == []
