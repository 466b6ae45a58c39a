"""What endings teach: bounded, the same whatever the order, fading, and gone when people say so."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.alerts import Outcome
from core.concerns import ConcernKind
from core.lessons import (
    REMEMBERED,
    TAUGHT,
    Choice,
    ChoiceVersion,
    Ending,
    Lesson,
    holding,
    least_of,
    lesson,
    lessons,
    taught,
)

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)
SILENCE, DOOR = ConcernKind.SILENCE, ConcernKind.DOOR_OPEN
BUDGET = 0.5


def ending(outcome: Outcome, *, days_ago: float = 1, kind: ConcernKind = SILENCE, number: int = 0) -> Ending:
    closed_at = NOW - timedelta(days=days_ago)
    return Ending(f"a{number}-{days_ago}", "h-1", ((kind, closed_at.isoformat()),), outcome, closed_at)


def vain(many: int, *, kind: ConcernKind = SILENCE, days_ago: float = 1) -> list[Ending]:
    return [ending(Outcome.WELL_AT_HOME, kind=kind, number=n, days_ago=days_ago + n) for n in range(many)]


def chosen(choice: Choice, *, days_ago: float = 0, number: int = 1, kind: ConcernKind = SILENCE) -> ChoiceVersion:
    return ChoiceVersion("h-1", kind, number, choice, NOW - timedelta(days=days_ago), "lin")


def learned(
    endings: Sequence[Ending], *, kind: ConcernKind = SILENCE, choice: ChoiceVersion | None = None, days: float = 58
) -> Lesson:
    return lesson(kind, endings, choice, days=days, budget=BUDGET, now=NOW)


def test_as_many_ways_in_vain_as_the_budget_allows_change_nothing() -> None:
    assert learned(vain(1, days_ago=10), days=94).factor == 1.0


@pytest.mark.parametrize("kind", TAUGHT)
def test_whoever_was_sent_in_vain_too_often_waits_longer_and_more_so_each_time(kind: ConcernKind) -> None:
    factors = [learned(vain(many, kind=kind), kind=kind).factor for many in range(1, 6)]

    assert factors == sorted(factors)
    assert factors[-1] > 1.0


def test_fewer_than_a_home_may_cost_are_a_reason_to_be_sooner_and_only_so_for_what_has_a_budget() -> None:
    assert learned([], days=300).factor < 1.0
    assert learned([], kind=DOOR, days=300).factor == 1.0


def test_the_first_weeks_say_nothing_of_how_a_silence_is_judged_since() -> None:
    early = vain(3, days_ago=32)

    assert learned(early, days=58).endings == ()
    assert learned(early, days=74).in_vain == 3
    assert learned(vain(3, kind=DOOR, days_ago=32), kind=DOOR, days=58).in_vain == 3
    assert learned([], days=28).factor == 1.0


def questions(many: int) -> list[Ending]:
    return [ending(Outcome.OVER, number=100 + n, days_ago=1 + n) for n in range(many)]


def test_where_residents_answer_a_home_is_asked_sooner_and_the_more_the_oftener_they_do() -> None:
    factors = [learned([*vain(1, days_ago=40), *questions(many)], days=94).factor for many in (0, 3, 6, 12, 40)]

    assert factors == sorted(factors, reverse=True)
    assert factors[0] > 2 * factors[-1]
    assert factors[-1] >= 0.2


def test_what_the_resident_answered_themselves_was_not_in_vain() -> None:
    said_so = replace(ending(Outcome.WELL_AT_HOME), answered_by="wang")
    hurt = replace(ending(Outcome.HELPED), answered_by="wang")

    assert (learned([said_so]).in_vain, learned([said_so]).answered) == (0, 1)
    assert (learned([hurt]).real, learned([hurt]).answered) == (1, 0)


def test_questions_that_are_reckoned_with_anyway_bring_nothing_more() -> None:
    known = [*vain(1, days_ago=40), *questions(4)]
    expected = lesson(SILENCE, known, None, days=94, budget=BUDGET, now=NOW, answered=0.9)

    assert expected.factor == learned(vain(1, days_ago=40), days=94).factor
    assert expected.answered == 4


def test_only_silence_is_asked_about_oftener_for_answers() -> None:
    answered = [ending(Outcome.OVER, kind=DOOR, number=n) for n in range(9)]

    assert learned(answered, kind=DOOR).factor == 1.0


def test_one_who_was_in_need_outweighs_ways_in_vain() -> None:
    real = ending(Outcome.HELPED, number=9)

    assert learned([*vain(3), real]).factor < learned(vain(3)).factor
    assert learned([ending(Outcome.HAZARD, kind=DOOR)], kind=DOOR, days=0).factor < 1.0


@pytest.mark.parametrize("outcome", [Outcome.TEST, Outcome.NO_ACCESS, Outcome.DEVICE_FAULT])
def test_what_troubled_nobody_or_says_nothing_of_waiting_does_not_count(outcome: Outcome) -> None:
    found = learned([ending(outcome)])

    assert found.endings == ()
    assert found.factor == learned([]).factor


def test_an_alert_for_two_things_teaches_both() -> None:
    both = replace(ending(Outcome.WELL_AT_HOME), parts=((SILENCE, "s"), (DOOR, "d")))

    found = {each.kind: each.in_vain for each in lessons([both], [], days=58, budget=BUDGET, now=NOW)}

    assert found == {kind: int(kind in {SILENCE, DOOR}) for kind in TAUGHT}


def test_what_is_long_ago_fades_and_is_forgotten_in_the_end() -> None:
    ages = [learned(vain(3, kind=DOOR, days_ago=days), kind=DOOR).factor for days in (1, 100, 200, 300)]

    assert ages == sorted(ages, reverse=True)
    assert learned(vain(1, days_ago=REMEMBERED.days + 1)).endings == ()


def test_people_may_stop_it_go_on_or_begin_anew() -> None:
    endings = [*vain(4), ending(Outcome.WELL_AT_HOME, days_ago=20, number=8)]

    stopped = learned(endings, choice=chosen(Choice.STOP))
    assert (stopped.factor, stopped.would_be, stopped.in_vain) == (1.0, learned(endings).factor, 5)
    assert learned(endings, choice=chosen(Choice.LEARN)).factor == learned(endings).factor
    assert learned(endings, choice=chosen(Choice.ANEW, days_ago=10)).in_vain == 4
    assert learned(endings, choice=chosen(Choice.ANEW)).factor == 1.0


def test_the_newest_choice_of_each_kind_holds() -> None:
    old, new = chosen(Choice.STOP), chosen(Choice.LEARN, number=2)
    other = chosen(Choice.STOP, kind=DOOR)

    assert holding([new, old, other]) == holding([old, other, new]) == {SILENCE: new, DOOR: other}


def test_a_choice_about_what_is_never_taught_is_refused() -> None:
    with pytest.raises(ValueError, match="teach nothing about smoke"):
        chosen(Choice.STOP, kind=ConcernKind.SMOKE)


def test_the_watch_hears_what_moves_and_who_was_in_need() -> None:
    fell = ending(Outcome.HOSPITAL, number=5)

    found = taught([learned(vain(4)), learned([], kind=DOOR, days=0)], [*vain(4), fell])

    assert found.factors == {SILENCE: learned(vain(4)).factor}
    assert found.real == {fell.parts[0]}


ENDINGS = st.lists(
    st.builds(
        ending,
        st.sampled_from(Outcome),
        days_ago=st.floats(0, 500),
        kind=st.sampled_from([*TAUGHT, ConcernKind.SMOKE]),
        number=st.integers(0, 10_000),
    ),
    max_size=30,
    unique_by=lambda each: each.alert,
)


@given(ENDINGS, st.floats(0, 2000), st.floats(0.1, 5.0))
def test_it_stays_within_bounds_and_does_not_depend_on_the_order(
    endings: list[Ending], days: float, budget: float
) -> None:
    found = lessons(endings, [], days=days, budget=budget, now=NOW)
    again = lessons(endings[::-1], [], days=days, budget=budget, now=NOW)

    assert found == again
    for each in found:
        assert least_of(each.kind) <= each.factor <= TAUGHT[each.kind].most
        assert all(one.closed_at > NOW - REMEMBERED for one in each.endings)
