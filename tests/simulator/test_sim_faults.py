"""What faults do to the messages: devices that die or lie, gateways and brokers that come back, clocks, echoes."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from simulator.community import build_community
from simulator.kits import Convention, Sensor, Sort
from simulator.message import Message
from simulator.timeline import messages
from tests.simulator.street import MORNING, SEED, after, between, native, one_home, play_home, said, script_of

STREET = build_community(24, seed=SEED)
Z2M = one_home(STREET, Convention.ZIGBEE2MQTT)
NATIVE = one_home(STREET, Convention.NATIVE)
TASMOTA = one_home(STREET, Convention.TASMOTA)


def first(home: str, sort: Sort) -> Sensor:
    return next(sensor for sensor in STREET.household(home).kit.sensors if sensor.sort is sort)


def fault(what: str, home: str | None, minutes: float, **more: str | float) -> str:
    lines = [f'what = "{what}"', f'after = "PT{minutes:g}M"', *([f'home = "{home}"'] if home else [])]
    return "[[event]]\n" + "\n".join(lines + [f"{key} = {value!r}" for key, value in more.items()])


def about(found: list[Message], sensor: Sensor) -> list[Message]:
    return [message for message in found if sensor.name in native(message)]


def test_a_dead_device_says_nothing_more_and_zigbee2mqtt_notices_after_a_day() -> None:
    eye = first(Z2M, Sort.MOTION)

    found = about(play_home(STREET, Z2M, fault("device_dead", Z2M, 5, device=eye.name), hours=60), eye)

    (verdict,) = after(found, 5.1)
    assert native(verdict) == f"{eye.name}/availability"
    assert (said(verdict), verdict.retain) == ({"state": "offline"}, True)
    assert verdict.at - MORNING == pytest.approx(timedelta(hours=25, minutes=5), abs=timedelta(seconds=1))


def test_a_dead_plug_is_noticed_within_minutes() -> None:
    home = next(
        h.home.id for h in STREET.households if h.kit.convention is Convention.ZIGBEE2MQTT and _plugs(h.home.id)
    )
    plug = first(home, Sort.PLUG)

    found = about(play_home(STREET, home, fault("device_dead", home, 5, device=plug.name), hours=48), plug)

    assert [native(m) for m in after(found, 5.1)] == [f"{plug.name}/availability"]
    assert after(found, 5.1)[0].at < MORNING + timedelta(minutes=16)


def test_a_device_that_is_mended_is_announced_again() -> None:
    button = first(NATIVE, Sort.BUTTON)

    found = about(
        play_home(STREET, NATIVE, fault("device_dead", NATIVE, 5, device=button.name, duration="PT10H"), hours=24),
        button,
    )

    states = [said(m)["state"] for m in found if native(m).endswith("availability")]
    assert states == ["offline", "online"]
    assert between(found, 5.1, 184) == []
    assert [native(m) for m in after(found, 606)].count(f"v1/{button.name}/reading") > 1


def test_a_frozen_sensor_checks_in_and_never_says_anything_new() -> None:
    eye = first(Z2M, Sort.MOTION)

    found = after(play_home(STREET, Z2M, fault("device_stuck", Z2M, 5, device=eye.name), hours=48), 5.1)

    mine = about(found, eye)
    assert 40 < len(mine) < 55
    assert len({said(m)["occupancy"] for m in mine}) == 1
    assert not any(m.human for m in mine)


def test_a_chattering_sensor_triggers_around_the_clock_with_nobody_behind_it() -> None:
    eye = first(Z2M, Sort.MOTION)

    found = play_home(STREET, Z2M, fault("device_stuck", Z2M, 5, device=eye.name, mode="chattering"), hours=48)

    mine = [m for m in about(after(found, 5), eye) if said(m)["occupancy"]]
    by_hour = Counter(m.at.hour for m in mine)
    assert len(by_hour) == 24
    assert min(by_hour.values()) > 30
    assert not any(m.human for m in mine)


def test_a_worn_battery_shows_until_it_is_changed() -> None:
    button = first(Z2M, Sort.BUTTON)

    found = about(
        play_home(STREET, Z2M, fault("battery_low", Z2M, 5, device=button.name, duration="P1D"), hours=48, back=12),
        button,
    )

    levels = [(said(m)["battery"], said(m)["battery_low"]) for m in found]
    low = levels.index((4, True))
    assert 0 < low < len(levels) - 1
    assert levels[0] == levels[-1]
    assert levels[0][0] >= 40
    assert not levels[0][1]


@pytest.mark.parametrize("home", [Z2M, NATIVE, TASMOTA])
def test_a_gateway_that_dies_is_silent_but_for_the_brokers_word(home: str) -> None:
    found = play_home(STREET, home, fault("gateway_down", home, 3), hours=48)

    (will,) = after(found, 3.1)
    assert will.will
    assert will.retain
    assert b"ffline" in will.payload
    assert will.at - MORNING == pytest.approx(timedelta(minutes=4.5), abs=timedelta(seconds=1))


@pytest.mark.parametrize("home", [Z2M, NATIVE, TASMOTA])
def test_a_gateway_that_comes_back_says_so_before_anything_else(home: str) -> None:
    found = play_home(STREET, home, fault("gateway_down", home, 3, duration="PT2H"), hours=6)

    back = after(found, 10)
    assert back[0].topic == next(m for m in found if m.will).topic
    assert b"nline" in back[0].payload
    assert back[0].at - MORNING == pytest.approx(timedelta(minutes=123), abs=timedelta(seconds=1))
    assert len(after(found, 124)) > 20


def test_zigbee2mqtt_says_old_states_again_after_a_restart_with_their_old_times() -> None:
    found = play_home(STREET, Z2M, fault("gateway_down", Z2M, 3, duration="PT2H"), hours=6)

    again = [m for m in between(found, 122.9, 123.1) if not m.retain]
    assert len(again) >= 5
    assert len({native(m) for m in again}) == len(again)
    assert all(said(m)["linkquality"] is None and not m.human for m in again)
    assert all(datetime.fromisoformat(said(m)["last_seen"]) < MORNING + timedelta(minutes=3) for m in again)


def test_a_late_burst_delivers_everything_in_order_when_the_line_is_back() -> None:
    calm = play_home(STREET, Z2M, hours=3)
    burst = play_home(STREET, Z2M, fault("late_burst", Z2M, 30, duration="PT1H"), hours=3)

    held = [m.payload for m in between(calm, 30, 90)]
    late = [m for m in between(burst, 90, 92) if not m.retain]
    assert [m.payload for m in late][: len(held)] == held
    assert all(before.at < later.at for before, later in pairwise(late))
    assert [m.will for m in between(burst, 30.1, 89.9)] == [True]


def test_our_own_gateway_marks_what_it_delivers_late() -> None:
    burst = play_home(STREET, NATIVE, fault("late_burst", NATIVE, 30, duration="PT1H"), hours=3)

    late = [m for m in between(burst, 90.01, 91) if native(m).endswith("reading")]
    assert len(late) > 3
    kept = [said(m) for m in late if said(m).get("history")]
    assert len(kept) > 3
    assert all(datetime.fromisoformat(payload["at"]) < MORNING + timedelta(minutes=90) for payload in kept)
    assert not any("history" in said(m) for m in after(burst, 92) if native(m).endswith("reading"))


def test_without_a_broker_some_gateways_keep_and_others_lose() -> None:
    script = script_of(STREET, fault("broker_down", None, 60, duration="PT1H"))
    until = MORNING + timedelta(hours=3)
    found = list(messages(STREET, since=MORNING, until=until, seed=SEED, script=script, announce=False))

    assert between(found, 60.01, 120) == []
    assert not any(m.will for m in found)
    back = {m.gateway for m in between(found, 120, 120.05) if m.retain}
    assert back == {gateway.id for gateway in STREET.gateways}
    history = {m.gateway for m in found if b'"history":true' in m.payload}
    assert history == {h.gateway.id for h in STREET.households if h.kit.convention is Convention.NATIVE}


def test_a_power_cut_darkens_a_whole_building_and_no_other() -> None:
    script = script_of(STREET, fault("power_cut", None, 60, building="building-2", duration="PT1H"))
    until = MORNING + timedelta(hours=4)
    found = list(messages(STREET, since=MORNING, until=until, seed=SEED, script=script, announce=False))

    dark = {h.gateway.id for h in STREET.households if h.home.area == "building-2"}
    speaking = {m.gateway for m in between(found, 60.1, 120) if not m.will}
    assert len(dark) == 5
    assert speaking == {gateway.id for gateway in STREET.gateways} - dark
    assert {m.gateway for m in found if m.will} == dark
    assert dark <= {m.gateway for m in after(found, 120)}


@pytest.mark.parametrize(("home", "key"), [(Z2M, "last_seen"), (NATIVE, "at")])
def test_a_clock_that_jumps_shows_in_what_the_gateway_says(home: str, key: str) -> None:
    jump = fault("clock_jump", home, 20, duration="PT2H", offset="-P365D")
    found = play_home(STREET, home, jump, hours=4)

    def behind(part: list[Message]) -> set[int]:
        seconds = ((m.at - datetime.fromisoformat(said(m)[key])).total_seconds() for m in part if key in said(m))
        return {round(second / 86400) for second in seconds}

    assert behind(between(found, 21, 139)) == {365}
    assert behind(after(found, 141)) == {0}


def test_duplicates_are_true_copies_a_little_later() -> None:
    calm = play_home(STREET, Z2M, hours=4)
    echoed = play_home(STREET, Z2M, fault("duplicates", Z2M, 15, duration="PT3H", rate=0.5), hours=4)

    twice = Counter((m.topic, m.payload) for m in echoed)
    extra = len(echoed) - len(calm)
    assert set(twice) == {(m.topic, m.payload) for m in calm}
    assert 0.3 < extra / len(between(calm, 15, 195)) < 0.7
    assert max(twice.values()) == 2
    assert all(before.at <= later.at for before, later in pairwise(echoed))


def test_two_faults_at_once_do_not_wake_a_dead_gateway() -> None:
    both = fault("gateway_down", Z2M, 3) + "\n" + fault("broker_down", None, 10, duration="PT5M")

    found = play_home(STREET, Z2M, both, hours=4)

    assert [m.will for m in after(found, 3.1)] == [True]


def _plugs(home: str) -> bool:
    return any(sensor.sort is Sort.PLUG for sensor in STREET.household(home).kit.sensors)
