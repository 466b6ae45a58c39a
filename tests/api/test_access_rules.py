"""The pure rules of who sees what."""

from hypothesis import given
from hypothesis import strategies as st

from api.access import MAY, Action, viewer_of
from core.people import AccessRole, Account
from core.places import Area, AreaKind, Home, Inventory
from tests.api import street

ROLES = st.sampled_from(AccessRole)
AREA_IDS = st.sets(st.sampled_from([area.id for area in street.AREAS]))
HOME_IDS = st.sets(st.sampled_from([home.id for home in street.HOMES]))


def account(role: AccessRole, areas: set[str], homes: set[str]) -> Account:
    return Account("somebody", "p", role, "", tuple(areas), tuple(homes))


@given(ROLES, AREA_IDS, HOME_IDS)
def test_nobody_but_an_admin_sees_a_home_outside_what_was_given(
    role: AccessRole, areas: set[str], homes: set[str]
) -> None:
    viewer = viewer_of(account(role, areas, homes), street.INVENTORY)

    for home in street.HOMES:
        below = any(street.INVENTORY.within(home.area, area) for area in areas)
        given_ = home.id in homes or (below and role is not AccessRole.FAMILY)
        assert viewer.sees(home) == (given_ or role is AccessRole.ADMIN)


def test_family_given_areas_by_mistake_still_sees_its_own_homes_only() -> None:
    viewer = viewer_of(account(AccessRole.FAMILY, {"street"}, {street.WELL}), street.INVENTORY)

    assert [home.id for home in viewer.homes_of(street.INVENTORY)] == [street.WELL]


def test_family_may_do_nothing_but_see_its_page_answer_when_asked_and_keep_its_wishes() -> None:
    own = {Action.SEE_FAMILY, Action.ANSWER_AS_FAMILY, Action.KEEP_WISHES}
    assert MAY[AccessRole.FAMILY] == {*own, Action.FOLLOW, Action.LEAVE}


def test_an_area_that_is_its_own_ancestor_hides_nothing_and_hangs_nothing() -> None:
    looped = Inventory.of(
        [Area("a", AreaKind.GRID, "a", "b"), Area("b", AreaKind.COMMUNITY, "b", "a")], [Home("h", "a", "there")]
    )

    viewer = viewer_of(account(AccessRole.DESK, {"b"}, set()), looped)

    assert viewer.sees(looped.homes["h"])


def test_an_area_that_nobody_knows_gives_nothing() -> None:
    viewer = viewer_of(account(AccessRole.DESK, {"elsewhere"}, set()), street.INVENTORY)

    assert viewer.homes_of(street.INVENTORY) == []
