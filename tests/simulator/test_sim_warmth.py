"""How warm it is: by season and hour, by home, and by what a script does to it; and what thermometers tell of it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from core.places import Role, Room
from simulator.community import build_community
from simulator.kits import Convention, Sort
from simulator.message import Message
from simulator.scenario import ScenarioError
from simulator.script import Weather
from simulator.warmth import Warmth
from tests.simulator.street import MORNING, SEED, after, native, play_home, said, script_of

STREET = build_community(40, seed=SEED)
EQUIPPED = [h for h in STREET.households if h.kit.sensor_for(Role.CLIMATE)]
ZIGBEE = next(h.home.id for h in EQUIPPED if h.kit.convention is Convention.ZIGBEE2MQTT)
START = MORNING.timestamp()
HOUR = 3600.0


def at(month: int, hour: float) -> float:
    return datetime(2026, month, 20, tzinfo=UTC).timestamp() + (hour - 8) * HOUR


def told(found: list[Message]) -> list[float]:
    return [said(m)["temperature"] for m in found if native(m).endswith("_climate") and said(m)["temperature"]]


def test_winters_are_cold_and_summers_hot_but_nobody_lives_in_a_freezer_or_an_oven() -> None:
    winter = [Warmth(h, seed=SEED).at(Room.BEDROOM, at(1, 6)) for h in STREET.households]
    summer = [Warmth(h, seed=SEED).at(Room.BEDROOM, at(7, 16)) for h in STREET.households]

    assert 9.5 < min(winter) < 14.5
    assert 17 < max(winter) < 23
    assert 24 < min(summer) < max(summer) < 29.5
    assert len({round(value, 1) for value in winter}) > 10, "homes differ"


@pytest.mark.parametrize("month", [1, 4, 7, 10])
def test_the_afternoon_is_warmer_than_the_night_and_nothing_leaps(month: int) -> None:
    warmth = Warmth(EQUIPPED[0], seed=SEED)

    day = [warmth.at(Room.LIVING, at(month, quarter / 4)) for quarter in range(96)]

    assert sum(day[56:72]) > sum(day[8:24])
    assert max(abs(later - sooner) for sooner, later in pairwise(day)) < 0.6


def test_heating_that_fails_lets_rooms_cool_within_hours_and_comes_back_when_mended() -> None:
    failing = Warmth(EQUIPPED[0], seed=SEED, weathers=[Weather(START, START + 14 * HOUR, 3.0)])
    usual = Warmth(EQUIPPED[0], seed=SEED)

    def degrees(hours: float, of: Warmth = failing) -> float:
        return of.at(Room.BEDROOM, START + hours * HOUR)

    assert degrees(-1) == degrees(-1, usual)
    assert degrees(0) == pytest.approx(degrees(0, usual))
    assert degrees(2) > degrees(6) > degrees(13.9) > 3.0
    assert degrees(13.9) < 4.5
    assert degrees(14.0) == pytest.approx(degrees(13.99), abs=0.3), "it does not leap when it is mended"
    assert degrees(20) == pytest.approx(degrees(20, usual), abs=0.2)


def test_a_thermometer_speaks_every_hour_and_sooner_when_it_changes() -> None:
    fails = f'[[event]]\nwhat = "heating_fails"\nhome = "{ZIGBEE}"\nafter = "PT6H"'

    calm = [m for m in play_home(STREET, ZIGBEE, hours=6) if native(m).endswith("_climate")]
    found = [m for m in play_home(STREET, ZIGBEE, fails, hours=12) if native(m).endswith("_climate")]

    sensors = {native(m) for m in calm}
    for name in sensors:
        times = [m.at for m in calm if native(m) == name]
        assert max(later - sooner for sooner, later in pairwise(times)) < timedelta(minutes=70)
    falling = after(found, 6 * 60)
    assert len(falling) > 1.3 * len(calm)
    assert not any(m.human for m in found)
    assert min(told(found)) < 10


@pytest.mark.parametrize("convention", list(Convention))
def test_every_family_says_it_in_its_own_words(convention: Convention) -> None:
    home = next(h for h in EQUIPPED if h.kit.convention is convention)
    names = {s.name.rpartition("/")[2] for s in home.kit.sensors if s.sort is Sort.CLIMATE}

    found = [
        m for m in play_home(STREET, home.home.id, hours=3) if any(name in f"{m.topic}{m.payload!r}" for name in names)
    ]

    words = {"zigbee2mqtt": '"temperature":', "tasmota": '"Temperature":', "native": '"kind":"temperature"'}
    assert any(words[convention.value] in m.payload.decode().replace(" ", "") for m in found)


def test_a_building_gets_cold_together_and_its_neighbours_do_not() -> None:
    cold = '[[event]]\nwhat = "heating_fails"\nbuilding = "building-2"\nafter = "PT10M"\nto = 5'

    script = script_of(STREET, cold)

    there = {h.home.id for h in EQUIPPED if h.home.area == "building-2"}
    assert set(script.homes) == there
    assert {truth.about["to"] for truth in script.truths} == {"5"}
    assert len(there) >= 2


@pytest.mark.parametrize(("to", "word"), [("60", "45"), ("true", "°C"), ("-30", "-15")])
def test_what_no_room_can_be_is_refused(to: str, word: str) -> None:
    with pytest.raises(ScenarioError, match=word):
        script_of(STREET, f'[[event]]\nwhat = "heat_wave"\nafter = "PT1M"\nto = {to}')
