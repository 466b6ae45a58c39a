"""Drifts: what creeps in over weeks is cut out of a recorded life, a little more of it every day."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import orjson
import pytest

from anxin.evaluation.drifts import drifts
from anxin.evaluation.injections import Injected, Injection
from anxin.evaluation.life import DAY, Life
from simulator import recording as recordings
from simulator.message import Message
from simulator.player import Player
from tests.anxin.evaluation.recorded import write_recording

pytestmark = pytest.mark.long(25)

ZONE = ZoneInfo("Europe/Berlin")
FIRST, LATER = range(1, 8), range(24, 31)


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Life:
    folder = write_recording(tmp_path_factory.mktemp("long") / "quiet-street-4", days=62)
    return Life(Player(recordings.load(folder), beyond=DAY))


@pytest.fixture(scope="module")
def begun(life: Life) -> dict[Injected, Injection]:
    return {one.what: one for one in drifts(life, Random(1), 1)}


def moved(messages: list[Message], room: str | None = None) -> list[datetime]:
    """When somebody moved outside the bedroom, or in one room; local."""
    told = [
        message
        for message in messages
        if f"/pir-{room or ''}" in message.topic
        and "bedroom" not in message.topic
        and orjson.loads(message.payload)["readings"][0]["kind"] == "motion"
    ]
    return [message.at.astimezone(ZONE) for message in told]


def by_day(times: list[datetime], begun: Injection, days: range, figure: Callable[[list[datetime]], float]) -> float:
    start = datetime.fromtimestamp(begun.at, ZONE).date()
    of = [[at for at in times if at.date() == start + timedelta(days=day)] for day in days]
    return sum(figure(each) for each in of) / len(of)


def rises(times: list[datetime]) -> float:
    """Minutes after midnight of the first movement after five: the toilet is visited before."""
    return min(at.hour * 60.0 + at.minute for at in times if at.hour >= 5)


def test_somebody_gets_up_five_minutes_later_every_day(life: Life, begun: dict[Injected, Injection]) -> None:
    one = begun[Injected.LATER_RISING]
    lived = moved([life.player.message(line) for line in life.player.between(one.at)])
    drifted = moved(list(one.messages(life.player)))

    first, later = (by_day(drifted, one, days, rises) - by_day(lived, one, days, rises) for days in (FIRST, LATER))

    assert 5 <= first <= 45
    assert 110 <= later <= 165


def test_ever_fewer_visits_to_the_kitchen_are_made_and_the_rest_of_life_goes_on(
    life: Life, begun: dict[Injected, Injection]
) -> None:
    one = begun[Injected.FEWER_MEALS]
    lived = [life.player.message(line) for line in life.player.between(one.at)]
    drifted = list(one.messages(life.player))

    def left(room: str, days: range) -> float:
        return by_day(moved(drifted, room), one, days, len) / by_day(moved(lived, room), one, days, len)

    assert left("kitchen", FIRST) > 0.8
    assert left("kitchen", LATER) < 0.75
    assert left("living", LATER) == 1.0


def test_a_life_that_cannot_be_followed_for_four_weeks_gets_none(tmp_path: Path) -> None:
    short = Life(Player(recordings.load(write_recording(tmp_path / "quiet-street-4", days=30)), beyond=DAY))

    assert list(drifts(short, Random(1), 3)) == []
