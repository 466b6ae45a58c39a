"""WeCom (企业微信): messages of an application to its members, and group robots.

https://developer.work.weixin.qq.com/document/path/90236 (application), /91770 (robot)
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal
from urllib.parse import quote

from pydantic import SecretStr

from alerts.channels.channel import OutgoingMessage
from alerts.channels.errcode import Errcode, without_token
from alerts.channels.settings import HttpSettings, TokenSettings
from alerts.channels.text import phone_in_china, plain
from alerts.channels.wire import AddressRefused, Answer, Request, Token, TokenSpent, as_json
from core.delivery import Permanent, Verdict

_CODES = Errcode(limits={45009: 60, 45033: 2}, reference="msgid")
_LONGEST = 600  # the application takes 2048 bytes, and a Chinese character is three


class WecomApp(TokenSettings):
    """An address is a member's user id."""

    bundles: ClassVar[bool] = True

    provider: Literal["wecom_app"]
    corp_id: str
    agent_id: int
    secret: SecretStr
    endpoint: str = "https://qyapi.weixin.qq.com"

    def dialect(self) -> "WecomAppDialect":
        return WecomAppDialect(self)


@dataclass(frozen=True, slots=True)
class WecomAppDialect:
    account: WecomApp

    def token_request(self, at: datetime) -> Request:
        del at
        secret = quote(self.account.secret.get_secret_value(), safe="")
        query = f"corpid={quote(self.account.corp_id, safe='')}&corpsecret={secret}"
        return Request(f"{self.account.endpoint}/cgi-bin/gettoken?{query}", method="GET")

    def token_of(self, answer: Answer, at: datetime) -> Token | Verdict:
        return _CODES.token(answer, at)

    def request(self, message: OutgoingMessage, at: datetime, token: str) -> Request:
        del at
        if not message.address or "|" in message.address or message.address == "@all":
            raise AddressRefused(f"{message.address!r} is not one member's user id")
        body = {
            "touser": message.address,
            "msgtype": "text",
            "agentid": self.account.agent_id,
            "text": {"content": plain(message, _LONGEST)},
            "enable_duplicate_check": 0,  # a repeat says so in its words
        }
        return as_json(f"{self.account.endpoint}/cgi-bin/message/send?access_token={quote(token, safe='')}", body)

    def judge(self, answer: Answer, message: OutgoingMessage, at: datetime) -> Verdict | TokenSpent:
        said = answer.json() or {}
        lost = [said.get(name) for name in ("invaliduser", "unlicenseduser") if said.get(name)]
        if said.get("errcode") == 0 and lost:
            return Permanent(
                f"not delivered to {lost[0]}: no such member, not in the application's range, or no licence"
            )
        return _CODES.judge(answer, message.key, at)


class WecomBot(HttpSettings):
    """A robot of one group: everybody there reads it. An address is the mobile number that is mentioned, or `group`."""

    bundles: ClassVar[bool] = True

    provider: Literal["wecom_bot"]
    key: SecretStr
    endpoint: str = "https://qyapi.weixin.qq.com"
    per_second: float = 20 / 60
    burst: int = 20

    def dialect(self) -> "WecomBotDialect":
        return WecomBotDialect(self)


@dataclass(frozen=True, slots=True)
class WecomBotDialect:
    account: WecomBot

    def request(self, message: OutgoingMessage, at: datetime) -> Request:
        del at
        text: dict[str, Any] = {"content": plain(message, _LONGEST)}
        mobile = mentioned(message.address)
        if mobile:
            text["mentioned_mobile_list"] = [mobile]
        key = quote(self.account.key.get_secret_value(), safe="")
        return as_json(f"{self.account.endpoint}/cgi-bin/webhook/send?key={key}", {"msgtype": "text", "text": text})

    def judge(self, answer: Answer, message: OutgoingMessage, at: datetime) -> Verdict:
        return without_token(_CODES.judge(answer, message.key, at), "the robot's key is not taken")


def mentioned(address: str) -> str:
    """The mobile number to mention in a group; empty for `group`. Raises AddressRefused for anything else."""
    return "" if address == "group" else phone_in_china(address)
