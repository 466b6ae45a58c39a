"""The demonstration's scene: whatever day it is, nobody is on a journey as it begins, and somebody will fall."""

from datetime import date, timedelta

import pytest

from anxin.demo import DemoOptions, nobody_travels, scene_of
from anxin.settings import SettingsRefused
from simulator.community import build_community
from simulator.life import Life
from simulator.script import Script
from simulator.spells import SpellKind, spell_on

COMMUNITY = build_community(60, seed=7)
DAY = timedelta(days=1)


@pytest.mark.parametrize("today", [date(2026, 11, 1) + n * DAY for n in range(0, 28, 3)])
def test_nobody_is_on_a_journey_as_it_begins(today: date) -> None:
    script = nobody_travels(Script(), COMMUNITY, today, seed=7)

    for household in COMMUNITY.households:
        life = Life(household, seed=7, spells=script.of(household.home.id).spells)
        spells = [life.spell(today + n * DAY) for n in (-1, 0, 1)]
        assert all(spell is None or spell.kind is not SpellKind.TRAVEL for spell in spells)


def test_other_journeys_stay() -> None:
    """Else nothing would be changed on any day, and the test above would say nothing."""
    days = [date(2026, 11, 1) + n * DAY for n in range(28)]
    found = [spell_on(day, seed=7, home=household.home.id) for household in COMMUNITY.households for day in days]

    assert sum(spell is not None and spell.kind is SpellKind.TRAVEL for spell in found) > 5


def test_a_time_of_day_that_is_none_and_a_community_that_is_too_small_are_refused() -> None:
    options = DemoOptions(homes=60, speed=30, port=0, days=28, seed=7, start="09:30", data=None)
    assert scene_of(options).fallen in {home.id for home in COMMUNITY.homes}

    with pytest.raises(SettingsRefused, match="--start"):
        scene_of(DemoOptions(60, 30, 0, 28, 7, "half past nine", None))
    with pytest.raises(SettingsRefused, match="too few"):
        scene_of(DemoOptions(2, 30, 0, 28, 7, "09:30", None))
