"""Duty is one pure function of rota and instant: half-open, local, right over midnight and daylight saving."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.duty import Change, Post, Shift, covers, on_duty, people_of

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


# -- changes ------------------------------------------------------------------------------------------------------

ROTA = (shift(time(8), time(20), person="li"), shift(time(20), time(8), person="zhao"))
FROM, UNTIL = local(8), local(20, day=26)


def held(*changes: Change, at: datetime = FROM, area: str = "grid-1", post: Post = Post.GRID_WORKER) -> tuple[str, ...]:
    return on_duty((*ROTA, *changes), area=area, post=post, instant=at, zone=SHANGHAI)


def test_leave_is_a_gap_that_is_not_papered_over() -> None:
    leave = Change("c", FROM, UNTIL, out="li")

    assert held(leave) == ()
    assert held(leave, at=FROM - timedelta(microseconds=1)) == ("zhao",)
    assert held(leave, at=UNTIL) == ("zhao",)
    assert held(leave, at=local(9, day=26)) == ()
    assert held(leave, at=local(9, day=27)) == ("li",)


def test_cover_holds_instead_and_in_the_same_place_of_the_order() -> None:
    second = Shift("s2", "grid-1", Post.GRID_WORKER, "qian", time(8), time(20), rank=2)
    cover = Change("c", FROM, UNTIL, out="li", person="sun")

    assert on_duty((*ROTA, second, cover), area="grid-1", post=Post.GRID_WORKER, instant=FROM, zone=SHANGHAI) == (
        "sun",
        "qian",
    )


def test_leave_with_cover_is_covered_whichever_was_written_first() -> None:
    leave, cover = Change("a", FROM, UNTIL, out="li"), Change("b", FROM, UNTIL, out="li", person="sun")

    assert held(leave, cover) == held(cover, leave) == ("sun",)


def test_cover_of_cover_is_followed_and_a_circle_is_a_gap() -> None:
    first = Change("a", FROM, UNTIL, out="li", person="sun")
    second = Change("b", FROM, UNTIL, out="sun", person="qian")

    assert held(first, second) == ("qian",)
    assert held(first, Change("b", FROM, UNTIL, out="sun")) == ()
    assert held(first, Change("b", FROM, UNTIL, out="sun", person="li")) == ()


def test_a_swap_of_two_grids_changes_places() -> None:
    other = Shift("o", "grid-2", Post.GRID_WORKER, "sun", time(8), time(20))
    swap = (
        Change("a", FROM, UNTIL, out="li", person="sun", area="grid-1"),
        Change("b", FROM, UNTIL, out="sun", person="li", area="grid-2"),
    )
    rota = (*ROTA, other, *swap)

    def now(area: str) -> tuple[str, ...]:
        return on_duty(rota, area=area, post=Post.GRID_WORKER, instant=FROM, zone=SHANGHAI)

    assert (now("grid-1"), now("grid-2")) == (("sun",), ("li",))


def test_somebody_in_addition_comes_last_and_alone_replaces_all() -> None:
    more = Change("a", FROM, UNTIL, person="sun", area="grid-1", post=Post.GRID_WORKER)
    alone = Change("b", FROM, UNTIL, person="qian", area="grid-1", post=Post.GRID_WORKER, alone=True)

    assert held(more) == ("li", "sun")
    assert held(more, alone) == ("sun", "qian")
    assert held(alone, area="grid-2") == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"out": None, "person": None},
        {"out": None, "person": "li"},
        {"out": None, "person": "li", "area": "grid-1"},
        {"out": "li", "person": "li"},
        {"out": "li", "person": "sun", "alone": True},
        {"out": "li", "end": FROM},
    ],
)
def test_a_change_that_says_nothing_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="change 'x'"):
        Change(**{"id": "x", "start": FROM, "end": UNTIL, **wrong})  # type: ignore[arg-type]


PEOPLE = st.sampled_from(["li", "zhao", "sun", "qian", "wu"])


@st.composite
def changes(draw: st.DrawFn) -> Change:
    start = FROM + timedelta(hours=draw(st.integers(-30, 30)))
    out, person = draw(st.none() | PEOPLE), draw(st.none() | PEOPLE)
    if out is None or out == person:
        out, person = None, person or "li"
        return Change("c", start, start + timedelta(hours=9), person=person, area="grid-1", post=Post.GRID_WORKER)
    return Change(draw(st.text(max_size=3)), start, start + timedelta(hours=9), out, person)


@given(st.lists(changes(), max_size=8), st.integers(-40, 40))
def test_nobody_who_is_out_without_cover_ever_holds_and_nobody_unknown_does(given_: list[Change], hour: int) -> None:
    now = FROM + timedelta(hours=hour)
    present = [change for change in given_ if change.start <= now < change.end]
    out = {change.out for change in present if change.out is not None}

    holding = held(*given_, at=now)

    assert len(holding) == len(set(holding))
    assert not set(holding) & out
    assert set(holding) <= people_of((*ROTA, *given_))
    if not present:
        assert holding == held(at=now)
