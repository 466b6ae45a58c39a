"""The week as it is drawn is the rota as it is asked, at every instant, also where clocks turn."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.duty.week import WIDTH, monday, week_of
from api.duty.weekly import ShiftFlaw, Typed, effect, shift_from, typed_of
from core.duty import Change, Post, Rota, Shift, on_duty
from core.spells import Spell

ZONES = [ZoneInfo(name) for name in ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")]
MONDAYS = [date(2026, 3, 23), date(2026, 10, 19), date(2026, 11, 23), date(2026, 3, 30), date(2026, 9, 28)]
PEOPLE = ("li", "zhao", "qian")
CLOCK = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
SHIFTS = st.builds(
    Shift,
    st.uuids().map(str),
    st.sampled_from(["grid", "elsewhere"]),
    st.sampled_from(Post),
    st.sampled_from(PEOPLE),
    CLOCK,
    CLOCK,
    st.frozensets(st.integers(0, 6), min_size=1),
    st.integers(1, 3),
)


@settings(deadline=None)
@given(
    rows=st.lists(SHIFTS, max_size=6),
    first=st.sampled_from(MONDAYS),
    zone=st.sampled_from(ZONES),
    minutes=st.lists(st.integers(0, 7 * 24 * 60 - 1), min_size=1, max_size=20),
    leave=st.integers(0, 6 * 24 * 60),
)
def test_the_picture_is_what_is_asked(
    rows: list[Shift], first: date, zone: ZoneInfo, minutes: list[int], leave: int
) -> None:
    begin = datetime.combine(first, time(), zone)
    out = Change("c", begin + timedelta(minutes=leave), begin + timedelta(minutes=leave + 600), out="li")
    rota: Rota = (*rows, out)

    week = week_of(rota, area="grid", post=Post.GRID_WORKER, first=first, zone=zone)

    assert [day.on for day in week.days] == [first + timedelta(days=n) for n in range(7)]
    for day in week.days:
        assert day.parts[0].x == 0
        assert abs(sum(part.width for part in day.parts) - WIDTH) < 1
    for minute in minutes:
        instant = begin.astimezone(ZoneInfo("UTC")) + timedelta(minutes=minute)
        here = [p for day in week.days for p in day.parts if p.start <= instant < p.end]
        if instant < datetime.combine(first + timedelta(days=7), time(), zone):
            [part] = here
            assert part.people == on_duty(rota, area="grid", post=Post.GRID_WORKER, instant=instant, zone=zone)


def test_a_week_begins_on_monday() -> None:
    assert {monday(date(2026, 11, 23) + timedelta(days=n)) for n in range(7)} == {date(2026, 11, 23)}


ZONE = ZONES[0]
NOW = datetime(2026, 11, 23, 8, tzinfo=ZONE)
DAY = Shift("day", "grid", Post.GRID_WORKER, "li", time(8), time(20))
NIGHT = Shift("night", "grid", Post.GRID_WORKER, "zhao", time(20), time(8))


def test_what_a_change_does_is_told_in_gaps_and_hours() -> None:
    shorter = Shift("day", "grid", Post.GRID_WORKER, "li", time(8), time(18))

    found = effect((DAY, NIGHT), (shorter, NIGHT), area="grid", post=Post.GRID_WORKER, now=NOW, zone=ZONE, days=2)

    gaps = [
        Spell(NOW.replace(day=day, hour=18).astimezone(ZoneInfo("UTC")), NOW.replace(day=day, hour=20), ())
        for day in (23, 24)
    ]
    assert [(g.start, g.end) for g in found.opens] == [(g.start, g.end) for g in gaps]
    assert found.closes == ()
    assert found.hours == (("li", 24.0, 20.0),)
    back = effect((shorter, NIGHT), (DAY, NIGHT), area="grid", post=Post.GRID_WORKER, now=NOW, zone=ZONE, days=2)
    assert (back.opens, [(g.start, g.end) for g in back.closes]) == ((), [(g.start, g.end) for g in gaps])


@pytest.mark.parametrize(
    ("typed", "flaw"),
    [
        (Typed(person="nobody", start="08:00", end="20:00"), ShiftFlaw.PERSON),
        (Typed(person="li", start="08:00", end="20:00", weekdays=()), ShiftFlaw.DAYS),
        (Typed(person="li", start="08:00", end="20:00", weekdays=(7,)), ShiftFlaw.DAYS),
        (Typed(person="li", start="", end="20:00"), ShiftFlaw.TIMES),
        (Typed(person="li", start="25:00", end="20:00"), ShiftFlaw.TIMES),
        (Typed(person="li", start="08:00", end="20:00", rank="0"), ShiftFlaw.RANK),
        (Typed(person="li", start="08:00", end="20:00", rank="first"), ShiftFlaw.RANK),
        (Typed(person="zhao", start="19:00", end="21:00"), ShiftFlaw.TWICE),
        (Typed(person="zhao", start="07:59", end="09:00", weekdays=(0,)), ShiftFlaw.TWICE),
        (Typed(person="zhao", start="00:00", end="00:00", weekdays=(3,)), ShiftFlaw.TWICE),
    ],
)
def test_what_makes_no_shift(typed: Typed, flaw: ShiftFlaw) -> None:
    made = shift_from(typed, id_="x", area="grid", post=Post.GRID_WORKER, able=PEOPLE, others=[DAY, NIGHT])

    assert made is flaw


@given(shift=SHIFTS)
def test_what_is_typed_from_a_shift_is_that_shift(shift: Shift) -> None:
    whole = Shift(shift.id, shift.area, shift.post, shift.person, shift.start, shift.end, frozenset({0, 3}), shift.rank)

    made = shift_from(typed_of(whole), id_=whole.id, area=whole.area, post=whole.post, able=PEOPLE, others=())

    assert made == whole
