"""What becomes of each message: readings of bound devices, and a counter with a sample for everything else."""

from datetime import timedelta

import pytest

from core.places import Device, Gateway, Inventory, Role, Room
from core.readings import Kind
from ingest.conventions.decoded import Profiles, Said
from ingest.conventions.registry import installed
from ingest.interpreter import STRANGERS
from ingest.message import Message
from ingest.pipeline import PipelineLimits
from ingest.report import SAMPLES, UNKNOWN_KEPT, Tally
from tests.ingest.conftest import NOON, house
from tests.ingest.story import DOOR, SOS, House, message


class PoisonDecoder:
    def decode(self, topic: str, payload: bytes, *, retain: bool, profiles: Profiles) -> list[Said]:
        raise ZeroDivisionError(topic, payload, retain, profiles)


class Poison:
    name = "poison"

    def decoder(self) -> PoisonDecoder:
        return PoisonDecoder()


def test_a_message_that_breaks_its_decoder_is_set_aside_after_one_try(caplog: pytest.LogCaptureFixture) -> None:
    place = House(house("door"), conventions={**installed(), "poison": Poison()})

    readings = place.pipeline.feed([Message("gw/g/poison/x", b"{}", NOON), message("door", DOOR)])

    assert readings == 1
    assert place.pipeline.report().poisoned == 1
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        ("somewhere/else", b"{}", "topic"),
        ("gw/g/gibberish/x", b"{}", "topic"),
        ("gw/g/native/v1/door/reading", b"{", "not_json"),
        ("gw/g/native/v1/door/reading", b'{"v":9,"readings":[]}', "version"),
        ("gw/g/tasmota/tele/x/LWT", b"Maybe", "value"),
        ("gw/g/" + "x" * 600 + "/y", b"{}", "topic"),
    ],
)
def test_what_cannot_be_read_is_counted_and_sampled(topic: str, payload: bytes, reason: str) -> None:
    place = House(house("door"))

    assert place.pipeline.feed([Message(topic, payload, NOON)]) == 0

    report = place.pipeline.report()
    assert report.malformed == {reason: 1}
    assert (report.samples[0].reason, report.samples[0].head) == (reason, payload)
    assert place.store.readings == []
    assert place.heard == []


def test_samples_and_inventions_of_a_hostile_gateway_are_bounded() -> None:
    place = House(house("door"))

    place.pipeline.feed(message(f"invented-{i}", DOOR) for i in range(UNKNOWN_KEPT + 50))
    place.pipeline.feed(Message("gw/g/native/v1/door/reading", b"{" * 1000, NOON) for _ in range(SAMPLES + 10))

    report = place.pipeline.report()
    assert len(report.unknown_devices) == UNKNOWN_KEPT
    assert len(report.samples) == SAMPLES
    assert max(len(one.head) for one in report.samples) <= 200
    assert len(place.pipeline.gate) == 0, "an unknown device gets no memory"


def test_an_unknown_device_is_counted_until_it_is_bound() -> None:
    place = House(house("door"))
    first = place.pipeline.feed([message("window", DOOR), message("window", DOOR, after=5)])
    (unknown,) = place.pipeline.report().unknown_devices

    place.pipeline.inventory = house("door", "window")
    second = place.pipeline.feed([message("window", DOOR, after=10)])

    assert (first, second) == (0, 1)
    assert (unknown.device, unknown.convention, unknown.count) == ("g/window", "native", 2)
    assert unknown.said == {Kind.DOOR: "open"}
    assert [one.payload for one in unknown.messages] == [DOOR.decode()] * 2
    assert place.pipeline.report().unknown_devices == ()


def test_a_gateway_that_nobody_knows_says_nothing() -> None:
    place = House(house("door"))

    assert place.pipeline.feed([message("door", DOOR, gateway="stranger")]) == 0
    assert place.heard == []
    assert place.pipeline.report().unknown_gateways == 1


