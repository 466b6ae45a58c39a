"""ntfy: a push message to everybody who subscribed to a topic, on ntfy.sh or a server of your own.

https://docs.ntfy.sh/publish/#publish-as-json
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal

from pydantic import SecretStr

from alerts.channels.channel import OutgoingMessage
from alerts.channels.settings import HttpSettings
from alerts.channels.text import shortened
from alerts.channels.wire import AddressRefused, Answer, Request, as_json, by_status
from core.alerts import Purpose
from core.concerns import Severity
from core.delivery import Accepted, Verdict

_PRIORITY = {Severity.RED: 5, Severity.ORANGE: 4, Severity.YELLOW: 3}
_LONGEST_TITLE, _LONGEST = 200, 1000


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
        if not message.address.replace("-", "").replace("_", "").isalnum():
            raise AddressRefused(f"{message.address!r} is not a topic: letters, digits, - and _ only")
        body: dict[str, Any] = {
            "topic": message.address,
            "title": shortened(message.title, _LONGEST_TITLE),
            "message": shortened(message.body, _LONGEST) or message.title,
            "priority": _PRIORITY[message.severity] if message.purpose is Purpose.ASK else 3,
        }
        if message.link:
            body["click"] = message.link
        token = self.account.token
        headers = {"authorization": f"Bearer {token.get_secret_value()}"} if token is not None else {}
        return as_json(self.account.endpoint, body, headers)

    def judge(self, answer: Answer, message: OutgoingMessage, at: datetime) -> Verdict:
        del message
        said = answer.json() or {}
        if said.get("event") == "message" and said.get("id"):
            return Accepted(str(said["id"]))
        return by_status(answer, at)
