"""Web Push against a push service that reads as a browser does: encrypted for it, signed by us, judged by status."""

import asyncio
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256

import pytest
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from alerts.channels.channel import OutgoingMessage
from alerts.channels.registry import ChannelsRefused, parse
from alerts.channels.web_push import WebPushChannel, web_push_of
from alerts.channels.web_push_crypto import (
    LONGEST,
    check_keys,
    encrypted,
    from_base64,
    new_key,
    private_key_of,
    private_text,
    public_bytes,
    to_base64,
)
from core.alerts import Purpose
from core.clock import Clock
from core.concerns import Severity
from core.delivery import Accepted, Permanent, RateLimited, Temporary, Verdict
from core.people import Language
from core.policies import Target
from core.push import Subscription
from tests.contracts.cases import T0
from tests.fakes import MemoryPush
from tests.servers.receiver import Answer, Receiver, receiving

# RFC 8291, appendix A
PLAIN = b"When I grow up, I want to be a watermelon"
BROWSER_KEY = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
P256DH = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
OUR_KEY = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_y"
    "l95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
MESSAGE = OutgoingMessage(
    "k-1", "a-1", "li", Target.GRID_WORKER, "li", "【红色】7号楼402", "长时间没有动静",
    Language.CHINESE, Severity.RED, Purpose.ASK, T0, link="https://anxin.example/a/xyz",
)  # fmt: skip


def test_the_published_example_comes_out_byte_for_byte() -> None:
    body = encrypted(PLAIN, P256DH, AUTH, ours=private_key_of(OUR_KEY), salt=from_base64(SALT))

    assert to_base64(body) == BODY


def read_as_browser(body: bytes, browser: EllipticCurvePrivateKey, auth: bytes) -> bytes:
    """The other side of RFC 8291 and 8188, written from them."""
    salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
    theirs, record = body[21 : 21 + length], body[21 + length :]
    assert len(record) <= size
    shared = browser.exchange(ECDH(), EllipticCurvePublicKey.from_encoded_point(SECP256R1(), theirs))
    info = b"WebPush: info\x00" + public_bytes(browser) + theirs
    secret = hmac.digest(hmac.digest(auth, shared, sha256), info + b"\x01", sha256)
    mixed = hmac.digest(salt, secret, sha256)
    key = hmac.digest(mixed, b"Content-Encoding: aes128gcm\x00\x01", sha256)[:16]
    nonce = hmac.digest(mixed, b"Content-Encoding: nonce\x00\x01", sha256)[:12]
    plain = AESGCM(key).decrypt(nonce, record, None)
    assert plain.endswith(b"\x02")
    return plain[:-1]


def test_the_published_example_is_read_back() -> None:
    assert read_as_browser(from_base64(BODY), private_key_of(BROWSER_KEY), from_base64(AUTH)) == PLAIN


@pytest.mark.parametrize("message", [b"", b"x", "安心".encode() * 200, b"x" * LONGEST])
def test_any_message_is_read_by_its_browser_and_by_no_other(message: bytes) -> None:
    browser, other = new_key(), new_key()
    auth = b"0123456789abcdef"

    body = encrypted(message, to_base64(public_bytes(browser)), to_base64(auth))

    assert read_as_browser(body, browser, auth) == message
    assert len(body) <= 4096
    with pytest.raises(InvalidTag):
        read_as_browser(body, other, auth)


def test_what_does_not_fit_or_is_no_key_is_refused() -> None:
    with pytest.raises(ValueError, match="3994 bytes"):
        encrypted(b"x" * (LONGEST + 1), P256DH, AUTH)
    for p256dh, auth in (
        (P256DH[:-4], AUTH),
        (P256DH, AUTH[:-2]),
        ("安心", AUTH),
        (to_base64(b"\x04" + b"\x01" * 64), AUTH),
    ):
        with pytest.raises(ValueError, match=r"\w"):
            check_keys(p256dh, auth)
    check_keys(P256DH, AUTH)


@dataclass
class Street:
    """One channel, two browsers of Li's, and a push service that we run ourselves."""

    service: Receiver
    channel: WebPushChannel
    store: MemoryPush
    clock: Clock
    key: EllipticCurvePrivateKey = field(default_factory=new_key)
    auth: bytes = b"fedcba9876543210"

    def turns_on(self, name: str = "phone", person: str = "li", endpoint: str = "") -> Subscription:
        made = Subscription(
            endpoint or f"{self.service.root}/{name}",
            person,
            "push",
            to_base64(public_bytes(self.key)),
            to_base64(self.auth),
            T0,
        )
        self.store.subscribe(made)
        return made

    def delivers(self, message: OutgoingMessage = MESSAGE) -> Verdict:
        async def once() -> Verdict:
            try:
                return await self.channel.deliver(message)
            finally:
                await self.channel.aclose()

        return asyncio.run(once())


@dataclass(frozen=True)
class Still:
    def now(self) -> object:
        return T0


@pytest.fixture
def street() -> Iterator[Street]:
    with receiving() as service:
        service.answer = Answer(201, b"", headers={"location": "https://push.example/m/17"})
        key = private_text(new_key())
        text = f'[push]\nprovider="web_push"\nprivate_key="{key}"\nsubject="mailto:desk@anxin.example"\n'
        text += f'origins=["{service.root}"]'
        channel = web_push_of(parse(text, Still())["push"])  # type: ignore[arg-type]
        assert channel is not None
        channel.store = MemoryPush()
        yield Street(service, channel, channel.store, channel.clock)


