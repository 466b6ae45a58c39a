"""Odd days: made of recorded ones, and unlike them in one thing only."""

from random import Random

from anxin.evaluation.injections import DAY, HOUR, Injection
from anxin.evaluation.odd_days import AT_DOOR, PACES, TIMES_UP, at_the_door, no_meals, pacing, restless_nights
from anxin.evaluation.trial import Trial
from simulator.message import Message
from tests.anxin.evaluation.test_injections import said_by


def test_a_day_without_meals_is_lived_everywhere_but_in_the_kitchen(trial: Trial) -> None:
    player = trial.life.player
    found = list(no_meals(trial.life, Random(1), 4))

    assert found
    for one in found:
        lived = [player.message(line) for line in player.between(one.at, one.at + DAY)]
        fasted = [message for message in one.messages(player) if message.at.timestamp() < one.at + DAY]
        assert moved(fasted, "kitchen") == 0 < moved(lived, "kitchen")
        assert moved(fasted, "living") == moved(lived, "living") > 0
        assert len(list(one.messages(player))) > len(fasted), "the day after is lived as it was"


def test_a_restless_night_is_six_times_up_more(trial: Trial) -> None:
    player = trial.life.player
    found = list(restless_nights(trial.life, Random(1), 4))

    assert found
    for one in found:
        lived = [player.message(line) for line in player.between(one.at, one.counts_from)]
        restless = [message for message in one.messages(player) if message.at.timestamp() < one.counts_from]
        assert moved(restless, "bathroom") == moved(lived, "bathroom") + 3 * TIMES_UP
        assert len(restless) == len(lived) + 3 * TIMES_UP


def test_wandering_is_put_into_a_night_that_is_otherwise_lived_as_it_was(trial: Trial) -> None:
    player = trial.life.player

    for one, more in ((next(at_the_door(trial.life, Random(2), 9)), 3 * AT_DOOR), (_first_pacing(trial), PACES)):
        lived = list(player.between(one.at, one.at + DAY))
        told = [message for message in one.messages(player) if message.at.timestamp() < one.at + DAY]
        assert len(told) == len(lived) + more
        assert told == sorted(told, key=lambda message: message.at)
        assert trial.life.clock(one.at) >= 23.5 * HOUR or trial.life.clock(one.at) < 3 * HOUR


def _first_pacing(trial: Trial) -> Injection:
    return next(pacing(trial.life, Random(2), 9))


def moved(messages: list[Message], room: str) -> int:
    return len([value for value in said_by(messages, f"pir-{room}") if value is True or value == "detected"])
