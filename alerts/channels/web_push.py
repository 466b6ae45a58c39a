"""Web Push: a message on the screen of every browser in which somebody has turned it on, also when no page is open.

RFC 8030. The address is the person: whichever of their browsers takes it. A browser that is gone is forgotten.
"""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import ClassVar, Literal
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from pydantic import Field, SecretStr

from alerts.channels.channel import Channel, OutgoingMessage, Unaskable
from alerts.channels.settings import ChannelSettings
from alerts.channels.text import shortened
from alerts.channels.web_push_crypto import encrypted, private_key_of, public_bytes, to_base64, vapid
from alerts.channels.wire import Answer, Request, Wire, by_status
from alerts.workers import Runner, inline
from core.alerts import Purpose
from core.clock import Clock
from core.concerns import Severity
from core.delivery import Accepted, Permanent, Verdict
from core.push import PushStore, Subscription

SERVICES = (
    "fcm.googleapis.com",
    "push.services.mozilla.com",
    "notify.windows.com",
    "push.apple.com",
)
"""The push services of today's browsers, with everything below them."""
_GONE, _ACCEPTED = {404, 410}, {200, 201, 202}
_ASK_FOR, _INFORM_FOR = 15 * 60, 4 * 3600
"""Seconds that a push service keeps a message for a browser that is away: an old question would only mislead."""
_LONGEST_TITLE, _LONGEST = 120, 800
_TOPIC = 32
_HTTPS = 443


class WebPush(ChannelSettings):
    """`subject`: how push services reach whoever runs this, mailto: or https:. `services`: more hosts that are allowed.
    `origins`: whole origins that are allowed besides, for a push service of one's own and for tests.
    """

    bundles: ClassVar[bool] = True

    provider: Literal["web_push"]
    private_key: SecretStr
    subject: str = Field(pattern=r"^(mailto:\S+@\S+|https://\S+)$")
    services: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()

    def open(self, kind: str, clock: Clock) -> Channel:
        try:
            key = private_key_of(self.private_key.get_secret_value())
        except ValueError as error:
            raise ValueError(f"private_key: {error}; `anxin channels keys` makes one") from None
        return WebPushChannel(kind, self, key, clock, Wire(self.timeout))


@dataclass
class WebPushChannel(Unaskable):
    """Without a `store` nobody has turned it on. `run_call` makes its calls."""

    kind: str
    account: WebPush
    key: EllipticCurvePrivateKey = field(repr=False)
    clock: Clock
    wire: Wire
    store: PushStore | None = None
    run_call: Runner = inline

    @property
    def public_key(self) -> str:
        """What a browser subscribes with."""
        return to_base64(public_bytes(self.key))

    def takes(self, endpoint: str) -> bool:
        """Is this the address of a push service that we write to? Anything else may be a machine of our own network."""
        try:
            parts = urlsplit(endpoint)
            port = parts.port or _HTTPS
        except ValueError:
            return False
        if f"{parts.scheme}://{parts.netloc}" in self.account.origins:
            return True
        host, hosts = (parts.hostname or "").rstrip("."), (*SERVICES, *self.account.services)
        plain = parts.scheme == "https" and port == _HTTPS and "@" not in parts.netloc
        return plain and any(host == known or host.endswith(f".{known}") for known in hosts)

    async def deliver(self, message: OutgoingMessage) -> Verdict:
        """Accepted where one browser's push service accepts."""
        store = self.store
        browsers = [] if store is None else await self.run_call(lambda: store.browsers(message.address))
        if store is None or not browsers:
            return Permanent("has turned on no browser")
        verdicts = [await self._deliver(message, browser, store) for browser in browsers]
        accepted = [verdict for verdict in verdicts if isinstance(verdict, Accepted)]
        if accepted:
            return Accepted(accepted[0].provider_id, f"{len(accepted)} of {len(browsers)} browsers")
        return next((verdict for verdict in verdicts if not isinstance(verdict, Permanent)), verdicts[0])

    async def _deliver(self, message: OutgoingMessage, browser: Subscription, store: PushStore) -> Verdict:
        if not self.takes(browser.endpoint):
            return Permanent("its push service is not among those that are allowed")
        try:
            request = self._request(message, browser, self.clock.now())
        except ValueError as error:
            return Permanent(f"its keys are of no use: {error}")
        answer = await self.wire.ask(request)
        if not isinstance(answer, Answer):
            return answer
        if answer.status in _ACCEPTED:
            return Accepted(answer.headers.get("location", "") or message.key)
        if answer.status in _GONE:
            await self.run_call(lambda: store.unsubscribe(browser.endpoint))
            return Permanent("that browser has turned it off")
        return by_status(answer, self.clock.now())

    def _request(self, message: OutgoingMessage, browser: Subscription, at: datetime) -> Request:
        """Raises ValueError."""
        parts = urlsplit(browser.endpoint)
        asks = message.purpose is Purpose.ASK
        headers = {
            "authorization": vapid(
                self.key, audience=f"{parts.scheme}://{parts.netloc}", subject=self.account.subject, at=at
            ),
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(_ASK_FOR if asks else _INFORM_FOR),
            "urgency": "normal" if message.severity is Severity.YELLOW else "high",
        }
        if message.alert:
            headers["topic"] = _topic(message)
        return Request(browser.endpoint, encrypted(_said(message), browser.p256dh, browser.auth), headers)

    async def aclose(self) -> None:
        await self.wire.aclose()


def _topic(message: OutgoingMessage) -> str:
    """A newer message about the same alert takes the place of one that was not shown yet."""
    digest = sha256(f"{message.alert} {message.person}".encode()).digest()
    return urlsafe_b64encode(digest)[:_TOPIC].decode()


def _said(message: OutgoingMessage) -> bytes:
    told = {
        "title": shortened(message.title, _LONGEST_TITLE),
        "body": shortened(message.body, _LONGEST),
        "url": message.link or "/",
        "tag": message.alert or message.key,
        "lang": "zh-CN" if message.language.value == "zh" else "en",
        "stays": message.severity is Severity.RED and message.purpose is Purpose.ASK,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def web_push_of(channel: Channel) -> WebPushChannel | None:
    """The channel itself, or the one behind a pace."""
    inner = getattr(channel, "channel", channel)
    return inner if isinstance(inner, WebPushChannel) else None
