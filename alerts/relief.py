"""The end of a shift: whatever its people have taken and have not reached is handed to those who hold now.

The holder answers for it until somebody takes it; when nobody does in time, it climbs on, as after any hand-over.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.reach import Reacher
from alerts.workers import Runner
from core import passing
from core.alerts import Alert, Recipient, Refusal
from core.clock import Clock
from core.policies import Target
from core.ports import AlertStore, StoreUnavailable

log = logging.getLogger(__name__)

EVERY, AGAIN = timedelta(minutes=1), timedelta(seconds=5)
"""How often it looks, and how soon again after a look that failed."""
SHIFT_OVER = "shift_over"
"""The reason in the line of a hand-over that nobody asked for."""
_POSTS = (Target.GRID_WORKER, Target.COMMUNITY_DESK, Target.STREET_DESK)


@dataclass(frozen=True, slots=True)
class Relief:
    """`run` looks once a minute of the clock. Any number may run on one store: the fence lets one of them move."""

    store: AlertStore
    reacher: Reacher
    clock: Clock
    run_call: Runner
    announce: Callable[[Alert], None] = lambda _alert: None

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            seen = await self._looked()
            await self.clock.sleep_until(self.clock.now() + (EVERY if seen else AGAIN))

    async def _looked(self) -> bool:
        """Could it look? That the store is away is said by the engine."""
        try:
            await self.run_call(self.look)
        except StoreUnavailable:
            return False
        except Exception:
            log.exception("ends of shifts could not be looked at")
            return False
        return True

    def look(self) -> int:
        """Hand over what is held by people whose shift is over; how many alerts. Raises StoreUnavailable."""
        return sum(self._relieved(alert) for alert in self.store.held())

    def _relieved(self, alert: Alert) -> bool:
        now = self.clock.now()
        to = self.relief_for(alert, now)
        timer = self.store.timer(alert.id) if to is not None else None
        if to is None or timer is None or timer.fence != alert.fence:
            return False
        move = passing.hand_over(alert, by="system", to=to, timer=timer, now=now, reason=SHIFT_OVER)
        if isinstance(move, Refusal) or not self.store.apply(move):
            return False
        self.announce(move.alert)
        return True

    def relief_for(self, alert: Alert, now: datetime) -> Recipient | None:
        """Who should take it from its holder: None while their shift goes on, or where they took it without one."""
        holder, since = alert.taken_by, alert.taken_at
        if holder is None or since is None:
            return None
        then = self.reacher.reach(alert.home, since, area=alert.area)
        present = self.reacher.reach(alert.home, now, area=alert.area)
        held = next((post for post in _POSTS if any(r.person == holder for r in then[post])), None)
        if held is None or any(r.person == holder for post in _POSTS for r in present[post]):
            return None
        able = (r for post in _POSTS[_POSTS.index(held) :] for r in present[post] if r.ladder)
        return next(able, None)
