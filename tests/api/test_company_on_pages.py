"""The page of a home says that somebody else is probably there, and why; and that two people live there, if they do."""

from dataclasses import replace

import pytest
from fastapi import FastAPI

from api.app import stand_on
from api.services import Services
from core.people import Bond, Person, Tie
from tests.api import street
from tests.api.conftest import As


def test_company_is_told_with_its_numbers_in_both_languages(visit_as: As) -> None:
    desk = visit_as("desk")

    english, chinese = (desk.get(f"/homes/{street.WELL}?lang={language}").text for language in ("en", "zh"))

    assert "Probably company since 08:05" in english
    assert "41 movements in the rooms since then, usually 17.6 in such hours" in english
    assert "two rooms within 20 s 6 times, usually 0.3" in english
    assert "08:05 起家中可能有其他人" in chinese


def test_nothing_is_said_of_it_where_nobody_is_noticed(visit_as: As) -> None:
    assert "company" not in visit_as("desk").get(f"/homes/{street.STOVE}?lang=en").text


@pytest.mark.parametrize(("home", "since"), [(street.WELL, "2026-11-24T00:05:00Z"), (street.STOVE, None)])
def test_the_json_says_the_same(visit_as: As, home: str, since: str | None) -> None:
    company = visit_as("desk").get(f"/api/v1/homes/{home}").json()["company"]

    assert (company and company["since"]) == since


def test_a_home_in_which_two_people_are_registered_always_says_so(
    services: Services, app: FastAPI, visit_as: As
) -> None:
    """And nothing of company: their own history is that of two, which cannot tell."""
    known = services.directory()
    spouse = Person("spouse", "李建国")
    both = replace(
        known,
        people={**known.people, spouse.id: spouse},
        ties=(*known.ties, Tie(spouse.id, Bond.RESIDENT, street.WELL)),
    )
    alone = visit_as("desk").get(f"/homes/{street.WELL}?lang=en").text
    stand_on(app, replace(services, directory=lambda: both))

    page = visit_as("desk").get(f"/homes/{street.WELL}?lang=en").text

    assert "2 people, by the register" in page
    assert "by the register" not in alone
    assert "Probably company" in alone
    assert "Probably company" not in page
    assert visit_as("desk").get(f"/api/v1/homes/{street.WELL}").json()["company"] is None