def test_the_browser_reads_the_message_and_the_service_knows_who_sends(street: Street) -> None:
    street.turns_on()

    assert street.delivers() == Accepted("https://push.example/m/17", "1 of 1 browsers")

    [request] = street.service.received
    told = json.loads(read_as_browser(request.body, street.key, street.auth))
    assert told == {
        "title": "【红色】7号楼402", "body": "长时间没有动静", "url": "https://anxin.example/a/xyz", "tag": "a-1",
        "lang": "zh-CN", "stays": True,
    }  # fmt: skip
    assert request.headers["content-encoding"] == "aes128gcm"
    assert (request.headers["ttl"], request.headers["urgency"]) == ("900", "high")
    assert len(request.headers["topic"]) == 32
    _is_signed(request.headers["authorization"], street)


def _is_signed(header: str, street: Street) -> None:
    """RFC 8292 as the push service checks it."""
    token, key = (part.split("=", 1)[1] for part in header.removeprefix("vapid ").split(", "))
    assert key == street.channel.public_key
    head, claims, signature = token.split(".")
    assert json.loads(from_base64(head)) == {"typ": "JWT", "alg": "ES256"}
    told = json.loads(from_base64(claims))
    assert told["aud"] == street.service.root
    assert told["sub"] == "mailto:desk@anxin.example"
    assert told["exp"] == int((T0 + timedelta(hours=12)).timestamp())
    raw = from_base64(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), from_base64(key))
    public.verify(der, f"{head}.{claims}".encode(), ECDSA(SHA256()))
    with pytest.raises(InvalidSignature):
        public.verify(der, f"{head}.{claims}x".encode(), ECDSA(SHA256()))


@pytest.mark.parametrize(
    ("message", "ttl", "urgency", "stays"),
    [
        (replace(MESSAGE, severity=Severity.YELLOW), "900", "normal", False),
        (replace(MESSAGE, severity=Severity.ORANGE), "900", "high", False),
        (replace(MESSAGE, purpose=Purpose.INFORM), "14400", "high", False),
    ],
)
def test_how_long_and_how_loud(
    street: Street, message: OutgoingMessage, ttl: str, urgency: str, *, stays: bool
) -> None:
    street.turns_on()

    street.delivers(message)

    [request] = street.service.received
    assert (request.headers["ttl"], request.headers["urgency"]) == (ttl, urgency)
    assert json.loads(read_as_browser(request.body, street.key, street.auth))["stays"] is stays


@pytest.mark.parametrize(
    ("status", "headers", "verdict"),
    [
        (201, {}, Accepted("k-1", "1 of 1 browsers")),
        (202, {}, Accepted("k-1", "1 of 1 browsers")),
        (429, {"retry-after": "60"}, RateLimited(T0 + timedelta(seconds=60), "HTTP 429 so it is")),
        (503, {}, Temporary("HTTP 503 so it is", 1.0)),
        (403, {}, Permanent("HTTP 403 so it is")),
        (413, {}, Permanent("HTTP 413 so it is")),
        (301, {"location": "http://127.0.0.1/"}, Permanent("HTTP 301 so it is")),
        (204, {}, Temporary("answered 204 without saying that it accepted: HTTP 204", 1.0)),
    ],
)
def test_each_answer_of_a_push_service(street: Street, status: int, headers: dict[str, str], verdict: Verdict) -> None:
    street.turns_on()
    street.service.answer = Answer(status, b"so it is", headers)

    assert street.delivers() == verdict
    assert len(street.store.browsers("li")) == 1


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(street: Street, status: int) -> None:
    street.turns_on()
    street.service.answer = Answer(status, b"gone")

    assert street.delivers() == Permanent("that browser has turned it off")
    assert street.store.browsers("li") == []
    assert street.delivers() == Permanent("has turned on no browser")


def test_one_browser_that_takes_it_is_enough(street: Street) -> None:
    street.turns_on("old", endpoint="https://elsewhere.example/x")
    street.turns_on("phone")

    assert street.delivers() == Accepted("https://push.example/m/17", "1 of 2 browsers")
    assert len(street.service.received) == 1


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/fcm/send/x",
        "https://fcm.googleapis.com:8443/x",
        "https://user@fcm.googleapis.com/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evilfcm.googleapis.com.cn/x",
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://10.0.0.1/x",
        "https://[::1]/x",
        "file:///etc/passwd",
        "https://fcm.googleapis.com:x/",
    ],
)
def test_only_push_services_are_written_to(street: Street, endpoint: str) -> None:
    street.turns_on(endpoint=endpoint)

    assert not street.channel.takes(endpoint)
    assert street.delivers() == Permanent("its push service is not among those that are allowed")


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/x",
        "https://updates.push.services.mozilla.com/wpush/v2/x",
        "https://sg2p.notify.windows.com/w/?token=x",
        "https://web.push.apple.com/Qx",
    ],
)
def test_the_push_services_of_todays_browsers_are_known(street: Street, endpoint: str) -> None:
    assert street.channel.takes(endpoint)


def test_a_long_message_is_shortened_until_it_fits(street: Street) -> None:
    street.turns_on()

    verdict = street.delivers(replace(MESSAGE, title="长" * 5000, body="长" * 5000))

    assert isinstance(verdict, Accepted)
    assert len(street.service.received[0].body) <= 4096


@pytest.mark.parametrize(
    ("table", "wrong"),
    [
        (
            'private_key="short"\nsubject="mailto:a@b"',
            "push.private_key: not base64url; `anxin channels keys` makes one",
        ),
        (f'private_key="{OUR_KEY}"\nsubject="a@b"', "push.subject"),
        (f'private_key="{OUR_KEY}"', "push.subject"),
    ],
)
def test_wrong_settings_are_named_and_never_shown(table: str, wrong: str) -> None:
    with pytest.raises(ChannelsRefused) as refused:
        parse(f'[push]\nprovider="web_push"\n{table}', Still())  # type: ignore[arg-type]

    assert wrong in str(refused.value)
    assert "short" not in str(refused.value)
