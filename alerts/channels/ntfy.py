"""ntfy: a push message to everybody who subscribed to a topic, on ntfy.sh or a server of your own.

https://docs.ntfy.sh/publish/#publish-as-json, https://docs.ntfy.sh/subscribe/api/#poll-for-messages. Each message goes
with a sequence id made from our key (ntfy 2.16 and later; older servers let it fall): by that it is found again.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

from pydantic import SecretStr

from alerts.channels.channel import OutgoingMessage
from alerts.channels.settings import HttpSettings
from alerts.channels.text import shortened
from alerts.channels.wire import AddressRefused, Answer, Request, as_json, by_status
from core.alerts import Purpose
from core.concerns import Severity
from core.delivery import Accepted, CannotSay, Finding, HasIt, HasNot, Verdict

_PRIORITY = {Severity.RED: 5, Severity.ORANGE: 4, Severity.YELLOW: 3}
_LONGEST_TITLE, _LONGEST = 200, 1000
_CLOCKS = timedelta(minutes=1)
"""How far theirs may be behind ours."""
_FINE = 200


class Ntfy(HttpSettings):
    """An address is a topic: long and secret, for whoever knows it reads along."""

    bundles: ClassVar[bool] = True

    provider: Literal["ntfy"]
    token: SecretStr | None = None
    endpoint: str = "https://ntfy.sh"

    def dialect(self) -> "NtfyDialect":
        return NtfyDialect(self)


@dataclass(frozen=True, slots=True)
class NtfyDialect:
    account: Ntfy

    def request(self, message: OutgoingMessage, at: datetime) -> Request:
        del at
        body: dict[str, Any] = {
            "topic": _topic(message),
            "sequence_id": sequence_id(message.key),
            "title": shortened(message.title, _LONGEST_TITLE),
            "message": shortened(message.body, _LONGEST) or message.title,
            "priority": _PRIORITY[message.severity] if message.purpose is Purpose.ASK else 3,
        }
        if message.link:
            body["click"] = message.link
        return as_json(self.account.endpoint, body, self._login())

    def question(self, message: OutgoingMessage, since: datetime, at: datetime) -> Request:
        del at
        asked = f"{_topic(message)}/json?poll=1&since={int((since - _CLOCKS).timestamp())}"
        return Request(f"{self.account.endpoint}/{asked}", headers=self._login(), method="GET")

    def finding(self, answer: Answer, message: OutgoingMessage) -> Finding:
        """One JSON object in each line. An older server shows no sequence ids, and so never has it."""
        if answer.status != _FINE or answer.body is None:
            return CannotSay(answer.said)
        try:
            shown = [json.loads(line) for line in answer.body.splitlines() if line.strip()]
        except (ValueError, RecursionError):
            return CannotSay(answer.said)
        if not all(isinstance(one, dict) for one in shown):
            return CannotSay(answer.said)
        for one in shown:
            is_it = one.get("sequence_id") == sequence_id(message.key) and one.get("topic") == message.address
            if is_it and one.get("event") == "message" and one.get("id"):
                return HasIt(str(one["id"]))
        return HasNot()

    def _login(self) -> dict[str, str]:
        token = self.account.token
        return {"authorization": f"Bearer {token.get_secret_value()}"} if token is not None else {}

    def judge(self, answer: Answer, message: OutgoingMessage, at: datetime) -> Verdict:
        del message
        said = answer.json() or {}
        if said.get("event") == "message" and said.get("id"):
            return Accepted(str(said["id"]))
        return by_status(answer, at)


def sequence_id(key: str) -> str:
    """As ntfy allows it: up to 64 letters, digits, - and _. A second message with it takes the first one's place."""
    return f"anxin-{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def _topic(message: OutgoingMessage) -> str:
    if not message.address.replace("-", "").replace("_", "").isalnum():
        raise AddressRefused(f"{message.address!r} is not a topic: letters, digits, - and _ only")
    return message.address
