"""Every provider over a real connection: what we send is signed as documented, and the answer's body decides."""

import asyncio
import base64
import hashlib
import hmac
import json
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from alerts.channels.aliyun import signed
from alerts.channels.channel import Channel, OutgoingMessage
from alerts.channels.registry import PROVIDERS, parse
from alerts.channels.tencent import authorization
from alerts.channels.twilio import marked
from core.alerts import Purpose
from core.concerns import Severity
from core.delivery import Accepted, Permanent, RateLimited, Temporary, Verdict
from core.people import Language
from core.policies import Target
from tests.servers.receiver import Answer, Received, Receiver, receiving

NOW = datetime(2026, 11, 27, 1, 2, 3, tzinfo=UTC)
ANSWERS: dict[str, list[dict[str, Any]]] = tomllib.loads(
    (Path(__file__).parent / "provider_answers.toml").read_text(encoding="utf-8")
)
MESSAGE = OutgoingMessage(
    key="a1.3.li.0",
    alert="a1",
    person="li",
    target=Target.GRID_WORKER,
    address="",
    title="【红色】7号楼402 王秀英：长时间没有动静",
    body="已有5小时12分没有动静。“请”马上去看 & 回报",
    language=Language.CHINESE,
    severity=Severity.RED,
    purpose=Purpose.ASK,
    at=NOW,
    link="https://anxin.example/a/x1",
)
SETTINGS = {
    "aliyun_sms": 'access_key_id="AK"\naccess_key_secret="SK"\nsign_name="安心"\ntemplate="SMS_1"\n'
    'variables={what="title",link="link"}',
    "aliyun_voice": 'access_key_id="AK"\naccess_key_secret="SK"\ntemplate="TTS_1"\nfrom_number="05712345"',
    "tencent_sms": 'secret_id="AKID"\nsecret_key="SK"\napp_id="1400006666"\nsign_name="安心"\n'
    'template="1110"\nlongest=30',
    "wecom_app": 'corp_id="ww1"\nagent_id=1000002\nsecret="SK"',
    "wecom_bot": 'key="K-1"',
    "dingtalk_bot": 'access_token="T1"\nsecret="SEC1"',
    "dingtalk_work": 'app_key="ding1"\napp_secret="SK"\nagent_id=7',
    "feishu_bot": 'token="F-1"\nsecret="SEC2"',
    "wechat_template": 'app_id="wx1"\napp_secret="SK"\ntemplate="TM1"\nvariables={thing2="title"}',
    "twilio_sms": 'account_sid="AC1"\nauth_token="SK"\nfrom_number="+15005550006"',
    "twilio_voice": 'account_sid="AC1"\nauth_token="SK"\nfrom_number="+15005550006"',
    "telegram": 'bot_token="42:AA"',
    "ntfy": 'token="tk_1"',
}
ADDRESSES = {
    **dict.fromkeys(("aliyun_sms", "aliyun_voice", "tencent_sms", "twilio_sms", "twilio_voice"), "137 1111 2222"),
    **dict.fromkeys(("wecom_bot", "dingtalk_bot"), "13711112222"),
    **dict.fromkeys(("wecom_app", "dingtalk_work", "wechat_template"), "lisi"),
    "feishu_bot": "ou_1",
    "telegram": "777",
    "ntfy": "anxin-li-4f",
}
TOKEN = '{"errcode":0,"errmsg":"ok","access_token":"token-1","expires_in":7200}'
GIVES_TOKENS = {"wecom_app": "gettoken", "dingtalk_work": "gettoken", "wechat_template": "stable_token"}


class Still:
    def now(self) -> datetime:
        return NOW

    async def sleep_until(self, when: datetime) -> None:
        raise NotImplementedError


@pytest.fixture
def far() -> Iterator[Receiver]:
    with receiving() as receiver:
        for path in set(GIVES_TOKENS.values()):
            receiver.answers[path] = [Answer(body=TOKEN.encode())]
        yield receiver


