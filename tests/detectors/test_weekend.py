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
from detectors.instants import DAY, HOUR, MINUTE, seconds
from detectors.quiets import ABED
from detectors.routine import Routine
from detectors.weekend import Weekend, is_weekend, next_saturday
from tests.detectors.elder import FIRST_DAY, HOME, ZONE, House, at, check_ins, day_of_life, door, facts_of, moved

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
        weekend.end_day(day, up=0b111 << slot, rose=slot)
    return weekend


BEGINS, GAPS = st.floats(4 * DAY, 18 * DAY), st.floats(600.0, 30 * HOUR)


@given(later=st.integers(-9, 24).filter(lambda slots: abs(slots) >= 3), begins=BEGINS, own=GAPS)
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


# -- what is no late morning ----------------------------------------------------------------------------------------


def at_weekends(life: Iterator[Reading], *, without: tuple[str, str]) -> Iterator[Reading]:
    """The same, but nothing is heard between these hours of a weekend."""
    for each in life:
        local = each.at.astimezone(ZONE)
        if local.weekday() < 5 or not without[0] <= local.strftime("%H:%M") < without[1]:
            yield each


def test_a_night_elsewhere_or_a_morning_walk_is_no_late_rising() -> None:
    """Out by the front door on the evening before, or a few minutes after getting up, and home again at eleven."""
    usual = sorted(life(0.0, days=7 * WEEKS), key=lambda each: each.at)
    for left, back in (("21:00", "11:30"), ("06:50", "11:30")):
        house, absent = House(), list(usual)
        for day in (d for d in range(1, 7 * WEEKS) if on_weekend(d)):
            gone = at(day - 1 if left > back else day, left)
            absent = [each for each in absent if not gone <= each.at < at(day, back)]
            absent += [door("open", when) for when in (gone, at(day, back))]
            absent += [door("closed", when + timedelta(seconds=6)) for when in (gone, at(day, back))]
        house.pass_until(at(7 * WEEKS, "00:00"), sorted(absent, key=lambda each: each.at))

        week = shown(house).week
        assert week is None or week.later == 0, (left, week)


def test_a_morning_that_could_not_be_seen_is_no_late_rising() -> None:
    house = House()
    for day in range(7 * WEEKS):
        told = [
            *life(0.0, days=1, first=day),
            *check_ins([d.id for d in house.devices], at(day, "00:00"), at(day + 1, "00:00")),
        ]
        heard = at_weekends(iter(told), without=("00:30", "10:00"))
        house.tell(*sorted(heard, key=lambda each: each.at))
        house.let_due(at(day + 1, "00:00"))

    week = shown(house).week
    assert week is None or week.later == 0


def test_who_is_up_already_is_waited_for_as_on_any_day(late: House) -> None:
    """In the bathroom or the living room at half past five; in bed they may sleep on."""
    routine = shown(late)

    for half in (7, 9, 11, 13):
        for place in (Place.BATHROOM, Place.ELSEWHERE):
            assert routine.at_weekends[place][half] == routine.waits[place][half]
        assert routine.at_weekends[Place.BEDROOM][half] > routine.waits[Place.BEDROOM][half]
    assert routine.at_weekends[Place.ELSEWHERE][2] > routine.waits[Place.ELSEWHERE][2]  # at one, who knows


def test_by_when_they_are_up_is_known_of_both(late: House) -> None:
    routine = late.watch._homes[HOME].silence.routine
    friday, saturday, monday = (at(7 * WEEKS + day, "23:00") for day in (3, 4, 6))

    ups = [seconds(night) for night in (friday, saturday, monday)]
    clocks = [round((routine.up_by(t) - t) / HOUR - 1, 2) for t in ups]  # after midnight

    assert clocks == [9.0, 9.0, 7.0]


def test_learned_by_the_homes_own_clock_a_late_morning_is_a_quiet_as_any() -> None:
    """The same night on a Friday and a Saturday, until they are up: one quiet to what is learned."""
    weekend = told([16] * 20, [28] * 8)
    routine = Routine("UTC", budget=0.5, density=1.0, weekend=weekend)
    thursday, friday = 7 * DAY + 22 * HOUR, 8 * DAY + 22 * HOUR  # the eighth of January 1970 was a Thursday
    for begins, gap in ((thursday, 8 * HOUR + 2400), (friday, 10 * HOUR + 2400)):
        routine.hear(begins, ABED)
        routine.learn(begins, begins + gap, ABED)

    first, second = routine._quiets.today()
    assert second.gap == pytest.approx(first.gap, abs=0.01)
    half_way = 9 * DAY + 6 * HOUR  # Saturday: by its own clock it is some quarters of an hour before
    assert routine.threshold(half_way, ABED) > routine.threshold(half_way - 2 * DAY, ABED)
    early = Routine("UTC", budget=0.5, density=1.0)
    slope = (16 + 6) / (28 + 6)
    own = 3 * HOUR + 3 * HOUR * slope
    assert routine.threshold(half_way, ABED) == pytest.approx(
        weekend.lasts(half_way, early.threshold(9 * DAY + own, ABED))
    )
