"""A past is gone through as the service went through it, and both ways differ in nothing but the budget."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxin.budgets.past import AHEAD, WINDOW, Errand, alone, lifeless, replay, stored
from core.budget_replays import Arm, HomeReplay
from core.readings import Kind, Reading, Semantics
from detectors.settings import WatchSettings
from tests.anxin.budgets.past import DAYS, FELL, OTHER, QUIET, life, next_door, two_homes
from tests.api.scene import Memory
from tests.detectors.elder import DOOR, GATEWAY, HOME, House, at, moved, reading, spoke

SINCE, UNTIL = at(14, "00:00"), at(DAYS, "00:00")
T0 = datetime(2026, 9, 1, tzinfo=UTC)


def errand(before: float, after: float, *, home: str = HOME) -> Errand:
    settings = WatchSettings()
    return Errand(home, alone(two_homes(), home), settings, before, after, at(-40, "00:00"), SINCE, UNTIL)


@pytest.fixture(scope="session")
def store() -> Memory:
    """Next door nothing unusual happened."""
    return Memory([*life(), *next_door(life(quiet_from=None))])


@pytest.fixture(scope="session")
def lowered(store: Memory) -> HomeReplay:
    return replay(store, errand(0.5, 0.1))


def watched_alone(budget: float) -> list[datetime]:
    """When one house that has this budget from `SINCE` on, and lives through the same, becomes a concern."""
    house = House()
    readings = life()
    house.tell(*(each for each in readings if each.at < SINCE))
    house.watch.use_budgets({HOME: budget})
    house.tell(*(each for each in readings if each.at >= SINCE))
    house.let_due(UNTIL)
    return [concern.at for concern in house.concerns]


def test_each_way_says_what_a_watch_with_that_budget_would_have_said(lowered: HomeReplay) -> None:
    (difference,) = lowered.differences

    assert [difference.before] == watched_alone(0.5)
    assert watched_alone(0.1) == []
    assert (difference.since, difference.after, difference.ended) == (FELL, None, FELL + QUIET)
    assert (difference.sent_before, difference.sent_after) == (True, False)
    assert (lowered.before.asked, lowered.before.sent, lowered.after.asked, lowered.after.sent) == (1, 1, 0, 0)


def test_with_the_same_budget_both_ways_say_the_same(store: Memory) -> None:
    found = replay(store, errand(0.5, 0.5))

    assert found.differences == ()
    assert found.before == found.after


def test_when_it_would_have_been_noticed_had_nobody_come_is_told_too(lowered: HomeReplay) -> None:
    (difference,) = lowered.differences
    house = House()
    house.tell(*(each for each in life() if each.at < SINCE))
    house.watch.use_budgets({HOME: 0.1})
    nobody = [each for each in life() if each.at >= SINCE and (each.at <= FELL or each.kind is Kind.BATTERY)]
    house.tell(*(each for each in nobody if each.at < FELL + timedelta(hours=12)))

    assert difference.anyway is not None
    assert difference.anyway == house.concerns[0].at
    assert difference.anyway > FELL + QUIET


def test_a_lower_budget_waits_longer_and_it_says_how_much_was_there(lowered: HomeReplay) -> None:
    assert lowered.before.mean_wait is not None
    assert lowered.after.mean_wait is not None
    assert lowered.before.mean_wait < lowered.after.mean_wait
    assert lowered.days == 7.0
    assert lowered.learned == 13
    assert lowered.readings == sum(SINCE <= each.received_at < UNTIL for each in life())


def test_only_the_homes_own_readings_are_heard() -> None:
    """Next door nobody moves after the first night."""
    few = life(3, quiet_from=None)
    store = Memory([*few, *(each for each in next_door(few) if each.kind is Kind.BATTERY or each.at < at(1, "06:00"))])

    one, other = (
        replay(store, replace(errand(0.5, 5.0, home=home), since=at(1, "00:00"), until=at(3, "00:00")))
        for home in (HOME, OTHER)
    )

    assert (one.before.asked, one.differences) == (0, ())
    assert other.before.asked == other.after.asked == 1


def test_of_a_home_that_never_spoke_nothing_is_told() -> None:
    found = replay(Memory([]), errand(0.5, 0.1))

    assert found == HomeReplay(HOME, 0.0, 0, 0, Arm(0.5, None, 0, 0), Arm(0.1, None, 0, 0))


def test_where_there_are_fewer_days_it_says_how_many() -> None:
    store = Memory([each for each in life(quiet_from=None) if each.at >= at(DAYS - 2, "12:00")])

    found = replay(store, errand(0.5, 0.1))

    assert (found.days, found.learned) == (1.5, 0)


LATE = st.one_of(st.floats(-AHEAD.total_seconds() + 1, 0), st.floats(0, 20 * 86400))


@given(st.lists(st.tuples(st.floats(0, 30 * 86400), LATE), max_size=30))
def test_stored_readings_come_once_each_in_the_order_of_receipt(said: Sequence[tuple[float, float]]) -> None:
    readings = [
        replace(moved("living", T0 + timedelta(seconds=at_)), received_at=T0 + timedelta(seconds=at_ + late))
        for at_, late in said
    ]
    until = T0 + 4 * WINDOW + timedelta(days=1)

    found = list(stored(Memory(readings), {f"{GATEWAY}/living"}, T0, until))

    assert [each.received_at for each in found] == sorted(r.received_at for r in readings if r.received_at < until)


@pytest.mark.parametrize("heard", [moved("living", T0), reading(DOOR, Kind.DOOR, "open", T0)])
def test_what_only_people_cause_is_not_said_without_them(heard: Reading) -> None:
    assert lifeless(heard) is None


def test_a_meter_without_people_only_lives_and_check_ins_go_on() -> None:
    metered = lifeless(reading(f"{GATEWAY}/stove", Kind.POWER, 1800.0, T0))

    assert metered is not None
    assert (metered.kind, metered.value, metered.semantics) == (Kind.LIVENESS, True, Semantics.STATE)
    assert lifeless(spoke(DOOR, T0)) == spoke(DOOR, T0)
