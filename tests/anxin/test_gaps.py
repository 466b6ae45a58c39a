"""Gaps in the rotas are found before the night in which they would hurt."""

from datetime import UTC, datetime, time, timedelta

from anxin.gaps import duty_gaps, homes_without_family, unreachable_people
from core.duty import Post, Shift
from core.people import Bond, Directory, Person, Route, Tie
from core.places import Area, AreaKind, Home, Inventory

MONDAY = datetime(2026, 11, 22, 16, tzinfo=UTC)  # 00:00 on Monday in Shanghai
GRID = Area("grid", AreaKind.GRID, "第一网格")
PLACES = Inventory.of([GRID, Area("empty", AreaKind.GRID, "第二网格")], [Home("h1", "grid", "1号楼101")])


def shift(start: int, end: int, *, weekdays: frozenset[int] = frozenset(range(7))) -> Shift:
    return Shift(f"s-{start}", "grid", Post.GRID_WORKER, "li", time(start), time(end), weekdays)


def test_a_rota_around_the_clock_has_no_gap() -> None:
    assert list(duty_gaps(PLACES, [shift(8, 20), shift(20, 8)], since=MONDAY, days=7)) == []


def test_a_missing_night_is_named_with_its_hours() -> None:
    six_nights = shift(20, 8, weekdays=frozenset({0, 1, 2, 3, 5, 6}))

    gaps = list(duty_gaps(PLACES, [shift(8, 20), six_nights], since=MONDAY, days=7))

    assert [(g.area, g.start, g.end) for g in gaps] == [
        (GRID, MONDAY + timedelta(days=4, hours=20), MONDAY + timedelta(days=5, hours=8))
    ]


def test_nobody_at_all_is_one_gap_and_an_empty_grid_is_none() -> None:
    gaps = list(duty_gaps(PLACES, [], since=MONDAY, days=2))

    assert [(g.area.id, g.end - g.start) for g in gaps] == [("grid", timedelta(days=2))]


def test_people_without_a_route_and_homes_without_family_are_named() -> None:
    directory = Directory(
        {"a": Person("a", "甲", routes=(Route("console", "a"),)), "b": Person("b", "乙")},
        (Tie("a", Bond.CAPTAIN, area="grid"), Tie("b", Bond.RESIDENT, home="h1")),
    )

    assert unreachable_people(directory, [shift(8, 20)]) == ["b", "li"]
    assert homes_without_family(PLACES, directory) == ["h1"]
