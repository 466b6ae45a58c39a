"""Message: one MQTT publication of the simulated world, with its instant."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Message:
    """`at` is when the broker gets it.

    `human` is the truth behind it: a person caused it. It never goes over the wire.
    `will`: nobody publishes this; the broker says it for a gateway whose connection has died.
    """

    at: datetime
    topic: str
    payload: bytes
    qos: int = 1
    retain: bool = False
    human: bool = False
    will: bool = False

    @property
    def gateway(self) -> str:
        """The second segment of `gw/<gateway>/…`."""
        return self.topic.split("/", 2)[1]