def test_devices_behind_a_gateway_that_nobody_knows_are_shown_to_the_installer_within_bounds() -> None:
    place = House(house("door"))

    place.pipeline.feed(message("door", DOOR, gateway=f"stranger-{i}") for i in range(STRANGERS + 20))

    shown = {one.device for one in place.pipeline.report().unknown_devices}
    assert shown == {f"stranger-{i}/door" for i in range(STRANGERS)}


def test_what_unknown_devices_said_is_handed_over_once() -> None:
    place = House(house("door"))
    place.pipeline.feed([message("window", DOOR), message("window", b"{}")])

    first, second = place.pipeline.take_unknown_news(), place.pipeline.take_unknown_news()

    assert [(one.device, one.count) for one in first] == [("g/window", 1)]
    assert second == []


def test_a_payload_that_is_no_text_is_shown_as_digits() -> None:
    tally = Tally()

    tally.heard_unknown("g/meter", "dlt645", [], Message("gw/g/dlt645/meter", b"\x68\xff\x00", NOON))

    assert [one.payload for one in tally.unknown["g/meter"].messages] == ["68ff00"]


def test_a_device_that_belongs_to_another_gateway_is_not_believed() -> None:
    moved = Inventory.of(
        gateways=[Gateway("g"), Gateway("other")],
        devices=[Device("g/door", "h", Room.ENTRANCE, Role.FRONT_DOOR, "other")],
    )
    place = House(moved)

    assert place.pipeline.feed([message("door", DOOR)]) == 0
    assert place.pipeline.report().mismatched == 1


def test_the_gateways_own_voice_needs_no_binding() -> None:
    place = House(house())
    topics = ("gw/g/native/v1/gateway/status", "gw/g/zigbee2mqtt/bridge/state")

    place.pipeline.feed(
        Message(topic, b'{"v":1,"state":"online"}', NOON + timedelta(seconds=i)) for i, topic in enumerate(topics)
    )

    assert [(one.device, one.kind) for one in place.heard] == [("g/bridge", Kind.AVAILABILITY)] * 2


def test_each_convention_is_handed_its_own_topics() -> None:
    place = House(house("door", "plug"))
    said = [
        Message("gw/g/zigbee2mqtt/door", b'{"contact":false}', NOON),
        Message("gw/g/tasmota/tele/plug/SENSOR", b'{"ENERGY":{"Power":5}}', NOON),
        Message("gw/g/native/v1/door/reading", DOOR, NOON + timedelta(seconds=1)),
    ]

    place.pipeline.feed(said)

    assert [(one.device, one.source) for one in place.heard] == [
        ("g/door", "zigbee2mqtt"),
        ("g/plug", "tasmota"),
        ("g/door", "native"),
    ]


def test_a_device_bound_by_its_lasting_name_is_found_under_it() -> None:
    place = House(house("zb/front door"))
    said = b'{"ZbReceived":{"0x1A2B":{"Device":"0x1A2B","Name":"front door","Contact":1}}}'

    place.pipeline.feed([Message("gw/g/tasmota/tele/zb/SENSOR", said, NOON)])

    assert [one.device for one in place.heard] == ["g/zb/front door"]


def test_the_profile_of_a_radio_sensor_is_found_through_its_bridge() -> None:
    inventory = house("rf", "rf/pendant", profiles={"rf/pendant": {"A1B2": {"kind": "sos", "value": True}}})
    place = House(inventory)

    place.pipeline.feed([Message("gw/g/tasmota/tele/rf/RESULT", b'{"RfReceived":{"Data":"A1B2"}}', NOON)])

    assert [(one.device, one.kind) for one in place.heard] == [("g/rf/pendant", Kind.SOS)]


def test_a_history_fed_in_bulk_is_kept_and_heard_in_its_own_order() -> None:
    place = House(house("door", "button"), limits=PipelineLimits(per_write=10))
    history = [message("button" if i % 7 == 0 else "door", SOS if i % 7 == 0 else DOOR, after=i) for i in range(35)]

    assert place.pipeline.feed(iter(history)) == 35

    assert [one.received_at for one in place.heard] == [one.received_at for one in history]
    assert place.store.writes == 4
    assert len(dict(place.pipeline.gate.changed())) == 2
