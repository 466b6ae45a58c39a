"""An instant in a column: exact where clocks can count, and never the end of whoever reads it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.columns import from_microseconds, to_microseconds

COUNTED = st.datetimes(datetime(2, 1, 2), datetime(9998, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - given a zone


@given(COUNTED)
def test_it_comes_back_exactly(instant: datetime) -> None:
    assert from_microseconds(to_microseconds(instant)) == instant


@pytest.mark.parametrize("sign", [-1, 1])
def test_what_no_clock_can_count_with_is_read_as_the_nearest_that_it_can(sign: int) -> None:
    read = from_microseconds(sign * 10**18)

    for hours in (-14, 14):
        assert read.astimezone(timezone(timedelta(hours=hours))).tzinfo is not None
