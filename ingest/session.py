"""The session with the broker: persistent, QoS 1, and acknowledged by hand. The only user of aiomqtt in ingest.

How acknowledging by hand is done with a library that hides it: docs/adr/0002-manual-ack.md.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from datetime import datetime
from functools import partial
from random import Random
from typing import Any, Self

import aiomqtt
from paho.mqtt.client import MQTTMessage
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from core.clock import Clock
from ingest.message import Message
from ingest.packet import Publication, read_publish
from ingest.settings import BrokerSettings, Protocol, SessionHealth
from ingest.waiting import WaitingRoom, until_one

_UNSUPPORTED_PROTOCOL = 132  # MQTT 5, 3.2.2.2; paho translates the 3.1.1 code 1 to it
_FAILURE = 128  # MQTT 5, 3.9.3: from here on a SUBACK code refuses
_PACKETS_PER_WAKE = 64
_REASON_WITHIN = 0.2

Deliver = Callable[[Publication], None]


class RefusedSilently(aiomqtt.MqttError):
    """The broker ended the connection before accepting it: often one that does not speak this version of MQTT."""


class SubscriptionRefused(aiomqtt.MqttError):
    """The broker does not let us read this filter with QoS 1: an ACL or a wrong account. Somebody must mend it."""


class _AcknowledgingClient(aiomqtt.Client):
    """aiomqtt's client with paho's manual acknowledgement switched on and messages handed straight to `deliver`."""

    def __init__(self, *, deliver: Deliver, **options: Any) -> None:
        super().__init__(**options)
        self._client.manual_ack_set(on=True)
        self._client.on_message = self._hand_over
        self._speaks_5 = options.get("protocol") is aiomqtt.ProtocolVersion.V5
        self._read_slowly = self._client._handle_publish  # noqa: SLF001 - the decision record says why
        self._client._handle_publish = self._read_publish  # type: ignore[method-assign]  # noqa: SLF001
        self._deliver = deliver
        self._handed_over = 0
        self._paused = False
        self._ended = asyncio.Event()
        self._turns = asyncio.get_running_loop()
        self._tell_aiomqtt = self._client.on_disconnect
        self._client.on_disconnect = self._end

    async def __aenter__(self) -> Self:
        """Connect. A broker that hangs up instead of answering is noticed at once: RefusedSilently."""
        try:
            await self._be_accepted()
        except BaseException:
            self._abandon()
            raise
        # aiomqtt reads one packet per turn of the event loop; a burst costs a third less when read in one go.
        self.resume()
        return self

    def resume(self) -> None:
        """Read on. Safe at any time."""
        if (socket := self._client.socket()) is not None:
            self._turns.add_reader(socket.fileno(), self._read)
        self._paused = False

    def pause(self) -> None:
        """Leave the rest in the network's buffers, and then with the broker. Too long, and the keepalive ends it."""
        if (socket := self._client.socket()) is not None:
            self._turns.remove_reader(socket.fileno())
        self._paused = True

    async def _be_accepted(self) -> None:
        accepted = asyncio.create_task(super().__aenter__(), name="mqtt connect")
        ended = asyncio.create_task(self._ended.wait(), name="mqtt hung up")
        try:
            await asyncio.wait({accepted, ended}, return_when=asyncio.FIRST_COMPLETED)
            # A refusal with a reason is followed by the same end: the reason comes first.
            await asyncio.wait({accepted}, timeout=_REASON_WITHIN)
            if not accepted.done():
                raise RefusedSilently("the broker closed the connection instead of accepting it")
            accepted.result()
        finally:
            accepted.cancel()
            ended.cancel()
            await asyncio.gather(accepted, ended, return_exceptions=True)

    def _abandon(self) -> None:
        """Close the socket of a failed attempt, and end its keepalive with it: aiomqtt leaves both."""
        if self._client.socket() is not None:
            self._client.disconnect()
            self._client.loop_write()

    def _end(self, *said: Any) -> None:
        if self._tell_aiomqtt is not None:
            self._tell_aiomqtt(*said)
        self._turns.call_soon_threadsafe(self._ended.set)  # paho may end a connection in aiomqtt's connecting thread

    def _read(self) -> None:
        for _ in range(_PACKETS_PER_WAKE):
            before = self._handed_over
            self._client.loop_read()
            if self._handed_over == before or self._paused:
                return
        self._turns.call_soon(self._read)  # a TLS socket is not readable for what it has buffered

    def _read_publish(self) -> MQTTErrorCode:
        """In paho's place, for the packets that brokers nearly always send."""
        packet = self._client._in_packet  # noqa: SLF001
        publication = read_publish(packet["command"], packet["packet"], properties=self._speaks_5)
        if publication is None:
            return self._read_slowly()
        self._handed_over += 1
        self._deliver(publication)
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _hand_over(self, _client: object, _userdata: object, message: MQTTMessage) -> None:
        self._handed_over += 1
        self._deliver(Publication.of(message))

    def acknowledge(self, mid: int) -> None:
        self._client.ack(mid, 1)

    async def lost(self) -> None:
        """Wait for the connection to end; raises MqttError with the reason. No message ever comes this way."""
        async for _ in self.messages:
            continue


