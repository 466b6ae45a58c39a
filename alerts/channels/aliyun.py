"""Aliyun (阿里云): SMS by SendSms, voice calls by SingleCallByTts, each with a template that Aliyun has approved.

Signed by ACS3-HMAC-SHA256: https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from pydantic import Field, SecretStr, model_validator

from alerts.channels import aliyun_inbound
from alerts.channels.channel import OutgoingMessage
from alerts.channels.inbound import Inbound, ReplyBy
from alerts.channels.text import Part, phone_in_china, variables
from alerts.channels.token_path import RepliesSettings, TokenPath, TokenPathSettings
from alerts.channels.wire import Answer, NothingToAskBy, Request, by_code, by_status
from core.delivery import Accepted, CannotSay, Finding, HasIt, HasNot, Verdict
from core.policies import Target

_ALGORITHM = "ACS3-HMAC-SHA256"
_VERSION = "2017-05-25"
_FOR_A_KEY = "10000"  # milliseconds
_LONGEST_OUT_ID = 200
_IN_CHINA = timezone(timedelta(hours=8))
_A_PAGE = 50  # as many as a page may have
_WAITS_FOR_RECEIPT, _DID_NOT_ARRIVE, _ARRIVED = 1, 2, 3
_LIMITS: dict[str | int, float] = {
    "isv.BUSINESS_LIMIT_CONTROL": 60,  # to one number: 1 a minute, 5 an hour, 10 a day unless agreed otherwise
    "isv.DAY_LIMIT_CONTROL": 3600,
    "Throttling": 2,
    "Throttling.User": 2,
    "Throttling.Api": 2,
}
_PASSING: frozenset[str | int] = frozenset(
    ("isp.SYSTEM_ERROR", "isp.GATEWAY_ERROR", "SystemError", "InternalError", "ServiceUnavailable")
)


class _Aliyun(TokenPathSettings):
    access_key_id: str
    access_key_secret: SecretStr
    variables: dict[str, Part] = Field({"content": "title"}, description="the template's variables, each from a part")
    longest: int = Field(35, ge=4, le=500, description="characters that one variable may have")


class AliyunSms(RepliesSettings, _Aliyun):
    """`sign_name` and `template` as they are approved in the SMS console."""

    provider: Literal["aliyun_sms"]
    sign_name: str
    template: str
    endpoint: str = "https://dysmsapi.aliyuncs.com"

    def dialect(self) -> "AliyunDialect":
        fixed = {"SignName": self.sign_name, "TemplateCode": self.template}
        return AliyunSmsDialect(self, self.endpoint, "SendSms", "PhoneNumbers", "TemplateParam", "BizId", fixed)

    def inbound(self, url: str) -> Inbound | None:
        if self.callback_token is None:
            return None
        by = ReplyBy.TEXT if self.replies else None
        return TokenPath(url, self.callback_token, aliyun_inbound.read_sms, aliyun_inbound.THANKS, by)


class AliyunVoice(_Aliyun):
    """`template` is a text-to-speech template; without `from_number` Aliyun chooses one of its public pool."""

    provider: Literal["aliyun_voice"]
    template: str
    from_number: str = ""
    play_times: int = Field(2, ge=1, le=3)
    keys: dict[Literal["1", "2"], str] = Field({}, description="templates that are said when 1 or 2 is pressed")
    endpoint: str = "https://dyvmsapi.aliyuncs.com"

    @model_validator(mode="after")
    def _keys_are_passed_on(self) -> "AliyunVoice":
        if self.keys and not (set(self.keys) == {"1", "2"} and self.from_number and self.callback_token):
            raise ValueError("keys need templates for 1 and 2, a from_number of yours, and a callback_token")
        return self

    def dialect(self) -> "AliyunDialect":
        fixed = {"TtsCode": self.template, "PlayTimes": str(self.play_times)}
        if self.from_number:
            fixed["CalledShowNumber"] = self.from_number
        return AliyunDialect(self, self.endpoint, "SingleCallByTts", "CalledNumber", "TtsParam", "CallId", fixed)

    def inbound(self, url: str) -> Inbound | None:
        if self.callback_token is None:
            return None
        return TokenPath(
            url,
            self.callback_token,
            aliyun_inbound.read_call,
            aliyun_inbound.THANKS,
            ReplyBy.KEY if self.keys else None,
        )


@dataclass(frozen=True, slots=True)
class AliyunDialect:
    """`to`, `words` and `reference` are what this action calls the number, the variables and its own id."""

    account: _Aliyun
    endpoint: str
    action: str
    to: str
    words: str
    reference: str
    fixed: Mapping[str, str]

    def request(self, message: OutgoingMessage, at: datetime) -> Request:
        said = variables(message, self.account.variables, self.account.longest)
        words = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        if isinstance(self.account, AliyunVoice) and self.account.keys and message.how_to_answer:
            action, query = "IvrCall", _with_keys(self.account, message, words)
        else:
            number = phone_in_china(message.address)
            action, query = (
                self.action,
                {**self.fixed, self.to: number, self.words: words, "OutId": message.key[:_LONGEST_OUT_ID]},
            )
        return self._asked(action, query, message, at)

    def _asked(self, action: str, query: Mapping[str, str], message: OutgoingMessage, at: datetime) -> Request:
        nonce = hashlib.sha256(f"{action} {message.key} {message.attempt} {at.timestamp()}".encode()).hexdigest()[:32]
        secret = self.account.access_key_secret.get_secret_value()
        return signed(self.endpoint, action, _VERSION, query, (self.account.access_key_id, secret), at, nonce)

    def judge(self, answer: Answer, message: OutgoingMessage, at: datetime) -> Verdict:
        del message
        said = answer.json() or {}
        code = said.get("Code")
        if code == "OK" and said.get(self.reference):
            return Accepted(str(said[self.reference]), str(said.get("Message", "")))
        if isinstance(code, str) and code != "OK":
            return by_code(code, str(said.get("Message", "")), at, limits=_LIMITS, passing=_PASSING)
        return by_status(answer, at)


@dataclass(frozen=True, slots=True)
class AliyunSmsDialect(AliyunDialect):
    """Asked by QuerySendDetails, which lists a number's messages of one day with their OutId. A call is known by its
    CallId only, which we do not have when we must ask.
    """

    def question(self, message: OutgoingMessage, since: datetime, at: datetime) -> Request:
        if len(message.key) > _LONGEST_OUT_ID:
            raise NothingToAskBy("its key is too long for OutId")
        query = {
            "PhoneNumber": phone_in_china(message.address),
            "SendDate": since.astimezone(_IN_CHINA).strftime("%Y%m%d"),
            "PageSize": str(_A_PAGE),
            "CurrentPage": "1",
        }
        return self._asked("QuerySendDetails", query, message, at)

    def finding(self, answer: Answer, message: OutgoingMessage) -> Finding:
        """It gives no BizId, so the message goes by our own key from here on; receipts carry that too."""
        said = answer.json() or {}
        listed = said.get("SmsSendDetailDTOs")
        found = listed.get("SmsSendDetailDTO") if isinstance(listed, dict) else None
        if said.get("Code") != "OK" or not isinstance(found, list):
            return CannotSay(answer.said)
        for one in found:
            if isinstance(one, dict) and one.get("OutId") == message.key:
                return _with_state(one, message.key)
        return CannotSay("too many messages in one day") if len(found) >= _A_PAGE else HasNot()


def _with_state(one: Mapping[str, Any], key: str) -> Finding:
    match one.get("SendStatus"):
        case state if state in (_WAITS_FOR_RECEIPT, _ARRIVED):
            return HasIt(key, str(one.get("ErrCode") or ""))
        case state if state == _DID_NOT_ARRIVE:
            return HasNot(f"did not arrive: {one.get('ErrCode')}")
        case other:
            return CannotSay(f"SendStatus {other!r}")


def _with_keys(account: AliyunVoice, message: OutgoingMessage, words: str) -> dict[str, str]:
    """An IvrCall, which waits for a key. Its OutId takes 15 bytes, too few for ours, and may be left out."""
    keys = ("1",) if message.target is Target.RESIDENT else ("1", "2")
    menu = {
        f"MenuKeyMap.{number}.{name}": value
        for number, key in enumerate(keys, 1)
        for name, value in (("Key", key), ("Code", account.keys["1" if key == "1" else "2"]))
    }
    return {
        **menu,
        "CalledShowNumber": account.from_number,
        "CalledNumber": phone_in_china(message.address),
        "StartCode": account.template,
        "StartTtsParams": words,
        "PlayTimes": str(account.play_times),
        "Timeout": _FOR_A_KEY,
    }


def signed(
    endpoint: str,
    action: str,
    version: str,
    query: Mapping[str, str],
    key: tuple[str, str],
    at: datetime,
    nonce: str,
) -> Request:
    """A POST without a body whose parameters stand in the query. `key`: id and secret."""
    text = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in sorted(query.items()))
    nothing = hashlib.sha256(b"").hexdigest()
    headers = {
        "host": urlsplit(endpoint).netloc,
        "x-acs-action": action,
        "x-acs-content-sha256": nothing,
        "x-acs-date": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = f"POST\n/\n{text}\n{lines}\n{names}\n{nothing}"
    to_sign = f"{_ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(key[1].encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    authorization = f"{_ALGORITHM} Credential={key[0]},SignedHeaders={names},Signature={signature}"
    return Request(f"{endpoint}/?{text}", b"", {**headers, "Authorization": authorization})


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")
