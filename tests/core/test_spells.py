"""Spells tell the same as asking at each instant, without holes, also where clocks are put forward and back."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.duty import Change, Post, Shift, on_duty
from core.spells import Spell, hours, spells

POST = Post.GRID_WORKER
ZONES = st.sampled_from([ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Lord_Howe")])
STARTS = st.sampled_from([datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 10, 24, 5, 17, tzinfo=UTC)])
PEOPLE = st.sampled_from(["li", "zhao", "sun"])
TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30]))
SHIFTS = st.builds(
    Shift, st.text(max_size=2), st.just("g"), st.just(POST), PEOPLE, TIMES, TIMES, st.frozensets(st.integers(0, 6))
)


@st.composite
def changes(draw: st.DrawFn) -> Change:
    start = datetime(2026, 10, 24, tzinfo=UTC) + timedelta(minutes=7 * draw(st.integers(0, 500)))
    end = start + timedelta(hours=draw(st.integers(1, 30)))
    return Change("c", start, end, out=draw(PEOPLE), person=draw(st.none() | st.just("wu")))


@given(st.lists(SHIFTS, max_size=5), st.lists(changes(), max_size=3), ZONES, STARTS)
@settings(max_examples=60, deadline=None)
def test_spells_say_what_each_instant_says(
    shifts: list[Shift], changed: list[Change], zone: ZoneInfo, since: datetime
) -> None:
    rota: list[Shift | Change] = [*shifts, *changed]
    until = since + timedelta(days=3)

    found = list(spells(rota, area="g", post=POST, since=since, until=until, zone=zone))

    assert (found[0].start, found[-1].end) == (since, until)
    for one, two in pairwise(found):
        assert one.end == two.start
        assert one.people != two.people
    for minutes in range(0, 3 * 24 * 60, 5):
        instant = since + timedelta(minutes=minutes)
        spell = next(spell for spell in found if spell.start <= instant < spell.end)
        assert spell.people == on_duty(rota, area="g", post=POST, instant=instant, zone=zone), instant


def test_a_night_with_the_hour_that_comes_twice_is_an_hour_longer() -> None:
    night = Shift("n", "g", POST, "li", time(22), time(6))
    since = datetime(2026, 10, 24, 12, tzinfo=UTC)
    berlin = ZoneInfo("Europe/Berlin")

    found = list(spells([night], area="g", post=POST, since=since, until=since + timedelta(days=1), zone=berlin))

    assert hours(found) == {"li": pytest.approx(9.0)}
    assert found[1] == Spell(datetime(2026, 10, 24, 20, tzinfo=UTC), datetime(2026, 10, 25, 5, tzinfo=UTC), ("li",))


def test_nobody_is_one_long_spell() -> None:
    since = datetime(2026, 11, 24, tzinfo=UTC)
    until = since + timedelta(days=14)

    assert list(spells([], area="g", post=POST, since=since, until=until, zone=UTC)) == [Spell(since, until, ())]
