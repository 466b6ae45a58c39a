"""Figures that are honest about how few cases they rest on."""

import pytest

from core.ledger import Precision


@pytest.mark.parametrize(
    ("real", "counted", "is_below"), [(0, 19, False), (0, 36, True), (0, 30, False), (2, 41, False), (2, 80, True)]
)
def test_below_a_floor_is_what_is_surely_so(real: int, counted: int, *, is_below: bool) -> None:
    assert Precision(real, counted - real).is_below(0.1) is is_below
