"""A recording is judged as the service would judge it, and forks of a life neither change it nor each other."""

from pathlib import Path

import pytest

from anxin.evaluation import result
from anxin.evaluation.course import Course
from anxin.evaluation.injections import DEVICE_FAULTS, Injected
from anxin.evaluation.options import EvaluateOptions
from anxin.evaluation.trial import Trial, trial_of
from detectors.events import WatchEvent
from detectors.settings import WatchSettings

pytestmark = pytest.mark.long(40)

CONTRACT = {"name", "days", "false_per_home_month", "false_count", "fall", "bathroom", "presence", "peers"}
CONTRACT |= {"device_fault_alarms", "appliance_false"}


def test_a_quiet_life_calls_nobody_and_every_fall_is_found(trial: Trial) -> None:
    figures = result.as_json(trial)

    assert figures["false_count"] == 0
    assert figures["fall"]["n"] == 20
    assert figures["fall"]["found_24h"] == 1.0
    assert figures["fall"]["found_1h"] < 1.0
    assert figures["bathroom"]["n"] > 0
    assert figures["presence"]["specificity"] > 0.95
    assert set(figures) >= CONTRACT
    assert set(figures["fall"]) >= {"mean_h", "median_h", "p90_h", "found_24h", "n"}
    assert set(figures["bathroom"]) >= {"median_min", "n"}


def test_falls_are_split_by_hour_and_room(trial: Trial) -> None:
    figures = result.as_json(trial)

    for split in ("fall_by_hour", "fall_by_room"):
        assert sum(each["n"] for each in figures[split].values()) == figures["fall"]["n"]


def test_the_same_seed_gives_the_same_figures(recorded: Path, trial: Trial) -> None:
    again = trial_of(recorded, EvaluateOptions((), injections=20, seed=2))

    one, other = result.as_json(trial), result.as_json(again)

    assert {k: v for k, v in one.items() if k != "us_per_reading"} == {
        k: v for k, v in other.items() if k != "us_per_reading"
    }


def test_injections_change_nothing_of_the_untouched_life(recorded: Path, trial: Trial) -> None:
    untouched = trial_of(recorded, EvaluateOptions((), injections=0))

    assert [c.concern for c in untouched.calls] == [c.concern for c in trial.calls]
    assert untouched.out == trial.out
    assert untouched.injected == []


def test_only_what_one_detector_says_is_counted(recorded: Path) -> None:
    trial = trial_of(recorded, EvaluateOptions((), injections=3, seed=2, detector="door_open"))

    found = [one for one in trial.injected if one.delay < 1e9]
    assert {one.what for one in found} == {Injected.DOOR_LEFT_OPEN}


def test_each_kind_of_device_fault_is_tried(trial: Trial) -> None:
    assert {one.what for one in trial.injected} >= set(DEVICE_FAULTS)


@pytest.mark.parametrize("share", [0.13, 0.5, 0.81])
def test_a_fork_goes_on_as_if_nothing_had_been_cut(trial: Trial, share: float) -> None:
    life = trial.life
    cut = life.first + share * (life.last - life.first)
    course = Course(life.recording, WatchSettings())
    for line in life.player.between(life.first, cut):
        course.hear(life.player.message(line))

    fork = course.fork()

    assert _rest(fork, life.player.between(cut), trial) == _rest(course, life.player.between(cut), trial)


def _rest(course: Course, lines: object, trial: Trial) -> list[WatchEvent]:
    player = trial.life.player
    return [event for line in lines for event in course.hear(player.message(line))]  # type: ignore[attr-defined]
