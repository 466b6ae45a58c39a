"""The main job end to end, with the real program: a recorded life, a fall in it, a grid worker who closes the alert.

The same days untouched run beside it and raise nothing.
"""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from simulator import playback, recording
from tests.servers.mosquitto import Mosquitto
from tests.service.bygone import write_history
from tests.service.program import PASSWORD, Program, Visitor, until

pytestmark = [pytest.mark.real, pytest.mark.recordings, pytest.mark.long(45)]

HOME = "aruba_first70"
SPEED = 240.0
LEARNED = timedelta(days=14)
BEGIN = datetime(2010, 12, 10, 17, 20, tzinfo=UTC)
FALL = datetime(2010, 12, 10, 17, 36, 30, tzinfo=UTC)
"""Half past nine in the morning; the bathroom's sensor has just seen the resident."""
READY_IN = timedelta(seconds=10)
NOTICED_WITHIN = timedelta(hours=2)
LADDER = ("resident", "family", "captain", "grid_worker")


@pytest.fixture
def worlds(broker: Mosquitto, other_broker: Mosquitto, recordings: Path, tmp_path: Path) -> Iterator[list[Program]]:
    """Two installations with the same history on the same clock: one for the fall, one for the untouched days."""
    folder = recordings / HOME
    found = recording.load(folder)
    with ExitStack() as stack:
        fallen = stack.enter_context(Program(tmp_path / "fall", broker.port))
        untouched = stack.enter_context(Program(tmp_path / "untouched", other_broker.port))
        write_history(fallen.data, found.inventory, playback.messages(found, since=BEGIN - LEARNED, until=BEGIN))
        _enroll(fallen, folder)
        shutil.copytree(fallen.data, untouched.data)
        clock = f"{BEGIN.isoformat()}@{(datetime.now(UTC) + READY_IN).isoformat()}*{SPEED:g}"
        yield [fallen.start(clock), untouched.start(clock)]


def _enroll(program: Program, folder: Path) -> None:
    roll = program.folder / "roll.json"
    recorded = ("--recording", str(folder), "--start", BEGIN.isoformat())
    program.run("simulate", *recorded, "--inventory", str(roll), "--inventory-only")
    program.run("enroll", str(roll))
    worker = ("--person", f"worker-{HOME}-grid-day", "--role", "responder", "--area", f"{HOME}-grid")
    program.run("account", "grid", *worker, said=f"{PASSWORD}\n")


def test_a_fall_in_a_recorded_life_climbs_to_a_grid_worker_who_closes_it(
    worlds: list[Program], recordings: Path
) -> None:
    fallen, untouched = worlds
    truth = fallen.folder / "truth.jsonl"
    for world in worlds:
        world.wait_until_connected()
    fallen.simulate("--recording", str(recordings / HOME), "--fall-at", FALL.isoformat(), "--truth", str(truth))
    untouched.simulate("--recording", str(recordings / HOME))
    worker = Visitor(fallen.address, "grid").enter()
    admin = Visitor(fallen.address, "admin").enter()

    patience = (FALL + NOTICED_WITHIN - BEGIN).total_seconds() / SPEED + READY_IN.total_seconds()
    alert = until(lambda: next(iter(worker.alerts()), None), within=patience, what=lambda: f"an alert\n{fallen.log()}")
    until(lambda: _told(admin) >= set(LADDER), within=30, what=lambda: f"all of {LADDER} are told: {_told(admin)}")
    taken = worker.act(alert["id"], "acknowledge")
    worker.act(alert["id"], "arrive")
    closed = worker.act(alert["id"], "close", outcome="hospital", note="Found on the bathroom floor, awake.")

    story = admin.get(f"/alerts/{alert['id']}")
    assert '"label":"fall"' in truth.read_text()
    _says_why(alert)
    _climbed_in_order(story)
    assert taken["taken_by"] == f"worker-{HOME}-grid-day"
    assert closed["outcome"] == "hospital"
    assert [a["id"] for a in worker.alerts()] == [alert["id"]]
    assert Visitor(untouched.address, "admin").alerts() == []
    assert untouched.still_simulating()
    for world in worlds:
        world.stop()


def _told(admin: Visitor) -> set[str]:
    """The targets whose phones have shown a message."""
    people = {
        f"resident-{HOME}": "resident",
        f"family-{HOME}-1": "family",
        f"captain-{HOME}-building": "captain",
        f"worker-{HOME}-grid-day": "grid_worker",
    }
    messages = admin.get("/phones/messages")["items"]
    return {people[m["person"]] for m in messages if m["person"] in people and m["purpose"] == "ask"}


def _says_why(alert: dict[str, Any]) -> None:
    facts = {fact["name"]: fact["value"] for fact in alert["facts"]}
    since = datetime.fromisoformat(alert["since"])
    assert alert["kind"] == "silence"
    assert alert["severity"] == "red"
    assert alert["place"] == "bathroom"
    assert abs(since - FALL) < timedelta(minutes=2)
    assert facts["silent_for"] >= 30 * 60
    assert facts["days_learned"] >= 10


def _climbed_in_order(story: dict[str, Any]) -> None:
    lines = [line["kind"] for line in story["timeline"]]
    asked = [line["detail"]["targets"] for line in story["timeline"] if line["kind"] == "level_entered"]
    moved = [kind for kind in lines if kind in {"opened", "acknowledged", "arrived", "closed"}]
    assert [targets[0] for targets in asked][: len(LADDER)] == list(LADDER)
    assert moved == ["opened", "acknowledged", "arrived", "closed"]
    assert story["timer"] is None
    accepted = {d["target"] for d in story["deliveries"] if d["state"] == "accepted"}
    assert accepted >= set(LADDER)
