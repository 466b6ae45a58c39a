"""MQTT's PUBLISH packet as brokers send it nearly always: QoS 1, without properties. Read in a third of the time.

Whatever is unusual is left to the MQTT library.
"""

from dataclasses import dataclass
from typing import Protocol

_QOS, _QOS_1, _DUP, _RETAIN = 0x06, 0x02, 0x08, 0x01
_LENGTH, _IDENTIFIER = 2, 2


@dataclass(frozen=True, slots=True)
class Publication:
    """What a broker delivers. `topic` is empty where it is no text: no topic of ours, acknowledged like any other."""

    topic: str
    payload: bytes
    mid: int
    qos: int
    retain: bool
    dup: bool

    @classmethod
    def of(cls, message: "LibraryMessage") -> "Publication":
        """What the library has read."""
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""
        return cls(topic, bytes(message.payload), message.mid, message.qos, message.retain, message.dup)


class LibraryMessage(Protocol):
    """The library's own message. Its topic raises UnicodeDecodeError where it is no text."""

    @property
    def topic(self) -> str: ...
    @property
    def payload(self) -> bytes | bytearray: ...

    mid: int
    qos: int
    retain: bool
    dup: bool


def read_publish(command: int, rest: bytes | bytearray, *, properties: bool) -> Publication | None:
    """From the first byte and everything behind the remaining length (MQTT 3.1.1 and 5, section 3.3).

    `properties`: the connection speaks MQTT 5, which puts their length behind the packet identifier.
    None for a packet that the library must read: another QoS, properties, an alias for a topic, a broken one.
    """
    if command & _QOS != _QOS_1 or len(rest) < _LENGTH:
        return None
    end = _LENGTH + (rest[0] << 8 | rest[1])
    body = end + _IDENTIFIER + properties
    if end == _LENGTH or len(rest) < body or (properties and rest[body - 1] != 0):
        return None
    try:
        topic = rest[_LENGTH:end].decode()
    except UnicodeDecodeError:
        topic = ""
    mid = rest[end] << 8 | rest[end + 1]
    return Publication(topic, bytes(rest[body:]), mid, 1, bool(command & _RETAIN), bool(command & _DUP))
