"""The `webhook` channel: a signed JSON POST (as Standard Webhooks describes), judged by the answer's body.

HTTP 200 is not success: only `{"accepted": true, "id": "…"}` is. Before a repeat a GET asks whether it has the message
already; a receiver need not know that. docs/alerts.md describes both sides.
"""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alerts.channels.channel import OutgoingMessage
from alerts.channels.wire import OK, Answer, HttpChannel, Request, Wire, by_status
from core.clock import Clock
from core.delivery import Accepted, CannotSay, Finding, HasIt, HasNot, Permanent, Temporary, Verdict

WEBHOOK = "webhook"
_MAX_SAID = 200
_SECRET_PREFIX = "whsec_"  # noqa: S105 - the prefix that marks a secret, not one


class WebhookChannel(HttpChannel):
    """`Route.address` is the URL. `secret` is any text, or `whsec_` and base64 as Standard Webhooks writes it.

    Nothing is followed: a redirect is a wrong address. Close it with `aclose`.
    """

    def __init__(self, *, secret: str, clock: Clock, timeout: float = 8.0) -> None:
        super().__init__(WEBHOOK, WebhookDialect(_key(secret)), clock, Wire(timeout))


@dataclass(frozen=True, slots=True)
class WebhookDialect:
    """What we say to a receiver, and what its answer means."""

    key: bytes

    def request(self, message: OutgoingMessage, at: datetime) -> Request:
        body = _body(message)
        return Request(
            message.address, body, {"content-type": "application/json", **self._signed(message.key, body, at)}
        )

    def judge(self, answer: Answer, message: OutgoingMessage, at: datetime) -> Verdict:
        del message
        return _judge_body(answer) if answer.status in OK else by_status(answer, at)

    def question(self, message: OutgoingMessage, since: datetime, at: datetime) -> Request:
        del since
        headers = {"accept": "application/json", "cache-control": "no-store", **self._signed(message.key, b"", at)}
        return Request(message.address, headers=headers, method="GET")

    def finding(self, answer: Answer, message: OutgoingMessage) -> Finding:
        """Only of an answer that names our key: many a receiver says the same to whatever it is asked."""
        said = answer.json()
        if answer.status not in OK or said is None or said.get("key") != message.key:
            return CannotSay(answer.said)
        if said.get("known") is True and isinstance(said.get("id"), str) and said["id"]:
            return HasIt(said["id"][:_MAX_SAID])
        return HasNot() if said.get("known") is False else CannotSay(answer.said)

    def _signed(self, id_: str, body: bytes, at: datetime) -> dict[str, str]:
        stamp = str(int(at.timestamp()))
        return {
            "user-agent": "anxin",
            "idempotency-key": id_,
            "webhook-id": id_,
            "webhook-timestamp": stamp,
            "webhook-signature": signature(self.key, id_, stamp, body),
        }


def signature(key: bytes, id_: str, stamp: str, body: bytes) -> str:
    """As Standard Webhooks writes it. `stamp` in seconds since 1970."""
    digest = hmac.new(key, b".".join([id_.encode(), stamp.encode(), body]), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _key(secret: str) -> bytes:
    if not secret:
        raise ValueError("a webhook needs a secret to sign with")
    if not secret.startswith(_SECRET_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_SECRET_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("a webhook secret that starts with whsec_ must go on in base64") from error


def _body(message: OutgoingMessage) -> bytes:
    return json.dumps(
        {
            "type": "alert.message",
            "id": message.key,
            "alert": message.alert,
            "person": message.person,
            "target": message.target.value,
            "purpose": message.purpose.value,
            "severity": message.severity.value,
            "language": message.language.value,
            "title": message.title,
            "body": message.body,
            "at": message.at.isoformat(),
            "attempt": message.attempt,
            "repeat": message.repeat,
            **({"link": message.link} if message.link else {}),
        },
        ensure_ascii=False,
    ).encode()


def _judge_body(answer: Answer) -> Verdict:
    """`accepted: false` with `retry: true` may be tried again; without, this message will never be taken."""
    said: dict[str, Any] | None = answer.json()
    if said is None:
        return Temporary(f"answered {answer.status} without saying that it accepted: {answer.said}")
    if said.get("accepted") is True and isinstance(said.get("id"), str) and said["id"]:
        return Accepted(said["id"][:_MAX_SAID], str(said.get("reason", ""))[:_MAX_SAID])
    if said.get("accepted") is False:
        reason = str(said.get("reason", "refused"))[:_MAX_SAID]
        return Temporary(reason) if said.get("retry") is True else Permanent(reason)
    return Temporary(f"answered {answer.status} without `accepted` and `id`")
