"""Recordings of real homes play as native messages; a fall is made by taking away what the person caused."""

import gzip
import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from core.places import AreaKind, Role, Room
from core.readings import Kind
from simulator.message import Message
from simulator.playback import messages
from simulator.recorded import RecordingError
from simulator.recording import load
from tests.simulator.street import said

START = datetime(2020, 3, 1, tzinfo=UTC)
RECORDINGS = Path(os.environ.get("ANXIN_RECORDINGS", "/nonexistent")) / "homes"


def device(message: Message) -> str:
    return message.topic.split("/")[4]


def facts(found: list[Message], who: str) -> list[tuple[datetime, object]]:
    """Time and value of what one device reported, without its check-ins."""
    told = [(said(m), said(m)["readings"][0]) for m in found if device(m) == who and m.topic.endswith("reading")]
    return [
        (datetime.fromisoformat(payload["at"]), reading["value"])
        for payload, reading in told
        if reading["kind"] not in ("battery", "liveness")
    ]


def test_the_inventory_is_core_nouns_with_rooms_and_roles(recording_folder: Path) -> None:
    recording = load(recording_folder)

    inventory = recording.inventory
    assert (recording.home.id, recording.home.timezone) == ("tiny", "Europe/Berlin")
    assert {a.kind for a in inventory.lineage(recording.home.area)} == set(AreaKind)
    assert {d.id: (d.room, d.role) for d in recording.devices} == {
        "tiny/pir": (Room.BATHROOM, Role.ROOM),
        "tiny/door": (Room.ENTRANCE, Role.FRONT_DOOR),
        "tiny/bed": (Room.OTHER, Role.BED),
        "tiny/meter": (Room.ENTRANCE, Role.MAIN_METER),
        "tiny/kettle": (Room.KITCHEN, Role.KETTLE),
        "tiny/lamp": (Room.LIVING, Role.LIGHT),
        "tiny/icebox": (Room.KITCHEN, Role.AUTOMATIC),
        "tiny/bridge": (Room.OTHER, Role.BRIDGE),
    }
    assert recording.kinds["bed"] is Kind.OCCUPANCY


def test_every_line_is_played_in_order_as_its_gateway_would_say_it(recording_folder: Path) -> None:
    recording = load(recording_folder)

    found = list(messages(recording))

    lines = list(recording.readings())
    spoken = [
        m
        for m in found
        if m.topic.endswith("reading") and said(m)["readings"][0]["kind"] not in ("battery", "liveness")
    ]
    assert len(spoken) == len(lines)
    assert all(before.at <= later.at for before, later in pairwise(found))
    assert found[0].topic == "gw/tiny/native/v1/gateway/status"
    assert {m.topic.split("/")[4] for m in found if m.retain} == {*recording.kinds, "gateway"}
    assert facts(found, "door")[0] == (START + timedelta(hours=9), "open")
    assert facts(found, "bed") == [(START + timedelta(hours=6), False), (START + timedelta(hours=21), True)]


def test_motion_that_is_never_cleared_is_an_event(recording_folder: Path) -> None:
    found = [m for m in messages(load(recording_folder)) if device(m) == "pir" and b"motion" in m.payload]

    assert all(said(m)["readings"][0] == {"kind": "motion", "value": True, "semantics": "event"} for m in found)


def test_every_device_checks_in_about_every_fifty_minutes(recording_folder: Path) -> None:
    found = [m for m in messages(load(recording_folder)) if b'"battery"' in m.payload or b'"liveness"' in m.payload]

    for who in ("pir", "door", "bed"):
        times = [m.at for m in found if device(m) == who]
        assert len(times) > 50
        assert all(timedelta(minutes=45) < b - a < timedelta(minutes=55) for a, b in pairwise(times))
        assert not any(m.human for m in found)


def test_a_silent_meter_does_not_check_in(recording_folder: Path) -> None:
    found = [m for m in messages(load(recording_folder)) if b'"liveness"' in m.payload]

    silent = [m for m in found if START + timedelta(hours=30) <= m.at < START + timedelta(hours=40)]
    assert silent == []
    assert {device(m) for m in found} == {"meter", "kettle", "lamp", "icebox"}


def test_a_part_can_be_played(recording_folder: Path) -> None:
    since, until = START + timedelta(hours=8), START + timedelta(hours=10)

    found = list(messages(load(recording_folder), since=since, until=until))

    assert found[0].at - since < timedelta(seconds=1)
    assert found[-1].at < until + timedelta(seconds=1)
    assert [value for _, value in facts(found, "door")] == ["open", "closed"]


