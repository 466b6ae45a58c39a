"""When silence may be judged: never before everything kept for us is heard, and never while nothing can be heard."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from anxin.intake import BUSY_FOR, GRACE, LOOK_EVERY, QUIET_LOOKS, Attention
from anxin.lookout import Lookout
from ingest.pipeline import Pipeline
from ingest.report import IntakeReport, Tally
from ingest.session import Session
from ingest.settings import SessionHealth

_HEALTHY: tuple[Any, ...] = (True, datetime(2026, 3, 20, tzinfo=UTC), "5", 1, None, None, 0, 0, 0, 0, 0)


@dataclass
class Line:
    """Stands for the session and the pipeline: how they are just now."""

    health_now: SessionHealth = field(default_factory=lambda: SessionHealth(*_HEALTHY))
    report_now: IntakeReport = field(default_factory=lambda: Tally().report(staged=0, lag=0.0))

    def health(self) -> SessionHealth:
        return self.health_now

    def report(self) -> IntakeReport:
        return self.report_now


@dataclass
class Judge:
    """Stands for the lookout: may it judge, and what was it told about the broker?"""

    judging: bool = False
    told: list[str] = field(default_factory=list)

    def judge(self, *, allowed: bool) -> None:
        self.judging = allowed

    def broker_lost(self) -> None:
        self.told.append("lost")

    def broker_back(self) -> None:
        self.told.append("back")


@dataclass
class Scene:
    line: Line = field(default_factory=Line)
    judge: Judge = field(default_factory=Judge)

    def __post_init__(self) -> None:
        line, judge = self.line, self.judge
        self.attention = Attention(cast("Session", line), cast("Pipeline", line), cast("Lookout", judge))

    def look(self, times: int = 1, *, arriving: int = 0) -> None:
        for _ in range(times):
            self.line.health_now = replace(self.line.health_now, received=self.line.health_now.received + arriving)
            self.attention.look(LOOK_EVERY)

    def disconnect(self) -> None:
        self.line.health_now = replace(self.line.health_now, connected=False)

    def connect(self) -> None:
        self.line.health_now = replace(self.line.health_now, connected=True)

    def store(self, error: str | None) -> None:
        self.line.report_now = replace(self.line.report_now, store_error=error)


@pytest.fixture
def at_work() -> Scene:
    scene = Scene()
    scene.look(QUIET_LOOKS)
    assert scene.judge.judging
    return scene


def test_nothing_is_judged_until_it_has_been_quiet_for_a_while() -> None:
    scene = Scene()

    scene.look(QUIET_LOOKS - 1)
    assert not scene.judge.judging

    scene.look()
    assert scene.judge.judging


def test_a_backlog_that_flows_in_holds_judging_back() -> None:
    scene = Scene()

    scene.look(40, arriving=2000)
    assert not scene.judge.judging

    scene.look(QUIET_LOOKS)
    assert scene.judge.judging


def test_messages_that_are_not_durable_yet_hold_judging_back() -> None:
    scene = Scene()
    scene.line.report_now = replace(scene.line.report_now, staged=5000)

    scene.look(40)

    assert not scene.judge.judging


def test_a_busy_house_is_judged_once_its_rate_is_known_to_be_usual() -> None:
    scene = Scene()

    scene.look(int(BUSY_FOR / LOOK_EVERY) - 1, arriving=500)
    assert not scene.judge.judging

    scene.look(QUIET_LOOKS, arriving=500)
    assert scene.judge.judging


def test_a_lost_connection_stops_judging_at_once(at_work: Scene) -> None:
    at_work.disconnect()
    at_work.look()

    assert not at_work.judge.judging
    assert at_work.judge.told == ["back"]


def test_a_restart_of_the_broker_is_nobody_s_business(at_work: Scene) -> None:
    at_work.disconnect()
    at_work.look(int(GRACE / LOOK_EVERY) - 1)
    at_work.connect()
    at_work.look(QUIET_LOOKS)

    assert at_work.judge.judging
    assert "lost" not in at_work.judge.told


def test_a_broker_that_stays_away_is_said_and_homes_are_shown_as_unseen(at_work: Scene) -> None:
    at_work.disconnect()
    at_work.look(int(GRACE / LOOK_EVERY) + 40)

    assert at_work.judge.told == ["back", "lost"]
    assert at_work.judge.judging


def test_a_broker_that_comes_back_is_said_once_everything_it_kept_is_heard(at_work: Scene) -> None:
    at_work.disconnect()
    at_work.look(int(GRACE / LOOK_EVERY))
    at_work.connect()

    at_work.look(10, arriving=2000)
    assert at_work.judge.told == ["back", "lost"]

    at_work.look(QUIET_LOOKS)
    assert at_work.judge.told == ["back", "lost", "back"]


def test_a_new_process_says_that_the_broker_is_there() -> None:
    """The one before may have died while it was lost, and left a ticket that nobody else would close."""
    scene = Scene()

    scene.look(QUIET_LOOKS)

    assert scene.judge.told == ["back"]


def test_readings_that_wait_for_their_store_are_no_silence(at_work: Scene) -> None:
    at_work.store("the database is away")
    at_work.look()
    assert not at_work.judge.judging

    at_work.look(400)
    assert not at_work.judge.judging

    at_work.store(None)
    at_work.look(QUIET_LOOKS)
    assert at_work.judge.judging
