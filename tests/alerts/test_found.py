"""Every provider that can be asked whether it has a message, over a real connection: a yes is about this one only."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.asking import Asking
from alerts.channels.channel import Channel, OutgoingMessage
from alerts.channels.registry import PROVIDERS
from alerts.channels.webhook import WebhookChannel
from alerts.channels.wire import Answer as Heard
from alerts.channels.wire import Answers, HttpChannel
from core.delivery import Accepted, CannotSay, Finding, HasIt, HasNot, Verdict
from tests.alerts.test_providers import ADDRESSES, MESSAGE, SETTINGS, Still, channel_of
from tests.servers.receiver import Answer, Receiver, receiving
from tests.servers.remembering import AT, Aliyun, Hook, NtfyServer, Remembering, Tencent, Twilio

ENDS: dict[str, type[Remembering]] = {
    "aliyun_sms": Aliyun,
    "tencent_sms": Tencent,
    "twilio_sms": Twilio,
    "ntfy": NtfyServer,
    "webhook": Hook,
}
KEYS = {"aliyun_sms"}
"""These give no number of their own when they are asked: the message is known by our key from then on."""
OTHERS = {"aliyun_sms": "13711113333", "tencent_sms": "13711113333", "twilio_sms": "13711113333", "ntfy": "anxin-wu-5a"}
BROKEN = (
    *(b"", b"null", b"[]", b"{}", b"<html>busy</html>", b'"yes"', b"\xff\xfe", b"[" * 5000, b'{"known": true}'),
    b'{"accepted": true, "id": "r-1"}',
    *(b'{"Code": "OK"}', b'{"Code":"OK","SmsSendDetailDTOs":[]}', b'{"messages": null}', b'{"messages": [1]}'),
    *(b'{"Response": null}', b'{"Response": {"PullSmsSendStatusSet": {}}}'),
)


@pytest.fixture
def far() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def opened(provider: str, far: Receiver) -> Channel:
    return WebhookChannel(secret="s3cret", clock=Still()) if provider == "webhook" else channel_of(provider, far)


def addressed(provider: str, far: Receiver, message: OutgoingMessage = MESSAGE) -> OutgoingMessage:
    return replace(message, address=message.address or (far.url if provider == "webhook" else ADDRESSES[provider]))


def talk(provider: str, far: Receiver, *sent: OutgoingMessage, asked: OutgoingMessage) -> tuple[list[Verdict], Finding]:
    """What it said to these, and then to the question whether it has that one."""

    async def talking() -> tuple[list[Verdict], Finding]:
        channel = opened(provider, far)
        verdicts = [await channel.deliver(addressed(provider, far, message)) for message in sent]
        found = await channel.find(addressed(provider, far, asked), AT - timedelta(seconds=30))
        await channel.aclose()  # type: ignore[attr-defined]
        return verdicts, found

    return asyncio.run(talking())


@pytest.mark.parametrize("provider", ENDS)
def test_what_it_has_is_found_by_its_own_number(provider: str, far: Receiver) -> None:
    far.replies = ENDS[provider]()

    others = [replace(MESSAGE, key=f"a1.3.wu.{n}") for n in range(3)]
    verdicts, found = talk(provider, far, *others[:2], MESSAGE, others[2], asked=replace(MESSAGE, repeat=True))

    accepted = verdicts[2]
    assert isinstance(accepted, Accepted)
    assert isinstance(found, HasIt)
    assert found.provider_id == (MESSAGE.key if provider in KEYS else accepted.provider_id)


@pytest.mark.parametrize("provider", ENDS)
def test_the_same_words_to_the_same_address_under_another_key_are_another_message(provider: str, far: Receiver) -> None:
    far.replies = ENDS[provider]()

    _, found = talk(provider, far, replace(MESSAGE, key="a1.4.li.0"), asked=MESSAGE)

    assert isinstance(found, HasNot)


@pytest.mark.parametrize("provider", OTHERS)
def test_the_same_key_at_another_address_is_another_message(provider: str, far: Receiver) -> None:
    far.replies = ENDS[provider]()

    _, found = talk(provider, far, replace(MESSAGE, address=OTHERS[provider]), asked=MESSAGE)

    assert isinstance(found, HasNot)


@pytest.mark.parametrize("provider", sorted(set(ENDS) - {"ntfy"}))
def test_what_did_not_arrive_is_not_had(provider: str, far: Receiver) -> None:
    far.replies = end = ENDS[provider]()
    end.state = "failed"

    _, found = talk(provider, far, MESSAGE, asked=MESSAGE)

    assert isinstance(found, HasNot)


@pytest.mark.parametrize("status", [403, 404, 405, 429, 500, 501, 302])
@pytest.mark.parametrize("provider", ENDS)
def test_who_does_not_know_the_question_cannot_say(provider: str, status: int, far: Receiver) -> None:
    far.answer = Answer(status, b'{"code": 40301, "error": "forbidden"}')

    _, found = talk(provider, far, asked=MESSAGE)

    assert isinstance(found, CannotSay)
    assert found.reason


@pytest.mark.parametrize("provider", ENDS)
def test_who_hangs_up_cannot_say(provider: str, far: Receiver) -> None:
    far.answer = Answer(hang_up=True)

    _, found = talk(provider, far, asked=MESSAGE)

    assert isinstance(found, CannotSay)


@pytest.mark.parametrize("provider", ENDS)
def test_nothing_broken_is_taken_for_a_yes(provider: str) -> None:
    asked = replace(MESSAGE, address=ADDRESSES.get(provider, "https://x.example"))

    for status in (200, 201, 204):
        for body in (*BROKEN, None):
            found = _dialects()[provider].finding(Heard(status, body), asked)

            assert not isinstance(found, HasIt), body


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from((MESSAGE.key, "message", "OK")),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ("Code", "SmsSendDetailDTOs", "SmsSendDetailDTO", "OutId", "SendStatus", "Response", "PullSmsSendStatusSet",
             "SessionContext", "SerialNo", "messages", "to", "body", "sid", "known", "id", "key", "event", "topic")
        ),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(said=_JSON)
def test_whatever_is_answered_is_read_without_an_error(said: Any) -> None:
    for provider in ENDS:
        dialect, asked = _dialects()[provider], replace(MESSAGE, address=ADDRESSES.get(provider, "https://x.example"))
        found = dialect.finding(Heard(200, json.dumps(said).encode()), asked)

        assert not isinstance(found, HasIt) or MESSAGE.key in json.dumps(said)


def test_one_that_is_slow_is_not_waited_for(far: Receiver) -> None:
    far.answer = Answer(hold=True)

    async def asking() -> tuple[HasIt | None, dict[tuple[str, str], int]]:
        channel, asking = opened("webhook", far), Asking(within=0.05)
        found = await asking.ask(channel, lambda: addressed("webhook", far), since=AT)
        await channel.aclose()  # type: ignore[attr-defined]
        return found, asking.counts

    assert asyncio.run(asking()) == (None, {("webhook", "cannot_say"): 1})


@pytest.mark.parametrize("provider", sorted(set(SETTINGS) - set(ENDS)))
def test_who_cannot_be_asked_is_not_asked(provider: str, far: Receiver) -> None:
    _, found = talk(provider, far, asked=MESSAGE)

    assert found == CannotSay("this provider cannot be asked")
    assert far.received == []


def test_each_provider_stands_on_one_of_the_two_lists() -> None:
    told_elsewhere = {"email", "mqtt_siren", "web_push"}  # `Unaskable`: none of them speaks HTTP with us as these do

    assert set(SETTINGS) | told_elsewhere == set(PROVIDERS)


def test_a_message_without_a_link_has_no_mark_to_be_found_by(far: Receiver) -> None:
    far.replies = Twilio()

    _, found = talk("twilio_sms", far, replace(MESSAGE, link=""), asked=replace(MESSAGE, link=""))

    assert isinstance(found, CannotSay)
    assert [one.method for one in far.received] == ["POST"]


def test_where_tencent_does_not_show_our_key_it_cannot_say(far: Receiver) -> None:
    far.replies = Tencent(shows_context=False)

    _, found = talk("tencent_sms", far, MESSAGE, asked=MESSAGE)

    assert isinstance(found, CannotSay)


def test_an_older_ntfy_never_has_it(far: Receiver) -> None:
    far.replies = NtfyServer(knows_ids=False)

    _, found = talk("ntfy", far, MESSAGE, asked=MESSAGE)

    assert isinstance(found, HasNot)


def test_a_full_page_of_one_day_does_not_say_that_there_is_no_more(far: Receiver) -> None:
    far.replies = end = Aliyun()
    talk("aliyun_sms", far, replace(MESSAGE, key="a1.4.li.0"), asked=MESSAGE)
    end.taken *= 50

    _, found = talk("aliyun_sms", far, MESSAGE, asked=MESSAGE)

    assert isinstance(found, CannotSay)


def test_a_question_is_signed_as_a_message_is(far: Receiver) -> None:
    far.replies = Hook()

    talk("webhook", far, asked=MESSAGE)

    [asked] = far.received
    assert (asked.method, asked.body, asked.headers["idempotency-key"]) == ("GET", b"", MESSAGE.key)
    assert asked.headers["webhook-signature"].startswith("v1,")


def _dialect(channel: Channel) -> Answers:
    inner = getattr(channel, "channel", channel)
    assert isinstance(inner, HttpChannel)
    assert isinstance(inner.dialect, Answers)
    return inner.dialect


@cache
def _dialects() -> dict[str, Answers]:
    with receiving() as far:
        return {provider: _dialect(opened(provider, far)) for provider in ENDS}
