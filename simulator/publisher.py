"""The publisher: plays messages to a broker on a clock, over one connection or one per gateway.

QoS 1 with bounded messages in flight. While the broker is away they wait, oldest first; when the waiting room is
full the playing waits too: nothing is dropped. The only file here that knows aiomqtt.
"""

import asyncio
import logging
import socket
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from ssl import SSLContext
from urllib.parse import unquote, urlsplit

import aiomqtt

from core.clock import Clock
from simulator.message import Message

AHEAD = 256
"""Messages generated in one go, off the event loop."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""Seconds between attempts to connect, doubling."""
ANSWER_WITHIN = 10.0
"""Seconds for the broker to acknowledge; then the connection counts as dead."""

log = logging.getLogger(__name__)
Pause = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Credentials:
    username: str
    password: str


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    host: str
    port: int = 1883
    credentials: Credentials | None = None
    tls: SSLContext | None = None

    @classmethod
    def parse(cls, url: str, *, tls: SSLContext | None = None) -> "BrokerAddress":
        """From `mqtt://user:password@host:port`; user, password and port may be left out. Raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme != "mqtt" or not parts.hostname:
            raise ValueError(f"{parts.scheme}://{parts.hostname} is not a broker like mqtt://host:1883")
        credentials = Credentials(unquote(parts.username), unquote(parts.password or "")) if parts.username else None
        return cls(parts.hostname, parts.port or 1883, credentials, tls)


@dataclass(slots=True)
class Progress:
    """Counters of one playing, updated as it goes. `sent`: acknowledged by the broker."""

    played: int = 0
    sent: int = 0
    resent: int = 0
    connects: int = 0
    dropped_lines: int = 0
    last_error: str = ""

    @property
    def waiting(self) -> int:
        return self.played - self.sent


async def play(
    messages: Iterable[Message],
    *,
    broker: BrokerAddress,
    clock: Clock,
    per_gateway: bool = False,
    wills: Mapping[str, Message] | None = None,
    credentials: Mapping[str, Credentials] | None = None,
    in_flight: int = 20,
    buffer: int = 5_000,
    name: str = "simulator",
    progress: Progress | None = None,
    pause: Pause = asyncio.sleep,
) -> Progress:
    """Publish each message at its instant; returns when the last is acknowledged.

    `per_gateway`: each gateway has its own connection with its own last will from `wills` and its own `credentials`;
    a message marked `will` then is a connection that really dies, and the broker speaks. Otherwise one connection
    carries all, and says wills as any other message. `buffer` messages may wait per connection.
    """
    so_far = progress or Progress()
    lines: dict[str, Line] = {}
    async with asyncio.TaskGroup() as group:
        source = iter(messages)
        while batch := await asyncio.to_thread(lambda: list(islice(source, AHEAD))):
            for message in batch:
                await clock.sleep_until(message.at)
                who = message.gateway if per_gateway else ""
                if who not in lines:
                    lines[who] = Line(
                        f"{name}-{who}" if who else name,
                        broker,
                        credentials=(credentials or {}).get(who, broker.credentials),
                        will=(wills or {}).get(who) if per_gateway else None,
                        in_flight=in_flight,
                        buffer=buffer,
                        progress=so_far,
                        pause=pause,
                    )
                    group.create_task(lines[who].run(), name=f"line {who or name}")
                await lines[who].put(message)
        for line in lines.values():
            line.finish()
    return so_far


class _Client(aiomqtt.Client):
    def hang_up(self) -> None:
        """Cut the connection without a farewell, as a power cut does: the broker then publishes the will."""
        line = self._client.socket()
        if isinstance(line, socket.socket):
            with suppress(OSError):  # gone already, which is what is wanted
                line.shutdown(socket.SHUT_RDWR)


@dataclass(eq=False, slots=True)
class Line:
    """One MQTT connection and what waits to go over it."""

    name: str
    broker: BrokerAddress
    credentials: Credentials | None
    will: Message | None
    in_flight: int
    buffer: int
    progress: Progress
    pause: Pause = asyncio.sleep
    _waiting: deque[Message] = field(default_factory=deque)
    _flying: deque[Message] = field(default_factory=deque)
    _state: Message | None = None
    _dead: bool = False
    _finished: bool = False
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def put(self, message: Message) -> None:
        """Hand over a message; waits while the waiting room is full."""
        await self._until(lambda: len(self._waiting) < self.buffer)
        self._waiting.append(message)
        self.progress.played += not self._is_death(message)
        self._changed.set()

    def finish(self) -> None:
        """Nothing more will come; `run` returns when all has been acknowledged."""
        self._finished = True
        self._changed.set()

    async def run(self) -> None:
        """Connect, deliver, connect again, until finished."""
        wait = FIRST_PAUSE
        while self._waiting or self._flying or not self._finished:
            before = self.progress.sent
            try:
                async with self._client() as client:
                    self.progress.connects += 1
                    await self._serve(client)
            except* aiomqtt.MqttError as errors:
                self.progress.last_error = str(errors.exceptions[0])
            if self._dead:
                self._dead = False
                await self._until(lambda: bool(self._waiting) or self._finished)
            elif self._waiting or self._flying:
                log.info("broker %s:%d: %s", self.broker.host, self.broker.port, self.progress.last_error)
                wait = FIRST_PAUSE if self.progress.sent > before else min(2 * wait, LONGEST_PAUSE)
                await self.pause(wait)

    def _client(self) -> _Client:
        will = self.will
        client = _Client(
            self.broker.host,
            self.broker.port,
            username=self.credentials.username if self.credentials else None,
            password=self.credentials.password if self.credentials else None,
            identifier=self.name,
            will=aiomqtt.Will(will.topic, will.payload, will.qos, will.retain) if will else None,
            timeout=ANSWER_WITHIN,
            keepalive=60,
            max_inflight_messages=self.in_flight,
            tls_context=self.broker.tls,
        )
        client.pending_calls_threshold = self.in_flight + 1
        return client

    async def _serve(self, client: _Client) -> None:
        """Deliver over one connection until it breaks or all is done. Unanswered messages go first, in order."""
        self.progress.resent += len(self._flying)
        self._waiting.extendleft(reversed(self._flying))
        self._flying.clear()
        slots = asyncio.Semaphore(self.in_flight)
        async with asyncio.TaskGroup() as group:
            watch = group.create_task(_watch(client), name=f"{self.name} watch")
            await self._say_state(client)
            while True:
                await slots.acquire()
                await self._until(lambda: bool(self._waiting) or self._finished)
                if not self._waiting:
                    break
                message = self._waiting.popleft()
                if self._is_death(message):
                    await self._until(lambda: not self._flying)
                    self._die(client)
                    await watch
                self._flying.append(message)
                self._changed.set()
                group.create_task(self._deliver(client, message, slots))
            await self._until(lambda: not self._flying)
            watch.cancel()

    async def _say_state(self, client: _Client) -> None:
        """After a broken connection the broker may have said the will: say again how things are."""
        state = self._state
        if state is not None and not (self._waiting and self._waiting[0].topic == state.topic):
            await client.publish(state.topic, state.payload, state.qos, state.retain)

    async def _deliver(self, client: _Client, message: Message, slots: asyncio.Semaphore) -> None:
        await client.publish(message.topic, message.payload, message.qos, message.retain)
        self._flying.remove(message)
        self.progress.sent += 1
        if self.will is not None and message.topic == self.will.topic:
            self._state = message
        slots.release()
        self._changed.set()

    def _is_death(self, message: Message) -> bool:
        return message.will and self.will is not None

    def _die(self, client: _Client) -> None:
        self._dead, self._state = True, None
        self.progress.dropped_lines += 1
        client.hang_up()

    async def _until(self, holds: Callable[[], bool]) -> None:
        """Wait for a change after which this holds. Every waiter is woken at every change."""
        while not holds():
            self._changed.clear()
            await self._changed.wait()


async def _watch(client: _Client) -> None:
    """Raises as soon as the connection breaks, even when nothing is being sent."""
    async for _ in client.messages:
        pass