def channel_of(provider: str, far: Receiver, more: str = "") -> Channel:
    text = f'[way]\nprovider="{provider}"\nendpoint="{far.root}"\n{SETTINGS[provider]}\n{more}'
    return parse(text, Still())["way"]


def deliver(provider: str, far: Receiver, message: OutgoingMessage = MESSAGE, times: int = 1) -> list[Verdict]:
    async def say() -> list[Verdict]:
        channel = channel_of(provider, far, "timeout=5")
        addressed = replace(message, address=message.address or ADDRESSES[provider])
        verdicts = [await channel.deliver(addressed) for _ in range(times)]
        await channel.aclose()  # type: ignore[attr-defined]
        return verdicts

    return asyncio.run(say())


def sent(far: Receiver) -> Received:
    """What came last that was not a request for a token."""
    return [one for one in far.received if not any(path in one.path for path in GIVES_TOKENS.values())][-1]


def query_of(received: Received) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(received.path).query).items()}


def good(provider: str) -> Answer:
    first = ANSWERS[provider][0]
    return Answer(first.get("status", 200), first["body"].encode())


def test_every_provider_of_the_file_is_tried_here() -> None:
    assert set(SETTINGS) == set(ADDRESSES) == set(ANSWERS) == set(PROVIDERS) - {"email", "mqtt_siren", "web_push"}


@pytest.mark.parametrize(
    ("provider", "said"), [(provider, said) for provider, answers in ANSWERS.items() for said in answers]
)
def test_the_body_of_an_answer_decides(provider: str, said: dict[str, Any], far: Receiver) -> None:
    far.answer = Answer(said.get("status", 200), said["body"].encode())

    [verdict] = deliver(provider, far)

    match said["verdict"]:
        case "accepted":
            assert isinstance(verdict, Accepted)
            assert verdict.provider_id == said["id"]
        case "limited":
            assert isinstance(verdict, RateLimited)
            assert verdict.until == NOW + timedelta(seconds=said["seconds"])
        case "permanent":
            assert isinstance(verdict, Permanent)
        case "temporary":
            assert isinstance(verdict, Temporary)
        case "spent":
            assert isinstance(verdict, Temporary)
            assert "token just given" in verdict.reason


@pytest.mark.parametrize("provider", SETTINGS)
@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b"<html>OK</html>"),
        Answer(200, b'{"surprise": true}'),
        Answer(200, b"[]"),
        Answer(200, b" " * 70_000),
        Answer(500, b"oops"),
        Answer(hang_up=True),
    ],
    ids=["a page", "other JSON", "a list", "too long", "500", "nothing"],
)
def test_http_200_alone_is_no_success_and_trouble_passes(provider: str, answer: Answer, far: Receiver) -> None:
    far.answer = answer

    [verdict] = deliver(provider, far)

    assert isinstance(verdict, Temporary)


@pytest.mark.parametrize("provider", SETTINGS)
def test_a_redirect_is_a_wrong_address(provider: str, far: Receiver) -> None:
    far.answer = Answer(302, b"", {"location": f"{far.root}/elsewhere"})

    [verdict] = deliver(provider, far)

    assert isinstance(verdict, Permanent)
    assert not any("elsewhere" in one.path for one in far.received)


@pytest.mark.parametrize("provider", sorted(set(SETTINGS) - {"telegram", "feishu_bot", "wechat_template"}))
def test_an_address_that_cannot_be_one_is_refused_before_anything_is_sent(provider: str, far: Receiver) -> None:
    wrong = "x|y,z" if provider in GIVES_TOKENS else "no number"

    [verdict] = deliver(provider, far, replace(MESSAGE, address=wrong))

    assert isinstance(verdict, Permanent)
    assert not [one for one in far.received if not any(path in one.path for path in GIVES_TOKENS.values())]


