"""The outlet: keeps retained topics on the broker as they should be, over a connection of its own.

It knows what each topic should say and what was said last; a lost connection costs nothing but time.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from ssl import SSLContext
from typing import Any

import aiomqtt

from api.outward.topics import OFFLINE, ONLINE, STATUS, Topics

log = logging.getLogger(__name__)

FAREWELL = 2.0
"""Seconds for the last word."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds between attempts to connect, doubling."""


@dataclass(frozen=True, slots=True)
class OutletAddress:
    host: str
    port: int
    client_id: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: SSLContext | None = None


class Outlet:
    """`show` says what should stand under some topics; `run` sees to it. One event loop."""

    def __init__(self, address: OutletAddress, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._address = address
        self._sleep = sleep
        self._wanted: dict[str, bytes] = {}
        self._told: dict[str, bytes] = {}
        self._news = asyncio.Event()
        self.connected = False
        self.published = 0

    def show(self, topics: Topics, *, instead_of: Topics | None = None) -> None:
        """These topics should say this from now on; those of `instead_of` that are not among them, nothing."""
        for topic in (instead_of or {}).keys() - topics.keys():
            self._wanted[topic] = b""
        self._wanted.update(topics)
        self._news.set()

    @property
    def behind(self) -> int:
        """Topics that do not say yet what they should."""
        return sum(self._told.get(topic) != payload for topic, payload in self._wanted.items())

    async def run(self) -> None:
        """Until cancelled; then the broker tells that we are offline."""
        failures = 0
        while True:
            try:
                await self._connection()
            except (aiomqtt.MqttError, OSError) as error:
                failures = 1 if self.connected else failures + 1
                log.warning("nothing is told over MQTT until the broker is back: %s", error)
            finally:
                self.connected = False
            await self._sleep(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures - 1, 10)))

    async def _connection(self) -> None:
        """Everything again, whatever the broker may have kept: then only what changes. Until it is lost."""
        async with self._client() as client:
            self.connected = True
            self._told.clear()
            await client.publish(STATUS, ONLINE, qos=1, retain=True)
            telling = asyncio.create_task(self._keep_telling(client), name="outlet: tell")
            lost = asyncio.create_task(_lost(client), name="outlet: lost")
            try:
                done, _ = await asyncio.wait({telling, lost}, return_when=asyncio.FIRST_COMPLETED)
            except asyncio.CancelledError:
                with suppress(aiomqtt.MqttError):  # a broker that is away says it itself, by our last will
                    await client.publish(STATUS, OFFLINE, qos=1, retain=True, timeout=FAREWELL)
                raise
            finally:
                for task in (telling, lost):
                    task.cancel()
                await asyncio.gather(telling, lost, return_exceptions=True)
            for task in done:
                task.result()

    async def _keep_telling(self, client: aiomqtt.Client) -> None:
        while True:
            self._news.clear()
            await self._tell(client)
            await self._news.wait()

    async def _tell(self, client: aiomqtt.Client) -> None:
        for topic, payload in list(self._wanted.items()):
            if self._told.get(topic) == payload:
                continue
            await client.publish(topic, payload, qos=1, retain=True)
            self._told[topic] = payload
            self.published += 1
            if not payload and self._wanted.get(topic) == b"":
                del self._wanted[topic], self._told[topic]

    def _client(self) -> aiomqtt.Client:
        address = self._address
        options: dict[str, Any] = {"tls_context": address.tls} if address.tls is not None else {}
        return aiomqtt.Client(
            address.host,
            address.port,
            identifier=address.client_id,
            username=address.username,
            password=address.password,
            will=aiomqtt.Will(STATUS, OFFLINE, qos=1, retain=True),
            **options,
        )


async def _lost(client: aiomqtt.Client) -> None:
    """Wait for the connection to end; raises MqttError with the reason. No message ever comes this way."""
    async for _ in client.messages:
        continue
