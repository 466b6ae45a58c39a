"""Twilio: SMS, and voice calls that read the message aloud.

https://www.twilio.com/docs/messaging/api/message-resource, https://www.twilio.com/docs/voice/api/call-resource
"""

import base64
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Literal
from urllib.parse import quote, urlencode

from pydantic import Field, SecretStr, model_validator

from alerts.channels.channel import OutgoingMessage
from alerts.channels.inbound import Inbound, ReplyBy
from alerts.channels.settings import HttpSettings
from alerts.channels.text import phone, plain
from alerts.channels.twilio_inbound import KEYS, STATUS, TwilioInbound, gather, say
from alerts.channels.wire import Answer, NothingToAskBy, Request, by_code, by_status
from core.delivery import Accepted, CannotSay, Finding, HasIt, HasNot, Verdict

_LIMITS: dict[str | int, float] = {20429: 5, 14107: 5, 63038: 3600, 30022: 60}
_PASSING: frozenset[str | int] = frozenset((20500, 20503, 30008))
_SMS_LONGEST, _VOICE_LONGEST = 1600, 1000
_BAD = frozenset(("failed", "undelivered", "canceled"))
_LOOKED_AT = 50


class _Twilio(HttpSettings):
    account_sid: str
    auth_token: SecretStr
    endpoint: str = "https://api.twilio.com"
    receipts: bool = Field(default=False, description="Twilio tells what became of each message")
    replies: bool = Field(default=False, description="people may answer, by SMS or by a key")
    _reply_by: ClassVar[ReplyBy]

    def inbound(self, url: str) -> Inbound | None:
        if not self.receipts and not self.replies:
            return None
        return TwilioInbound(url, self.auth_token, self._reply_by if self.replies else None)


class TwilioSms(_Twilio):
    """From a number of yours, or from a messaging service."""

    provider: Literal["twilio_sms"]
    from_number: str = ""
    messaging_service_sid: str = ""
    longest: int = Field(320, ge=20, le=_SMS_LONGEST)
    _reply_by: ClassVar[ReplyBy] = ReplyBy.TEXT

    @model_validator(mode="after")
    def _has_one_sender(self) -> "TwilioSms":
        if bool(self.from_number) == bool(self.messaging_service_sid):
            raise ValueError("give either from_number or messaging_service_sid")
        return self

    def dialect(self) -> "TwilioDialect":
        return TwilioSmsDialect(self)


class TwilioVoice(_Twilio):
    """Calls, and says it twice."""

    provider: Literal["twilio_voice"]
    from_number: str
    _reply_by: ClassVar[ReplyBy] = ReplyBy.KEY

    def dialect(self) -> "TwilioDialect":
        return TwilioDialect(self)


@dataclass(frozen=True, slots=True)
class TwilioDialect:
    account: TwilioSms | TwilioVoice

    def request(self, message: OutgoingMessage, at: datetime) -> Request:
        del at
        account = self.account
        form = {"To": phone(message.address)}
        if isinstance(account, TwilioVoice):
            form |= {"From": account.from_number, "Twiml": spoken(message)}
            resource = "Calls"
        else:
            sender = {"From": account.from_number} if account.from_number else {}
            service = {"MessagingServiceSid": account.messaging_service_sid} if account.messaging_service_sid else {}
            form |= {**sender, **service, "Body": plain(replace(message, link=marked(message)), account.longest)}
            resource = "Messages"
        headers = {"content-type": "application/x-www-form-urlencoded", **self._login()}
        content = urlencode([*form.items(), *self._told_to(message)]).encode()
        return Request(self._url(resource), content, headers)

    def _url(self, resource: str) -> str:
        sid = quote(self.account.account_sid, safe="")
        return f"{self.account.endpoint}/2010-04-01/Accounts/{sid}/{resource}.json"

    def _login(self) -> dict[str, str]:
        login = f"{self.account.account_sid}:{self.account.auth_token.get_secret_value()}".encode()
        return {"authorization": f"Basic {base64.b64encode(login).decode()}"}

    def _told_to(self, message: OutgoingMessage) -> list[tuple[str, str]]:
        """Where Twilio says what becomes of it. Of a call, by itself, it would tell only the end."""
        if not message.callbacks or not self.account.receipts:
            return []
        events = ("answered", "completed") if isinstance(self.account, TwilioVoice) else ()
        callback = ("StatusCallback", f"{message.callbacks}/{STATUS}")
        return [callback, *(("StatusCallbackEvent", event) for event in events)]

    def judge(self, answer: Answer, message: OutgoingMessage, at: datetime) -> Verdict:
        del message
        said = answer.json() or {}
        code = said.get("code") or said.get("error_code")
        if isinstance(code, int):
            text = str(said.get("message") or said.get("error_message") or "")
            return by_code(code, text, at, limits=_LIMITS, passing=_PASSING)
        state = said.get("status")
        if said.get("sid") and isinstance(state, str) and state not in _BAD:
            return Accepted(str(said["sid"]), state)
        return by_status(answer, at)


@dataclass(frozen=True, slots=True)
class TwilioSmsDialect(TwilioDialect):
    """A message can be found again by the mark in its link. A call cannot: Twilio keeps nothing of ours with it."""

    def question(self, message: OutgoingMessage, since: datetime, at: datetime) -> Request:
        del since, at  # filtered by date of sending, a message that is still queued would be left out
        if not message.link:
            raise NothingToAskBy("without a link nothing in its words tells it from another")
        query = urlencode({"To": phone(message.address), "PageSize": _LOOKED_AT})
        return Request(f"{self._url('Messages')}?{query}", headers=self._login(), method="GET")

    def finding(self, answer: Answer, message: OutgoingMessage) -> Finding:
        listed = (answer.json() or {}).get("messages")
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            return CannotSay(answer.said)
        for one in listed:
            is_ours = one.get("to") == phone(message.address) and one.get("direction") == "outbound-api"
            if is_ours and str(one.get("body")).endswith(marked(message)) and one.get("sid"):
                state = str(one.get("status"))
                return HasNot(state) if state in _BAD else HasIt(str(one["sid"]), state)
        return HasNot()


def marked(message: OutgoingMessage) -> str:
    """Its link with a mark of this very message behind it, which no server sees; empty where it has no link."""
    mark = base64.b32encode(hashlib.sha256(message.key.encode()).digest())[:8].decode().lower()
    return f"{message.link}#{mark}" if message.link else ""


def spoken(message: OutgoingMessage) -> str:
    """TwiML: the words twice, with a pause between them, and a key where one can answer. Links are not read aloud."""
    words = f"{message.title}. {message.body}".strip()[:_VOICE_LONGEST]
    told = say(f"{words} {message.how_to_answer}".strip(), message.language)
    twice = f'{told}<Pause length="1"/>{told}'
    return f"<Response>{gather(twice, f'{message.callbacks}/{KEYS}') if message.how_to_answer else twice}</Response>"