# -- tokens -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", GIVES_TOKENS)
def test_one_token_serves_many_messages(provider: str, far: Receiver) -> None:
    far.answer = good(provider)

    verdicts = deliver(provider, far, times=3)

    assert all(isinstance(verdict, Accepted) for verdict in verdicts)
    assert len([one for one in far.received if GIVES_TOKENS[provider] in one.path]) == 1
    assert query_of(sent(far))["access_token"] == "token-1"


@pytest.mark.parametrize("provider", GIVES_TOKENS)
def test_a_spent_token_is_fetched_anew_and_the_message_goes_out(provider: str, far: Receiver) -> None:
    spent = next(said["body"] for said in ANSWERS[provider] if said["verdict"] == "spent")
    far.answers[GIVES_TOKENS[provider]] = [
        Answer(body=TOKEN.encode()),
        Answer(body=TOKEN.replace("token-1", "token-2").encode()),
    ]
    far.answers["send"] = [Answer(body=spent.encode()), good(provider)]

    [verdict] = deliver(provider, far)

    assert isinstance(verdict, Accepted)
    assert query_of(sent(far))["access_token"] == "token-2"


@pytest.mark.parametrize("provider", GIVES_TOKENS)
def test_a_wrong_secret_is_said_and_no_message_is_sent(provider: str, far: Receiver) -> None:
    far.answers[GIVES_TOKENS[provider]] = [Answer(body=b'{"errcode":40125,"errmsg":"invalid appsecret"}')]

    [verdict] = deliver(provider, far)

    assert verdict == Permanent("40125: invalid appsecret")
    assert len(far.received) == 1


def test_many_at_once_ask_for_one_token(far: Receiver) -> None:
    far.answer = good("wecom_app")

    async def say() -> list[Verdict]:
        channel = channel_of("wecom_app", far)
        message = replace(MESSAGE, address="lisi")
        verdicts = await asyncio.gather(*(channel.deliver(message) for _ in range(8)))
        await channel.aclose()  # type: ignore[attr-defined]
        return verdicts

    assert all(isinstance(verdict, Accepted) for verdict in asyncio.run(say()))
    assert len([one for one in far.received if "gettoken" in one.path]) == 1


# -- signatures ---------------------------------------------------------------------------------------------------


def test_aliyun_signs_as_in_its_published_example() -> None:
    image = {"ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd", "RegionId": "cn-shanghai"}
    at = datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC)
    key = ("YourAccessKeyId", "YourAccessKeySecret")
    nonce = "3156853299f313e23d1673dc12e1703d"

    request = signed("https://ecs.cn-shanghai.aliyuncs.com", "RunInstances", "2014-05-26", image, key, at, nonce)

    assert request.headers["Authorization"] == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,"
        "SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


@pytest.mark.parametrize(
    ("method", "query", "content", "stamp", "type_", "signature"),
    [
        (
            "GET",
            "Limit=10&Offset=0",
            b"",
            1539084154,
            "application/x-www-form-urlencoded",
            "5da7a33f6993f0614b047e5df4582db9e9bf4672ba50567dba16c6ccf174c474",
        ),
        (
            "POST",
            "",
            rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}',
            1551113065,
            "application/json; charset=utf-8",
            "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168",
        ),
    ],
)
def test_tencent_signs_as_in_its_published_examples(
    method: str, query: str, content: bytes, stamp: int, type_: str, signature: str
) -> None:
    key = ("AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE")
    host = "cvm.tencentcloudapi.com"

    header = authorization(method, query, content, host=host, service="cvm", stamp=stamp, key=key, type_=type_)

    assert header.endswith(f"Signature={signature}")


# -- what is sent -------------------------------------------------------------------------------------------------


