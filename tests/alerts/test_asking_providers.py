"""What providers are asked for with each message: to say what became of it, to take a key, to show buttons."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import ValidationError

from alerts.channels.aliyun import AliyunVoice
from alerts.channels.channel import OutgoingMessage
from alerts.channels.telegram import Telegram
from alerts.channels.twilio import TwilioSms, TwilioVoice, marked
from core.policies import Target
from tests.alerts.test_providers import MESSAGE, NOW

BACK = "https://anxin.example/providers/way"
ADDRESSED = replace(MESSAGE, address="13711112222", callbacks=BACK)


def asked(settings: TwilioSms | TwilioVoice, message: OutgoingMessage) -> dict[str, list[str]]:
    return parse_qs(settings.dialect().request(message, NOW).body.decode())


def sms(**more: object) -> TwilioSms:
    given = {"account_sid": "AC1", "auth_token": "SK", "from_number": "+15005550006", **more}
    return TwilioSms.model_validate({"provider": "twilio_sms", **given})


def voice(**more: object) -> TwilioVoice:
    given = {"account_sid": "AC1", "auth_token": "SK", "from_number": "+15005550006", **more}
    return TwilioVoice.model_validate({"provider": "twilio_voice", **given})


def test_an_sms_names_where_its_status_is_told() -> None:
    assert asked(sms(receipts=True), ADDRESSED)["StatusCallback"] == [f"{BACK}/status"]


def test_a_call_tells_when_it_is_answered_and_when_it_is_over() -> None:
    form = asked(voice(receipts=True), ADDRESSED)

    assert form["StatusCallback"] == [f"{BACK}/status"]
    assert form["StatusCallbackEvent"] == ["answered", "completed"]


@pytest.mark.parametrize("settings", [sms(replies=True), voice(replies=True)], ids=["sms", "voice"])
def test_without_receipts_nothing_is_asked_for(settings: TwilioSms | TwilioVoice) -> None:
    assert "StatusCallback" not in asked(settings, ADDRESSED)


def test_how_to_answer_is_never_cut_from_an_sms() -> None:
    message = replace(ADDRESSED, body="长" * 500, how_to_answer="能去请回复1，去不了回复2。")

    [body] = asked(sms(replies=True, longest=160), message)["Body"]

    assert len(body) <= 160
    assert body.splitlines()[-2:] == [message.how_to_answer, marked(message)]


def test_a_call_waits_for_a_key_and_reads_the_words_twice() -> None:
    message = replace(ADDRESSED, how_to_answer="能去请按1，去不了请按2。")

    [twiml] = asked(voice(replies=True), message)["Twiml"]

    [gather] = ET.fromstring(twiml)  # noqa: S314 - our own words
    assert (gather.tag, gather.get("numDigits"), gather.get("action")) == ("Gather", "1", f"{BACK}/keys")
    says = [child.text or "" for child in gather if child.tag == "Say"]
    assert len(says) == 2
    assert all(text.endswith(message.how_to_answer) for text in says)


def test_a_call_that_only_informs_takes_no_key() -> None:
    [twiml] = asked(voice(replies=True), ADDRESSED)["Twiml"]

    assert "Gather" not in twiml


def aliyun(**more: object) -> AliyunVoice:
    given = {
        "provider": "aliyun_voice",
        "access_key_id": "AK",
        "access_key_secret": "SK",
        "template": "TTS_1",
        "from_number": "05715678",
        "callback_token": "a-token-of-twenty-chars",
        "keys": {"1": "TTS_2", "2": "TTS_3"},
        **more,
    }
    return AliyunVoice.model_validate(given)


def called(message: OutgoingMessage) -> tuple[str, dict[str, str]]:
    request = aliyun().dialect().request(message, NOW)
    query = parse_qs(urlsplit(request.url).query)
    return request.headers["x-acs-action"], {name: values[0] for name, values in query.items()}


def test_aliyun_waits_for_a_key_where_one_can_answer() -> None:
    action, query = called(replace(ADDRESSED, how_to_answer="能去请按1，去不了请按2。"))

    assert action == "IvrCall"
    assert (query["CalledNumber"], query["CalledShowNumber"]) == ("13711112222", "05715678")
    assert (query["StartCode"], json.loads(query["StartTtsParams"])) == ("TTS_1", {"content": MESSAGE.title})
    menu = {name: value for name, value in query.items() if name.startswith("MenuKeyMap")}
    assert menu == {
        "MenuKeyMap.1.Key": "1",
        "MenuKeyMap.1.Code": "TTS_2",
        "MenuKeyMap.2.Key": "2",
        "MenuKeyMap.2.Code": "TTS_3",
    }


def test_a_resident_has_one_key_and_who_is_informed_none() -> None:
    _, asked_ = called(replace(ADDRESSED, how_to_answer="没事请按1。", target=Target.RESIDENT))
    action, _ = called(ADDRESSED)

    assert "MenuKeyMap.2.Key" not in asked_
    assert action == "SingleCallByTts"


@pytest.mark.parametrize("missing", [{"from_number": ""}, {"callback_token": None}, {"keys": {"1": "TTS_2"}}])
def test_keys_without_what_they_need_are_refused(missing: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="keys need templates for 1 and 2"):
        aliyun(**missing)


def test_telegram_shows_the_buttons_that_one_can_press() -> None:
    way = Telegram.model_validate({"provider": "telegram", "bot_token": "42:AA"}).dialect()

    def buttons(message: OutgoingMessage) -> list[str] | None:
        markup = json.loads(way.request(message, NOW).body).get("reply_markup")
        return markup and [button["callback_data"] for button in markup["inline_keyboard"][0]]

    assert buttons(replace(ADDRESSED, how_to_answer="…")) == ["1", "2"]
    assert buttons(replace(ADDRESSED, how_to_answer="…", target=Target.RESIDENT)) == ["1"]
    assert buttons(ADDRESSED) is None
