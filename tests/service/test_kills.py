"""kill -9 of the service at random moments of a story, start-up included: nothing is lost, nothing is said twice.

ANXIN_KILLS sets how often (9 by default; `make kill-test` does it 200 times).
"""

import logging
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from anxin.settings import load
from anxin.stores import open_database
from tests.servers.mosquitto import Mosquitto
from tests.service import numbers
from tests.service.checks import (
    all_alerts,
    audited,
    climbed_and_sent,
    each_number_once,
    nobody_is_called_in_vain,
    nobody_is_missed,
    nothing_broke,
    repeats,
    settled,
    tickets_tell_how_it_is,
)
from tests.service.numbers import Numbers
from tests.service.program import until
from tests.service.responder import Responder
from tests.service.scene import SETTLES_WITHIN, Learned, Scene, staged

pytestmark = [pytest.mark.real, pytest.mark.kill, pytest.mark.timeout(7200), pytest.mark.long(50)]

KILLS = int(os.environ.get("ANXIN_KILLS", "9"))
STILL_STARTING = 1 / 3
AT_WORK = 3.0
"""Real seconds that a life lasts at most once it is connected."""
LONGEST_LIFE = 15.0
PER_SECOND = 50.0


@pytest.fixture
def scene(broker: Mosquitto, learned: Learned, tmp_path: Path) -> Iterator[Scene]:
    with staged(tmp_path, learned, broker.port, seconds=KILLS * LONGEST_LIFE) as scene:
        yield scene


def _kill_at_random(scene: Scene, moments: random.Random) -> int:
    """A third of all lives end while they start, the others at some moment of their work. The next begins at once."""
    for _ in range(KILLS):
        if moments.random() < STILL_STARTING:
            time.sleep(moments.uniform(0, scene.starts_in))
        else:
            scene.program.wait_until_connected()
            time.sleep(moments.uniform(0, AT_WORK))
        scene.program.kill()
        scene.program.start()
    return KILLS


def test_a_service_that_is_killed_again_and_again_loses_nothing_and_says_nothing_twice(
    scene: Scene, broker: Mosquitto
) -> None:
    program = scene.program
    counting = Numbers(broker.port, clock=program.clock, per_second=PER_SECOND)
    responder = Responder(program, kind="sos")
    counting.start()
    responder.start()

    kills = _kill_at_random(scene, random.Random(KILLS))
    sent = counting.finish()
    until(lambda: len(numbers.stored(program.data)) >= sent, within=SETTLES_WITHIN, what="every number is stored")
    expected = settled(scene)
    responder.rest()
    with open_database(load(data_dir=program.data), migrate=False) as stores:
        audited(scene, stores)
        program.stop()

        each_number_once(program.data, sent)
        nothing_broke(program)
        told = [*all_alerts(stores)]
        nobody_is_missed(expected, stores, told)
        nobody_is_called_in_vain(scene, told)
        climbed_and_sent(stores, told)
        tickets_tell_how_it_is(scene, stores)
        again, shown_before = repeats(stores, told)
    figures = "%d kills, %d numbers each once, %d alerts, %d messages repeated, %d of them shown before"
    logging.getLogger(__name__).warning(figures, kills, sent, len(told), again, shown_before)
