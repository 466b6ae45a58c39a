"""The day's strip, and cursor pages over lists."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import Problem
from api.homes.activity import SLICES, Day, Row, day_of
from api.homes.unseen import unseen_by
from api.pages.strip import strip_of
from api.paging import page_after
from core.concerns import Fact
from core.faults import FaultCause, Ticket
from core.places import Device, Home, Role, Room
from core.readings import Kind, Reading, Semantics, Value
from tests.api.scene import Memory

HOME = Home("h", "a", "there")


def device(name: str, room: Room, role: Role) -> Device:
    return Device(f"g/{name}", "h", room, role, "g")


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    """Local time in Shanghai on the day of the tests."""
    return datetime(2026, 11, 24, hour, minute, second, tzinfo=HOME.zone).astimezone(UTC)


def reading(name: str, kind: Kind, value: Value, when: datetime) -> Reading:
    return Reading(f"g/{name}", kind, value, when, when, semantics=Semantics.STATE)


def motion(when: datetime) -> Reading:
    return reading("pir", Kind.MOTION, value=True, when=when)


def slices(readings: list[Reading], *devices: Device) -> dict[str, dict[int, int]]:
    day = day_of(Memory(readings), HOME, devices, {}, on=date(2026, 11, 24))
    return {
        ("door" if row.front_door else row.room.value): {x: n for x, n in enumerate(row.slices) if n}
        for row in day.rows
    }


PIR = device("pir", Room.BATHROOM, Role.ROOM)
DOOR = device("door", Room.ENTRANCE, Role.FRONT_DOOR)
KETTLE = device("kettle", Room.KITCHEN, Role.KETTLE)
FRIDGE = device("fridge", Room.KITCHEN, Role.AUTOMATIC)


def test_a_trigger_counts_and_the_clear_that_bridges_make_up_does_not() -> None:
    found = slices([motion(at(9, 2)), reading("pir", Kind.MOTION, value=False, when=at(9, 3, 30))], PIR)

    assert found == {"bathroom": {(9 * 60) // 5: 1}}


def test_a_door_counts_when_it_changes_and_not_when_it_is_repeated() -> None:
    found = slices(
        [
            reading("door", Kind.DOOR, "closed", at(7)),
            reading("door", Kind.DOOR, "closed", at(8)),
            reading("door", Kind.DOOR, "open", at(9)),
            reading("door", Kind.DOOR, "closed", at(9, 1)),
        ],
        DOOR,
    )

    assert found == {"door": {108: 2}}


def test_a_kettle_counts_when_it_is_switched_on_and_a_fridge_never() -> None:
    found = slices(
        [
            *(reading("kettle", Kind.POWER, watts, at(9, m)) for m, watts in enumerate((0.0, 1800.0, 1795.0, 0.5))),
            *(reading("fridge", Kind.POWER, watts, at(9, m)) for m, watts in enumerate((0.0, 90.0, 0.0))),
        ],
        KETTLE,
        FRIDGE,
    )

    assert found == {"kitchen": {108: 1}}


def test_a_day_is_the_homes_own_from_midnight_to_midnight() -> None:
    found = slices(
        [
            motion(at(0) - timedelta(seconds=1)),
            motion(at(0)),
            motion(at(23, 59, 59)),
            motion(at(0) + timedelta(days=1)),
        ],
        PIR,
    )

    assert found == {"bathroom": {0: 1, 287: 1}}


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_days_on_which_clocks_change_are_whole(day: date, hours: int) -> None:
    home = Home("h", "a", "there", timezone="Europe/Berlin")
    start = datetime(day.year, day.month, day.day, tzinfo=home.zone).astimezone(UTC)
    hourly = [motion(start + timedelta(hours=h)) for h in range(-1, hours + 1)]

    found = day_of(Memory(hourly), home, [PIR], {}, on=day)

    assert sum(found.rows[0].slices) == hours


def test_what_is_shaded_for_the_whole_home_is_not_shaded_twice() -> None:
    row = Row(Room.BATHROOM, front_door=False, slices=(0,) * SLICES, unseen=((10, 5), (70, 20), (100, 8)))
    day = Day(date(2026, 11, 24), at(0).astimezone(HOME.zone), (row,))

    lane = strip_of(day, now=at(12), blind_since=at(6)).lanes[0]

    assert lane.unseen == ((10, 5), (70, 2.0))


@given(st.lists(st.integers(0, 9), min_size=SLICES, max_size=SLICES))
def test_runs_cover_exactly_the_slices_in_which_something_was_sensed(counts: list[int]) -> None:
    day = Day(
        date(2026, 11, 24), at(0).astimezone(HOME.zone), (Row(Room.BATHROOM, front_door=False, slices=tuple(counts)),)
    )

    lane = strip_of(day, now=at(12), blind_since=None).lanes[0]

    covered = [x for run in lane.runs for x in range(run.x, run.x + run.width)]
    assert covered == [x for x, n in enumerate(counts) if n]
    assert all(run.much in {1, 2, 3} for run in lane.runs)
    assert lane.busy == len(covered)


def test_now_and_blindness_stand_where_they_belong() -> None:
    day = Day(date(2026, 11, 24), at(0).astimezone(HOME.zone), ())

    today = strip_of(day, now=at(12), blind_since=at(6))
    since_yesterday = strip_of(day, now=at(12), blind_since=at(6) - timedelta(days=1))
    later = strip_of(day, now=at(12) + timedelta(days=1), blind_since=None)

    assert (today.now_x, today.blind_x) == (144.0, 72.0)
    assert since_yesterday.blind_x == 0.0
    assert (later.now_x, later.blind_x) == (288.0, None)


def ticket(cause: FaultCause, subject: str, opened: datetime, closed: datetime | None, silent: float = 0.0) -> Ticket:
    facts = (Fact("silent_for", silent, "s"),) if silent else ()
    return Ticket(f"t-{cause}-{subject}", f"{cause}/{subject}", cause, subject, ("h",), opened, facts, closed)


class Tickets:
    """Of one home."""

    def __init__(self, *told: Ticket) -> None:
        self._told = list(told)

    def tickets(self, *, open_only: bool, **_: object) -> list[Ticket]:
        return [ticket for ticket in self._told if not open_only or ticket.closed_at is None]


def unseen(*told: Ticket, devices: tuple[Device, ...] = (PIR, DOOR)) -> dict[str, tuple[tuple[int, int], ...]]:
    hidden = unseen_by(Tickets(*told), "h", devices, now=at(20))  # type: ignore[arg-type]  # it is only read
    day = day_of(Memory([]), HOME, devices, hidden, on=date(2026, 11, 24))
    return {"door" if row.front_door else row.room.value: row.unseen for row in day.rows}


def test_a_gateway_that_was_away_hides_all_behind_it_from_its_last_word_on() -> None:
    found = unseen(ticket(FaultCause.GATEWAY_SILENT, "g", at(9), at(12), silent=2 * 3600.0))

    assert found == {"bathroom": ((84, 60),), "door": ((84, 60),)}


def test_a_room_is_seen_while_one_of_its_devices_works() -> None:
    second = device("pir2", Room.BATHROOM, Role.ROOM)
    dead = [
        ticket(FaultCause.DEVICE_SILENT, "g/pir", at(6), at(10)),
        ticket(FaultCause.DEVICE_STUCK, "g/pir2", at(8), None),
    ]

    assert unseen(*dead, devices=(PIR, second)) == {"bathroom": ((96, 24),)}


def test_what_began_yesterday_or_still_stands_is_shown_from_midnight_or_until_now() -> None:
    yesterday, later = at(0) - timedelta(hours=5), at(0) + timedelta(days=1)
    ended, standing = (
        ticket(FaultCause.BROKER_LOST, "broker", yesterday, at(1)),
        ticket(FaultCause.BRIDGE_OFFLINE, "g", at(18), None),
    )

    assert unseen(ended, standing, devices=(PIR,)) == {"bathroom": ((0, 12), (216, 24))}
    assert unseen(ticket(FaultCause.BROKER_LOST, "broker", later, None), devices=(PIR,)) == {"bathroom": ()}


def test_a_low_battery_or_somebody_elses_gateway_hides_nothing() -> None:
    told = [
        ticket(FaultCause.BATTERY_LOW, "g/pir", at(6), None),
        ticket(FaultCause.GATEWAY_SILENT, "other", at(6), None),
    ]

    assert unseen(*told) == {"bathroom": (), "door": ()}


@given(st.sets(st.text(min_size=1, max_size=8)), st.integers(1, 5))
def test_pages_follow_each_other_without_gap_or_repeat(names: set[str], limit: int) -> None:
    seen: list[str] = []
    cursor: str | None = None

    while True:
        page, cursor = page_after(list(names), lambda name: name, cursor=cursor, limit=limit)
        assert len(page) <= limit
        seen.extend(page)
        if cursor is None:
            break

    assert seen == sorted(names)


def test_what_comes_or_goes_between_pages_moves_nothing_else() -> None:
    first, cursor = page_after(["a", "c", "e"], str, cursor=None, limit=2)

    second, _ = page_after(["b", "e", "f"], str, cursor=cursor, limit=2)

    assert (first, second) == (["a", "c"], ["e", "f"])


@pytest.mark.parametrize("cursor", ["%%%", "é", "_w"])
def test_a_made_up_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(Problem):
        page_after(["a"], str, cursor=cursor, limit=2)
