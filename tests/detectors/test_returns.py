"""Who has always slept at home is missed in the evening; who stays out for nights, or is hardly known, after a day."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.concerns import ConcernKind, Severity
from core.states import Presence
from detectors.instants import DAY, HOUR, NEVER
from detectors.returns import ENOUGH, LATER, LEAST, SHORTEST, Returns
from tests.detectors.conftest import LEARNED
from tests.detectors.elder import GATEWAY, House, at, door, facts_of, moved

OUTINGS = st.lists(st.tuples(st.floats(5.0, 20.0), st.floats(0.1, 8.0)), min_size=10, max_size=60)


def known(outings: list[tuple[float, float]], timezone: str = "UTC") -> Returns:
    """One a day: the hour of leaving, and the hours until the return."""
    returns = Returns()
    for day, (hour, hours) in enumerate(outings):
        left = day * DAY + hour * HOUR
        returns.add(left, left + hours * HOUR, timezone)
    return returns


def test_who_is_always_home_by_six_is_missed_at_eight() -> None:
    returns = known([(14.0, 3.5)] * 20)

    missed = returns.missed_from(30 * DAY + 10 * HOUR, "UTC")

    assert missed == 30 * DAY + 18 * HOUR + LATER


def test_nobody_is_missed_six_hours_after_leaving_however_early_they_are_usually_home() -> None:
    returns = known([(8.0, 1.0)] * 20)
    left = 30 * DAY + 9 * HOUR

    assert returns.missed_from(left, "UTC") == left + LEAST


def test_long_days_out_are_waited_for_half_as_long_again() -> None:
    returns = known([(8.0, 9.0), *[(8.0, 1.0)] * 12])
    left = 30 * DAY + 8 * HOUR

    assert returns.missed_from(left, "UTC") >= left + 1.5 * returns.longest > left + 10 * HOUR


def test_who_was_out_for_a_night_is_not_missed_that_evening() -> None:
    returns = known([(14.0, 3.5)] * 20)
    returns.add(40 * DAY + 18 * HOUR, 41 * DAY + 11 * HOUR, "UTC")

    assert returns.missed_from(50 * DAY + 10 * HOUR, "UTC") == NEVER


def test_little_is_said_of_little() -> None:
    few = known([(14.0, 3.0)] * int(ENOUGH - 1))
    steps_outside = known([(14.0, 0.5 * SHORTEST / HOUR)] * 60)

    assert few.missed_from(30 * DAY, "UTC") == NEVER
    assert steps_outside.missed_from(30 * DAY, "UTC") == NEVER


def test_the_clock_is_that_of_the_home() -> None:
    here = known([(14.0, 3.5)] * 20, "Asia/Shanghai")  # home at half past one in the night, there
    left = 30 * DAY + 10 * HOUR

    assert here.missed_from(left, "Asia/Shanghai") == 30 * DAY + (2 - 8 + 24) * HOUR + LATER


@given(OUTINGS, st.floats(100 * DAY, 101 * DAY))
def test_nobody_is_missed_before_the_latest_that_they_ever_came(
    outings: list[tuple[float, float]], left: float
) -> None:
    returns = known(outings)
    missed = returns.missed_from(left, "UTC")
    again = Returns()
    again.restore(returns.snapshot())

    assert again.missed_from(left, "UTC") == missed
    assert missed == NEVER or missed >= left + max(LEAST, 1.5 * returns.longest)


def test_somebody_who_never_stays_out_is_asked_about_that_evening_and_says_why(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "14:30"), day=LEARNED)
    learned_house.tell(door("open", at(LEARNED, "14:30")), door("closed", at(LEARNED, "14:31")))

    learned_house.pass_until(at(LEARNED + 4, "14:30"))

    concern = learned_house.concerns[0]
    assert timedelta(hours=6) <= concern.at - at(LEARNED, "14:31") <= timedelta(hours=6, minutes=5)
    assert facts_of(concern)["presence"] == "out"
    assert "usually_back_by" in facts_of(concern)
    assert {concern.severity for concern in learned_house.concerns} == {Severity.ORANGE}


def test_who_is_away_for_days_is_out_all_the_time_and_overdue_until_they_are_home(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "14:30"), day=LEARNED)
    learned_house.tell(door("open", at(LEARNED, "14:30")), door("closed", at(LEARNED, "14:31")))
    learned_house.pass_until(at(LEARNED + 4, "14:30"))
    gone = [status for status in learned_house.statuses if status.presence is Presence.OUT]

    learned_house.restart()
    learned_house.pass_until(at(LEARNED + 4, "14:35"))
    again = [status for status in learned_house.statuses if status.presence is Presence.OUT][len(gone) :]
    back = at(LEARNED + 4, "14:40")
    learned_house.tell(door("open", back), moved("kitchen", back + timedelta(minutes=3)))

    assert again == []  # it was told before the restart
    assert gone[-1].presence_since == at(LEARNED, "14:31")
    assert [status.overdue_since for status in gone[-2:]] == [None, at(LEARNED, "20:31")]
    home = learned_house.statuses[-1]
    assert (home.presence, home.overdue_since) == (Presence.HOME, None)


def test_whoever_may_have_come_home_while_nothing_was_heard_is_not_missed(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "14:30"), day=LEARNED)
    learned_house.tell(door("open", at(LEARNED, "14:30")), door("closed", at(LEARNED, "14:31")))
    learned_house.pass_until(at(LEARNED, "20:10"))
    learned_house.dead |= {device.id for device in learned_house.devices}  # the gateway's plug was pulled

    learned_house.pass_until(at(LEARNED + 1, "06:00"))

    assert not learned_house.concerns
    assert [fault.subject for fault in learned_house.faults] == [GATEWAY]


def test_once_somebody_is_missed_a_gateway_that_fails_takes_nothing_back(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "14:30"), day=LEARNED)
    learned_house.tell(door("open", at(LEARNED, "14:30")), door("closed", at(LEARNED, "14:31")))
    learned_house.pass_until(at(LEARNED, "20:29"))
    everything = {device.id for device in learned_house.devices}
    learned_house.dead |= everything

    learned_house.pass_until(at(LEARNED, "23:30"))
    learned_house.dead -= everything
    learned_house.pass_until(at(LEARNED + 1, "02:00"))

    assert [concern.kind for concern in learned_house.concerns] == [ConcernKind.SILENCE]
    assert learned_house.faults
    assert learned_house.mended
    assert learned_house.cleared == []


def test_who_is_back_in_time_is_not_missed(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "14:30"), day=LEARNED)
    learned_house.tell(door("open", at(LEARNED, "14:30")), door("closed", at(LEARNED, "14:31")))
    learned_house.pass_until(at(LEARNED, "20:00"))
    learned_house.tell(door("open", at(LEARNED, "20:00")), door("closed", at(LEARNED, "20:01")))
    learned_house.pass_until(at(LEARNED, "21:00"), [moved("living", at(LEARNED, f"20:{m:02}")) for m in (3, 9, 20, 40)])

    assert not learned_house.concerns
