"""A street is drawn from a seed: areas, homes, kits and people, alike in every process and independent of size."""

from collections import Counter

import pytest

from core.places import AreaKind, Role
from simulator.community import build_community
from simulator.kits import Convention, Sort


def test_sixty_homes_lie_in_four_grids_of_one_community() -> None:
    community = build_community(60, seed=7)

    inventory = community.inventory
    grids = [area for area in community.areas if area.kind is AreaKind.GRID]
    assert len(community.homes) == len(community.gateways) == 60
    assert [len(list(inventory.homes_in(grid.id))) for grid in grids] == [15, 15, 15, 15]
    assert {a.kind for a in inventory.lineage(community.homes[0].area)} == set(AreaKind)


def test_every_address_is_a_door_of_its_own() -> None:
    community = build_community(450, seed=3)

    addresses = [(community.inventory.area_of_kind(h.id, AreaKind.COMMUNITY), h.address) for h in community.homes]

    assert len(set(addresses)) == 450
    assert community.homes[0].address.startswith("1号楼1单元")


def test_a_larger_community_holds_the_smaller_one() -> None:
    small, large = build_community(30, seed=11), build_community(120, seed=11)

    assert [h.kit for h in small.households] == [h.kit for h in large.households[:30]]
    assert [h.persona for h in small.households] == [h.persona for h in large.households[:30]]


def test_another_seed_draws_other_people_and_kits() -> None:
    one, other = build_community(30, seed=1), build_community(30, seed=2)

    assert [h.persona for h in one.households] != [h.persona for h in other.households]
    assert [h.kit for h in one.households] != [h.kit for h in other.households]


def test_homes_differ_as_homes_do() -> None:
    community = build_community(200, seed=7)

    conventions = Counter(h.kit.convention for h in community.households)
    assert conventions[Convention.ZIGBEE2MQTT] > 100
    assert min(conventions.values()) > 10
    sizes = Counter(len(h.kit.sensors) for h in community.households)
    assert min(sizes) == 3
    assert max(sizes) >= 10
    assert len({h.persona.name for h in community.households}) > 150


def test_every_home_has_a_front_door_a_button_and_the_gateways_own_voice() -> None:
    community = build_community(80, seed=5)

    for household in community.households:
        roles = Counter(device.role for device in household.devices)
        assert roles[Role.FRONT_DOOR] == roles[Role.SOS] == roles[Role.BRIDGE] == 1
        assert any(sensor.sort is Sort.MOTION for sensor in household.kit.sensors)
        assert household.devices[-1].id == f"{household.gateway.id}/bridge"
        assert len({device.id for device in household.devices}) == len(household.devices)


def test_the_resident_of_a_home_is_its_persona() -> None:
    community = build_community(10, seed=5)

    for home in community.homes:
        assert home.resident == community.personas[home.id].name
        assert community.household(home.id).persona.title[0] == home.resident[0]
    with pytest.raises(KeyError):
        community.household("h-9999")


def test_a_community_without_homes_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1, not 0"):
        build_community(0, seed=1)
