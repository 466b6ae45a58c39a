"""The load, in a process of its own so that it takes nothing from the service's core: `python -m bench.load FILE …`.

It speaks MQTT 3.1.1 by itself: a client library would cost this machine more than the broker does.
"""

import argparse
import json
import socket
import struct
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.town import Said, read

_CONNACK, _PUBACK = 0x20, 0x40
_AT_ONCE = 32
_LAST_ID = 65_535


@dataclass(frozen=True, slots=True)
class Played:
    """`sent` were acknowledged by the broker, in `seconds`; `late` is how far behind its rate it ever was (s)."""

    sent: int
    seconds: float
    late: float


class Wire:
    """One connection that publishes with QoS 1, at most `window` of them unanswered."""

    def __init__(self, host: str, port: int, *, name: str, window: int) -> None:
        self._socket = socket.create_connection((host, port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._window = window
        self._unread = b""
        self._number = 0
        self.published = self.answered = 0
        self._connect(name)

    def publish(self, messages: Sequence[tuple[str, bytes]]) -> None:
        """Send them in one go, once so many answers have come that the window allows it; more than it holds, once all
        have come.
        """
        while self.published > self.answered and self.published - self.answered + len(messages) > self._window:
            self._read()
        self._socket.sendall(b"".join(self._packet(topic.encode(), payload) for topic, payload in messages))
        self.published += len(messages)

    def finish(self) -> None:
        """Until the last is acknowledged by the broker."""
        while self.answered < self.published:
            self._read()
        self._socket.sendall(b"\xe0\x00")
        self._socket.close()

    def _connect(self, name: str) -> None:
        body = b"\x00\x04MQTT\x04\x02" + struct.pack("!H", 600) + _text(name.encode())
        self._socket.sendall(b"\x10" + _length(len(body)) + body)
        answer = self._socket.recv(4)
        if len(answer) < 4 or answer[0] != _CONNACK or answer[3] != 0:
            raise ConnectionError(f"the broker refused the load: {answer!r}")

    def _packet(self, topic: bytes, payload: bytes) -> bytes:
        self._number = self._number % _LAST_ID + 1
        body = _text(topic) + struct.pack("!H", self._number) + payload
        return b"\x32" + _length(len(body)) + body

    def _read(self) -> None:
        """Count answers: each is four bytes."""
        came = self._socket.recv(65_536)
        if not came:
            raise ConnectionError("the broker closed the connection of the load")
        self._unread += came
        whole = len(self._unread) // 4
        if any(self._unread[4 * n] != _PUBACK for n in range(whole)):
            raise ConnectionError("the broker answered something else than an acknowledgement")
        self.answered += whole
        self._unread = self._unread[4 * whole :]


def play(load: Sequence[Said], wire: Wire, *, rate: float | None) -> Played:
    """Publish all, at `rate` messages per second or as fast as the broker takes them."""
    began = time.monotonic()
    late, position = 0.0, 0
    while position < len(load):
        due = len(load) if rate is None else int((time.monotonic() - began) * rate) + 1
        if due <= position:
            time.sleep(0.002)
            continue
        if rate is not None:
            late = max(late, (due - position) / rate)
        batch = load[position : min(position + _AT_ONCE, due)]
        wire.publish([(one.topic, one.at(datetime.now(UTC))) for one in batch])
        position += len(batch)
    wire.finish()
    return Played(wire.answered, time.monotonic() - began, late)


def _text(text: bytes) -> bytes:
    return struct.pack("!H", len(text)) + text


def _length(length: int) -> bytes:
    """MQTT's variable length."""
    written = bytearray()
    while True:
        length, low = divmod(length, 128)
        written.append(low | (0x80 if length else 0))
        if not length:
            return bytes(written)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--rate", type=float, help="messages per second; without it, as fast as the broker takes them")
    parser.add_argument("--window", type=int, default=200)
    arguments = parser.parse_args()
    load = read(arguments.file)
    wire = Wire("127.0.0.1", arguments.port, name="anxin-load", window=arguments.window)
    sys.stdout.write(json.dumps(asdict(play(load, wire, rate=arguments.rate))) + "\n")


if __name__ == "__main__":
    main()
