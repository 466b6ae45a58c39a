"""A siren or lamp over MQTT, in the home or at the desk: on while somebody is asked, off when it is in good hands.

Spoken in MQTT 5 and judged by the broker's acknowledgement, whose reason says if anybody listens (MQTT 5.0, 3.4.2).
paho itself, and not aiomqtt, which throws that reason away.
"""

import asyncio
import ssl
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode
from pydantic import Field, SecretStr, field_validator

from alerts.channels.channel import Channel, OutgoingMessage, Unaskable
from alerts.channels.settings import ChannelSettings
from core.alerts import Purpose
from core.clock import Clock
from core.delivery import Accepted, Permanent, Temporary, Verdict

_NOBODY_LISTENS = 0x10
_BAD = 0x80
_FOR_GOOD = frozenset((0x84, 0x86, 0x87, 0x8A, 0x90))  # protocol, password, not authorised, banned, topic
_PORTS = {"mqtt": 1883, "mqtts": 8883}


class Siren(ChannelSettings):
    """An address is the device's name, which stands for `{address}` in the topic."""

    provider: Literal["mqtt_siren"]
    broker: str = Field(description="mqtt://host[:port] or mqtts://host[:port]")
    username: str | None = None
    password: SecretStr | None = None
    ca_file: Path | None = None
    topic: str = "zigbee2mqtt/{address}/set"
    on: str = Field('{"warning": {"mode": "emergency", "level": "high", "strobe": true, "duration": 60}}')
    off: str = Field('{"warning": {"mode": "stop"}}')

    @field_validator("broker")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in _PORTS or not parts.hostname or parts.username:
            raise ValueError("must be mqtt://host[:port] or mqtts://host[:port], without a user name in it")
        return value

    @field_validator("topic")
    @classmethod
    def _names_the_device(cls, value: str) -> str:
        if "{address}" not in value or "#" in value or "+" in value:
            raise ValueError("must hold {address}, and neither # nor +")
        return value

    def open(self, kind: str, clock: Clock) -> Channel:
        del clock
        try:
            context = ssl.create_default_context(cafile=str(self.ca_file) if self.ca_file else None)
        except (OSError, ssl.SSLError) as error:
            raise ValueError(f"ca_file: {self.ca_file} cannot be used: {error}") from error
        return SirenChannel(kind, self, context)


@dataclass(frozen=True)
class SirenChannel(Unaskable):
    kind: str
    account: Siren
    context: ssl.SSLContext

    async def deliver(self, message: OutgoingMessage) -> Verdict:
        address = message.address
        if not address or any(sign in address for sign in "#+\0") or len(address) > 200:  # noqa: PLR2004 - a name
            return Permanent(f"{address!r} is not a device's name")
        payload = self.account.on if message.purpose is Purpose.ASK else self.account.off
        topic = self.account.topic.replace("{address}", address)
        return await asyncio.to_thread(self._publish, topic, payload.encode(), message.key)

    def _publish(self, topic: str, payload: bytes, key: str) -> Verdict:
        """One connection for one message, in a thread of its own: sirens are few, and their broker may be another."""
        client, said = self._client(), _Said()
        client.on_connect = said.connected
        client.on_publish = said.published
        url, until = urlsplit(self.account.broker), time.monotonic() + self.account.timeout
        try:
            client.connect(url.hostname or "", url.port or _PORTS[url.scheme], keepalive=30)
            sent = False
            while said.verdict is None and time.monotonic() < until:
                if client.loop(timeout=0.1) is not MQTTErrorCode.MQTT_ERR_SUCCESS and said.verdict is None:
                    return Temporary("the broker hung up")
                if said.is_connected and not sent:
                    client.publish(topic, payload, qos=1)
                    sent = True
        except (OSError, ValueError) as error:
            return Temporary(f"no session with the broker: {error}")
        finally:
            client.disconnect()
            client.loop(timeout=0.1)
        if said.verdict is None:
            return Temporary("the broker did not acknowledge in time")
        return Accepted(key, topic) if isinstance(said.verdict, Accepted) else said.verdict

    def _client(self) -> Client:
        account = self.account
        client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
        client.connect_timeout = min(3.0, account.timeout)
        if account.username is not None:
            client.username_pw_set(account.username, account.password.get_secret_value() if account.password else None)
        if account.broker.startswith("mqtts://"):
            client.tls_set_context(self.context)
        return client


class _Said:
    """What the broker said: refused at the door, or of the message."""

    def __init__(self) -> None:
        self.is_connected = False
        self.verdict: Verdict | None = None

    def connected(self, _client: Client, _userdata: Any, _flags: Any, code: ReasonCode, _properties: Any) -> None:
        if code.value >= _BAD:
            self.verdict = _refused(code)
        self.is_connected = self.verdict is None

    def published(self, _client: Client, _userdata: Any, _mid: int, code: ReasonCode, _properties: Any) -> None:
        if code.value == _NOBODY_LISTENS:
            self.verdict = Permanent("nobody listens to this topic: is the bridge or the siren away?")
        elif code.value >= _BAD:
            self.verdict = _refused(code)
        else:
            self.verdict = Accepted("")


def _refused(code: ReasonCode) -> Verdict:
    text = f"the broker refuses: {code.getName()}"
    return Permanent(text) if code.value in _FOR_GOOD else Temporary(text)
