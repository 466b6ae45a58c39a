"""What alerts that ended have taught, in the watch: waiting longer or shorter from then on, and what is no custom."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from core.concerns import Concern, ConcernKind
from core.lessons import Taught
from core.readings import Kind
from core.routine import Place
from detectors.watch import ConcernCleared
from tests.detectors.conftest import LEARNED
from tests.detectors.elder import HOME, STOVE, ZONE, House, at, day_of_life, door, facts_of, moved, reading

ALIKE = 0.02
"""Counts are kept in half precision, and a wait may tip over to another step."""
FELL, FOUND = at(LEARNED, "14:30"), at(LEARNED, "20:30")


def falls(house: House) -> Concern:
    """Nobody moves for six hours of the afternoon; then there are people."""
    day = day_of_life(LEARNED)
    house.pass_until(FOUND, [r for r in day if r.at < FELL])
    house.tell(moved("living", FOUND), moved("kitchen", FOUND + timedelta(minutes=4)))
    return house.concerns[0]


def lives_on(house: House, days: int) -> None:
    rest = [r for r in day_of_life(LEARNED) if r.at > FOUND]
    house.pass_until(at(LEARNED + 1, "00:00"), rest)
    house.live(days, first=LEARNED + 1)


def waits(house: House) -> list[float]:
    routine = house.watch.routine(HOME)
    assert routine is not None
    return [wait for place in Place for wait in routine.waits[place]]


def mean_wait(house: House) -> float:
    return sum(waits(house)) / len(waits(house))


def longest_at(house: House, concern: Concern) -> float:
    """That ever began in this hour of the day, wherever somebody was last."""
    routine = house.watch.routine(HOME)
    assert routine is not None
    hour = concern.since.astimezone(ZONE).hour
    return max(by_hour[hour] for by_hour in routine.longest.values())


def real(concern: Concern) -> dict[str, Taught]:
    return {concern.home: Taught({}, frozenset({(concern.kind, concern.episode)}))}


def test_how_long_somebody_lay_there_is_no_custom_of_theirs(another: Callable[[], House]) -> None:
    fell, was_well, told_soon, told_late = another(), another(), another(), another()
    for house in (fell, was_well, told_soon, told_late):
        concern = falls(house)
    told_soon.watch.use_lessons(real(concern))
    for house in (was_well, told_soon, told_late):
        lives_on(house, 2)
    told_late.watch.use_lessons(real(concern))

    assert mean_wait(told_soon) == pytest.approx(mean_wait(told_late), rel=ALIKE)
    assert mean_wait(told_soon) < 0.98 * mean_wait(was_well), "the others learned that six hours are usual"
    assert longest_at(told_late, concern) < 3600 < 5 * 3600 < longest_at(was_well, concern)


def test_whoever_is_found_before_they_move_teaches_nothing_either(another: Callable[[], House]) -> None:
    before, after = another(), another()
    for house in (before, after):
        house.pass_until(FELL + timedelta(hours=5), [r for r in day_of_life(LEARNED) if r.at < FELL])
    before.watch.use_lessons(real(before.concerns[0]))
    for house in (before, after):
        house.pass_until(FOUND)
        house.tell(moved("living", FOUND), moved("kitchen", FOUND + timedelta(minutes=4)))
    after.watch.use_lessons(real(after.concerns[0]))
    for house in (before, after):
        lives_on(house, 2)

    assert mean_wait(before) == pytest.approx(mean_wait(after), rel=ALIKE)


def test_what_was_learned_wrongly_is_taken_back_after_a_restart_too(another: Callable[[], House]) -> None:
    running, restarted = another(), another()
    for house in (running, restarted):
        concern = falls(house)
        lives_on(house, 2)
    restarted.restart()
    for house in (running, restarted):
        house.watch.use_lessons(real(concern))

    assert waits(running) == waits(restarted)


def test_a_home_where_people_were_sent_in_vain_is_asked_later_and_says_why(another: Callable[[], House]) -> None:
    as_it_was, taught = another(), another()
    taught.watch.use_lessons({HOME: Taught({ConcernKind.SILENCE: 2.0})})
    taught.restart()

    concerns = [falls(house) for house in (as_it_was, taught)]

    assert concerns[0].at < concerns[1].at
    facts = facts_of(concerns[1])
    assert (facts["budget"], facts["taught_budget"]) == (0.25, 0.5)
    assert "taught_budget" not in facts_of(concerns[0])


def leaves_open(house: House, day: int) -> list[Concern]:
    """The front door, from half past two in the night on, for three hours."""
    opened = at(day, "02:30")
    house.pass_until(at(day, "06:00"), [door("open", opened), door("closed", opened + timedelta(hours=3))])
    return [each for each in house.concerns if each.kind is ConcernKind.DOOR_OPEN and each.since == opened]


def test_a_door_that_was_open_in_vain_is_waited_for_longer_from_the_next_time_on(learned_house: House) -> None:
    (first,) = leaves_open(learned_house, LEARNED)
    learned_house.watch.use_lessons({HOME: Taught({ConcernKind.DOOR_OPEN: 1.5})})
    learned_house.restart()
    (second,) = leaves_open(learned_house, LEARNED + 1)

    usual = facts_of(second)["usual_longest_open"]
    assert isinstance(usual, float | int)
    assert facts_of(first)["threshold"] == 600
    assert facts_of(second)["threshold"] == round(1.5 * 1.5 * usual)
    assert facts_of(second)["taught_wait"] == 1.5


def test_what_was_raised_stays_raised_whatever_is_taught_meanwhile(learned_house: House) -> None:
    opened = at(LEARNED, "02:30")
    learned_house.pass_until(opened + timedelta(minutes=12), [door("open", opened)])
    assert learned_house.concerns

    learned_house.watch.use_lessons({HOME: Taught({ConcernKind.DOOR_OPEN: 2.5})})
    learned_house.pass_until(opened + timedelta(minutes=40))

    assert len(learned_house.concerns) == 1
    assert not [event for event in learned_house.said if isinstance(event, ConcernCleared)]


def forgets_the_stove(house: House, day: int, hours: float) -> list[Concern]:
    lit = at(day, "12:00")
    known = len(house.concerns)
    draws = [reading(STOVE, Kind.POWER, 1200.0, lit + timedelta(minutes=n)) for n in range(0, int(60 * hours), 5)]
    off = reading(STOVE, Kind.POWER, 0.0, lit + timedelta(hours=hours))
    life = [r for r in day_of_life(day) if r.device != STOVE]
    house.pass_until(at(day, "23:30"), sorted([*life, *draws, off], key=lambda r: r.at))
    return house.concerns[known:]


def threshold_of(concerns: list[Concern]) -> object:
    return facts_of(concerns[0])["threshold"]


def test_a_stove_that_was_really_forgotten_makes_no_custom(another: Callable[[], House]) -> None:
    dangerous, harmless = another(), another()
    first = [forgets_the_stove(house, LEARNED, 3) for house in (dangerous, harmless)]
    dangerous.watch.use_lessons(real(first[0][0]))

    again = [forgets_the_stove(house, LEARNED + 1, 6) for house in (dangerous, harmless)]

    assert threshold_of(again[0]) == threshold_of(first[0])
    assert threshold_of(again[1]) != threshold_of(first[1]), "who does so and is well is left in peace longer"


def test_days_that_were_only_read_from_the_past_are_not_judged_days(another: Callable[[], House]) -> None:
    judged, read = another(), another()
    judged.live(2, first=LEARNED)
    read.watch.observe([r for day in (LEARNED, LEARNED + 1) for r in day_of_life(day)])
    read.now = at(LEARNED + 2, "00:00")
    read.watch.run_due(at(LEARNED + 2, "12:00"))
    read.restart()

    assert judged.watch.days_judged(HOME) - read.watch.days_judged(HOME) in {1, 2}


def test_an_episode_of_another_age_is_passed_over(learned_house: House) -> None:
    real_ = frozenset({(ConcernKind.SILENCE, "since yesterday"), (ConcernKind.DOOR_OPEN, "g-1/door")})
    before = waits(learned_house)

    learned_house.watch.use_lessons({HOME: Taught({}, real_)})

    assert waits(learned_house) == before
