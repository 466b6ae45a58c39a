#!/usr/bin/env python3
"""An example of the other end of the webhook: checks the signature, shows each message once, says that it has it.

Standard library only. Put your own SMS, voice call or chat robot where `show` is.

    ANXIN_WEBHOOK_SECRET_FILE=deploy/secrets/webhook_secret python3 docs/examples/receiver.py
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

TOLERANCE_S = 300
LARGEST = 64 * 1024


def is_genuine(headers: Mapping[str, str], body: bytes, secret: str, *, now: float) -> bool:
    """Was this signed with our secret, within the last five minutes? `now` is in seconds since 1970."""
    key = base64.b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else secret.encode()
    stamp = headers.get("webhook-timestamp", "")
    if not stamp.isdigit() or abs(now - int(stamp)) > TOLERANCE_S:
        return False
    signed = b".".join([headers.get("webhook-id", "").encode(), stamp.encode(), body])
    wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = headers.get("webhook-signature", "").split()
    return any(hmac.compare_digest(wanted.encode(), one.encode()) for one in given)


class Receiver(ThreadingHTTPServer):
    """Remembers which messages it has shown. A real one keeps their ids in a database."""

    def __init__(self, address: tuple[str, int], secret: str) -> None:
        super().__init__(address, Hook)
        self.secret = secret
        self.shown: set[str] = set()

    def show(self, message: dict[str, Any]) -> None:
        """The same id may come twice: it is shown once, and accepted both times."""
        if message["id"] in self.shown:
            return
        self.shown.add(message["id"])
        sys.stdout.write(f"{message['person']}: {message['title']}\n    {message['body']}\n")
        sys.stdout.flush()


class Hook(BaseHTTPRequestHandler):
    """One POST, one message. A GET asks whether a message is here already, before it is sent once more."""

    server: Receiver

    def do_POST(self) -> None:
        """Answer within 8 seconds; only `accepted: true` with an `id` counts as having it."""
        body = self.rfile.read(min(LARGEST, int(self.headers.get("content-length", 0))))
        headers = {name.lower(): value for name, value in self.headers.items()}
        if not is_genuine(headers, body, self.server.secret, now=time.time()):
            self.answer(401, {"accepted": False, "reason": "not signed with our secret"})
            return
        message = json.loads(body)
        self.server.show(message)
        self.answer(200, {"accepted": True, "id": f"shown-{message['id']}"})

    def do_GET(self) -> None:
        """Only of an answer that names the key is anything believed: a wrong `known: true` would lose the message."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        if not is_genuine(headers, b"", self.server.secret, now=time.time()):
            self.answer(401, {"reason": "not signed with our secret"})
            return
        key = headers["webhook-id"]
        known = key in self.server.shown
        self.answer(200, {"key": key, "known": known, **({"id": f"shown-{key}"} if known else {})})

    def answer(self, status: int, said: dict[str, Any]) -> None:
        """JSON, always: an answer that says nothing is taken for a failure."""
        text = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Quiet: addresses may name people."""


if __name__ == "__main__":
    shared = Path(os.environ["ANXIN_WEBHOOK_SECRET_FILE"]).read_text(encoding="utf-8").strip()
    Receiver(("127.0.0.1", 9000), shared).serve_forever()
