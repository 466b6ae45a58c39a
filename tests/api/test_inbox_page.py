"""The inbox of unknown devices: who sees what, what binding does, and that nothing in it can run."""

import pytest

from api.services import Services
from core.people import AccessRole, Account
from core.places import Device, Role, Room
from tests.api import street
from tests.api.conftest import As
from tests.api.scene import Onboarding
from tests.api.visitor import Visitor

PATH = "/devices/unknown"
MINE = f"{street.gateway_of(street.FALLEN)}/kitchen_pir_2"
FORM = {"device": MINE, "home": street.FALLEN, "room": "kitchen", "role": "room", "label": "厨房人体", "model": ""}


def onboarding(services: Services) -> Onboarding:
    assert isinstance(services.onboarding, Onboarding)
    return services.onboarding


def bind(visitor: Visitor, **changed: str) -> int:
    return visitor.form("/devices/bind", page=PATH, **{**FORM, **changed}).status_code


def test_an_unknown_device_is_shown_with_what_it_says_and_our_guess(visit_as: As) -> None:
    page = visit_as("admin").get(f"{PATH}?lang=en").text

    assert "kitchen_pir_2" in page
    assert "motion yes" in page
    assert "battery 88 %" in page
    assert '<option value="kitchen" selected>' in page
    assert "{&#34;occupancy&#34;: true}" in page


def test_nothing_that_a_device_says_can_run(visit_as: As) -> None:
    page = visit_as("admin").get(PATH).text

    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;" in page


def test_binding_makes_it_a_device_of_the_home_and_takes_it_out_of_the_inbox(visit_as: As, services: Services) -> None:
    admin = visit_as("admin")

    assert bind(admin) == 303

    wanted = Device(MINE, street.FALLEN, Room.KITCHEN, Role.ROOM, MINE.split("/", maxsplit=1)[0], "厨房人体", None)
    assert onboarding(services).bound == [wanted]
    assert "kitchen_pir_2" not in admin.get(PATH).text


def test_a_mistake_comes_back_in_words_with_what_was_written(visit_as: As, services: Services) -> None:
    onboarding(services).mistakes = ["id: must have a gateway"]

    answer = visit_as("admin").form("/devices/bind", page=PATH, **FORM)

    assert answer.status_code == 422
    assert "id: must have a gateway" in answer.text
    assert 'value="厨房人体"' in answer.text


def desk_of(area: str, visit_as: As, services: Services) -> Visitor:
    """Somebody at a desk that answers for this area alone."""
    password_hash = next(account for account in services.accounts.accounts() if account.login == "desk").password_hash
    services.accounts.save_account(Account("one", "desk", AccessRole.DESK, password_hash, areas=(area,)))
    return visit_as("one")


def test_a_desk_sees_what_is_behind_gateways_in_its_own_areas_only(visit_as: As, services: Services) -> None:
    page = desk_of("grid-1", visit_as, services).get(PATH).text

    assert MINE.split("/")[1] in page
    assert "balcony_door" not in page
    assert "balcony_door" in visit_as("desk").get(PATH).text
    assert "g-stranger" not in page, "a gateway that nobody enrolled is an administrator's business"
    assert street.INVENTORY.homes[street.PRESSED].address not in page


@pytest.mark.parametrize(
    "changed",
    [
        {"home": street.PRESSED},
        {"home": "building-99/0000"},
        {"device": f"{street.gateway_of(street.PRESSED)}/front_door"},  # bound there already
        {"device": f"{street.gateway_of(street.PRESSED)}/balcony_door"},
        {"device": "g-stranger/x"},
    ],
)
def test_a_desk_binds_neither_from_nor_to_a_home_beyond_its_areas(
    visit_as: As, services: Services, changed: dict[str, str]
) -> None:
    desk = desk_of("grid-1", visit_as, services)

    assert bind(desk, **changed) == 422
    assert bind(desk) == 303
    assert [device.id for device in onboarding(services).bound] == [MINE]


def test_a_form_that_was_not_made_for_this_visitor_does_nothing(visit_as: As, services: Services) -> None:
    answer = visit_as("admin").post("/devices/bind", data=FORM)

    assert answer.status_code == 403
    assert onboarding(services).bound == []


def test_the_tickets_page_leads_to_it_while_something_is_unbound(visit_as: As) -> None:
    assert PATH in visit_as("desk").get("/tickets").text
    assert PATH not in visit_as("li").get("/tickets").text
