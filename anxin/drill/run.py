"""The drill's hours: concerns come, processes and databases fail, people act, and the oracle looks again and again."""

import asyncio
import itertools
import logging
import random
import sys
import tempfile
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from alerts.sender import SenderSettings
from anxin.drill.asleep import Asleep
from anxin.drill.crowd import Crowd
from anxin.drill.options import DrillOptions, DrillResult
from anxin.drill.oracle import Oracle
from anxin.drill.process import PlugPulled, Process
from anxin.drill.providers import Provider, Telephone
from anxin.drill.rules import Rules
from anxin.drill.town import WAYS, new_town
from anxin.drill.virtual import START, VirtualClock, VirtualLoop
from core.concerns import Concern, ConcernKind, Fact, Severity
from core.policies import DEFAULT_POLICIES, Policies
from core.ports import StoreRefused, StoreUnavailable
from storage.alerts import SqlAlerts
from storage.database import Database

_CALM = timedelta(hours=3)
_OWN_POLICY = {
    *(ConcernKind.OUTAGE, ConcernKind.MANY_COLD, ConcernKind.MANY_HOT),
    *(ConcernKind.CANARY, ConcernKind.EXPECTED, ConcernKind.NO_MEAL, ConcernKind.RESTLESS),
    ConcernKind.WANDERING,
}
_KINDS = tuple(kind for kind in ConcernKind if kind not in _OWN_POLICY)
"""What concerns a home."""
_AGAIN = 0.3
"""How often something happens where something else has just happened."""
_SHM = Path("/dev/shm")  # noqa: S108 - memory, where there is such a folder: a drill need not outlive a power cut


def run_drill(options: DrillOptions, progress: Callable[[str], None] = lambda _line: None) -> DrillResult:
    """Play it all. The same options give the same drill."""
    with tempfile.TemporaryDirectory(prefix="anxin-drill-", dir=_SHM if _SHM.is_dir() else None) as folder:
        url = options.database or f"sqlite:///{folder}/drill.db"
        database = Database.open(url)
        database.migrate()
        if SqlAlerts(database).page(limit=1).alerts:
            raise StoreRefused("the drill's database must be empty: it is filled with alerts that never were")
        loop = VirtualLoop()
        loop.set_exception_handler(lambda _loop, _context: None)  # what a dead process leaves behind
        try:
            return loop.run_until_complete(Drill(options, url, SqlAlerts(database), loop, progress).play())
        finally:
            loop.run_until_complete(_let_go())
            loop.close()
            database.close()


async def _let_go() -> None:
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


