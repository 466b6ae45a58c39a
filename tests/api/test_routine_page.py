"""The routine of a home can be looked at: how long it may be quiet, and what the budget buys."""

import re
from dataclasses import replace

import pytest

from api.pages.routines import view_of
from api.services import Services
from core.routine import Place, ShownRoutine, WeekShown
from tests.api import street
from tests.api.conftest import As
from tests.api.scene import WEEK, routine_of

PAGE = f"/routine?home={street.FALLEN}"


def test_it_is_told_in_a_plot_and_in_words(visit_as: As) -> None:
    page = visit_as("li").get(f"{PAGE}&lang=en").text

    assert page.count("<polyline") == 3
    assert "Known from 23 days" in page
    assert re.search(r'<th scope="row">12:00</th><td>45 min</td><td>1 h 48 min</td><td>1 h 30 min</td>', page)
    assert "Somebody may be sent for nothing at most 0.5 times a month" in page
    assert "a fall is noticed after 3 h 10 min on average" in page


def test_what_thin_evidence_costs_stands_there_with_what_is_missing_now(visit_as: As) -> None:
    page = visit_as("li").get(f"{PAGE}&lang=en").text

    shown = re.search(r'id="thin">.*?</section>', page, re.DOTALL)
    assert shown
    told = " ".join(re.sub(r"<[^>]+>", " ", shown[0]).split())
    assert "Nothing is missing: a fall is noticed after 3 h 10 min on average" in told
    assert "One is missing, half as long again: a fall is noticed after 4 h 55 min on average" in told
    assert '<li aria-current="true"><span><b>One is missing' in shown[0]
    assert "Now: only one kind of evidence." in told


def week_of(page: str) -> str:
    shown = re.search(r'id="week">.*?</section>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", shown[0]).split()) if shown else ""


def test_weekends_that_differ_stand_there_with_what_is_waited_then(visit_as: As) -> None:
    told = week_of(visit_as("li").get(f"{PAGE}&lang=en").text)

    assert "at 06:40 on workdays, at 08:00 at weekends (the middle of 17 and 6 days)" in told
    assert "That is 1 h 20 min later, and not by chance" in told
    assert "12:00 54 min 2 h 15 min 1 h 30 min 15:00" in told


@pytest.mark.parametrize(
    ("week", "told"),
    [
        (replace(WEEK, later=0.0), "No more than chance: all days are judged alike"),
        (replace(WEEK, later=0.0, unsure=True), "Ten workdays and six days of weekends must be known"),
        (replace(WEEK, later=-2400.0), "That is 40 min sooner, and not by chance"),
        (None, ""),
    ],
)
def test_what_can_be_told_of_weekends_is_said(
    visit_as: As, services: Services, week: WeekShown | None, told: str
) -> None:
    def shown(home: str) -> ShownRoutine | None:
        found = routine_of(home)
        return None if found is None else replace(found, week=week, at_weekends={})

    object.__setattr__(services, "routines", shown)

    page = week_of(visit_as("li").get(f"{PAGE}&lang=en").text)

    assert told in page
    assert bool(page) is bool(told)
    assert "nights before" not in page


def test_a_home_of_which_nothing_is_known_says_so(visit_as: As) -> None:
    assert "还没有这户的任何消息" in visit_as("admin").get(f"/routine?home={street.PRESSED}").text


def test_looking_is_written_down_and_the_page_of_the_home_leads_there(visit_as: As) -> None:
    desk = visit_as("desk")

    assert f'href="/routine?home={street.FALLEN}"' in desk.get(f"/homes/{street.FALLEN}").text
    assert desk.get(PAGE).status_code == 200


def test_family_does_not_see_it(visit_as: As) -> None:
    assert visit_as("fang").get(PAGE).status_code == 403


def test_the_plot_holds_the_longest_wait() -> None:
    routine = routine_of(street.FALLEN)
    assert routine is not None
    view = view_of(replace(routine, waits={**routine.waits, Place.BATHROOM: (50 * 3600.0,) * 48}))

    assert view.top == 51
    heights = [float(y) for curve in view.curves for y in re.findall(r",(-?[\d.]+)", curve.points)]
    assert 0.0 <= min(heights) <= max(heights) <= 120.0
