"""A drill that finds nothing in a broken service proves nothing: each planted fault must be found."""

from dataclasses import replace

import pytest

from anxin.drill.options import DrillOptions
from anxin.drill.run import run_drill
from tests.drill.mutants import MUTANTS, planted

pytestmark = pytest.mark.long(50)

OPTIONS = DrillOptions(
    seed=15,
    days=0.5,
    homes=400,
    alerts_a_day=150.0,
    cuts_a_day=150.0,
    fair_for=1800.0,
    outages_a_day=0.0,
    look_every=1800.0,
    stop_at_first=True,
)


ELSEWHERE = {
    "a_repeat_does_not_say_so": 20,
    "life_ends_a_red_one": 18,
    "a_no_is_taken_for_a_yes": 39,
    "an_old_button_works": 39,
    "the_sender_does_not_look_again": 39,
    "the_shift_goes_home_with_it": 39,
    "what_a_provider_has_for_the_same_person_is_taken_for_this": 39,
    "nobody_reached_is_waited_out": 31,
    "red_joins_what_somebody_holds": 31,
}
"""Seeds of other worlds, for faults that find no occasion in half a day of the first, or find it late."""


@pytest.mark.parametrize("name", MUTANTS)
def test_the_oracle_finds_a_planted_fault(name: str) -> None:
    with planted(name):
        result = run_drill(replace(OPTIONS, seed=ELSEWHERE.get(name, OPTIONS.seed)))

    assert not result.is_clean