class Drill:
    """One drill on one virtual loop."""

    def __init__(
        self,
        options: DrillOptions,
        url: str,
        store: SqlAlerts,
        loop: VirtualLoop,
        progress: Callable[[str], None],
    ) -> None:
        self.options, self.store, self.progress = options, store, progress
        self.chance = random.Random(f"drill {options.seed}")
        self.clock = VirtualClock(loop)
        self.town = new_town(options.seed, options.homes)
        self.telephone = Telephone(dead=self._dead_numbers())
        self.providers = {
            kind: Provider(
                kind, random.Random(f"{kind} {options.seed}"), self.telephone, self.clock.now, options.fair_for
            )
            for kind in WAYS
        }
        ids = (f"a{n:07d}" for n in itertools.count(1))
        self.processes = [
            Process(url, name, self.town, self.clock, self.providers, self.policies, lambda: next(ids), self._wake_all)
            for name in self._names()
        ]
        self.crowd = Crowd(random.Random(f"crowd {options.seed}"), self.clock, self.processes)
        self.telephone.hear = self.crowd.hear
        self.asleep = Asleep()
        self.rules = Rules(self.town, self.policies_at, self.asleep.awake)
        self.oracle = Oracle(store, self.rules, self.telephone)
        self.cuts = self.outages = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._recent: deque[str] = deque(maxlen=10)
        self._end = START + timedelta(days=options.days)

    # -- the world ------------------------------------------------------------------------------------------------

    def policies(self) -> Policies:
        return self.policies_at(self.clock.now())

    def policies_at(self, instant: datetime) -> Policies:
        """In the middle of the drill somebody changes them: what is open then keeps what it has."""
        if instant < START + (self._end - START) / 2:
            return Policies()
        changed = {
            severity: replace(
                policy,
                version=policy.version + 1,
                levels=tuple(replace(level, patience=level.patience * 1.5) for level in policy.levels),
            )
            for severity, policy in DEFAULT_POLICIES.items()
        }
        return Policies(changed)

    def _wake_all(self) -> None:
        for process in self.processes:
            process.wake()

    def _names(self) -> list[str | None]:
        if self.options.processes == 1:
            return [None]
        return [f"p{number}" for number in range(self.options.processes)]

    def _dead_numbers(self) -> set[str]:
        numbers = [route.address for person in self.town.directory.people.values() for route in person.routes]
        return {number for number in numbers if self.chance.random() < 0.1}

    # -- the play -------------------------------------------------------------------------------------------------

    async def play(self) -> DrillResult:
        for process in self.processes:
            process.start()
        self._tasks = [asyncio.create_task(story) for story in (self._concerns(), self._cuts(), self._outages())]
        looks = asyncio.create_task(self._looks())
        await asyncio.wait([looks], timeout=(self._end - self.clock.now()).total_seconds())
        looks.cancel()
        await self._end_faults()
        if not self._has_found:
            await self._calm_down()
        for process in self.processes:
            await process.end()
        self.oracle.at_the_end(self.clock.now())
        return self._result()

    async def _end_faults(self) -> None:
        for task in self._tasks:
            task.cancel()
        ended = await asyncio.gather(*self._tasks, return_exceptions=True)
        self.crowd.wrong += [f"the drill itself: {e!r}" for e in ended if isinstance(e, Exception)]

    async def _calm_down(self) -> None:
        """Everybody answers; what is still open is closed by people."""
        self.telephone.calm = True
        self.crowd.diligence = 0.9
        for process in self.processes:
            process.fuse.store_away = False
            if not process.is_up:
                await process.end()
                process.start()
        self._note_sleep()
        await asyncio.sleep(_CALM.total_seconds())
        await self.crowd.home()
        await self.crowd.close_what_is_open()
        await asyncio.sleep(_CALM.total_seconds())
        self.crowd.wrong += [f"{alert.id}: nobody could close it" for alert in self.store.open_alerts()]

    @property
    def _has_found(self) -> bool:
        return bool(self.oracle.lost or self.oracle.violations or self.crowd.wrong)

    def _result(self) -> DrillResult:
        alerts = self.oracle.judged
        poisoned = sum(process.poisoned + process.failures for process in self.processes)
        wrong = [*self.oracle.violations, *self.crowd.wrong]
        wrong += [f"{poisoned} turns of the engine failed"] if poisoned else []
        faults = self.cuts + self.outages + sum(provider.faults for provider in self.providers.values())
        return DrillResult(
            alerts=alerts,
            sends=self.telephone.sends,
            faults=faults,
            lost=len(set(self.oracle.lost)),
            violations=len(set(wrong)),
            duplicates=self.telephone.repeats,
            told=[*dict.fromkeys((*self.oracle.lost, *wrong))],
        )

    # -- what happens ---------------------------------------------------------------------------------------------

    async def _concerns(self) -> None:
        for number in itertools.count(1):
            await asyncio.sleep(self.chance.expovariate(self.options.alerts_a_day / 86_400))
            again = self.chance.random() < _AGAIN and bool(self._recent)
            home, kind = (
                self.chance.choice(tuple(self._recent) if again else self.town.homes),
                self.chance.choice(_KINDS),
            )
            self._recent.append(home)
            severity = self.chance.choice(tuple(Severity))
            self.crowd.does(self._incident(home, kind, severity, f"e{number}"))

    async def _incident(self, home: str, kind: ConcernKind, severity: Severity, episode: str) -> None:
        """What a detector says of one thing that happens: perhaps again, perhaps worse, perhaps that it is over."""
        since = self.clock.now()
        await self._raise(self._concern(home, kind, severity, episode, since))
        roll = self.chance.random()
        await asyncio.sleep(self.chance.expovariate(1 / 900))
        if roll < 0.35:
            worse = Severity.RED if severity is Severity.ORANGE or self.chance.random() < 0.5 else Severity.ORANGE
            await self._raise(self._concern(home, kind, worse, episode, since))
        elif roll < 0.6:
            await self._surely(lambda p: p.desk.clear_concern(home, kind, episode, "usual"))
            await asyncio.sleep(self.chance.expovariate(1 / 900))
            if roll < 0.45:
                await self._raise(self._concern(home, kind, severity, episode, since))

    def _concern(self, home: str, kind: ConcernKind, severity: Severity, episode: str, since: datetime) -> Concern:
        now = self.clock.now()
        facts = (Fact("silent_for", (now - since).total_seconds(), "s"),)
        return Concern(home, kind, severity, episode, now, since, "drill", facts)

    async def _raise(self, concern: Concern) -> None:
        raised = await self._surely(lambda process: process.desk.raise_concern(concern))
        self.oracle.raised(concern.episode, concern.key, raised.alert)

    async def _surely(self, say: Callable[[Process], Any]) -> Any:
        """A detector says it until it is heard."""
        while True:
            up = [process for process in self.processes if process.is_up]
            try:
                if up:
                    return say(self.chance.choice(up))
            except (StoreUnavailable, PlugPulled):
                pass
            await asyncio.sleep(5)

    async def _cuts(self) -> None:
        """Processes die between two statements, and are started again after seconds or after an hour."""
        if self.options.cuts_a_day <= 0:
            return
        while True:
            await asyncio.sleep(self.chance.expovariate(self.options.cuts_a_day / 86_400))
            up = [process for process in self.processes if process.is_up and process.fuse.left is None]
            if up:
                self.cuts += 1
                process = self.chance.choice(up)
                process.fuse.left = self.chance.randrange(1, 60)
                self._tasks.append(asyncio.create_task(self._revive(process)))

    async def _revive(self, process: Process) -> None:
        for _ in range(600):  # until the fuse has blown, or a while
            if process.fuse.blown:
                break
            await asyncio.sleep(1)
        await process.die()
        self._wake_all()  # it may have written last, and died before it could
        now = self.clock.now()
        self.asleep.add(now, now + SenderSettings().lease)  # what it had under lease nobody else may touch before
        self._note_sleep()
        await asyncio.sleep(self.chance.choice((1, 5, 30, 300, 3600)))
        process.start()
        self._note_sleep()

    async def _outages(self) -> None:
        """The database is away for everybody."""
        if self.options.outages_a_day <= 0:
            return
        while True:
            await asyncio.sleep(self.chance.expovariate(self.options.outages_a_day / 86_400))
            self.outages += 1
            for process in self.processes:
                process.fuse.store_away = True
            self._note_sleep()
            await asyncio.sleep(self.chance.choice((0.5, 20, 900)))
            for process in self.processes:
                process.fuse.store_away = False
            self._note_sleep()

    def _note_sleep(self) -> None:
        """Write down when nobody can work, for the oracle."""
        asleep = all(not process.is_up or process.fuse.store_away for process in self.processes)
        self.asleep.note(self.clock.now(), asleep=asleep)

    async def _looks(self) -> None:
        while True:
            await asyncio.sleep(self.options.look_every)
            now = self.clock.now()
            self.oracle.look(self.store.page(limit=1000).alerts, now)
            day = (now - START) / timedelta(days=1)
            said = f"day {day:.1f}: {self.oracle.judged} alerts, {self.telephone.sends} sends"
            self.progress(f"{said}, {len(self.oracle.lost)} lost, {len(self.oracle.violations)} violations")
            if self.options.stop_at_first and self._has_found:
                return


def drill_command(options: DrillOptions, *, as_json: bool, shown: int = 20) -> int:
    """Run and print; the exit code: 1 when anything was lost or broken. The service's own log would drown it."""
    logging.getLogger().addHandler(logging.NullHandler())
    progress = (lambda _line: None) if as_json else (lambda line: print(line, file=sys.stderr))  # noqa: T201
    result = run_drill(options, progress)
    for what in result.told[:shown]:
        sys.stderr.write(f"{what}\n")
    sys.stdout.write(f"{result.line}\n")
    return 0 if result.is_clean else 1
