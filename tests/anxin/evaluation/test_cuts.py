"""Every recording is cut at random places: taken up from its snapshots, the watch goes on as if it had never stopped.

A stretch of each by default; `ANXIN_CUT_DAYS=400 ANXIN_CUTS=200 pytest --timeout 0` cuts all of them from end to end.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from anxin.evaluation.course import Course
from detectors.settings import WatchSettings
from simulator.message import Message
from simulator.playback import messages
from simulator.player import Player
from simulator.recording import Recording, load

pytestmark = pytest.mark.recordings
WHERE = os.environ.get("ANXIN_RECORDINGS", "")
DAYS, CUTS = float(os.environ.get("ANXIN_CUT_DAYS", "1.5")), int(os.environ.get("ANXIN_CUTS", "5"))
NAMES = ("aruba_first70", "kasteren_a", "mit_s1", "ordonez_a", "refit_house2")


def stretch(recording: Recording, chance: Random) -> list[Message]:
    """So many days from somewhere on."""
    player = Player(recording)
    latest = max(player.first, player.last - DAYS * 86400.0)
    since = datetime.fromtimestamp(chance.uniform(player.first, latest), UTC)
    return list(messages(recording, since=since, until=since + timedelta(days=DAYS)))


def as_kept(course: Course) -> Iterator[tuple[str, str, Any]]:
    """Everything that the watch knows, as a database would give it back."""
    assert course.now is not None
    for each in course.watch.snapshots(course.now, dirty_only=False):
        yield each.owner, each.key, json.loads(json.dumps(each.body))


def taken_up(course: Course) -> Course:
    """Another process, from what was kept."""
    assert course.now is not None
    snapshots = course.watch.snapshots(course.now, dirty_only=False)
    kept = [replace(each, body=json.loads(json.dumps(each.body))) for each in snapshots]
    other = course.fork()
    other.watch.restore(kept)
    return other


@pytest.mark.parametrize("name", NAMES)
def test_a_home_that_was_cut_says_and_knows_the_same(name: str) -> None:
    folder = Path(WHERE, "homes", name)
    if not WHERE or not folder.exists():
        pytest.skip(f"NOT RUN: ANXIN_RECORDINGS does not name a directory with homes/{name}")
    recording, chance = load(folder), Random(name)
    played = stretch(recording, chance)
    cuts = frozenset(chance.sample(range(1, len(played)), min(CUTS, len(played) - 1)))

    whole, cut = Course(recording, WatchSettings()), Course(recording, WatchSettings())
    said, said_when_cut = [], []
    for number, message in enumerate(played):
        if number in cuts:
            cut = taken_up(cut)
        said += whole.hear_when(message)
        said_when_cut += cut.hear_when(message)
        assert cut.watch.next_due() == whole.watch.next_due()

    assert said
    assert said_when_cut == said
    assert list(as_kept(cut)) == list(as_kept(whole))
