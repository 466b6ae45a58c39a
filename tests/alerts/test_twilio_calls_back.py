"""What Twilio is asked for with each message: to say what became of it, and to take a key during a call."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from urllib.parse import parse_qs

import pytest

from alerts.channels.channel import OutgoingMessage
from alerts.channels.twilio import TwilioSms, TwilioVoice
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
    assert body.splitlines()[-2:] == [message.how_to_answer, message.link]


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
