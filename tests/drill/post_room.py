"""A provider of the town's over HTTP that can be asked: what it takes it writes down, and knows by our key.

It outlives all that are killed. A request that has reached it whole counts, whoever waits for its answer.
"""

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote

from alerts.channels.channel import OutgoingMessage
from alerts.channels.webhook import WebhookChannel, signature
from anxin.clock import ScaledClock
from core.clock import Clock
from core.delivery import Finding, Verdict

SECRET = "of the post room"
_WORKS_FOR = 0.002


@dataclass(frozen=True)
class Posted:
    """One way of the town by the real webhook channel: the town's addresses are no URLs, and become some here."""

    kind: str
    root: str
    channel: WebhookChannel

    @classmethod
    def by(cls, kind: str, root: str, clock: Clock) -> "Posted":
        return cls(kind, root, WebhookChannel(secret=SECRET, clock=clock))

    async def deliver(self, message: OutgoingMessage) -> Verdict:
        return await self.channel.deliver(self._addressed(message))

    async def find(self, message: OutgoingMessage, since: datetime) -> Finding:
        return await self.channel.find(self._addressed(message), since)

    async def aclose(self) -> None:
        await self.channel.aclose()

    def _addressed(self, message: OutgoingMessage) -> OutgoingMessage:
        return replace(message, address=f"{self.root}/{self.kind}/{quote(message.address, safe='')}")


class PostRoom(ThreadingHTTPServer):
    """`book` is the file that all of the drill's truth is in, one JSON object in each line."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, book: int, clock: ScaledClock) -> None:
        super().__init__(("127.0.0.1", 0), _Counter)
        self.book, self.clock = book, clock
        self.known: set[tuple[str, str]] = set()
        self.writing = threading.Lock()

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def take(self, way: str, message: dict[str, Any]) -> None:
        asked_at = self.clock.now()
        time.sleep(_WORKS_FOR)
        with self.writing:
            line = {
                "key": message["id"],
                "kind": way,
                **{name: message[name] for name in ("alert", "person", "purpose", "repeat")},
                "asked_at": asked_at.isoformat(),
                "at": self.clock.now().isoformat(),
            }
            self._write(line)
            self.known.add((way, message["id"]))

    def has(self, way: str, key: str) -> bool:
        with self.writing:
            known = (way, key) in self.known
            self._write({"asked_for": key, "known": known})
            return known

    def _write(self, line: dict[str, Any]) -> None:
        os.write(self.book, f"{json.dumps(line)}\n".encode())


class _Counter(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: PostRoom

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", 0))
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True  # whoever spoke was killed in the middle of a word
        elif self._is_ours(body):
            message = json.loads(body)
            self.server.take(self._way, message)
            self._answer({"accepted": True, "id": f"taken-{message['id']}"})

    def do_GET(self) -> None:
        if self._is_ours(b""):
            key = self.headers["idempotency-key"]
            known = self.server.has(self._way, key)
            self._answer({"key": key, "known": known, **({"id": f"taken-{key}"} if known else {})})

    @property
    def _way(self) -> str:
        return self.path.split("/")[1]

    def _is_ours(self, body: bytes) -> bool:
        id_, stamp = self.headers["webhook-id"], self.headers["webhook-timestamp"]
        if self.headers["webhook-signature"] == signature(SECRET.encode(), id_, stamp, body):
            return True
        self._answer({"accepted": False, "reason": "not signed by us"})
        return False

    def _answer(self, said: dict[str, Any]) -> None:
        content = json.dumps(said).encode()
        try:
            self.send_response(200)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            self.close_connection = True  # nobody is there any more to hear it

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        del format, args


@contextmanager
def post_room(book: str, clock: ScaledClock) -> Iterator[PostRoom]:
    """Open until the block ends."""
    file = os.open(book, os.O_WRONLY | os.O_APPEND)
    with PostRoom(file, clock) as room:
        serving = threading.Thread(target=lambda: room.serve_forever(poll_interval=0.05), name="post room", daemon=True)
        serving.start()
        try:
            yield room
        finally:
            room.shutdown()
            serving.join()
            os.close(file)
