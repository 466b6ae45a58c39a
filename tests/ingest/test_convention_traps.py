"""The traps of the families: polarity, units, times, ids, tests and faults that are no alarms."""

import base64
import json
from typing import Any

import pytest

from core.decisions import Decision
from core.readings import Kind, Replay, Semantics, TimeSource, Value
from ingest.conventions.decoded import Decoded, Decoder, Malformed, OneProfile, Reason, Said
from ingest.conventions.registry import installed
from ingest.gate import Gate
from ingest.message import Message
from tests.ingest.conftest import NOON

T = int(NOON.timestamp())
DOOR = {"DoorState": {"kind": "door", "1": "open", "0": "closed"}}


def hear(
    family: str,
    topic: str,
    said: Any,
    *,
    decoder: Decoder | None = None,
    retain: bool = False,
    profile: dict[str, Any] | None = None,
) -> list[Said]:
    payload = said if isinstance(said, bytes) else said.encode() if isinstance(said, str) else json.dumps(said).encode()
    decoder = decoder or installed()[family].decoder()
    return decoder.decode(topic, payload, retain=retain, profiles=OneProfile(profile or {}))


def facts(said: list[Said]) -> list[tuple[Kind, Value]]:
    return [(one.kind, one.value) for one in said if isinstance(one, Decoded) and one.kind is not Kind.LIVENESS]


def lan(model: str, command: str = "report", **data: object) -> dict[str, Any]:
    return {"cmd": command, "model": model, "sid": "158d0001", "data": json.dumps(data)}


@pytest.mark.parametrize(
    ("family", "topic", "said", "expected"),
    [
        # a switch is no power, an open is no door, a number without a unit says nothing
        ("shelly", "shellies/plug-1/relay/0", "on", []),
        ("aqara-gateway", "x", lan("curtain", status="open"), []),
        ("aqara-gateway", "x", lan("plug", status="on"), []),
        ("tuya", "tuya/d/status", {"result": [{"code": "cur_power", "value": 150}]}, []),
        ("aliyun-alink", "/sys/p/d/thing/event/property/post", {"id": "1", "params": {"Power": {"value": "on"}}}, []),
        ("yolink", "y", {"event": "Outlet.Report", "deviceId": "d", "data": {"state": "open", "power": 3}}, []),
        ("rtl433", "rtl_433/h/events", {"model": "Some-Contact", "id": 1, "closed": 1, "state": "open"}, []),
        ("esphome", "flat/binary_sensor/front_door/state", "ON", []),
        # a test, a fault or a warm-up is no smoke
        ("shelly", "shellies/gas-1/sensor/gas", "test", []),
        ("shelly", "shellies/gas-1/sensor/gas", "unknown", []),
        ("shelly", "shellies/gas-1/sensor/gas", "heavy", [(Kind.GAS, True)]),
        ("aqara-gateway", "x", lan("smoke", alarm="2"), []),
        ("aqara-gateway", "x", lan("natgas", alarm="64"), []),
        ("tuya", "tuya/d/status", {"result": [{"code": "smoke_sensor_status", "value": "detecting"}]}, []),
        ("tuya", "tuya/d/status", {"result": [{"code": "gas_sensor_state", "value": "1"}]}, [(Kind.GAS, True)]),
        # what stands for nothing measured
        ("shelly", "shellies/dw-1/sensor/vibration", "-1", []),
        ("aqara-gateway", "x", lan("weather.v1", temperature="10000"), []),
        ("chirpstack", "application/1/device/AA/event/status", {"batteryLevelUnavailable": True}, []),
        ("chirpstack", "application/1/device/AA/event/status", {"externalPowerSource": True, "batteryLevel": 0}, []),
        # the warmth of a device's own electronics is no room's
        ("shelly", "shellies/pm-1/temperature", "61.2", []),
        ("shelly", "shellies/pm-1/info", {"relays": [{}], "meters": [{}], "tmp": {"tC": 61.2, "is_valid": True}}, []),
        ("shelly", "shellies/dw-2/info", {"tmp": {"tC": 19.5, "is_valid": True}}, [(Kind.TEMPERATURE, 19.5)]),
        ("zigbee2mqtt", "zigbee2mqtt/plug", {"device_temperature": 37}, []),
        # the poll of a button is no press
        ("aqara-gateway", "x", lan("switch", "read_ack", status="click"), []),
        ("aqara-gateway", "x", lan("switch", status="click"), [(Kind.BUTTON, "single")]),
        # counters in their own units
        ("shelly", "shellies/p/relay/0/energy", "60000", [(Kind.ENERGY, 1.0)]),
        ("shelly", "shellies/p/emeter/0/total", "1000", [(Kind.ENERGY, 1.0)]),
        (
            "yolink",
            "y",
            {"event": "LeakSensor.Report", "deviceId": "d", "data": {"battery": 1}},
            [(Kind.BATTERY, 25.0)],
        ),
        # somebody tries the console
        (
            "the-things-stack",
            "v3/a@t/devices/d/up",
            {
                "simulated": True,
                "end_device_ids": {"device_id": "d"},
                "uplink_message": {"decoded_payload": {"door": "open"}},
            },
            [],
        ),
        # commands and answers say nothing about the home
        ("aliyun-alink", "/sys/p/d/thing/service/property/set", {"id": "1", "params": {"DoorState": 1}}, []),
        ("huawei-iotda", "$oc/devices/d/sys/properties/set/request_id=1", {"services": []}, []),
        ("sparkplug-b", "spBv1.0/g/DCMD/n/d", b"\xff", []),
        ("homie", "homie/d/door/contact/set", "true", []),
    ],
)
def test_what_is_no_news_of_the_home_says_nothing(
    family: str, topic: str, said: Any, expected: list[tuple[Kind, Value]]
) -> None:
    assert facts(hear(family, topic, said, profile=DOOR)) == expected


