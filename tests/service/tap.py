"""A tap on the line between service and broker: what was really delivered, and what the service really acknowledged.

A TCP relay that reads MQTT 3.1.1 and 5 on its way. It lives on while the broker behind it is killed and started again.
"""

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

CONNECT, PUBLISH, PUBACK = 1, 3, 4
_V5 = 5


@dataclass
class Tap:
    """`acknowledged` holds topic and payload of each message that the service has acknowledged, in that order.

    `is_dead`: the network is gone without a word. Whatever is sent vanishes, and no end hears of it.
    """

    broker: int
    delivered: int = 0
    acknowledged: list[tuple[str, bytes]] = field(default_factory=list)
    is_dead: bool = False
    _listening: socket.socket = field(default_factory=socket.socket)
    _lines: list["_Line"] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self._listening.getsockname()[1])

    def __enter__(self) -> Self:
        self._listening.bind(("127.0.0.1", 0))
        self._listening.listen()
        threading.Thread(target=self._accept, daemon=True, name="tap").start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()
        for line in self._lines:
            line.close()

    def comes_back(self) -> None:
        """The network is there again; connections that it has swallowed parts of are not."""
        self.is_dead = False
        for line in [*self._lines]:
            if line.has_lost:
                line.close()

    def _accept(self) -> None:
        while True:
            try:
                service, _ = self._listening.accept()
            except OSError:
                return  # closed
            if self.is_dead:
                self._lines.append(_Line(self, service, socket.socket(), has_lost=True))  # no answer, ever
                continue
            try:
                broker = socket.create_connection(("127.0.0.1", self.broker), timeout=2)
            except OSError:
                service.close()  # no broker: the service shall see that it is away
                continue
            broker.settimeout(None)
            line = _Line(self, service, broker)
            self._lines.append(line)
            line.start()


@dataclass
class _Line:
    """One connection. Packet ids mean something on it only."""

    tap: Tap
    service: socket.socket
    broker: socket.socket
    version: int = _V5
    under_way: dict[int, tuple[str, bytes]] = field(default_factory=dict)
    has_lost: bool = False

    def start(self) -> None:
        for source, target, see in (
            (self.service, self.broker, self._see_service),
            (self.broker, self.service, self._see_broker),
        ):
            threading.Thread(target=self._relay, args=(source, target, see), daemon=True, name="tap line").start()

    def close(self) -> None:
        for end in (self.service, self.broker):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # closed already
            end.close()

    def _relay(self, source: socket.socket, target: socket.socket, see: Callable[[int, bytes], None]) -> None:
        """Nothing is passed on before it is seen, so that an acknowledgement that arrived is always known here."""
        waiting = b""
        try:
            while read := source.recv(65536):
                if self.tap.is_dead or self.has_lost:
                    self.has_lost = True
                    continue
                waiting = _packets(waiting + read, see)
                target.sendall(read)
        except OSError:
            pass  # the other end is gone: so is this line
        self.close()

    def _see_service(self, first: int, body: bytes) -> None:
        kind = first >> 4
        if kind == CONNECT:
            self.version = body[6]
        elif kind == PUBACK:
            message = self.under_way.pop(int.from_bytes(body[:2]), None)
            if message is not None:
                self.tap.acknowledged.append(message)

    def _see_broker(self, first: int, body: bytes) -> None:
        if first >> 4 != PUBLISH or not first & 0b0110:
            return
        end = 2 + int.from_bytes(body[:2])
        topic, mid, rest = body[2:end].decode(), int.from_bytes(body[end : end + 2]), body[end + 2 :]
        if self.version == _V5:
            length, used = _varint(rest)
            rest = rest[used + length :]
        self.under_way[mid] = (topic, rest)
        self.tap.delivered += 1


def _packets(stream: bytes, see: Callable[[int, bytes], None]) -> bytes:
    """Show each whole packet; what is left of the stream."""
    while len(stream) > 1:
        length, used = _varint(stream[1:])
        end = 1 + used + length
        if not used or len(stream) < end:
            break
        see(stream[0], stream[1 + used : end])
        stream = stream[end:]
    return stream


def _varint(stream: bytes) -> tuple[int, int]:
    """A variable byte integer and its length in bytes; zero bytes if it is not whole."""
    value = 0
    for position, byte in enumerate(stream[:4]):
        value |= (byte & 0x7F) << 7 * position
        if not byte & 0x80:
            return value, position + 1
    return 0, 0
