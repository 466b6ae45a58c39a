"""Tencent Cloud SMS (腾讯云短信), SendSms of 2021-01-11, with a template that Tencent has approved.

Asked by PullSmsSendStatusByPhoneNumber, which knows what the network has reported, and shows our key only where Tencent
has turned SessionContext on for the account: https://cloud.tencent.com/document/product/1359/55976
Signed by TC3-HMAC-SHA256: https://cloud.tencent.com/document/api/382/52072
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from alerts.channels import tencent_inbound
from alerts.channels.channel import OutgoingMessage
from alerts.channels.inbound import Inbound, ReplyBy
from alerts.channels.text import Part, phone, variables
from alerts.channels.token_path import RepliesSettings, TokenPath
from alerts.channels.wire import Answer, NothingToAskBy, Request, by_code, by_status
from core.delivery import Accepted, CannotSay, Finding, HasIt, HasNot, Verdict

_ALGORITHM = "TC3-HMAC-SHA256"
_TYPE = "application/json; charset=utf-8"
_LONGEST_CONTEXT = 512
_A_PAGE = 100  # as many as it gives
_CLOCKS = timedelta(minutes=1)
"""How far theirs may be behind ours."""
_LIMITS: dict[str | int, float] = {
    "LimitExceeded.PhoneNumberThirtySecondLimit": 30,
    "LimitExceeded.PhoneNumberOneHourLimit": 3600,
    "LimitExceeded.PhoneNumberDailyLimit": 6 * 3600,
    "LimitExceeded.PhoneNumberSameContentDailyLimit": 6 * 3600,
    "LimitExceeded.DeliveryFrequencyLimit": 2,
    "RequestLimitExceeded": 2,
}
_PASSING: frozenset[str | int] = frozenset(
    (
        "InternalError",
        "InternalError.Timeout",
        "InternalError.OtherError",
        "InternalError.SendAndRecvFail",
        "InternalError.RequestTimeException",
        "InternalError.RestApiInterfaceNotExist",
        "FailedOperation.OtherError",
    )
)


class TencentSms(RepliesSettings):
    """`variables` are positional in Tencent's templates: the parts of the message in their order."""

    provider: Literal["tencent_sms"]
    secret_id: str
    secret_key: SecretStr
    app_id: str = Field(description="SmsSdkAppId")
    sign_name: str
    template: str
    region: str = "ap-guangzhou"
    variables: list[Part] = Field(["title"])
    longest: int = Field(12, ge=4, le=500, description="characters that one variable may have")
    endpoint: str = "https://sms.tencentcloudapi.com"

    def dialect(self) -> "TencentDialect":
        return TencentDialect(self)

    def inbound(self, url: str) -> Inbound | None:
        if self.callback_token is None:
            return None
        by = ReplyBy.TEXT if self.replies else None
        return TokenPath(url, self.callback_token, tencent_inbound.read_sms, tencent_inbound.THANKS, by)


@dataclass(frozen=True, slots=True)
class TencentDialect:
    account: TencentSms

    def request(self, message: OutgoingMessage, at: datetime) -> Request:
        account = self.account
        named = {str(n): part for n, part in enumerate(account.variables)}
        body = {
            "PhoneNumberSet": [phone(message.address)],
            "SmsSdkAppId": account.app_id,
            "SignName": account.sign_name,
            "TemplateId": account.template,
            "TemplateParamSet": list(variables(message, named, account.longest).values()),
            "SessionContext": message.key[:_LONGEST_CONTEXT],
        }
        return self._asked("SendSms", body, at)

    def question(self, message: OutgoingMessage, since: datetime, at: datetime) -> Request:
        if len(message.key) > _LONGEST_CONTEXT:
            raise NothingToAskBy("its key is too long for SessionContext")
        body = {
            "BeginTime": int((since - _CLOCKS).timestamp()),
            "Offset": 0,
            "Limit": _A_PAGE,
            "PhoneNumber": phone(message.address),
            "SmsSdkAppId": self.account.app_id,
        }
        return self._asked("PullSmsSendStatusByPhoneNumber", body, at)

    def finding(self, answer: Answer, message: OutgoingMessage) -> Finding:
        response = (answer.json() or {}).get("Response")
        found = response.get("PullSmsSendStatusSet") if isinstance(response, dict) else None
        if not isinstance(found, list):
            return CannotSay(answer.said)
        for one in found:
            if isinstance(one, dict) and one.get("SessionContext") == message.key and one.get("SerialNo"):
                said = str(one.get("Description") or "")
                failed = one.get("ReportStatus") == "FAIL"
                return HasNot(f"did not arrive: {said}") if failed else HasIt(str(one["SerialNo"]), said)
        if any(not isinstance(one, dict) or not one.get("SessionContext") for one in found):
            return CannotSay("SessionContext is not turned on for this account")
        return HasNot()

    def _asked(self, action: str, body: dict[str, Any], at: datetime) -> Request:
        account = self.account
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        host = urlsplit(account.endpoint).netloc
        stamp = int(at.timestamp())
        key = account.secret_id, account.secret_key.get_secret_value()
        headers = {
            "host": host,
            "content-type": _TYPE,
            "x-tc-action": action,
            "x-tc-version": "2021-01-11",
            "x-tc-region": account.region,
            "x-tc-timestamp": str(stamp),
            "authorization": authorization("POST", "", content, host=host, service="sms", stamp=stamp, key=key),
        }
        return Request(f"{account.endpoint}/", content, headers)

    def judge(self, answer: Answer, message: OutgoingMessage, at: datetime) -> Verdict:
        del message
        response: dict[str, Any] = (answer.json() or {}).get("Response") or {}
        error = response.get("Error")
        if isinstance(error, dict):
            return _refused(error, at)
        statuses = response.get("SendStatusSet")
        if not isinstance(statuses, list) or len(statuses) != 1 or not isinstance(statuses[0], dict):
            return by_status(answer, at)
        status = statuses[0]
        if status.get("Code") == "Ok" and status.get("SerialNo"):
            return Accepted(str(status["SerialNo"]), str(status.get("Message", "")))
        return _refused(status, at)


def authorization(
    method: str,
    query: str,
    content: bytes,
    *,
    host: str,
    service: str,
    stamp: int,
    key: tuple[str, str],
    type_: str = _TYPE,
) -> str:
    """The header's value. `key`: id and secret; `stamp` in seconds since 1970."""
    date = datetime.fromtimestamp(stamp, UTC).strftime("%Y-%m-%d")
    names = "content-type;host"
    lines = f"content-type:{type_}\nhost:{host}\n"
    canonical = "\n".join([method, "/", query, lines, names, hashlib.sha256(content).hexdigest()])
    scope = f"{date}/{service}/tc3_request"
    to_sign = "\n".join([_ALGORITHM, str(stamp), scope, hashlib.sha256(canonical.encode()).hexdigest()])
    signing = f"TC3{key[1]}".encode()
    for part in (date, service, "tc3_request"):
        signing = hmac.new(signing, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(signing, to_sign.encode(), hashlib.sha256).hexdigest()
    return f"{_ALGORITHM} Credential={key[0]}/{scope}, SignedHeaders={names}, Signature={signature}"


def _refused(said: dict[str, Any], at: datetime) -> Verdict:
    code, text = str(said.get("Code", "")), str(said.get("Message", ""))
    return by_code(code, text, at, limits=_LIMITS, passing=_PASSING)