@pytest.mark.parametrize(
    ("family", "topic", "said", "source"),
    [
        ("ctwing", "x", {"deviceId": "d", "messageType": "commandResponse", "timestamp": T * 1000}, TimeSource.NETWORK),
        ("onenet", "$sys/p/d/dp/post/json", {"id": 1, "dp": {"k": [{"v": 1, "t": T}]}}, TimeSource.DEVICE),
        (
            "huawei-iotda",
            "$oc/devices/d/sys/properties/report",
            {"services": [{"service_id": "s", "properties": {"k": 1}, "event_time": f"{NOON:%Y%m%dT%H%M%SZ}"}]},
            TimeSource.DEVICE,
        ),
        ("tuya", "tylink/d/thing/property/report", {"time": T, "data": {"k": {"value": 1}}}, TimeSource.DEVICE),
        ("tuya", "tylink/d/thing/property/report", {"time": T * 1000, "data": {"k": {"value": 1}}}, TimeSource.DEVICE),
    ],
)
def test_seconds_milliseconds_and_compact_times_are_the_same_instant(
    family: str, topic: str, said: Any, source: TimeSource
) -> None:
    meanings = {"k": {"kind": "power"}, "s.k": {"kind": "power"}}

    (fact,) = (one for one in hear(family, topic, said, profile=meanings) if isinstance(one, Decoded))

    assert (fact.device_time, fact.time_source) == (NOON, source)


def test_a_clock_that_counts_from_the_start_is_no_clock() -> None:
    said = {"src": "shelly-1", "method": "NotifyStatus", "params": {"ts": 12.5, "switch:0": {"apower": 5}}}

    (fact,) = (one for one in hear("shelly", "p/events/rpc", said) if isinstance(one, Decoded))

    assert (fact.kind, fact.device_time, fact.time_source) == (Kind.POWER, None, TimeSource.UNTRUSTED)


def test_a_notification_is_a_delta_and_an_empty_battery_on_mains_is_none() -> None:
    params = {
        "ts": T,
        "switch:0": {"output": True},
        "devicepower:0": {"battery": {"percent": 0}, "external": {"present": True}},
    }

    assert facts(hear("shelly", "p/events/rpc", {"src": "s", "method": "NotifyFullStatus", "params": params})) == []


