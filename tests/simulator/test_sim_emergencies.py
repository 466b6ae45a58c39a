"""What an emergency leaves behind, and above all what it does not."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.places import Role, Room
from simulator.community import Community, build_community
from simulator.emergencies import LAST_MOVES
from simulator.kits import Convention
from simulator.life import Life
from simulator.message import Message
from simulator.timeline import HomeStream
from tests.simulator.street import MORNING, SEED, after, between, native, play, play_home, said, script_of

STREET = build_community(24, seed=SEED)
EYES = [h.home.id for h in STREET.households if h.kit.sensor_in(Room.BATHROOM)]
QUIET_AFTER = 2 + LAST_MOVES / 60 + 0.1
"""Minutes; the falls here happen at minute 2."""


def human(found: list[Message]) -> list[Message]:
    return [message for message in found if message.human]


def with_role(role: Role, convention: Convention = Convention.ZIGBEE2MQTT) -> str:
    return next(
        h.home.id
        for h in STREET.households
        if h.kit.convention is convention and h.kit.sensor_for(role) and h.kit.sensor_in(Room.LIVING)
    )


def event(what: str, home: str, minutes: float, **more: str) -> str:
    lines = [f'what = "{what}"', f'home = "{home}"', f'after = "PT{minutes * 60:.0f}S"']
    return "[[event]]\n" + "\n".join(lines + [f'{key} = "{value}"' for key, value in more.items()])


@settings(max_examples=150)
@given(home=st.sampled_from(EYES), minute=st.integers(0, 48 * 60), room=st.sampled_from(["bathroom", "living"]))
def test_after_a_fall_nothing_human_follows_whenever_and_wherever(home: str, minute: int, room: str) -> None:
    script = script_of(STREET, event("fall", home, minute, room=room))
    since = MORNING + timedelta(minutes=minute)

    stream = HomeStream(STREET.household(home), seed=SEED, script=script.of(home))
    mine = list(stream.messages(since, since + timedelta(hours=60)))

    late = [m for m in human(mine) if m.at > since + timedelta(seconds=LAST_MOVES + 1)]
    assert late == []
    assert len(mine) > 60, "the devices go on"


@settings(max_examples=25)
@given(home=st.sampled_from(EYES), minute=st.integers(2, 24 * 60))
def test_the_resident_is_seen_in_the_room_just_before_the_fall(home: str, minute: int) -> None:
    script = script_of(STREET, event("fall", home, minute))
    at = MORNING + timedelta(minutes=minute)

    stream = HomeStream(STREET.household(home), seed=SEED, script=script.of(home))
    found = list(stream.messages(at - timedelta(minutes=4), at))

    bathroom = STREET.household(home).kit.sensor_in(Room.BATHROOM)
    assert bathroom is not None
    assert any(bathroom.name in native(m) or bathroom.name[7:].encode() in m.payload for m in human(found))


def test_devices_and_the_gateway_live_on_after_a_fall() -> None:
    home = with_role(Role.FRONT_DOOR)

    found = after(play_home(STREET, home, event("fall", home, 2), hours=24), 10)

    assert {native(message) for message in found} == {sensor.name for sensor in STREET.household(home).kit.sensors}
    assert max(late.at - early.at for early, late in pairwise(found)) < timedelta(minutes=75)


def test_somebody_found_goes_to_hospital_and_the_home_stays_empty_for_days() -> None:
    home = EYES[1]

    found = human(play_home(STREET, home, event("fall", home, 2, duration="PT2H"), hours=24 * 5))

    assert between(found, QUIET_AFTER, 121) == []
    assert len(between(found, 121, 150)) > 4, "the responders"
    assert between(found, 150, 3 * 24 * 60 + 140) == []
    assert len(after(found, 3 * 24 * 60 + 145)) > 50


def test_somebody_who_recovers_goes_on_with_the_day() -> None:
    home = EYES[1]

    found = human(play_home(STREET, home, event("fall", home, 2, duration="PT2H", then="recovers"), hours=48))

    assert between(found, QUIET_AFTER, 121) == []
    assert len(after(found, 150)) > 80


def test_a_television_left_on_at_a_fall_stays_on_for_hours() -> None:
    home = with_role(Role.TELEVISION)
    plug = STREET.household(home).kit.sensor_for(Role.TELEVISION)
    assert plug is not None
    told = [m for m in after(play_home(STREET, home, hours=72), 30) if native(m) == plug.name]
    watching = next(m for m, later in pairwise(told) if min(said(m)["power"], said(later)["power"]) > 10)
    on = (watching.at - MORNING).total_seconds() / 60

    found = [m for m in play_home(STREET, home, event("fall", home, on + 1), hours=84) if native(m) == plug.name]

    shows = [said(m)["power"] for m in between(found, on + 2, on + 9 * 60)]
    assert len(shows) > 30
    assert min(shows) > 10
    assert not human(after(found, on + 2))


@pytest.mark.parametrize("home", EYES[:8])
def test_somebody_who_does_not_get_up_is_not_seen_in_the_morning(home: str) -> None:
    found = human(play_home(STREET, home, event("not_up", home, 12 * 60), hours=48))

    truth = script_of(STREET, event("not_up", home, 12 * 60)).truths[0]
    bedtime = max(m.at for m in found)
    assert bedtime < MORNING + timedelta(hours=15.5), "in bed before one o'clock at night"
    rising = (truth.start - MORNING.timestamp()) / 3600
    assert 18 < rising < 25, "true from the hour at which they would have got up"


def test_a_weak_person_in_bed_still_moves_now_and_then() -> None:
    home = EYES[2]

    found = human(play_home(STREET, home, event("not_up", home, 12 * 60, movement="faint"), hours=48))

    assert 5 < len(after(found, 22 * 60)) < 60


def test_somebody_leaves_at_night_and_comes_back_hours_later() -> None:
    home = with_role(Role.FRONT_DOOR)
    minute = 16.5 * 60  # two o'clock at night

    found = human(play_home(STREET, home, event("night_exit", home, minute, duration="PT2H"), hours=24))

    doors = [m for m in between(found, minute - 60, minute + 130) if native(m) == "front_door"]
    states = [(round((m.at - MORNING).total_seconds() / 60 - minute), said(m)["contact"]) for m in doors]
    assert states[0] == (0, False)
    assert states[-1] == (120, True)
    assert between(found, minute + 1, minute + 119) == []
    assert len(between(found, minute - 3, minute)) > 0, "up before leaving"


def test_a_walk_is_a_door_an_absence_and_a_door() -> None:
    home = with_role(Role.FRONT_DOOR)

    found = human(play_home(STREET, home, event("outing", home, 4, duration="PT50M"), hours=3))

    assert between(found, 4.5, 53.9) == []
    doors = [native(m) for m in between(found, 3.9, 54.5)]
    assert doors.count("front_door") >= 4
    assert len(after(found, 60)) > 3


def test_a_stove_stays_on_while_the_cook_sits_in_another_room() -> None:
    home = with_role(Role.STOVE)

    found = play_home(STREET, home, event("stove_on", home, 20, duration="PT1H"), hours=4)

    power = [said(m)["power"] for m in between(found, 20.5, 79) if native(m) == "stove_plug"]
    assert len(power) > 5
    assert min(power) > 500
    kitchen = [m for m in human(between(found, 27, 79)) if native(m) == "kitchen_pir"]
    living = [m for m in human(between(found, 27, 79)) if native(m) == "living_pir"]
    assert kitchen == []
    assert living
    assert [said(m)["power"] for m in between(found, 80, 82) if native(m) == "stove_plug"][-1] == 0


@pytest.mark.parametrize("convention", list(Convention))
def test_a_press_of_the_button_arrives_once(convention: Convention) -> None:
    home = with_role(Role.SOS, convention)

    found = play_home(STREET, home, event("sos", home, 12), hours=1)

    words = (b"emergency", b'"Switch1":"ON"', b'"kind":"sos"')
    pressed = [m for m in found if any(word in m.payload for word in words)]
    assert [round((m.at - MORNING).total_seconds()) for m in pressed] == [720]
    assert pressed[0].human


def test_a_door_stands_open_for_as_long_as_the_scenario_says() -> None:
    home = with_role(Role.FRONT_DOOR)

    found = play_home(STREET, home, event("door_open", home, 35, duration="PT40M"), hours=3)

    states = [said(m)["contact"] for m in between(found, 35.1, 74.9) if native(m) == "front_door"]
    assert set(states) <= {False}
    assert said([m for m in between(found, 74.9, 76) if native(m) == "front_door"][-1])["contact"] is True
    assert human(between(found, 40, 74)), "the resident is in"


def test_who_eats_nothing_is_about_the_flat_and_not_in_the_kitchen() -> None:
    home = with_role(Role.STOVE)

    found = human(play_home(STREET, home, event("no_meals", home, 30, duration="PT8H"), hours=9))

    meanwhile = between(found, 30.5, 509)
    assert not [m for m in meanwhile if "kitchen" in native(m) or "kettle" in native(m) or "stove" in native(m)]
    assert len(meanwhile) > 20


def test_a_restless_night_goes_to_the_bathroom_again_and_again() -> None:
    home, night = with_role(Role.STOVE), 14 * 60.0

    found = human(play_home(STREET, home, event("restless", home, night, duration="PT4H"), hours=20))

    bathroom = [m for m in between(found, night, night + 240) if "bathroom" in native(m)]
    assert len({int(m.at.timestamp() // 1200) for m in bathroom}) >= 5


def test_who_wanders_opens_the_door_again_and_again_and_stays_in() -> None:
    home, night = with_role(Role.FRONT_DOOR), 16 * 60.0 + 40

    found = human(play_home(STREET, home, event("wandering", home, night), hours=20))

    meanwhile = between(found, night - 0.2, night + 41)
    opened = [m for m in meanwhile if native(m) == "front_door" and said(m)["contact"] is False]
    assert len(opened) >= 4
    assert all(between(found, (m.at - MORNING).total_seconds() / 60 + 0.3, night + 60) for m in opened)


@pytest.mark.parametrize("what", ["smoke", "gas", "co", "water"])
def test_an_alarm_rings_and_ends(what: str) -> None:
    home = with_role(Role(what))
    key = {"water": "water_leak", "co": "carbon_monoxide"}.get(what, what)

    found = play_home(STREET, home, event(what, home, 5, duration="PT6M"), hours=1)

    rung = [said(m)[key] for m in found if native(m) == what]
    assert rung.count(True) == 6
    assert rung[-1] is False


def test_visitors_add_life_and_doors() -> None:
    home = with_role(Role.FRONT_DOOR)

    calm = human(play_home(STREET, home, hours=3))
    busy = human(play_home(STREET, home, event("visitor", home, 45), hours=3))

    assert len(between(busy, 45, 105)) > len(between(calm, 45, 105)) + 5
    assert "front_door" in {native(m) for m in between(busy, 44.9, 46)}
    assert between(busy, 0, 44) == between(calm, 0, 44)


def test_somebody_injected_ill_or_away_is_so_from_the_next_day_on() -> None:
    home = EYES[0]

    usual = human(play_home(STREET, home, hours=24 * 6))
    away = human(play_home(STREET, home, event("travel", home, 30, duration="P3D"), hours=24 * 6))
    ill = human(play_home(STREET, home, event("illness", home, 30, duration="P3D"), hours=24 * 6))

    assert between(away, 0, 600) == between(ill, 0, 600) == between(usual, 0, 600)
    assert between(away, 36 * 60, 70 * 60) == []
    assert len(after(away, 5 * 24 * 60)) > 20
    assert 0 < len(between(ill, 24 * 60, 80 * 60)) < 0.8 * len(between(usual, 24 * 60, 80 * 60))


def test_a_slow_decline_takes_movement_and_outings_week_by_week() -> None:
    home = next(h for h in EYES if Life(STREET.household(h), seed=SEED).persona.market[2] > 0.5)
    decline = f'[[event]]\nwhat = "decline"\nhome = "{home}"\nafter = "PT1H"\nduration = "P14D"\ndepth = 0.9'

    usual = human(play_home(STREET, home, hours=24 * 21))
    less = human(play_home(STREET, home, decline, hours=24 * 21))

    week = 7 * 24 * 60
    assert between(less, 0, 600) == between(usual, 0, 600)
    first, last = (
        len(between(less, n * week, (n + 1) * week)) / len(between(usual, n * week, (n + 1) * week)) for n in (0, 2)
    )
    assert last < 0.7
    assert last < first


def test_the_rest_of_the_street_lives_on_unmoved(community: Community) -> None:
    home = EYES[0]

    calm, troubled = play(community, hours=12), play(community, event("fall", home, 2), hours=12)

    def others(found: list[Message]) -> list[Message]:
        return [m for m in found if m.gateway != home.replace("h-", "g-")]

    assert others(calm) == others(troubled)
