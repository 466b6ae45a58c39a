"""What is seen of a home is what the service would have made of it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

from anxin.comparison.features import features, pauses, whole_days
from anxin.comparison.rooms import changes, stays
from anxin.comparison.witness import Seen, witness
from core.places import Room
from detectors.days import Measure
from simulator import playback, recording

ROOMS = frozenset({Room.BEDROOM, Room.BATHROOM, Room.LIVING, Room.KITCHEN})


def test_absences_are_found_by_the_front_door_and_are_no_pauses(made_up: Path, seen: Seen) -> None:
    noted = [(one.start.timestamp(), one.end.timestamp()) for one in recording.load(made_up).labels]

    assert len(seen.absences) == len(noted)
    for (left, back), (start, end) in zip(seen.absences, noted, strict=True):
        assert abs(left - start) < 10
        assert abs(back - end) < 10
    away_for = min(back - left for left, back in seen.absences)
    assert all(pause.seconds < away_for for pause in pauses(seen) if pause.by_day)


def test_the_front_door_is_opened_twice_a_day_for_six_seconds(seen: Seen) -> None:
    told = {one.name: one for one in features(seen, ROOMS)}

    assert told["door openings"].figures == {"mean": 2.0, "sd": 0.0}
    assert told["door open"].figures["p90"] == pytest.approx(6, abs=0.01)
    assert told["door, then a sign inside"].count == len(seen.absences)
    assert told["kettle, on for"].figures["p50"] == pytest.approx(4, abs=0.01)


def test_nights_are_quiet_but_for_one_time_up(seen: Seen) -> None:
    told = {one.name: one for one in features(seen, ROOMS)}

    assert told["times up, 23 to 4"].figures["mean"] == pytest.approx(1.0, abs=0.1)
    assert 7 < (told["up and about from"].figures["p50"] or 0) < 8, "up at seven of the clock there, and about"
    assert median(values[Measure.NIGHT] for _, values in seen.days) == 1


def test_stays_follow_each_other_and_lead_to_another_room(seen: Seen) -> None:
    found = list(stays(seen, ROOMS))

    assert len(found) > 20 * len(whole_days(seen))
    for one, other in pairwise(found):
        assert one.start + one.seconds <= other.start + 1e-6
        assert not other.follows or other.room is not one.room
    counted = changes(found)
    assert all(room is not other for room, other in counted)
    assert counted.total() <= len(found)


def test_what_lies_before_a_blind_hour_and_after_it_is_no_pause(made_up: Path) -> None:
    """The gateway is gone for a morning; it says nothing of that itself."""
    found = recording.load(made_up)
    gone = datetime(2026, 3, 8, 8, tzinfo=UTC)
    until = gone + timedelta(hours=4)
    heard = [one for one in playback.messages(found, until=until + timedelta(hours=8)) if not gone <= one.at < until]

    blind = witness(heard, found.inventory, found.home)

    [(before, after)] = [(one, other) for one, other in pairwise(blind.signs) if one.at < gone.timestamp() <= other.at]
    assert after.at - before.at > 3 * 3600
    assert not after.follows
