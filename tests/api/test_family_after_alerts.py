"""What family is told after an alert has ended: never "all is well" because a home is merely quiet again."""

from datetime import timedelta

import pytest

from api.services import Services
from core.alerts import Outcome
from core.reassurance import BACK_AFTER, FamilyState, family_state
from core.states import HomeState
from tests.api import street
from tests.api.conftest import As
from tests.api.happenings import NOW


def close(services: Services, outcome: Outcome) -> None:
    services.desk.close("a-17", by="li", outcome=outcome)


@pytest.mark.parametrize("outcome", [Outcome.HOSPITAL, Outcome.DECEASED, Outcome.NO_ACCESS])
def test_after_a_bad_end_family_is_sent_to_the_desk(visit_as: As, services: Services, outcome: Outcome) -> None:
    close(services, outcome)

    page = visit_as("fang").get("/family").text
    told = {home["home"]: home["state"] for home in visit_as("fang").get("/api/v1/family/homes").json()["items"]}

    assert told[street.FALLEN] == FamilyState.CALL_DESK
    assert "请联系社区值班台" in page
    assert page.count("一切安好") == 1  # the other home's


@pytest.mark.parametrize("outcome", [Outcome.WELL_AT_HOME, Outcome.HELPED, Outcome.AWAY, Outcome.TEST])
def test_after_a_good_end_all_is_well(visit_as: As, services: Services, outcome: Outcome) -> None:
    close(services, outcome)

    assert "请联系社区值班台" not in visit_as("fang").get("/family").text


def test_after_a_hospital_the_home_is_well_once_it_is_lived_in_again(services: Services) -> None:
    close(services, Outcome.HOSPITAL)
    alert = services.alerts.get("a-17")

    fetching_things = family_state(HomeState.WELL, alert, NOW + timedelta(hours=20))
    back_home = family_state(HomeState.WELL, alert, NOW + BACK_AFTER)

    assert fetching_things is FamilyState.CALL_DESK
    assert back_home is FamilyState.WELL


def test_after_a_death_it_is_never_well_again_whoever_moves_in_the_home(services: Services) -> None:
    close(services, Outcome.DECEASED)
    alert = services.alerts.get("a-17")

    assert family_state(HomeState.WELL, alert, NOW + timedelta(days=60)) is FamilyState.CALL_DESK


def test_a_new_alert_is_being_checked_whatever_came_before(services: Services) -> None:
    close(services, Outcome.HOSPITAL)

    assert family_state(HomeState.CONCERN, services.alerts.get("a-17")) is FamilyState.BEING_CHECKED
