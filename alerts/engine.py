"""The engine: a loop over due rows. Timers that are due climb, messages that are owed go out; woken early by new work.

Nothing lives here: every timer and message is a row, so that a crash at any statement loses none.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from alerts.bundling import groups
from alerts.engine_settings import EngineCounts, EngineSettings
from alerts.reach import Reacher
from alerts.sender import Sender
from alerts.workers import Runner
from core import escalation
from core.alerts import Alert, Handling, Refusal, Timer, Transition
from core.clock import Clock
from core.delivery import Claimed, Settlement
from core.levels import Reach
from core.ports import AlertStore, StoreUnavailable

log = logging.getLogger(__name__)

T = TypeVar("T")

_TIMERS_A_TURN = 2_000
_LAST_WORDS = (Settlement.FAILED, Settlement.CANCELLED, Settlement.ACCEPTED)
"""After which a level may have nobody left: of an accepted message word may have come already that it is lost."""
_MANY, _AT_ONCE = 20, 200
"""From so many due timers on, so many alerts climb in one transaction: after an outage there may be thousands."""


@dataclass
class Engine:
    """One event loop runs it; `wake` may be called from any thread. `announce` hears of each alert that moved, in a
    thread of `run_call`; `run_call` runs every call to the store.

    Any number may work on one store, each with a `name` of its own that it has again after a restart. Without a name
    it is the only one.
    """

    store: AlertStore
    reacher: Reacher
    sender: Sender
    clock: Clock
    run_call: Runner
    settings: EngineSettings = field(default_factory=EngineSettings)
    announce: Callable[[Alert], None] = lambda _alert: None
    name: str | None = None
    counts: EngineCounts = field(default_factory=EngineCounts)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _called: bool = False
    _loop: asyncio.AbstractEventLoop | None = None
    _sending: set[asyncio.Task[None]] = field(default_factory=set)
    _held: dict[str, datetime] = field(default_factory=dict)
    _due: datetime | None = None
    _looked_at: datetime = field(init=False)
    _away_since: datetime | None = None

    # -- what others see ------------------------------------------------------------------------------------------

    def wake(self) -> None:
        """There is new work: look now. Safe from any thread, before the start and after the end."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._hear_call)

    def _hear_call(self) -> None:
        self._called = True
        self._woken.set()

    def lag(self, now: datetime) -> timedelta:
        """How long the oldest due row has been waiting for us. Grows when the loop is stuck or the store is away."""
        waiting = [instant for instant in (self._due, self._away_since) if instant is not None]
        return max(now - min(waiting), timedelta(0)) if waiting else timedelta(0)

    @property
    def sending(self) -> int:
        """Messages under way."""
        return len(self._sending)

    def climb_if_unreached(self, alert: str) -> bool:
        """A provider said that a message did not arrive: if nobody of its level can be reached, the next is asked at
        once. Did it climb? Safe from any thread. Raises StoreUnavailable.
        """
        return self._guarded(partial(self._climb_if_exhausted, alert), alert)

    # -- the loop -------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Until cancelled; then messages under way get a moment to be settled."""
        self._loop = asyncio.get_running_loop()
        try:
            await self._until_done(self._catch_up)
            while True:
                self._woken.clear()
                moved = await self._until_done(self._turn)
                self._due = await self._until_done(lambda: self.run_call(self.store.next_due))
                await self._rest(moved=moved)
        finally:
            await self._let_go()

    async def _until_done(self, part: Callable[[], Awaitable[T]]) -> T:
        """Through an outage of the store, and through failures of our own: seen, counted, and tried again."""
        pause = self.settings.back_off
        while True:
            try:
                done = await part()
            except StoreUnavailable as error:
                self.counts.store_away += 1
                log.warning("store away, alerts wait", extra={"why": str(error), "pause": pause})
            except Exception:
                self.counts.failures += 1
                log.exception("a turn of the engine failed")
            else:
                self._away_since = None
                return done
            self._away_since = self._away_since or self.clock.now()
            await asyncio.sleep(pause)
            pause = min(pause * 2, self.settings.longest_back_off)

    async def _catch_up(self) -> None:
        """What a crash has left to a lease or a timer: messages under way go again at once, and a level whose last
        message had failed is climbed from.
        """
        left = await self.run_call(lambda: self.store.end_leases(self.clock.now(), owner=self.name))
        if left:
            log.warning("messages were under way when we ended, they go again", extra={"count": left})
        for alert in await self.run_call(self.store.exhausted):
            await self.run_call(partial(self._guarded, partial(self._climb_if_exhausted, alert), alert))

    async def _turn(self) -> bool:
        """Everything that is due now, a bounded part at a time. Did anything move?

        A new alert's first call goes out before older alerts climb on: after a power cut there may be many of those.
        Their own messages wait until the part has climbed, so that the most urgent of all of them goes first.
        """
        self.counts.turns += 1
        now = self._looked_at = self.clock.now()
        self._held = {alert: until for alert, until in self._held.items() if until > now}
        limit = _TIMERS_A_TURN + len(self._held)
        timers = await self.run_call(lambda: self.store.due_timers(now, limit=limit))
        moved = False
        free = [timer for timer in timers if timer.alert not in self._held]
        size = _AT_ONCE if len(free) >= _MANY else 1
        for start in range(0, len(free), size):
            if self._called:
                self._called = False
                moved |= await self._send_due()
            moved |= await self.run_call(partial(self._fire_all, free[start : start + size]))
        return await self._send_due() or moved

    async def _send_due(self) -> bool:
        free = self.settings.concurrency - len(self._sending)
        if free <= 0:
            return False
        now = self.clock.now()
        until = now + self.sender.settings.lease
        claims = await self.run_call(
            lambda: self.store.claim_sends(now, lease_until=until, limit=free, owner=self.name or "")
        )
        for group in groups(claims, self.sender.channels):
            task = asyncio.create_task(self._send(group), name=f"send {group[0].send.id}")
            self._sending.add(task)
            task.add_done_callback(self._sent)
        return bool(claims)

    async def _rest(self, *, moved: bool) -> None:
        """Until the next row is due or somebody wakes us. Rows that are due and do not move cannot make this spin."""
        due, now = self._due, self.clock.now()
        if due is not None and due <= now and (moved or due > self._looked_at):
            await asyncio.sleep(0)  # it moves, or has become due since we looked
            return
        waits: list[asyncio.Future[Any]] = [asyncio.ensure_future(self._woken.wait())]
        timeout = self.settings.floor
        if due is None or due > now:
            timeout = self.settings.poll
        if due is not None and due > now:
            waits.append(asyncio.ensure_future(self.clock.sleep_until(due)))
        try:
            await asyncio.wait(waits, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _let_go(self) -> None:
        """What is under way may end; what does not is left to its lease and comes again as a repeat."""
        if self._sending:
            _, late = await asyncio.wait(self._sending, timeout=self.settings.grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    # -- timers (in a worker thread) ------------------------------------------------------------------------------

    def _fire(self, timer: Timer) -> bool:
        """Let one due timer climb its alert."""
        return self._guarded(partial(self._climb, timer), timer.alert)

    def _fire_all(self, timers: list[Timer]) -> bool:
        """Many in one transaction. When one of them spoils it, each by itself."""
        if len(timers) > 1:
            try:
                return self._climb_together(timers)
            except StoreUnavailable:
                raise
            except Exception:
                log.exception("alerts could not be moved together, each is tried by itself")
        return any([self._fire(timer) for timer in timers])  # noqa: C419 - every one of them

    def _climb_together(self, timers: list[Timer]) -> bool:
        now = self.clock.now()
        there = self.store.get_all([timer.alert for timer in timers])
        fresh = [there[timer.alert] for timer in timers if timer.alert in there and _is_armed(timer, there)]
        wanted: list[Transition] = []
        for alert in fresh:
            move = self._quietly(escalation.expire(alert, reach=self._reach(alert, now), now=now), alert, now)
            if not isinstance(move, Refusal):
                self.reacher.asking(move.sends)
                wanted.append(move)
        done = self.store.apply_all(wanted) if wanted else []
        for move, moved in zip(wanted, done, strict=True):
            if moved:
                self.counts.climbed += 1
                self.announce(move.alert)
        return any(done)

    def _reach(self, alert: Alert, now: datetime) -> Reach:
        return self.reacher.reach(alert.home, now, alert.policy, area=alert.area)

    def _quietly(self, move: Transition | Refusal, before: Alert, now: datetime) -> Transition | Refusal:
        return move if isinstance(move, Refusal) else self.reacher.quietly(move, before, now)

    def _guarded(self, move: Callable[[], bool], alert: str) -> bool:
        """An alert that cannot be moved is held for a while, and stops no other."""
        try:
            return move()
        except StoreUnavailable:
            raise
        except Exception:
            self.counts.poisoned += 1
            self._held[alert] = self.clock.now() + self.settings.hold
            log.exception("an alert could not be moved", extra={"alert": alert})
            return False

    def _climb(self, timer: Timer) -> bool:
        now = self.clock.now()
        alert = self.store.get(timer.alert)
        if alert is None or alert.fence != timer.fence:
            return False  # somebody moved it meanwhile: this timer is gone
        moved = self._quietly(escalation.expire(alert, reach=self._reach(alert, now), now=now), alert, now)
        if isinstance(moved, Refusal) or not self.store.apply(moved):
            return False
        self.counts.climbed += 1
        self.announce(moved.alert)
        return True

    def _climb_if_exhausted(self, alert_id: str) -> bool:
        """Nobody of this level, or not the one it is handed to, can be reached: the next is asked at once."""
        alert = self.store.get(alert_id)
        if alert is None or (alert.handling is not Handling.TRIGGERED and alert.handed_to is None):
            return False
        if not self.store.level_exhausted(alert.id, alert.fence):
            return False
        now = self.clock.now()
        moved = self._quietly(escalation.unreachable(alert, reach=self._reach(alert, now), now=now), alert, now)
        if isinstance(moved, Refusal) or not self.store.apply(moved):
            return False
        self.counts.exhausted += 1
        self.announce(moved.alert)
        return True

    # -- messages -------------------------------------------------------------------------------------------------

    async def _send(self, claims: tuple[Claimed, ...]) -> None:
        """One message, or several of one person that go as one."""
        try:
            for claimed, settlement in await self.sender.send_all(claims):
                if settlement in _LAST_WORDS:
                    await self.run_call(partial(self._climb_if_exhausted, claimed.send.alert))
        except StoreUnavailable as error:
            self.counts.store_away += 1
            log.warning("store away, a message waits for its lease", extra={"why": str(error)})
        except Exception:
            self.counts.failures += 1
            log.exception("a message could not be sent", extra={"send": claims[0].send.id})

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._woken.set()


def _is_armed(timer: Timer, alerts: Mapping[str, Alert]) -> bool:
    return alerts[timer.alert].fence == timer.fence
