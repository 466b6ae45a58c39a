"""Whoever is out for unusually long is still out, and every page that says so says that too."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from api.homes.sight import sights_of
from api.outward.topics import of_home
from api.services import Services
from core.concerns import Concern, ConcernKind, Fact, Severity
from core.places import of_area
from core.states import HomeStatus, Presence, Visibility
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
    assert "unusually long since 09:16" in english
    assert "09:16 起已外出过久" in chinese


@pytest.mark.usefixtures("overdue")
def test_the_list_of_homes_says_so_too(visit_as: As) -> None:
    assert visit_as("desk").get("/homes?lang=en&area=building-9").text.count("unusually long since 09:16") == 1


@pytest.mark.usefixtures("overdue")
def test_it_is_told_outward(services: Services) -> None:
    [sight] = sights_of(services, [services.inventory().homes[OUT]])

    told = json.loads(of_home(sight, None)[f"anxin/v1/home/{OUT}"])

    assert (told["presence"], told["overdue_since"]) == ("out", "2026-11-24T01:16:00+00:00")


def test_at_the_doors_of_a_dark_building_they_come_before_those_who_are_out_as_usual(
    services: Services, visit_as: As
) -> None:
    usual, at = "building-9/0101", services.clock.now()
    gone = {usual: None, OUT: at - timedelta(minutes=25)}
    services.statuses.save(
        HomeStatus(home, Presence.OUT, at, Visibility.BLIND, at, overdue_since=since) for home, since in gone.items()
    )
    facts = (Fact("dark_homes", 2.0, "count"), Fact("homes", 2.0, "count"))
    dark = Concern(of_area("building-9"), ConcernKind.OUTAGE, Severity.ORANGE, "since", at, at, "outages", facts)
    alert = services.desk.raise_concern(dark).alert

    doors = visit_as("desk").get(f"/alerts/{alert.id}?lang=en").text.partition('id="doors"')[2]

    assert doors.count("Out · unusually long since 09:16") == 1
    assert doors.index(f'href="/homes/{OUT}"') < doors.index(f'href="/homes/{usual}"')


def test_who_is_out_as_usual_is_not_missed(visit_as: As) -> None:
    assert "unusually long" not in visit_as("desk").get(f"/homes/{OUT}?lang=en").text


def test_the_json_says_the_same(visit_as: As, overdue: str) -> None:
    homes = [visit_as("desk").get(f"/api/v1/homes/{home}").json() for home in (OUT, street.WELL)]

    assert [(home["presence"], home["overdue_since"]) for home in homes] == [("out", overdue), ("home", None)]
