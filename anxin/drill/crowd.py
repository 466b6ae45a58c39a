"""The drill's people: what they do with a message, as people do it: late, twice, on an old page, or not at all."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from alerts.desk import Desk
from anxin.drill.process import PlugPulled, Process
from anxin.drill.providers import Taken
from core.alerts import Alert, Outcome, Purpose, Refusal
from core.clock import Clock
from core.concerns import Severity
from core.ports import StoreUnavailable

Press = Callable[[Desk], Alert | Refusal]

_TRIES, _AGAIN_AFTER = 12, 45.0
_DESK = "desk-clerk"


@dataclass
class Crowd:
    """`wrong` collects what a button did that it must not do. `diligence`: how probably somebody answers."""

    chance: random.Random
    clock: Clock
    processes: list[Process]
    diligence: float = 0.35
    wrong: list[str] = field(default_factory=list)
    _busy: set[asyncio.Task[None]] = field(default_factory=set)
    _asked: set[tuple[str, str]] = field(default_factory=set)

    def hear(self, taken: Taken) -> None:
        """A message came. Who is asked may answer, once for each alert; the desk gets another chance at each round."""
        if taken.purpose is not Purpose.ASK:
            return
        knows = (taken.alert, taken.person)
        if knows in self._asked and "desk" not in taken.person and "-day" not in taken.person:
            return
        self._asked.add(knows)
        if self.chance.random() < self.diligence:
            self.does(self._answers(taken.alert, taken.person))

    def does(self, story: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(story, name="somebody")
        self._busy.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._busy.discard(task)
        if not task.cancelled() and isinstance(task.exception(), Exception):
            self.wrong.append(f"a button or a concern failed: {task.exception()!r}")

    async def home(self) -> None:
        """Everybody stops what they are doing."""
        for task in tuple(self._busy):
            task.cancel()
        await asyncio.gather(*self._busy, return_exceptions=True)

    # -- what they do ---------------------------------------------------------------------------------------------

    async def _answers(self, alert: str, person: str) -> None:
        await asyncio.sleep(self.chance.expovariate(1 / 90))
        if person.endswith("-resident"):
            await self._says_fine(alert, person)
            return
        await self._press(lambda desk: desk.acknowledge(alert, by=person))
        await asyncio.sleep(self.chance.uniform(1, 300))
        match self.chance.random():
            case roll if roll < 0.12:
                return  # took it, and is never heard of again
            case roll if roll < 0.22:
                await self._press(lambda desk: desk.release(alert, by=person, reason="cannot go"))
            case roll if roll < 0.34:
                await self._hands_over(alert, person)
            case roll if roll < 0.46:
                await self._puts_off(alert, person)
            case roll if roll < 0.54:
                await self._presses_on_an_old_page(alert, person)
                await self._goes(alert, person)
            case _:
                await self._goes(alert, person)

    async def _goes(self, alert: str, person: str) -> None:
        await asyncio.sleep(self.chance.uniform(60, 2400))
        await self._press(lambda desk: desk.arrive(alert, by=person))
        if self.chance.random() < 0.1:
            return  # went in, and no word since
        await asyncio.sleep(self.chance.uniform(60, 3000))
        outcome = self.chance.choice((Outcome.HELPED, Outcome.WELL_AT_HOME, Outcome.AWAY, Outcome.DEVICE_FAULT))
        await self._press(lambda desk: desk.close(alert, by=person, outcome=outcome, note="drill"))
        if self.chance.random() < 0.03:
            await self._press(lambda desk: desk.reopen(alert, by=person))

    async def _says_fine(self, alert: str, person: str) -> None:
        """Closes an alert, but never a red one."""

        def press(desk: Desk) -> Alert | Refusal:
            before = desk.store.get(alert)
            after = desk.resident_fine(alert, by=person)
            if (
                before is not None
                and before.severity is Severity.RED
                and isinstance(after, Alert)
                and not after.is_open
            ):
                self.wrong.append(f"{alert}: the resident's word closed a red alert")
            return after

        await self._press(press)

    async def _hands_over(self, alert: str, person: str) -> None:
        def press(desk: Desk) -> Alert | Refusal:
            now = desk.store.get(alert)
            if now is None:
                return Refusal.UNKNOWN
            able = [r.person for r in desk.reacher.responders_for(now.home, self.clock.now(), area=now.area)]
            to = self.chance.choice(able or [person])
            return desk.hand_over(alert, by=person, to=to)

        await self._press(press)

    async def _puts_off(self, alert: str, person: str) -> None:
        """Given back and put off; red never, and never for longer than the policy allows."""
        await self._press(lambda desk: desk.release(alert, by=person))
        hours = self.chance.choice((0.2, 30.0))

        def press(desk: Desk) -> Alert | Refusal:
            until = self.clock.now() + timedelta(hours=hours)
            after = desk.snooze(alert, by=_DESK, until=until, reason="drill")
            if isinstance(after, Alert) and self._may_not_wait(after):
                self.wrong.append(f"{alert}: a {after.severity} alert was put off until {after.snoozed_until}")
            return after

        await self._press(press)

    @staticmethod
    def _may_not_wait(alert: Alert) -> bool:
        latest = alert.opened_at + alert.policy.snooze_within
        return alert.severity is Severity.RED or (alert.snoozed_until or latest) > latest

    async def _presses_on_an_old_page(self, alert: str, person: str) -> None:
        def press(desk: Desk) -> Alert | Refusal:
            before = desk.store.get(alert)
            if before is None or before.fence == 1:
                return Refusal.UNKNOWN
            seen = self.chance.randrange(1, before.fence)
            after = desk.close(alert, by=person, outcome=Outcome.TEST, seen_fence=seen)
            if isinstance(after, Alert):
                self.wrong.append(f"{alert}: a button of fence {seen} moved it at fence {before.fence}")
            return after

        await self._press(press)

    async def close_what_is_open(self) -> None:
        """The drill's last hours: the desk goes to every door."""
        for process in self.processes:
            if not process.is_up:
                continue
            for alert in process.store.open_alerts():
                await self._press(partial(_close, alert=alert.id))
            return

    async def _press(self, press: Press) -> Alert | Refusal | None:
        """On any process that answers; while none does, again a little later."""
        for _ in range(_TRIES):
            up = [process for process in self.processes if process.is_up]
            if up:
                try:
                    return press(self.chance.choice(up).desk)
                except (StoreUnavailable, PlugPulled):
                    pass
            await asyncio.sleep(_AGAIN_AFTER)
        return None


def _close(desk: Desk, alert: str) -> Alert | Refusal:
    return desk.close(alert, by=_DESK, outcome=Outcome.WELL_AT_HOME)
