"""Telegram: a bot's message to one chat. https://core.telegram.org/bots/api#sendmessage"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote

from pydantic import SecretStr

from alerts.channels.channel import OutgoingMessage
from alerts.channels.settings import HttpSettings
from alerts.channels.text import plain
from alerts.channels.wire import Answer, Request, as_json, by_status
from core.delivery import Accepted, Permanent, RateLimited, Temporary, Verdict

_LONGEST = 4096
_TOO_MANY, _SERVER_FAILS = 429, 500


class Telegram(HttpSettings):
    """An address is a chat id."""

    provider: Literal["telegram"]
    bot_token: SecretStr
    endpoint: str = "https://api.telegram.org"

    def dialect(self) -> "TelegramDialect":
        return TelegramDialect(self)


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
