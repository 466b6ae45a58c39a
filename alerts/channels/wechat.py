"""WeChat (微信公众号): a template message of an official account to one follower.

https://developers.weixin.qq.com/doc/service/api/notify/template/api_sendtemplatemessage.html;
the token is the stable one, which several senders may ask for without taking it from each other.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

from pydantic import Field, SecretStr

from alerts.channels.channel import OutgoingMessage
from alerts.channels.errcode import Errcode
from alerts.channels.settings import TokenSettings
from alerts.channels.text import Part, variables
from alerts.channels.wire import AddressRefused, Answer, Request, Token, TokenSpent, as_json
from core.delivery import Verdict

_CODES = Errcode(limits={45009: 3600, 45011: 60, 45047: 3600}, reference="msgid")


class WechatTemplate(TokenSettings):
    """An address is a follower's open id. `variables`: the template's fields, each from a part of the message."""

    provider: Literal["wechat_template"]
    app_id: str
    app_secret: SecretStr
    template: str
    variables: dict[str, Part] = Field({"thing1": "title"})
    longest: int = Field(20, ge=4, le=200, description="characters that one field may have")
    endpoint: str = "https://api.weixin.qq.com"

    def dialect(self) -> "WechatDialect":
        return WechatDialect(self)


@dataclass(frozen=True, slots=True)
class WechatDialect:
    account: WechatTemplate

    def token_request(self, at: datetime) -> Request:
        del at
        body = {
            "grant_type": "client_credential",
            "appid": self.account.app_id,
            "secret": self.account.app_secret.get_secret_value(),
        }
        return as_json(f"{self.account.endpoint}/cgi-bin/stable_token", body)

    def token_of(self, answer: Answer, at: datetime) -> Token | Verdict:
        return _CODES.token(answer, at)

    def request(self, message: OutgoingMessage, at: datetime, token: str) -> Request:
        del at
        if not message.address:
            raise AddressRefused("an open id is missing")
        said = variables(message, self.account.variables, self.account.longest)
        body: dict[str, Any] = {
            "touser": message.address,
            "template_id": self.account.template,
            "client_msg_id": hashlib.sha256(message.key.encode()).hexdigest()[:32],  # it drops what it has already
            "data": {name: {"value": value} for name, value in said.items()},
        }
        if message.link:
            body["url"] = message.link
        url = f"{self.account.endpoint}/cgi-bin/message/template/send"
        return as_json(f"{url}?access_token={quote(token, safe='')}", body)

    def judge(self, answer: Answer, message: OutgoingMessage, at: datetime) -> Verdict | TokenSpent:
        return _CODES.judge(answer, message.key, at)
