"""Binding devices: by command, from the inbox, and a whole building from a spreadsheet."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from anxin.cli import with_everything
from anxin.onboarding import ConsoleOnboarding, OnboardingRefused, read_building
from anxin.settings import load
from anxin.stores import open_database, open_readings
from core.decisions import ClockDecision, Decision
from core.inbox import Heard, UnknownDevice
from core.places import Area, AreaKind, Device, Gateway, Home, Inventory, Role, Room
from core.readings import Kind, Reading

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
STREET = Inventory.of(
    areas=[Area("b7", AreaKind.BUILDING, "7号楼")],
    homes=[Home("h-1", "b7", "7号楼101", resident="王秀英")],
    gateways=[Gateway("g-1", "h-1")],
    devices=[Device("g-1/door", "h-1", Room.ENTRANCE, Role.FRONT_DOOR, "g-1")],
)


@pytest.fixture(autouse=True)
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANXIN_DATA_DIR", str(tmp_path / "data"))
    with open_database(load(), migrate=True) as stores:
        stores.inventory.save(
            areas=STREET.areas.values(),
            homes=STREET.homes.values(),
            gateways=STREET.gateways.values(),
            devices=STREET.devices.values(),
        )


def devices(*arguments: str) -> Result:
    return CliRunner().invoke(with_everything(), ["devices", *arguments])


def inventory() -> Inventory:
    with open_database(load(), migrate=False) as stores:
        return stores.inventory.inventory()


def speaks(name: str) -> None:
    heard = Heard(NOW, f"gw/g-9/zigbee2mqtt/{name}", '{"occupancy": true}')
    with open_database(load(), migrate=False) as stores:
        stores.inbox.hear([UnknownDevice(f"g-9/{name}", "zigbee2mqtt", 3, NOW, NOW, {Kind.MOTION: True}, (heard,))])


def test_an_unknown_device_is_shown_with_a_guess_and_bound_with_its_gateway() -> None:
    speaks("bathroom_pir")

    shown = json.loads(devices("unknown", "--json").stdout)
    bound = devices("bind", "g-9/bathroom_pir", "--home", "h-1", "--room", shown["room"], "--role", shown["role"])

    assert (shown["room"], shown["role"], shown["messages"]) == ("bathroom", "room", 3)
    assert shown["last_messages"] == [{"topic": "gw/g-9/zigbee2mqtt/bathroom_pir", "payload": '{"occupancy": true}'}]
    assert bound.exit_code == 0
    assert inventory().devices["g-9/bathroom_pir"].room is Room.BATHROOM
    assert inventory().gateways["g-9"].home == "h-1"
    assert devices("unknown").stdout == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("bind", "g-9/x", "--home", "h-9", "--room", "other", "--role", "other"),
            "home 'h-9' is not in the inventory",
        ),
        (("bind", "no-slash", "--home", "h-1", "--room", "other", "--role", "other"), "id: "),
        (("bind", "g 9/x", "--home", "h-1", "--room", "other", "--role", "other"), "id: "),
        (("bind", "g/x", "--home", "h-1", "--room", "other", "--role", "other", "--profile", "[]"), "JSON object"),
        (("remove", "g-1/door", "g-1/never"), "not in the inventory: g-1/never"),
        (("test", "h-9"), "no device"),
    ],
)
def test_a_mistake_is_named_and_changes_nothing(arguments: tuple[str, ...], said: str) -> None:
    refused = devices(*arguments)

    assert isinstance(refused.exception, OnboardingRefused)
    assert said in str(refused.exception)
    assert inventory() == STREET


def test_a_removed_device_can_still_be_found() -> None:
    devices("remove", "g-1/door")

    assert inventory().devices == {}
    assert json.loads(devices("list", "--removed", "--json").stdout)["device"] == "g-1/door"


def test_a_building_comes_from_a_spreadsheet_in_chinese(tmp_path: Path) -> None:
    file = tmp_path / "7.csv"
    lines = [
        "户号,地址,片区,老人,网关,设备,房间,用途,名称",
        "h-2,7号楼102,b7,陈玉珍,g-2,door,门厅,入户门,门磁",
        "h-2,,,,g-2,pir,卫生间,房间感应,",
        "h-1,,,,g-1,pir,bathroom,room,人体",
    ]
    file.write_bytes("\r\n".join(lines).encode("gb18030"))

    tried = devices("import", str(file), "--dry-run")
    before = inventory()
    taken = devices("import", str(file))

    assert "2 homes, 2 gateways, 3 devices would be taken" in tried.stdout
    assert before == STREET
    assert "3 devices taken" in taken.stdout
    after = inventory()
    assert after.homes["h-2"] == Home("h-2", "b7", "7号楼102", resident="陈玉珍")
    assert after.homes["h-1"] == STREET.homes["h-1"], "an empty cell changes nothing"
    assert after.devices["g-2/pir"] == Device("g-2/pir", "h-2", Room.BATHROOM, Role.ROOM, "g-2")
    assert after.devices["g-2/door"].role is Role.FRONT_DOOR


def test_every_mistake_of_a_spreadsheet_is_named_with_its_line() -> None:
    text = """\
