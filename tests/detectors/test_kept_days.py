"""Days are kept packed: what is read is what was put in, of the last ninety of them."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detectors.kept_days import KEPT_DAYS, KeptDays

MINUTES = st.one_of(st.just(math.nan), st.integers(0, 144).map(lambda tens: 10.0 * tens))
SHARES = st.floats(0, 60)


@given(st.lists(st.tuples(st.integers(1, 9), MINUTES, SHARES), max_size=KEPT_DAYS + 5))
def test_the_last_ninety_come_back(told: list[tuple[int, float, float]]) -> None:
    kept, number, numbers = KeptDays(2), 20_000, []
    for later, minutes, share in told:
        number += later
        numbers.append(number)
        kept.add(number, (minutes, share))

    last = told[-KEPT_DAYS:]
    assert len(kept) == len(last)
    assert kept.numbers() == numbers[-KEPT_DAYS:]
    np.testing.assert_array_equal(kept.of(0), [minutes for _, minutes, _ in last])  # exact
    np.testing.assert_allclose(kept.of(1), [share for _, _, share in last], rtol=1e-3, atol=1e-6)


def test_kept_anew_from_what_was_read_they_are_the_same() -> None:
    kept, again = KeptDays(1), KeptDays(1)
    for day in range(100):
        kept.add(day, (day / 7,))

    again.keep(kept.numbers(), [kept.of(0)])

    assert (again.numbers(), again.of(0)) == (kept.numbers(), kept.of(0))


def test_none_is_none() -> None:
    kept = KeptDays(3)
    kept.keep([], [[], [], []])

    assert (len(kept), kept.numbers(), kept.of(2)) == (0, [], [])
