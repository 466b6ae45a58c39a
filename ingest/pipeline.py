"""The way of a message: interpreted at once, alarms heard at once, the rest made durable, heard, then acknowledged.

Two tasks with a bounded stage between: a slow store holds back acknowledgements, and so the broker; never an alarm.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from core.clock import Clock
from core.inbox import UnknownDevice
from core.places import Inventory
from core.ports import ReadingsRefused, ReadingsStore, StoreUnavailable
from core.readings import ALARM_KINDS, Reading
from ingest.gate import Gate
from ingest.interpreter import Interpreter
from ingest.message import Message
from ingest.report import IntakeReport

Listener = Callable[[Sequence[Reading]], None]

logger = logging.getLogger(__name__)


class Intake(Protocol):
    """Where messages come from, and where they are acknowledged: a `Session`."""

    async def batch(self, limit: int) -> list[Message]: ...
    def acknowledge(self, messages: Iterable[Message]) -> int: ...
    def finish(self) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class PipelineLimits:
    """`per_turn`: messages interpreted before others get a turn. `per_write`: messages made durable in one write.

    `staged`: messages that may await durability; beyond it nothing more is taken in. Waits are in seconds.
    """

    per_turn: int = 200
    per_write: int = 4000
    staged: int = 20_000
    retry_first: float = 0.1
    retry_most: float = 10.0


@dataclass(frozen=True, slots=True)
class _Staged:
    messages: Sequence[Message]
    alarms: Sequence[Reading]
    others: Sequence[Reading]


class Pipeline:
    """One way in. `run` serves a session; `feed` takes a history in bulk through the same code."""

    def __init__(
        self,
        interpreter: Interpreter,
        *,
        store: ReadingsStore,
        listener: Listener,
        clock: Clock,
        limits: PipelineLimits | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._interpreter = interpreter
        self._tally = interpreter.tally
        self._store = store
        self._listener = listener
        self._clock = clock
        self._limits = limits or PipelineLimits()
        self._sleep = sleep
        self._stage: deque[_Staged] = deque()
        self._staged = 0
        self._writing: Sequence[Message] = ()
        self._work = asyncio.Event()
        self._room = asyncio.Event()
        self._ended = False
        self._intake: Intake | None = None

    @property
    def gate(self) -> Gate:
        return self._interpreter.gate

    @property
    def inventory(self) -> Inventory:
        return self._interpreter.inventory

    @inventory.setter
    def inventory(self, inventory: Inventory) -> None:
        """What is known about gateways and devices, from the next message on."""
        self._interpreter.inventory = inventory

    def feed(self, messages: Iterable[Message]) -> int:
        """Take in a history, oldest first, without a broker; how many readings it gave. Raises StoreUnavailable."""
        count = 0
        for chunk in _chunks(messages, self._limits.per_write):
            readings = [reading for message in chunk for reading in self._interpreter.interpret(message)]
            try:
                self._store.append(readings)
            except ReadingsRefused as refusal:
                self._set_aside(refusal)
            self.gate.settle(readings)
            self._hear(readings)
            count += len(readings)
        return count

    async def run(self, intake: Intake) -> None:
        """Serve until `stop`; then everything taken is made durable and acknowledged before it returns.

        Cancelled, it leaves the rest unacknowledged: the broker delivers it again.
        """
        self._intake, self._ended = intake, False
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._take_in(intake), name="intake: interpret")
                tasks.create_task(self._keep(intake), name="intake: keep")
        finally:
            self._intake = None
            intake.close()

    def stop(self) -> None:
        if self._intake is not None:
            self._intake.finish()

    def take_unknown_news(self) -> list[UnknownDevice]:
        """What devices without a home said since this was last asked."""
        return self._tally.take_unknown_news()

    def report(self) -> IntakeReport:
        oldest = self._writing or (self._stage[0].messages if self._stage else ())
        lag = (self._clock.now() - oldest[0].received_at).total_seconds() if oldest else 0.0
        floods = self._interpreter.allowances.floods(self._clock.now())
        return self._tally.report(staged=self._staged, lag=max(0.0, lag), floods=floods)

    async def _take_in(self, intake: Intake) -> None:
        """Interpret what arrives, and let alarms be heard before anything is written."""
        while messages := await intake.batch(self._limits.per_turn):
            alarms: list[Reading] = []
            others: list[Reading] = []
            for message in messages:
                for reading in self._interpreter.interpret(message):
                    (alarms if reading.kind in ALARM_KINDS else others).append(reading)
            if alarms:
                self._tally.alarms += len(alarms)
                self._hear(alarms)
            self._stage.append(_Staged(messages, alarms, others))
            self._staged += len(messages)
            self._work.set()
            while self._staged >= self._limits.staged:
                self._room.clear()
                await self._room.wait()
            await asyncio.sleep(0)  # the writer and the connection get their turn, also under a flood
        self._ended = True
        self._work.set()

    async def _keep(self, intake: Intake) -> None:
        """Make durable, let be heard, acknowledge: in order of receipt, as much at once as has come together."""
        while True:
            while not self._stage:
                if self._ended:
                    return
                self._work.clear()
                await self._work.wait()
            batch = self._gather()
            readings = [reading for staged in batch for reading in (*staged.alarms, *staged.others)]
            self._writing = batch[0].messages
            await self._write(readings)
            self.gate.settle(readings)
            self._hear([reading for staged in batch for reading in staged.others])
            for staged in batch:
                self._tally.acknowledged += intake.acknowledge(staged.messages)
                self._staged -= len(staged.messages)
            self._writing = ()
            self._room.set()

    def _gather(self) -> list[_Staged]:
        batch = [self._stage.popleft()]
        count = len(batch[0].messages)
        while self._stage and count + len(self._stage[0].messages) <= self._limits.per_write:
            batch.append(self._stage.popleft())
            count += len(batch[-1].messages)
        return batch

    async def _write(self, readings: Sequence[Reading]) -> None:
        """Return when these are durable. While the store is away this waits, and nothing is acknowledged."""
        if not readings:
            return
        wait = self._limits.retry_first
        while True:
            try:
                await asyncio.to_thread(self._store.append, readings)
            except StoreUnavailable as error:
                if self._tally.store_error is None:
                    logger.warning("the store of readings is away, nothing is acknowledged meanwhile: %s", error)
                self._tally.store_error = str(error) or type(error).__name__
                self._tally.store_retries += 1
                await self._sleep(wait)
                wait = min(wait * 2, self._limits.retry_most)
            except ReadingsRefused as refusal:
                self._set_aside(refusal)
                return
            except Exception:  # a reading that breaks the store must not hold up the others
                if len(readings) == 1:
                    logger.exception("a reading was set aside: the store breaks on it")
                    self._tally.set_aside += 1
                    return
                half = len(readings) // 2
                await self._write(readings[:half])
                await self._write(readings[half:])
                return
            else:
                self._tally.store_error = None
                return

    def _set_aside(self, refusal: ReadingsRefused) -> None:
        """The store will never take these; the others of the same write are durable."""
        self._tally.store_error = None
        self._tally.set_aside += len(refusal.refused)
        logger.error("%d readings were set aside: the store refuses them: %s", len(refusal.refused), refusal)

    def _hear(self, readings: Sequence[Reading]) -> None:
        """Hand over to who listens. One reading that breaks a listener is not kept from the next ones' way."""
        if not readings:
            return
        try:
            self._listener(readings)
        except Exception:  # one home's trouble must not deafen all the others
            if len(readings) == 1:
                logger.exception("a reading could not be heard: the listener failed on it")
                self._tally.unheard += 1
                return
            for reading in readings:
                self._hear((reading,))


def _chunks(messages: Iterable[Message], size: int) -> Iterator[list[Message]]:
    left = iter(messages)
    while chunk := list(islice(left, size)):
        yield chunk
