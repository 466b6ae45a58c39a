"""Who rises later at weekends is not missed then, and on workdays not waited for the longer."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from statistics import fmean

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.concerns import Concern, ConcernKind
from core.readings import Reading
from core.routine import Place, ShownRoutine
from detectors.instants import DAY, HOUR, MINUTE
from detectors.weekend import Weekend, is_weekend, next_saturday
from tests.detectors.elder import FIRST_DAY, HOME, ZONE, House, at, day_of_life, facts_of, moved

WEEKS = 6
SATURDAY, MONDAY = 46, 48
"""Days of the story, which begins on a Tuesday."""
MORNING = HOUR * 6
"""From half past six to half past twelve."""


def life(later: float, *, days: int, first: int = 0) -> Iterator[Reading]:
    """Usual days after nights slept through, but at weekends the morning begins `later` seconds later. It is over at
    half past twelve as ever.
    """
    for day in range(first, first + days):
        noon = at(day, "12:30")
        slower = (MORNING - later) / MORNING if on_weekend(day) else 1.0
        for each in day_of_life(day):
            if each.at >= noon:
                yield each
            elif each.at >= at(day, "04:00"):
                moved_to = noon - (noon - each.at) * slower
                yield replace(each, at=moved_to, received_at=moved_to)


def on_weekend(day: int) -> bool:
    return (FIRST_DAY + timedelta(days=day)).weekday() >= 5


def lived(later: float, *, days: int) -> House:
    house = House()
    house.pass_until(at(days, "00:00"), life(later, days=days))
    return house


@pytest.fixture(scope="module")
def late() -> House:
    return lived(2 * HOUR, days=7 * WEEKS)


def shown(house: House) -> ShownRoutine:
    routine = house.watch.routine(HOME)
    assert routine is not None
    return routine


def missed(later: float, day: int) -> Concern:
    """Nothing more after they went to bed on the evening before."""
    house = lived(later, days=day)
    house.pass_until(at(day + 1, "12:00"))
    return next(each for each in house.concerns if each.kind is ConcernKind.SILENCE and each.at > at(day, "00:00"))


def test_later_risings_at_weekends_are_found_and_shown(late: House) -> None:
    routine = shown(late)

    assert routine.week is not None
    assert routine.week.later == pytest.approx(2 * HOUR, abs=20 * MINUTE)
    assert routine.week.rising[1] - routine.week.rising[0] == routine.week.later
    assert routine.week.days == (29, 12)  # the last has not ended
    assert routine.week.up[0][7] > 0.9
    assert routine.week.up[1][7] < 0.3
    night = slice(44, 48)
    workdays, weekends = (fmean(waits[Place.BEDROOM][night]) for waits in (routine.waits, routine.at_weekends))
    assert weekends - workdays == pytest.approx(routine.week.later, abs=MINUTE)


def test_it_was_never_missed_for_it(late: House) -> None:
    assert [each.since for each in late.concerns if each.at > at(28, "00:00")] == []


def test_both_mornings_are_missed_in_time_and_the_later_says_why() -> None:
    saturday, monday = missed(2 * HOUR, SATURDAY), missed(2 * HOUR, MONDAY)

    began = [at(day, "00:00") for day in (SATURDAY, MONDAY)]
    waited = [each.at - midnight for each, midnight in zip((saturday, monday), began, strict=True)]
    assert waited[0] - waited[1] == pytest.approx(timedelta(hours=2), abs=timedelta(minutes=50))
    assert waited[1] < timedelta(hours=9)
    assert facts_of(saturday)["weekend_later"] == pytest.approx(2 * HOUR, abs=20 * MINUTE)
    assert facts_of(monday)["workday_sooner"] == facts_of(saturday)["weekend_later"]
    assert not {"workday_sooner", "weekend_sooner"} & facts_of(saturday).keys()


def test_workdays_cost_no_more_than_where_all_days_are_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known of weekends is worth an hour of waiting on workdays."""
    told_apart = missed(2 * HOUR, MONDAY)
    monkeypatch.setattr(Weekend, "_compare", lambda _, **__: None)
    mingled = missed(2 * HOUR, MONDAY)

    assert mingled.at - told_apart.at > timedelta(minutes=30)


def test_who_rises_sooner_at_weekends_is_missed_sooner_then() -> None:
    early = lived(-1.5 * HOUR, days=7 * WEEKS)
    week = shown(early).week

    assert week is not None
    assert week.later == pytest.approx(-1.5 * HOUR, abs=20 * MINUTE)
    waits, at_weekends = shown(early).waits[Place.BEDROOM], shown(early).at_weekends[Place.BEDROOM]
    assert at_weekends[46] < waits[46]
    assert "weekend_sooner" in facts_of(missed(-1.5 * HOUR, SATURDAY))
    assert "workday_later" in facts_of(missed(-1.5 * HOUR, MONDAY))


