"""The canary: every few minutes an alert of our own goes the whole way, from a concern to what a provider accepts.

It concerns nobody, is shown to nobody and counts in no figure. When it does not arrive, neither would a real one.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.channels.channel import OutgoingMessage, Unaskable
from alerts.concerns import RaisedAs
from alerts.desk import Desk
from alerts.workers import Runner
from core.alerts import Alert, Outcome, Refusal
from core.clock import Clock
from core.concerns import Concern, ConcernKind, Severity
from core.delivery import Accepted, SendState, Verdict
from core.people import Person, Route
from core.policies import CANARY
from core.ports import StoreUnavailable

log = logging.getLogger(__name__)

LOOP = "canary"
"""The channel's name: no channels file may have it."""
_LOOK = 0.5
_FIRST = 10.0
"""Real seconds: between looks whether it has arrived, and before the first."""


def canary_person(route: Route | None = None) -> Person:
    """Who is called: over our own `LoopChannel`, or over a real route that an operator names."""
    return Person(CANARY, "Anxin", routes=(route or Route(LOOP, "loop"),))


class LoopChannel(Unaskable):
    """Accepts whatever it is given: everything before it is the real thing."""

    kind = LOOP

    async def deliver(self, message: OutgoingMessage) -> Verdict:
        return Accepted(message.key)


@dataclass
class Canary:
    """`every` and `within` are real time. `trouble` says what is wrong; empty while all is well."""

    desk: Desk
    clock: Clock
    run_call: Runner
    every: timedelta = timedelta(minutes=5)
    within: timedelta = timedelta(seconds=60)
    trouble: str = ""
    arrived_at: datetime | None = None
    took: float = field(default=0.0)

    async def run(self) -> None:
        """Until cancelled."""
        await asyncio.sleep(_FIRST)
        while True:
            try:
                self.trouble = await self.fly()
            except StoreUnavailable as error:
                self.trouble = f"the database is away: {error}"
            except Exception as error:
                log.exception("the canary failed")
                self.trouble = f"the canary failed: {type(error).__name__}"
            if self.trouble:
                log.error("the canary alert did not arrive", extra={"why": self.trouble})
            await asyncio.sleep(self.every.total_seconds())

    async def fly(self) -> str:
        """Raise it, wait until a provider has it, and close it. Returns what went wrong, or nothing.

        Raises StoreUnavailable.
        """
        begun = asyncio.get_running_loop().time()
        await self.run_call(self._land)
        alert = await self.run_call(self._raise)
        deadline = begun + self.within.total_seconds()
        arrived = await self.run_call(lambda: self._has_arrived(alert))
        while not arrived and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(_LOOK)
            arrived = await self.run_call(lambda: self._has_arrived(alert))
        await self.run_call(self._land)
        if not arrived:
            return f"an alert raised at {alert.opened_at:%H:%M:%S} UTC reached no provider within {self.within}"
        self.arrived_at, self.took = self.clock.now(), asyncio.get_running_loop().time() - begun
        return ""

    def _raise(self) -> Alert:
        now = self.clock.now()
        concern = Concern(CANARY, ConcernKind.CANARY, Severity.YELLOW, now.isoformat(), now, now, "canary")
        raised = self.desk.raise_concern(concern)
        if raised.what is not RaisedAs.OPENED:
            log.warning("another canary is in the air", extra={"alert": raised.alert.id})
        return raised.alert

    def _has_arrived(self, alert: Alert) -> bool:
        return any(each.state is SendState.ACCEPTED for each in self.desk.store.deliveries(alert.id))

    def _land(self) -> None:
        """Close what is in the air, also what an earlier life left there."""
        for alert in self.desk.store.open_alerts(homes=[CANARY]):
            closed = self.desk.close(alert.id, by=CANARY, outcome=Outcome.TEST)
            if isinstance(closed, Refusal):
                log.warning("the canary was moved by somebody else", extra={"alert": alert.id, "why": closed.value})
