"""Cold and heat at home: told in time, at home only, by rooms where people live, and never by a broken thermometer."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from core.concerns import Concern, ConcernKind, Severity
from core.faults import FaultCause
from core.places import Device, Role, Room
from core.readings import Kind, Novelty, Reading, Replay
from detectors.watch import Watch
from tests.detectors.elder import GATEWAY, HOME, House, at, devices_of, door, facts_of, moved, reading

BEDROOM = Device(f"{GATEWAY}/bedroom_climate", HOME, Room.BEDROOM, Role.CLIMATE, GATEWAY)
LIVING = Device(f"{GATEWAY}/living_climate", HOME, Room.LIVING, Role.CLIMATE, GATEWAY)
BALCONY = Device(f"{GATEWAY}/balcony_climate", HOME, Room.BALCONY, Role.CLIMATE, GATEWAY)
PEOPLE = [d for d in devices_of() if d.id in {f"{GATEWAY}/living", f"{GATEWAY}/door"}]
COLD, HOT = ConcernKind.TOO_COLD, ConcernKind.TOO_HOT
YELLOW, ORANGE, RED = Severity.YELLOW, Severity.ORANGE, Severity.RED
Curve = Callable[[float], float]
"""°C by hours since the story began."""


def degrees(value: float, when: datetime, device: Device = BEDROOM) -> Reading:
    return reading(device.id, Kind.TEMPERATURE, round(value, 1), when, novelty=Novelty.CHANGED)


def like_a_day(coldest: float, warmest: float) -> Curve:
    """Coldest at six in the morning, warmest at six in the evening."""
    return lambda hour: (coldest + warmest) / 2 - (warmest - coldest) / 2 * math.cos(2 * math.pi * (hour - 6) / 24)


class Flat:
    """A flat with thermometers, and somebody who stirs in the living room every hour of the day."""

    def __init__(self, *thermometers: Device) -> None:
        self.thermometers = thermometers or (BEDROOM,)
        self.house = House(devices=[*PEOPLE, *self.thermometers])
        self.hour = 0.0
        self.stirs = True

    def when(self, hour: float) -> datetime:
        return at(0, "00:00") + timedelta(hours=hour)

    def live(self, hours: float, *curves: Curve, every: float = 1.0) -> None:
        """So long at these temperatures, one curve for each thermometer; they report `every` so many hours."""
        start, told = self.hour, []
        self.hour += hours
        for count in range(int(hours / every)):
            hour = start + count * every
            for n, (device, curve) in enumerate(zip(self.thermometers, curves, strict=False)):
                told.append(degrees(curve(hour), self.when(hour) + timedelta(minutes=7 + n), device))
        if self.stirs:
            waking = (start + k for k in range(int(hours)) if 7 <= (start + k) % 24 <= 21)
            told += [moved("living", self.when(hour + 0.4)) for hour in waking]
        self.house.pass_until(self.when(self.hour), told)

    @property
    def called(self) -> list[tuple[ConcernKind, Severity]]:
        return [(c.kind, c.severity) for c in self.temperatures]

    @property
    def temperatures(self) -> list[Concern]:
        return [c for c in self.house.concerns if c.kind in {COLD, HOT}]

    def hours_until(self, severity: Severity, since: float) -> float:
        first = next(c for c in self.temperatures if c.severity is severity)
        return round((first.at - self.when(since)) / timedelta(hours=1), 1)


def steady(value: float) -> Curve:
    """Trembling by a tenth, as a room does."""
    return lambda hour: value + 0.1 * (int(hour * 7) % 3 - 1)


@pytest.fixture
def heated() -> Flat:
    """Ten winter days in a home that is kept at 19 to 21 °C."""
    flat = Flat()
    flat.live(240, like_a_day(19.2, 21.0))
    assert flat.temperatures == []
    return flat


def test_the_heating_fails_and_it_is_told_sooner_and_more_urgently_the_colder_it_gets(heated: Flat) -> None:
    heated.live(72, lambda hour: max(20.0 - 0.4 * (hour - 240), 3.0))

    assert heated.called == [(COLD, YELLOW), (COLD, ORANGE), (COLD, RED)]
    first, _, last = heated.temperatures
    assert first.episode == last.episode
    assert facts_of(first)["colder_than"] == 16.0
    assert facts_of(first)["usual_coldest"] == pytest.approx(19.2, abs=0.2)
    assert facts_of(last)["colder_than"] == 9.0
    assert float(facts_of(last)["temperature"]) < 9
    assert last.place is Room.BEDROOM


def test_a_home_that_is_suddenly_freezing_is_red_two_hours_later(heated: Flat) -> None:
    heated.live(5, lambda hour: 20.0 - 5.0 * (hour - 240))
    heated.live(10, steady(2.0))

    below_nine = 243
    assert heated.called[0] == (COLD, RED)
    assert heated.hours_until(RED, below_nine) == pytest.approx(2.1, abs=0.2)


def test_an_hour_of_fresh_air_is_no_cold(heated: Flat) -> None:
    for _ in range(5):
        heated.live(1, steady(11.0))
        heated.live(5, steady(20.0))

    assert heated.temperatures == []


def test_heating_that_works_again_ends_it_within_the_hour(heated: Flat) -> None:
    heated.live(12, steady(11.0))
    heated.live(3, steady(21.0))

    assert heated.called == [(COLD, ORANGE)]
    [over] = heated.house.cleared
    assert over.kind is COLD
    assert (over.at - heated.when(252)) < timedelta(hours=1, minutes=10)


def test_a_winter_in_an_unheated_southern_home_calls_nobody() -> None:
    flat = Flat()
    flat.live(24 * 30, lambda hour: like_a_day(16 - hour / 110, 19 - hour / 110)(hour))  # autumn: 16 °C becomes 9
    flat.live(24 * 10, like_a_day(9.4, 12.5))

    assert [c for c in flat.temperatures if c.severity is not YELLOW] == []
    assert len(flat.temperatures) <= 1


def test_a_cold_week_there_is_asked_about_once_and_true_danger_is_told() -> None:
    flat = Flat()
    flat.live(24 * 12, like_a_day(10.0, 13.0))
    flat.live(24 * 5, like_a_day(7.6, 10.5))
    mild = flat.called
    flat.live(24, steady(6.2))
    flat.live(12, steady(4.1))

    assert mild == [(COLD, YELLOW)]
    assert flat.called == [(COLD, YELLOW), (COLD, ORANGE), (COLD, RED)]


def test_a_home_of_which_nothing_is_known_is_held_to_what_no_habit_excuses() -> None:
    lived_in, freezing = Flat(), Flat()
    lived_in.live(20, steady(11.0))
    freezing.live(3, steady(15.0))
    freezing.live(8, lambda hour: 15 - 3.5 * (hour - 3) if hour < 6 else 3.0)

    assert lived_in.temperatures == []
    assert freezing.called[0] == (COLD, RED)


def test_of_two_rooms_the_warmer_counts_in_the_cold_and_the_cooler_in_the_heat() -> None:
    winter, summer = Flat(BEDROOM, LIVING), Flat(BEDROOM, LIVING)
    winter.live(72, steady(20.0), steady(19.0))
    winter.live(24, steady(19.0), steady(7.0))
    summer.live(72, steady(27.0), steady(26.0))
    summer.live(24, steady(34.6), steady(26.5))

    assert winter.temperatures == []
    assert summer.temperatures == []


def test_a_thermometer_on_the_balcony_is_not_the_homes() -> None:
    flat = Flat(BALCONY, BEDROOM)

    flat.live(24 * 6, like_a_day(-6.0, 17.0), steady(19.0))

    assert flat.temperatures == []
    assert flat.house.faults == []


def test_one_that_was_bound_to_a_room_and_hangs_in_the_sun_is_asked_about_and_calls_nobody() -> None:
    flat = Flat()
    flat.live(24 * 6, like_a_day(17.0, 34.0))

    assert [c.severity for c in flat.temperatures if c.severity is RED] == []
    assert [f.cause for f in flat.house.faults] == [FaultCause.PLACE_DOUBTED]
    told = len(flat.temperatures)
    flat.live(24 * 4, like_a_day(17.0, 34.0))
    assert len(flat.temperatures) == told


def test_one_in_a_refrigerator_is_asked_about_and_calls_nobody() -> None:
    flat = Flat()

    flat.live(48, lambda hour: 4.0 + hour % 3)

    assert flat.temperatures == []
    [fault] = flat.house.faults
    assert (fault.cause, fault.subject) == (FaultCause.PLACE_DOUBTED, BEDROOM.id)


@pytest.mark.parametrize("broken", [85.0, -40.0, -127.0, 0.0])
def test_a_chip_that_fails_is_a_ticket_and_no_alarm(heated: Flat, broken: float) -> None:
    heated.live(36, lambda _: broken)

    assert heated.temperatures == []
    [fault] = heated.house.faults
    assert (fault.cause, fault.facts[0].value) == (FaultCause.READS_WRONG, broken)

    heated.live(3, steady(20.0))
    assert heated.house.mended == [fault.key]


def test_a_single_wrong_value_is_nothing(heated: Flat) -> None:
    heated.live(1, lambda _: 85.0)
    heated.live(24, like_a_day(19.2, 21.0))

    assert heated.temperatures == []
    assert heated.house.faults == []


def test_a_thermometer_that_says_the_same_for_days_is_stuck_and_not_believed(heated: Flat) -> None:
    heated.live(24 * 4, lambda _: 20.3)

    assert [f.cause for f in heated.house.faults] == [FaultCause.DEVICE_STUCK]
    verdict = temperature_of(heated).assess(heated.house.now)
    assert str(verdict) == "CannotTell(reason='no_temperature')"


def temperature_of(flat: Flat):  # type: ignore[no-untyped-def]  # noqa: ANN201
    [home] = flat.house.watch._homes.values()
    return home._extras[f"temperature:{HOME}"]


def test_an_empty_home_may_freeze_and_who_comes_back_has_time_to_turn_the_heating_on(heated: Flat) -> None:
    heated.stirs = False
    leaves, returns = heated.when(240.2), heated.when(240 + 50)
    heated.house.tell(door("open", leaves), door("closed", leaves + timedelta(seconds=6)))
    heated.live(50, lambda hour: max(20.0 - (hour - 240), 4.0))
    away = list(heated.temperatures)
    heated.house.tell(door("open", returns), door("closed", returns + timedelta(seconds=6)))
    heated.house.tell(moved("living", returns + timedelta(minutes=2)))
    heated.stirs = True
    heated.live(1.5, steady(4.0), every=0.5)
    just_back = list(heated.temperatures)
    heated.live(2, steady(5.0), every=0.5)

    assert away == []
    assert just_back == []
    assert heated.called == [(COLD, RED)]


def test_what_was_told_stands_while_the_resident_goes_for_a_walk(heated: Flat) -> None:
    heated.live(9, steady(11.0))
    assert heated.called == [(COLD, ORANGE)]
    leaves = heated.when(heated.hour)
    heated.house.tell(door("open", leaves), door("closed", leaves + timedelta(seconds=6)))
    heated.stirs = False
    heated.live(2, steady(11.0))
    heated.stirs = True
    heated.live(5, steady(11.0))

    assert heated.called == [(COLD, ORANGE)]
    assert heated.house.cleared == []


def test_a_heat_wave_night_that_does_not_cool_down_is_told_by_degree_and_by_length() -> None:
    flat = Flat()
    flat.live(24 * 7, like_a_day(25.5, 28.5))
    flat.live(24 * 4, like_a_day(28.4, 30.2))
    warm_nights = flat.temperatures
    flat.live(24, like_a_day(29.0, 33.8))
    flat.live(12, steady(36.0))

    assert [(c.kind, c.severity) for c in warm_nights] == [(HOT, YELLOW)]
    assert facts_of(warm_nights[0])["never_below"] == 28.0
    assert flat.called == [(HOT, YELLOW), (HOT, ORANGE), (HOT, RED)]
    assert facts_of(flat.temperatures[-1])["hotter_than"] == 35.0


def test_a_summer_that_is_always_so_is_no_alarm_every_afternoon() -> None:
    flat = Flat()
    flat.live(24 * 21, like_a_day(26.5, 31.0))

    assert len(flat.temperatures) <= 1


@pytest.mark.parametrize("every", [1.0, 6.0])
def test_it_works_at_the_pace_of_slow_thermometers(every: float) -> None:
    flat = Flat()
    flat.live(240, like_a_day(19.0, 21.0), every=every)
    flat.live(48, steady(10.5), every=every)

    assert flat.called == [(COLD, ORANGE)]
    assert flat.hours_until(ORANGE, 240) <= 4.2


def test_a_thermometer_that_is_gone_is_no_sign_that_all_is_usual(heated: Flat) -> None:
    heated.live(3, steady(15.0))
    heated.thermometers = ()
    heated.house.dead.add(BEDROOM.id)
    heated.live(40)

    assert heated.temperatures == []  # six hours below the limit were never seen
    assert str(temperature_of(heated).assess(heated.house.now)) == "CannotTell(reason='no_temperature')"
    assert FaultCause.DEVICE_SILENT in [f.cause for f in heated.house.faults]


def test_a_cold_home_whose_thermometer_dies_stays_told(heated: Flat) -> None:
    heated.live(10, steady(11.0))
    heated.thermometers = ()
    heated.house.dead.add(BEDROOM.id)
    heated.live(60)

    assert heated.called == [(COLD, ORANGE)]
    assert heated.house.cleared == []


@pytest.mark.parametrize("replay", [Replay.RETAINED, Replay.CACHED])
def test_what_a_broker_or_bridge_remembers_is_not_how_warm_it_is(heated: Flat, replay: Replay) -> None:
    for hour in range(8):
        old = degrees(4.0, heated.when(240 + hour))
        heated.house.tell(reading(old.device, old.kind, old.value, old.at, replay=replay))

    assert heated.temperatures == []


def test_contacts_and_plugs_are_no_thermometers_of_a_room() -> None:
    house = House()
    for hour in range(20):
        when = at(0, "00:00") + timedelta(hours=hour)
        house.tell(
            reading(f"{GATEWAY}/door", Kind.TEMPERATURE, 3.0 + hour / 10, when),
            reading(f"{GATEWAY}/stove", Kind.TEMPERATURE, 41.0 + hour / 10, when),
        )

    [home] = house.watch._homes.values()
    assert not [name for name in home._extras if name.startswith("temperature")]


def test_after_a_restart_nothing_is_said_again_and_its_end_is(heated: Flat) -> None:
    heated.live(9, steady(11.0))
    heated.house.restart()
    heated.live(3, steady(11.0))
    heated.live(3, steady(21.0))

    assert heated.called == [(COLD, ORANGE)]
    assert [e.episode for e in heated.house.cleared] == [heated.temperatures[0].episode]


def test_what_no_snapshot_remembers_having_told_is_taken_up_and_its_end_is_said(heated: Flat) -> None:
    heated.live(9, steady(11.0))
    [told] = heated.temperatures
    kept = list(heated.house.watch.snapshots(heated.house.now, dirty_only=False))
    forgetful = [replace(each, body={**each.body, "raised": {}}) if each.key == HOME else each for each in kept]
    heated.house.watch = Watch(heated.house.places)
    heated.house.watch.restore(forgetful)

    heated.house.watch.take_up_concern(HOME, told.kind, told.episode, told.severity)
    heated.live(2, steady(11.0))
    heated.live(3, steady(21.0))

    assert heated.called == [(COLD, ORANGE)]
    assert [e.episode for e in heated.house.cleared] == [told.episode]


def test_another_device_in_the_home_takes_nothing_from_what_is_known(heated: Flat) -> None:
    heated.live(9, steady(11.0))
    before = temperature_of(heated).snapshot()

    heated.house.watch.use_inventory(House(devices=[*PEOPLE, BEDROOM, LIVING]).places)

    assert temperature_of(heated).snapshot() == before


def test_what_is_kept_of_a_home_is_small() -> None:
    flat = Flat(BEDROOM, LIVING)
    flat.live(24 * 5, like_a_day(10.0, 15.0), like_a_day(9.0, 15.5))

    assert len(json.dumps(temperature_of(flat).snapshot(), separators=(",", ":"))) < 500
