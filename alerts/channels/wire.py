"""One HTTP call to a provider, and how its answer is judged: first its body, then its status, never its status alone.

A provider is a `Dialect`: two pure functions, from a message to a request and from an answer to a verdict. One that
can be asked whether it has a message `Answers` two more.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Protocol, runtime_checkable

import httpx

from alerts.channels.channel import OutgoingMessage, Unaskable
from core.clock import Clock
from core.delivery import CannotSay, Finding, Permanent, RateLimited, Temporary, Verdict

MAX_ANSWER = 64 * 1024
_MAX_SAID = 200
OK = range(200, 300)
_TOO_MANY, _TRY_AGAIN, _SERVER_FAILS = 429, {408, 425}, 500
_DEFAULT_PAUSE, _LONGEST_PAUSE = 30.0, 86_400
_TOKEN_MARGIN = 300.0


class AddressRefused(ValueError):
    """This address can never be reached by this provider; the message says why."""


@dataclass(frozen=True, slots=True)
class Request:
    url: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is None when it was longer than any honest answer."""

    status: int
    body: bytes | None = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> dict[str, Any] | None:
        """The body as a JSON object; None for anything else."""
        try:
            found = json.loads(self.body or b"")
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None

    @property
    def said(self) -> str:
        """Status and body for a person, in one short line."""
        if self.body is None:
            return f"HTTP {self.status} with more than {MAX_ANSWER} bytes"
        text = " ".join(self.body[: _MAX_SAID * 4].decode("utf-8", "replace").split())
        return f"HTTP {self.status} {text}"[:_MAX_SAID].strip()


class Dialect(Protocol):
    """How one provider is spoken to. Pure."""

    def request(self, message: OutgoingMessage, at: datetime) -> Request:
        """Raises AddressRefused."""
        ...

    def judge(self, answer: Answer, message: OutgoingMessage, at: datetime) -> Verdict: ...


class NothingToAskBy(ValueError):
    """This message carries nothing by which its provider could tell it from another."""


@runtime_checkable
class Answers(Protocol):
    """How a provider is asked whether it has a message. Pure."""

    def question(self, message: OutgoingMessage, since: datetime, at: datetime) -> Request:
        """Raises AddressRefused and NothingToAskBy."""
        ...

    def finding(self, answer: Answer, message: OutgoingMessage) -> Finding:
        """Raises nothing, whatever the answer is."""
        ...


@dataclass(frozen=True, slots=True)
class Token:
    """What a provider wants to see with each request, for so many `seconds`."""

    value: str
    seconds: float


@dataclass(frozen=True, slots=True)
class TokenSpent:
    """The provider does not take this token any more."""

    said: str


class TokenDialect(Protocol):
    """A provider that gives a token first. Pure."""

    def token_request(self, at: datetime) -> Request: ...
    def token_of(self, answer: Answer, at: datetime) -> Token | Verdict: ...
    def request(self, message: OutgoingMessage, at: datetime, token: str) -> Request:
        """Raises AddressRefused."""
        ...

    def judge(self, answer: Answer, message: OutgoingMessage, at: datetime) -> Verdict | TokenSpent: ...


class Wire:
    """Nothing is followed: a redirect is a wrong address. Close it with `aclose`."""

    def __init__(self, timeout: float) -> None:
        limit = httpx.Timeout(timeout, connect=min(3.0, timeout))
        self._client = httpx.AsyncClient(timeout=limit, follow_redirects=False, trust_env=False)

    async def ask(self, request: Request) -> Answer | Permanent | Temporary:
        """The answer, or what it means that there is none."""
        content, headers = request.body, dict(request.headers)
        try:
            async with self._client.stream(request.method, request.url, content=content, headers=headers) as answer:
                return Answer(answer.status_code, await _read(answer), answer.headers)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            return Permanent(f"not a usable address: {error}")
        except httpx.TimeoutException as error:
            return Temporary(f"no answer in time ({type(error).__name__})")
        except httpx.HTTPError as error:
            return Temporary(f"{type(error).__name__}: {error}")

    async def say(self, request: Callable[[], Request]) -> Answer | Permanent | Temporary:
        """As `ask`, where the request cannot be made for every address."""
        try:
            made = request()
        except AddressRefused as error:
            return Permanent(str(error))
        return await self.ask(made)

    async def aclose(self) -> None:
        await self._client.aclose()


