"""Recordings of homes that others wrote down: other words, other layouts, and lines that nobody can use."""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.places import Role, Room
from core.readings import Kind
from simulator.player import Player
from simulator.recorded import Oddity, Recorded, RecordingError
from simulator.recorded_words import role_of, room_of, value_of
from simulator.recording import load

START = datetime(2020, 3, 1, tzinfo=UTC)
Row = tuple[str, str, str, str]


def at(hours: float) -> str:
    return f"{START + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}"


def rows(count: int = 100) -> list[Row]:
    """Every six minutes the bathroom."""
    return [(at(turn / 10), "pir", "motion", "detected") for turn in range(count)]


def write(folder: Path, lines: list[Row]) -> Path:
    text = "\n".join(["at,device,kind,value", *(",".join(line) for line in lines)])
    with gzip.open(folder / "readings.csv.gz", "wt") as file:
        file.write(text + "\n")
    return folder


def notes(folder: Path) -> dict[Oddity, int]:
    return {note.what: note.count for note in Player(load(folder)).notes}


def test_the_layout_of_the_file_does_not_matter(recording_folder: Path) -> None:
    clean = list(load(write(recording_folder, rows())).readings())

    (recording_folder / "readings.csv.gz").unlink()
    turned = [f"{value.upper()},,{device},{kind.title()},{when}" for when, device, kind, value in rows()]
    text = "\r\n".join(["Value,unit,Device,Kind,At", *turned, "", ""])
    (recording_folder / "readings.csv").write_text(f"\ufeff{text}", encoding="utf-8", newline="")

    assert list(load(recording_folder).readings()) == clean
    assert notes(recording_folder) == {}


@pytest.mark.parametrize(
    "same",
    ["2020-03-01T12:00:00Z", "2020-03-01 12:00:00", "2020-03-01T04:00:00-08:00", "2020-03-01T12:00:00.000+00:00"],
)
def test_the_same_instant_may_be_written_in_many_ways(recording_folder: Path, same: str) -> None:
    (reading,) = load(write(recording_folder, [(same, "pir", "motion", "detected")])).readings()

    assert reading.at == (START + timedelta(hours=12)).timestamp()


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.MOTION, "ON", True),
        (Kind.MOTION, "0", False),
        (Kind.OCCUPANCY, "true", True),
        (Kind.VIBRATION, "Clear", False),
        (Kind.DOOR, "CLOSE", "closed"),
        (Kind.DOOR, "1", "open"),
        (Kind.POWER, "on", 1000.0),
        (Kind.POWER, "-3.5", -3.5),
        (Kind.TEMPERATURE, "21.5", 21.5),
        (Kind.BUTTON, "single", "single"),
    ],
)
def test_values_are_understood_in_the_words_of_others(kind: Kind, text: str, value: object) -> None:
    assert value_of(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [(Kind.MOTION, ""), (Kind.DOOR, "ajar"), (Kind.POWER, "NaN"), (Kind.POWER, "1e9"), (Kind.TEMPERATURE, "inf")],
)
def test_a_value_that_means_nothing_is_told_with_what_was_expected(kind: Kind, text: str) -> None:
    with pytest.raises(ValueError, match=f"(is|at most) .*not {text.lower()!r}"):
        value_of(kind, text)


@pytest.mark.parametrize(
    ("place", "room"),
    [
        ("Bedroom 2", Room.BEDROOM),
        ("guest-bathroom", Room.BATHROOM),
        ("Living Room", Room.LIVING),
        ("hallway", Room.CORRIDOR),
        ("garage", Room.OTHER),
        ("", Room.OTHER),
    ],
)
def test_rooms_have_many_names(place: str, room: Room) -> None:
    assert room_of(place) is room


