"""The webhook channel against a real server: signed so that it can be checked, judged by the body, never fooled."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from alerts.channels import OutgoingMessage, WebhookChannel
from alerts.channels.webhook import WebhookDialect, signature
from alerts.channels.wire import MAX_ANSWER
from core.alerts import Purpose
from core.concerns import Severity
from core.delivery import Accepted, Permanent, RateLimited, Temporary, Verdict
from core.people import Language
from core.policies import Target
from tests.servers.receiver import Answer, Receiver, receiving

NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass
class Still:
    """A clock that stands."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    async def sleep_until(self, when: datetime) -> None:
        self.at = when


def message(address: str) -> OutgoingMessage:
    return OutgoingMessage(
        "a1.3.li.0",
        "a1",
        "li",
        Target.GRID_WORKER,
        address,
        "题",
        "文",
        Language.CHINESE,
        Severity.RED,
        Purpose.ASK,
        NOW,
    )


def deliver(address: str, *, secret: str = SECRET, timeout: float = 10.0) -> Verdict:
    async def talk() -> Verdict:
        channel = WebhookChannel(secret=secret, clock=Still(), timeout=timeout)
        try:
            return await channel.deliver(message(address))
        finally:
            await channel.aclose()

    return asyncio.run(talk())


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def answered(receiver: Receiver, **answer: object) -> Verdict:
    receiver.answer = Answer(**answer)  # type: ignore[arg-type]
    return deliver(receiver.url)


def test_the_receiver_can_check_who_sent_it_and_that_nothing_was_changed(receiver: Receiver) -> None:
    deliver(receiver.url)

    [got] = receiver.received
    signed = b".".join([got.headers["webhook-id"].encode(), got.headers["webhook-timestamp"].encode(), got.body])
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert got.headers["webhook-signature"] == f"v1,{expected}"
    assert got.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert got.headers["webhook-id"] == got.headers["idempotency-key"] == "a1.3.li.0"
    assert json.loads(got.body)["severity"] == "red"


def test_the_signature_is_the_published_one_for_the_published_example() -> None:
    channel = WebhookChannel(secret=SECRET, clock=Still())
    assert isinstance(channel.dialect, WebhookDialect)

    signed = signature(channel.dialect.key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')

    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    asyncio.run(channel.aclose())


def test_a_secret_may_be_any_words_but_not_none(receiver: Receiver) -> None:
    assert isinstance(deliver(receiver.url, secret="open sesame"), Accepted)
    with pytest.raises(ValueError, match="needs a secret"):
        WebhookChannel(secret="", clock=Still())
    with pytest.raises(ValueError, match="base64"):
        WebhookChannel(secret="whsec_***", clock=Still())


def test_success_is_what_the_body_says(receiver: Receiver) -> None:
    assert answered(receiver, body=b'{"accepted": true, "id": "m-77"}') == Accepted("m-77")
    assert answered(receiver, status=202, body=b'{"accepted": true, "id": "m-78", "reason": "queued"}') == Accepted(
        "m-78", "queued"
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"OK",
        b"<html>login</html>",
        b"[]",
        b"{}",
        b'{"accepted": true}',
        b'{"accepted": true, "id": ""}',
        b'{"accepted": "true", "id": "m"}',
        b'{"accepted": 1, "id": "m"}',
        b"[" * 50_000,
        b"\xff\xfe",
    ],
)
def test_http_200_is_not_success(receiver: Receiver, body: bytes) -> None:
    verdict = answered(receiver, body=body)

    assert isinstance(verdict, Temporary)
    assert verdict.reason.startswith("answered 200 without")
    assert len(verdict.reason) < 400


def test_a_refusal_says_whether_to_try_again(receiver: Receiver) -> None:
    assert answered(receiver, body=b'{"accepted": false, "reason": "unknown number"}') == Permanent("unknown number")
    assert answered(receiver, body=b'{"accepted": false, "reason": "busy", "retry": true}') == Temporary("busy")


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (400, Permanent),
        (401, Permanent),
        (404, Permanent),
        (410, Permanent),
        (408, Temporary),
        (425, Temporary),
        (429, RateLimited),
        (500, Temporary),
        (503, Temporary),
    ],
)
def test_a_bad_status_is_never_success_whatever_the_body_says(
    receiver: Receiver, status: int, verdict: type[Verdict]
) -> None:
    judged = answered(receiver, status=status, body=b'{"accepted": true, "id": "m"}')

    assert isinstance(judged, verdict)


def test_a_rate_limit_is_waited_for_as_long_as_it_says(receiver: Receiver) -> None:
    in_seconds = answered(receiver, status=429, headers={"retry-after": "120"})
    as_date = answered(receiver, status=429, headers={"retry-after": "Tue, 24 Nov 2026 01:05:00 GMT"})
    long_ago = answered(receiver, status=429, headers={"retry-after": "Tue, 24 Nov 2020 01:05:00 GMT"})
    nonsense = answered(receiver, status=429, headers={"retry-after": "soon"})

    untils = [v.until for v in (in_seconds, as_date, long_ago, nonsense) if isinstance(v, RateLimited)]
    assert untils == [
        NOW + timedelta(seconds=120),
        NOW + timedelta(minutes=5),
        NOW,
        NOW + timedelta(seconds=30),
    ]


def test_a_server_in_trouble_may_say_when_to_come_back(receiver: Receiver) -> None:
    verdict = answered(receiver, status=503, headers={"retry-after": "40"})

    assert isinstance(verdict, Temporary)
    assert verdict.retry_after == 40


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    with receiving() as elsewhere:
        verdict = answered(receiver, status=307, headers={"location": elsewhere.url})

        assert isinstance(verdict, Permanent)
        assert elsewhere.received == []


def test_an_endless_answer_is_cut_off(receiver: Receiver) -> None:
    verdict = answered(receiver, body=b'{"accepted": true, "id": "m"}' + b" " * MAX_ANSWER)

    assert isinstance(verdict, Temporary)
    assert "more than" in verdict.reason


def test_a_server_that_never_answers_is_a_passing_trouble(receiver: Receiver) -> None:
    receiver.answer = Answer(hold=True)

    verdict = deliver(receiver.url, timeout=0.2)

    assert verdict == Temporary("no answer in time (ReadTimeout)")


def test_nobody_listening_is_a_passing_trouble() -> None:
    with receiving() as gone:
        url = gone.url

    verdict = deliver(url)

    assert isinstance(verdict, Temporary)
    assert "ConnectError" in verdict.reason


@pytest.mark.parametrize("address", ["", "not a url", "ftp://127.0.0.1/x", "mailto:li@127.0.0.1", "http://"])
def test_an_address_that_is_none_is_permanent(address: str) -> None:
    assert isinstance(deliver(address), Permanent)
