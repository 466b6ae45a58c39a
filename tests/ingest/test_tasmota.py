"""Tasmota: own sensors, Zigbee, LoRa and 433 MHz bridges, and what a bare switch does not say."""

import json
from datetime import UTC, datetime

import pytest

from core.readings import Kind, TimeSource, Value
from ingest.conventions.decoded import Decoded, Malformed, OneProfile, Reason, Refusal, Said
from ingest.conventions.tasmota import Tasmota, TasmotaDecoder

Row = tuple[str, str | None, Kind, Value]


def hear(
    topic: str,
    said: object,
    *,
    decoder: TasmotaDecoder | None = None,
    retain: bool = False,
    profile: dict[str, object] | None = None,
) -> list[Said]:
    payload = said if isinstance(said, bytes) else json.dumps(said).encode()
    decoder = decoder or Tasmota().decoder()
    return decoder.decode(topic, payload, retain=retain, profiles=OneProfile(profile or {}))


def rows(said: list[Said]) -> list[Row]:
    return [(one.device, one.channel, one.kind, one.value) for one in said if isinstance(one, Decoded)]


def zigbee(**attributes: object) -> list[Said]:
    return hear("tele/zb/SENSOR", {"ZbReceived": {"0x1A2B": {"Device": "0x1A2B", **attributes}}})


@pytest.mark.parametrize(
    "topic", ["tele/plug/SENSOR", "plug/tele/SENSOR", "stat/plug/STATUS8", "plug/stat/STATUS10", "stat/plug/RESULT"]
)
def test_both_topic_orders_are_understood(topic: str) -> None:
    said: dict[str, object] = {"ENERGY": {"Power": 5}}
    if "STATUS" in topic:
        said = {"StatusSNS": said}

    assert rows(hear(topic, said)) == [("plug", None, Kind.POWER, 5)]


def test_a_device_may_have_slashes() -> None:
    assert rows(hear("tele/floor2/kitchen/plug/LWT", b"Online"))[0][0] == "floor2/kitchen/plug"


def test_a_meter_with_several_channels_names_each() -> None:
    heard = hear("tele/em/SENSOR", {"ENERGY": {"Power": [10, 20], "Total": [1.5, None], "Voltage": 230}})

    assert rows(heard) == [
        ("em", "1", Kind.POWER, 10),
        ("em", "2", Kind.POWER, 20),
        ("em", "1", Kind.ENERGY, 1.5),
    ]


def test_a_switch_means_nothing_without_a_profile() -> None:
    assert rows(hear("tele/d/SENSOR", {"Switch1": "ON"})) == [("d", None, Kind.LIVENESS, True)]


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        ("tele/d/SENSOR", {"Switch1": "ON"}),
        ("stat/d/RESULT", {"Switch1": {"Action": "ON"}}),
        ("stat/d/SWITCH1", {"STATE": "ON"}),
        ("stat/d/SWITCH1", b'"ON"'),
    ],
)
@pytest.mark.parametrize(("wired", "meant"), [("open", "open"), ("closed", "closed")])
def test_a_profile_says_which_way_round_a_switch_is_wired(topic: str, said: object, wired: str, meant: str) -> None:
    profile: dict[str, object] = {"Switch1": {"kind": "door", "on": wired}}

    assert rows(hear(topic, said, profile=profile)) == [("d", "Switch1", Kind.DOOR, meant)]


def test_a_profile_reaches_into_a_sensor() -> None:
    profile: dict[str, object] = {"COUNTER.C1": {"kind": "energy", "unit": "Wh", "channel": "meter"}}

    assert rows(hear("tele/d/SENSOR", {"COUNTER": {"C1": 2500}}, profile=profile)) == [("d", "meter", Kind.ENERGY, 2.5)]


