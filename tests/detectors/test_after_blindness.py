"""After blindness: what was not seen is not taken for what did not happen."""

from datetime import datetime, timedelta

import pytest

from core.concerns import ConcernKind
from core.places import Device, Role, Room
from core.readings import Kind, Novelty, Reading
from core.states import Presence
from detectors.appliance_on import ApplianceOn
from detectors.quiets import BATHROOM
from detectors.returns import Returns
from tests.detectors.conftest import LEARNED
from tests.detectors.elder import GATEWAY, HOME, STOVE, House, at, day_of_life, devices_of, door, moved, reading

ON = at(LEARNED, "11:20")
BED = Device(f"{GATEWAY}/bed", HOME, Room.BEDROOM, Role.BED, GATEWAY)


def go_dark(house: House, until: datetime) -> None:
    """Nothing is heard from now until then."""
    everything = {device.id for device in house.devices}
    house.dead |= everything
    house.pass_until(until)
    house.dead -= everything


def bed(when: datetime, *, occupied: bool, novelty: Novelty = Novelty.CHANGED) -> Reading:
    return reading(BED.id, Kind.OCCUPANCY, occupied, when, novelty=novelty)


def test_after_a_long_outage_nobody_knows_who_went_out_until_somebody_is_seen(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "08:30"), day=LEARNED)
    go_dark(learned_house, at(LEARNED, "12:00"))
    learned_house.pass_until(at(LEARNED, "12:20"))
    unseen = learned_house.status.presence
    learned_house.tell(moved("kitchen", at(LEARNED, "12:21")))

    assert unseen is Presence.UNKNOWN
    assert learned_house.status.presence is Presence.HOME


def test_a_short_outage_hides_nobody_who_left(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "15:00"), day=LEARNED)
    learned_house.watch.broker_lost(at(LEARNED, "15:00"))
    learned_house.watch.broker_back(at(LEARNED, "15:10"))

    learned_house.pass_until(at(LEARNED, "15:20"))

    assert learned_house.status.presence is Presence.HOME


def test_who_went_out_unseen_has_until_they_are_usually_back(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "08:30"), day=LEARNED)
    watch = learned_house.watch._homes[HOME]
    watch.presence.returns.longest = 7 * 3600.0
    go_dark(learned_house, at(LEARNED, "12:00"))
    seen_again = watch.silence._visibility

    learned_house.pass_until(at(LEARNED, "21:30"))

    first = min(concern.at for concern in learned_house.concerns if concern.kind is ConcernKind.SILENCE)
    assert timedelta(hours=7) <= first - datetime.fromtimestamp(seen_again.sight_since, first.tzinfo)
    assert first <= at(LEARNED, "20:00")


def test_the_quiet_of_an_empty_home_does_not_shorten_the_wait_after_an_outage(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "08:40"), day=LEARNED)
    learned_house.tell(door("open", at(LEARNED, "08:41")), door("closed", at(LEARNED, "08:42")))
    learned_house.pass_until(at(LEARNED, "13:00"))
    go_dark(learned_house, at(LEARNED, "16:00"))

    learned_house.pass_until(at(LEARNED, "16:30"))

    silence = learned_house.watch._homes[HOME].silence
    assert not learned_house.concerns
    assert silence.base > at(LEARNED, "15:00").timestamp()
    assert silence.seen_for == 0.0
    assert silence.threshold == silence._bounded(
        silence.base, silence.routine.widest_threshold(silence.base), silence.place
    )


@pytest.fixture
def house_of_an_absentee(learned_house: House) -> House:
    """Who goes out at no usual time, never for longer than six hours, and left at 08:42."""
    learned_house.live_until(at(LEARNED, "08:40"), day=LEARNED)
    returns = learned_house.watch._homes[HOME].presence.returns = Returns()
    returns.longest = 6 * 3600.0
    learned_house.tell(door("open", at(LEARNED, "08:41")), door("closed", at(LEARNED, "08:42")))
    return learned_house


