"""How to reach the broker, how much may be under way at once, and how the session is.

Plain data with safe defaults; where the values come from is the front door's business.
"""

import ssl
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path


class Protocol(StrEnum):
    """`AUTO` tries MQTT 5 first and 3.1.1 where the broker refuses it."""

    AUTO = "auto"
    V5 = "5"
    V311 = "3.1.1"


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """`ca_file` None trusts the system's authorities. `cert_file` and `key_file` identify us, where asked for."""

    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None

    def context(self) -> ssl.SSLContext:
        """Host names are checked. Raises OSError for a file that cannot be used."""
        context = ssl.create_default_context(cafile=self.ca_file)
        if self.cert_file is not None:
            context.load_cert_chain(self.cert_file, self.key_file)
        return context


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """`client_id` names the persistent session: two processes with one id throw each other out.

    `receive_maximum` bounds the messages that are delivered and not yet acknowledged, which is the back-pressure;
    with MQTT 3.1.1 the broker's own limit holds (Mosquitto: `max_inflight_messages`). Not every broker keeps to it,
    so `max_waiting` bounds what may lie in the intake: then nothing more is read until half of it is taken.
    `session_expiry`: how long the broker keeps our queue while we are away.
    """

    host: str = "127.0.0.1"
    port: int = 1883
    client_id: str = "anxin-ingest"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: TlsSettings | None = None
    filters: tuple[str, ...] = ("gw/#",)
    protocol: Protocol = Protocol.AUTO
    receive_maximum: int = 4000
    max_waiting: int = 20_000
    session_expiry: timedelta = timedelta(days=7)
    keepalive: int = 30
    timeout: float = 10.0
    backoff_first: float = 0.5
    backoff_most: float = 30.0


@dataclass(frozen=True, slots=True)
class SessionHealth:
    """What an operator needs to know. `waiting`: received and not yet taken; `pauses`: times that this was too much.

    `orphaned`: acknowledgements not sent because their connection was gone; the broker delivers those again.
    """

    connected: bool
    connected_since: datetime | None
    protocol: str
    connections: int
    last_error: str | None
    last_error_at: datetime | None
    received: int
    acknowledged: int
    orphaned: int
    waiting: int
    pauses: int
