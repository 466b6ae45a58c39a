"""What providers call back, as their documentation prints it: proved, read, and answered in their own shape."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.inbound import (
    Garbled,
    Inbound,
    News,
    ProviderCall,
    Replied,
    ReplyBy,
    ReplyWords,
    Told,
    Unproved,
    inbound_of,
)
from alerts.channels.registry import ChannelsRefused, parse
from alerts.channels.twilio_inbound import signature
from core.people import Language
from core.receipts import ReceiptState

PUBLIC = "https://anxin.example"
TOKEN = "a-token-of-twenty-chars"
TWILIO = 'account_sid="AC1"\nauth_token="12345"\nfrom_number="+15005550006"\n'
ALIYUN = 'access_key_id="AK"\naccess_key_secret="SK"\ntemplate="T_1"\n'
TENCENT = 'secret_id="AKID"\nsecret_key="SK"\napp_id="1400006666"\nsign_name="安心"\ntemplate="1110"\n'
SETTINGS = {
    "twilio_sms": TWILIO + "receipts=true\nreplies=true",
    "twilio_voice": TWILIO + "receipts=true\nreplies=true",
    "aliyun_sms": ALIYUN + f'sign_name="安心"\ncallback_token="{TOKEN}"\nreplies=true',
    "aliyun_voice": ALIYUN + f'from_number="05711"\ncallback_token="{TOKEN}"\nkeys={{1="T_2",2="T_3"}}',
    "tencent_sms": TENCENT + f'callback_token="{TOKEN}"\nreplies=true',
    "telegram": f'bot_token="42:AA"\ncallback_token="{TOKEN}"\nreplies=true',
}


class Still:
    def now(self) -> datetime:
        return datetime(2026, 11, 27, tzinfo=UTC)

    async def sleep_until(self, when: datetime) -> None:
        raise NotImplementedError


def inbound(provider: str, settings: str | None = None, public: str = PUBLIC) -> Inbound:
    text = f'[way]\nprovider="{provider}"\n{SETTINGS[provider] if settings is None else settings}'
    found = inbound_of(parse(text, Still(), public)["way"])
    assert found is not None
    return found


def from_twilio(path: str, query: str = "", **fields: str) -> ProviderCall:
    url = f"{PUBLIC}/providers/way/{path}" + (f"?{query}" if query else "")
    signed = signature("12345", url, fields.items())
    return ProviderCall(path, query, {"x-twilio-signature": signed}, urlencode(fields).encode())


def pushed(what: str, body: object, token: str = TOKEN) -> ProviderCall:
    return ProviderCall(f"{token}/{what}", body=json.dumps(body).encode())


# -- Twilio -------------------------------------------------------------------------------------------------------


def test_the_published_example_of_a_signature() -> None:
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+12349013030",
        "Digits": "1234",
        "From": "+12349013030",
        "To": "+18005551212",
    }

    signed = signature("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", fields.items())

    assert signed == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("queued", ReceiptState.ACCEPTED),
        ("sending", ReceiptState.ACCEPTED),
        ("sent", ReceiptState.SENT),
        ("delivered", ReceiptState.DELIVERED),
        ("read", ReceiptState.READ),
        ("undelivered", ReceiptState.FAILED),
        ("failed", ReceiptState.FAILED),
    ],
)
def test_twilio_tells_what_became_of_an_sms(status: str, state: ReceiptState) -> None:
    fields = {
        "SmsSid": "SM2xxxxxx",
        "SmsStatus": status,
        "MessageStatus": status,
        "To": "+15558675310",
        "MessageSid": "SM2xxxxxx",
        "AccountSid": "ACxxxxxxx",
        "From": "+15017122661",
        "ApiVersion": "2010-04-01",
    }
    if state is ReceiptState.FAILED:
        fields["ErrorCode"] = "30003"

    [told] = inbound("twilio_sms").hear(from_twilio("status", **fields))

    assert told == Told("SM2xxxxxx", state, f"{status} 30003" if state is ReceiptState.FAILED else status)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("initiated", ReceiptState.ACCEPTED),
        ("ringing", ReceiptState.SENT),
        ("in-progress", ReceiptState.ANSWERED),
        ("completed", ReceiptState.ANSWERED),
        ("busy", ReceiptState.FAILED),
        ("no-answer", ReceiptState.FAILED),
        ("failed", ReceiptState.FAILED),
        ("canceled", ReceiptState.FAILED),
    ],
)
def test_twilio_tells_what_became_of_a_call(status: str, state: ReceiptState) -> None:
    fields = {"CallSid": "CA1", "CallStatus": status, "To": "+15558675310", "From": "+15005550006", "CallDuration": ""}

    assert inbound("twilio_voice").hear(from_twilio("status", **fields)) == (Told("CA1", state, status),)


def test_twilio_passes_on_an_sms_and_takes_the_answer_as_twiml() -> None:
    way = inbound("twilio_sms")
    call = from_twilio("reply", MessageSid="SM9", From="+8613711112222", To="+15005550006", Body=" 1 ")

    news = way.hear(call)
    answer = way.answer(call, [ReplyWords("R&D <taken>", Language.ENGLISH)])

    assert news == (Replied("+8613711112222", " 1 ", "", "SM9"),)
    assert answer.body == b"<Response><Message>R&amp;D &lt;taken&gt;</Message></Response>"
    assert answer.type.startswith("text/xml")


def test_twilio_passes_on_a_key_of_the_call_and_a_wrong_one_may_be_pressed_again() -> None:
    way = inbound("twilio_voice")
    call = from_twilio("keys", CallSid="CA1", From="+15005550006", To="+8613711112222", Digits="2")

    assert way.hear(call) == (Replied("+8613711112222", "2", "CA1", ""),)
    said = way.answer(call, [ReplyWords("好", Language.CHINESE)]).body.decode()
    assert said == '<Response><Say language="cmn-CN">好</Say></Response>'
    again = way.answer(call, [ReplyWords("好", Language.CHINESE, understood=False)]).body.decode()
    assert f'action="{PUBLIC}/providers/way/keys"' in again


def test_to_a_status_nothing_is_said() -> None:
    call = from_twilio("status", MessageSid="SM9", MessageStatus="sent")

    answer = inbound("twilio_sms").answer(call, [])

    assert (answer.status, answer.body) == (204, b"")


@given(st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=9), max_size=4), st.text(max_size=30))
def test_nobody_but_twilio_is_believed(fields: dict[str, str], signed: str) -> None:
    body = urlencode(fields, errors="surrogatepass").encode()

    with pytest.raises(Unproved):
        inbound("twilio_sms").hear(ProviderCall("status", "", {"x-twilio-signature": signed}, body))


@pytest.mark.parametrize("change", ["body", "path", "query", "header"])
def test_a_signature_is_for_this_call_only(change: str) -> None:
    good = from_twilio("status", MessageSid="SM9", MessageStatus="delivered")
    assert inbound("twilio_sms").hear(good)
    changed = {
        "body": replace(good, body=good.body.replace(b"SM9", b"SM8")),
        "path": replace(good, path="reply"),
        "query": replace(good, query="x=1"),
        "header": replace(good, headers={}),
    }[change]

    with pytest.raises(Unproved):
        inbound("twilio_sms").hear(changed)


@pytest.mark.parametrize(
    "call",
    [
        from_twilio("status", MessageStatus="sent"),
        from_twilio("status", MessageSid="SM9", MessageStatus="partially_delivered"),
        from_twilio("reply", MessageSid="SM9", Body="1"),
        from_twilio("elsewhere", MessageSid="SM9"),
    ],
)
def test_what_twilio_does_not_document_is_said_to_be_garbled(call: ProviderCall) -> None:
    with pytest.raises(Garbled):
        inbound("twilio_sms").hear(call)


def test_without_replies_twilio_has_no_address_for_them() -> None:
    way = inbound("twilio_sms", TWILIO + "receipts=true")

    assert way.replies is None
    with pytest.raises(Garbled):
        way.hear(from_twilio("reply", From="+8613711112222", Body="1"))


# -- Aliyun and Tencent -------------------------------------------------------------------------------------------

SMS_REPORT = {
    "phone_number": "1381111****",
    "send_time": "2017-01-01 00:00:00",
    "report_time": "2017-01-01 00:00:00",
    "success": True,
    "err_code": "DELIVERED",
    "err_msg": "用户接收成功",
    "sms_size": "1",
    "biz_id": "12345********",
    "out_id": "67890**",
}
SMS_UP = {
    "phone_number": "13811110000",
    "send_time": "2017-09-01 00:00:00",
    "content": "1",
    "sign_name": "签名",
    "dest_code": "1234",
    "sequence_id": 1234567890,
}
VOICE_REPORT = {
    "call_id": "100001616500^100001871490",
    "start_time": "2017-06-01 10:00:00",
    "end_time": "2017-06-01 10:00:00",
    "duration": "10",
    "status_code": "200000",
    "status_msg": "用户听完语音",
    "out_id": "123456",
    "dtmf": "",
}
VOICE_CALL_REPORT = {
    "status_code": "300000",
    "smart_status_code": "ANSWERED",
    "dtmf": "1",
    "status_time": "2023-03-06 16:21:12",
    "out_id": "4*************2",
    "call_id": "1^2",
}
TENCENT_STATUS = {
    "user_receive_time": "2015-10-17 08:03:04",
    "nationcode": "86",
    "mobile": "13xxxxxxxxx",
    "report_status": "SUCCESS",
    "errmsg": "DELIVRD",
    "description": "用户短信送达成功",
    "sid": "xxxxxxx",
}
TENCENT_REPLY = {
    "extend": "扩展码",
    "mobile": "13811110000",
    "nationcode": "86",
    "sign": "短信签名",
    "text": "2",
    "time": 1457336869,
}
DELIVERED, FAILED, ANSWERED = ReceiptState.DELIVERED, ReceiptState.FAILED, ReceiptState.ANSWERED
OURS = "67890**"
CALL = "100001616500^100001871490"
PUSHES: list[tuple[str, str, object, tuple[News, ...]]] = [
    ("aliyun_sms", "report", [SMS_REPORT], (Told("12345********", DELIVERED, "DELIVERED: 用户接收成功", OURS),)),
    (
        "aliyun_sms",
        "report",
        [SMS_REPORT | {"success": False, "err_code": "MK:0001", "err_msg": "空号"}, SMS_REPORT | {"biz_id": "2"}],
        (Told("12345********", FAILED, "MK:0001: 空号", OURS), Told("2", DELIVERED, "DELIVERED: 用户接收成功", OURS)),
    ),
    ("aliyun_sms", "reply", [SMS_UP], (Replied("13811110000", "1", id="1234567890"),)),
    ("aliyun_voice", "report", [VOICE_REPORT], (Told(CALL, ANSWERED, "200000: 用户听完语音"),)),
    (
        "aliyun_voice",
        "report",
        [VOICE_REPORT | {"status_code": "200010", "status_msg": "关机"}],
        (Told(CALL, FAILED, "200010: 关机"),),
    ),
    ("tencent_sms", "report", [TENCENT_STATUS], (Told("xxxxxxx", DELIVERED, "DELIVRD: 用户短信送达成功"),)),
    (
        "tencent_sms",
        "report",
        [TENCENT_STATUS | {"report_status": "FAIL", "errmsg": "MK:0010", "description": "空号"}],
        (Told("xxxxxxx", FAILED, "MK:0010: 空号"),),
    ),
    ("tencent_sms", "reply", TENCENT_REPLY, (Replied("+8613811110000", "2", id="+8613811110000 1457336869 2"),)),
    ("aliyun_sms", "report", [], ()),
    ("aliyun_voice", "keys", [VOICE_CALL_REPORT], (Replied("", "1", "1^2", "1^2 1"),)),
    ("aliyun_voice", "keys", [VOICE_CALL_REPORT | {"status_code": "200101", "dtmf": ""}], ()),
    (
        "aliyun_voice",
        "report",
        [VOICE_REPORT | {"dtmf": "2"}],
        (Told(CALL, ANSWERED, "200000: 用户听完语音"), Replied("", "2", CALL, f"{CALL} 2")),
    ),
    ("aliyun_sms", "report", [{"biz_id": "1"}, SMS_REPORT | {"biz_id": "2"}],
     (Told("2", DELIVERED, "DELIVERED: 用户接收成功", OURS),)),
]  # fmt: skip
THANKS = {
    "aliyun_sms": {"code": 0, "msg": "接收成功"},
    "aliyun_voice": {"code": 0, "msg": "接收成功"},
    "tencent_sms": {"result": 0, "errmsg": "OK"},
}


@pytest.mark.parametrize(("provider", "what", "body", "news"), PUSHES)
def test_what_is_pushed_is_read_as_documented(provider: str, what: str, body: object, news: tuple[News, ...]) -> None:
    way = inbound(provider)

    assert way.hear(pushed(what, body)) == news
    assert json.loads(way.answer(pushed(what, body), []).body) == THANKS[provider]


@pytest.mark.parametrize("provider", THANKS)
@pytest.mark.parametrize("token", ["", "a-token-of-twenty-char", TOKEN + "s", "报告", TOKEN.upper()])
def test_nobody_without_the_token_is_believed(provider: str, token: str) -> None:
    with pytest.raises(Unproved):
        inbound(provider).hear(pushed("report", [SMS_REPORT], token))


@pytest.mark.parametrize("provider", THANKS)
@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("report", b"not JSON"),
        ("report", b"[1, 2]"),
        ("report", b'"x"'),
        ("report", b"\xff\xfe\x00"),
        ("report", b"[" * 30_000),
        ("report", b'[{"biz_id": {"a": 1}, "success": "yes", "call_id": [], "sid": null}]'),
        ("reply", b"[{}]"),
        ("elsewhere", json.dumps([SMS_REPORT | VOICE_REPORT | TENCENT_STATUS]).encode()),
    ],
)
def test_what_is_not_documented_is_said_to_be_garbled(provider: str, what: str, body: bytes) -> None:
    with pytest.raises(Garbled):
        inbound(provider).hear(ProviderCall(f"{TOKEN}/{what}", body=body))


@given(st.binary(max_size=300))
def test_any_bytes_are_news_or_garbled_and_nothing_else(body: bytes) -> None:
    for provider in THANKS:
        try:
            inbound(provider).hear(ProviderCall(f"{TOKEN}/report", body=body))
        except Garbled:
            continue


def test_without_replies_what_people_send_back_is_thanked_for_and_not_acted_on() -> None:
    way = inbound("aliyun_sms", SETTINGS["aliyun_sms"].replace("replies=true", ""))

    assert way.replies is None
    assert way.hear(pushed("reply", [SMS_UP])) == ()


# -- Telegram -----------------------------------------------------------------------------------------------------

PRESSED = {
    "update_id": 10000,
    "callback_query": {
        "id": "4382bfdwdsb323b2d9",
        "from": {"id": 777, "is_bot": False, "first_name": "Li"},
        "message": {"message_id": 365, "date": 1764230400, "chat": {"id": 777, "type": "private"}, "text": "…"},
        "chat_instance": "1",
        "data": "1",
    },
}
WRITTEN = {
    "update_id": 10001,
    "message": {"message_id": 366, "date": 1764230400, "chat": {"id": 777, "type": "private"}, "text": "2"},
}


def from_telegram(update: object, token: str = TOKEN, path: str = "updates") -> ProviderCall:
    return ProviderCall(path, "", {"x-telegram-bot-api-secret-token": token}, json.dumps(update).encode())


def test_a_button_is_pressed_below_the_message_that_it_answers() -> None:
    way, call = inbound("telegram"), from_telegram(PRESSED)

    assert way.hear(call) == (Replied("777", "1", "365", "update 10000"),)
    answer = json.loads(way.answer(call, [ReplyWords("好", Language.CHINESE)]).body)
    assert (answer["method"], answer["callback_query_id"], answer["text"]) == (
        "answerCallbackQuery",
        "4382bfdwdsb323b2d9",
        "好",
    )


def test_what_is_written_to_the_bot_is_answered_in_the_chat() -> None:
    way, call = inbound("telegram"), from_telegram(WRITTEN)

    assert way.hear(call) == (Replied("777", "2", id="update 10001"),)
    answer = json.loads(way.answer(call, [ReplyWords("好", Language.CHINESE)]).body)
    assert (answer["method"], answer["chat_id"], answer["text"]) == ("sendMessage", 777, "好")


@pytest.mark.parametrize("token", ["", TOKEN[:-1], "令牌"])
def test_nobody_without_the_secret_of_the_webhook_is_telegram(token: str) -> None:
    with pytest.raises(Unproved):
        inbound("telegram").hear(from_telegram(PRESSED, token))


@pytest.mark.parametrize("update", [{}, [], {"update_id": "x"}, "text", None])
def test_an_update_has_a_number(update: object) -> None:
    with pytest.raises(Garbled):
        inbound("telegram").hear(from_telegram(update))


@pytest.mark.parametrize(
    "update", [{"update_id": 1}, {"update_id": 1, "message": {"chat": 3}}, {"update_id": 2, "poll": {}}]
)
def test_an_update_of_another_kind_is_thanked_for(update: object) -> None:
    way, call = inbound("telegram"), from_telegram(update)

    assert way.hear(call) == ()
    assert way.answer(call, []).status == 200


# -- the channels file --------------------------------------------------------------------------------------------


def test_how_people_answer_is_known_of_each_channel() -> None:
    by = {provider: inbound(provider).replies for provider in SETTINGS}

    assert by == {
        "twilio_sms": ReplyBy.TEXT,
        "twilio_voice": ReplyBy.KEY,
        "aliyun_sms": ReplyBy.TEXT,
        "aliyun_voice": ReplyBy.KEY,
        "tencent_sms": ReplyBy.TEXT,
        "telegram": ReplyBy.BUTTON,
    }
    assert inbound("twilio_sms").url == f"{PUBLIC}/providers/way"


@pytest.mark.parametrize(
    ("more", "public", "said"),
    [
        (f'callback_token="{TOKEN}"', "", "ANXIN_PUBLIC_URL"),
        ('callback_token="short"', PUBLIC, "must be at least 16"),
        ('callback_token="with/a/slash/in/its/middle"', PUBLIC, "must be at least 16"),
        ("replies=true", PUBLIC, "replies need a callback_token"),
    ],
)
def test_what_cannot_work_stops_the_start_and_shows_no_secret(more: str, public: str, said: str) -> None:
    with pytest.raises(ChannelsRefused, match=said) as refused:
        parse(f'[way]\nprovider="aliyun_sms"\nsign_name="安心"\n{ALIYUN}{more}', Still(), public)

    assert TOKEN not in str(refused.value)
    assert "with/a" not in str(refused.value)


def test_nothing_comes_back_where_nothing_is_set_up() -> None:
    text = f'[way]\nprovider="twilio_sms"\n{TWILIO}'

    assert inbound_of(parse(text, Still(), PUBLIC)["way"]) is None