def test_who_may_have_come_home_and_left_again_in_an_outage_is_out_for_as_long_again_as_they_ever_are(
    house_of_an_absentee: House,
) -> None:
    house = house_of_an_absentee
    house.watch._homes[HOME].presence.returns.longest = 20 * 3600.0
    house.pass_until(at(LEARNED, "18:00"))
    go_dark(house, at(LEARNED + 1, "02:00"))

    house.pass_until(at(LEARNED + 2, "03:00"))
    until_then = list(house.concerns)
    house.pass_until(at(LEARNED + 2, "12:00"))

    assert not until_then
    assert [concern.kind for concern in house.concerns] == [ConcernKind.SILENCE]


def test_who_is_never_away_for_long_is_missed_soon_after_an_outage_at_the_end_of_their_day(
    house_of_an_absentee: House,
) -> None:
    house, seen_again = house_of_an_absentee, at(LEARNED + 1, "08:30")
    house.pass_until(at(LEARNED + 1, "06:00"))
    go_dark(house, seen_again)

    house.pass_until(at(LEARNED + 1, "20:00"))

    [missed] = house.concerns
    assert timedelta(hours=6) < missed.at - seen_again < timedelta(hours=9)


def test_who_was_missed_before_an_outage_is_missed_after_it(house_of_an_absentee: House) -> None:
    house = house_of_an_absentee
    house.pass_until(at(LEARNED + 1, "12:00"))
    missed = [concern.episode for concern in house.concerns]
    go_dark(house, at(LEARNED + 1, "18:00"))

    house.pass_until(at(LEARNED + 2, "12:00"))

    assert missed
    assert [concern.episode for concern in house.concerns] == missed
    assert not house.cleared


@pytest.fixture
def house_with_bed(learned_house: House) -> House:
    """The learned house, since last night with a pad in the bed, and in the dark from five until two in the afternoon,
    so that nobody heard that the bed was left.
    """
    house = House(devices=[*devices_of(), BED], now=at(LEARNED, "00:00"))
    house.watch.restore(list(learned_house.watch.snapshots(learned_house.now, dirty_only=False)))
    told = [bed(at(LEARNED, "21:59"), occupied=False), bed(at(LEARNED, "22:20"), occupied=True)]
    house.pass_until(at(LEARNED + 1, "05:00"), sorted([*day_of_life(LEARNED), *told], key=lambda r: r.at))
    go_dark(house, at(LEARNED + 1, "14:00"))
    house.pass_until(
        at(LEARNED + 1, "21:50"), [r for r in day_of_life(LEARNED + 1) if r.at > at(LEARNED + 1, "14:00")][:-9]
    )
    house.said.clear()
    return house


def test_who_lies_in_bed_is_not_missed_in_the_bathroom(house_with_bed: House) -> None:
    house = house_with_bed
    house.tell(moved("bathroom", at(LEARNED + 1, "21:51")))
    house.tell(bed(at(LEARNED + 1, "21:58"), occupied=True, novelty=Novelty.REPEATED))

    house.pass_until(at(LEARNED + 2, "03:00"))

    assert [concern for concern in house.concerns if concern.kind is ConcernKind.SILENCE] == []


def test_who_does_not_come_back_to_bed_is_missed_in_the_bathroom_all_the_same(house_with_bed: House) -> None:
    house = house_with_bed
    house.tell(bed(at(LEARNED + 1, "21:50"), occupied=True, novelty=Novelty.REPEATED))
    house.tell(moved("bathroom", at(LEARNED + 1, "21:51")))

    house.pass_until(at(LEARNED + 2, "00:30"))

    assert house.watch._homes[HOME].silence.place == BATHROOM
    assert [c.kind for c in house.concerns] == [ConcernKind.SILENCE]