home,address,area,gateway,device,room,role,timezone
h-3,x,nowhere,g-3,door,entrance,front_door,
h-4,x,b7,g-4,door,attic,front_door,
h-5,x,b7,g 5,door,entrance,front_door,
h-6,,b7,g-6,door,entrance,front_door,
h-1,,,g-1,pir,bathroom,room,
h-1,,,g-1,pir,bathroom,room,
h-7,x,b7,g-7,door,entrance,,
h-8,x,b7,g-8,door,entrance,front_door,Mars/Olympus
"""

    with pytest.raises(OnboardingRefused) as refused:
        read_building(text, STREET)

    lines = str(refused.value).splitlines()
    starts = ["line 2: area", "line 3: room 'attic'", "line 4: id", "line 5: home h-6 is new", "line 7: g-1/pir was",
              "line 8: role must be given", "line 9: timezone"]  # fmt: skip
    assert len(lines) == len(starts)
    assert all(line.startswith(start) for line, start in zip(lines, starts, strict=True)), lines


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "missing: home, gateway, device, room, role"),
        ("home,gateway,device,room,role,colour\n", "unknown: colour"),
        ("home,home,gateway,device,room,role\n", "named twice: home"),
        ("home,gateway,device,room,role\n", "no device"),
        ('home,gateway,device,room,role\n"h', "line 2"),
    ],
)
def test_a_file_that_is_no_such_spreadsheet_is_refused(text: str, said: str) -> None:
    with pytest.raises(OnboardingRefused, match=said):
        read_building(text, STREET)


def test_a_walk_test_prints_what_each_sensor_says_and_ends_when_all_have_sensed() -> None:
    now = datetime.now(UTC) + timedelta(seconds=30)
    with open_readings(load()) as readings:
        readings.append([Reading("g-1/door", Kind.DOOR, "open", now, now)])

    walked = devices("test", "h-1", "--for", "20")

    assert walked.exit_code == 0, walked.output
    assert "✓ entrance" in walked.stdout
    assert "door open" in walked.stdout


def test_a_walk_test_names_who_only_lives_and_who_was_not_heard() -> None:
    pir = Device("g-1/pir", "h-1", Room.BATHROOM, Role.ROOM, "g-1")
    now = datetime.now(UTC) + timedelta(seconds=30)
    with open_database(load(), migrate=False) as stores, open_readings(load()) as readings:
        stores.inventory.save(devices=[pir])
        readings.append([Reading("g-1/pir", Kind.BATTERY, 90.0, now, now)])

    walked = devices("test", "h-1", "--for", "1")

    assert walked.exit_code == 1
    assert "✗ g-1/pir lives and has sensed nothing" in walked.stdout
    assert "✗ g-1/door was not heard" in walked.stdout


def test_the_last_readings_of_a_device_are_printed_with_the_rules_that_judged_them() -> None:
    now = datetime.now(UTC)
    told = Reading("g-1/door", Kind.DOOR, "open", now, now, decision=Decision.CHANGED, clock=ClockDecision.ABSENT)
    with open_readings(load()) as readings:
        readings.append([told])

    (row,) = [json.loads(line) for line in devices("readings", "g-1/door", "--json").stdout.splitlines()]
    nothing = devices("readings", "g-1/pir")

    assert (row["kind"], row["value"], row["decision"], row["clock"]) == ("door", "open", "changed", "absent")
    assert "said nothing in 24 h" in nothing.stderr


# -- the same, for the console ----------------------------------------------------------------------------------------

BUILDING = """户号,地址,片区,网关,设备,房间,用途
h-8,7号楼108,b7,g-8,front_door,门厅,入户门
h-8,,,g-8,pir,卫生间,room
"""


def test_the_console_checks_a_building_and_takes_it_in_whole_or_not_at_all() -> None:
    with open_database(load(), migrate=False) as stores:
        console = ConsoleOnboarding(stores)

        checked = console.import_building(BUILDING, dry_run=True)
        untouched = "h-8" in stores.inventory.inventory().homes
        wrong = console.import_building(BUILDING + "h-9,,,g-9,x,卫生间,room\n", dry_run=False)
        still_untouched = "h-8" in stores.inventory.inventory().homes
        taken = console.import_building(BUILDING, dry_run=False)

    assert (checked.homes, checked.devices, checked.mistakes) == (1, 2, ())
    assert wrong.mistakes
    assert (untouched, still_untouched) == (False, False)
    assert (taken.homes, taken.devices) == (1, 2)
    assert inventory().devices["g-8/pir"].room is Room.BATHROOM


def test_the_console_removes_a_device_and_knows_what_was_removed_from_a_home() -> None:
    with open_database(load(), migrate=False) as stores:
        console = ConsoleOnboarding(stores)

        gone, twice = console.remove("g-1/door"), console.remove("g-1/door")
        removed = [device.id for device, _ in console.removed("h-1")]
        elsewhere = console.removed("h-2")
        bound_again = console.bind(STREET.devices["g-1/door"])
        left = console.removed("h-1")

    assert gone == []
    assert twice == ["not in the inventory: g-1/door"]
    assert (removed, elsewhere) == (["g-1/door"], [])
    assert (bound_again, left) == ([], [])
