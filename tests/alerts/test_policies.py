"""Policies from a file: what is not said stays as it was, and what is wrong is named."""

from datetime import time, timedelta
from pathlib import Path

import pytest

from alerts.policies import PoliciesRefused, load, parse, refuse_unknown_ways
from core.concerns import ConcernKind, Severity
from core.policies import DEFAULT_POLICIES, Asking, Level, Named, Policies, Policy, Quiet, Target

GOOD = """
[red]
version = 7
arrive_within_minutes = 15

[[red.levels]]
ask = ["family", "captain"]
wait_minutes = 0.5

[[red.levels]]
ask = ["street_desk"]
wait_minutes = 5
"""


def test_without_a_file_the_defaults_hold() -> None:
    assert load(None) == Policies()


def test_a_file_replaces_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "policies.toml"
    file.write_text(GOOD, encoding="utf-8")

    policies = load(file)

    red = policies.by_severity[Severity.RED]
    assert (red.version, red.arrive_within) == (7, timedelta(minutes=15))
    assert red.report_within == DEFAULT_POLICIES[Severity.RED].report_within
    assert red.levels[0] == Level((Target.FAMILY, Target.CAPTAIN), timedelta(seconds=30))
    assert policies.by_severity[Severity.ORANGE] == DEFAULT_POLICIES[Severity.ORANGE]


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("[red]", "[purple]", "purple: no such key"),
        ("version = 7", "versoin = 7", "red.versoin: no such key"),
        ("version = 7", "version = 0", "red.version = 0"),
        ("version = 7", "version = true", "red.version = True"),
        ('"captain"', '"captian"', "red.levels[1].ask: 'captian' is not one of resident, family"),
        ('["street_desk"]', "[]", "red.levels[2].ask = []"),
        ("wait_minutes = 5", "wait_minutes = 0", "red.levels[2].wait_minutes = 0"),
        ("wait_minutes = 5", "wait_minutes = 1e9", "red.levels[2].wait_minutes"),
        ("wait_minutes = 5", "wait_seconds = 5", "red.levels[2].wait_seconds: no such key"),
        ("wait_minutes = 5", "", "red.levels[2].wait_minutes = None"),
        ("arrive_within_minutes = 15", "arrive_within_minutes = '15'", "red.arrive_within_minutes = '15'"),
        ("[red]", "[red", "not TOML"),
        ("version = 7", 'version = 7\nquiet_hours = "22:00-07:00"', "red.quiet_hours: only what is yellow waits"),
        ("arrive_within_minutes", "snooze_within_minutes", "red.snooze_within_minutes: a red alert is never put off"),
        ('"captain"', '"person"', "red.levels[1].ask: 'person' is not one of resident"),
        ('"captain"', '"person:"', "red.levels[1].ask: 'person:' is not one of"),
        ('"captain"', '"family:li"', "red.levels[1].ask: 'family:li' is not one of"),
        (
            "wait_minutes = 5",
            'wait_minutes = 5\nasking = "loudest"',
            "asking = 'loudest': must be one of all, round_robin",
        ),
        ("wait_minutes = 5", 'wait_minutes = 5\nways = "sms"', "ways = 'sms': must be a list"),
        ("[red]", "[red.flood]", "red.flood: no such key"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(before: str, after: str, named: str) -> None:
    with pytest.raises(PoliciesRefused) as refused:
        parse(GOOD.replace(before, after, 1))

    assert named in str(refused.value)


def test_a_policy_that_asks_nobody_is_refused() -> None:
    with pytest.raises(PoliciesRefused, match=r"orange\.levels: .*nobody"):
        parse("[orange]\nversion = 2\n")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PoliciesRefused, match=r"gone\.toml: cannot be read"):
        load(tmp_path / "gone.toml")


def test_how_long_an_alert_may_be_put_off_is_set_by_severity() -> None:
    orange = GOOD.replace("red", "orange").replace("arrive_within_minutes = 15", "snooze_within_minutes = 45")

    policies = parse(orange)

    assert policies.by_severity[Severity.ORANGE].snooze_within == timedelta(minutes=45)
    assert policies.by_severity[Severity.YELLOW].snooze_within == timedelta(hours=24)


def test_a_policy_frozen_before_it_told_of_putting_off_can_still_be_read() -> None:
    frozen = DEFAULT_POLICIES[Severity.YELLOW].to_json()
    del frozen["snooze_within_s"]

    assert Policy.from_json(frozen).snooze_within == timedelta(hours=2)


BY_KIND = """
[[red.smoke.levels]]
ask = ["grid_worker", "person:chen", "contract:guards"]
asking = "nearest"
ways = ["voice", "sms"]
wait_minutes = 2
"""


def test_a_kind_has_its_own_policy_at_one_severity_only() -> None:
    policies = parse(BY_KIND)

    smoke = policies.of(Severity.RED, ConcernKind.SMOKE)
    asked = (Target.GRID_WORKER, Named(Target.PERSON, "chen"), Named(Target.CONTRACT, "guards"))
    assert smoke.levels == (Level(asked, timedelta(minutes=2), Asking.NEAREST, ("voice", "sms")),)
    assert smoke.name == "red.smoke"
    assert policies.of(Severity.RED, ConcernKind.SOS) == DEFAULT_POLICIES[Severity.RED]
    assert policies.of(Severity.ORANGE, ConcernKind.SMOKE) == DEFAULT_POLICIES[Severity.ORANGE]


def test_a_way_that_is_not_set_up_is_named_with_those_that_are() -> None:
    file = Path("policies.toml")

    refuse_unknown_ways(parse(BY_KIND), {"voice", "sms"}, file)
    with pytest.raises(PoliciesRefused) as refused:
        refuse_unknown_ways(parse(BY_KIND), {"voice", "telegram"}, file)

    assert str(refused.value) == (
        "policies.toml: red.smoke.levels[1].ways = 'sms': no such channel; there are telegram, voice"
    )


def test_a_policy_survives_being_frozen_with_all_that_it_says() -> None:
    smoke = parse(BY_KIND).by_kind[Severity.RED, ConcernKind.SMOKE]

    assert Policy.from_json(smoke.to_json()) == smoke


def test_a_policy_frozen_before_levels_said_whom_of_several_they_ask_can_still_be_read() -> None:
    frozen = DEFAULT_POLICIES[Severity.RED].to_json()
    for level in frozen["levels"]:
        del level["asking"], level["ways"]

    assert Policy.from_json(frozen) == DEFAULT_POLICIES[Severity.RED]


@pytest.mark.parametrize("wrong", ["22:00", "22:00-22:00", "late-early", "25:00-07:00"])
def test_quiet_hours_are_two_times_and_for_yellow_alone(wrong: str) -> None:
    yellow = GOOD.replace("red", "yellow").replace("version = 7", 'version = 7\nquiet_hours = "22:00-07:00"')

    assert parse(yellow).by_severity[Severity.YELLOW].quiet == Quiet(time(22), time(7))
    with pytest.raises(PoliciesRefused, match="two local times"):
        parse(yellow.replace("22:00-07:00", wrong))
