"""Whoever is out for longer than they ever are is still out, and every page that says so says that too."""

from dataclasses import replace
from datetime import timedelta

import pytest

from api.services import Services
from tests.api import street
from tests.api.conftest import As

OUT = "building-9/0401"


@pytest.fixture
def overdue(services: Services) -> str:
    status = services.statuses.homes([OUT])[OUT]
    since = services.clock.now() - timedelta(minutes=25)
    services.statuses.save([replace(status, overdue_since=since)])
    return since.isoformat().replace("+00:00", "Z")


@pytest.mark.usefixtures("overdue")
def test_the_home_is_out_and_should_have_been_back(visit_as: As) -> None:
    desk = visit_as("desk")

    english, chinese = (desk.get(f"/homes/{OUT}?lang={language}").text for language in ("en", "zh"))

    assert "Out<small>since" in english
    assert "should have been back by 09:16" in english
    assert "09:16 前本应回家" in chinese


def test_who_is_out_as_usual_is_not_missed(visit_as: As) -> None:
    assert "should have been back" not in visit_as("desk").get(f"/homes/{OUT}?lang=en").text


def test_the_json_says_the_same(visit_as: As, overdue: str) -> None:
    homes = [visit_as("desk").get(f"/api/v1/homes/{home}").json() for home in (OUT, street.WELL)]

    assert [(home["presence"], home["overdue_since"]) for home in homes] == [("out", overdue), ("home", None)]
