"""The area tree, the inventory's indexes, and the one of three states that people are shown."""

import pytest

from core.places import Area, AreaKind, Device, Gateway, Home, Inventory, Role, Room
from core.states import HomeState, Visibility, home_state

AREAS = (
    Area("street", AreaKind.STREET, "街道"),
    Area("community", AreaKind.COMMUNITY, "社区", "street"),
    Area("grid", AreaKind.GRID, "网格", "community"),
    Area("building", AreaKind.BUILDING, "7号楼", "grid"),
    Area("elsewhere", AreaKind.STREET, "别处"),
)


@pytest.fixture
def inventory() -> Inventory:
    return Inventory.of(
        AREAS,
        [Home("h1", "building", "7号楼402"), Home("h2", "elsewhere", "别处1号")],
        [Gateway("g1", "h1")],
        [
            Device("g1/door", "h1", Room.ENTRANCE, Role.FRONT_DOOR, "g1"),
            Device("g1/pir", "h1", Room.BATHROOM, Role.ROOM, "g1"),
        ],
    )


def test_a_home_lies_within_all_areas_above_it_and_no_other(inventory: Inventory) -> None:
    assert [a.id for a in inventory.lineage("building")] == ["building", "grid", "community", "street"]
    assert [h.id for h in inventory.homes_in("street")] == ["h1"]
    assert not inventory.within("building", "elsewhere")


def test_a_loop_in_the_tree_ends() -> None:
    looped = Inventory.of([Area("a", AreaKind.GRID, "a", "b"), Area("b", AreaKind.GRID, "b", "a")])

    assert [a.id for a in looped.lineage("a")] == ["a", "b"]


def test_the_area_of_a_kind_is_found_or_absent(inventory: Inventory) -> None:
    grid = inventory.area_of_kind("h1", AreaKind.GRID)

    assert grid is not None
    assert grid.id == "grid"
    assert inventory.area_of_kind("h2", AreaKind.GRID) is None


def test_devices_are_found_by_home_and_homes_by_gateway(inventory: Inventory) -> None:
    assert {d.id for d in inventory.devices_of("h1")} == {"g1/door", "g1/pir"}
    assert inventory.devices_of("h2") == ()
    assert inventory.homes_by_gateway == {"g1": ("h1",)}


@pytest.mark.parametrize(
    ("visibility", "alert", "state"),
    [
        (Visibility.VISIBLE, False, HomeState.WELL),
        (Visibility.PARTIAL, False, HomeState.WELL),
        (Visibility.BLIND, False, HomeState.CANNOT_SEE),
        (Visibility.BLIND, True, HomeState.CONCERN),
        (Visibility.VISIBLE, True, HomeState.CONCERN),
    ],
)
def test_an_alert_outranks_blindness_and_blindness_outranks_calm(
    *,
    visibility: Visibility,
    alert: bool,
    state: HomeState,
) -> None:
    assert home_state(visibility, has_open_alert=alert) is state


def test_a_room_we_have_no_word_for_is_other() -> None:
    assert Room.parse("bathroom") is Room.BATHROOM
    assert Room.parse("wine cellar") is Room.OTHER
