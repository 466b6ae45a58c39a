"""Zigbee2MQTT: what its messages say, what they do not, and what must never be guessed."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from core.readings import Kind, Replay, Semantics, TimeSource, Value
from ingest.conventions.decoded import Decoded, Malformed, OneProfile, Reason, Refusal, Said
from ingest.conventions.zigbee2mqtt import Zigbee2Mqtt, Zigbee2MqttDecoder

Fact = tuple[Kind, Value]


def hear(
    topic: str,
    said: object,
    *,
    decoder: Zigbee2MqttDecoder | None = None,
    retain: bool = False,
    profile: dict[str, object] | None = None,
) -> list[Said]:
    payload = said if isinstance(said, bytes) else json.dumps(said).encode()
    decoder = decoder or Zigbee2Mqtt().decoder()
    return decoder.decode(topic, payload, retain=retain, profiles=OneProfile(profile or {}))


def facts(said: list[Said]) -> list[Fact]:
    return [(one.kind, one.value) for one in said if isinstance(one, Decoded)]


def announce(decoder: Zigbee2MqttDecoder, name: str, *exposes: dict[str, Any]) -> None:
    entry = {"friendly_name": name, "ieee_address": "0x00aa", "definition": {"exposes": list(exposes)}}
    hear("zigbee2mqtt/bridge/devices", [entry], decoder=decoder, retain=True)


@pytest.mark.parametrize(
    ("said", "fact"),
    [
        ({"contact": False}, (Kind.DOOR, "open")),
        ({"contact": True}, (Kind.DOOR, "closed")),
        ({"occupancy": True}, (Kind.MOTION, True)),
        ({"presence": False}, (Kind.MOTION, False)),
        ({"water_leak": True}, (Kind.WATER, True)),
        ({"smoke": True}, (Kind.SMOKE, True)),
        ({"gas": True}, (Kind.GAS, True)),
        ({"carbon_monoxide": True}, (Kind.CO, True)),
        ({"co": 42}, (Kind.CO_PPM, 42)),
        ({"vibration": True}, (Kind.VIBRATION, True)),
        ({"sos": True}, (Kind.SOS, True)),
        ({"sos": False}, (Kind.SOS, False)),
        ({"sos_alarm": True}, (Kind.SOS, True)),
        ({"fall_status": "fall_alarm"}, (Kind.SOS, True)),
        ({"fall_down_status": "fall"}, (Kind.SOS, True)),
        ({"fall_down_status": "none"}, (Kind.SOS, False)),
        ({"tamper": True}, (Kind.TAMPER, True)),
        ({"battery_low": True}, (Kind.BATTERY_LOW, True)),
        ({"battery": "87.50"}, (Kind.BATTERY, 87.5)),
        ({"power": 12.5}, (Kind.POWER, 12.5)),
        ({"energy": 8}, (Kind.ENERGY, 8)),
        ({"power_l2": 3}, (Kind.POWER, 3)),
        ({"action": "emergency"}, (Kind.SOS, True)),
        ({"action": "sos"}, (Kind.SOS, True)),
        ({"action": "double"}, (Kind.BUTTON, "double")),
        ({"action": "hold"}, (Kind.BUTTON, "hold")),
        ({"click": "single"}, (Kind.BUTTON, "single")),
        ({"click": "single", "action": "single"}, (Kind.BUTTON, "single")),
        ({"action": "vibration"}, (Kind.VIBRATION, True)),
        ({"action": "vibration", "vibration": True}, (Kind.VIBRATION, True)),
        ({"consumption": 1.5}, (Kind.ENERGY, 1.5)),
    ],
)
def test_each_property_says_one_thing(said: dict[str, object], fact: Fact) -> None:
    assert facts(hear("zigbee2mqtt/a", said)) == [fact]


@pytest.mark.parametrize(
    "said",
    [
        {"contact": None, "battery": None, "action": None},
        {"action": ""},
        {"action": "tilt"},
        {"state": "OFF"},
        {"voltage": 3015},
        {"voltage": 241},
        {"illuminance": 17000},
        {"power_outage_count": 3, "power_factor": 0.5, "occupancy_timeout": 60},
        {"update": {"state": None}},
    ],
)
def test_what_says_nothing_is_only_a_sign_of_the_devices_life(said: dict[str, object]) -> None:
    assert facts(hear("zigbee2mqtt/a", said)) == [(Kind.LIVENESS, True)]


@pytest.mark.parametrize(
    "said", [{"contact": "yes"}, {"contact": 1}, {"occupancy": "maybe"}, {"battery": 300}, {"battery": True}]
)
def test_a_value_that_cannot_be_is_refused_and_the_rest_is_kept(said: dict[str, object]) -> None:
    heard = hear("zigbee2mqtt/a", {**said, "action": "emergency"})

    assert facts(heard) == [(Kind.SOS, True)]
    assert [one.reason for one in heard if isinstance(one, Refusal)] == [Reason.VALUE]


def test_the_bridges_inventory_outranks_our_defaults() -> None:
    decoder = Zigbee2Mqtt().decoder()
    announce(
        decoder,
        "odd",
        {"property": "contact", "value_on": "OPEN", "value_off": "CLOSE"},
        {"property": "voltage", "unit": "mV"},
        {"property": "power", "unit": "kW"},
        {"type": "composite", "features": [{"property": "illuminance", "unit": "lx"}]},
    )

    heard = hear(
        "zigbee2mqtt/odd", {"contact": "OPEN", "voltage": 3015, "power": 1.5, "illuminance": 40}, decoder=decoder
    )

    assert facts(heard) == [
        (Kind.DOOR, "open"),
        (Kind.BATTERY_VOLTAGE, pytest.approx(3.015)),
        (Kind.POWER, 1500.0),
        (Kind.ILLUMINANCE, 40),
    ]
    assert {one.alias for one in heard if isinstance(one, Decoded)} == {"0x00aa"}
    assert hear("zigbee2mqtt/odd", {"contact": False}, decoder=decoder)[0].reason is Reason.VALUE  # type: ignore[union-attr]


def test_mains_volts_are_no_battery() -> None:
    decoder = Zigbee2Mqtt().decoder()
    announce(decoder, "plug", {"property": "voltage", "unit": "V"})

    assert facts(hear("zigbee2mqtt/plug", {"voltage": 230}, decoder=decoder)) == [(Kind.LIVENESS, True)]


@pytest.mark.parametrize(
    ("last_seen", "time", "source"),
    [
        ("2026-11-24T08:00:00+08:00", datetime(2026, 11, 24, tzinfo=UTC), TimeSource.GATEWAY),
        ("2026-11-24T00:00:00.000Z", datetime(2026, 11, 24, tzinfo=UTC), TimeSource.GATEWAY),
        (1795478400000, datetime(2026, 11, 24, tzinfo=UTC), TimeSource.GATEWAY),
        ("1795478400000", datetime(2026, 11, 24, tzinfo=UTC), TimeSource.GATEWAY),
        ("2026-11-24T08:00:00", None, TimeSource.UNTRUSTED),
        ("yesterday", None, TimeSource.UNTRUSTED),
        (None, None, TimeSource.NONE),
    ],
)
def test_last_seen_is_read_in_each_of_its_forms(last_seen: object, time: datetime | None, source: TimeSource) -> None:
    (heard,) = hear("zigbee2mqtt/a", {"contact": True, "last_seen": last_seen})

    assert isinstance(heard, Decoded)
    assert (heard.device_time, heard.time_source) == (time, source)


@pytest.mark.parametrize(
    ("topic", "payload", "device", "state"),
    [
        ("zigbee2mqtt/a/availability", b"online", "a", "online"),
        ("zigbee2mqtt/kitchen/a/availability", b'{"state":"offline"}', "kitchen/a", "offline"),
        ("other/bridge/state", b"offline", "bridge", "offline"),
        ("zigbee2mqtt/bridge/state", b'{"state":"online"}', "bridge", "online"),
    ],
)
def test_availability_comes_as_text_and_as_json(topic: str, payload: bytes, device: str, state: str) -> None:
    (heard,) = hear(topic, payload)

    assert isinstance(heard, Decoded)
    assert (heard.device, heard.kind, heard.value, heard.semantics) == (
        device,
        Kind.AVAILABILITY,
        state,
        Semantics.STATE,
    )


def test_a_friendly_name_may_have_slashes() -> None:
    (heard,) = hear("zigbee2mqtt/floor 2/kitchen/door", {"contact": False})

    assert isinstance(heard, Decoded)
    assert heard.device == "floor 2/kitchen/door"


@pytest.mark.parametrize(
    "topic",
    [
        "zigbee2mqtt/bridge/logging", "zigbee2mqtt/bridge/info", "zigbee2mqtt/bridge/groups", "zigbee2mqtt/a/set",
        "zigbee2mqtt/a/get", "zigbee2mqtt/a/set/state", "zigbee2mqtt/bridge/request/permit_join",
    ],
)  # fmt: skip
def test_talk_about_the_bridge_and_commands_are_no_readings(topic: str) -> None:
    assert hear(topic, {"contact": False}) == []


def test_an_emptied_retained_topic_says_nothing() -> None:
    assert hear("zigbee2mqtt/a", b"", retain=True) == []
    assert hear("zigbee2mqtt/a/availability", b"", retain=True) == []


def test_one_topic_per_property_is_understood() -> None:
    assert facts(hear("zigbee2mqtt/a/contact", b"false")) == [(Kind.DOOR, "open")]
    assert facts(hear("zigbee2mqtt/a/action", b"emergency")) == [(Kind.SOS, True)]
    assert hear("zigbee2mqtt/a/linkquality", b"80") == []


def test_a_press_told_as_object_and_as_property_is_one_press() -> None:
    decoder = Zigbee2Mqtt().decoder()

    as_object = hear("zigbee2mqtt/a", {"action": "single"}, decoder=decoder)
    as_property = hear("zigbee2mqtt/a/action", b"single", decoder=decoder)

    assert facts(as_object) == [(Kind.BUTTON, "single")]
    assert as_property == []


def test_no_radio_frame_behind_it_is_a_hint_of_repetition() -> None:
    (heard,) = hear("zigbee2mqtt/a", {"contact": True, "linkquality": None})

    assert isinstance(heard, Decoded)
    assert heard.replay_hint is Replay.CACHED


def test_a_profile_says_that_this_button_is_the_sos() -> None:
    profile: dict[str, object] = {"action": {"kind": "sos", "values": {"single": True, "hold": True}}}

    assert facts(hear("zigbee2mqtt/a", {"action": "single"}, profile=profile)) == [(Kind.SOS, True)]
    assert facts(hear("zigbee2mqtt/a", {"action": "double"}, profile=profile)) == [(Kind.LIVENESS, True)]


def test_a_profile_that_makes_no_sense_is_reported() -> None:
    (heard,) = [one for one in hear("zigbee2mqtt/a", {"contact": True}, profile={"contact": {"kind": "dragon"}})
                if isinstance(one, Refusal)]  # fmt: skip

    assert heard.reason is Reason.PROFILE


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        ("zigbee2mqtt", b"{}", Reason.TOPIC),
        ("zigbee2mqtt/a", b"{not json", Reason.NOT_JSON),
        ("zigbee2mqtt/a", b"[1]", Reason.SHAPE),
        ("zigbee2mqtt/a/availability", b"perhaps", Reason.VALUE),
        ("zigbee2mqtt/a/availability", b'{"state":[]}', Reason.VALUE),
        ("zigbee2mqtt/bridge/devices", b"{}", Reason.SHAPE),
        ("zigbee2mqtt/a", b'{"a":"' + b"x" * 140_000 + b'"}', Reason.TOO_LARGE),
        ("zigbee2mqtt/a", b'{"a":' * 40 + b"1" + b"}" * 40, Reason.TOO_DEEP),
    ],
)
def test_what_cannot_be_read_has_a_reason(topic: str, payload: bytes, reason: Reason) -> None:
    with pytest.raises(Malformed) as refused:
        hear(topic, payload)

    assert refused.value.reason is reason


def test_a_radar_that_only_wonders_whether_somebody_fell_says_nothing() -> None:
    assert facts(hear("zigbee2mqtt/radar", {"fall_down_status": "maybe_fall"})) == [(Kind.LIVENESS, True)]
    assert facts(hear("zigbee2mqtt/radar", {"fall_status": "unknown", "presence": True})) == [(Kind.MOTION, True)]


def test_a_standing_call_for_help_is_a_state_and_a_press_is_an_event() -> None:
    standing = hear("zigbee2mqtt/sos", {"sos": True})[0]
    pressed = hear("zigbee2mqtt/sos", {"action": "emergency"})[0]

    assert isinstance(standing, Decoded)
    assert isinstance(pressed, Decoded)
    assert (standing.semantics, pressed.semantics) == (Semantics.STATE, Semantics.EVENT)
