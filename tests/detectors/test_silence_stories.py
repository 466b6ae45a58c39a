"""Somebody falls, sleeps in, goes out, is not seen: what the watch says of it, and when."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from core.concerns import ConcernKind, Severity
from core.places import Device, Role, Room
from core.readings import Reading
from core.states import Presence, Visibility
from detectors.settings import WatchSettings
from tests.detectors.conftest import LEARNED
from tests.detectors.elder import (
    DOOR,
    GATEWAY,
    HOME,
    ZONE,
    House,
    at,
    check_ins,
    day_of_life,
    devices_of,
    door,
    facts_of,
    moved,
)


def test_a_fall_in_the_bathroom_is_found_within_the_hour(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "10:40"), day=LEARNED)
    fallen = at(LEARNED, "10:40")
    learned_house.tell(moved("bathroom", fallen))

    learned_house.pass_until(fallen + timedelta(hours=6))

    (concern,) = learned_house.concerns
    assert concern.kind is ConcernKind.SILENCE
    assert concern.severity is Severity.RED
    assert concern.place is Room.BATHROOM
    assert timedelta(minutes=30) <= concern.at - fallen <= timedelta(hours=1)


def test_the_concern_says_why_in_numbers(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "15:00"), day=LEARNED)
    fallen = at(LEARNED, "15:00")
    learned_house.tell(moved("living", fallen))

    learned_house.pass_until(fallen + timedelta(hours=3))

    facts = facts_of(learned_house.concerns[0])
    assert facts["last_seen_place"] == "living"
    assert facts["last_seen_at"] == fallen.isoformat()
    assert facts["silent_for"] == pytest.approx(float(facts["threshold"]), abs=1)
    assert float(facts["usual_longest"]) < float(facts["threshold"])
    assert facts["days_learned"] == LEARNED
    assert facts["front_door"] == "closed"
    assert facts["presence"] == "home"
    assert facts["seeing_devices"] == 6
    assert facts["budget"] == WatchSettings().false_alarms_per_month


def test_a_silence_that_lasts_becomes_red_in_the_same_episode(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "15:00"), day=LEARNED)
    learned_house.tell(moved("living", at(LEARNED, "15:00")))

    learned_house.pass_until(at(LEARNED, "22:00"))

    first, second = learned_house.concerns
    assert (first.severity, second.severity) == (Severity.ORANGE, Severity.RED)
    assert first.episode == second.episode
    assert first.key == second.key


def test_a_sleeper_is_left_in_peace_until_well_after_the_usual_hour(another: Callable[[], House]) -> None:
    sleeper = another()
    sleeper.live_until(at(LEARNED, "02:00"), day=LEARNED)
    sleeper.tell(moved("bedroom", at(LEARNED, "02:00")))

    sleeper.pass_until(at(LEARNED, "14:00"))

    found = sleeper.concerns[0].at.astimezone(ZONE)
    assert 7 <= found.hour <= 10


def test_a_sign_of_life_ends_the_concern_and_the_next_silence_is_another_episode(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "15:00"), day=LEARNED)
    learned_house.tell(moved("living", at(LEARNED, "15:00")))
    learned_house.pass_until(at(LEARNED, "17:10"))

    learned_house.tell(moved("kitchen", at(LEARNED, "17:11")))
    learned_house.pass_until(at(LEARNED, "21:00"))

    first, *_, last = learned_house.concerns
    assert learned_house.cleared[0].episode == first.episode
    assert last.episode != first.episode


def test_who_goes_out_is_not_missed_and_who_comes_back_is_at_home(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "14:30"), day=LEARNED)
    leaving = at(LEARNED, "14:30")
    learned_house.tell(moved("living", leaving), door("open", leaving + timedelta(seconds=30)))
    learned_house.tell(door("closed", leaving + timedelta(seconds=36)))

    learned_house.pass_until(at(LEARNED, "19:00"))
    away = learned_house.status.presence
    learned_house.tell(door("open", at(LEARNED, "19:00")), door("closed", at(LEARNED, "19:01")))
    learned_house.tell(moved("living", at(LEARNED, "19:03")))

    assert away is Presence.OUT
    assert learned_house.status.presence is Presence.HOME
    assert learned_house.concerns == []


def test_a_sensor_that_still_reports_the_leaving_person_does_not_make_them_stay(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "14:30"), day=LEARNED)
    leaving = at(LEARNED, "14:30")
    learned_house.tell(door("open", leaving), door("closed", leaving + timedelta(seconds=6)))
    learned_house.tell(moved("living", leaving + timedelta(seconds=25)))

    learned_house.pass_until(at(LEARNED, "18:00"))

    assert learned_house.status.presence is Presence.OUT


def test_who_came_in_and_showed_nowhere_is_neither_home_nor_out_and_is_missed_later(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "14:30"), day=LEARNED)
    learned_house.tell(door("open", at(LEARNED, "14:30")), door("closed", at(LEARNED, "14:31")))
    learned_house.pass_until(at(LEARNED, "15:30"))

    learned_house.tell(door("open", at(LEARNED, "15:30")), door("closed", at(LEARNED, "15:31")))
    learned_house.pass_until(at(LEARNED, "23:30"))

    concern = learned_house.concerns[0]
    assert facts_of(concern)["presence"] == "unknown"
    assert concern.at > at(LEARNED, "16:45")


def test_the_absence_of_whoever_stays_out_overnight_is_believed_for_a_day_and_then_doubted(
    learned_house: House,
) -> None:
    learned_house.live_until(at(LEARNED, "18:00"), day=LEARNED)
    learned_house.tell(door("open", at(LEARNED, "18:00")), door("closed", at(LEARNED, "18:01")))
    learned_house.pass_until(at(LEARNED + 1, "11:00"))
    back, out = at(LEARNED + 1, "11:00"), at(LEARNED + 1, "14:30")
    learned_house.tell(door("open", back), door("closed", back + timedelta(minutes=1)))
    learned_house.pass_until(out, [moved("living", back + timedelta(minutes=m)) for m in range(3, 200, 9)])
    asked = len(learned_house.concerns)
    learned_house.tell(door("open", out), door("closed", out + timedelta(minutes=1)))

    learned_house.pass_until(at(LEARNED + 4, "14:30"))

    concern = learned_house.concerns[asked]
    assert timedelta(hours=24) <= concern.at - out - timedelta(minutes=1) <= timedelta(hours=25)
    assert facts_of(concern)["presence"] == "out"


def test_a_journey_that_nobody_told_of_is_asked_about_and_never_rushed(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "14:30"), day=LEARNED)
    learned_house.tell(door("open", at(LEARNED, "14:30")), door("closed", at(LEARNED, "14:31")))

    learned_house.pass_until(at(LEARNED + 4, "14:30"))

    assert {concern.severity for concern in learned_house.concerns} == {Severity.ORANGE}


def test_after_a_gateway_outage_nobody_is_alarmed_about_at_once(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "15:00"), day=LEARNED)
    everything = {d.id for d in learned_house.devices}
    learned_house.dead |= everything
    learned_house.pass_until(at(LEARNED, "21:00"))
    learned_house.dead -= everything

    learned_house.pass_until(at(LEARNED, "22:00"))

    assert learned_house.status.visibility is Visibility.VISIBLE
    assert learned_house.concerns == []


def test_who_fell_during_an_outage_is_found_after_it(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "08:40"), day=LEARNED)
    everything = {d.id for d in learned_house.devices}
    learned_house.dead |= everything
    learned_house.pass_until(at(LEARNED, "12:00"))
    learned_house.dead -= everything

    learned_house.pass_until(at(LEARNED, "20:00"))

    concern = learned_house.concerns[0]
    assert at(LEARNED, "13:00") <= concern.at <= at(LEARNED, "16:00")


def test_a_dead_gateway_is_blindness_and_never_silence(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "15:00"), day=LEARNED)
    learned_house.dead |= {d.id for d in learned_house.devices}

    learned_house.pass_until(at(LEARNED + 3, "15:00"))

    assert learned_house.concerns == []
    assert learned_house.status.visibility is Visibility.BLIND
    assert [f.key for f in learned_house.faults] == [f"gateway_silent/{GATEWAY}"]


@pytest.mark.parametrize("room", ["bathroom", "bedroom", "living", "kitchen"])
@pytest.mark.parametrize("clock", ["07:00", "11:30", "14:45", "18:10", "20:00"])
def test_the_death_of_any_one_sensor_is_never_taken_for_silence(learned_house: House, room: str, clock: str) -> None:
    learned_house.live_until(at(LEARNED, clock), day=LEARNED)
    learned_house.tell(moved(room, at(LEARNED, clock)))
    learned_house.dead.add(f"{GATEWAY}/{room}")
    wakes = next(r.at for r in _life_after(clock) if r.device != f"{GATEWAY}/{room}")

    learned_house.pass_until(at(LEARNED + 1, "00:00"), _life_after(clock))

    sooner = [c for c in learned_house.concerns if c.at < wakes]
    assert sooner == []
    assert f"device_silent/{GATEWAY}/{room}" in {f.key for f in learned_house.faults}


def _life_after(clock: str) -> list[Reading]:
    return [r for r in day_of_life(LEARNED) if r.at > at(LEARNED, clock)]


def test_on_the_first_day_a_usual_life_raises_nothing(new_house: House) -> None:
    new_house.live(3)

    assert new_house.concerns == []
    assert new_house.faults == []


def test_on_the_first_day_a_fall_is_found_all_the_same(new_house: House) -> None:
    new_house.live_until(at(0, "15:00"), day=0)
    new_house.tell(moved("living", at(0, "15:00")))

    new_house.pass_until(at(1, "15:00"))

    assert timedelta(hours=4) <= new_house.concerns[0].at - at(0, "15:00") <= timedelta(hours=15)


def test_a_home_in_which_nobody_was_ever_seen_raises_nothing(new_house: House) -> None:
    new_house.pass_until(at(5, "00:00"))

    assert new_house.concerns == []


def test_a_thinly_equipped_home_waits_longer_than_a_dense_one(new_house: House) -> None:
    thin = House(devices=[Device(f"{GATEWAY}/kitchen", HOME, Room.KITCHEN, Role.ROOM, GATEWAY)])
    for house in (new_house, thin):
        house.tell(moved("kitchen", at(0, "12:00")))
        house.pass_until(at(2, "00:00"))

    dense_at, thin_at = (house.concerns[0].at for house in (new_house, thin))
    assert thin_at > dense_at


def test_with_one_kind_of_evidence_a_quiet_is_waited_for_half_as_long_again_and_says_so() -> None:
    found = []
    for doubts in (True, False):
        only = [Device(f"{GATEWAY}/kitchen", HOME, Room.KITCHEN, Role.ROOM, GATEWAY)]
        house = House(devices=only, settings=WatchSettings(doubts=doubts))
        house.tell(moved("kitchen", at(0, "12:00")))
        house.pass_until(at(2, "00:00"))
        found.append(facts_of(house.concerns[0]))

    waited, at_once = found
    assert float(waited["threshold"]) == pytest.approx(1.5 * float(at_once["threshold"]), abs=2.0)
    assert (waited["seeing_kinds"], waited["waited_times"]) == (1, 1.5)
    assert "waited_times" not in at_once


def test_a_larger_budget_of_false_alarms_finds_sooner() -> None:
    found = []
    for budget in (0.1, 4.0):
        house = House(settings=WatchSettings(false_alarms_per_month=budget))
        house.live(LEARNED)
        house.live_until(at(LEARNED, "15:00"), day=LEARNED)
        house.pass_until(at(LEARNED, "23:00"))
        found.append(house.concerns[0].at)

    assert found[1] < found[0]


def test_check_ins_alone_are_no_signs_of_life() -> None:
    house = House()
    ids = [d.id for d in devices_of()]

    house.tell(*sorted(check_ins(ids, at(0, "00:00"), at(2, "00:00")), key=lambda r: r.at))

    assert house.status.last_sign_at is None
    assert DOOR in ids
