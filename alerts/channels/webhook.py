"""The `webhook` channel: a signed JSON POST (as Standard Webhooks describes), judged by the answer's body.

HTTP 200 is not success: only `{"accepted": true, "id": "…"}` is. docs/alerts.md describes both sides.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from alerts.channels.channel import OutgoingMessage
from core.clock import Clock
from core.delivery import Accepted, Permanent, RateLimited, Temporary, Verdict

MAX_ANSWER = 64 * 1024
_MAX_SAID = 200
_SECRET_PREFIX = "whsec_"  # noqa: S105 - the prefix that marks a secret, not one
_OK, _TOO_MANY = range(200, 300), 429
_TRY_AGAIN = {408, 425}
_DEFAULT_PAUSE = 30.0


class WebhookChannel:
    """`Route.address` is the URL. `secret` is any text, or `whsec_` and base64 as Standard Webhooks writes it.

    Nothing is followed: a redirect is a wrong address. Close it with `aclose`.
    """

    kind = "webhook"

    def __init__(self, *, secret: str, clock: Clock, timeout: float = 8.0) -> None:
        self._key = _key(secret)
        self._clock = clock
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(timeout, connect=min(3.0, timeout)), follow_redirects=False, trust_env=False
        )

    async def deliver(self, message: OutgoingMessage) -> Verdict:
        body = _body(message)
        headers = self._signed(message.key, body)
        try:
            async with self._client.stream("POST", message.address, content=body, headers=headers) as answer:
                return self._judge(answer, await _read(answer))
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            return Permanent(f"not a usable address: {error}")
        except httpx.TimeoutException as error:
            return Temporary(f"no answer in time ({type(error).__name__})")
        except httpx.HTTPError as error:
            return Temporary(f"{type(error).__name__}: {error}")

    async def aclose(self) -> None:
        await self._client.aclose()

    def _signed(self, key: str, body: bytes) -> dict[str, str]:
        stamp = str(int(self._clock.now().timestamp()))
        digest = hmac.new(self._key, b".".join([key.encode(), stamp.encode(), body]), hashlib.sha256).digest()
        return {
            "content-type": "application/json",
            "user-agent": "anxin",
            "idempotency-key": key,
            "webhook-id": key,
            "webhook-timestamp": stamp,
            "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
        }

    def _judge(self, answer: httpx.Response, body: bytes | None) -> Verdict:
        status = answer.status_code
        if status == _TOO_MANY:
            return RateLimited(self._retry_at(answer.headers), _said(status, body))
        if status in _OK:
            return _judge_body(status, body)
        if status in _TRY_AGAIN or status >= 500:  # noqa: PLR2004 - the server's own failures
            pause = (self._retry_at(answer.headers, default=1.0) - self._clock.now()).total_seconds()
            return Temporary(_said(status, body), max(0.0, pause))
        return Permanent(_said(status, body))

    def _retry_at(self, headers: Mapping[str, str], *, default: float = _DEFAULT_PAUSE) -> datetime:
        """Retry-After: seconds, or a date on their clock. What cannot be read is `default` seconds."""
        now, text = self._clock.now(), headers.get("retry-after", "").strip()
        if text.isascii() and text.isdigit():
            return now + timedelta(seconds=min(int(text[:9]), 86_400))
        try:
            when = parsedate_to_datetime(text)
        except (ValueError, TypeError):
            return now + timedelta(seconds=default)
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        return max(now, when)


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
        },
        ensure_ascii=False,
    ).encode()


async def _read(answer: httpx.Response) -> bytes | None:
    """The body, or None when it is longer than any honest answer."""
    parts, size = [], 0
    async for part in answer.aiter_bytes():
        size += len(part)
        if size > MAX_ANSWER:
            return None
        parts.append(part)
    return b"".join(parts)


def _judge_body(status: int, body: bytes | None) -> Verdict:
    """`accepted: false` with `retry: true` may be tried again; without, this message will never be taken."""
    answer = _json(body)
    if answer is None:
        return Temporary(f"answered {status} without saying that it accepted: {_said(status, body)}")
    if answer.get("accepted") is True and isinstance(answer.get("id"), str) and answer["id"]:
        return Accepted(answer["id"][:_MAX_SAID], str(answer.get("reason", ""))[:_MAX_SAID])
    if answer.get("accepted") is False:
        reason = str(answer.get("reason", "refused"))[:_MAX_SAID]
        return Temporary(reason) if answer.get("retry") is True else Permanent(reason)
    return Temporary(f"answered {status} without `accepted` and `id`")


def _json(body: bytes | None) -> dict[str, Any] | None:
    try:
        answer = json.loads(body or b"")
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def _said(status: int, body: bytes | None) -> str:
    if body is None:
        return f"HTTP {status} with more than {MAX_ANSWER} bytes"
    text = " ".join(body[: _MAX_SAID * 4].decode("utf-8", "replace").split())
    return f"HTTP {status} {text}"[:_MAX_SAID].strip()
