"""The daily word, sent: each family member at their hour, once, by their first way that works, and written down.

At least once: what may have arrived before a crash says that it is a repeat. What cannot be told in time is not told.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from alerts.channels.channel import Channel, OutgoingMessage
from alerts.gathering import listed
from alerts.reach import DailyWord, Reacher
from alerts.wording.digests import DayBefore, digest
from alerts.workers import Runner
from core.alerts import Alert, Purpose
from core.clock import Clock
from core.concerns import Severity
from core.delivery import Accepted, Permanent, RateLimited, Temporary, Verdict
from core.digest import Digest, DigestState, DigestStore, due_day
from core.outcomes import Need, need
from core.people import Route
from core.policies import Target
from core.ports import AlertStore, StatusStore, StoreUnavailable
from core.reassurance import family_state
from core.states import HomeStatus, home_state

log = logging.getLogger(__name__)

_LOOK = 20.0
"""Real seconds between looks at the clock."""
_TIMEOUT = 10.0
_AGAIN_AFTER = timedelta(minutes=5)
_LEASE = timedelta(minutes=2)
_DAY = timedelta(days=1)
_PAGE = 20


@dataclass
class Digests:
    """`may_tell`: does the watch see and judge now? While it does not, nothing is told: an old state is no news."""

    store: DigestStore
    alerts: AlertStore
    statuses: StatusStore
    reacher: Reacher
    channels: Mapping[str, Channel]
    clock: Clock
    run_call: Runner
    may_tell: Callable[[], bool]
    lease: timedelta = _LEASE
    _done: dict[tuple[str, str], date] = field(default_factory=dict)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.send_due()
            except StoreUnavailable as error:
                log.warning("the daily word waits for the database", extra={"why": str(error)})
            except Exception:
                log.exception("the daily word failed")
            await asyncio.sleep(_LOOK)

    async def send_due(self) -> int:
        """Send what is owed now; how many were accepted. Raises StoreUnavailable."""
        if not self.may_tell():
            return 0
        sent = 0
        for owed in self.reacher.daily_words():
            day = due_day(owed.wish, owed.home.zone, self.clock.now())
            if day is not None and self._done.get(owed.key) != day:
                sent += await self._send(owed, day)
        return sent

    async def _send(self, owed: DailyWord, day: date) -> bool:
        now = self.clock.now()
        home, person = owed.home.id, owed.person.id
        attempt = await self.run_call(
            lambda: self.store.claim(home, person, day, now=now, lease_until=now + self.lease)
        )
        if attempt is None:
            return False
        message = await self.run_call(lambda: self._message(owed, day, now, attempt))
        became, retry_at = await self._try(owed, day, message)
        await self.run_call(lambda: self.store.settle(became, retry_at=retry_at))
        if became.state is not DigestState.QUEUED:
            self._done[owed.key] = day
        return became.state is DigestState.SENT

    async def _try(self, owed: DailyWord, day: date, message: OutgoingMessage) -> tuple[Digest, datetime | None]:
        """Every way in turn until one accepts. Tried again later while some way may yet work."""
        waits, said, last = False, "no way to reach them is known", ""
        for route in owed.person.routes:
            verdict = await self._deliver(route, message)
            now, last = self.clock.now(), route.channel
            match verdict:
                case Accepted(said=told):
                    return Digest(owed.home.id, owed.person.id, day, DigestState.SENT, now, last, told), None
                case Temporary(reason=said) | RateLimited(reason=said):
                    waits = True
                case Permanent(reason=said):
                    pass
        now = self.clock.now()
        state = DigestState.QUEUED if waits else DigestState.FAILED
        became = Digest(owed.home.id, owed.person.id, day, state, now, last, said)
        return became, now + _AGAIN_AFTER if waits else None

    async def _deliver(self, route: Route, message: OutgoingMessage) -> Verdict:
        channel = self.channels.get(route.channel)
        if channel is None:
            return Permanent(f"no channel {route.channel!r} is set up")
        try:
            async with asyncio.timeout(_TIMEOUT):
                return await channel.deliver(replace(message, address=route.address))
        except TimeoutError:
            return Temporary(f"no answer within {_TIMEOUT:g} s")
        except Exception as error:
            log.exception("channel failed", extra={"channel": route.channel})
            return Temporary(f"the channel failed: {type(error).__name__}")

    def _message(self, owed: DailyWord, day: date, now: datetime, attempt: int) -> OutgoingMessage:
        home, person = owed.home, owed.person
        status = self.statuses.homes([home.id]).get(home.id, HomeStatus(home.id))
        alerts = self.alerts.page(homes=[home.id], limit=_PAGE).alerts
        is_open = any(alert.is_open for alert in alerts) or home.id in listed(self.alerts, [home.area])
        state = home_state(status.visibility, has_open_alert=is_open)
        text = digest(
            family_state(state, alerts[0] if alerts else None, status.last_sign_at),
            home,
            person.language,
            now=now,
            scope=owed.scope,
            status=status,
            before=self._before(alerts, now),
            repeat=attempt > 1,
        )
        return OutgoingMessage(
            key=f"digest.{home.id}.{person.id}.{day.isoformat()}",
            alert="",
            person=person.id,
            target=Target.FAMILY,
            address="",
            title=text.title,
            body=text.body,
            language=person.language,
            severity=Severity.YELLOW,
            purpose=Purpose.INFORM,
            at=now,
            attempt=attempt,
            repeat=attempt > 1,
        )

    def _before(self, alerts: tuple[Alert, ...], now: datetime) -> DayBefore:
        """The newest first, as the store gives them."""
        seen = [
            alert
            for alert in alerts
            if alert.closed_at is not None
            and alert.closed_at > now - _DAY
            and alert.outcome is not None
            and need(alert.outcome) is not Need.EXCLUDED
            and any(not self.reacher.is_resident(alert.home, person) for person in alert.told)
        ]
        return DayBefore(len(seen), seen[0].outcome if seen else None)
