"""Stories of alerts in virtual time: what happens in a home, what people do, and what reaches whose phone."""

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from alerts.auditor import Auditor
from alerts.canary import LoopChannel, canary_person
from alerts.channels.channel import Channel, OutgoingMessage
from alerts.channels.inbound import Inbound
from alerts.concerns import Raised
from alerts.desk import Desk
from alerts.engine import Engine
from alerts.engine_settings import EngineSettings
from alerts.reach import Reacher
from alerts.relief import Relief
from alerts.sender import Sender
from alerts.workers import inline
from anxin.drill.virtual import VirtualClock, VirtualLoop
from core.alerts import Alert, Entry, EntryKind, Outcome, Refusal
from core.concerns import Concern, ConcernKind, Fact, Severity
from core.delivery import Accepted, CannotSay, Finding, HasIt, HasNot, Permanent, Verdict
from core.places import Room
from core.policies import DEFAULT_POLICIES, Policies, Policy
from core.ports import AlertStore
from tests.alerts.street import CALLED, DIRECTORY, HOME, INVENTORY, ROTA

T = TypeVar("T")
Answer = Callable[[OutgoingMessage], Coroutine[Any, Any, Verdict]]
Find = Callable[[OutgoingMessage, datetime], Coroutine[Any, Any, Finding]]


async def _picks_up(message: OutgoingMessage) -> Verdict:
    return Accepted(f"provider-{message.key}")


async def _is_dead(message: OutgoingMessage) -> Verdict:
    del message
    return Permanent("number not in service")


async def _hangs(message: OutgoingMessage) -> Verdict:
    await asyncio.sleep(1e6)
    return Accepted(message.key)


@dataclass
class Phones:
    """Everybody's phone, by two ways (`sms`, `voice`). Shows every delivery, so that doubles can be seen.

    `finds` answers for their providers when they are asked; without it they cannot be.
    """

    answers: dict[str, Answer] = field(default_factory=dict)
    received: list[tuple[datetime, OutgoingMessage]] = field(default_factory=list)
    tried: list[tuple[str, OutgoingMessage]] = field(default_factory=list)
    asked: list[tuple[str, OutgoingMessage]] = field(default_factory=list)
    power: Callable[[], None] = lambda: None
    finds: "Find | None" = None

    async def knows(self, message: OutgoingMessage, since: datetime) -> Finding:
        """What providers say that know our keys."""
        has_it = any(m.key == message.key and at >= since for at, m in self.received)
        return HasIt(f"provider-{message.key}") if has_it else HasNot()


@dataclass
class PhoneChannel:
    kind: str
    phones: Phones
    now: Callable[[], datetime]
    inbound: Inbound | None = None
    bundles: bool = False

    async def deliver(self, message: OutgoingMessage) -> Verdict:
        self.phones.power()
        self.phones.tried.append((self.kind, message))
        answer = self.phones.answers.get(message.address) or self.phones.answers.get(message.person) or _picks_up
        verdict = await answer(message)
        self.phones.power()
        if isinstance(verdict, Accepted):
            self.phones.received.append((self.now(), message))
        return verdict

    async def find(self, message: OutgoingMessage, since: datetime) -> Finding:
        self.phones.power()
        self.phones.asked.append((self.kind, message))
        if self.phones.finds is None:
            return CannotSay("it cannot be asked")
        return await self.phones.finds(message, since)


@dataclass
class Phone:
    """One person's phone, as a story talks about it."""

    story: "Story"
    person: str

    @property
    def messages(self) -> list[OutgoingMessage]:
        return [m for _, m in self.story.phones.received if m.person == self.person]

    @property
    def titles(self) -> list[str]:
        return [m.title for m in self.messages]

    def expects(self, words: str, *, within: timedelta | None = None) -> OutgoingMessage:
        """A message with these words has come (by now, or after waiting this long)."""
        if within is not None:
            self.story.fast_forward(seconds=within.total_seconds())
        found = [m for m in self.messages if words in f"{m.title}\n{m.body}"]
        assert found, f"{self.person} got no message with {words!r}, but {[(m.title, m.body) for m in self.messages]}"
        return found[-1]

    def expects_nothing(self) -> None:
        assert not self.messages, f"{self.person} got {self.titles}"

    def is_dead(self) -> None:
        self.answers(_is_dead)

    def hangs(self) -> None:
        self.answers(_hangs)

    def works(self) -> None:
        self.answers(_picks_up)

    def answers(self, answer: Answer, *, by: str | None = None) -> None:
        """`by` is the one way ("sms", "voice") that answers so."""
        self.story.phones.answers[f"{by}:{self.person}" if by else self.person] = answer


