"""Our own reading of PUBLISH against the library's: the same for every packet that we do not leave to it."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt._packet import decode_publish
from paho.mqtt.enums import MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from ingest.packet import Publication, read_publish

PUBLISH = 0x30


def packed(topic: bytes, payload: bytes, *, mid: int = 7, properties: bytes = b"") -> bytes:
    return struct.pack("!H", len(topic)) + topic + struct.pack("!H", mid) + properties + payload


@given(
    topic=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80),
    payload=st.binary(max_size=300),
    mid=st.integers(1, 65_535),
    flags=st.sampled_from([0x2, 0x3, 0xA, 0xB]),
    version=st.sampled_from([MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5]),
)
def test_a_usual_packet_reads_as_the_library_reads_it(
    topic: str, payload: bytes, mid: int, flags: int, version: MQTTProtocolVersion
) -> None:
    is_5 = version is MQTTProtocolVersion.MQTTv5
    rest = packed(topic.encode(), payload, mid=mid, properties=b"\x00" if is_5 else b"")

    ours = read_publish(PUBLISH | flags, rest, properties=is_5)

    theirs = decode_publish(PUBLISH | flags, rest, version)
    assert ours == Publication(
        theirs.topic.decode(), bytes(theirs.payload), theirs.mid, theirs.qos, theirs.retain, theirs.dup
    )


@pytest.mark.parametrize("flags", [0x0, 0x4, 0x6], ids=["QoS 0", "QoS 2", "no QoS at all"])
def test_another_qos_is_left_to_the_library(flags: int) -> None:
    assert read_publish(PUBLISH | flags, packed(b"gw/g/x", b"1"), properties=False) is None


def test_properties_are_left_to_the_library() -> None:
    said = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho has not typed it
    said.ContentType = "application/json"
    rest = packed(b"gw/g/x", b"{}", properties=said.pack())  # type: ignore[no-untyped-call]

    assert read_publish(PUBLISH | 0x2, rest, properties=True) is None


def test_an_alias_in_place_of_a_topic_is_left_to_the_library() -> None:
    assert read_publish(PUBLISH | 0x2, packed(b"", b"{}", properties=b"\x00"), properties=True) is None


@given(rest=st.binary(max_size=40), properties=st.booleans())
def test_a_broken_packet_never_raises(rest: bytes, properties: bool) -> None:  # noqa: FBT001 - drawn
    found = read_publish(PUBLISH | 0x2, rest, properties=properties)

    assert found is None or len(found.payload) <= len(rest) - 4


def test_a_topic_that_is_no_text_is_no_topic() -> None:
    found = read_publish(PUBLISH | 0x2, packed(b"\xff\xfe", b"x"), properties=False)

    assert found is not None
    assert found.topic == ""
