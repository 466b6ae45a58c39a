"""One MQTT message as it was delivered to us, with what is needed to acknowledge it later.

Everything after the session speaks of these; no other part of ingest knows the MQTT library.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Message:
    """`received_at` is our own clock (UTC) when the broker handed it over.

    `mid` and `epoch` identify the delivery: a packet id is only valid on the connection (epoch) that brought it.
    `dup` says that the broker has tried to deliver it before, not that we have seen it.
    """

    topic: str
    payload: bytes
    received_at: datetime
    qos: int = 1
    retain: bool = False
    dup: bool = False
    mid: int = 0
    epoch: int = 0