@pytest.mark.parametrize(
    ("role", "kind", "is_role"),
    [
        ("Back Door", Kind.DOOR, Role.FRONT_DOOR),
        ("nose", Kind.MOTION, Role.ROOM),
        ("", Kind.DOOR, Role.ROOM_DOOR),
        ("room", Kind.DOOR, Role.ROOM_DOOR),
        ("couch", Kind.OCCUPANCY, Role.SEAT),
        ("fridge_freezer", Kind.POWER, Role.AUTOMATIC),
        ("electric heater", Kind.POWER, Role.AUTOMATIC),
        ("cooker", Kind.POWER, Role.STOVE),
        ("who knows", Kind.POWER, Role.OTHER),
        ("who knows", Kind.TEMPERATURE, Role.CLIMATE),
    ],
)
def test_what_a_device_watches_is_told_by_its_role_or_else_by_its_kind(role: str, kind: Kind, is_role: Role) -> None:
    assert role_of(role, kind) is is_role


def test_lines_that_cannot_be_used_are_left_out_and_counted(recording_folder: Path) -> None:
    others = [(at(1), "M050", "motion", "ON")] * 7 + [(at(1), "pir", "smell", "bad")] * 3
    odd = [("tomorrow", "pir", "motion", "detected"), (at(2), "pir", "motion", "perhaps")]

    write(recording_folder, [*rows(), *others, *odd])

    assert len(list(load(recording_folder).readings())) == 100
    assert notes(recording_folder) == {Oddity.UNLISTED: 7, Oddity.UNKNOWN_KIND: 3, Oddity.UNREADABLE: 2}


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ([], "no reading in it"),
        ([(at(1), "M050", "motion", "ON")], "none of 1 lines can be used: 1 of devices that home.toml does not name"),
        ([(at(1), "pir", "smell", "bad")], "1 of unknown kinds; the first is line 2: 'smell'"),
        ([*rows(), *[("", "pir", "motion", "ON")] * 9], "9 of 109 lines cannot be read; the first is line 102: a time"),
    ],
)
def test_a_file_of_which_too_little_is_left_is_refused(
    recording_folder: Path, lines: list[Row], complaint: str
) -> None:
    write(recording_folder, lines)

    with pytest.raises(RecordingError, match=complaint):
        list(load(recording_folder).readings())


def test_lines_are_put_in_order_and_those_of_another_time_left_out(recording_folder: Path) -> None:
    write(recording_folder, [*rows()[50:], *rows()[:50], ("1970-01-01T00:00:00Z", "pir", "motion", "detected")])

    times = [reading.at for reading in load(recording_folder).readings()]

    assert times == sorted(times)
    assert times[0] == START.timestamp()
    assert notes(recording_folder) == {Oddity.UNORDERED: 2, Oddity.FAR_OFF: 1}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-20]),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(gzip.compress(b"at,device,kind,value\nk\xfcche,1,2,3\n")),
        lambda path: path.unlink(),
    ],
    ids=["cut short", "empty", "not UTF-8", "not there"],
)
def test_a_file_that_is_broken_is_refused_by_its_name(recording_folder: Path, spoil: object) -> None:
    spoil(recording_folder / "readings.csv.gz")  # type: ignore[operator]

    with pytest.raises(RecordingError, match=r"readings\.csv\.gz"):
        list(load(recording_folder).readings())


@pytest.mark.parametrize("timezone", ["Mars/Olympus", "UTC-8", "../etc/passwd"])
def test_a_time_zone_that_does_not_exist_is_refused(recording_folder: Path, timezone: str) -> None:
    about = (recording_folder / "home.toml").read_text().replace("Europe/Berlin", timezone)
    (recording_folder / "home.toml").write_text(about)

    with pytest.raises(RecordingError, match="no IANA name such as Europe/Madrid"):
        load(recording_folder)


def test_devices_that_are_described_twice_or_are_of_no_known_kind_do_not_lose_the_others(
    recording_folder: Path,
) -> None:
    with (recording_folder / "home.toml").open("a") as file:
        file.write('[[device]]\nid = "pir"\nkind = "motion"\nplace = "attic"\n[[device]]\nid = 5\nkind = "smell"\n')

    recording = load(recording_folder)

    assert [device.room for device in recording.devices if device.id == "tiny/pir"] == [Room.BATHROOM]
    assert {note.what: note.count for note in recording.notes} == {Oddity.DEVICE_TWICE: 1, Oddity.UNKNOWN_DEVICE: 1}


