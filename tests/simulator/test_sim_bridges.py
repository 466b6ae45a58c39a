"""Each family of gateways says the same fact in its own words, byte for byte as the real one."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from core.readings import Kind
from simulator.bridges import Bridge, bridge_for
from simulator.community import Community
from simulator.kits import Convention, Sensor, Sort
from simulator.message import Message
from simulator.sensors import Report
from tests.simulator.street import SEED, native, one_home, said

AT = datetime(2026, 11, 24, 1, 2, 3, 456000, tzinfo=UTC).timestamp()


def bridge(community: Community, convention: Convention, *, ahead: float = 0) -> Bridge:
    household = community.household(one_home(community, convention))
    return bridge_for(household, seed=SEED, clock=lambda at: at + ahead)


def sensor(one: Bridge, sort: Sort, kind: Kind | None = None) -> Sensor:
    return next(s for s in one.sensors if s.sort is sort and kind in (None, s.kind))


def news(one: Bridge, who: Sensor, kind: Kind | None, *, value: float | str, at: float = AT) -> Message:
    message = one.news(Report(at, who, kind, value, human=True))
    assert message is not None
    return message


def test_zigbee2mqtt_repeats_its_cached_fields_in_sorted_order(community: Community) -> None:
    one = bridge(community, Convention.ZIGBEE2MQTT)
    eye = sensor(one, Sort.MOTION)

    message = news(one, eye, Kind.MOTION, value=True)

    payload = said(message)
    assert native(message) == eye.name
    assert payload["occupancy"] is True
    assert payload["last_seen"] == one.iso(AT)
    assert abs(datetime.fromisoformat(payload["last_seen"]).timestamp() - AT) < 8
    assert list(payload) == sorted(payload)
    assert set(payload) == {
        *("battery", "device_temperature", "illuminance", "last_seen", "linkquality", "occupancy", "voltage")
    }
    assert message.payload == json.dumps(payload, separators=(",", ":")).encode()
    assert said(news(one, eye, None, value=False, at=AT + 60))["occupancy"] is True, "a check-in repeats what is cached"


def test_zigbee2mqtt_calls_a_closed_door_contact(community: Community) -> None:
    one = bridge(community, Convention.ZIGBEE2MQTT)
    door = sensor(one, Sort.CONTACT)

    assert said(news(one, door, Kind.DOOR, value="open"))["contact"] is False
    assert said(news(one, door, Kind.DOOR, value="closed"))["contact"] is True


def test_zigbee2mqtt_says_a_press_once_and_does_not_cache_it(community: Community) -> None:
    one = bridge(community, Convention.ZIGBEE2MQTT)
    button = sensor(one, Sort.BUTTON)

    assert said(news(one, button, Kind.SOS, value=True))["action"] == "emergency"
    assert "action" not in said(news(one, button, None, value=False, at=AT + 60))


def test_zigbee2mqtt_after_a_restart_says_the_cache_again_with_the_old_time(community: Community) -> None:
    one = bridge(community, Convention.ZIGBEE2MQTT)
    door = sensor(one, Sort.CONTACT)
    news(one, door, Kind.DOOR, value="open")

    again = list(one.restarted(AT + 3600))

    assert [native(message) for message in again] == [door.name]
    assert said(again[0])["contact"] is False
    assert said(again[0])["last_seen"] == one.iso(AT)
    assert said(again[0])["linkquality"] is None
    assert not again[0].human


def test_tasmota_says_one_for_an_open_door_and_a_present_person(community: Community) -> None:
    one = bridge(community, Convention.TASMOTA)
    door, eye = sensor(one, Sort.CONTACT), sensor(one, Sort.MOTION)

    opened, seen = news(one, door, Kind.DOOR, value="open"), news(one, eye, Kind.MOTION, value=True)

    address = door.name.removeprefix("bridge/")
    assert native(opened) == native(seen) == "tele/bridge/SENSOR"
    assert said(opened)["ZbReceived"][address]["Contact"] == 1
    assert said(seen)["ZbReceived"][eye.name.removeprefix("bridge/")]["Occupancy"] == 1
    assert said(news(one, door, Kind.DOOR, value="closed"))["ZbReceived"][address]["Contact"] == 0


def test_tasmota_tells_the_wall_clock_and_half_of_the_homes_the_offset(community: Community) -> None:
    times = set()
    for household in community.households:
        if household.kit.convention is Convention.TASMOTA:
            one = bridge_for(household, seed=SEED, clock=float)
            times.add(said(news(one, sensor(one, Sort.BUTTON), None, value=False))["Time"])

    assert times <= {"2026-11-24T09:02:03", "2026-11-24T09:02:03+08:00"}
    assert len(times) == 2


def test_a_wired_button_needs_its_profile(community: Community) -> None:
    household = community.household(one_home(community, Convention.TASMOTA))
    one = bridge_for(household, seed=SEED, clock=float)
    button = sensor(one, Sort.BUTTON)

    assert said(news(one, button, Kind.SOS, value=True))["Switch1"] == "ON"
    assert said(news(one, button, None, value=False))["Switch1"] == "OFF"
    bound = next(device for device in household.devices if device.id.endswith("/" + button.name))
    assert bound.profile == {"Switch1": {"kind": "sos", "on": True, "off": False}}


def test_native_says_what_happened_and_when_with_an_id_of_its_own(community: Community) -> None:
    one = bridge(community, Convention.NATIVE)
    eye = sensor(one, Sort.MOTION)

    first, second = news(one, eye, Kind.MOTION, value=True), news(one, eye, Kind.MOTION, value=True, at=AT + 120)

    payload = said(first)
    assert first.topic == f"gw/{one.gateway}/native/v1/{eye.name}/reading"
    assert payload["v"] == 1
    assert payload["at"] == one.iso(AT)
    assert payload["readings"] == [{"kind": "motion", "value": True, "semantics": "event"}]
    assert payload["id"] != said(second)["id"]
    assert "history" not in payload


def test_native_marks_what_it_kept_as_history(community: Community) -> None:
    one = bridge(community, Convention.NATIVE)

    kept = one.news(Report(AT, sensor(one, Sort.CONTACT), Kind.DOOR, "open", human=True), late=True)

    assert kept is not None
    assert said(kept)["history"] is True


@pytest.mark.parametrize("convention", list(Convention))
def test_a_birth_says_online_and_a_will_says_offline_on_the_same_retained_topic(
    community: Community, convention: Convention
) -> None:
    one = bridge(community, convention)

    birth, will = list(one.birth(AT)), one.will(AT)

    assert birth[0].topic == will.topic
    assert birth[0].retain
    assert will.retain
    assert will.will
    assert not any(message.will for message in birth)
    assert b"nline" in birth[0].payload
    assert b"ffline" in will.payload


@pytest.mark.parametrize("convention", list(Convention))
def test_a_wrong_gateway_clock_shows_in_the_payload_and_not_in_the_arrival(
    community: Community, convention: Convention
) -> None:
    right, wrong = bridge(community, convention), bridge(community, convention, ahead=3600)
    button = sensor(right, Sort.BUTTON)

    one, other = news(right, button, Kind.SOS, value=True), news(wrong, button, Kind.SOS, value=True)

    assert one.at == other.at
    assert one.payload != other.payload


@pytest.mark.parametrize("convention", list(Convention))
def test_every_payload_is_json_or_a_plain_word(community: Community, convention: Convention) -> None:
    one = bridge(community, convention)
    values: dict[Sort, tuple[Kind, Any]] = {
        Sort.MOTION: (Kind.MOTION, True),
        Sort.CONTACT: (Kind.DOOR, "open"),
        Sort.BUTTON: (Kind.SOS, True),
        Sort.PLUG: (Kind.POWER, 1500.0),
    }

    for who in one.sensors:
        kind, value = values.get(who.sort, (who.kind, True))
        for message in (news(one, who, kind, value=value), news(one, who, None, value=False)):
            assert isinstance(said(message), dict)
            assert message.topic.startswith(f"gw/{one.gateway}/{convention.value}/")
            assert message.qos == 1
            assert not message.retain
