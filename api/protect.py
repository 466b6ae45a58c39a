"""What wraps every request: security headers on every answer, and a bound on what may be sent.

Plain ASGI, so that streams pass through untouched.
"""

import re
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import TABLE, Code
from core.pictures import LARGEST

LARGEST_BODY = 64 * 1024
LARGEST_WITH_PHOTO = LARGEST + LARGEST_BODY
_TAKES_PHOTO = re.compile(r"/alerts/[^/]+/close|/a/[^/]+")
"""The forms by which whoever came closes an alert."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(self), microphone=()",
}

_LASTING = "max-age=31536000"


@dataclass(frozen=True, slots=True)
class SecurityHeaders:
    """Adds the headers; nothing but static files may be kept by a cache. `https` adds strict transport security."""

    app: ASGIApp
    https: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(message)
            await send(message)

        await self.app(scope, receive, guarded if scope["type"] == "http" else send)

    def _add(self, message: MutableMapping[str, Any]) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        headers.setdefault("Cache-Control", "no-store")
        if self.https:
            headers.setdefault("Strict-Transport-Security", _LASTING)


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """Refuses a body beyond the bound, announced or not, before anything is made of it. Closing may bring a photo."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        largest = LARGEST_WITH_PHOTO if _TAKES_PHOTO.fullmatch(scope["path"]) else LARGEST_BODY
        announced = Headers(scope=scope).get("content-length", "0")
        refused = not announced.isdecimal() or int(announced[:19]) > largest
        read = 0

        async def counted() -> Message:
            """Whoever reads the body is told that it is too large, and tells it as a page or as a document."""
            nonlocal read
            if refused:
                raise HTTPException(TABLE[Code.TOO_LARGE].status)
            message = await receive()
            read += len(message.get("body", b""))
            if read > largest:
                raise HTTPException(TABLE[Code.TOO_LARGE].status)
            return message

        await self.app(scope, counted, send)