def test_climate_sensors_are_in_the_unit_they_name() -> None:
    celsius = hear("tele/d/SENSOR", {"AM2301": {"Temperature": 21.5, "Humidity": 40}, "TempUnit": "C"})
    fahrenheit = hear("tele/d/SENSOR", {"DS18B20": {"Temperature": 212}, "TempUnit": "F"})
    dead = hear("tele/d/SENSOR", {"DS18B20": {"Temperature": None}, "ESP32": {"Temperature": 50}})

    assert rows(celsius) == [("d", "AM2301", Kind.TEMPERATURE, 21.5), ("d", "AM2301", Kind.HUMIDITY, 40)]
    assert rows(fahrenheit) == [("d", "DS18B20", Kind.TEMPERATURE, 100.0)]
    assert rows(dead) == [("d", None, Kind.LIVENESS, True)]


def test_a_button_of_the_device_is_a_button() -> None:
    assert rows(hear("stat/d/RESULT", {"Button1": {"Action": "SINGLE"}})) == [("d", "Button1", Kind.BUTTON, "single")]


@pytest.mark.parametrize(
    ("attributes", "kind", "value"),
    [
        ({"Contact": 0}, Kind.DOOR, "closed"),
        ({"Contact": 1}, Kind.DOOR, "open"),
        ({"Occupancy": 1}, Kind.MOTION, True),
        ({"Water": 1}, Kind.WATER, True),
        ({"Fire": 1}, Kind.SMOKE, True),
        ({"CO": 0}, Kind.CO, False),
        ({"PersonalAlarm": 1}, Kind.SOS, True),
        ({"ActivePower": 12}, Kind.POWER, 12),
        ({"BatteryPercentage": 80}, Kind.BATTERY, 80),
        ({"BatteryVoltage": 3.0}, Kind.BATTERY_VOLTAGE, 3.0),
        ({"ZoneStatusChange": 0b0100}, Kind.TAMPER, True),
        ({"ZoneStatusChange": 0b1000}, Kind.BATTERY_LOW, True),
    ],
)
def test_a_zigbee_attribute_says_one_thing(attributes: dict[str, object], kind: Kind, value: Value) -> None:
    heard = zigbee(**attributes)

    assert [(one.kind, one.value) for one in heard if isinstance(one, Decoded)] == [(kind, value)]
    assert heard[0].device == "zb/0x1A2B"  # type: ignore[union-attr]


def test_zigbee_power_is_a_switch_and_no_watts() -> None:
    assert rows(zigbee(Power=1)) == [("zb/0x1A2B", None, Kind.LIVENESS, True)]


def test_tampering_that_ends_is_told_once() -> None:
    decoder = Tasmota().decoder()

    def status(bits: int) -> list[Row]:
        said = {"ZbReceived": {"0x1": {"Device": "0x1", "ZoneStatusChange": bits}}}
        return rows(hear("tele/zb/SENSOR", said, decoder=decoder))

    assert status(4) == [("zb/0x1", None, Kind.TAMPER, True)]
    assert status(0) == [("zb/0x1", None, Kind.TAMPER, False)]
    assert status(0) == [("zb/0x1", None, Kind.LIVENESS, True)]


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        ("tele/zb/SENSOR", {"ZbReceived": {"0x1A2B": {"Device": "0x1A2B", "Name": " door", "Contact": 1}}}),
        ("tele/zb/1A2B/SENSOR", {"ZbReceived": {"0x1A2B": {"Device": "0x1A2B", "Name": "door", "Contact": 1}}}),
        ("tele/zb/SENSOR", {"0x1A2B": {"Device": "0x1A2B", "Name": "door", "Contact": 1, "LinkQuality": 9}}),
    ],
)
def test_the_given_name_is_an_alias_that_survives_a_rejoin(topic: str, said: object) -> None:
    told = hear(topic, said)

    assert {(one.device, one.alias) for one in told if isinstance(one, Decoded)} == {("zb/0x1A2B", "zb/door")}


