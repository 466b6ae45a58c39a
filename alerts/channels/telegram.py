"""Telegram: a bot's message to one chat. https://core.telegram.org/bots/api#sendmessage"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal
from urllib.parse import quote

from pydantic import SecretStr

from alerts.channels.channel import OutgoingMessage
from alerts.channels.inbound import Inbound
from alerts.channels.telegram_inbound import TelegramInbound
from alerts.channels.text import plain
from alerts.channels.token_path import RepliesSettings
from alerts.channels.wire import Answer, Request, as_json, by_status
from core.delivery import Accepted, Permanent, RateLimited, Temporary, Verdict
from core.policies import Target

_LONGEST = 4096
_TOO_MANY, _SERVER_FAILS = 429, 500


class Telegram(RepliesSettings):
    """An address is a chat id. `callback_token` is the secret that was given to setWebhook."""

    bundles: ClassVar[bool] = True

    provider: Literal["telegram"]
    bot_token: SecretStr
    endpoint: str = "https://api.telegram.org"

    def dialect(self) -> "TelegramDialect":
        return TelegramDialect(self)

    def inbound(self, url: str) -> Inbound | None:
        return TelegramInbound(url, self.callback_token) if self.replies and self.callback_token is not None else None


@dataclass(frozen=True, slots=True)
class TelegramDialect:
    account: Telegram

    def request(self, message: OutgoingMessage, at: datetime) -> Request:
        del at
        body: dict[str, Any] = {
            "chat_id": message.address,
            "text": plain(message, _LONGEST),
            "link_preview_options": {"is_disabled": True},  # a preview would open the link before the person does
        }
        if message.how_to_answer:
            keys = ("1",) if message.target is Target.RESIDENT else ("1", "2")
            body["reply_markup"] = {"inline_keyboard": [[{"text": key, "callback_data": key} for key in keys]]}
        token = quote(self.account.bot_token.get_secret_value(), safe=":")
        return as_json(f"{self.account.endpoint}/bot{token}/sendMessage", body)

    def judge(self, answer: Answer, message: OutgoingMessage, at: datetime) -> Verdict:
        del message
        said = answer.json() or {}
        if said.get("ok") is True and isinstance(said.get("result"), dict):
            return Accepted(str(said["result"].get("message_id", "")))
        code = said.get("error_code")
        if said.get("ok") is not False or not isinstance(code, int):
            return by_status(answer, at)
        text = f"{code}: {said.get('description', '')}"[:200]
        if code == _TOO_MANY:
            seconds = (said.get("parameters") or {}).get("retry_after", 30)
            return RateLimited(at + timedelta(seconds=float(seconds)), text)
        return Temporary(text) if code >= _SERVER_FAILS else Permanent(text)
