"""Days are gapless and believable, and each can be told alone."""

from collections import Counter
from datetime import date, timedelta
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.places import Room
from simulator.community import Community, build_community
from simulator.day import OUT, Day, Doing
from simulator.life import Life
from simulator.spells import Spell, SpellKind, Weekends, spell_on

HOUR = 3600
DATES = st.dates(date(2024, 1, 1), date(2030, 12, 31))
STREET = build_community(40, seed=13)


@settings(max_examples=150)
@given(day=DATES, index=st.integers(0, 39), seed=st.integers(0, 10_000))
def test_a_day_is_gapless_and_ends_where_the_next_begins(day: date, index: int, seed: int) -> None:
    life = Life(STREET.households[index], seed=seed)

    told = life.day(day)

    assert told.stays[0].start == told.start
    assert told.stays[-1].end == told.end == life.day(day + timedelta(days=1)).start
    for before, after in zip(told.stays, told.stays[1:], strict=False):
        assert before.end == after.start
        assert before.start < before.end
    assert 12 * HOUR < told.end - told.start < 36 * HOUR
    assert all((stay.room is None) == (stay.doing in OUT) for stay in told.stays)


@settings(max_examples=80)
@given(day=DATES, index=st.integers(0, 39))
def test_bathroom_visits_last_as_long_as_they_do(day: date, index: int) -> None:
    life = Life(STREET.households[index], seed=13)

    for stay in life.day(day).stays:
        if stay.doing is Doing.TOILET:
            assert stay.end - stay.start <= 12 * 60
        if stay.doing is Doing.SHOWER:
            assert 15 * 60 <= stay.end - stay.start <= 25 * 60


def test_visitors_come_only_when_the_resident_is_in_and_awake() -> None:
    visits = 0
    for household in STREET.households:
        life = Life(household, seed=13)
        for day in _days(life, 30):
            for visit in day.visits:
                visits += 1
                assert not life.is_doing(visit.start, visit.end) & (OUT | {Doing.ASLEEP})
                assert life.is_visited(visit.start + 1, visit.end)

    assert 40 < visits < 400


def test_people_are_regular_sleepers_who_get_up_at_night_now_and_then() -> None:
    trips, risings = [], []
    for household in STREET.households:
        life = Life(household, seed=13)
        days = [day for day in _days(life, 28) if not day.ill]
        asleep = [[s for s in day.stays if s.doing is Doing.ASLEEP] for day in days]
        trips += [len(night) - 1 for night in asleep if night]
        usual = mean(_local(day.start) for day in days)
        risings.append(Counter(abs(_local(day.start) - usual) < HOUR for day in days))

    assert 0.5 < mean(trips) < 1.8
    assert max(trips) <= 4
    assert sum(r[False] for r in risings) < 0.12 * sum(r.total() for r in risings)


def test_people_go_out_on_most_days_but_not_at_night() -> None:
    out = 0
    for household in STREET.households:
        life = Life(household, seed=13)
        for day in _days(life, 28):
            walks = [stay for stay in day.stays if stay.doing is Doing.AWAY]
            out += bool(walks)
            assert all(6 <= _local(w.start) / HOUR <= 22 for w in walks)

    assert 0.6 < out / (28 * 40) < 0.98


def test_somebody_who_travels_is_gone_for_days_and_comes_back() -> None:
    first = date(2026, 5, 4)
    life = Life(STREET.households[0], seed=1, spells=(Spell(SpellKind.TRAVEL, first, first + timedelta(days=2)),))

    days = [life.day(first + timedelta(days=n)) for n in range(-1, 4)]

    assert [any(s.doing is Doing.TRAVEL for s in day.stays) for day in days] == [False, True, True, True, False]
    assert [s.doing for s in days[2].stays] == [Doing.TRAVEL]
    assert days[3].stays[-1].doing is Doing.ASLEEP


def test_who_sleeps_in_at_weekends_does_so_from_that_day_on() -> None:
    first, (one, *_) = date(2026, 5, 4), STREET.households
    usual, late = Life(one, seed=1), Life(one, seed=1, weekends=(Weekends(first, 75.0),))
    days = [first + timedelta(days=n) for n in range(-7, 14)]

    lies_in = [round((late.wake(day) - usual.wake(day)) / 60) for day in days]

    moved = round(75 - one.persona.weekend_later)
    assert lies_in == [0] * 7 + 2 * ([0] * 5 + [moved] * 2)


def test_somebody_ill_stays_in_and_mostly_in_bed() -> None:
    day = date(2026, 5, 4)
    life = Life(STREET.households[0], seed=1, spells=(Spell(SpellKind.ILL, day, day),))

    told = life.day(day)

    resting = sum(s.end - s.start for s in told.stays if s.room is Room.BEDROOM)
    assert told.ill
    assert not OUT & {s.doing for s in told.stays}
    assert resting > 0.8 * (told.end - told.start)


@settings(max_examples=200)
@given(day=DATES, seed=st.integers(0, 500))
def test_a_spell_is_the_same_on_each_of_its_days(day: date, seed: int) -> None:
    spell = spell_on(day, seed=seed, home="h-0001")

    if spell is not None:
        days = (spell.last - spell.first).days + 1
        assert 2 <= days <= 5
        assert spell.first <= day <= spell.last
        inside = [spell_on(spell.first + timedelta(days=n), seed=seed, home="h-0001") for n in range(days)]
        assert inside == [spell] * days


@pytest.mark.parametrize("hour", [0, 3, 5, 12, 23])
def test_before_waking_it_is_still_yesterday(community: Community, hour: int) -> None:
    life = Life(community.households[0], seed=7)
    day = date(2026, 3, 3)
    at = life.midnight(day) + hour * HOUR

    found = life.day(life.date_of(at))

    assert found.start <= at < found.end
    assert life.stay_at(at) in found.stays


def _days(life: Life, count: int) -> list[Day]:
    return [life.day(date(2026, 1, 5) + timedelta(days=n)) for n in range(count)]


def _local(at: float) -> float:
    """Seconds after midnight in Shanghai."""
    return (at + 8 * HOUR) % 86400
