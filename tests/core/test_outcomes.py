"""Every outcome counts as exactly one thing, and those that were stored before keep their meaning."""

import pytest

from core.alerts import Outcome
from core.outcomes import Need, need

COUNTS = {
    Need.REAL: {"hospital", "helped", "referred", "hazard", "deceased"},
    Need.NOTHING: {"well_at_home", "by_mistake", "away", "over"},
    Need.TECHNICAL: {"device_fault"},
    Need.EXCLUDED: {"no_access", "test"},
}


@pytest.mark.parametrize("what", Need)
def test_what_each_outcome_counts_as(what: Need) -> None:
    assert {outcome.value for outcome in Outcome if need(outcome) is what} == COUNTS[what]


@pytest.mark.parametrize("stored", ["hospital", "helped", "deceased", "well_at_home", "away", "device_fault", "test"])
def test_what_was_stored_before_there_were_more_codes_can_be_read(stored: str) -> None:
    assert Outcome(stored).value == stored