def test_after_a_fall_nothing_follows_that_the_person_caused(recording_folder: Path) -> None:
    fall = START + timedelta(hours=20)
    recording = load(recording_folder)

    before = list(messages(recording))
    found = list(messages(recording, fall_at=fall))

    later = [m for m in found if m.at > fall + timedelta(seconds=1)]
    assert [m for m in found if m.at <= fall] == [m for m in before if m.at <= fall]
    assert not any(m.human for m in later)
    for gone in ("pir", "door", "bed", "lamp"):
        assert facts(later, gone) == []
    assert {device(m) for m in later} == set(recording.kinds), "all devices live on"


def test_after_a_fall_meters_show_what_the_home_draws_by_itself(recording_folder: Path) -> None:
    fall = START + timedelta(hours=20)

    later = [m for m in messages(load(recording_folder), fall_at=fall) if m.at > fall + timedelta(seconds=1)]

    assert {value for _, value in facts(later, "meter")} == {80.0}
    assert {value for _, value in facts(later, "kettle")} == {0.0}
    assert {value for _, value in facts(later, "icebox")} == {2.0, 90.0}


def test_playing_twice_gives_the_same_bytes(recording_folder: Path) -> None:
    assert list(messages(load(recording_folder))) == list(messages(load(recording_folder)))


@pytest.mark.parametrize(
    ("file", "text", "complaint"),
    [
        ("home.toml", "name = [", "is not TOML"),
        ("home.toml", 'timezone = "Europe/Berlin"', "name is missing"),
        ("home.toml", 'name = "x"\ntimezone = "Europe/Berlin"', "no .*device"),
        ("home.toml", 'name = "x"\ntimezone = "UTC"\n[[device]]\nid = "a"', "device 1: a device without kind"),
        (
            "home.toml",
            'name = "x"\ntimezone = "UTC"\n[[device]]\nid = "a"\nkind = "smell"\nplace = "attic"\nrole = "nose"',
            "unknown kind 'smell'",
        ),
    ],
)
def test_a_folder_that_is_no_recording_is_refused_with_the_reason(
    recording_folder: Path, file: str, text: str, complaint: str
) -> None:
    (recording_folder / file).write_text(text)

    with pytest.raises(RecordingError, match=complaint):
        load(recording_folder)


@pytest.mark.parametrize("line", ["yesterday,pir,motion,detected", "2020-03-01T00:00:00Z,pir,smell,bad", "one,two"])
def test_a_line_that_cannot_be_read_is_named(recording_folder: Path, line: str) -> None:
    with gzip.open(recording_folder / "readings.csv.gz", "wt") as file:
        file.write(f"at,device,kind,value\n{line}\n")

    with pytest.raises(RecordingError, match="line 2"):
        list(messages(load(recording_folder)))


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="No such file"):
        load(tmp_path / "nowhere")


@pytest.mark.recordings
@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="NOT RUN: no recordings of real homes (ANXIN_RECORDINGS)")
@pytest.mark.parametrize("name", ["aruba_first70", "kasteren_a", "mit_s1", "ordonez_a", "refit_house2"])
def test_real_recordings_play_every_line_and_know_every_device(name: str) -> None:
    recording = load(RECORDINGS / name)

    played, checks = Counter[str](), Counter[str]()
    for message in messages(recording):
        quiet = b'"battery"' in message.payload or b'"liveness"' in message.payload
        (checks if quiet or message.retain else played)[device(message)] += 1

    lines = Counter(reading.device for reading in recording.readings())
    assert played == lines
    assert set(recording.kinds) <= set(checks)
    assert Role.OTHER not in {one.role for one in recording.devices}
    assert Room.OTHER not in {one.room for one in recording.devices if one.role is not Role.BRIDGE}


@pytest.mark.recordings
@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="NOT RUN: no recordings of real homes (ANXIN_RECORDINGS)")
def test_a_meter_that_was_really_dead_is_dead_in_playback() -> None:
    recording = load(RECORDINGS / "refit_house2")
    outage = max((one for one in recording.labels if one.label == "meter_silent"), key=lambda one: one.end - one.start)

    inside = [
        m for m in messages(recording, since=outage.start, until=outage.end) if not m.retain and outage.start < m.at
    ]

    assert outage.end - outage.start > timedelta(days=60)
    assert inside == []
