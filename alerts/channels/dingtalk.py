"""DingTalk (钉钉): group robots, and work notices to one member.

https://open.dingtalk.com/document/orgapp/custom-bot-send-group-message,
https://open.dingtalk.com/document/orgapp/asynchronous-sending-of-enterprise-session-messages
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal
from urllib.parse import quote

from pydantic import SecretStr

from alerts.channels.channel import OutgoingMessage
from alerts.channels.errcode import BUSY, Errcode, without_token
from alerts.channels.settings import HttpSettings, TokenSettings
from alerts.channels.text import plain
from alerts.channels.wecom import mentioned
from alerts.channels.wire import AddressRefused, Answer, Request, Token, TokenSpent, as_json, by_status
from core.delivery import Verdict

_BOT = Errcode(limits={130101: 60, 410100: 60, 90018: 60}, passing=BUSY | {40035}, spent=frozenset())
_NOTICE = Errcode(limits={90018: 60, 90002: 10, 88: 10}, reference="task_id", passing=BUSY)
_SPENT_SUBCODES = {"40014", "42001", "40001"}
_LONGEST = 500


class DingtalkBot(HttpSettings):
    """A robot of one group, with the security setting 加签. An address is the mobile number to mention, or `group`."""

    bundles: ClassVar[bool] = True

    provider: Literal["dingtalk_bot"]
    access_token: SecretStr
    secret: SecretStr
    endpoint: str = "https://oapi.dingtalk.com"
    per_second: float = 20 / 60
    burst: int = 20

    def dialect(self) -> "DingtalkBotDialect":
        return DingtalkBotDialect(self)


@dataclass(frozen=True, slots=True)
class DingtalkBotDialect:
    account: DingtalkBot

    def request(self, message: OutgoingMessage, at: datetime) -> Request:
        stamp = str(int(at.timestamp() * 1000))
        sign = signature(stamp, self.account.secret.get_secret_value())
        token = quote(self.account.access_token.get_secret_value(), safe="")
        query = f"access_token={token}&timestamp={stamp}&sign={quote(sign, safe='')}"
        mobile = mentioned(message.address)
        words = plain(message, _LONGEST)
        body: dict[str, Any] = {"msgtype": "text", "text": {"content": f"{words}\n@{mobile}" if mobile else words}}
        if mobile:
            body["at"] = {"atMobiles": [mobile], "isAtAll": False}
        return as_json(f"{self.account.endpoint}/robot/send?{query}", body)

    def judge(self, answer: Answer, message: OutgoingMessage, at: datetime) -> Verdict:
        return without_token(_BOT.judge(answer, message.key, at), "the robot's token is not taken")


def signature(stamp: str, secret: str) -> str:
    """加签: base64 of HMAC-SHA256 over time and secret, with the secret as its key. `stamp` in milliseconds."""
    digest = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


class DingtalkWork(TokenSettings):
    """A work notice (工作通知). An address is a member's user id."""

    bundles: ClassVar[bool] = True

    provider: Literal["dingtalk_work"]
    app_key: str
    app_secret: SecretStr
    agent_id: int
    endpoint: str = "https://oapi.dingtalk.com"

    def dialect(self) -> "DingtalkWorkDialect":
        return DingtalkWorkDialect(self)


@dataclass(frozen=True, slots=True)
class DingtalkWorkDialect:
    account: DingtalkWork

    def token_request(self, at: datetime) -> Request:
        del at
        secret = quote(self.account.app_secret.get_secret_value(), safe="")
        query = f"appkey={quote(self.account.app_key, safe='')}&appsecret={secret}"
        return Request(f"{self.account.endpoint}/gettoken?{query}", method="GET")

    def token_of(self, answer: Answer, at: datetime) -> Token | Verdict:
        return _NOTICE.token(answer, at)

    def request(self, message: OutgoingMessage, at: datetime, token: str) -> Request:
        """The hour stands in the words: DingTalk drops a second notice of a day that says the same to the same."""
        if not message.address or "," in message.address:
            raise AddressRefused(f"{message.address!r} is not one member's user id")
        words = f"{plain(message, _LONGEST)}\n{at:%H:%M:%S} UTC"
        body = {
            "agent_id": self.account.agent_id,
            "userid_list": message.address,
            "msg": {"msgtype": "text", "text": {"content": words}},
        }
        url = f"{self.account.endpoint}/topapi/message/corpconversation/asyncsend_v2"
        return as_json(f"{url}?access_token={quote(token, safe='')}", body)

    def judge(self, answer: Answer, message: OutgoingMessage, at: datetime) -> Verdict | TokenSpent:
        said = answer.json()
        if said is None:
            return by_status(answer, at)
        if said.get("errcode") == 88 and str(said.get("sub_code")) in _SPENT_SUBCODES:  # noqa: PLR2004 - theirs
            return TokenSpent(f"{said.get('sub_code')}: {said.get('sub_msg')}")
        return _NOTICE.judge(answer, message.key, at)