def test_a_lora_battery_is_volts_and_nothing_else() -> None:
    def battery(raw: float) -> list[Row]:
        return rows(hear("tele/lora/SENSOR", {"LwReceived": {"0x4AD6": {"Battery": raw}}}))

    assert battery(3.0) == [("lora/0x4AD6", None, Kind.BATTERY_VOLTAGE, 3.0)]
    assert battery(97) == [("lora/0x4AD6", None, Kind.LIVENESS, True)]


def test_a_radio_code_is_whose_the_profile_says() -> None:
    profile: dict[str, object] = {"A1B2C3": {"device": "rf/a1b2", "kind": "sos", "value": True}}
    said = {"RfReceived": {"Data": "0xA1B2C3", "RfKey": "None"}}

    assert rows(hear("tele/rf/RESULT", said, profile=profile)) == [("rf/a1b2", None, Kind.SOS, True)]
    assert rows(hear("tele/rf/RESULT", said)) == [("rf", None, Kind.LIVENESS, True)]


@pytest.mark.parametrize(
    ("text", "time", "source"),
    [
        ("2026-11-24T08:00:00+08:00", datetime(2026, 11, 24, tzinfo=UTC), TimeSource.DEVICE),
        ("2026-11-24T08:00:00", None, TimeSource.UNTRUSTED),
        ("1970-01-01T00:00:07", None, TimeSource.UNTRUSTED),
    ],
)
def test_a_wall_time_without_an_offset_is_not_believed(text: str, time: datetime | None, source: TimeSource) -> None:
    (heard,) = hear("tele/plug/SENSOR", {"Time": text, "ENERGY": {"Power": 1}})

    assert isinstance(heard, Decoded)
    assert (heard.device_time, heard.time_source) == (time, source)


def test_an_announced_sleep_is_no_outage() -> None:
    decoder = Tasmota().decoder()
    hear("tele/s/LWT", b"Online", decoder=decoder)
    hear("stat/s/DEEPSLEEP", {"DeepSleep": {"Time": "2026-11-24T08:00:00"}}, decoder=decoder)

    asleep = hear("tele/s/LWT", b"Offline", decoder=decoder)
    hear("tele/s/LWT", b"Online", decoder=decoder)
    gone = hear("tele/s/LWT", b"Offline", decoder=decoder)

    assert asleep == []
    assert rows(gone) == [("s", None, Kind.AVAILABILITY, "offline")]


def test_a_status_report_shows_that_the_device_lives_unless_it_is_the_brokers_memory() -> None:
    said = {"Time": "2026-11-24T08:00:00+08:00", "Uptime": "0T00:01:00", "POWER": "ON"}

    assert rows(hear("tele/d/STATE", said)) == [("d", None, Kind.LIVENESS, True)]
    assert hear("tele/d/STATE", said, retain=True) == []
    assert hear("cmnd/d/POWER", b"ON") == []


def test_one_bad_number_does_not_hide_the_rest() -> None:
    heard = hear("tele/d/SENSOR", {"ENERGY": {"Power": "much", "Total": 3}})

    assert rows(heard) == [("d", None, Kind.ENERGY, 3)]
    assert [one.reason for one in heard if isinstance(one, Refusal)] == [Reason.VALUE]


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        ("tele/d", b"{}", Reason.TOPIC),
        ("what/ever/SENSOR", b"{}", Reason.TOPIC),
        ("tele//SENSOR", b"{}", Reason.TOPIC),
        ("tele/d/SENSOR", b"{", Reason.NOT_JSON),
        ("tele/d/SENSOR", b"[]", Reason.SHAPE),
        ("tele/d/LWT", b"Perhaps", Reason.VALUE),
        ("tele/d/SENSOR", b'{"ZbReceived":7}', Reason.SHAPE),
    ],
)
def test_what_cannot_be_read_has_a_reason(topic: str, payload: bytes, reason: Reason) -> None:
    with pytest.raises(Malformed) as refused:
        hear(topic, payload)

    assert refused.value.reason is reason
