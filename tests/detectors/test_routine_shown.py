"""What people are shown of a routine is what holds, and a larger budget never buys less."""

from itertools import pairwise

from core.routine import Doubt, Place
from detectors.instants import HOUR, seconds
from detectors.quiets import BATHROOM
from detectors.routine_shown import mostly_elsewhere
from tests.detectors.conftest import LEARNED
from tests.detectors.elder import GATEWAY, HOME, House, at


def test_what_is_shown_is_what_holds(learned_house: House) -> None:
    shown = learned_house.watch.routine(HOME)

    assert shown is not None
    silence = learned_house.watch._homes[HOME].silence
    assert shown.days == silence.routine.days
    for half, clock in ((25, "12:45"), (13, "06:45"), (44, "22:15")):
        t = seconds(at(LEARNED - 1, clock))
        assert shown.waits[Place.BATHROOM][half] == silence.wait(t, BATHROOM)
        assert shown.waits[Place.ELSEWHERE][half] == silence.wait(t, mostly_elsewhere(silence.routine))
    assert shown.up[10] > 0.8
    assert shown.up[4] < 0.3


def test_a_larger_budget_never_buys_less(learned_house: House) -> None:
    shown = learned_house.watch.routine(HOME)

    assert shown is not None
    waits = [wait for _, wait in sorted(shown.buys.items())]
    assert all(tight >= loose for tight, loose in pairwise(waits))
    assert waits[0] > waits[-1]
    assert all(0.25 * HOUR < wait < 14 * HOUR for wait in waits)


def test_what_thin_evidence_costs_is_shown_with_what_is_missing_now(learned_house: House) -> None:
    fine = learned_house.watch.routine(HOME)
    learned_house.dead |= {f"{GATEWAY}/{room}" for room in ("living", "kitchen")}
    learned_house.live_until(at(LEARNED + 1, "21:00"), day=LEARNED)

    thin = learned_house.watch.routine(HOME)

    assert fine is not None
    assert thin is not None
    assert (fine.doubts, thin.doubts) == ((), (Doubt.PARTLY_SEEN,))
    assert fine.thin[1.0] == fine.buys[fine.budget]
    assert fine.thin[1.0] < fine.thin[1.5] < fine.thin[2.0]


def test_a_home_that_was_never_heard_has_none(new_house: House) -> None:
    assert new_house.watch.routine(HOME) is None
