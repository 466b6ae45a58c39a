"""Providers that call back: receipts go to the store and what follows from them, answers of people to the desk."""

import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock

from alerts.channels.inbound import Inbound, News, ProviderAnswer, ProviderCall, Replied, ReplyWords, Told, Unproved
from alerts.replies import Replies
from core.alerts import Alert
from core.clock import Clock
from core.ports import AlertStore
from core.receipts import Receipt, ReceiptState

log = logging.getLogger(__name__)

_LONGEST_REFERENCE = 200
_REMEMBERED = 1000
"""Answers whose repetition does nothing: providers say again for an hour at most what we did not thank for."""


@dataclass
class Providers:
    """`inbounds` by channel. `stirred` hears of each alert whose messages changed; `climb` asks the next level when
    nobody of the present one can be reached. Synchronous and safe from several threads.
    """

    inbounds: Mapping[str, Inbound]
    store: AlertStore
    replies: Replies
    clock: Clock
    climb: Callable[[str], bool] = lambda _alert: False
    stirred: Callable[[Alert], None] = lambda _alert: None
    _answered: OrderedDict[tuple[str, str], ReplyWords | None] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def hear(self, channel: str, call: ProviderCall) -> ProviderAnswer:
        """Believe and do what a provider says; what it wants to hear.

        Raises Unproved for a channel that is not there or not called by its provider, Garbled, and StoreUnavailable.
        Saying it again changes nothing.
        """
        inbound = self.inbounds.get(channel)
        if inbound is None:
            raise Unproved
        said = [self._heard(channel, news) for news in inbound.hear(call)]
        return inbound.answer(call, [words for words in said if words is not None])

    def _heard(self, channel: str, news: News) -> ReplyWords | None:
        match news:
            case Told():
                self._told(channel, news)
                return None
            case Replied():
                return self._replied(channel, news)

    def _told(self, channel: str, news: Told) -> None:
        receipt = Receipt(news.state, self.clock.now(), "".join(c if c.isprintable() else " " for c in news.said))
        alert_id = self._received(channel, news.reference, receipt) or self._received(channel, news.key, receipt)
        alert = None if alert_id is None else self.store.get(alert_id)
        if alert is None:
            return  # of a test message, or of another system with the same account; or its attempt is not written yet
        if news.state is ReceiptState.FAILED:
            log.warning("a provider did not deliver", extra={"channel": channel, "alert": alert.id, "said": news.said})
            self.climb(alert.id)
        self.stirred(alert)

    def _received(self, channel: str, reference: str, receipt: Receipt) -> str | None:
        if not reference or not reference.isprintable() or len(reference) > _LONGEST_REFERENCE:
            return None  # none of those that providers have given us, or we them
        return self.store.receive(channel, reference, receipt)

    def _replied(self, channel: str, news: Replied) -> ReplyWords | None:
        key = channel, news.id
        with self._lock:
            if news.id and key in self._answered:
                return self._answered[key]
            words = self.replies.hear(channel, news)
            self._answered[key] = words
            if len(self._answered) > _REMEMBERED:
                self._answered.popitem(last=False)
            return words