def test_where_all_days_are_alike_none_is_told_apart() -> None:
    alike = lived(0.0, days=7 * WEEKS)

    week, few = shown(alike).week, shown(lived(2 * HOUR, days=10)).week
    assert week is not None
    assert (week.later, week.unsure) == (0.0, False)
    assert shown(alike).at_weekends == {}
    assert few is not None
    assert (few.later, few.unsure) == (0.0, True)


def test_what_is_known_of_weekends_outlives_a_restart(late: House) -> None:
    again = House(now=late.now)
    again.watch.restore(list(late.watch.snapshots(late.now, dirty_only=False)))

    assert shown(again).week == shown(late).week
    assert shown(again).at_weekends == shown(late).at_weekends


def test_an_evening_out_of_bed_is_no_rising() -> None:
    house = House()
    house.pass_until(
        at(3, "00:00"), [moved("living", at(day, clock)) for day in range(3) for clock in ("20:00", "20:30")]
    )

    assert shown(house).week is None


@pytest.mark.parametrize("day", range(14))
def test_days_are_counted_as_the_calendar_has_them(day: int) -> None:
    date = FIRST_DAY + timedelta(days=day)
    number = int(at(day, "12:00").astimezone(ZONE).replace(tzinfo=None).timestamp() // DAY)

    assert is_weekend(number) is (date.weekday() >= 5)
    assert (date + timedelta(days=next_saturday(number) - number)).weekday() == 5
    assert 0 <= next_saturday(number) - number < 7


def told(rises: list[int], at_weekend: list[int]) -> Weekend:
    """Of somebody who is up at these slots of ten minutes after four."""
    weekend = Weekend()
    monday = 4  # the fifth of January 1970
    week = [(monday + 7 * (n // 5) + n % 5, slot) for n, slot in enumerate(rises)]
    ends = [(monday + 5 + 7 * (n // 2) + n % 2, slot) for n, slot in enumerate(at_weekend)]
    for day, slot in sorted(week + ends):
        for minutes in (0, 10, 20):
            weekend.see(4 * HOUR + slot * 10 * MINUTE + minutes * MINUTE)
        weekend.end_day(day, lived=True)
    return weekend


BEGINS, GAPS = st.floats(4 * DAY, 18 * DAY), st.floats(600.0, 30 * HOUR)


@given(later=st.integers(-9, 24).filter(lambda slots: abs(slots) >= 2), begins=BEGINS, own=GAPS)
def test_the_two_clocks_are_each_others_way_back(later: int, begins: float, own: float) -> None:
    weekend = told([16] * 20, [16 + later] * 8)
    assert weekend.later == later * 10 * MINUTE

    real = weekend.lasts(begins, own)

    assert weekend.lived(begins, real) == pytest.approx(own, abs=0.01)
    assert weekend.lasts(begins, own + 60.0) > real
    assert abs(real - own) <= 2 * abs(weekend.later) + 0.01
    if later > 0:
        assert real >= own - 0.01


@given(begins=BEGINS, own=GAPS)
def test_away_from_weekend_mornings_both_are_the_same(begins: float, own: float) -> None:
    weekend = told([16] * 20, [28] * 8)
    up = 4 * HOUR + 28 * 10 * MINUTE
    days = range(int(begins // DAY), int((begins + own) // DAY) + 1)
    touched = [d for d in days if is_weekend(d) and d * DAY + up > begins and d * DAY + 3 * HOUR < begins + own]
    assume(not touched)

    assert weekend.own(begins) == begins
    assert weekend.lasts(begins, own) == pytest.approx(own)
    assert weekend.lived(begins, own) == pytest.approx(own)


@given(begins=BEGINS, own=GAPS)
def test_where_nothing_is_told_apart_there_is_one_clock(begins: float, own: float) -> None:
    weekend = told([16] * 20, [17] * 8)

    assert (weekend.own(begins), weekend.lasts(begins, own), weekend.lived(begins, own)) == (begins, own, own)


def test_what_is_told_apart_stays_so_until_it_is_much_less_sure() -> None:
    """The same mornings, but in one home five late ones came first, and by the sixth it was sure."""
    workdays, late, now_and_then = [14, 16, 18, 20] * 6, [28] * 5, [28, 16] * 3

    known, unknown = told(workdays, late + now_and_then), told(workdays, now_and_then + late)

    assert known.later > 0
    assert unknown.later == 0
    again = Weekend()
    again.restore(known.snapshot())
    assert again.later == known.later


@given(
    slots=st.lists(st.integers(0, 59), min_size=1, max_size=80), at_weekend=st.lists(st.integers(0, 59), max_size=40)
)
def test_only_the_last_weeks_count(slots: list[int], at_weekend: list[int]) -> None:
    weekend = told(slots, at_weekend)
    week = weekend.shown()

    again = Weekend()
    again.restore(weekend.snapshot())
    assert again.shown() == week
    assert again.later == weekend.later
    if week is not None:
        assert week.days == (min(len(slots), 40), min(len(at_weekend), 16))