class Session:
    """One persistent session. `run` keeps it connected; `batch` takes messages out; `acknowledge` lets them go.

    An acknowledgement is only sent on the connection that delivered the message: after a reconnect its packet id
    means nothing, and the broker delivers the message again.
    """

    def __init__(
        self,
        settings: BrokerSettings,
        *,
        clock: Clock,
        jitter: Random,
        sleep: Callable[[float], Coroutine[Any, Any, None]] = asyncio.sleep,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._jitter = jitter
        self._sleep = sleep
        self._waiting = WaitingRoom(settings.max_waiting)
        self._closing = asyncio.Event()
        self._client: _AcknowledgingClient | None = None
        self._epoch = 0
        self._protocol = Protocol.V5 if settings.protocol is Protocol.AUTO else settings.protocol
        self._connected_since: datetime | None = None
        self._connections = 0
        self._error: str | None = None
        self._error_at: datetime | None = None
        self._received = self._acknowledged = self._orphaned = 0

    async def run(self) -> None:
        """Stay connected until `close`; each failure is followed by a capped, jittered wait. Cancelling is safe."""
        failures = 0
        while not self._closing.is_set():
            await until_one(self._waiting.room.wait(), self._closing.wait())
            before = self._connections
            try:
                await self._connection()
            except (aiomqtt.MqttError, OSError) as error:
                self._failed(error, was_connected=self._connections > before)
                failures = 1 if self._connections > before else failures + 1
            finally:
                self._connected_since = None
                self._client = None
            if not self._closing.is_set():
                await self._pause(failures)

    async def batch(self, limit: int = 500) -> list[Message]:
        """The messages that wait, at most `limit`, in order of receipt; waits for one. Empty once finished."""
        taken = await self._waiting.take(limit)
        if self._waiting.reopen() and self._client is not None:
            self._client.resume()
        return taken

    def acknowledge(self, messages: Iterable[Message]) -> int:
        """Tell the broker that these are kept, in order of receipt (MQTT-4.6.0-2). How many could be told."""
        sent, client, epoch = 0, self._client, self._epoch
        for message in messages:
            if message.qos == 0:
                continue
            if client is None or message.epoch != epoch:
                self._orphaned += 1
                continue
            client.acknowledge(message.mid)
            sent += 1
        self._acknowledged += sent
        return sent

    def finish(self) -> None:
        """Hand out nothing more. The connection stays, so that what is under way can still be acknowledged."""
        self._waiting.finish()

    def close(self) -> None:
        """Finish and disconnect. What was not acknowledged stays with the broker."""
        self.finish()
        self._closing.set()

    def health(self) -> SessionHealth:
        return SessionHealth(
            self._connected_since is not None,
            self._connected_since,
            self._protocol.value,
            self._connections,
            self._error,
            self._error_at,
            self._received,
            self._acknowledged,
            self._orphaned,
            len(self._waiting),
            self._waiting.pauses,
        )

    async def _connection(self) -> None:
        """One connection from CONNECT to its end."""
        self._epoch += 1
        client = self._new_client(self._epoch)
        # Set before connecting: a resumed session delivers as soon as it is accepted.
        self._client = client
        async with client:
            await self._subscribe(client)
            self._connected_since = self._clock.now()
            self._connections += 1
            await until_one(client.lost(), self._closing.wait())

    def _new_client(self, epoch: int) -> _AcknowledgingClient:
        wanted = self._settings
        options: dict[str, Any] = {
            "hostname": wanted.host,
            "port": wanted.port,
            "identifier": wanted.client_id,
            "username": wanted.username,
            "password": wanted.password,
            "keepalive": wanted.keepalive,
            "timeout": wanted.timeout,
            "tls_context": None if wanted.tls is None else wanted.tls.context(),
        }
        if self._protocol is Protocol.V5:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho has not typed it
            properties.SessionExpiryInterval = int(wanted.session_expiry.total_seconds())
            properties.ReceiveMaximum = wanted.receive_maximum
            options |= {"protocol": aiomqtt.ProtocolVersion.V5, "clean_start": False, "properties": properties}
        else:
            options |= {"protocol": aiomqtt.ProtocolVersion.V311, "clean_session": False}
        return _AcknowledgingClient(deliver=partial(self._take, epoch=epoch), **options)

    async def _subscribe(self, client: _AcknowledgingClient) -> None:
        for topic in self._settings.filters:
            granted = await client.subscribe(topic, qos=1)
            codes = [code if isinstance(code, int) else code.value for code in granted]
            if any(code >= _FAILURE or code < 1 for code in codes):
                raise SubscriptionRefused(f"{topic!r} at QoS 1 was answered with {codes}: check account and ACL")

    def _take(self, said: Publication, *, epoch: int) -> None:
        """From paho's reading, in the event loop: keep it, and never wait."""
        self._received += 1
        now = self._clock.now()
        self._waiting.put(Message(said.topic, said.payload, now, said.qos, said.retain, said.dup, said.mid, epoch))
        # Until we are subscribed everything is read: the broker's answer stands behind what it delivers.
        if self._connected_since is not None and self._waiting.shut() and self._client is not None:
            self._client.pause()

    def _failed(self, error: Exception, *, was_connected: bool) -> None:
        self._error = f"{type(error).__name__}: {error}"
        self._error_at = self._clock.now()
        if self._settings.protocol is not Protocol.AUTO or isinstance(error, OSError):
            return
        if was_connected:
            self._protocol = Protocol.V5  # an earlier refusal may have been a broker in the middle of stopping
            return
        code = getattr(getattr(error, "rc", None), "value", None)
        # Some brokers hang up on an MQTT 5 CONNECT, or ignore it, instead of refusing it as the standard asks.
        silent = isinstance(error, RefusedSilently) or "timed out" in str(error)
        unsupported = code == _UNSUPPORTED_PROTOCOL or silent
        if self._protocol is Protocol.V311:
            self._protocol = Protocol.V5
        elif unsupported:
            self._protocol = Protocol.V311

    async def _pause(self, failures: int) -> None:
        wanted = self._settings
        longest = min(wanted.backoff_most, wanted.backoff_first * 2 ** min(failures - 1, 16))
        await until_one(self._sleep(longest * self._jitter.uniform(0.5, 1.0)), self._closing.wait())