@dataclass
class HttpChannel(Unaskable):
    """`kind` is the name in people's routes. Implements `alerts.channels.Channel`."""

    kind: str
    dialect: Dialect
    clock: Clock
    wire: Wire

    async def deliver(self, message: OutgoingMessage) -> Verdict:
        answer = await self.wire.say(lambda: self.dialect.request(message, self.clock.now()))
        if not isinstance(answer, Answer):
            return answer
        return self.dialect.judge(answer, message, self.clock.now())

    async def find(self, message: OutgoingMessage, since: datetime) -> Finding:
        if not isinstance(self.dialect, Answers):
            return await super().find(message, since)
        try:
            question = self.dialect.question(message, since, self.clock.now())
        except (AddressRefused, NothingToAskBy) as error:
            return CannotSay(str(error))
        answer = await self.wire.ask(question)
        return self.dialect.finding(answer, message) if isinstance(answer, Answer) else CannotSay(answer.reason)

    async def aclose(self) -> None:
        await self.wire.aclose()


@dataclass
class TokenChannel(Unaskable):
    """As `HttpChannel`, with a token that is fetched when it is needed and once more when it is spent."""

    kind: str
    dialect: TokenDialect
    clock: Clock
    wire: Wire
    _token: str | None = None
    _good_until: float = 0.0
    _fetching: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def deliver(self, message: OutgoingMessage) -> Verdict:
        token = await self._present(None)
        if not isinstance(token, str):
            return token
        verdict = await self._deliver(message, token)
        if not isinstance(verdict, TokenSpent):
            return verdict
        fresh = await self._present(token)
        if not isinstance(fresh, str):
            return fresh
        again = await self._deliver(message, fresh)
        return Temporary(f"refuses a token just given: {again.said}") if isinstance(again, TokenSpent) else again

    async def _deliver(self, message: OutgoingMessage, token: str) -> Verdict | TokenSpent:
        answer = await self.wire.say(lambda: self.dialect.request(message, self.clock.now(), token))
        if not isinstance(answer, Answer):
            return answer
        return self.dialect.judge(answer, message, self.clock.now())

    async def _present(self, spent: str | None) -> str | Verdict:
        """One fetch for all who wait; not the one that is known to be spent."""
        async with self._fetching:
            now = asyncio.get_running_loop().time()
            if self._token is not None and self._token != spent and now < self._good_until:
                return self._token
            answer = await self.wire.ask(self.dialect.token_request(self.clock.now()))
            if not isinstance(answer, Answer):
                return answer
            token = self.dialect.token_of(answer, self.clock.now())
            if not isinstance(token, Token):
                return token
            self._token = token.value
            self._good_until = now + max(token.seconds - _TOKEN_MARGIN, token.seconds / 2)
            return token.value

    async def aclose(self) -> None:
        await self.wire.aclose()


def by_status(answer: Answer, at: datetime) -> Verdict:
    """What an answer means whose body says nothing that we know. Never Accepted."""
    if answer.status == _TOO_MANY:
        return RateLimited(retry_at(answer.headers, at), answer.said)
    if answer.status in _TRY_AGAIN or answer.status >= _SERVER_FAILS:
        pause = (retry_at(answer.headers, at, default=1.0) - at).total_seconds()
        return Temporary(answer.said, max(0.0, pause))
    if answer.status in OK:
        return Temporary(f"answered {answer.status} without saying that it accepted: {answer.said}")
    return Permanent(answer.said)


def by_code(
    code: str | int,
    said: str,
    at: datetime,
    *,
    limits: Mapping[str | int, float],
    passing: frozenset[str | int],
) -> Verdict:
    """A provider's error code. `limits`: seconds to wait by code; `passing`: try again; any other will not change."""
    text = f"{code}: {said}"[:_MAX_SAID]
    if code in limits:
        return RateLimited(at + timedelta(seconds=limits[code]), text)
    return Temporary(text) if code in passing else Permanent(text)


def retry_at(headers: Mapping[str, str], at: datetime, *, default: float = _DEFAULT_PAUSE) -> datetime:
    """Retry-After: seconds, or a date on their clock. What cannot be read is `default` seconds."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return at + timedelta(seconds=min(int(text[:9]), _LONGEST_PAUSE))
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return at + timedelta(seconds=default)
    return max(at, when if when.tzinfo else when.replace(tzinfo=UTC))


def as_json(url: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Request:
    """A POST of JSON, in UTF-8."""
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Request(url, content, {"content-type": "application/json; charset=utf-8", **(headers or {})})


async def _read(answer: httpx.Response) -> bytes | None:
    parts, size = [], 0
    async for part in answer.aiter_bytes():
        size += len(part)
        if size > MAX_ANSWER:
            return None
        parts.append(part)
    return b"".join(parts)
