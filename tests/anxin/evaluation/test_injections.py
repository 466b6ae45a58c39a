"""What is put into a life, and what of it is left."""

from itertools import pairwise

import orjson

from anxin.evaluation import injections
from anxin.evaluation.injections import DEVICE_FAULTS, FOLLOWED, Injected
from anxin.evaluation.life import HOUR
from anxin.evaluation.moments import injections_of
from anxin.evaluation.trial import Trial
from simulator.message import Message


def said_by(messages: list[Message], device: str) -> list[object]:
    """Values of what a device reported, without its check-ins."""
    told = [orjson.loads(m.payload)["readings"][0] for m in messages if f"/{device}/" in m.topic]
    return [one["value"] for one in told if one["kind"] not in ("battery", "liveness")]


def test_after_a_fall_only_devices_speak_and_the_meter_shows_its_nights(trial: Trial) -> None:
    player, at = trial.life.player, trial.life.counted_from + 5 * HOUR

    after = list(injections.fall(player, at))

    moved = [m for m in after if "pir" in m.topic or "/door/" in m.topic]
    assert moved
    assert all(orjson.loads(m.payload)["readings"][0]["kind"] == "battery" for m in moved)
    assert set(said_by(after, "meter")) <= {80.0, 150.0}
    assert after[-1].at.timestamp() > at + FOLLOWED - 2 * HOUR


def test_what_is_held_stays_until_its_end_and_then_goes_on(trial: Trial) -> None:
    player, at = trial.life.player, trial.life.counted_from
    opened = next(line for line in player.between(at) if line.value == "open")

    held = list(injections.held("door", "open", until=opened.at + 30 * HOUR)(player, opened.at))

    values = said_by(held, "door")
    assert values[0] == "open"
    assert values[1:] == said_by(
        [player.message(x) for x in player.between(opened.at + 30 * HOUR, opened.at + FOLLOWED)], "door"
    )


def test_everything_twice_stays_in_order_of_arrival(trial: Trial) -> None:
    player, at = trial.life.player, trial.life.counted_from

    doubled = list(injections.doubled(player, at))

    assert len(doubled) >= 1.99 * len(list(player.between(at, at + FOLLOWED)))
    assert all(one.at <= other.at for one, other in pairwise(doubled))


def test_a_door_that_is_wired_the_other_way_says_the_opposite(trial: Trial) -> None:
    player, at = trial.life.player, trial.life.counted_from
    plain = said_by([player.message(line) for line in player.between(at, at + FOLLOWED)], "door")

    turned = said_by(list(injections.inverted("door")(player, at)), "door")

    assert turned == [{"open": "closed", "closed": "open"}[str(value)] for value in plain]


def test_moments_are_the_same_for_the_same_seed_and_somebody_is_there(trial: Trial) -> None:
    life = trial.life

    once, again = (injections_of(life, falls=30, seed=5) for _ in range(2))
    other = injections_of(life, falls=30, seed=6)

    assert [(one.what, one.at) for one in once] == [(one.what, one.at) for one in again]
    assert [one.at for one in once] != [one.at for one in other]
    falls = [one for one in once if one.what is Injected.FALL]
    assert len(falls) == 30
    assert all(life.is_home(one.at) and one.at >= life.counted_from for one in falls)
    assert {one.what for one in once} >= {Injected.BATHROOM, Injected.NOT_UP, Injected.NIGHT_EXIT, *DEVICE_FAULTS}


def test_without_injections_nothing_is_injected(trial: Trial) -> None:
    assert injections_of(trial.life, falls=0, seed=1) == []


def test_device_faults_are_a_share_of_the_falls_or_as_many_as_asked_for(trial: Trial) -> None:
    def gone(falls: int, faults: int | None) -> int:
        found = injections_of(trial.life, falls=falls, seed=1, faults=faults)
        return sum(each.what is Injected.GATEWAY_GONE for each in found)

    assert [gone(100, None), gone(0, 3), gone(100, 0)] == [2, 3, 0]
