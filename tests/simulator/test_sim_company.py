"""Who comes to see a resident: let in, moving beside them, to the shop and back, overnight, or for good."""

from collections.abc import Iterator
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from core.places import Room
from simulator.community import build_community
from simulator.company import company
from simulator.day import OUT, Day, Doing, Visit
from simulator.kits import Convention
from simulator.life import Life
from simulator.script import NOTHING
from simulator.telling import tell
from simulator.traces import Traces
from tests.simulator.street import SEED, between, native, one_home, play_home

TOWN = build_community(60, seed=23)
LIVES = [Life(household, seed=23) for household in TOWN.households]
FROM = date(2026, 1, 5)
HOUR = 3600.0


def _visits() -> Iterator[tuple[Life, Visit]]:
    return ((life, visit) for life in LIVES for n in range(42) for visit in life.visits(FROM + timedelta(days=n)))


VISITS = list(_visits())


def _inside(visit: Visit, at: float, margin: float = 0.0) -> bool:
    return any(since - margin <= at <= until + margin for since, until in visit.inside)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(range(len(VISITS))))
def test_whoever_visits_leaves_nothing_behind_while_they_are_elsewhere(which: int) -> None:
    life, visit = VISITS[which]

    left = company(life, visit)

    assert left.moves[Room.LIVING]
    assert all(_inside(visit, at, margin=HOUR / 20) for moves in left.moves.values() for at in moves)
    assert company(life, visit) == left


def test_they_come_and_go_by_the_front_door_and_who_leaves_with_the_resident_needs_it_once() -> None:
    together = 0
    for life, visit in VISITS:
        opened = [opening.start for opening in company(life, visit).openings]
        ends = [] if visit.together else [visit.end]
        assert opened == [visit.start, *(at for way in visit.ways_out for at in way), *ends]
        if visit.together:
            together += 1
            assert life.stay_at(visit.end + 1).doing in OUT
    assert together >= 10


def test_the_resident_is_in_and_awake_to_let_them_in_and_lives_as_if_alone() -> None:
    for life, visit in VISITS:
        assert life.stay_at(visit.start).doing not in OUT | {Doing.ASLEEP}


def test_one_goes_shopping_while_the_other_stays() -> None:
    shopping = [(life, visit) for life, visit in VISITS if visit.ways_out]

    assert len(shopping) >= 10
    for life, visit in shopping:
        for gone, back in visit.ways_out:
            moves = [at for moves in company(life, visit).moves.values() for at in moves if gone + 60 < at < back - 60]
            assert moves == []
            assert visit.start < gone < back < visit.end


def test_a_child_stays_the_night_and_is_still_there_in_the_morning() -> None:
    nights = [(life, visit) for life, visit in VISITS if visit.end - visit.start > 12 * HOUR]

    assert 3 <= len(nights) <= 60
    life, visit = nights[0]
    following = life.day(life.date_of(visit.end))
    told = tell(life, following, NOTHING)
    assert life.is_visited(following.start, following.start + 60)
    assert [opening for opening in told.openings if abs(opening.start - visit.end) < 1]
    assert _moves(told, following.start, visit.end) > _alone(life, following, visit.end)


def _alone(life: Life, day: Day, until: float) -> int:
    told = tell(life, day, NOTHING)
    guests = [company(life, v) for d in (day.date - timedelta(days=1), day.date) for v in life.visits(d)]
    return _moves(told, day.start, until) - sum(_moves(guest, day.start, until) for guest in guests)


def _moves(traces: Traces, since: float, until: float) -> int:
    return sum(since <= at < until for moves in traces.moves.values() for at in moves)


def test_somebody_who_comes_for_good_makes_it_a_couple() -> None:
    street = build_community(24, seed=SEED)
    home = one_home(street, Convention.ZIGBEE2MQTT)
    comes = f'[[event]]\nwhat = "visitor"\nhome = "{home}"\nafter = "PT30M"\nduration = "P60D"'
    days, day = 14, 24 * 60

    alone = [message for message in play_home(street, home, hours=24 * days) if message.human]
    couple = [message for message in play_home(street, home, comes, hours=24 * days) if message.human]

    assert len(couple) > 1.3 * len(alone)
    last = between(couple, (days - 1) * day, days * day)
    assert any("front_door" in native(message) for message in last)
    assert len(last) > len(between(alone, (days - 1) * day, days * day))