def test_whether_it_was_switched_off_in_the_dark_is_for_the_plug_to_say(learned_house: House) -> None:
    learned_house.live_until(ON, day=LEARNED)
    learned_house.tell(reading(STOVE, Kind.POWER, 1200.0, ON))
    go_dark(learned_house, at(LEARNED, "15:00"))
    learned_house.pass_until(
        at(LEARNED, "16:30"), [moved("living", at(LEARNED, clock)) for clock in ("15:02", "16:00")]
    )
    unheard = left_on(learned_house)
    learned_house.tell(reading(STOVE, Kind.POWER, 1210.0, at(LEARNED, "16:31")))
    learned_house.pass_until(at(LEARNED, "16:32"))

    assert not unheard
    assert left_on(learned_house) == [(ON, at(LEARNED, "16:31"))]


def left_on(house: House) -> list[tuple[datetime, datetime]]:
    """Since when and when it was said."""
    said = [concern for concern in house.concerns if concern.kind is ConcernKind.APPLIANCE_ON]
    return [(concern.since, concern.at.replace(microsecond=0)) for concern in said]


def test_who_cooks_after_an_outage_has_not_left_it_on_since_before(learned_house: House) -> None:
    learned_house.live_until(ON, day=LEARNED)
    learned_house.tell(reading(STOVE, Kind.POWER, 1200.0, ON))
    go_dark(learned_house, at(LEARNED, "15:00"))
    learned_house.pass_until(at(LEARNED, "17:00"), [moved("living", at(LEARNED, "15:02"))])

    again = at(LEARNED, "17:02")
    learned_house.tell(moved("kitchen", at(LEARNED, "17:01")), reading(STOVE, Kind.POWER, 1210.0, again))
    life = [moved("living", at(LEARNED, clock)) for clock in ("17:30", "18:30", "19:30", "20:30")]
    learned_house.pass_until(at(LEARNED, "18:00"), life[:1])
    meanwhile = left_on(learned_house)
    learned_house.pass_until(at(LEARNED, "21:00"), life[1:])

    assert not meanwhile
    assert [since for since, _ in left_on(learned_house)] == [again]


@pytest.mark.parametrize(("kitchen", "since"), [(None, ON), ("15:00:30", None), ("15:04", None), ("15:20", ON)])
def test_what_is_on_when_the_home_is_seen_again_was_left_on_unless_somebody_is_beside_it(
    learned_house: House, kitchen: str | None, since: datetime | None
) -> None:
    learned_house.live_until(ON, day=LEARNED)
    learned_house.tell(reading(STOVE, Kind.POWER, 1200.0, ON))
    go_dark(learned_house, at(LEARNED, "15:00"))

    stirred = [] if kitchen is None else [moved("kitchen", at(LEARNED, kitchen))]
    said = reading(STOVE, Kind.POWER, 1210.0, at(LEARNED, "15:01"))
    learned_house.pass_until(at(LEARNED, "15:30"), sorted([*stirred, said], key=lambda r: r.at))

    assert [began for began, _ in left_on(learned_house)] == ([] if since is None else [since])


def blink(house: House, when: datetime) -> None:
    """The bridge starts again."""
    house.now = when
    house.watch.broker_lost(when)
    house.watch.broker_back(when + timedelta(seconds=2))