def test_aliyun_gets_number_template_and_variables(far: Receiver) -> None:
    far.answer = good("aliyun_sms")
    deliver("aliyun_sms", far)

    query, headers = query_of(sent(far)), sent(far).headers
    assert (headers["x-acs-action"], headers["x-acs-version"]) == ("SendSms", "2017-05-25")
    assert headers["x-acs-date"] == "2026-11-27T01:02:03Z"
    assert (query["PhoneNumbers"], query["SignName"], query["TemplateCode"]) == ("13711112222", "安心", "SMS_1")
    assert json.loads(query["TemplateParam"]) == {"what": MESSAGE.title, "link": MESSAGE.link}
    raw = urlsplit(sent(far).path).query
    assert sorted(raw.split("&")) == raw.split("&")
    canonical = "\n".join(
        ["POST", "/", raw]
        + [f"{name}:{headers[name]}" for name in sorted(h for h in headers if h == "host" or h.startswith("x-acs-"))]
        + ["", ";".join(sorted(h for h in headers if h == "host" or h.startswith("x-acs-")))]
        + [hashlib.sha256(sent(far).body).hexdigest()]
    )
    to_sign = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
    assert headers["authorization"].endswith(hmac.new(b"SK", to_sign.encode(), hashlib.sha256).hexdigest())


def test_aliyun_calls_and_says_it_twice(far: Receiver) -> None:
    far.answer = good("aliyun_voice")
    deliver("aliyun_voice", far)

    query = query_of(sent(far))
    assert sent(far).headers["x-acs-action"] == "SingleCallByTts"
    assert (query["CalledNumber"], query["CalledShowNumber"], query["PlayTimes"]) == ("13711112222", "05712345", "2")
    assert json.loads(query["TtsParam"]) == {"content": MESSAGE.title}


def test_tencent_gets_the_number_in_e164_and_variables_by_position(far: Receiver) -> None:
    far.answer = good("tencent_sms")
    deliver("tencent_sms", far)

    body, headers = json.loads(sent(far).body), sent(far).headers
    assert (headers["x-tc-action"], headers["x-tc-version"]) == ("SendSms", "2021-01-11")
    assert headers["x-tc-timestamp"] == str(int(NOW.timestamp()))
    assert (body["PhoneNumberSet"], body["TemplateParamSet"]) == (["+8613711112222"], [MESSAGE.title])
    expected = authorization(
        "POST",
        "",
        sent(far).body,
        host=headers["host"],
        service="sms",
        stamp=int(NOW.timestamp()),
        key=("AKID", "SK"),
        type_=headers["content-type"],
    )
    assert headers["authorization"] == expected


def test_wecom_asks_for_its_token_and_writes_to_one_member(far: Receiver) -> None:
    far.answer = good("wecom_app")
    deliver("wecom_app", far)

    assert query_of(far.received[0]) == {"corpid": "ww1", "corpsecret": "SK"}
    body = json.loads(sent(far).body)
    assert (body["touser"], body["agentid"], body["msgtype"]) == ("lisi", 1000002, "text")
    assert body["text"]["content"] == f"{MESSAGE.title}\n{MESSAGE.body}\n{MESSAGE.link}"


@pytest.mark.parametrize("address", ["@all", "a|b", "|"])
def test_wecom_never_writes_to_everybody(address: str, far: Receiver) -> None:
    [verdict] = deliver("wecom_app", far, replace(MESSAGE, address=address))

    assert isinstance(verdict, Permanent)


def test_robots_mention_the_one_who_is_asked(far: Receiver) -> None:
    for provider in ("wecom_bot", "dingtalk_bot", "feishu_bot"):
        far.answer = good(provider)
        deliver(provider, far)
    wecom, dingtalk, feishu = (json.loads(one.body) for one in far.received)

    assert query_of(far.received[0]) == {"key": "K-1"}
    assert wecom["text"]["mentioned_mobile_list"] == ["13711112222"]
    assert dingtalk["at"] == {"atMobiles": ["13711112222"], "isAtAll": False}
    assert "@13711112222" in dingtalk["text"]["content"]
    assert feishu["content"]["text"].startswith('<at user_id="ou_1"></at> ')


