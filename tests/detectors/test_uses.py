"""Uses: an appliance that nobody described is judged once it has shown what it is; on and off alone may be a lid."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from math import inf

from hypothesis import given, settings
from hypothesis import strategies as st

from core.concerns import CannotTell, Concern, Verdict
from core.places import Device, Role, Room
from core.readings import Kind
from detectors.appliance_on import ApplianceOn
from detectors.instants import DAY, HOUR, MINUTE
from detectors.presence import HomePresence
from detectors.reception import Reception
from detectors.uses import LEAST_USES, MOST, Uses, too_long
from detectors.visibility import HomeVisibility
from tests.detectors.elder import HOME, at, reading

PLUG = "g-1/plug"
LENGTHS = st.lists(st.floats(1.0, 600.0), min_size=1, max_size=30)


class Plug:
    """One plug in a home of its own. `now`: when it spoke last."""

    def __init__(self, role: Role) -> None:
        device = Device(PLUG, HOME, Room.KITCHEN, role, "g-1")
        self.visibility = HomeVisibility([device])
        self.detector = ApplianceOn(device, self.visibility, HomePresence(self.visibility))
        self.reception = Reception([device], "Asia/Shanghai")
        self.now = at(0, "00:00")

    def says(self, watts: float, when: datetime) -> None:
        self.hears(Kind.POWER, watts, when)

    def hears(self, kind: Kind, value: float, when: datetime) -> None:
        seen = self.reception.receive(reading(PLUG, kind, value, when))
        assert seen is not None
        self.visibility.observe(seen)
        self.detector.observe(seen)
        self.now = max(self.now, when)

    def used(self, day: int, clock: str, minutes: float, watts: Iterable[float] = (1490.0, 1510.0)) -> None:
        """On for so long, said every five minutes, and off."""
        start, powers = at(day, clock), list(watts)
        for turn in range(int(minutes / 5) + 1):
            self.says(powers[turn % len(powers)], start + timedelta(minutes=5 * turn))
        self.says(0.0, start + timedelta(minutes=minutes, seconds=1))

    def on_for(self, minutes: float, since: datetime, watts: Iterable[float] = (1490.0, 1510.0)) -> list[Verdict]:
        """What is said every five minutes while it stays on."""
        powers, verdicts = list(watts), list[Verdict]()
        for turn in range(int(minutes / 5) + 1):
            when = since + timedelta(minutes=5 * turn)
            self.says(powers[turn % len(powers)], when)
            verdicts.append(self.detector.assess(when))
        return verdicts


def found_after(verdicts: list[Verdict]) -> float:
    """Minutes until it was said; infinite if it was not."""
    return next((5.0 * turn for turn, verdict in enumerate(verdicts) if isinstance(verdict, Concern)), inf)


def test_a_toaster_is_known_for_one_from_its_first_day() -> None:
    plug = Plug(Role.TOASTER)

    assert found_after(plug.on_for(40, at(0, "07:20"))) == 15


def test_an_iron_cools_and_heats_by_itself_and_is_left_on_all_the_same() -> None:
    plug = Plug(Role.IRON)
    start = at(0, "14:00")
    for turn in range(60):
        plug.says(1800.0 + turn, start + timedelta(minutes=2 * turn))
        plug.says(0.0, start + timedelta(minutes=2 * turn, seconds=20))

    verdict = plug.detector.assess(plug.now)

    assert isinstance(verdict, Concern)
    assert verdict.since == start
    assert plug.detector.assess(start + timedelta(minutes=79)) != verdict


def test_a_heater_that_nobody_described_may_be_on_all_evening_from_the_first() -> None:
    plug = Plug(Role.APPLIANCE)

    first = plug.on_for(14 * 60, at(0, "17:00"))
    plug.says(0.0, at(1, "08:00"))
    for day in range(1, 9):
        plug.used(day, "17:00", 60 + 40 * (day % 4))

    assert found_after(first) == inf
    assert isinstance(first[-1], CannotTell)
    assert found_after(plug.on_for(10 * 60, at(9, "13:00"))) == inf


def test_a_dispenser_that_heats_every_twenty_minutes_is_no_brief_appliance() -> None:
    plug = Plug(Role.APPLIANCE)
    for day in range(4):
        for turn in range(24):
            plug.used(day, f"{8 + turn // 3:02}:{turn % 3 * 20:02}", 3)

    assert found_after(plug.on_for(120, at(5, "08:00"))) == inf


def test_what_is_only_ever_used_briefly_is_missed_after_four_uses() -> None:
    plug = Plug(Role.APPLIANCE)
    for day in range(4):
        plug.used(day, "07:20", 3)

    assert found_after(plug.on_for(90, at(4, "07:20"))) <= 40


def test_a_lid_that_stands_open_is_no_microwave_left_on() -> None:
    lid, oven = Plug(Role.MICROWAVE), Plug(Role.MICROWAVE)
    for day in range(6):
        lid.used(day, "12:00", 2, [1000.0])
        oven.used(day, "12:00", 2, [1000.0 + day])

    assert found_after(lid.on_for(180, at(6, "12:00"), [1000.0])) == inf
    assert found_after(oven.on_for(180, at(6, "12:00"), [1003.0])) <= 60


def test_a_lever_that_stayed_down_for_hours_was_no_toaster() -> None:
    plug = Plug(Role.TOASTER)
    for day in range(5):
        plug.used(day, "07:20", 2, [1000.0])
    believed = plug.on_for(180, at(5, "07:20"), [1000.0])
    plug.says(0.0, at(5, "12:00"))

    assert found_after(believed) <= 15
    assert found_after(plug.on_for(180, at(6, "07:20"), [1000.0])) == inf


def test_a_clock_that_was_set_back_makes_no_run_of_a_day() -> None:
    plug = Plug(Role.KETTLE)
    plug.says(0.0, at(1, "06:00"))
    plug.hears(Kind.BATTERY, 80.0, at(2, "07:00"))

    plug.says(1800.0, at(1, "07:01"))

    assert plug.detector.runs.since == at(2, "07:00").timestamp()
    assert not isinstance(plug.detector.assess(at(2, "07:05")), Concern)


def test_what_is_not_judged_by_its_uses_alone_is_not_judged_by_what_endings_taught_of_them_either() -> None:
    plug = Plug(Role.APPLIANCE)
    for day in range(12):
        plug.used(day, "18:00", 60 + 5 * (day % 3))
    judged = plug.detector.limit()
    plug.detector.runs.patience = MOST / judged + 0.1

    assert HOUR < judged < MOST
    assert plug.detector.limit() == inf
    assert isinstance(plug.on_for(13 * 60, at(12, "06:00"))[-1], CannotTell)


def test_a_use_in_which_somebody_was_in_need_is_no_custom() -> None:
    odd = 6
    without, uses = Uses(), Uses()
    for day in (0, 1, 2, 3, 4, 5, 7):
        without.note(day * DAY, day * DAY + 3 * MINUTE)
    for day in range(8):
        uses.note(day * DAY, day * DAY + (5 * HOUR if day == odd else 3 * MINUTE))
    with_it = uses.limit

    uses.take_back(odd * DAY)

    assert with_it > 2 * without.limit
    assert uses.limit == without.limit


@settings(max_examples=40, deadline=None)
@given(st.floats(1.0, 400.0), st.lists(st.floats(1.0, 6.0), min_size=LEAST_USES, max_size=8), st.floats(1.0, 10.0))
def test_what_is_used_for_longer_is_missed_no_sooner(least: float, alike: list[float], times: float) -> None:
    minutes = [least * each for each in alike]
    usual = too_long([MINUTE * each for each in minutes])

    assert too_long([MINUTE * each * times for each in minutes]) >= 0.98 * usual


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0.0, 3 * DAY), st.floats(1.0, DAY)), max_size=20))
def test_a_restart_forgets_no_use(notes: list[tuple[float, float]]) -> None:
    uses, other, t = Uses(), Uses(), 0.0
    for pause, length in notes:
        t += pause
        uses.note(t, t + length)
        t += length
        other.restore(uses.snapshot())

        assert other.limit == uses.limit
        assert other.snapshot() == uses.snapshot()
