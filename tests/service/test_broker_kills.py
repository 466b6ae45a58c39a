"""kill -9 of Mosquitto while a street lives: the service finds back by itself, keeps its word, calls nobody in vain.

What Mosquitto took and had not yet written to its disk is lost with it, and nobody can know of it; what it had, it
delivers again. What the service has acknowledged is another matter: a tap on the line knows each of these messages.
"""

import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from anxin.settings import load
from anxin.stores import open_database
from core.faults import FaultCause
from tests.servers.mosquitto import Mosquitto
from tests.service import numbers
from tests.service.checks import all_alerts, each_number_once, nobody_is_called_in_vain, nothing_broke
from tests.service.numbers import GATEWAY, Numbers
from tests.service.program import Program, Visitor, until
from tests.service.scene import Learned, Scene, staged
from tests.service.tap import Tap

pytestmark = [pytest.mark.real, pytest.mark.kill, pytest.mark.long(60)]

SHORT = (0.3, 1.0, 0.5)
"""Real seconds for which the broker is away: nobody's business."""
GONE = (0.2, 1.5, 4.0)
"""Real seconds for which the network swallows everything."""
BETWEEN = 2.0
NOTICED_WITHIN = 30.0
PER_SECOND = 50.0


@pytest.fixture
def tap(broker: Mosquitto) -> Iterator[Tap]:
    with Tap(broker.port) as tap:
        yield tap


@pytest.fixture
def scene(broker: Mosquitto, tap: Tap, learned: Learned, tmp_path: Path) -> Iterator[Scene]:
    with staged(tmp_path, learned, broker.port, seconds=60, line=tap.port) as scene:
        yield scene


def test_a_broker_that_is_killed_takes_nothing_with_it_that_was_acknowledged(
    scene: Scene, broker: Mosquitto, tap: Tap
) -> None:
    program = scene.program
    admin = Visitor(program.address, "admin").enter()
    counting = Numbers(broker.port, clock=program.clock, per_second=PER_SECOND)
    counting.start()

    for away in SHORT:
        time.sleep(BETWEEN)
        broker.stop(kill=True)
        time.sleep(away)
        broker.start()
        _is_back(program, tap)
    assert _tickets(program) == []
    broker.stop(kill=True)
    until(lambda: _unseen(admin), within=NOTICED_WITHIN, what="every home is shown as unseen")
    broker.start()
    _is_back(program, tap)
    until(lambda: not _unseen(admin), within=NOTICED_WITHIN, what="homes are seen again")

    sent = counting.finish(within=60)
    until(lambda: _all_kept(program, tap), within=NOTICED_WITHIN, what="what was acknowledged is stored")
    program.stop()
    _keeps_its_word(program, tap, sent)
    nothing_broke(program, besides="mqtt: failed to receive on socket")
    with open_database(load(data_dir=program.data), migrate=False) as stores:
        nobody_is_called_in_vain(scene, [*all_alerts(stores)])
    assert [closed for _, closed in _tickets(program)] == [True], "one outage that lasted, and it is over"


def test_a_network_that_is_gone_without_a_word_loses_nothing(scene: Scene, broker: Mosquitto, tap: Tap) -> None:
    program = scene.program
    counting = Numbers(broker.port, clock=program.clock, per_second=PER_SECOND)
    counting.start()

    for gone in GONE:
        time.sleep(BETWEEN)
        tap.is_dead = True
        time.sleep(gone)
        tap.comes_back()
        _is_back(program, tap)

    sent = counting.finish(within=60)
    until(lambda: len(numbers.stored(program.data)) >= sent, within=NOTICED_WITHIN, what="every number is stored")
    program.stop()
    each_number_once(program.data, sent)
    nothing_broke(program, besides="mqtt: failed to receive on socket")
    with open_database(load(data_dir=program.data), migrate=False) as stores:
        nobody_is_called_in_vain(scene, [*all_alerts(stores)])


def _is_back(program: Program, tap: Tap) -> None:
    """The service has found the broker by itself, and messages flow."""
    program.wait_until_connected()
    before = len(tap.acknowledged)
    until(lambda: len(tap.acknowledged) > before, within=NOTICED_WITHIN, what="messages flow again")


def _unseen(admin: Visitor) -> bool:
    """Is every home in which somebody lives out of sight, because of the broker?"""
    homes = [home for home in admin.get("/homes?limit=100")["items"] if home["id"] != numbers.HOME]
    assert homes
    return all(h["visibility"] == "blind" and h["visibility_reason"] == FaultCause.BROKER_LOST.value for h in homes)


def _tickets(program: Program) -> list[tuple[str, bool]]:
    """About the broker: each with whether it is closed."""
    with open_database(load(data_dir=program.data), migrate=False) as stores:
        tickets = stores.tickets.tickets(open_only=False, limit=1000)
    return [(t.key, t.closed_at is not None) for t in tickets if t.cause is FaultCause.BROKER_LOST]


def _numbers(tap: Tap) -> set[int]:
    """Those that the service has acknowledged."""
    said: list[dict[str, Any]] = [
        json.loads(payload) for topic, payload in [*tap.acknowledged] if topic.startswith(f"gw/{GATEWAY}/")
    ]
    return {int(one["readings"][0]["value"]) for one in said if "readings" in one}


def _all_kept(program: Program, tap: Tap) -> bool:
    return _numbers(tap) <= numbers.stored(program.data).keys()


def _keeps_its_word(program: Program, tap: Tap, sent: int) -> None:
    kept, acknowledged = numbers.stored(program.data), _numbers(tap)
    assert len(acknowledged) > sent * 0.8
    assert not acknowledged - kept.keys(), "acknowledged, and not stored"
    told = "%d numbers, %d acknowledged by the service and stored, %d lost with the broker, %d stored again"
    again = sum(times > 1 for times in kept.values())
    logging.getLogger(__name__).warning(told, sent, len(acknowledged), sent - len(kept), again)