def test_a_name_that_is_no_topic_is_kept_and_its_devices_are_heard(recording_folder: Path) -> None:
    about = (recording_folder / "home.toml").read_text().replace('"tiny"', '"Flat #3 / left+right"')
    (recording_folder / "home.toml").write_text(about)

    recording = load(recording_folder)

    assert recording.home.id == "Flat #3 / left+right"
    assert recording.gateway.id == "Flat-3-left-right"
    assert set(recording.roles) == {*recording.kinds, "bridge"}


def test_a_sensor_that_is_named_as_gateways_name_themselves_is_heard(recording_folder: Path) -> None:
    about = (recording_folder / "home.toml").read_text().replace('"pir"', '"bridge"')
    (recording_folder / "home.toml").write_text(about)
    write(recording_folder, [(at, "bridge", kind, value) for at, _, kind, value in rows()])

    recording = load(recording_folder)

    assert {reading.device for reading in recording.readings()} == {"bridge-sensor"}
    assert recording.roles["bridge-sensor"] is Role.ROOM


def test_labels_are_utc_and_one_that_cannot_be_read_does_not_lose_the_others(recording_folder: Path) -> None:
    lines = ["Start,End,Label", f"{at(1)[:-1]},{at(2)},Away ", f"{at(3)},soon,away", f"{at(5)},{at(4)},away"]
    (recording_folder / "truth.csv").write_text("\n".join(lines))

    recording = load(recording_folder)

    (label,) = recording.labels
    assert (label.start, label.end, label.label) == (START + timedelta(hours=1), START + timedelta(hours=2), "away")
    assert [(note.what, note.count) for note in recording.notes] == [(Oddity.UNREADABLE_LABEL, 2)]


@pytest.mark.parametrize("text", ["", "start,end,label\n"])
def test_a_recording_without_labels_is_one_all_the_same(recording_folder: Path, text: str) -> None:
    (recording_folder / "truth.csv").write_text(text)

    assert load(recording_folder).labels == ()


def test_labels_none_of_which_can_be_read_are_refused(recording_folder: Path) -> None:
    (recording_folder / "truth.csv").write_text("start,end,label\nnow,then,away\n")

    with pytest.raises(RecordingError, match=r"truth\.csv: no line can be read; the first is line 2"):
        load(recording_folder)


def _paused(folder: Path) -> Iterator[float]:
    """Hours of check-ins that are made up for twelve days in the middle in which nothing was recorded."""
    later = [(at(turn / 10 + 300), "pir", "motion", "detected") for turn in range(100)]
    player = Player(load(write(folder, [*rows(), *later])))
    made_up = ((line.at - START.timestamp()) / 3600 for line in player.lines if line.kind is Kind.BATTERY)
    return (hour for hour in made_up if 11 < hour < 299)


def test_nothing_checks_in_while_nobody_was_recording(recording_folder: Path) -> None:
    assert list(_paused(recording_folder)) == []
    assert notes(recording_folder) == {Oddity.INTERRUPTED: 1}


def test_a_home_whose_person_is_known_to_be_away_checks_in_all_the_time(recording_folder: Path) -> None:
    (recording_folder / "truth.csv").write_text(f"start,end,label\n{at(10)},{at(299)},away\n")

    assert len(list(_paused(recording_folder))) > 500


class _Attentive(Player):
    """Counts how often it asks whether a line was said in the small hours."""

    asked = 0

    def _is_small(self, line: Recorded) -> bool:
        self.asked += 1
        return super()._is_small(line)


def test_a_meters_nights_are_looked_through_once_however_often_somebody_falls(recording_folder: Path) -> None:
    player = _Attentive(load(recording_folder))
    fall = player.first + 30 * 3600

    falls = [list(player.without_person(player.between(fall), fall)) for _ in range(9)]

    assert player.asked == 96
    assert {line.value for line in falls[-1] if line.device == "meter" and line.kind is Kind.POWER} == {80.0}
