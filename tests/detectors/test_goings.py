"""Home or out after the front door: each home's own history says how long one must wait to be sure."""

import json

from hypothesis import given
from hypothesis import strategies as st

from detectors.goings import AFTER, CERTAIN, LONGEST_UNSEEN, Goings
from detectors.instants import HOUR, MINUTE

SPANS = st.lists(st.tuples(st.booleans(), st.floats(1.0, 10 * HOUR)), max_size=60)


def lived(goings: Goings, spans: list[tuple[bool, float]]) -> Goings:
    for stayed, span in spans:
        if stayed:
            goings.stayed(span)
        else:
            goings.left(span)
    return goings


def test_a_new_home_waits_twelve_minutes() -> None:
    assert Goings().settle == 12 * MINUTE


def test_where_whoever_is_in_is_seen_at_once_out_is_known_soon() -> None:
    goings = lived(Goings(), [(True, 30.0), (False, 2 * HOUR)] * 30)

    assert goings.settle <= 3 * MINUTE


def test_where_people_sit_unseen_it_takes_longer() -> None:
    goings = lived(Goings(), [(True, 25 * MINUTE), (False, 2 * HOUR)] * 30)

    assert goings.settle == 27 * MINUTE


def test_a_door_that_is_not_reported_teaches_nothing() -> None:
    goings = lived(Goings(), [(True, 30.0), (False, 2 * HOUR)] * 30)
    before = goings.settle

    lived(goings, [(True, LONGEST_UNSEEN + HOUR)] * 20)

    assert goings.settle == before


@given(SPANS)
def test_out_is_said_only_where_it_is_certain_or_at_the_end(spans: list[tuple[bool, float]]) -> None:
    goings = lived(Goings(), spans)

    step = AFTER.index(goings.settle)

    assert goings.out(step) >= CERTAIN or goings.settle == AFTER[-1]
    assert all(goings.out(sooner) < CERTAIN for sooner in range(step))
    assert all(0.0 < goings.out(each) < 1.0 for each in range(len(AFTER)))


@given(SPANS, SPANS)
def test_a_restart_changes_nothing(spans: list[tuple[bool, float]], rest: list[tuple[bool, float]]) -> None:
    goings = lived(Goings(), spans)
    again = Goings()
    again.restore(json.loads(json.dumps(goings.snapshot())))

    assert lived(again, rest).snapshot() == lived(goings, rest).snapshot()
    assert again.settle == goings.settle
