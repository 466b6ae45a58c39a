"""Duty is one pure function of rota and instant: half-open, local, right over midnight and daylight saving."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from core.duty import Post, Shift, covers, on_duty

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")


def shift(start: time, end: time, *, weekdays: frozenset[int] = frozenset(range(7)), person: str = "li") -> Shift:
    return Shift(f"s-{person}-{start}", "grid-1", Post.GRID_WORKER, person, start, end, weekdays)


def local(hour: int, minute: int = 0, *, day: int = 24) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


def test_a_shift_holds_its_first_instant_and_not_its_last() -> None:
    day = shift(time(8), time(20))

    assert covers(day, local(8), SHANGHAI)
    assert covers(day, local(19, 59), SHANGHAI)
    assert not covers(day, local(20), SHANGHAI)


def test_a_night_shift_of_tuesday_holds_wednesday_before_its_end() -> None:
    tuesday_night = shift(time(20), time(8), weekdays=frozenset({1}))

    assert covers(tuesday_night, local(23, day=24), SHANGHAI)
    assert covers(tuesday_night, local(7, 59, day=25), SHANGHAI)
    assert not covers(tuesday_night, local(8, day=25), SHANGHAI)
    assert not covers(tuesday_night, local(3, day=24), SHANGHAI)


def test_equal_start_and_end_is_a_whole_day() -> None:
    assert all(covers(shift(time(8), time(8)), local(hour), SHANGHAI) for hour in range(24))


def test_the_hour_that_comes_twice_is_covered_twice() -> None:
    night = shift(time(22), time(6))
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 summer time

    assert covers(night, first, BERLIN)
    assert covers(night, first + timedelta(hours=1), BERLIN)


@given(
    st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.times(),
)
def test_two_shifts_that_meet_leave_no_gap_and_never_overlap(instant: datetime, change: time) -> None:
    other = (datetime.combine(datetime(2026, 1, 1, tzinfo=UTC), change) + timedelta(hours=12)).time()
    rota = [shift(change, other, person="day"), shift(other, change, person="night")]

    holding = on_duty(rota, area="grid-1", post=Post.GRID_WORKER, instant=instant, zone=BERLIN)

    assert len(holding) == 1


def test_a_gap_is_empty_and_rank_orders() -> None:
    rota = [
        Shift("b", "grid-1", Post.GRID_WORKER, "second", time(8), time(20), rank=2),
        Shift("a", "grid-1", Post.GRID_WORKER, "first", time(8), time(20), rank=1),
    ]

    assert on_duty(rota, area="grid-1", post=Post.GRID_WORKER, instant=local(9), zone=SHANGHAI) == ("first", "second")
    assert on_duty(rota, area="grid-1", post=Post.GRID_WORKER, instant=local(21), zone=SHANGHAI) == ()
    assert on_duty(rota, area="grid-2", post=Post.GRID_WORKER, instant=local(9), zone=SHANGHAI) == ()