def test_dingtalk_and_feishu_sign_with_time_and_secret(far: Receiver) -> None:
    far.answer = good("dingtalk_bot")
    deliver("dingtalk_bot", far)
    far.answer = good("feishu_bot")
    deliver("feishu_bot", far)

    query = query_of(far.received[0])
    stamp = str(int(NOW.timestamp() * 1000))
    expected = base64.b64encode(hmac.digest(b"SEC1", f"{stamp}\nSEC1".encode(), "sha256")).decode()
    assert (query["timestamp"], query["sign"], query["access_token"]) == (stamp, expected, "T1")

    body = json.loads(far.received[1].body)
    stamp = str(int(NOW.timestamp()))
    expected = base64.b64encode(hmac.digest(f"{stamp}\nSEC2".encode(), b"", "sha256")).decode()
    assert (body["timestamp"], body["sign"]) == (stamp, expected)
    assert far.received[1].path == "/open-apis/bot/v2/hook/F-1"


def test_a_work_notice_tells_the_second_so_that_a_repeat_is_not_dropped(far: Receiver) -> None:
    far.answer = good("dingtalk_work")
    deliver("dingtalk_work", far)

    body = json.loads(sent(far).body)
    assert (body["userid_list"], body["agent_id"]) == ("lisi", 7)
    assert body["msg"]["text"]["content"].endswith("01:02:03 UTC")


def test_wechat_fills_the_template_and_opens_the_link(far: Receiver) -> None:
    far.answer = good("wechat_template")
    deliver("wechat_template", far)
    deliver("wechat_template", far, replace(MESSAGE, attempt=2, repeat=True))

    first, again = (json.loads(one.body) for one in far.received if "template/send" in one.path)
    assert (first["touser"], first["template_id"], first["url"]) == ("lisi", "TM1", MESSAGE.link)
    assert len(first["data"]["thing2"]["value"]) == 20
    assert first["data"]["thing2"]["value"].endswith("…")
    assert first["client_msg_id"] == again["client_msg_id"]
    assert json.loads(far.received[0].body)["grant_type"] == "client_credential"


def test_twilio_gets_a_login_a_text_and_words_to_say(far: Receiver) -> None:
    far.answer = good("twilio_sms")
    deliver("twilio_sms", far)
    far.answer = good("twilio_voice")
    deliver("twilio_voice", far)

    text, call = ({name: values[0] for name, values in parse_qs(one.body.decode()).items()} for one in far.received)
    assert far.received[0].path == "/2010-04-01/Accounts/AC1/Messages.json"
    assert far.received[0].headers["authorization"] == "Basic " + base64.b64encode(b"AC1:SK").decode()
    assert (text["To"], text["From"]) == ("+8613711112222", "+15005550006")
    assert text["Body"] == f"{MESSAGE.title}\n{MESSAGE.body}\n{marked(MESSAGE)}"
    assert far.received[1].path.endswith("/Calls.json")
    assert call["Twiml"].count('<Say language="cmn-CN">') == 2
    assert "&amp;" in call["Twiml"]
    assert "https://" not in call["Twiml"]


def test_telegram_shows_no_preview_that_would_open_the_link(far: Receiver) -> None:
    far.answer = good("telegram")
    deliver("telegram", far)

    body = json.loads(sent(far).body)
    assert unquote(sent(far).path) == "/bot42:AA/sendMessage"
    assert (body["chat_id"], body["link_preview_options"]) == ("777", {"is_disabled": True})


def test_ntfy_rings_loudest_for_red(far: Receiver) -> None:
    far.answer = good("ntfy")
    deliver("ntfy", far)
    deliver("ntfy", far, replace(MESSAGE, severity=Severity.YELLOW))

    red, yellow = (json.loads(one.body) for one in far.received)
    assert (red["priority"], yellow["priority"]) == (5, 3)
    assert (red["topic"], red["title"], red["click"]) == ("anxin-li-4f", MESSAGE.title, MESSAGE.link)
    assert far.received[0].headers["authorization"] == "Bearer tk_1"
