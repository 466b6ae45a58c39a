"""Turning Web Push on and off: a browser that subscribes, and whose it is."""

from dataclasses import dataclass

from alerts.channels.web_push import WebPushChannel
from alerts.channels.web_push_crypto import check_keys
from core.clock import Clock
from core.push import PushStore, Subscription

LONGEST_ENDPOINT, LONGEST_LABEL = 1_000, 80


class PushRefused(ValueError):
    """This is no browser that we can write to; the message says why."""


@dataclass(frozen=True)
class Pushing:
    """`channel` is the one that browsers subscribe to. Blocking."""

    channel: WebPushChannel
    store: PushStore
    clock: Clock

    def turn_on(self, person: str, *, endpoint: str, p256dh: str, auth: str, label: str = "") -> Subscription:
        """Raises PushRefused, StoreRefused and StoreUnavailable."""
        if len(endpoint) > LONGEST_ENDPOINT or not self.channel.takes(endpoint):
            raise PushRefused("its push service is not among those that are allowed")
        try:
            check_keys(p256dh, auth)
        except ValueError as error:
            raise PushRefused(f"its keys are of no use: {error}") from error
        shown = "".join(c for c in label if c.isprintable())[:LONGEST_LABEL]
        made = Subscription(endpoint, person, self.channel.kind, p256dh, auth, self.clock.now(), shown)
        self.store.subscribe(made)
        return made

    def turn_off(self, person: str, endpoint: str) -> bool:
        """One of theirs; False where it is none."""
        mine = {browser.endpoint for browser in self.store.browsers(person)}
        return endpoint in mine and self.store.unsubscribe(endpoint)
