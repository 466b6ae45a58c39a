"""The sender: one claimed message, looked at once more, tried on its rung, and its fate written down.

At least once: of what may have arrived before, the provider is asked first whether it has it (`alerts/asking.py`). What
is sent again all the same is tagged as a repeat, with the same idempotency key.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from alerts import wording
from alerts.asking import Asking
from alerts.breaker import Breaker
from alerts.bundling import bundle
from alerts.channels.channel import Channel, OutgoingMessage
from alerts.channels.inbound import Inbound, inbound_of
from alerts.links import Links
from alerts.reach import Reacher
from alerts.settling import Fate, Patience, fate, tries_on_rung
from alerts.workers import Runner
from core.alerts import Alert, Purpose
from core.clock import Clock
from core.delivery import Attempt, Claimed, HasIt, Permanent, Settlement, Temporary, Verdict
from core.ports import AlertStore, StoreUnavailable
from core.wanted import why_not

log = logging.getLogger(__name__)

_GIVE_UP_AFTER = 10
"""Tries beyond what patience allows: something kills us each time before we can write down how it went."""


@dataclass(frozen=True, slots=True)
class SenderSettings:
    """`lease` is on the clock: on a fast one it must be longer by its speed. `timeout` is real seconds."""

    lease: timedelta = timedelta(seconds=30)
    timeout: float = 10.0
    settle_tries: int = 6
    patience: Patience = field(default_factory=Patience)


@dataclass(slots=True)
class SendCounts:
    """For metrics: attempts by channel and settlement, and settlements that could not be written."""

    settled: dict[tuple[str, str], int] = field(default_factory=dict)
    unsettled: int = 0

    def add(self, channel: str, settlement: Settlement) -> None:
        key = (channel, settlement.value)
        self.settled[key] = self.settled.get(key, 0) + 1


@dataclass
class Sender:
    """`channels` by kind. `links`: where people answer by one tap.

    `announce` hears of each alert whose deliveries changed.
    """

    store: AlertStore
    reacher: Reacher
    channels: Mapping[str, Channel]
    clock: Clock
    run: Runner
    settings: SenderSettings = field(default_factory=SenderSettings)
    announce: Callable[[Alert], None] = lambda _alert: None
    counts: SendCounts = field(default_factory=SendCounts)
    links: Links | None = None
    breaker: Breaker = field(default_factory=Breaker)
    asking: Asking = field(default_factory=Asking)

    async def send(self, claimed: Claimed) -> Settlement | None:
        """Try a message that is under our lease; None when its fate could not be written, so that it comes again.

        Raises StoreUnavailable when the store is away before anything was tried.
        """
        alert = await self._wanted(claimed)
        if not isinstance(alert, Alert):
            return alert
        has_next = claimed.rung + 1 < len(claimed.send.ladder)
        trouble = self.breaker.refuses(claimed.route.channel, self.clock.now()) if has_next else None
        if trouble is not None:
            said = f"not tried: failing since {trouble.since:%H:%M:%S} UTC ({trouble.said})"
            return await self._settle(claimed, alert, Fate(Settlement.NEXT_RUNG, said), repeat=claimed.repeat)
        tries = await self._tries(claimed)
        repeat = claimed.repeat or tries > 1
        begun = asyncio.get_running_loop().time()
        if repeat:
            found = await self._found(claimed, alert)
            if found is not None:
                known = Fate(Settlement.FOUND, found.said, provider_id=found.provider_id)
                return await self._settle(claimed, alert, known, repeat=False)
            alert = await self._wanted(claimed)  # asking took its time
            if not isinstance(alert, Alert):
                return alert
        return await self._try(claimed, alert, repeat=repeat, tries=tries, begun=begun)

    async def _wanted(self, claimed: Claimed) -> Alert | Settlement | None:
        """Its alert, while the message is still wanted; else what became of the message."""
        alert = await self.run(lambda: self.store.get(claimed.send.alert))
        if alert is None:
            log.error("message of an alert that is not there", extra={"send": claimed.send.id})
            return None
        reason = why_not(claimed.send, alert)
        return alert if reason is None else await self._cancel(claimed, alert, reason)

    async def _try(
        self, claimed: Claimed, alert: Alert, *, repeat: bool, tries: int, begun: float
    ) -> Settlement | None:
        has_next = claimed.rung + 1 < len(claimed.send.ladder)
        spent = asyncio.get_running_loop().time() - begun
        verdict = await self._verdict(claimed, alert, repeat=repeat, tries=tries, spent=spent)
        self.breaker.hear(claimed.route.channel, verdict, self.clock.now())
        judged = fate(
            verdict,
            tries=tries,
            has_next=has_next,
            severity=alert.severity,
            now=self.clock.now(),
            patience=self.settings.patience,
            took=timedelta(seconds=asyncio.get_running_loop().time() - begun),
        )
        return await self._settle(claimed, alert, judged, repeat=repeat)

    async def send_all(self, claims: Sequence[Claimed]) -> list[tuple[Claimed, Settlement | None]]:
        """Calls of one person by one way (`bundling.groups`) as one message; each by itself where that cannot be.

        What is not wanted any more is left out, and said. Raises StoreUnavailable before anything was tried.
        """
        if len(claims) == 1:
            return [(claims[0], await self.send(claims[0]))]
        alerts = await self.run(lambda: self.store.get_all([claimed.send.alert for claimed in claims]))
        joined = [c for c in claims if c.send.alert in alerts and why_not(c.send, alerts[c.send.alert]) is None]
        refused = self.breaker.refuses(claims[0].route.channel, self.clock.now()) is not None
        if len(joined) < 2 or refused:  # noqa: PLR2004 - one is no bundle
            return [(claimed, await self.send(claimed)) for claimed in claims]
        done = [(claimed, await self.send(claimed)) for claimed in claims if claimed not in joined]
        return done + await self._send_together([(claimed, alerts[claimed.send.alert]) for claimed in joined])

    async def _send_together(self, calls: Sequence[tuple[Claimed, Alert]]) -> list[tuple[Claimed, Settlement | None]]:
        begun = asyncio.get_running_loop().time()
        channel = self.channels[calls[0][0].route.channel]
        has_next = any(claimed.rung + 1 < len(claimed.send.ladder) for claimed, _ in calls)
        message = bundle([self._message(claimed, alert, None, repeat=False) for claimed, alert in calls])
        verdict = await self._told(channel, lambda: message, has_next=has_next, about=calls[0][0].send.id)
        self.breaker.hear(channel.kind, verdict, self.clock.now())
        took = timedelta(seconds=asyncio.get_running_loop().time() - begun)
        done: list[tuple[Claimed, Settlement | None]] = []
        for claimed, alert in calls:
            judged = fate(
                verdict,
                tries=1,
                has_next=claimed.rung + 1 < len(claimed.send.ladder),
                severity=alert.severity,
                now=self.clock.now(),
                patience=self.settings.patience,
                took=took,
            )
            done.append((claimed, await self._settle(claimed, alert, judged, repeat=False)))
        return done

    async def _tries(self, claimed: Claimed) -> int:
        if claimed.attempt == 1:
            return 1
        deliveries = await self.run(lambda: self.store.deliveries(claimed.send.alert))
        before = next((d.attempts for d in deliveries if d.send.id == claimed.send.id), ())
        return tries_on_rung(claimed.attempt, before)

    async def _found(self, claimed: Claimed, alert: Alert) -> HasIt | None:
        """An earlier try has arrived: its provider says so."""
        channel = self.channels.get(claimed.route.channel)
        if channel is None:
            return None
        return await self.asking.ask(
            channel, lambda: self._message(claimed, alert, None, repeat=True), since=claimed.send.created_at
        )

    async def _verdict(self, claimed: Claimed, alert: Alert, *, repeat: bool, tries: int, spent: float) -> Verdict:
        patience = self.settings.patience
        channel = self.channels.get(claimed.route.channel)
        if channel is None:
            return Permanent(f"no channel {claimed.route.channel!r} is set up")
        if tries > patience.tries + _GIVE_UP_AFTER:
            return Permanent(f"given up: {tries} tries ended without a word")
        inbound = inbound_of(channel)
        return await self._told(
            channel,
            lambda: self._message(claimed, alert, inbound, repeat=repeat),
            has_next=claimed.rung + 1 < len(claimed.send.ladder),
            about=claimed.send.id,
            spent=spent,
        )

    async def _told(
        self,
        channel: Channel,
        message: Callable[[], OutgoingMessage],
        *,
        has_next: bool,
        about: str,
        spent: float = 0.0,
    ) -> Verdict:
        """`spent`: seconds that asking took, which the next way does not wait for once more."""
        silence = self.settings.patience.silence.total_seconds() - spent
        timeout = min(self.settings.timeout, silence) if has_next else self.settings.timeout
        try:
            async with asyncio.timeout(timeout):
                return await channel.deliver(message())
        except TimeoutError:
            return Temporary(f"no answer within {timeout:g} s")
        except Exception as error:
            log.exception("channel failed", extra={"channel": channel.kind, "send": about})
            return Temporary(f"the channel failed: {type(error).__name__}")

    def _message(self, claimed: Claimed, alert: Alert, inbound: Inbound | None, *, repeat: bool) -> OutgoingMessage:
        send = claimed.send
        by = inbound.replies if inbound is not None and send.purpose is Purpose.ASK else None
        home = self.reacher.home(alert.home, area=alert.area)
        scope = self.reacher.scope(alert.home, send.person)
        text = wording.message(send, alert, home, send.language, repeat=repeat, names=self.reacher.names, scope=scope)
        return OutgoingMessage(
            key=f"{send.id}.{claimed.rung}",
            alert=alert.id,
            person=send.person,
            target=send.target,
            address=claimed.route.address,
            title=text.title,
            body=text.body,
            language=send.language,
            severity=alert.severity,
            purpose=send.purpose,
            at=self.clock.now(),
            attempt=claimed.attempt,
            repeat=repeat,
            link=self.links.of(alert.id, send.person) if self.links is not None else "",
            callbacks=inbound.url if inbound is not None else "",
            how_to_answer=wording.how_to_answer(by, send.target, send.language) if by is not None else "",
        )

    async def _cancel(self, claimed: Claimed, alert: Alert, reason: str) -> Settlement | None:
        now = self.clock.now()
        if not await self._surely(lambda: self.store.cancel_send(claimed, at=now, reason=reason)):
            return None
        self.counts.add(claimed.route.channel, Settlement.CANCELLED)
        self.announce(alert)
        return Settlement.CANCELLED

    async def _settle(self, claimed: Claimed, alert: Alert, judged: Fate, *, repeat: bool) -> Settlement | None:
        attempt = Attempt(
            send=claimed.send.id,
            number=claimed.attempt,
            at=self.clock.now(),
            channel=claimed.route.channel,
            address=claimed.route.address,
            settlement=judged.settlement,
            said=judged.said,
            provider_id=judged.provider_id,
            repeat=repeat,
        )
        held = await self._surely(lambda: self.store.settle(claimed, attempt, retry_at=judged.retry_at))
        if held is None:
            return None
        self.counts.add(attempt.channel, attempt.settlement)
        self.announce(alert)
        return judged.settlement if held else None

    async def _surely(self, write: Callable[[], bool]) -> bool | None:
        """Write through a short outage: forgetting what a provider has accepted would call the person twice."""
        pause = 0.1
        for left in reversed(range(self.settings.settle_tries)):
            try:
                return await self.run(write)
            except StoreUnavailable as error:
                log.warning("cannot write how a message went", extra={"why": str(error), "tries_left": left})
            if left:
                await asyncio.sleep(pause)
                pause = min(pause * 2, 2.0)
        self.counts.unsettled += 1
        return None
