"""What a difference means is told by how the real alert ended, and never better than can be known."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.alerts import Alert, Outcome
from core.budget_replays import Arm, Difference, Effect, HomeReplay, ReplayFailure, drawn, is_false, judged, summed
from core.concerns import ConcernKind
from tests.contracts.cases import MINUTE, T0, opening

HOUR = 60 * MINUTE
QUIET = Difference(ConcernKind.SILENCE, "since 09:02", T0 - 3 * HOUR, before=T0, after=None, ended=T0 + HOUR)


def ended(outcome: Outcome | None, *, arrived_after: timedelta | None = None) -> Alert:
    came = None if arrived_after is None else T0 + arrived_after
    return replace(opening().alert, outcome=outcome, arrived_at=came)


@pytest.mark.parametrize(
    ("difference", "alert", "effect"),
    [
        (QUIET, ended(Outcome.WELL_AT_HOME), Effect.SPARED),
        (QUIET, ended(Outcome.DEVICE_FAULT), Effect.SPARED),
        (QUIET, ended(Outcome.OVER), Effect.SPARED),
        (QUIET, ended(Outcome.WELL_AT_HOME, arrived_after=2 * HOUR), Effect.SPARED),
        (QUIET, ended(Outcome.WELL_AT_HOME, arrived_after=30 * MINUTE), Effect.CUT_SHORT),
        (replace(QUIET, ended=None), ended(Outcome.AWAY, arrived_after=HOUR), Effect.CUT_SHORT),
        (QUIET, ended(Outcome.HOSPITAL), Effect.MISSED),
        (replace(QUIET, anyway=T0 + 2 * HOUR), ended(Outcome.HELPED), Effect.LATER),
        (QUIET, None, Effect.FEWER),
        (QUIET, ended(None), Effect.FEWER),
        (QUIET, ended(Outcome.NO_ACCESS), Effect.FEWER),
        (QUIET, ended(Outcome.TEST), Effect.FEWER),
        (replace(QUIET, after=T0 + HOUR), ended(Outcome.HOSPITAL), Effect.LATER),
        (replace(QUIET, after=T0 - HOUR), None, Effect.SOONER),
        (replace(QUIET, before=None, after=T0), None, Effect.MORE),
    ],
)
def test_each_difference_has_one_meaning(difference: Difference, alert: Alert | None, effect: Effect) -> None:
    assert judged("h-1", difference, alert).effect is effect


def test_how_much_later_somebody_in_need_would_have_been_found() -> None:
    found = judged("h-1", replace(QUIET, anyway=T0 + 90 * MINUTE), ended(Outcome.HOSPITAL))

    assert found.shift == 90 * MINUTE
    assert found.outcome is Outcome.HOSPITAL
    assert judged("h-1", QUIET, ended(Outcome.HOSPITAL)).shift is None
    assert judged("h-1", replace(QUIET, after=T0 - HOUR), None).shift == -HOUR


def test_whom_only_the_resident_was_asked_about_was_not_sent_for_in_vain() -> None:
    assert {outcome for outcome in Outcome if is_false(outcome)} == {
        Outcome.WELL_AT_HOME,
        Outcome.BY_MISTAKE,
        Outcome.AWAY,
        Outcome.DEVICE_FAULT,
    }


def test_a_sample_is_the_same_for_the_same_seed_and_all_where_they_are_few() -> None:
    homes = [f"h-{n:03d}" for n in range(200)]

    sample = drawn(homes, 50, "p-1")

    assert drawn(reversed(homes), 50, "p-1") == sample
    assert len(set(sample)) == 50
    assert set(sample) < set(homes)
    assert drawn(homes, 50, "p-2") != sample
    assert drawn(homes, 200, "p-1") == tuple(homes)


def replay_of(home: str, wait: float | None, *, days: float = 60.0, failed: ReplayFailure | None = None) -> HomeReplay:
    after = None if wait is None else wait / 2
    return HomeReplay(home, days, 10, 1000, Arm(0.5, wait, 3, 2), Arm(1.0, after, 4, 4), failed=failed)


def test_a_replay_is_summed_over_the_homes_of_which_something_is_known() -> None:
    broke = replay_of("h-4", None, failed=ReplayFailure.BROKE)
    found = summed([replay_of("h-1", 7200.0), replay_of("h-2", 3600.0, days=12.0), replay_of("h-3", None), broke])

    assert (found.homes, found.failed, found.home_days) == (4, 1, 132.0)
    assert (found.fewest_days, found.most_days) == (12.0, 60.0)
    assert (found.wait_before, found.wait_after) == (5400.0, 2700.0)
    assert (found.sent_before, found.sent_after) == (6, 12)


def test_of_nothing_there_is_no_mean() -> None:
    found = summed([])

    assert (found.homes, found.wait_before, found.most_days) == (0, None, 0.0)