class Story:
    """One engine, one desk and one store on one virtual loop. `kill` and `start` are a crash and a restart."""

    def __init__(self, store: AlertStore) -> None:
        self.loop = VirtualLoop()
        self.loop.set_exception_handler(lambda _loop, _context: None)  # what a killed process leaves behind
        self.clock = VirtualClock(self.loop)
        self.store = store
        self.phones = Phones()
        self.reacher = Reacher(INVENTORY, DIRECTORY, ROTA, beside=[canary_person()])
        self.policies: dict[Severity, Policy] = dict(DEFAULT_POLICIES)
        self.announced: list[Alert] = []
        self._ids = (f"a{n}" for n in itertools.count(1))
        self._running: asyncio.Task[None] | None = None
        self.start()

    # -- the service ----------------------------------------------------------------------------------------------

    def start(self, store: AlertStore | None = None) -> None:
        """A new process over the same store (or over a wrapped one)."""
        served = store or self.store
        channels: dict[str, Channel] = {
            kind: PhoneChannel(kind, self.phones, self.clock.now) for kind in ("sms", "voice")
        }
        channels[LoopChannel.kind] = LoopChannel()
        self.sender = Sender(served, self.reacher, channels, self.clock, inline, announce=self.announced.append)
        self.engine = Engine(
            served,
            self.reacher,
            self.sender,
            self.clock,
            inline,
            EngineSettings(poll=300),
            announce=self.announced.append,
        )
        self.desk = Desk(
            served, self.reacher, lambda: Policies(self.policies), self.clock, lambda: next(self._ids), self._announce
        )
        self.relief = Relief(served, self.reacher, self.clock, inline, self._announce)
        self._running = self.loop.create_task(self.engine.run(), name="engine")
        self._relieving = self.loop.create_task(self.relief.run(), name="relief")

    def _announce(self, alert: Alert) -> None:
        self.announced.append(alert)
        self.engine.wake()

    def kill(self) -> None:
        """End the process where it stands: nothing that it does afterwards counts."""
        if self._running is None:
            return
        self.loop.run_until_complete(self._cancel_all())
        self._running = None

    @staticmethod
    async def _cancel_all() -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def end(self) -> None:
        self.kill()
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()

    @property
    def is_running(self) -> bool:
        return self._running is not None and not self._running.done()

    # -- time -----------------------------------------------------------------------------------------------------

    def fast_forward(self, *, minutes: float = 0, seconds: float = 0) -> None:
        self.loop.run_until_complete(asyncio.sleep(minutes * 60 + seconds))

    def at(self, **span: float) -> datetime:
        return self.clock.now() + timedelta(**span)

    # -- what happens ---------------------------------------------------------------------------------------------

    def concern(
        self,
        home: str = HOME,
        *,
        kind: ConcernKind = ConcernKind.SILENCE,
        severity: Severity = Severity.RED,
        episode: str = "since 09:02",
        silent_for: float = 18_720.0,
    ) -> Concern:
        now = self.clock.now()
        facts = (Fact("silent_for", silent_for, "s"), Fact("usual_longest", 7_500.0, "s"))
        return Concern(home, kind, severity, episode, now, now, kind.value, facts, Room.BATHROOM)

    def raises(self, concern: Concern) -> Raised:
        raised = self.desk.raise_concern(concern)
        self.fast_forward(seconds=0.1)
        return raised

    def fall_in(self, home: str = HOME, *, severity: Severity = Severity.RED) -> Alert:
        """Somebody has fallen in the bathroom, and a detector says so."""
        return self.raises(self.concern(home, severity=severity)).alert

    # -- what people do -------------------------------------------------------------------------------------------

    def takes(self, who: str, alert: Alert, **seen: int) -> Alert | Refusal:
        return self._done(self.desk.acknowledge(alert.id, by=CALLED[who], **seen))

    def arrives(self, who: str, alert: Alert, **seen: int) -> Alert | Refusal:
        return self._done(self.desk.arrive(alert.id, by=CALLED[who], seen_fence=seen.get("seen_fence")))

    def closes(self, who: str, alert: Alert, outcome: Outcome = Outcome.HELPED, **seen: int) -> Alert | Refusal:
        seen_fence = seen.get("seen_fence")
        return self._done(self.desk.close(alert.id, by=CALLED[who], outcome=outcome, seen_fence=seen_fence))

    def says_fine(self, alert: Alert) -> Alert | Refusal:
        return self._done(self.desk.resident_fine(alert.id, by=CALLED["resident"]))

    def _done(self, answer: T) -> T:
        self.fast_forward(seconds=0.1)
        return answer

    # -- what is seen ---------------------------------------------------------------------------------------------

    def phone(self, who: str) -> Phone:
        return Phone(self, CALLED[who])

    def now(self, alert: Alert) -> Alert:
        found = self.store.get(alert.id)
        assert found is not None
        return found

    def lines(self, alert: Alert, kind: EntryKind) -> list[Entry]:
        return [entry for entry in self.store.timeline(alert.id) if entry.kind is kind]

    def findings(self) -> list[str]:
        return [f"{f.broken}: {f.detail}" for f in Auditor(self.store).findings(self.clock.now())]