def alink(number: str, at: int, door: int) -> bytes:
    return json.dumps({"id": number, "params": {"DoorState": {"value": door, "time": at * 1000}}}).encode()


def test_an_id_that_is_unique_for_a_day_only_does_not_hide_tomorrows_message() -> None:
    gate, decoder = Gate(), installed()["aliyun-alink"].decoder()
    topic, profile = "/sys/p/d/thing/event/property/post", {"DoorState": {"kind": "door", "1": "open", "0": "closed"}}
    day = 86_400

    def told(payload: bytes, received: int) -> Decision:
        said = decoder.decode(topic, payload, retain=False, profiles=OneProfile(profile))
        at = NOON.fromtimestamp(received, NOON.tzinfo)
        (admitted,) = gate.admit(
            "g/p/d", [one for one in said if isinstance(one, Decoded)], Message(topic, payload, at), source="x"
        )
        return admitted.decision

    first = told(alink("26", T, 1), T + 1)
    again = told(alink("26", T, 1), T + 2)
    tomorrow = told(alink("26", T + day, 0), T + day + 1)

    assert (first, again, tomorrow) == (Decision.JUST_HAPPENED, Decision.DUPLICATE, Decision.CHANGED)


def test_history_is_told_as_history() -> None:
    params = [
        {"identity": {"productKey": "p", "deviceName": "d"}, "properties": [{"k": {"value": 1, "time": T * 1000}}]}
    ]

    (fact,) = hear(
        "aliyun-alink",
        "/sys/p/d/thing/event/property/history/post",
        {"id": "1", "params": params},
        profile={"k": {"kind": "power"}},
    )

    assert isinstance(fact, Decoded)
    assert fact.replay_hint is Replay.HISTORY


def test_a_homie_property_that_is_not_retained_is_an_event() -> None:
    decoder = installed()["homie"].decoder()
    meanings = {"pir/motion": {"kind": "motion"}}
    hear("homie", "homie/d/pir/motion/$retained", "false", decoder=decoder, retain=True)

    (fact,) = hear("homie", "homie/d/pir/motion", "true", decoder=decoder, profile=meanings)

    assert isinstance(fact, Decoded)
    assert fact.semantics is Semantics.EVENT


def test_a_state_that_came_before_its_announcement_is_read_when_it_comes() -> None:
    decoder = installed()["homeassistant-discovery"].decoder()
    config = {
        "state_topic": "s/leak",
        "device_class": "moisture",
        "unique_id": "u",
        "device": {"identifiers": ["leak-1"]},
    }

    early = hear("homeassistant-discovery", "s/leak", "ON", decoder=decoder, retain=True)
    then = hear("homeassistant-discovery", "ha/binary_sensor/u/config", config, decoder=decoder, retain=True)

    assert (early, facts(then)) == ([], [(Kind.WATER, True)])


def test_of_several_alike_each_has_a_channel_that_does_not_depend_on_the_order_of_announcements() -> None:
    def channels(order: list[str]) -> dict[Value, str | None]:
        decoder = installed()["homeassistant-discovery"].decoder()
        for name in order:
            config = {
                "stat_t": f"s/{name}",
                "dev_cla": "power",
                "unit_of_meas": "W",
                "uniq_id": name,
                "dev": {"ids": ["strip"]},
            }
            hear("homeassistant-discovery", f"ha/sensor/{name}/config", config, decoder=decoder)
        told = [
            one
            for n, name in enumerate(sorted(order))
            for one in hear("homeassistant-discovery", f"s/{name}", str(n), decoder=decoder)
        ]
        return {one.value: one.channel for one in told if isinstance(one, Decoded)}

    assert channels(["a", "b", "c"]) == channels(["c", "a", "b"]) == {0.0: None, 1.0: "b", 2.0: "c"}


def test_a_device_that_was_set_up_with_our_prefix_announces_it_and_is_heard() -> None:
    decoder = installed()["homeassistant-discovery"].decoder()
    config = {"~": "gw/g-1/homeassistant-discovery/hall", "stat_t": "~/state", "dev_cla": "motion", "uniq_id": "m"}
    hear("homeassistant-discovery", "homeassistant/binary_sensor/m/config", config, decoder=decoder)

    assert facts(hear("homeassistant-discovery", "hall/state", "ON", decoder=decoder)) == [(Kind.MOTION, True)]


