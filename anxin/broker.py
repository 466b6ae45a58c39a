"""An MQTT broker in a child process, so that a demonstration needs nothing installed (iotcore, which holds rumqttd).

What it is not for, and how each of its limits was found: docs/adr/0003-embedded-broker.md.
"""

import socket
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from iotcore import Broker

LOOPBACK = "127.0.0.1"
MAX_PAYLOAD = 256 * 1024
MAX_IN_FLIGHT = 1000


@dataclass(slots=True)
class EmbeddedBroker:
    """Speaks MQTT 3.1.1 on the loopback interface only; nothing it holds survives its own end.

    `port` 0 takes a free one, known after `start`. Raises OSError if the port is taken, RuntimeError if the broker
    does not come up. The child ends by itself when this process is gone.
    """

    port: int = 0
    _broker: Broker | None = field(default=None, init=False, repr=False)

    def start(self, timeout: float = 10.0) -> Self:
        if self._broker is not None:
            return self
        self.port = self.port or _free_port()
        broker = Broker(port=self.port, listen=LOOPBACK, max_payload_size=MAX_PAYLOAD, max_inflight_count=MAX_IN_FLIGHT)
        broker.start(timeout)
        self._broker = broker
        return self

    def stop(self) -> None:
        """Safe to call twice."""
        if self._broker is not None:
            self._broker.stop()
            self._broker = None

    @property
    def is_running(self) -> bool:
        return self._broker is not None and bool(self._broker.is_running)

    @property
    def url(self) -> str:
        return f"mqtt://{LOOPBACK}:{self.port}"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
