"""What Telegram calls back: buttons that people press below a message, and what they write to the bot.

https://core.telegram.org/bots/api#setwebhook: a secret that was given there comes back in a header of each call.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from alerts.channels.inbound import (
    Garbled,
    News,
    ProviderAnswer,
    ProviderCall,
    Replied,
    ReplyBy,
    ReplyWords,
    Unproved,
    as_answer,
)

_HEADER = "x-telegram-bot-api-secret-token"
_UPDATES = "updates"


@dataclass(frozen=True)
class TelegramInbound:
    url: str
    token: SecretStr
    replies: ReplyBy | None = ReplyBy.BUTTON

    def hear(self, call: ProviderCall) -> tuple[News, ...]:
        given = call.headers.get(_HEADER, "")
        if not hmac.compare_digest(given.encode(), self.token.get_secret_value().encode()):
            raise Unproved
        update = call.json()
        if call.path != _UPDATES or not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
            raise Garbled("not an update")
        found = _pressed(update) or _written(update)
        return () if found is None or self.replies is None else (found,)

    def answer(self, call: ProviderCall, said: Sequence[ReplyWords]) -> ProviderAnswer:
        """Telegram takes one method as the answer to its call."""
        if not said:
            return as_answer({})
        update, text = call.json(), said[0].text
        query, message = _object(update, "callback_query"), _object(update, "message")
        if "id" in query:
            about = {"method": "answerCallbackQuery", "callback_query_id": query["id"], "show_alert": True}
        else:
            about = {"method": "sendMessage", "chat_id": _object(message, "chat").get("id")}
        return as_answer({**about, "text": text})


def _pressed(update: Mapping[str, Any]) -> Replied | None:
    """A button is below the message that it answers."""
    query = _object(update, "callback_query")
    message = _object(query, "message")
    chat, words = _object(message, "chat").get("id"), query.get("data")
    if chat is None or not isinstance(words, str):
        return None
    return Replied(str(chat), words, str(message.get("message_id", "")), f"update {update['update_id']}")


def _written(update: Mapping[str, Any]) -> Replied | None:
    message = _object(update, "message")
    chat, words = _object(message, "chat").get("id"), message.get("text")
    if chat is None or not isinstance(words, str):
        return None
    return Replied(str(chat), words, id=f"update {update['update_id']}")


def _object(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = of.get(name)
    return found if isinstance(found, dict) else {}
