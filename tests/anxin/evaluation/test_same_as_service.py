"""The running service says of the same readings what the evaluation says: also when it dies in between."""

import os
from collections.abc import Iterable
from datetime import timedelta
from itertools import chain
from pathlib import Path

import pytest

from anxin.evaluation.course import Course
from anxin.evaluation.injections import fall
from core.concerns import Concern
from detectors.events import ConcernRaised
from detectors.settings import WatchSettings
from ingest.conventions.registry import installed
from ingest.interpreter import Interpreter
from ingest.message import Message
from ingest.report import Tally
from simulator.message import Message as Played
from simulator.player import Player
from simulator.recording import load
from tests.anxin.post import Post

WHERE = os.environ.get("ANXIN_RECORDINGS", "")
LAST = timedelta(hours=30)


def messages(player: Player, *, fell: float) -> list[Played]:
    """The recording, until the person lies still."""
    lived = (player.message(line) for line in player.between(player.first, fell))
    return [*player.birth(player.first), *chain(lived, fall(player, fell))]


def evaluated(player: Player, played: Iterable[Played], until: timedelta) -> list[Concern]:
    course = Course(player.recording, WatchSettings())
    events = list(course.play(played))
    assert course.now is not None
    events += course.judge(course.now + until)
    return [event.concern for event in events if isinstance(event, ConcernRaised)]


def served(player: Player, played: list[Played], until: timedelta, *, dies_at: frozenset[int]) -> list[Concern]:
    """The same through pipeline, lookout and desk, with readings in a store and restarts from snapshots."""
    post = Post(inventory=player.recording.inventory, morning=played[0].at - timedelta(seconds=1))
    interpreter = begun(post)
    for number, message in enumerate(played):
        if number in dies_at:
            post.save()
            post.wait(seconds=0.001)
            post.crash()
            post.start()
            interpreter = begun(post)
        post.wait(seconds=max(0.0, (message.at - post.clock.now()).total_seconds()))
        told = Message(message.topic, message.payload, message.at, retain=message.retain)
        readings = interpreter.interpret(told)
        post.gate.settle(readings)
        post.hear(*readings)
    post.wait(hours=until.total_seconds() / 3600)
    post.end()
    return post.concerns


def begun(post: Post) -> Interpreter:
    """A new life: what the broker kept has been heard, so that silence may be judged."""
    post.lookout.judge(allowed=True)
    return Interpreter(post.inventory, gate=post.gate, conventions=installed(), tally=Tally())


def alike(concerns: Iterable[Concern]) -> list[tuple[str, str, str, str]]:
    """What was said, of what, how urgent, in which minute."""
    return [(c.kind.value, c.episode, c.severity.value, f"{c.at:%Y-%m-%d %H:%M}") for c in concerns]


def check(folder: Path, *, lived: float) -> None:
    player = Player(load(folder), beyond=4 * 86400.0)
    fell = player.first + lived * (player.last - player.first)
    played = messages(player, fell=fell)
    deaths = frozenset(int(len(played) * share) for share in (0.31, 0.62, 0.93, 0.995))

    wanted = evaluated(player, played, LAST)
    got = served(player, played, LAST, dies_at=deaths)

    assert wanted
    assert alike(got) == alike(wanted)


def test_the_service_says_what_the_evaluation_says(recorded: Path) -> None:
    check(recorded, lived=0.5)


@pytest.mark.recordings
def test_also_of_a_real_home() -> None:
    folder = Path(WHERE, "homes", "ordonez_a")
    if not WHERE or not folder.exists():
        pytest.skip("NOT RUN: ANXIN_RECORDINGS does not name a directory with homes/ordonez_a")

    check(folder, lived=0.8)