def test_a_template_that_could_run_away_refuses_its_announcement_and_nothing_else() -> None:
    decoder = installed()["homeassistant-discovery"].decoder()
    config = {"stat_t": "s/x", "dev_cla": "door", "uniq_id": "x", "val_tpl": "{% for i in range(9**9) %}x{% endfor %}"}

    with pytest.raises(Malformed) as refused:
        hear("homeassistant-discovery", "ha/binary_sensor/x/config", config, decoder=decoder)

    assert refused.value.reason is Reason.VALUE


@pytest.mark.parametrize(
    "torn", [b"h", b"68", b"68aa", b"\x68\x12\x90\x78\x56\x34\x12\x68\x91\x08\x33", b"{}", b"hello"]
)
def test_a_torn_meter_frame_is_refused(torn: bytes) -> None:
    with pytest.raises(Malformed):
        hear("dlt645", "dtu/1", torn)


def test_a_meter_frame_with_a_wrong_checksum_is_refused() -> None:
    frame = bytearray.fromhex("68563412000000689108333334337856343380 16".replace(" ", ""))
    frame[-2] ^= 1

    with pytest.raises(Malformed):
        hear("dlt645", "dtu/1", bytes(frame))


def test_lora_bytes_behind_an_unknown_type_are_not_guessed() -> None:
    data = base64.b64encode(bytes.fromhex("01755a" + "0999" + "030001")).decode()

    said = hear(
        "chirpstack",
        "application/1/device/aa/event/up",
        {"data": data, "fPort": 85},
        profile={"codec": "milesight-ws301"},
    )

    assert facts(said) == [(Kind.BATTERY, 90)]


@pytest.mark.parametrize(
    ("mapping", "mistake"),
    [
        ({}, "`rules` must be a list"),
        ({"rules": [{"topic": "a/b", "readings": [{"at": "$.x", "kind": "door"}]}]}, "rule 1: the device must be"),
        ({"rules": [{"topic": "a/{device}", "readings": [{"at": "x", "kind": "door"}]}]}, "must begin with"),
        ({"rules": [{"topic": "a/{device}", "readings": [{"at": "$.x", "kind": "weather"}]}]}, "none that we know"),
        (
            {"rules": [{"topic": "a/{device}", "time": "$[x]", "readings": [{"at": "$.x", "kind": "door"}]}]},
            "no selector",
        ),
        ({"rules": [{"topic": "a/#/{device}", "readings": [{"at": "$.x", "kind": "door"}]}]}, "only end a topic"),
        ({"rules": [{"topic": "a/{device}", "colour": 1, "readings": []}]}, "unknown: colour"),
    ],
)
def test_a_mistake_in_a_mapping_is_named(mapping: dict[str, Any], mistake: str) -> None:
    with pytest.raises(Malformed, match="profile") as refused:
        hear("custom-json", "a/b", {}, profile={"custom-json": mapping})

    assert mistake in refused.value.detail


@pytest.mark.parametrize(("category", "told"), [("diagnostic", []), (None, [(Kind.TEMPERATURE, 41.5)])])
def test_a_temperature_that_is_a_diagnosis_is_not_the_homes(
    category: str | None, told: list[tuple[Kind, Value]]
) -> None:
    about = {} if category is None else {"ent_cat": category}
    config = {"stat_t": "n/sensor/t/state", "dev_cla": "temperature", "unit_of_meas": "°C", "uniq_id": "t", **about}
    ha, node = (installed()[name].decoder() for name in ("homeassistant-discovery", "esphome"))

    hear("homeassistant-discovery", "ha/sensor/t/config", config, decoder=ha)
    hear("esphome", "homeassistant/sensor/n/t/config", config, decoder=node)

    assert facts(hear("homeassistant-discovery", "n/sensor/t/state", "41.5", decoder=ha)) == told
    assert facts(hear("esphome", "n/sensor/t/state", "41.5", decoder=node)) == told
