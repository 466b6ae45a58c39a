"""Profiles: every form that an entry may have, what is refused, and what a known model brings with it."""

import base64
import json
from typing import Any

import pytest

from core.places import Device, Gateway, Home, Inventory, Role, Room
from core.readings import Kind, Value
from ingest.conventions.profile import meaning
from ingest.message import Message
from ingest.profiles import profile_of_model
from tests.ingest.conftest import NOON
from tests.ingest.story import House


def means(entry: dict[str, Any], raw: object) -> Value | None:
    found = meaning({"key": entry}, "key")
    assert found is not None
    return found.value_of(raw)


@pytest.mark.parametrize(
    ("entry", "raw", "value"),
    [
        ({"kind": "door", "on": "open", "off": "closed"}, "ON", "open"),
        ({"kind": "door", "on": "open", "off": "closed"}, False, "closed"),
        ({"kind": "door", "true": "open", "false": "closed"}, True, "open"),
        ({"kind": "door", "1": "open", "0": "closed"}, 1.0, "open"),
        ({"kind": "door", "1": "open", "0": "closed"}, "0", "closed"),
        ({"kind": "door", "1": "open", "0": "closed"}, 7, None),
        ({"kind": "door", "values": {"A": "open", "b": "closed"}}, "a", "open"),
        ({"kind": "door", "value": "open"}, "whatever", "open"),
        ({"kind": "door"}, True, None),
        ({"kind": "door"}, "open", None),
        ({"kind": "motion"}, "ON", True),
        ({"kind": "motion"}, 0, False),
        ({"kind": "smoke", "2": True}, 1, None),
        ({"kind": "smoke", "2": True}, 2, True),
        ({"kind": "power"}, "12.5", 12.5),
        ({"kind": "power", "unit": "mW"}, 12_500, 12.5),
        ({"kind": "power", "scale": 0.1}, 125, 12.5),
        ({"kind": "energy", "pulses_per_kwh": 1600}, 3200, 2.0),
        ({"kind": "energy", "pulses_per_kwh": 0}, 3200, None),
        ({"kind": "battery"}, 140, None),
        ({"kind": "battery"}, True, None),
        ({"kind": "power", "unit": "hp"}, 1, None),
        ({"kind": "button"}, "double", "double"),
    ],
)
def test_an_entry_gives_a_raw_value_its_meaning_or_none(
    entry: dict[str, Any], raw: object, value: Value | None
) -> None:
    assert means(entry, raw) == value
    assert means(entry, raw) is None or type(means(entry, raw)) is type(value)


@pytest.mark.parametrize("entry", [None, "door", {}, {"kind": "weather"}, {"kind": 7}, {"kind": None}])
def test_an_entry_without_a_kind_that_we_know_is_none(entry: object) -> None:
    assert meaning({"key": entry}, "key") is None


@pytest.mark.parametrize("model", ["Milesight WS301", "milesight-ws301", "MILESIGHT  WS301 "])
def test_a_model_is_known_however_it_is_written(model: str) -> None:
    assert profile_of_model(model) == {"codec": "milesight-ws301"}
    assert profile_of_model("Acme 3000") == {}


def test_a_known_model_needs_no_profile_and_its_own_profile_wins() -> None:
    def door(eui: str, **more: Any) -> Device:
        return Device(f"g/{eui}", "h", Room.ENTRANCE, Role.FRONT_DOOR, "g", model="Milesight WS301", **more)

    devices = [door("aa01"), door("aa02", profile={"codec": "milesight-ws303"})]
    place = House(Inventory.of([], [Home("h", "a", "1")], [Gateway("g")], devices))
    data = base64.b64encode(bytes.fromhex("030001")).decode()
    for eui in ("aa01", "aa02"):
        topic = f"gw/g/chirpstack/application/1/device/{eui}/event/up"
        place.pipeline.feed([Message(topic, json.dumps({"deviceInfo": {}, "fPort": 85, "data": data}).encode(), NOON)])

    assert [(one.device, one.kind, one.value) for one in place.heard] == [
        ("g/aa01", Kind.DOOR, "open"),
        ("g/aa02", Kind.WATER, True),
    ]


@pytest.mark.parametrize(
    ("model", "raw", "wanted"),
    [
        ("Tuya metering plug", {"cur_power": 18505}, {("power", 1850.5)}),
        ("Tuya electricity meter", {"forward_energy_total": 12345, "total_power": 1250},
         {("energy", 123.45), ("power", 1250.0)}),
        ("Tuya luminance sensor", {"temp_current": 215, "humidity_value": 40, "bright_value": 90},
         {("temperature", 21.5), ("humidity", 40), ("illuminance", 90)}),
        ("Wanlin NB smoke", {"Report.devState": 1, "Report.electricQuantity": 88}, {("smoke", True), ("battery", 88)}),
    ],
)  # fmt: skip
def test_a_model_that_brings_a_profile_says_what_its_numbers_mean(
    model: str, raw: dict[str, object], wanted: set[tuple[str, object]]
) -> None:
    profile = profile_of_model(model)

    told = {key: found for key in raw if (found := meaning(profile, key)) is not None}

    assert {found.kind.value: found.value_of(raw[key]) for key, found in told.items()} == pytest.approx(dict(wanted))
