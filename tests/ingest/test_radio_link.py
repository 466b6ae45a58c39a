"""How well a device's radio reaches us: one scale for Zigbee, Wi-Fi and LoRa, beside what a message says."""

import json

import pytest

from core.readings import Kind
from ingest.conventions.decoded import Decoded, OneProfile
from ingest.conventions.registry import installed


def heard(convention: str, topic: str, said: object) -> list[tuple[Kind, object]]:
    payload = json.dumps(said).encode()
    told = installed()[convention].decoder().decode(topic, payload, retain=False, profiles=OneProfile())
    return [(one.kind, one.value) for one in told if isinstance(one, Decoded)]


@pytest.mark.parametrize(
    ("convention", "topic", "said", "percent"),
    [
        ("zigbee2mqtt", "zigbee2mqtt/door", {"contact": True, "linkquality": 255}, 100.0),
        ("zigbee2mqtt", "zigbee2mqtt/door", {"voltage": 3000, "linkquality": 51}, 20.0),
        ("tasmota", "tele/zb/SENSOR", {"ZbReceived": {"0x1": {"Device": "0x1", "LinkQuality": 102}}}, 40.0),
        ("tasmota", "tele/plug/STATE", {"Time": "2026-11-24T08:00:00", "Wifi": {"RSSI": 64, "Signal": -68}}, 64.0),
        ("shelly", "shellies/dw2/info", {"wifi_sta": {"rssi": -75}}, 50.0),
        ("shelly", "plug/events/rpc", {"src": "p", "method": "NotifyStatus", "params": {"wifi": {"rssi": -30}}}, 100.0),
        (
            "chirpstack",
            "application/1/device/a1/event/up",
            {"object": {"x": 1}, "rxInfo": [{"rssi": -120}, {"rssi": -95}]},
            50.0,
        ),
        (
            "the-things-stack",
            "v3/app@tti/devices/d/up",
            {"end_device_ids": {"dev_eui": "A1"}, "uplink_message": {"rx_metadata": [{"rssi": -140}]}},
            0.0,
        ),
    ],
)
def test_the_strength_of_a_radio_is_told_beside_the_rest(
    convention: str, topic: str, said: object, percent: float
) -> None:
    told = heard(convention, topic, said)

    assert (Kind.LINK, percent) in told
    assert any(kind is not Kind.LINK for kind, _ in told), "the device is also known to live"


@pytest.mark.parametrize("strange", [None, -1, 256, "strong", True, [], 1e308])
def test_a_strength_that_cannot_be_is_left_out_and_nothing_else_is(strange: object) -> None:
    told = heard("zigbee2mqtt", "zigbee2mqtt/door", {"contact": True, "linkquality": strange})

    assert told == [(Kind.DOOR, "closed")]


@pytest.mark.parametrize("receivers", [None, {}, [7], [{"rssi": 0}], [{"rssi": None}], [{}]])
def test_gateways_that_do_not_say_how_loud_it_was_are_passed_over(receivers: object) -> None:
    told = heard("chirpstack", "application/1/device/a1/event/up", {"object": {"x": 1}, "rxInfo": receivers})

    assert told == [(Kind.LIVENESS, True)]
