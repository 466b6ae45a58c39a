"""The `console` channel: the demonstration's phones, where a delivered message is a row that the phones page shows."""

from datetime import datetime

from alerts.channels.channel import OutgoingMessage
from alerts.workers import Runner
from core.delivery import Accepted, CannotSay, Finding, HasIt, HasNot, Temporary, Verdict
from core.phones import PhoneMessage, PhoneStore
from core.ports import StoreUnavailable


class ConsoleChannel:
    """Shows each message once: a second delivery with the same key is accepted and not shown again."""

    bundles = True
    kind = "console"

    def __init__(self, phones: PhoneStore, run: Runner) -> None:
        self._phones = phones
        self._run = run

    async def deliver(self, message: OutgoingMessage) -> Verdict:
        shown = PhoneMessage(
            id=message.key,
            person=message.person,
            at=message.at,
            title=message.title,
            body=message.body,
            alert=message.alert or None,
            purpose=message.purpose.value,
            repeat=message.repeat,
        )
        try:
            is_new = await self._run(lambda: self._phones.deliver(shown))
        except StoreUnavailable as error:
            return Temporary(f"the phones are away: {error}")
        return Accepted(message.key, "" if is_new else "shown before")

    async def find(self, message: OutgoingMessage, since: datetime) -> Finding:
        del since
        try:
            shown = await self._run(lambda: self._phones.inbox(message.person))
        except StoreUnavailable as error:
            return CannotSay(f"the phones are away: {error}")
        return HasIt(message.key) if any(one.id == message.key for one in shown) else HasNot()