def cooking(since: datetime, until: datetime) -> list[Reading]:
    """The plug says every minute that it is on."""
    minutes = range(int((until - since).total_seconds() // 60))
    return [reading(STOVE, Kind.POWER, 1200.0 + m % 7, since + timedelta(minutes=m)) for m in minutes]


def test_a_bridge_that_starts_again_takes_back_nothing_and_begins_nothing_anew(learned_house: House) -> None:
    house, end = learned_house, at(LEARNED, "16:00")
    house.live_until(ON, day=LEARNED)
    kitchen = [moved("kitchen", at(LEARNED, clock)) for clock in ("12:08:30", "12:11:30")]
    life = sorted([*cooking(ON, end), *kitchen], key=lambda r: r.at)
    for blinks in (at(LEARNED, "12:10"), at(LEARNED, "14:05"), at(LEARNED, "15:10"), end):
        house.pass_until(blinks, [r for r in life if house.now < r.at < blinks or (r.at == ON and house.now == ON)])
        blink(house, blinks)
    house.pass_until(end + timedelta(minutes=5))

    assert [since for since, _ in left_on(house)] == [ON]
    assert not [cleared for cleared in house.cleared if cleared.kind is ConcernKind.APPLIANCE_ON]


def test_what_was_too_long_on_before_an_outage_is_so_after_it_whoever_comes_by(learned_house: House) -> None:
    house = learned_house
    house.live_until(ON, day=LEARNED)
    house.pass_until(at(LEARNED, "14:00"), cooking(ON, at(LEARNED, "14:00")))
    before = left_on(house)
    go_dark(house, at(LEARNED, "15:00"))

    again = [moved("kitchen", at(LEARNED, "15:00:20")), *cooking(at(LEARNED, "15:01"), at(LEARNED, "15:40"))]
    house.pass_until(at(LEARNED, "15:40"), again)

    assert [since for since, _ in before] == [ON]
    assert left_on(house) == before
    assert not [cleared for cleared in house.cleared if cleared.kind is ConcernKind.APPLIANCE_ON]


def test_a_run_whose_end_was_hidden_teaches_nothing(learned_house: House) -> None:
    learned_house.live_until(ON, day=LEARNED)
    learned_house.tell(reading(STOVE, Kind.POWER, 1200.0, ON))
    stove = learned_house.watch._homes[HOME]._extras[f"appliance_on:{STOVE}"]
    assert isinstance(stove, ApplianceOn)
    known = stove.runs.snapshot()[1:]
    go_dark(learned_house, at(LEARNED, "18:00"))

    learned_house.pass_until(at(LEARNED, "18:01"), [reading(STOVE, Kind.POWER, 0.0, at(LEARNED, "18:01"))])

    assert stove.runs.snapshot() == [None, *known]
    assert not left_on(learned_house)


def sound_sleep(day: int) -> list[Reading]:
    """A usual day of somebody who does not get up in the night, as seen without the bedroom's sensor."""
    until, since = at(day, "06:00"), at(day, "21:30")
    return [r for r in day_of_life(day) if until < r.at < since and r.device != f"{GATEWAY}/bedroom"]


def test_who_sleeps_where_the_bedrooms_sensor_is_dead_is_not_missed_before_they_are_usually_up(
    learned_house: House,
) -> None:
    learned_house.dead.add(f"{GATEWAY}/bedroom")

    for day in range(LEARNED, LEARNED + 4):
        learned_house.pass_until(at(day + 1, "00:00"), sound_sleep(day))

    assert [fault.subject for fault in learned_house.faults] == [f"{GATEWAY}/bedroom"]
    assert learned_house.concerns == []


def test_who_goes_to_bed_past_the_bathroom_on_the_evening_on_which_sensors_died_is_not_missed(
    learned_house: House,
) -> None:
    learned_house.live_until(at(LEARNED, "21:00"), day=LEARNED)
    learned_house.dead |= {f"{GATEWAY}/bedroom", f"{GATEWAY}/living"}

    last = [moved("bathroom", at(LEARNED, clock)) for clock in ("21:31", "21:33", "21:40")]
    learned_house.pass_until(at(LEARNED + 1, "05:30"), last)

    assert learned_house.concerns == []


def test_who_fell_in_such_a_night_is_found_in_the_morning_all_the_same(learned_house: House) -> None:
    learned_house.dead.add(f"{GATEWAY}/bedroom")
    learned_house.pass_until(at(LEARNED + 1, "00:00"), sound_sleep(LEARNED))
    learned_house.pass_until(at(LEARNED + 2, "00:00"), sound_sleep(LEARNED + 1))

    learned_house.pass_until(at(LEARNED + 2, "12:00"))

    concern = learned_house.concerns[0]
    assert at(LEARNED + 2, "06:30") < concern.at < at(LEARNED + 2, "10:00")
