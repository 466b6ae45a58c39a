"""What Twilio calls back: the status of messages and calls, SMS that people send back, keys that they press.

https://www.twilio.com/docs/usage/security#validating-requests,
https://www.twilio.com/docs/messaging/guides/track-outbound-message-status, https://www.twilio.com/docs/voice/twiml/gather
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from pydantic import SecretStr

from alerts.channels.inbound import (
    MAX_SAID,
    Garbled,
    News,
    ProviderAnswer,
    ProviderCall,
    Replied,
    ReplyBy,
    ReplyWords,
    Told,
    Unproved,
)
from core.people import Language
from core.receipts import ReceiptState

STATUS, REPLY, KEYS = "status", "reply", "keys"
VOICES = {Language.CHINESE: "cmn-CN", Language.ENGLISH: "en-GB"}
_XML = "text/xml; charset=utf-8"
_SECONDS_FOR_A_KEY = 10
_STATES = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending", "initiated"), ReceiptState.ACCEPTED),
    **dict.fromkeys(("sent", "ringing"), ReceiptState.SENT),
    **dict.fromkeys(("undelivered", "failed", "canceled", "busy", "no-answer"), ReceiptState.FAILED),
    "delivered": ReceiptState.DELIVERED,
    "read": ReceiptState.READ,
    **dict.fromkeys(("in-progress", "completed"), ReceiptState.ANSWERED),
}


@dataclass(frozen=True)
class TwilioInbound:
    url: str
    token: SecretStr
    replies: ReplyBy | None

    def hear(self, call: ProviderCall) -> tuple[News, ...]:
        address = f"{self.url}/{call.path}" + (f"?{call.query}" if call.query else "")
        try:
            fields = call.form()
        except Garbled as error:
            raise Unproved from error
        expected = signature(self.token.get_secret_value(), address, fields)
        if not hmac.compare_digest(expected.encode(), call.headers.get("x-twilio-signature", "").encode()):
            raise Unproved
        said = dict(fields)
        match call.path:
            case "status":
                return (_told(said),)
            case "reply" | "keys" if self.replies is not None:
                return _replied(call.path, said)
            case _:
                raise Garbled(f"nothing is asked for at {call.path[:20]!r}")

    def answer(self, call: ProviderCall, said: Sequence[ReplyWords]) -> ProviderAnswer:
        match call.path:
            case "reply":
                inner = "".join(f"<Message>{escape(words.text)}</Message>" for words in said)
            case "keys":
                inner = "".join(self._spoken(words) for words in said)
            case _:
                return ProviderAnswer(status=204, type=_XML)
        return ProviderAnswer(f"<Response>{inner}</Response>".encode(), _XML)

    def _spoken(self, words: ReplyWords) -> str:
        told = say(words.text, words.language)
        return told if words.understood else gather(told, f"{self.url}/{KEYS}")


def signature(token: str, url: str, fields: Iterable[tuple[str, str]]) -> str:
    """X-Twilio-Signature: base64 of HMAC-SHA1 over the address and each name and value, sorted by name."""
    text = url + "".join(f"{name}{value}" for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def say(words: str, language: Language) -> str:
    """TwiML for words that are read aloud."""
    return f'<Say language="{VOICES[language]}">{escape(words)}</Say>'


def gather(inner: str, action: str) -> str:
    """TwiML that waits for one key while and after `inner` is said, and then asks `action`."""
    attributes = f'input="dtmf" numDigits="1" timeout="{_SECONDS_FOR_A_KEY}" action={quoteattr(action)}'
    return f"<Gather {attributes}>{inner}</Gather>"


def _told(said: dict[str, str]) -> Told:
    reference = said.get("MessageSid") or said.get("CallSid")
    state = _STATES.get(said.get("MessageStatus") or said.get("CallStatus") or "")
    if reference is None or state is None:
        raise Garbled("a status without a message, or one that is not documented")
    words = (said.get("MessageStatus") or said.get("CallStatus"), said.get("ErrorCode"), said.get("ErrorMessage"))
    return Told(reference, state, " ".join(word for word in words if word)[:MAX_SAID])


def _replied(path: str, said: dict[str, str]) -> tuple[News, ...]:
    """An SMS comes from its sender; a key from whom we called."""
    if path == REPLY:
        address, words, reference = said.get("From"), said.get("Body"), ""
    else:
        address, words, reference = said.get("To"), said.get("Digits"), said.get("CallSid", "")
    if not address or words is None:
        raise Garbled("a reply without its sender or its words")
    return (Replied(address, words, reference, said.get("MessageSid", "")),)
