"""Scenario files are read strictly, and bound to homes to which the thing can happen."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.places import Room
from simulator import scenario
from simulator.binding import bind
from simulator.community import Community, build_community
from simulator.duration import parse_duration
from simulator.life import Life
from simulator.scenario import (
    ScenarioError,
    What,
    load_scenario,
    parse_scenario,
    shipped_scenario,
    shipped_scenarios,
)
from tests.simulator.street import MORNING, SEED, play, script_of

FALL = '[[event]]\nwhat = "fall"\nafter = "PT2M"\n'


@pytest.mark.parametrize(
    ("toml", "complaint"),
    [
        ("x = [", "is not TOML"),
        ("speed = 3", "unknown key speed"),
        ("event = 3", "events are written as"),
        ('[[event]]\nafter = "PT2M"', "what must be one of .*fall.*, not None"),
        ('[[event]]\nwhat = "tumble"\nafter = "PT2M"', "what must be one of .*, not 'tumble'"),
        (FALL + 'where = "bed"', r"event 1 \(fall\): unknown key where; allowed are .*room"),
        (FALL + 'offset = "PT2M"', "unknown key offset"),
        (FALL + 'at = "09:30"', "either after .* or at"),
        ('[[event]]\nwhat = "fall"', "either after .* or at"),
        ('[[event]]\nwhat = "fall"\nafter = "2 minutes"', "after must be a duration like PT2M.*'2 minutes'"),
        ('[[event]]\nwhat = "fall"\nafter = "-PT2M"', "cannot be negative"),
        ('[[event]]\nwhat = "fall"\nafter = 120', "after must be a duration"),
        ('[[event]]\nwhat = "fall"\nat = "25:00"', "at is a local time"),
        ('[[event]]\nwhat = "fall"\nat = 3', "at is a local time"),
        ('[[event]]\nwhat = "fall"\nat = "2026-11-24T09:32+08:00"', "carries no offset"),
        (FALL + 'room = "cellar"', "room must be one of .*bathroom.*, not 'cellar'"),
        (FALL + "home = true", "home must be a home id"),
        (FALL + 'then = "flies"', "then must be one of hospital, recovers"),
        ('[[event]]\nwhat = "duplicates"\nafter = "PT2M"\nrate = 1.5', "rate must be a number above 0"),
        ('[[event]]\nwhat = "duplicates"\nafter = "PT2M"\nrate = true', "rate must be a number above 0"),
        ('[[event]]\nwhat = "device_dead"\nafter = "PT2M"\ndevice = ""', "device must be text"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_what_is_allowed(toml: str, complaint: str) -> None:
    with pytest.raises(ScenarioError, match=complaint):
        parse_scenario(toml, name="drill")


@pytest.mark.parametrize(
    ("toml", "complaint"),
    [
        (FALL + 'home = "h-9999"', "no home 'h-9999'; there are 24, h-0001 to h-0024"),
        (FALL + "home = 25", "no home 25"),
        (FALL + "home = 0", "no home 0"),
        (FALL + 'room = "office"', "no home is left"),
        (
            '[[event]]\nwhat = "power_cut"\nafter = "PT2M"\nbuilding = "tower"',
            "no building 'tower'; there are building-1",
        ),
        ('[[event]]\nwhat = "device_dead"\nafter = "PT2M"\nhome = 1\ndevice = "toaster"', "h-0001 has no device"),
        (FALL * 25, "no home is left"),
    ],
)
def test_what_the_street_does_not_have_is_refused(community: Community, toml: str, complaint: str) -> None:
    with pytest.raises(ScenarioError, match=complaint):
        script_of(community, toml)


def test_a_missing_file_is_a_scenario_error(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"nowhere\.toml: No such file"):
        load_scenario(tmp_path / "nowhere.toml")


def test_a_file_is_read_like_text(tmp_path: Path) -> None:
    path = tmp_path / "drill.toml"
    path.write_text('name = "drill"\nabout = "one fall"\n' + FALL + 'room = "living"\n', encoding="utf-8")

    found = load_scenario(path)

    assert (found.name, found.about) == ("drill", "one fall")
    assert (found.events[0].what, found.events[0].when) == (What.FALL, timedelta(minutes=2))
    assert found.events[0].room is Room.LIVING


@pytest.mark.parametrize("name", list(shipped_scenarios()))
def test_every_shipped_scenario_can_be_played_at_any_hour(name: str) -> None:
    street = build_community(60, seed=5)

    for hour in (0, 4, 9, 15, 22):
        start = datetime(2026, 11, 24, hour, 17, tzinfo=UTC)
        script = bind(shipped_scenario(name), street, start=start, seed=5)
        assert script.homes
        assert all(truth.start >= start.timestamp() for truth in script.truths)


def test_the_reference_names_every_event_and_every_key() -> None:
    reference = (Path(scenario.__file__).parent / "scenarios" / "README.md").read_text(encoding="utf-8")

    for what in What:
        assert f"`{what.value}`" in reference
    for key in set().union(*scenario.ALLOWED.values(), scenario.ALWAYS):
        assert f"`{key}" in reference


def test_weekends_of_their_own_hold_from_the_next_morning_on() -> None:
    street = build_community(3, seed=5)
    told = '[[event]]\nwhat = "weekends"\nhome = 2\nafter = "PT0S"\nlater = "-PT1H"\n'

    script = bind(parse_scenario(told), street, start=MORNING, seed=5)

    (weekends,) = script.of(street.households[1].home.id).weekends
    assert (weekends.later, weekends.first) == (-60.0, (MORNING + timedelta(days=1)).astimezone(street.zone).date())
    assert script.of(street.households[0].home.id).weekends == ()


def test_who_is_not_up_on_a_saturday_would_have_slept_in() -> None:
    """The same emergency, in a life with late weekends and without: it begins when they would have got up."""
    street = build_community(3, seed=5)
    friday = datetime(2026, 3, 6, 12, tzinfo=UTC)
    not_up = '[[event]]\nwhat = "not_up"\nhome = 1\nafter = "PT4H"\n'
    late = '[[event]]\nwhat = "weekends"\nhome = 1\nafter = "PT0S"\nlater = "PT1H30M"\n'

    begins = [
        bind(parse_scenario(told), street, start=friday, seed=5).truths[0].start for told in (not_up, not_up + late)
    ]

    usual = street.households[0].persona.weekend_later * 60
    assert begins[1] - begins[0] == pytest.approx(90 * 60 - usual, abs=1)


def test_an_unknown_shipped_scenario_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(ScenarioError, match=r"there are cold, decline, demo"):
        shipped_scenario("earthquake")


def test_the_demo_brings_three_outcomes_within_its_first_minutes_to_three_homes() -> None:
    street = build_community(60, seed=SEED)

    script = bind(shipped_scenario("demo"), street, start=MORNING, seed=SEED)

    first = [truth for truth in script.truths if truth.start <= (MORNING + timedelta(minutes=5)).timestamp()]
    assert [truth.label for truth in first] == ["fall", "gateway_down", "away"]
    assert len({truth.home for truth in first}) == 3
    assert first[0].about == {"room": "bathroom"}


def test_any_is_a_home_whose_resident_is_in_and_up(community: Community) -> None:
    for number in range(12):
        script = script_of(community, f'name = "{number}"\n' + FALL)
        (home,) = script.homes
        life = Life(community.household(home), seed=SEED)
        stay = life.stay_at((MORNING + timedelta(minutes=2)).timestamp())
        assert stay.room is not None
        assert community.household(home).kit.sensor_in(Room.BATHROOM) is not None


def test_nothing_else_befalls_a_home_that_was_chosen(community: Community) -> None:
    script = script_of(community, FALL * 5 + FALL.replace("fall", "sos") * 5)

    assert len(script.homes) == 10


def test_a_time_of_day_is_the_next_one(community: Community) -> None:
    script = script_of(community, '[[event]]\nwhat = "sos"\nat = "09:00"\n[[event]]\nwhat = "sos"\nat = 10:00:00')

    tomorrow, today = (truth.start for truth in script.truths)
    assert tomorrow == (MORNING + timedelta(hours=23, minutes=30)).timestamp()
    assert today == (MORNING + timedelta(minutes=30)).timestamp()


def test_a_date_and_time_are_local_to_the_homes(community: Community) -> None:
    found = parse_scenario('[[event]]\nwhat = "sos"\nat = 2026-11-24T09:32:00').events[0]
    script = script_of(community, '[[event]]\nwhat = "sos"\nat = "2026-11-24T09:32"')

    assert found.when == datetime(2026, 11, 24, 9, 32)  # noqa: DTZ001 (local, as the file has it)
    assert script.truths[0].start == (MORNING + timedelta(minutes=2)).timestamp()
    assert parse_scenario('[[event]]\nwhat = "sos"\nat = "09:32"').events[0].when == time(9, 32)


def test_binding_is_the_same_every_time(community: Community) -> None:
    assert play(community, FALL * 3, hours=3) == play(community, FALL * 3, hours=3)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("PT2M", 120), ("P1D", 86400), ("P1DT2H3M4.5S", 93784.5), ("P2W", 1209600), ("-PT5H", -18000), ("PT0S", 0)],
)
def test_durations_are_those_of_iso_8601(text: str, seconds: float) -> None:
    assert parse_duration(text).total_seconds() == seconds


@given(st.text(max_size=8))
def test_what_is_no_duration_is_refused(text: str) -> None:
    try:
        length = parse_duration(text)
    except ValueError:
        return
    assert text.lstrip("-").startswith("P")
    assert isinstance(length, timedelta)


@pytest.mark.parametrize("text", ["", "P", "PT", "P1DT", "2M", "P1M", "P1Y", "PT2M ", "pt2m"])
def test_lengths_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration(text)
