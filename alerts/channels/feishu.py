"""Feishu (飞书): a robot of one group, with signature verification.

https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal
from urllib.parse import quote

from pydantic import SecretStr

from alerts.channels.channel import OutgoingMessage
from alerts.channels.settings import HttpSettings
from alerts.channels.text import plain
from alerts.channels.wire import Answer, Request, as_json, by_code, by_status
from core.delivery import Accepted, Verdict

_LIMITS: dict[str | int, float] = {9499: 60, 11232: 60}
_PASSING: frozenset[str | int] = frozenset((-1, 19036))
_LONGEST = 2000


class FeishuBot(HttpSettings):
    """An address is the open id (`ou_…`) of the member to mention, or `group`."""

    bundles: ClassVar[bool] = True

    provider: Literal["feishu_bot"]
    token: SecretStr
    secret: SecretStr
    endpoint: str = "https://open.feishu.cn"
    per_second: float = 100 / 60
    burst: int = 5

    def dialect(self) -> "FeishuDialect":
        return FeishuDialect(self)


@dataclass(frozen=True, slots=True)
class FeishuDialect:
    account: FeishuBot

    def request(self, message: OutgoingMessage, at: datetime) -> Request:
        stamp = str(int(at.timestamp()))
        words = plain(message, _LONGEST)
        if message.address.startswith("ou_"):
            words = f'<at user_id="{message.address}"></at> {words}'
        body = {
            "timestamp": stamp,
            "sign": signature(stamp, self.account.secret.get_secret_value()),
            "msg_type": "text",
            "content": {"text": words},
        }
        token = quote(self.account.token.get_secret_value(), safe="")
        return as_json(f"{self.account.endpoint}/open-apis/bot/v2/hook/{token}", body)

    def judge(self, answer: Answer, message: OutgoingMessage, at: datetime) -> Verdict:
        said = answer.json()
        code = None if said is None else said.get("code", said.get("StatusCode"))
        if said is None or not isinstance(code, int):
            return by_status(answer, at)
        text = str(said.get("msg") or said.get("StatusMessage") or "")
        if code == 0:
            return Accepted(message.key, text)
        return by_code(code, text, at, limits=_LIMITS, passing=_PASSING)


def signature(stamp: str, secret: str) -> str:
    """Base64 of HMAC-SHA256 over nothing, with time and secret as its key. `stamp` in seconds."""
    return base64.b64encode(hmac.new(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256).digest()).decode()
